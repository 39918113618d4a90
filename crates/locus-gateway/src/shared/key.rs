//! What a client's key has left, as all gateways count it.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;

use super::scripts::{Call, Script};
use super::{Asked, Pending, Store, lock};
use crate::config::WhenAway;

/// What a key allows, in the numbers of the scripts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) rpm: Option<u32>,
    pub(crate) tpm: Option<u32>,
    pub(crate) parallel: Option<u32>,
    /// In US dollars, for each period.
    pub(crate) budget: Option<f64>,
    /// The length of a period in seconds; 0 if there is one.
    pub(crate) every: u64,
    /// When the first period began, in seconds since 1970.
    pub(crate) begun: u64,
}

/// A client's key in the store.
pub(crate) struct SharedKey {
    store: Arc<Store>,
    keys: Arc<[String]>,
    terms: Terms,
    seen: Mutex<Seen>,
    /// The calls under way, with what each has reserved of the budget.
    live: Mutex<HashMap<String, f64>>,
    /// What calls have cost that were admitted without the store, and that it has not heard of.
    owed: Mutex<f64>,
}

/// The sum that the store knew when it was heard of last.
#[derive(Clone, Debug)]
struct Seen {
    spent: f64,
    since: u64,
    /// Which of its sums it was; a store that has lost one begins another.
    name: String,
}

/// Why a call is not admitted.
#[derive(Debug)]
pub(crate) enum Refused {
    Limit(Refusal),
    /// The store cannot be asked.
    Away,
}

/// The limit that is reached, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Refusal {
    Budget { left: f64, wait: Option<Duration> },
    Calls { wait: Duration },
    Parallel { wait: Duration },
    Tokens { wait: Duration },
}

/// A call that was taken out of the limits. Dropping it gives everything back that it has not used.
pub(crate) struct Lease {
    key: Arc<SharedKey>,
    id: String,
    kind: Kind,
    /// The sum that it was taken from.
    name: String,
    tokens: u64,
    is_over: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// The store has it.
    Lease,
    /// It was admitted without the store.
    Alone,
}

impl SharedKey {
    /// A key, with what the books of this gateway have it spend: a store that knows nothing of it goes on from there.
    pub(crate) fn new(
        store: &Arc<Store>,
        digest: &[u8; 32],
        terms: Terms,
        spent: f64,
        since: u64,
    ) -> Arc<Self> {
        // Not the digest that keys are checked by, which is of no use to whoever reads the store.
        let name = store.name_of(&["key", &super::hex(digest)]);
        let namespace = &store.config.namespace;
        let keys = PARTS.map(|part| format!("{namespace}:{{{name}}}:{part}")).into();
        let seen = Mutex::new(Seen { spent, since, name: String::new() });
        let key = Arc::new(Self {
            store: Arc::clone(store),
            keys,
            terms,
            seen,
            live: Mutex::default(),
            owed: Mutex::default(),
        });
        lock(&store.keys).push(Arc::downgrade(&key));
        key
    }

    pub(crate) fn is_of(&self, store: &Arc<Store>) -> bool {
        Arc::ptr_eq(&self.store, store)
    }

