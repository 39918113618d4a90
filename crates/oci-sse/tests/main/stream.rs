//! `SseStream`: lending and owned, with chunks that come when they like.

use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::convert::Infallible;

use bytes::Bytes;
use futures_core::Stream;
use futures_core::stream::FusedStream;
use oci_sse::{Decoder, Error, Limits, SseStream, StreamError, Truncated};

use crate::support::{Outcome, Record};

/// Chunks, each of which is ready only when it is asked for the second time.
pub(crate) struct Chunks<E> {
    chunks: VecDeque<Result<Bytes, E>>,
    is_ready: bool,
    polled_after_end: bool,
}

impl<E> Chunks<E> {
    fn new(chunks: impl IntoIterator<Item = Result<Bytes, E>>) -> Self {
        Self { chunks: chunks.into_iter().collect(), is_ready: false, polled_after_end: false }
    }
}

impl<E: Unpin> Stream for Chunks<E> {
    type Item = Result<Bytes, E>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.is_ready = !self.is_ready;
        if self.is_ready {
            return Poll::Pending;
        }
        assert!(!self.polled_after_end, "an ended stream must not be polled");
        let chunk = self.chunks.pop_front();
        self.polled_after_end = !matches!(chunk, Some(Ok(_)));
        Poll::Ready(chunk)
    }
}

/// Polls until it is ready: these streams make progress with every poll.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

fn chunks(chunks: &[&[u8]]) -> Chunks<Infallible> {
    Chunks::new(chunks.iter().map(|chunk| Ok(Bytes::copy_from_slice(chunk))))
}

fn event_error(error: StreamError<Infallible>) -> Error {
    match error {
        StreamError::Event(error) => error,
        other => panic!("unexpected {other:?}"),
    }
}

fn outcome<S>(items: Vec<Result<Record, Error>>, stream: &SseStream<S>) -> Outcome {
    assert_eq!(stream.is_truncated(), stream.finish().is_err());
    Outcome::of(items, stream.decoder(), stream.is_truncated())
}

pub(crate) fn lent(decoder: Decoder, input: &[&[u8]]) -> Outcome {
    let mut stream = SseStream::with_decoder(chunks(input), decoder);
    let mut items = Vec::new();
    while let Some(item) = block_on(stream.next()) {
        items.push(item.map(Record::from).map_err(event_error));
    }
    assert!(block_on(stream.next()).is_none());
    outcome(items, &stream)
}

pub(crate) fn polled(decoder: Decoder, input: &[&[u8]]) -> Outcome {
    let mut stream = pin!(SseStream::with_decoder(chunks(input), decoder));
    let mut context = Context::from_waker(Waker::noop());
    let mut items = Vec::new();
    loop {
        match stream.as_mut().poll_next_ref(&mut context) {
            Poll::Ready(Some(item)) => items.push(item.map(Record::from).map_err(event_error)),
            Poll::Ready(None) => return outcome(items, &stream),
            Poll::Pending => {}
        }
    }
}

pub(crate) fn owned(decoder: Decoder, input: &[&[u8]]) -> Outcome {
    let mut stream = SseStream::with_decoder(chunks(input), decoder);
    // Kept to the end: an owned event must not change when the chunk is gone and the buffer is reused.
    let mut events = Vec::new();
    while let Some(event) =
        block_on(core::future::poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)))
    {
        events.push(event.map_err(event_error));
    }
    assert!(stream.is_terminated());
    let items = events
        .iter()
        .map(|event| event.as_ref().map(|event| event.borrowed().into()).map_err(|error| *error));
    outcome(items.collect(), &stream)
}

fn next_owned<E: Unpin>(
    stream: &mut SseStream<Chunks<E>>,
) -> Option<Result<oci_sse::Event, StreamError<E>>> {
    block_on(core::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)))
}

#[test]
fn a_transport_error_is_yielded_once_and_ends_the_stream() {
    let items = [
        Ok(Bytes::from_static(b"data: a\n\ndata: b")),
        Err("reset"),
        Ok(Bytes::from_static(b"\n\n")),
    ];
    let mut stream = SseStream::new(Chunks::new(items));
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "a");
    assert!(!stream.is_truncated() && !stream.is_terminated());
    assert_eq!(block_on(stream.next()).unwrap().unwrap_err(), StreamError::Transport("reset"));
    assert_eq!(stream.finish(), Err(Truncated));
    assert!(stream.is_terminated());
    for _ in 0..3 {
        assert!(block_on(stream.next()).is_none());
        assert!(stream.try_next().is_none());
        assert!(next_owned(&mut stream).is_none());
    }
}

#[test]
fn try_next_yields_only_what_is_here() {
    let mut stream =
        SseStream::new(chunks(&[b"data: a\n\ndata: b\n\ndata: c", b"\n\ndata: d\n\n"]));
    assert!(stream.try_next().is_none(), "nothing came yet");
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "a");
    assert_eq!(stream.try_next().unwrap().unwrap().data(), "b");
    assert!(stream.try_next().is_none());
    assert!(stream.try_next().is_none());
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "c");
    assert_eq!(stream.try_next().unwrap().unwrap().data(), "d");
    assert!(stream.try_next().is_none());
    assert!(block_on(stream.next()).is_none());
    assert_eq!(stream.finish(), Ok(()));
}

