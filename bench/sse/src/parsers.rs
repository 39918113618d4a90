//! The parsers, each as a function from chunks to a sink.

mod ceilings;
mod clients;
mod codecs;
mod ours;
mod streams;

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;

use crate::sink::{Checksum, Touch};

/// One way to parse, under the name it is shown with. Both functions may take the chunks or leave them;
/// what they leave is dropped outside of the time, and what they take is on their account.
pub struct Parser {
    pub name: &'static str,
    pub check: fn(&mut Vec<Bytes>) -> Checksum,
    pub time: fn(&mut Vec<Bytes>) -> Touch,
    /// It is no parser: what it gives the sink is not the events.
    pub is_ceiling: bool,
}

macro_rules! parsers {
    ($is_ceiling:literal, $($name:literal: $($function:ident)::+,)*) => {
        &[$(Parser {
            name: $name,
            check: $($function)::+::<Checksum>,
            time: $($function)::+::<Touch>,
            is_ceiling: $is_ceiling,
        }),*]
    };
}

/// Ours first: the first is what the others are compared with.
pub const PARSERS: &[Parser] = parsers![
    false,
    "oci-sse": ours::borrowed,
    "oci-sse `Bytes`": ours::owned,
    "oci-sse `Bytes`, `data()`": ours::owned_text,
    "oci-sse `ByteString`": ours::byte_string,
    "sse-core": codecs::sse_core,
    "sse-parse": codecs::sse_parse,
    "sse-stream": streams::sse_stream,
    "sseer": streams::sseer,
    "sse-codec": codecs::sse_codec,
    "tokio_sse_codec": codecs::tokio_sse_codec,
    "eventsource-stream2": streams::eventsource_stream2,
    "eventsource-stream": streams::eventsource_stream,
    "eventsource-client": clients::eventsource_client,
];

/// Searching the line ends of the same chunks, and nothing else.
pub const CEILINGS: &[Parser] = parsers![
    true,
    "memchr": ceilings::memchr_line_feeds,
    "memchr2": ceilings::memchr2_line_ends,
];

/// The chunks as a stream that is always ready.
struct Chunks<'a>(std::vec::Drain<'a, Bytes>);

impl<'a> Chunks<'a> {
    fn new(chunks: &'a mut Vec<Bytes>) -> Self {
        Self(chunks.drain(..))
    }
}

impl Stream for Chunks<'_> {
    type Item = Result<Bytes, Infallible>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

/// Calls `each` with the items until there are no more, or none that is ready.
#[inline]
fn drain<S: Stream>(stream: S, mut each: impl FnMut(S::Item)) {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(item)) = stream.as_mut().poll_next(&mut context) {
        each(item);
    }
}
