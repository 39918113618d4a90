//! An HTTP body as a stream of chunks.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_core::Stream;
use http_body::Body;
use pin_project::pin_project;

/// The data frames of an [`http_body::Body`]; trailers are ignored.
///
/// `SseStream::new(BodyChunks::new(response.into_body()))` reads the events of a response.
/// Status and media type are the caller's business, as is `Content-Encoding`.
#[pin_project]
#[derive(Clone, Copy, Debug)]
pub struct BodyChunks<B> {
    #[pin]
    body: B,
}

impl<B> BodyChunks<B> {
    /// The chunks of `body`.
    pub fn new(body: B) -> Self {
        Self { body }
    }

    /// The body, with what was not read.
    pub fn into_inner(self) -> B {
        self.body
    }
}

impl<B: Body> Stream for BodyChunks<B> {
    type Item = Result<Bytes, B::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            match ready!(this.body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(mut data) = frame.into_data() {
                        // For `Bytes` this is a change of owner, not a copy.
                        return Poll::Ready(Some(Ok(data.copy_to_bytes(data.remaining()))));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