    /// Takes a call out of all limits at once.
    pub(crate) async fn take(
        self: &Arc<Self>,
        tokens: u64,
        dollars: f64,
    ) -> Result<Lease, Refused> {
        let terms = &self.terms;
        let has_lease = terms.tpm.is_some() || terms.parallel.is_some() || terms.budget.is_some();
        let mut lease = self.lease(Kind::Lease, tokens, has_lease.then_some(dollars));
        let seen = lock(&self.seen).clone();
        let call = Call {
            script: Script::Take,
            keys: Arc::clone(&self.keys),
            args: vec![
                "0".into(),
                lease.id.clone(),
                LEASE.as_micros().to_string(),
                number(terms.rpm),
                number(terms.tpm),
                number(terms.parallel),
                number(terms.budget),
                terms.every.to_string(),
                terms.begun.to_string(),
                tokens.to_string(),
                dollars.to_string(),
                seen.spent.to_string(),
                seen.since.to_string(),
                seen.name,
            ],
        };
        // Whoever leaves in the meantime drops the lease, which then is given back.
        let answer = match self.store.ask(&call).await {
            Asked::Answer(answer) => answer,
            Asked::Undone => {
                lease.end();
                return Err(Refused::Away);
            }
            Asked::Unknown => return Err(Refused::Away),
        };
        let [verdict, wait, left, sum @ ..] = answer.as_slice() else { return Err(Refused::Away) };
        self.hear(sum);
        let micros: f64 = wait.parse().unwrap_or_default();
        let wait = Duration::try_from_secs_f64(micros / 1e6);
        let refusal = match (verdict.as_str(), wait) {
            ("taken", _) => {
                lease.name = sum.last().cloned().unwrap_or_default();
                return Ok(lease);
            }
            ("budget", wait) => {
                Refusal::Budget { left: left.parse().unwrap_or_default(), wait: wait.ok() }
            }
            ("calls", wait) => Refusal::Calls { wait: wait.unwrap_or_default() },
            ("parallel", wait) => Refusal::Parallel { wait: wait.unwrap_or_default() },
            ("tokens", wait) => Refusal::Tokens { wait: wait.unwrap_or_default() },
            // It was given back before it was taken: whoever wanted it has left.
            _ => {
                lease.end();
                return Err(Refused::Away);
            }
        };
        lease.end();
        Err(Refused::Limit(refusal))
    }

    /// The part of the limits that this gateway may use by itself while the store is away, and the number of the outage; nothing if
    /// it may not, or if it has never heard how many others there are.
    pub(crate) fn share(&self) -> Option<(Terms, u64)> {
        let count = self.store.replicas.load(Ordering::Relaxed);
        let count = u32::try_from(count).ok().filter(|count| *count > 0)?;
        if self.store.config.when_away != WhenAway::Alone {
            return None;
        }
        // What is under way was taken from the whole, not from the share.
        let reserved: f64 = lock(&self.live).values().sum();
        let spent = self.spent();
        let part = |limit: Option<u32>| limit.map(|limit| limit / count);
        let terms = Terms {
            rpm: part(self.terms.rpm),
            tpm: part(self.terms.tpm),
            parallel: part(self.terms.parallel),
            budget: self
                .terms
                .budget
                .map(|all| ((all - spent) / f64::from(count) - reserved).max(0.0)),
            ..self.terms
        };
        Some((terms, self.store.outages.load(Ordering::Relaxed)))
    }

    /// A call that is admitted without the store, if there are not as many as `most` under way.
    pub(crate) fn take_alone(self: &Arc<Self>, most: Option<u32>) -> Option<Lease> {
        let most = most.map_or(usize::MAX, |most| most as usize);
        if lock(&self.live).len() >= most {
            return None;
        }
        Some(self.lease(Kind::Alone, 0, Some(0.0)))
    }

    /// Counts a call that was admitted so.
    pub(crate) fn counted_alone(&self) {
        self.store.metrics.alone.get_or_create(&[]).inc();
    }

    /// What the answer of a script says of the sum.
    pub(super) fn hear(&self, sum: &[String]) {
        let [spent, since, name] = sum else { return };
        if let (Ok(spent), Ok(since)) = (spent.parse(), since.parse())
            && self.terms.budget.is_some()
        {
            *lock(&self.seen) = Seen { spent, since, name: name.clone() };
        }
    }

    /// The calls that keep what is under way.
    pub(super) fn renewals(&self) -> Vec<Call> {
        let ids: Vec<String> = lock(&self.live).keys().cloned().collect();
        let call = |ids: &[String]| {
            let fixed = [
                "0".to_owned(),
                LEASE.as_micros().to_string(),
                number(self.terms.budget),
                self.terms.every.to_string(),
                self.terms.begun.to_string(),
            ];
            let args = fixed.into_iter().chain(ids.iter().cloned()).collect();
            Call { script: Script::Renew, keys: Arc::clone(&self.keys), args }
        };
        ids.chunks(MOST_AT_ONCE).map(call).collect()
    }

