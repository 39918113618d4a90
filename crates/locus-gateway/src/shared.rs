//! Limits, budgets and rests that several gateways count together, in a store that speaks the protocol of Redis.
//!
//! 1. Each decision is one script, which the store runs at once and by its own clock: no call is admitted that another gateway's
//!    call leaves no room for.
//! 2. A call under way is a lease. Its gateway renews it; when the gateway is gone it runs out.
//! 3. What a call has really taken is told afterwards, as often as it takes, and counts once.
//! 4. Nobody waits for a store that does not answer: each operation has a time limit, and one task connects again.

mod keeper;
mod key;
#[cfg_attr(not(feature = "redis"), path = "shared/no_link.rs")]
mod link;
mod scripts;
#[cfg(feature = "redis")]
mod tls;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

pub(crate) use key::{Lease, Refusal, Refused, SharedKey, Terms};

use crate::config::{StoreConfig, WhenAway};
use crate::error::Error;
use crate::metrics::StoreMetrics;
use link::Link;
use scripts::{Call, Script};

/// The store, as this gateway knows it.
pub(crate) struct Store {
    config: StoreConfig,
    /// The name of this gateway among those that share the store.
    replica: String,
    state: watch::Sender<State>,
    /// How many gateways there were when the store was heard of last; 0 before it ever was.
    replicas: AtomicUsize,
    /// How often the store has gone away.
    outages: AtomicU64,
    /// The deployments that rest, by name.
    rests: Mutex<HashMap<Box<str>, Instant>>,
    keys: Mutex<Vec<Weak<SharedKey>>>,
    outbox: Mutex<Outbox>,
    /// Something is pending, or somebody doubts that the store is there.
    wake: Arc<Notify>,
    is_doubted: AtomicBool,
    /// Nothing is pending any more.
    flushed: Notify,
    keeper: Mutex<Option<JoinHandle<()>>>,
    numbers: AtomicU64,
    metrics: StoreMetrics,
}

#[derive(Clone)]
enum State {
    Connecting,
    Here(Link),
    Away,
}

/// What came of asking the store.
enum Asked {
    Answer(Vec<String>),
    /// It has not done what it was asked to.
    Undone,
    /// Nobody knows whether it has.
    Unknown,
}

/// What the store has to be told when it can be.
#[derive(Default)]
struct Outbox {
    waiting: Vec<Pending>,
    /// How many are being told.
    under_way: usize,
    /// Whether keys owe what was spent without the store.
    is_owed: bool,
}

struct Pending {
    call: Call,
    /// Whose sum the answer is about; without one it is not worth telling later.
    key: Option<Arc<SharedKey>>,
    told: Option<oneshot::Sender<()>>,
}

impl Store {
    pub(crate) fn new(config: &StoreConfig, metrics: &StoreMetrics) -> Result<Arc<Self>, Error> {
        if !link::IS_BUILT_IN {
            return Err(Error::Store {
                message: "this program was built without the feature redis",
            });
        }
        let mut random = [0; 8];
        getrandom::fill(&mut random)
            .map_err(|_| Error::Store { message: "the system has no random numbers" })?;
        metrics.up.get_or_create(&[]).set(0);
        Ok(Arc::new(Self {
            config: config.clone(),
            replica: hex(&random),
            state: watch::Sender::new(State::Connecting),
            replicas: AtomicUsize::new(0),
            outages: AtomicU64::new(0),
            rests: Mutex::default(),
            keys: Mutex::default(),
            outbox: Mutex::default(),
            wake: Arc::default(),
            is_doubted: AtomicBool::new(false),
            flushed: Notify::new(),
            keeper: Mutex::default(),
            numbers: AtomicU64::new(0),
            metrics: metrics.clone(),
        }))
    }

    /// Whether it is the store that a configuration names.
    pub(crate) fn is_at(&self, config: &StoreConfig) -> bool {
        self.config == *config
    }

    /// Sees that a connection is kept, by this runtime unless another one does it. Without one it is for whoever serves to say.
    pub(crate) fn keep(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else { return };
        let mut keeper = lock(&self.keeper);
        // It ends with its runtime.
        if keeper.as_ref().is_none_or(JoinHandle::is_finished) {
            *keeper = Some(runtime.spawn(keeper::keep(Arc::downgrade(self))));
        }
    }

