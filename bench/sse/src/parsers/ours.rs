//! `oci-sse`, through its front ends.

use bytes::Bytes;
use bytestring::ByteString;
use oci_sse::{Decoder, SseStream};

use super::{Chunks, drain};
use crate::sink::Sink;

/// The lending iterator: `&str`.
pub(super) fn borrowed<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    let mut decoder = Decoder::new();
    for chunk in chunks.iter() {
        let mut events = decoder.feed(chunk);
        while let Some(event) = events.next() {
            if let Ok(event) = event {
                sink.data(event.data().as_bytes());
            }
        }
    }
    sink
}

/// The stream of owned events. Their text is checked, and looked at as bytes.
pub(super) fn owned<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    drain(SseStream::new(Chunks::new(chunks)), |event| {
        if let Ok(event) = event {
            sink.data(event.data_bytes());
        }
    });
    sink
}

/// The same, looked at as `&str`, which checks it once more.
pub(super) fn owned_text<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    drain(SseStream::new(Chunks::new(chunks)), |event| {
        if let Ok(event) = event {
            sink.data(event.data().as_bytes());
        }
    });
    sink
}

/// What owned text of a type that remembers that it was checked would cost, without a stream around it:
/// the chunk is checked by `ByteString`, and each event is a checked slice of it, or a copy.
pub(super) fn byte_string<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    let mut decoder = Decoder::new();
    for chunk in chunks.iter() {
        let text = ByteString::try_from(chunk.clone());
        let mut events = decoder.feed(chunk);
        while let Some(event) = events.next() {
            let Ok(event) = event else { continue };
            let data = event.data();
            let owned = match &text {
                Ok(text) if chunk.as_ptr_range().contains(&data.as_ptr()) => text.slice_ref(data),
                _ => ByteString::from(data),
            };
            sink.data(owned.as_bytes());
        }
    }
    sink
}
