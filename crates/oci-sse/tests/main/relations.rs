//! Relations that hold for any bytes: the fuzz targets call them, and `corpus` replays through them what fuzzing kept.

use core::time::Duration;

use oci_sse::{Decoder, Encoder, Limits};

use crate::oracle::interpret;
use crate::support::{FRONT_ENDS, Record, feed};

/// Every front end sees in every chunking what the oracle sees in the whole stream.
pub(crate) fn chunks(input: &[u8]) {
    let tape = Tape::new(input);
    let expected = interpret(tape.stream, "seed");
    for (front_end, run) in FRONT_ENDS {
        let outcome = run(Decoder::new().with_last_event_id("seed"), &tape.chunks());
        assert_eq!(outcome, expected, "{front_end}");
    }
}

/// Limits have the same effect in every chunking, and none on a stream that keeps within them.
pub(crate) fn limits(input: &[u8]) {
    let &[line, event, ref input @ ..] = input else { return };
    let limits = Limits::new().with_line_bytes(line.into()).with_event_bytes(event.into());
    let tape = Tape::new(input);
    let whole = feed(Decoder::new().with_limits(limits), &[tape.stream]);
    for (front_end, run) in FRONT_ENDS {
        let outcome = run(Decoder::new().with_limits(limits), &tape.chunks());
        assert_eq!(outcome, whole, "{front_end}");
    }
    if whole.items.iter().all(Result::is_ok) {
        assert_eq!(whole, interpret(tape.stream, ""));
    }
}

/// A second connection begins like a first one, but for the last event id, the retry time and the counts.
pub(crate) fn reconnect(input: &[u8]) {
    let tape = Tape::new(input);
    let chunks = tape.chunks();
    let (first, second) = chunks.split_at(chunks.len() / 2);
    let before = interpret(&first.concat(), "");
    let mut after = interpret(&second.concat(), &before.last_event_id);

    let mut decoder = Decoder::new();
    let mut seen = Vec::new();
    for (connection, expected) in [(first, &before), (second, &after)] {
        for chunk in connection {
            let mut events = decoder.feed(chunk);
            while let Some(item) = events.next() {
                seen.push(item.map(Record::from));
            }
        }
        assert_eq!(decoder.finish().is_err(), expected.truncated);
        assert_eq!(seen, expected.items);
        assert_eq!(decoder.last_event_id(), expected.last_event_id);
        seen.clear();
    }
    after.retry = after.retry.or(before.retry);
    assert_eq!(decoder.retry(), after.retry.map(Duration::from_millis));
    assert_eq!(decoder.comments(), before.comments + after.comments);
    assert_eq!(decoder.unknown_lines(), before.unknown_lines + after.unknown_lines);
}

/// What is encoded decodes to the same, in every chunking.
pub(crate) fn encoder(input: &[u8]) {
    let &[lengths, ref script @ ..] = input else { return };
    let mut encoder = Encoder::new();
    let mut expected = Vec::new();
    let (mut event, mut last_id) = (String::new(), String::new());
    let (mut data, mut retry, mut comments) = (None::<String>, None, 0);
    let mut rest = script;
    while let &[operation, length, ref tail @ ..] = rest {
        let (bytes, tail) = tail.split_at(usize::from(length % 64).min(tail.len()));
        rest = tail;
        let text = String::from_utf8_lossy(bytes);
        // CR and CR LF end lines, as LF does.
        let value = text.replace("\r\n", "\n").replace('\r', "\n");
        match operation % 6 {
            0 => match encoder.event(&text) {
                Ok(_) => event = text.into(),
                Err(_) => assert!(text.contains(['\r', '\n'])),
            },
            1 => match encoder.id(&text) {
                Ok(_) => last_id = text.into(),
                Err(_) => assert!(text.contains(['\r', '\n', '\0'])),
            },
            2 => {
                encoder.data(&text);
                data = Some(match data {
                    Some(data) => data + "\n" + &value,
                    None => value,
                });
            }
            3 => {
                encoder.retry(Duration::from_millis(operation.into()));
                retry = Some(u64::from(operation));
            }
            4 => {
                encoder.comment(&text);
                comments += value.split('\n').count() as u64;
            }
            _ => {
                encoder.end();
                let event = core::mem::take(&mut event);
                let event = if event.is_empty() { "message" } else { &event };
                if let Some(data) = data.take() {
                    expected.push(Ok(Record::new(event, &data, &last_id)));
                }
            }
        }
    }
    let encoded = encoder.take();
    let tape = Tape { lengths: &[lengths], stream: &encoded };
    let outcome = feed(Decoder::new(), &tape.chunks());
    assert_eq!(outcome.items, expected);
    assert_eq!((outcome.retry, outcome.comments, outcome.unknown_lines), (retry, comments, 0));
}

/// A stream and how it is cut: a byte that counts the lengths, the lengths, and the stream.
struct Tape<'a> {
    /// Used from the first to the last and over again. A zero is an empty chunk.
    lengths: &'a [u8],
    stream: &'a [u8],
}

impl<'a> Tape<'a> {
    fn new(input: &'a [u8]) -> Self {
        let Some((count, rest)) = input.split_first() else {
            return Self { lengths: &[], stream: &[] };
        };
        let (lengths, stream) = rest.split_at(usize::from(count % 16).min(rest.len()));
        Self { lengths, stream }
    }

    fn chunks(&self) -> Vec<&'a [u8]> {
        if self.lengths.iter().all(|length| *length == 0) {
            return vec![self.stream];
        }
        let mut chunks = Vec::new();
        let mut rest = self.stream;
        for length in self.lengths.iter().cycle() {
            let (chunk, tail) = rest.split_at(usize::from(*length).min(rest.len()));
            chunks.push(chunk);
            rest = tail;
            if rest.is_empty() {
                break;
            }
        }
        chunks
    }
}
