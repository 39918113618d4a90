//! The task that keeps a connection to the store, says that this gateway is there, and tells what is pending.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::link::{Link, LinkError};
use super::scripts::{Call, Script};
use super::{Pending, SharedKey, State, Store, lock};
use crate::config::WhenAway;

/// Keeps a connection until nobody needs the store any more.
pub(super) async fn keep(store: Weak<Store>) {
    let mut wait = FIRST_WAIT;
    loop {
        let Some(this) = store.upgrade() else { return };
        let opened = timeout(CONNECT.max(this.config.timeout), Link::open(&this.config)).await;
        drop(this);
        let ended = match opened {
            Err(_) => Some(Trouble::Slow),
            Ok(Err(error)) => Some(Trouble::Link(error)),
            Ok(Ok(link)) => {
                let begun = Instant::now();
                let ended = work(&store, &link).await;
                if begun.elapsed() > LONGEST_WAIT {
                    wait = FIRST_WAIT;
                }
                ended
            }
        };
        let (Some(this), Some(trouble)) = (store.upgrade(), ended) else { return };
        this.away(&trouble);
        drop(this);
        sleep(wait.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
        wait = LONGEST_WAIT.min(wait * 2);
    }
}

#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("it does not answer in time")]
    Slow,
    #[error("{0}")]
    Link(#[from] LinkError),
}

/// Uses a connection as long as it lasts; `None` if nobody needs it any more.
async fn work(store: &Weak<Store>, link: &Link) -> Option<Trouble> {
    let mut next_beat = Instant::now();
    let mut beats = 0_u32;
    loop {
        let this = store.upgrade()?;
        let is_doubted = this.is_doubted.swap(false, Ordering::Relaxed);
        if is_doubted || next_beat <= Instant::now() {
            if let Err(trouble) = this.beat(link, beats.is_multiple_of(BEATS_A_RENEWAL)).await {
                return Some(trouble);
            }
            beats = beats.wrapping_add(1);
            next_beat = Instant::now() + BEAT;
            this.here(link);
        }
        if let Err(trouble) = this.tell_pending(link).await {
            return Some(trouble);
        }
        let wake = Arc::clone(&this.wake);
        drop(this);
        tokio::select! {
            () = sleep_until(next_beat) => {}
            () = wake.notified() => {}
        }
    }
}

impl Store {
    /// Says that this gateway is there, hears who rests, and renews what is under way.
    async fn beat(&self, link: &Link, is_renewal: bool) -> Result<(), Trouble> {
        let call = Call {
            script: Script::Beat,
            keys: self.common_keys(),
            args: vec!["0".into(), self.replica.clone(), PRESENCE.as_micros().to_string()],
        };
        let answer = self.limited(Script::Beat, link.call(&call)).await?;
        let mut answer = answer.iter();
        let count = answer.next().and_then(|count| count.parse().ok()).unwrap_or(1);
        self.replicas.store(count, Ordering::Relaxed);
        self.metrics.replicas.get_or_create(&[]).set(i64::try_from(count).unwrap_or(i64::MAX));
        let now = Instant::now();
        let mut rests = HashMap::new();
        while let (Some(name), Some(left)) = (answer.next(), answer.next()) {
            let micros: f64 = left.parse().unwrap_or_default();
            let left = Duration::try_from_secs_f64(micros / 1e6).unwrap_or_default();
            rests.insert(name.as_str().into(), now + left);
        }
        *lock(&self.rests) = rests;
        if !is_renewal {
            return Ok(());
        }
        let renewals: Vec<Call> = {
            let mut keys = lock(&self.keys);
            keys.retain(|key| key.strong_count() > 0);
            keys.iter().filter_map(Weak::upgrade).flat_map(|key| key.renewals()).collect()
        };
        for some in renewals.chunks(MOST_AT_ONCE) {
            let some: Vec<&Call> = some.iter().collect();
            self.limited(Script::Renew, link.all(&some)).await?;
        }
        Ok(())
    }

    /// Tells what is pending. What cannot be told stays so.
    async fn tell_pending(&self, link: &Link) -> Result<(), Trouble> {
        if lock(&self.outbox).is_owed {
            let keys: Vec<_> = lock(&self.keys).iter().filter_map(Weak::upgrade).collect();
            let mut outbox = lock(&self.outbox);
            outbox.is_owed = false;
            outbox.waiting.extend(keys.iter().filter_map(SharedKey::owed));
        }
        loop {
            let mut batch: Vec<Pending> = {
                let mut outbox = lock(&self.outbox);
                outbox.under_way = outbox.waiting.len().min(MOST_AT_ONCE);
                let count = outbox.under_way;
                outbox.waiting.drain(..count).collect()
            };
            if batch.is_empty() {
                self.flushed.notify_waiters();
                return Ok(());
            }
            let calls: Vec<&Call> = batch.iter().map(|pending| &pending.call).collect();
            match self.limited(Script::Settle, link.all(&calls)).await {
                Ok(answers) => {
                    for (pending, answer) in batch.into_iter().zip(answers) {
                        if let Some(key) = &pending.key {
                            key.hear(&answer);
                        }
                        if let Some(told) = pending.told {
                            // Nobody may be waiting for it any more.
                            let _ = told.send(());
                        }
                    }
                }
                Err(trouble) => {
                    batch.retain(|pending| pending.key.is_some());
                    let mut outbox = lock(&self.outbox);
                    outbox.under_way = 0;
                    outbox.waiting.splice(..0, batch);
                    return Err(trouble);
                }
            }
        }
    }

    async fn limited<T>(
        &self,
        script: Script,
        work: impl Future<Output = Result<T, LinkError>>,
    ) -> Result<T, Trouble> {
        let result = match timeout(self.config.timeout, work).await {
            Ok(result) => result.map_err(Trouble::Link),
            Err(_) => Err(Trouble::Slow),
        };
        let outcome = match &result {
            Ok(_) => "success",
            Err(Trouble::Slow) => "timeout",
            Err(Trouble::Link(_)) => "error",
        };
        self.metrics.operation(script.name(), outcome);
        result
    }

    fn here(&self, link: &Link) {
        self.state.send_if_modified(|state| {
            if matches!(state, State::Here(_)) {
                return false;
            }
            *state = State::Here(link.clone());
            let replicas = self.replicas.load(Ordering::Relaxed);
            tracing::info!(target: "locus_gateway", replicas, "limits are shared through the store");
            self.metrics.up.get_or_create(&[]).set(1);
            true
        });
    }

    fn away(&self, trouble: &Trouble) {
        self.state.send_if_modified(|state| {
            if matches!(state, State::Away) {
                tracing::debug!(target: "locus_gateway", error = %trouble, "the store is still away");
                return false;
            }
            *state = State::Away;
            self.outages.fetch_add(1, Ordering::Relaxed);
            let what = match self.config.when_away {
                WhenAway::Fail => "the store of limits is away: keys with limits are refused",
                WhenAway::Alone => {
                    "the store of limits is away: this gateway counts alone, with its share"
                }
            };
            tracing::warn!(target: "locus_gateway", error = %trouble, "{what}");
            self.metrics.up.get_or_create(&[]).set(0);
            true
        });
    }
}

/// How soon others hear that a deployment rests, and a store is noticed that is away while nobody calls.
const BEAT: Duration = Duration::from_millis(500);

/// A lease is renewed four times before it would run out.
const BEATS_A_RENEWAL: u32 = 5;

/// A gateway that has not been heard of for so long is not counted among those that share.
const PRESENCE: Duration = Duration::from_secs(5);

/// Names are looked up, connections made, certificates checked.
const CONNECT: Duration = Duration::from_secs(2);

const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// A store does nothing else while it runs a script; many short ones let others in between.
const MOST_AT_ONCE: usize = 256;
