//! A fetch that belongs to all who wait for it: whoever is polled drives it on.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::{Fetch, TokenCache, TokenProvider};
use crate::snapshot::Snapshot;

pub(super) struct Flight<E> {
    work: Mutex<Work<E>>,
    waiters: Arc<Waiters>,
    /// Those that are counted are joined under the lock of the cache.
    count: AtomicUsize,
}

enum Work<E> {
    Running(Fetch<E>),
    Done(Result<Snapshot, E>),
}

impl<E> Flight<E> {
    pub(super) fn new(fetch: Fetch<E>) -> Self {
        let waiters = Arc::new(Waiters(Mutex::new(Vec::new())));
        Self { work: Mutex::new(Work::Running(fetch)), waiters, count: AtomicUsize::new(0) }
    }

    pub(super) fn is_alone(&self) -> bool {
        self.count.load(Ordering::SeqCst) == 0
    }
}

/// One caller's part in a flight.
pub(super) struct Waiting<'c, P: TokenProvider> {
    cache: &'c TokenCache<P>,
    flight: Arc<Flight<P::Error>>,
    /// Its place among the wakers, from its first poll on.
    slot: Option<usize>,
    is_done: bool,
}

impl<'c, P: TokenProvider> Waiting<'c, P> {
    pub(super) fn new(cache: &'c TokenCache<P>, flight: Arc<Flight<P::Error>>) -> Self {
        flight.count.fetch_add(1, Ordering::SeqCst);
        Self { cache, flight, slot: None, is_done: false }
    }
}

impl<P: TokenProvider> Future for Waiting<'_, P> {
    type Output = Result<Snapshot, P::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let flight = Arc::clone(&this.flight);
        let mut work = flight.work.lock().unwrap_or_else(PoisonError::into_inner);
        let fetch = match &mut *work {
            Work::Done(outcome) => {
                this.is_done = true;
                return Poll::Ready(outcome.clone());
            }
            Work::Running(fetch) => fetch,
        };
        // Before the fetch is polled, or a waking in between would be lost.
        this.slot = Some(flight.waiters.put(this.slot, cx.waker()));
        let everybody = Waker::from(Arc::clone(&flight.waiters));
        match fetch.as_mut().poll(&mut Context::from_waker(&everybody)) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(outcome) => {
                *work = Work::Done(outcome.clone());
                drop(work);
                this.is_done = true;
                this.cache.land(&outcome);
                flight.waiters.wake_all();
                Poll::Ready(outcome)
            }
        }
    }
}

impl<P: TokenProvider> Drop for Waiting<'_, P> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            self.flight.waiters.remove(slot);
        }
        if self.flight.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.cache.give_up(&self.flight);
        } else if !self.is_done {
            // This one may have been woken to drive the fetch on, and did not.
            self.flight.waiters.wake_all();
        }
    }
}

/// The wakers of all who wait; as a waker, it wakes them all, because each may be dropped before it is polled.
struct Waiters(Mutex<Vec<Option<Waker>>>);

impl Waiters {
    /// Sets the waker of a place, or finds a place for it.
    fn put(&self, slot: Option<usize>, waker: &Waker) -> usize {
        let mut wakers = self.lock();
        let slot = slot.or_else(|| wakers.iter().position(Option::is_none));
        let slot = slot.unwrap_or(wakers.len());
        match wakers.get_mut(slot) {
            Some(place) => *place = Some(waker.clone()),
            None => wakers.push(Some(waker.clone())),
        }
        slot
    }

    fn remove(&self, slot: usize) {
        if let Some(place) = self.lock().get_mut(slot) {
            *place = None;
        }
    }

    fn wake_all(&self) {
        // Woken without the lock, since a waker may run what it wakes at once. The places stay taken.
        let wakers: Vec<Waker> = self.lock().iter().flatten().cloned().collect();
        wakers.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<Waker>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Waiters {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_all();
    }
}
