//! Streams of the other dialects, over a body in memory and a paused clock.

use std::future::poll_fn;

use oci_wire::chat::ChatAccumulator;
use oci_wire::native::ApiFormat;
use tokio::time::Instant;

use super::super::events::DRAIN;
use super::super::scripted::{End, Scripted};
use super::*;
use crate::deadlines::Deadlines;
use crate::error::{ErrorKind, Timeout};

fn native(format: ApiFormat, wants_usage: bool) -> Native {
    Native { decoder: ChatDecoder::new(format), wants_usage }
}

/// The answer of a body that arrives in one piece, and the error that ended it, if any.
async fn read<D: Dialect>(body: &'static str, end: End, dialect: D) -> (String, Option<ErrorKind>) {
    let deadline = Deadline { deadlines: Deadlines::default(), end: None };
    let mut stream = Decoded::new(Scripted::new(&[body], end), deadline, dialect);
    let mut answer = ChatAccumulator::new();
    while let Some(chunk) = poll_fn(|cx| stream.poll_chunk(cx)).await {
        match chunk {
            Ok(chunk) => answer.push(&chunk),
            Err(error) => {
                assert!(poll_fn(|cx| stream.poll_chunk(cx)).await.is_none(), "the error is last");
                return (answer.text().to_owned(), Some(error.kind()));
            }
        }
    }
    (answer.text().to_owned(), None)
}

const COHERE: &str = concat!(
    "data: {\"apiFormat\":\"COHERE\",\"text\":\"Hel\"}\n\n",
    "data: {\"apiFormat\":\"COHERE\",\"text\":\"lo\"}\n\n",
    "data: {\"apiFormat\":\"COHERE\",\"text\":\"Hello\",\"finishReason\":\"COMPLETE\"}\n\n",
);

const COHERE_V2: &str = concat!(
    "data: {\"apiFormat\":\"COHEREV2\",\"message\":{\"role\":\"ASSISTANT\",\"content\":[{\"type\":\"TEXT\",\"text\":\"Hello\"}]}}\n\n",
    "data: {\"apiFormat\":\"COHEREV2\",\"finishReason\":\"COMPLETE\"}\n\n",
);

const GENERIC: &str = concat!(
    "data: {\"message\":{\"role\":\"ASSISTANT\",\"content\":[{\"type\":\"TEXT\",\"text\":\"Hello\"}]},\"pad\":\"a\"}\n\n",
    "data: {\"message\":{\"role\":\"ASSISTANT\"},\"finishReason\":\"stop\"}\n\n",
);

const RESPONSES: &str = concat!(
    "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n",
    "event: response.output_text.delta\n",
    "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"Hello\"}\n\n",
    "event: response.completed\n",
    "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\"}}\n\n",
);

/// Cuts a body after every byte: nothing short of the whole answer is a success.
async fn check_cuts<D: Dialect>(whole: &'static str, dialect: impl Fn() -> D) {
    // The empty line that ends the last event is part of it.
    for cut in 0..whole.len() {
        let (text, error) = read(&whole[..cut], End::Closed, dialect()).await;
        assert_eq!(error, Some(ErrorKind::Truncated), "cut at {cut}");
        assert!("Hello".starts_with(&text), "cut at {cut}: {text}");
    }
    for end in [End::Closed, End::Broken, End::Silent] {
        let start = Instant::now();
        assert_eq!(read(whole, end, dialect()).await, ("Hello".to_owned(), None));
        assert!(start.elapsed() <= DRAIN, "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_at_every_byte_is_told_from_a_complete_answer() {
    check_cuts(COHERE, || native(ApiFormat::Cohere, false)).await;
    check_cuts(COHERE_V2, || native(ApiFormat::CohereV2, false)).await;
    check_cuts(GENERIC, || native(ApiFormat::Generic, false)).await;
    check_cuts(RESPONSES, Responses::default).await;
}

#[tokio::test(start_paused = true)]
async fn token_counts_that_were_asked_for_are_waited_for() {
    let start = Instant::now();
    let (_, error) = read(GENERIC, End::Silent, native(ApiFormat::Generic, true)).await;
    assert_eq!(error, None);
    let waited = start.elapsed();
    let after_finish = Deadlines::default().after_finish;
    assert!(waited >= after_finish && waited < after_finish * 2, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn failures_in_the_stream_are_errors() {
    let generic = || native(ApiFormat::Generic, false);
    let failure = "data: {\"code\":\"500\",\"message\":\"overloaded\"}\n\n";
    assert_eq!(read(failure, End::Closed, generic()).await.1, Some(ErrorKind::Stream));
    let ended = "data: {\"apiFormat\":\"COHERE\",\"text\":\"a\",\"finishReason\":\"ERROR\"}\n\n";
    let (text, error) = read(ended, End::Closed, native(ApiFormat::Cohere, false)).await;
    assert_eq!((text.as_str(), error), ("a", Some(ErrorKind::Stream)));
    let failed = "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"x\"}}}\n\n";
    assert_eq!(read(failed, End::Closed, Responses::default()).await.1, Some(ErrorKind::Stream));
    let garbage = "data: {\"message\":\n\n";
    assert_eq!(read(garbage, End::Closed, generic()).await.1, Some(ErrorKind::Malformed));
    let idle = Some(ErrorKind::Timeout(Timeout::Idle));
    assert_eq!(read("", End::Silent, generic()).await.1, idle);
}

#[tokio::test(start_paused = true)]
async fn what_came_before_garbage_is_not_lost() {
    let body =
        "data: {\"message\":{\"content\":[{\"type\":\"TEXT\",\"text\":\"a\"}]}}\ndata: {\"mess\n\n";
    let (text, error) = read(body, End::Closed, native(ApiFormat::Generic, false)).await;
    assert_eq!((text.as_str(), error), ("a", Some(ErrorKind::Malformed)));
}