    /// Whether it is there, for people and probes.
    pub(crate) fn condition(&self) -> &'static str {
        match &*self.state.borrow() {
            State::Connecting => "connecting",
            State::Here(_) => "here",
            State::Away => match self.config.when_away {
                WhenAway::Fail => "away, keys with limits are refused",
                WhenAway::Alone => "away, each gateway counts alone",
            },
        }
    }

    /// Waits until everything is told that was to be, but not for long.
    pub(crate) async fn flush(&self) {
        let flushed = async {
            loop {
                let told = self.flushed.notified();
                let is_empty = {
                    let outbox = lock(&self.outbox);
                    outbox.waiting.is_empty() && outbox.under_way == 0 && !outbox.is_owed
                };
                if is_empty {
                    return;
                }
                self.wake.notify_one();
                told.await;
            }
        };
        if timeout(LAST_WORDS, flushed).await.is_err() {
            let left = lock(&self.outbox).waiting.len();
            tracing::warn!(target: "locus_gateway", left, "the store was not told of every call");
        }
    }

    /// How long a deployment rests because of what another gateway has seen.
    pub(crate) fn rests_until(&self, name: &str) -> Option<Instant> {
        lock(&self.rests).get(name).copied()
    }

    /// Tells the others that a deployment rests; for no time, that it does no longer.
    pub(crate) fn rest(&self, name: &str, time: Duration) {
        if time.is_zero() {
            lock(&self.rests).remove(name);
        }
        let micros = time.as_micros().to_string();
        let call = Call {
            script: Script::Rest,
            keys: self.common_keys(),
            args: vec!["0".into(), name.to_owned(), micros],
        };
        self.tell(Pending { call, key: None, told: None });
    }

    /// A name for something of the operator's, by which all gateways know it and nobody else does.
    pub(crate) fn name_of(&self, parts: &[&str]) -> Box<str> {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hex(hash.finalize().get(..16).unwrap_or_default()).into()
    }

    /// The connection, if there is one. At the start it is waited for, as long as an operation may take.
    async fn link(&self) -> Option<Link> {
        match &*self.state.borrow() {
            State::Here(link) => return Some(link.clone()),
            State::Away => return None,
            State::Connecting => {}
        }
        let mut state = self.state.subscribe();
        let known = state.wait_for(|state| !matches!(state, State::Connecting));
        match &*timeout(self.config.timeout, known).await.ok()?.ok()? {
            State::Here(link) => Some(link.clone()),
            State::Connecting | State::Away => None,
        }
    }

    /// Runs a script for a call that waits for it. Whether a store that fails is still there is for the keeper to find out.
    async fn ask(&self, call: &Call) -> Asked {
        let Some(link) = self.link().await else { return Asked::Undone };
        let (outcome, asked) = match timeout(self.config.timeout, link.call(call)).await {
            Ok(Ok(answer)) => ("success", Asked::Answer(answer)),
            Ok(Err(error)) => {
                tracing::debug!(target: "locus_gateway", %error, "the store has failed");
                ("error", if error.is_refusal() { Asked::Undone } else { Asked::Unknown })
            }
            Err(_) => ("timeout", Asked::Unknown),
        };
        self.metrics.operation(call.script.name(), outcome);
        if !matches!(asked, Asked::Answer(_)) {
            self.is_doubted.store(true, Ordering::Relaxed);
            self.wake.notify_one();
        }
        asked
    }

    /// Notes that some key owes what was spent without the store.
    fn owes(&self) {
        lock(&self.outbox).is_owed = true;
        self.wake.notify_one();
    }

    fn tell(&self, pending: Pending) {
        lock(&self.outbox).waiting.push(pending);
        self.wake.notify_one();
    }

    /// The keys of what belongs to no client.
    fn common_keys(&self) -> Arc<[String]> {
        let name = &self.config.namespace;
        ["replicas", "rests"].map(|what| format!("{name}:{{all}}:{what}")).into()
    }

    /// A name that nothing else in the store has.
    fn fresh(&self) -> String {
        format!("{}-{}", self.replica, self.numbers.fetch_add(1, Ordering::Relaxed))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is not told by then runs out by itself, as if this gateway had been killed.
const LAST_WORDS: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
