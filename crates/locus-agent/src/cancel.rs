//! [`Canceller`]: ends a run from elsewhere.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures_util::task::AtomicWaker;

/// Ends a run from elsewhere, also from another thread. Clones end the same run.
///
/// Answers and tools under way are dropped; the run ends with [`Reason::Cancelled`](crate::Reason::Cancelled) and a conversation
/// that can go on.
#[derive(Clone, Debug, Default)]
pub struct Canceller(Arc<Signal>);

#[derive(Debug, Default)]
struct Signal {
    is_set: AtomicBool,
    waker: AtomicWaker,
}

impl Canceller {
    /// Ends the run.
    pub fn cancel(&self) {
        self.0.is_set.store(true, Ordering::SeqCst);
        self.0.waker.wake();
    }

    /// Whether the run was told to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_set.load(Ordering::SeqCst)
    }

    /// What the work comes to, or nothing if the run is to end before.
    pub(crate) async fn unless<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|context| {
            // First the waker, then the look: in the other order a signal between the two would wake nobody.
            self.0.waker.register(context.waker());
            if self.is_cancelled() {
                return Poll::Ready(None);
            }
            work.as_mut().poll(context).map(Some)
        })
        .await
    }
}
