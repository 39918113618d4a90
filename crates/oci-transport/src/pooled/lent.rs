//! The body of an answer, which holds its connection until it has been read to its end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::Sender;
use super::idle::Idle;
use crate::connect::BoxError;

/// A body and the connection that it comes over.
pub(crate) struct Lent {
    incoming: Incoming,
    /// `None` when it has gone back or is broken.
    connection: Option<(Sender, Arc<Idle>)>,
}

impl Lent {
    pub(super) fn new(incoming: Incoming, sender: Sender, idle: &Arc<Idle>) -> Self {
        Self { incoming, connection: Some((sender, idle.clone())) }
    }

    fn give_back(&mut self) {
        if let Some((sender, idle)) = self.connection.take() {
            idle.put(sender);
        }
    }
}

impl Body for Lent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.incoming).poll_frame(cx));
        match &frame {
            Some(Ok(_)) => {}
            Some(Err(_)) => self.connection = None,
            None => self.give_back(),
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Whoever read all bytes of a body of known length need not ask for more. Anything else cancels the request: hyper closes a
        // connection whose answer nobody reads.
        if self.incoming.is_end_stream() {
            self.give_back();
        }
    }
}
