//! Ends of streams, over a body in memory and a paused clock.

use std::future::poll_fn;
use std::time::Duration;

use tokio::time::Instant;

use super::super::events::DRAIN;
use super::super::scripted::{End, Scripted};
use super::*;
use crate::deadlines::Deadlines;
use crate::error::Timeout;

fn chunks(frames: &[&'static str], end: End, choices: u32) -> Chunks<Scripted> {
    let body = Scripted::new(frames, end);
    Chunks::new(body, Deadline { deadlines: Deadlines::default(), end: None }, choices, true)
}

/// The texts of all chunks, and the error that ended the stream, if any.
async fn read(mut chunks: Chunks<Scripted>) -> (Vec<String>, Option<Error>) {
    let mut texts = Vec::new();
    while let Some(place) = poll_fn(|cx| chunks.poll_location(cx)).await {
        match place.and_then(|place| chunks.decode(place)) {
            Ok(chunk) => texts.push(chunk.text().unwrap_or("-").to_owned()),
            Err(error) => {
                assert!(
                    poll_fn(|cx| chunks.poll_location(cx)).await.is_none(),
                    "nothing comes after an error"
                );
                return (texts, Some(error));
            }
        }
    }
    (texts, None)
}

const HEL: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n";
const LO: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"}}]}\n\n";
const STOP: &str =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const STOP_1: &str =
    "data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n";
const END: &str = "data: [DONE]\n\n";

#[track_caller]
fn check(found: &(Vec<String>, Option<Error>), texts: &[&str], error: Option<ErrorKind>) {
    assert_eq!(found.0, texts);
    assert_eq!(found.1.as_ref().map(Error::kind), error, "{:?}", found.1);
}

#[tokio::test(start_paused = true)]
async fn done_ends_the_stream_whatever_the_connection_does() {
    for end in [End::Closed, End::Broken, End::Silent] {
        let start = Instant::now();
        check(
            &read(chunks(&[HEL, LO, STOP, USAGE, END], end, 1)).await,
            &["Hel", "lo", "-", "-"],
            None,
        );
        assert!(start.elapsed() <= DRAIN * 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_finish_reason_completes_the_answer_when_nothing_follows() {
    for end in [End::Closed, End::Broken, End::Silent] {
        check(&read(chunks(&[HEL, STOP], end, 1)).await, &["Hel", "-"], None);
        check(&read(chunks(&[HEL, STOP, USAGE], end, 1)).await, &["Hel", "-", "-"], None);
    }
}

#[tokio::test(start_paused = true)]
async fn every_choice_that_was_asked_for_must_finish() {
    check(
        &read(chunks(&[HEL, STOP, STOP], End::Closed, 2)).await,
        &["Hel", "-", "-"],
        Some(ErrorKind::Truncated),
    );
    check(&read(chunks(&[HEL, STOP, STOP_1], End::Closed, 2)).await, &["Hel", "-", "-"], None);
}

#[tokio::test(start_paused = true)]
async fn an_early_end_is_never_a_short_answer() {
    check(&read(chunks(&[], End::Closed, 1)).await, &[], Some(ErrorKind::Truncated));
    check(
        &read(chunks(&[HEL, LO], End::Closed, 1)).await,
        &["Hel", "lo"],
        Some(ErrorKind::Truncated),
    );
    check(
        &read(chunks(&[HEL, LO], End::Broken, 1)).await,
        &["Hel", "lo"],
        Some(ErrorKind::Truncated),
    );
    check(
        &read(chunks(&[HEL, "data: {\"choices\":[{\"ind"], End::Closed, 1)).await,
        &["Hel"],
        Some(ErrorKind::Truncated),
    );
    let silent = read(chunks(&[HEL], End::Silent, 1)).await;
    check(&silent, &["Hel"], Some(ErrorKind::Timeout(Timeout::Idle)));
}

#[tokio::test(start_paused = true)]
async fn a_cut_at_every_byte_is_told_from_a_complete_answer() {
    let whole: &'static str = [HEL, LO, STOP].concat().leak();
    for cut in 0..whole.len() {
        let (_, error) = read(chunks(&[&whole[..cut]], End::Closed, 1)).await;
        assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Truncated), "cut at {cut}");
    }
    check(&read(chunks(&[whole], End::Closed, 1)).await, &["Hel", "lo", "-"], None);
}

#[tokio::test(start_paused = true)]
async fn an_error_object_ends_the_stream_as_an_error() {
    let failure = "data: {\"error\":{\"message\":\"overloaded\",\"code\":\"503\"}}\n\n";
    let (texts, error) = read(chunks(&[HEL, failure, LO, STOP], End::Closed, 1)).await;
    let error = error.unwrap();
    assert_eq!((texts.len(), error.kind(), error.code()), (1, ErrorKind::Stream, Some("503")));
    assert_eq!(error.to_string(), "the service ended the stream with error 503: overloaded");
}

#[tokio::test(start_paused = true)]
async fn garbage_is_an_error_that_keeps_its_bytes_and_does_not_print_them() {
    let (texts, error) =
        read(chunks(&[HEL, "data: {secret garbage\n\n", STOP], End::Closed, 1)).await;
    let error = error.unwrap();
    assert_eq!((texts.len(), error.kind()), (1, ErrorKind::Malformed));
    assert_eq!(&error.raw_body()[..], b"{secret garbage");
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn heartbeats_and_joined_documents_are_read() {
    let joined = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\ndata: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n";
    let frames = [
        "data:\n\n",
        ": ping\n\n",
        joined,
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\ndata: [DONE]\n\n",
    ];
    check(&read(chunks(&frames, End::Closed, 1)).await, &["a", "b", "-"], None);
}

/// Waiting counts, being away does not.
#[tokio::test(start_paused = true)]
async fn the_idle_deadline_counts_only_while_the_caller_waits() {
    let mut chunks = chunks(&[], End::Silent, 1);
    let first = poll_fn(|cx| Poll::Ready(chunks.poll_location(cx).is_pending())).await;
    assert!(first, "the wait has begun");
    tokio::time::advance(Duration::from_secs(3600)).await;
    let late = poll_fn(|cx| Poll::Ready(chunks.poll_location(cx).is_pending())).await;
    assert!(late, "an hour away is no hour of waiting");
    let start = Instant::now();
    let ended = poll_fn(|cx| chunks.poll_location(cx)).await.unwrap();
    assert_eq!(ended.err().unwrap().kind(), ErrorKind::Timeout(Timeout::Idle));
    assert_eq!(start.elapsed().as_secs(), Deadlines::default().idle.as_secs());
}