    /// What calls have cost of which the store has not heard; it is then pending.
    pub(super) fn owed(self: &Arc<Self>) -> Option<Pending> {
        let dollars = std::mem::take(&mut *lock(&self.owed));
        let id = || self.store.fresh();
        (dollars > 0.0).then(|| self.pending(&id(), Kind::Alone, "", (0, 0), dollars))
    }

    /// What was spent in the period of now, as far as it is known here.
    fn spent(&self) -> f64 {
        let seen = lock(&self.seen);
        let now = crate::clock::unix_seconds();
        let is_over = self.terms.every > 0 && now >= seen.since + self.terms.every;
        if is_over { 0.0 } else { seen.spent }
    }

    /// A lease; what it reserves is noted if the store has to hear of it again.
    fn lease(self: &Arc<Self>, kind: Kind, tokens: u64, noted: Option<f64>) -> Lease {
        let id = self.store.fresh();
        if let Some(dollars) = noted {
            lock(&self.live).insert(id.clone(), dollars);
        }
        let is_over = noted.is_none();
        Lease { key: Arc::clone(self), id, kind, name: String::new(), tokens, is_over }
    }

    fn pending(
        self: &Arc<Self>,
        id: &str,
        kind: Kind,
        name: &str,
        (guessed, counted): (u64, u64),
        dollars: f64,
    ) -> Pending {
        let seen = lock(&self.seen).clone();
        let kind = match kind {
            Kind::Lease => "lease",
            Kind::Alone => "alone",
        };
        let args = vec![
            "0".into(),
            id.to_owned(),
            kind.to_owned(),
            name.to_owned(),
            number(self.terms.tpm),
            guessed.to_string(),
            counted.to_string(),
            number(self.terms.budget),
            self.terms.every.to_string(),
            self.terms.begun.to_string(),
            dollars.to_string(),
            seen.spent.to_string(),
            seen.since.to_string(),
            seen.name,
        ];
        let call = Call { script: Script::Settle, keys: Arc::clone(&self.keys), args };
        Pending { call, key: Some(Arc::clone(self)), told: None }
    }
}

impl Lease {
    /// Replaces what was reserved by what was really taken. The result is ready when the store has heard of it, unless there is
    /// nothing to hear.
    pub(crate) fn settle(mut self, tokens: u64, dollars: f64) -> Option<oneshot::Receiver<()>> {
        self.over(tokens, dollars)
    }

    /// How long to wait for that.
    pub(crate) fn patience(&self) -> Duration {
        self.key.store.config.timeout
    }

    fn over(&mut self, tokens: u64, dollars: f64) -> Option<oneshot::Receiver<()>> {
        if !self.end() {
            return None;
        }
        if self.kind == Kind::Alone {
            // What is free, or has no budget, the store need not hear of.
            if dollars > 0.0 && self.key.terms.budget.is_some() {
                *lock(&self.key.owed) += dollars;
                self.key.store.owes();
            }
            return None;
        }
        let (told, heard) = oneshot::channel();
        let counts = (self.tokens, tokens);
        let pending = self.key.pending(&self.id, self.kind, &self.name, counts, dollars);
        self.key.store.tell(Pending { told: Some(told), ..pending });
        Some(heard)
    }

    /// Notes that it is over; false if it was already.
    fn end(&mut self) -> bool {
        if self.is_over {
            return false;
        }
        self.is_over = true;
        lock(&self.key.live).remove(&self.id);
        true
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.over(0, 0.0));
    }
}

/// A limit as the scripts read it: below zero there is none.
fn number<N: ToString>(limit: Option<N>) -> String {
    limit.map_or_else(|| "-1".to_owned(), |limit| limit.to_string())
}

/// What a client's key has in the store: calls by second, the bucket of tokens, the sum of dollars, leases by their end, what they
/// have reserved, and those that have ended by themselves.
const PARTS: [&str; 6] = ["calls", "tokens", "budget", "leases", "held", "ended"];

/// How long a gateway may be silent before its calls under way are given up.
const LEASE: Duration = Duration::from_secs(10);

/// The most leases that one script renews.
const MOST_AT_ONCE: usize = 500;
