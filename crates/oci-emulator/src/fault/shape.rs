//! The faults that befall the bytes of an answer, whatever they say.

use bytes::{Bytes, BytesMut};

use super::Fault;
use crate::reply::Reply;
use crate::script::Step;

/// Puts the steps of an answer into the shape that a fault gives them.
pub(crate) fn reshape(mut reply: Reply, fault: Option<&Fault>) -> Reply {
    reply.body = match fault {
        Some(Fault::CutBytes { bytes }) => cut(reply.body, *bytes as u64),
        Some(Fault::OneChunk) => one_chunk(reply.body),
        Some(Fault::SlowBody { bytes, pause }) => {
            let mut steps = Vec::new();
            for step in reply.body {
                let mut rest = match step {
                    Step::Read(_) | Step::Send(_) => step,
                    other => {
                        steps.push(other);
                        continue;
                    }
                };
                while rest.size() > 0 {
                    let piece = rest.split_to((*bytes as u64).max(1));
                    steps.extend([Step::Pause(*pause), piece, Step::Flush]);
                }
            }
            steps
        }
        _ => reply.body,
    };
    reply
}

/// The first `left` bytes, then the end of the connection; the whole body if it has no more.
fn cut(body: Vec<Step>, mut left: u64) -> Vec<Step> {
    let mut steps = Vec::new();
    for mut step in body {
        if step.size() > left {
            steps.extend([step.split_to(left), Step::Flush, Step::Break]);
            return steps;
        }
        left -= step.size();
        steps.push(step);
    }
    steps
}

/// Everything at once, at the end.
fn one_chunk(body: Vec<Step>) -> Vec<Step> {
    let mut all = BytesMut::new();
    let mut others = Vec::new();
    for step in body {
        match step {
            Step::Send(data) => all.extend_from_slice(&data),
            Step::Flush | Step::Pause(_) => {}
            other => others.push(other),
        }
    }
    let mut steps = vec![Step::Send(Bytes::from(all)), Step::Flush];
    steps.extend(others);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(fault: &str) -> Vec<Step> {
        let body = vec![
            Step::Send(Bytes::from_static(b"abc")),
            Step::Flush,
            Step::Send(Bytes::from_static(b"def")),
        ];
        let fault: Fault = fault.parse().unwrap();
        reshape(Reply::stream("text/plain", body), Some(&fault)).body
    }

    fn send(text: &'static str) -> Step {
        Step::Send(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn cuts_fall_anywhere() {
        assert_eq!(shaped("cut-bytes=0"), [send(""), Step::Flush, Step::Break]);
        assert_eq!(
            shaped("cut-bytes=3"),
            [send("abc"), Step::Flush, send(""), Step::Flush, Step::Break]
        );
        assert_eq!(
            shaped("cut-bytes=4"),
            [send("abc"), Step::Flush, send("d"), Step::Flush, Step::Break]
        );
        assert_eq!(shaped("cut-bytes=6"), [send("abc"), Step::Flush, send("def")]);
    }

    #[test]
    fn pieces_are_joined_or_torn() {
        assert_eq!(shaped("one-chunk"), [send("abcdef"), Step::Flush]);
        let pause = Step::Pause(std::time::Duration::from_millis(1));
        let piece = |text| [pause.clone(), send(text), Step::Flush];
        let mut expected = [piece("ab"), piece("c")].concat();
        expected.push(Step::Flush);
        expected.extend([piece("de"), piece("f")].concat());
        assert_eq!(shaped("slow-body=2,1ms"), expected);
    }
}
