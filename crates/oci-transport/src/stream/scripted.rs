//! A body in memory for tests of streams.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};

/// Frames that are ready, then the end: closed, broken or silent for ever.
pub(super) struct Scripted {
    frames: VecDeque<&'static str>,
    end: End,
}

#[derive(Clone, Copy)]
pub(super) enum End {
    Closed,
    Broken,
    Silent,
}

impl Scripted {
    pub(super) fn new(frames: &[&'static str], end: End) -> Self {
        Self { frames: frames.iter().copied().collect(), end }
    }
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match (self.frames.pop_front(), self.end) {
            (Some(data), _) => {
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(data.as_bytes())))))
            }
            (None, End::Closed) => Poll::Ready(None),
            (None, End::Broken) => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            (None, End::Silent) => Poll::Pending,
        }
    }
}
