//! The connections that wait for their next request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::Sender;

/// Idle connections of one host, each for a limited time.
#[derive(Default)]
pub(super) struct Idle(Mutex<State>);

#[derive(Default)]
struct State {
    /// In the order in which they became idle.
    connections: Vec<Connection>,
    /// Closes them when their time is over; there is one while there are connections.
    closer: Option<JoinHandle<()>>,
}

struct Connection {
    sender: Sender,
    until: Instant,
}

impl Idle {
    /// The connection that has been idle for the shortest time, so that those which are not needed are closed.
    pub(super) fn take(&self) -> Option<Sender> {
        let mut state = self.lock();
        // The time is looked at here too: the closer stands still while nobody drives its runtime.
        let now = Instant::now();
        while let Some(Connection { sender, until }) = state.connections.pop() {
            if now < until && sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    /// Takes a connection whose answer was read to its end.
    pub(super) fn put(self: &Arc<Self>, mut sender: Sender) {
        if sender.is_ready() {
            self.keep(sender);
            return;
        }
        if sender.is_closed() {
            return;
        }
        // The end of the answer was read before the connection got to ask for the next request, or the service answered before it
        // had all of the request.
        let idle = Arc::downgrade(self);
        spawn(async move {
            if sender.ready().await.is_ok()
                && let Some(idle) = idle.upgrade()
            {
                idle.keep(sender);
            }
        });
    }

    fn keep(self: &Arc<Self>, sender: Sender) {
        let until = Instant::now() + LONGEST;
        let mut state = self.lock();
        if state.connections.len() >= MOST {
            return;
        }
        state.connections.push(Connection { sender, until });
        // A closer that is finished before it was told to ended with its runtime.
        if state.closer.as_ref().is_none_or(JoinHandle::is_finished) {
            state.closer = spawn(close(Arc::downgrade(self), until));
        }
    }

    /// Closes what has been idle for too long, and forgets what the service has closed. When there is something to do again.
    fn close(&self, now: Instant) -> Option<Instant> {
        let mut state = self.lock();
        state
            .connections
            .retain(|connection| now < connection.until && connection.sender.is_ready());
        let next = state.connections.first().map(|connection| connection.until);
        if next.is_none() {
            // Under the lock: whoever keeps a connection from now on finds that it is over.
            state.closer = None;
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while it was held left whole entries behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        if let Some(closer) = &self.lock().closer {
            closer.abort();
        }
    }
}

async fn close(idle: Weak<Idle>, mut at: Instant) {
    loop {
        sleep_until(at).await;
        let Some(next) = idle.upgrade().and_then(|idle| idle.close(Instant::now())) else { return };
        at = next;
    }
}

/// Runs it in the present runtime. The end of an answer may be read, or dropped, outside of any: then nothing is kept waiting.
fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Option<JoinHandle<()>> {
    Handle::try_current().ok().map(|runtime| runtime.spawn(future))
}

/// How long a connection may be idle. Oracle's load balancers close it after 65 s, as their documentation says; a request that is
/// sent at that moment is lost.
pub(super) const LONGEST: Duration = Duration::from_secs(50);

/// How many connections may be idle. After a burst of more calls than this the further ones are closed at once, so that a program
/// does not run out of files: many systems allow 1024.
pub(super) const MOST: usize = 512;
