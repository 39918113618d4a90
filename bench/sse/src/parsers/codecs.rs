//! Parsers that are handed bytes.

use bytes::{Bytes, BytesMut};

use crate::sink::Sink;

pub(super) fn sse_core<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    // Its default of 512 KiB would refuse the largest event.
    let limit = std::num::NonZeroUsize::MAX;
    let mut decoder = sse_core::SseDecoder::with_limit(limit);
    for chunk in chunks.iter() {
        let mut rest: &[u8] = chunk;
        while let Some(event) = decoder.next(&mut rest) {
            if let Ok(sse_core::SseEvent::Message(event)) = event {
                sink.data(event.data.as_bytes());
            }
        }
    }
    sink
}

pub(super) fn sse_parse<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    let mut parser = sse_parse::SseParser::new();
    for chunk in chunks.iter() {
        parser.feed(chunk);
        while let Some(event) = parser.next_event() {
            sink.data(event.data.as_bytes());
        }
    }
    sink
}

pub(super) fn sse_codec<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    use futures_codec::Decoder;

    let mut sink = S::default();
    let mut codec = sse_codec::SSECodec::default();
    let mut buffer = BytesMut::new();
    for chunk in chunks.iter() {
        buffer.extend_from_slice(chunk);
        while let Ok(Some(event)) = codec.decode(&mut buffer) {
            if let sse_codec::Event::Message { data, .. } = event {
                sink.data(data.as_bytes());
            }
        }
    }
    sink
}

pub(super) fn tokio_sse_codec<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    use tokio_util::codec::Decoder;

    let mut sink = S::default();
    let mut decoder = tokio_sse_codec::SseDecoder::<Bytes>::new();
    let mut buffer = BytesMut::new();
    for chunk in chunks.iter() {
        buffer.extend_from_slice(chunk);
        while let Ok(Some(frame)) = decoder.decode(&mut buffer) {
            if let tokio_sse_codec::Frame::Event(event) = frame {
                sink.data(&event.data);
            }
        }
    }
    sink
}