#[test]
fn a_loop_over_locations_can_skip_and_then_lend() {
    async fn first_with_data(stream: &mut SseStream<Chunks<Infallible>>) -> Option<&str> {
        let location = loop {
            let item = core::future::poll_fn(|cx| Pin::new(&mut *stream).poll_location(cx)).await;
            let location = item?.ok()?;
            if !stream.resolve(location).data().is_empty() {
                break location;
            }
        };
        Some(stream.resolve(location).data())
    }
    let mut stream = SseStream::new(chunks(&[b"data\n\ndata\n\n", b"data: x\n\n"]));
    assert_eq!(block_on(first_with_data(&mut stream)), Some("x"));
}

#[test]
fn dropping_the_future_of_next_loses_nothing() {
    let mut stream = SseStream::new(chunks(&[b"data: a", b"\n\n"]));
    let mut context = Context::from_waker(Waker::noop());
    let mut drops = 0;
    loop {
        let polled =
            pin!(stream.next()).poll(&mut context).map(|item| item.unwrap().unwrap().data() == "a");
        match polled {
            Poll::Ready(is_event) => break assert!(is_event),
            Poll::Pending => drops += 1,
        }
    }
    assert_eq!(drops, 2);
}

#[test]
fn an_owned_event_is_a_slice_of_its_chunk_until_it_is_compacted() {
    let chunk = Bytes::from_static(b"event: e\ndata: abc\n\n");
    let mut stream = SseStream::new(Chunks::<Infallible>::new([Ok(chunk.clone())]));
    let event = next_owned(&mut stream).unwrap().unwrap();
    let range = chunk.as_ptr_range();
    assert!(range.contains(&event.data_bytes().as_ptr()));
    assert!(range.contains(&event.event().as_ptr()));
    let event = event.detach();
    assert!(!range.contains(&event.data_bytes().as_ptr()));
    assert_eq!((event.event(), event.data()), ("e", "abc"));
    assert_eq!(event.into_data_bytes(), "abc");
}

#[test]
fn a_large_event_that_straddles_chunks_is_whole() {
    let data = "0123456789é".repeat(20_000);
    let input = format!("data: small\n\ndata: {data}\n\ndata: small\n\n");
    for length in [1000, 1460, 65_536] {
        let pieces: Vec<_> = input.as_bytes().chunks(length).collect();
        let outcome = owned(Decoder::new(), &pieces);
        let found: Vec<_> =
            outcome.items.iter().flatten().map(|record| record.data.as_str()).collect();
        assert!(found == ["small", &data, "small"]);
    }
}

#[test]
fn a_decoder_moves_on_to_the_next_connection() {
    let mut stream = SseStream::new(chunks(&[b"id: 7\nretry: 5\ndata: a\n\ndata: cut"]));
    assert!(block_on(stream.next()).unwrap().is_ok());
    assert!(block_on(stream.next()).is_none());
    let mut stream = SseStream::with_decoder(chunks(&[b"data: b\n\n"]), stream.into_decoder());
    let event = block_on(stream.next()).unwrap().unwrap();
    assert_eq!((event.data(), event.last_event_id()), ("b", "7"));
}

#[test]
fn errors_say_what_happened_and_name_their_cause() {
    use std::error::Error as _;
    let error = StreamError::Transport(std::io::Error::other("reset"));
    assert_eq!(error.to_string(), "reading the event stream failed");
    assert_eq!(error.source().unwrap().to_string(), "reset");
    let limits = Limits::new().with_event_bytes(3);
    let mut stream =
        SseStream::with_decoder(chunks(&[b"data: abcd\n\n"]), Decoder::new().with_limits(limits));
    let error = block_on(stream.next()).unwrap().unwrap_err();
    assert_eq!(error.to_string(), "expected an event of at most 3 bytes, found a larger one");
    assert!(error.source().is_none());
}

#[test]
fn streams_and_events_can_move_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Decoder>();
    check::<SseStream<Chunks<Infallible>>>();
    check::<oci_sse::Event>();
}

/// An owned event is a handle on the bytes as they came; only its text is repaired.
#[test]
fn an_owned_event_repairs_its_text_and_keeps_its_bytes() {
    for input in [&b"event: a\xFF\ndata: b\xC3\n\n"[..], b"data: b\xC3\nevent: a\xFF\n\n: more\n"] {
        for length in [input.len(), 7] {
            let pieces: Vec<_> = input.chunks(length).collect();
            let mut stream = SseStream::new(chunks(&pieces));
            let event = block_on(core::future::poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)));
            let event = event.unwrap().unwrap();
            for event in [event.clone(), event.detach()] {
                assert_eq!((event.event(), event.data()), ("a\u{fffd}", "b\u{fffd}"));
                assert_eq!(event.data_bytes(), b"b\xC3");
                assert_eq!(event.clone().into_data(), "b\u{fffd}");
                assert_eq!(event.into_data_bytes(), &b"b\xC3"[..]);
            }
        }
    }
}
