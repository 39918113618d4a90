//! `BodyChunks`: the data frames of a body, and nothing of its trailers.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::VecDeque;

use bytes::{Buf, Bytes};
use http_body::{Body, Frame};
use http_body_util::Full;
use oci_sse::{BodyChunks, SseStream, StreamError};

use crate::stream::block_on;

/// A body of frames whose data are in two parts, as a transport may hand them out.
struct Frames(VecDeque<Result<Frame<bytes::buf::Chain<Bytes, Bytes>>, &'static str>>);

impl Body for Frames {
    type Data = bytes::buf::Chain<Bytes, Bytes>;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Poll::Ready(self.0.pop_front())
    }
}

fn data(
    first: &'static str,
    second: &'static str,
) -> Result<Frame<bytes::buf::Chain<Bytes, Bytes>>, &'static str> {
    Ok(Frame::data(Bytes::from(first).chain(Bytes::from(second))))
}

#[test]
fn a_body_is_a_stream_of_events() {
    let body = Full::new(Bytes::from_static(b"data: a\n\ndata: b\n\n"));
    let mut stream = SseStream::new(BodyChunks::new(body));
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "a");
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "b");
    assert!(block_on(stream.next()).is_none());
}

#[test]
fn trailers_are_ignored_and_frames_of_several_parts_are_whole() {
    let frames = [data("data: ", "a"), data("", "\n\n"), Ok(Frame::trailers(Default::default()))];
    let mut stream = SseStream::new(BodyChunks::new(Frames(frames.into())));
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "a");
    assert!(block_on(stream.next()).is_none());
    assert_eq!(stream.finish(), Ok(()));
}

#[test]
fn an_error_of_the_body_is_a_transport_error() {
    let frames = [data("data: a\n\n", "data: b"), Err("reset"), data("\n\n", "")];
    let mut stream = SseStream::new(BodyChunks::new(Frames(frames.into())));
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "a");
    assert_eq!(block_on(stream.next()).unwrap().unwrap_err(), StreamError::Transport("reset"));
    assert!(block_on(stream.next()).is_none());
    assert!(stream.is_truncated());
}
