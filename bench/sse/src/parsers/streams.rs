//! Parsers that wrap a stream of chunks.

use bytes::Bytes;

use super::{Chunks, drain};
use crate::sink::Sink;

pub(super) fn sse_stream<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    drain(sse_stream::SseByteStream::new(Chunks::new(chunks)), |event| {
        if let Ok(sse_stream::Sse { data: Some(data), .. }) = event {
            sink.data(data.as_bytes());
        }
    });
    sink
}

pub(super) fn sseer<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    drain(sseer::event_stream::EventStream::new(Chunks::new(chunks)), |event| {
        if let Ok(event) = event {
            sink.data(event.data.as_bytes());
        }
    });
    sink
}

pub(super) fn eventsource_stream<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    drain(eventsource_stream::EventStream::new(Chunks::new(chunks)), |event| {
        if let Ok(event) = event {
            sink.data(event.data.as_bytes());
        }
    });
    sink
}

pub(super) fn eventsource_stream2<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    drain(eventsource_stream2::EventStream::new(Chunks::new(chunks)), |event| {
        if let Ok(event) = event {
            sink.data(event.data.as_bytes());
        }
    });
    sink
}
