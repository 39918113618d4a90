//! Limits of calls, tokens and calls at a time.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, timeout};

use super::Client;
use super::budget::{Budget, exhausted};
use super::file::ClientKey;
use crate::clock::unix_seconds;
use crate::failure::Failure;
use crate::price::Price;
use crate::shared::{Lease, Refusal, Refused, SharedKey, Terms};

/// What a client has left.
pub(super) struct Limits {
    calls: Option<DefaultDirectRateLimiter>,
    tokens: Option<Mutex<Bucket>>,
    parallel: Option<Arc<Semaphore>>,
}

impl Limits {
    pub(super) fn new(key: &ClientKey) -> Self {
        // No calls at all are one that is never there: such a key allows nothing.
        let calls = key.rpm.map(|rpm| NonZeroU32::new(rpm).unwrap_or(NonZeroU32::MIN));
        Self {
            calls: calls.map(|rpm| RateLimiter::direct(Quota::per_minute(rpm))),
            tokens: key.tpm.map(|tpm| Mutex::new(Bucket::new(tpm))),
            parallel: key.parallel.map(|count| Arc::new(Semaphore::new(count as usize))),
        }
    }
}

/// About what a call will take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Estimate {
    /// Tokens of the prompt.
    pub(crate) prompt: u64,
    /// Tokens of the answer at most, as far as the client says.
    pub(crate) answer: u64,
}

impl Estimate {
    fn tokens(self) -> u64 {
        self.prompt.saturating_add(self.answer)
    }
}

/// What one process counts of a key.
pub(super) struct Counts {
    pub(super) limits: Limits,
    pub(super) budget: Budget,
}

/// What one gateway may admit of a key while the store is away.
pub(super) struct Share {
    counts: Counts,
    parallel: Option<u32>,
}

/// A call that was taken out of the limits of a client. What it really took has to be settled.
pub(crate) struct Grant {
    client: Option<Arc<Client>>,
    estimate: Estimate,
    /// What was reserved of the budget.
    dollars: f64,
    held: Held,
}

/// Where a call is counted.
enum Held {
    Here { _permit: Option<OwnedSemaphorePermit> },
    Shared(Lease),
    Alone { share: Arc<Share>, lease: Lease },
}

impl Grant {
    pub(super) fn unlimited(estimate: Estimate) -> Self {
        Self { client: None, estimate, dollars: 0.0, held: Held::Here { _permit: None } }
    }

    pub(super) async fn take(
        client: &Arc<Client>,
        estimate: Estimate,
        price: Option<Price>,
    ) -> Result<Self, Failure> {
        if price.is_none() && client.counts.budget.is_limited() {
            return Err(unpriced());
        }
        let dollars = price.map_or(0.0, |price| price.of(estimate.prompt, estimate.answer));
        let held = match &client.shared {
            None => Held::Here { _permit: client.counts.take(estimate, dollars)? },
            Some(shared) => match shared.take(estimate.tokens(), dollars).await {
                Ok(lease) => Held::Shared(lease),
                Err(Refused::Limit(refusal)) => return Err(client.refused(refusal, dollars)),
                Err(Refused::Away) => client.take_alone(shared, estimate, dollars)?,
            },
        };
        Ok(Self { client: Some(Arc::clone(client)), estimate, dollars, held })
    }

    pub(crate) fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// Whether it was admitted without the store that counts for all gateways.
    pub(crate) fn is_alone(&self) -> bool {
        matches!(self.held, Held::Alone { .. })
    }

    /// Replaces what was guessed before by what was counted after: tokens and dollars.
    pub(crate) fn settle(self, tokens: u64, dollars: f64) {
        // Whoever does not wait for the store is told nothing by it either.
        drop(self.settled(tokens, dollars));
    }

    /// The same, and waits until every gateway can see it, so that whoever has the answer has its place back too.
    pub(crate) async fn settle_for_all(self, tokens: u64, dollars: f64) {
        let patience = match &self.held {
            Held::Shared(lease) => lease.patience(),
            Held::Here { .. } | Held::Alone { .. } => Duration::ZERO,
        };
        if let Some(heard) = self.settled(tokens, dollars) {
            // If it takes longer, it is told when it can be.
            let _ = timeout(patience, heard).await;
        }
    }

    fn settled(self, tokens: u64, dollars: f64) -> Option<oneshot::Receiver<()>> {
        let client = self.client?;
        let now = unix_seconds();
        let reserved = self.estimate.tokens();
        match self.held {
            Held::Here { .. } => {
                client.counts.settle(reserved, tokens, self.dollars, dollars, now);
                None
            }
            Held::Shared(lease) => {
                client.counts.budget.settle(0.0, dollars, now);
                lease.settle(tokens, dollars)
            }
            Held::Alone { share, lease } => {
                share.counts.settle(reserved, tokens, self.dollars, dollars, now);
                client.counts.budget.settle(0.0, dollars, now);
                lease.settle(tokens, dollars)
            }
        }
    }
}

impl Counts {
    /// Takes a call out of all limits, or out of none.
    fn take(
        &self,
        estimate: Estimate,
        dollars: f64,
    ) -> Result<Option<OwnedSemaphorePermit>, Failure> {
        let limits = &self.limits;
        let permit = match &limits.parallel {
            None => None,
            Some(parallel) => match Arc::clone(parallel).try_acquire_owned() {
                Ok(permit) => Some(permit),
                Err(_) => return Err(limited(PARALLEL, A_MOMENT)),
            },
        };
        if let Some(bucket) = &limits.tokens {
            let taken = lock(bucket).take(estimate.tokens());
            taken.map_err(|wait| limited(TOKENS, wait))?;
        }
        if let Err(failure) = self.budget.take(dollars, unix_seconds()) {
            self.settle_tokens(estimate.tokens(), 0);
            return Err(failure);
        }
        if let Some(calls) = &limits.calls
            && let Err(until) = calls.check()
        {
            let wait = until.wait_time_from(DefaultClock::default().now());
            self.settle(estimate.tokens(), 0, dollars, 0.0, unix_seconds());
            return Err(limited(CALLS, wait));
        }
        Ok(permit)
    }

    fn settle(&self, guessed: u64, counted: u64, reserved: f64, dollars: f64, now: u64) {
        self.settle_tokens(guessed, counted);
        self.budget.settle(reserved, dollars, now);
    }

    fn settle_tokens(&self, guessed: u64, counted: u64) {
        if let Some(bucket) = &self.limits.tokens {
            lock(bucket).correct(guessed, counted);
        }
    }
}

impl Client {
    /// Admits a call without the store, if this gateway may do that and its share has room.
    fn take_alone(
        &self,
        shared: &Arc<SharedKey>,
        estimate: Estimate,
        dollars: f64,
    ) -> Result<Held, Failure> {
        let share = self.share(shared).ok_or_else(away)?;
        let lease = shared.take_alone(share.parallel);
        let lease = lease.ok_or_else(|| limited(PARALLEL, A_MOMENT))?;
        // A share has no permits of its own: what was admitted before the outage counts too.
        share.counts.take(estimate, dollars)?;
        shared.counted_alone();
        Ok(Held::Alone { share, lease })
    }

    /// The share of an outage, made when it is needed first. A limit that leaves nothing for each gateway leaves none.
    fn share(&self, shared: &SharedKey) -> Option<Arc<Share>> {
        let mut alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let (terms, outage) = shared.share()?;
        if let Some((_, share)) = alone.as_ref().filter(|(of, _)| *of == outage) {
            return Some(Arc::clone(share));
        }
        if [terms.rpm, terms.tpm, terms.parallel].contains(&Some(0)) {
            return None;
        }
        let key = self.key.on(&Terms { parallel: None, ..terms });
        let counts =
            Counts { limits: Limits::new(&key), budget: Budget::new(&key, Arc::default()) };
        let share = Arc::new(Share { counts, parallel: terms.parallel });
        *alone = Some((outage, Arc::clone(&share)));
        Some(share)
    }

    /// What the store says of a limit, for the client.
    fn refused(&self, refusal: Refusal, dollars: f64) -> Failure {
        match refusal {
            Refusal::Budget { left, wait } => {
                let limit = self.key.max_budget.unwrap_or_default();
                exhausted(limit, left, dollars, wait.map(|wait| wait.as_secs()))
            }
            Refusal::Calls { wait } => limited(CALLS, wait),
            Refusal::Parallel { wait } => limited(PARALLEL, wait),
            Refusal::Tokens { wait } => limited(TOKENS, wait),
        }
    }
}

/// What cannot be counted is not admitted.
fn away() -> Failure {
    let message = "the key has limits, and the store in which the gateways count them is away";
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "limits_unavailable", message)
        .with_retry_after(A_MOMENT)
        .with_hint("try again in a moment; keys without limits are served")
}

fn lock(bucket: &Mutex<Bucket>) -> MutexGuard<'_, Bucket> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A budget that is not counted would be none.
fn unpriced() -> Failure {
    let message = "the key has a budget, and what this model costs is not known here";
    Failure::new(StatusCode::FORBIDDEN, "price_unknown", message).with_hint(
        "the operator sets model_info.input_cost_per_token and output_cost_per_token of the model",
    )
}

/// Tokens that fill up over a minute. They can be owed: what a call takes is known only when it is over.
struct Bucket {
    capacity: f64,
    left: f64,
    at: Instant,
}

impl Bucket {
    fn new(tokens_a_minute: u32) -> Self {
        let capacity = f64::from(tokens_a_minute);
        Self { capacity, left: capacity, at: Instant::now() }
    }

    /// Takes tokens out, or tells how long to wait until they are there. What is larger than the bucket needs a full one.
    fn take(&mut self, tokens: u64) -> Result<(), Duration> {
        let now = Instant::now();
        let a_second = self.capacity / 60.0;
        let filled = self.left + (now - self.at).as_secs_f64() * a_second;
        self.left = filled.min(self.capacity);
        self.at = now;
        let needed = (tokens as f64).min(self.capacity);
        if self.capacity == 0.0 {
            return Err(Duration::from_secs(60));
        }
        if self.left < needed {
            return Err(Duration::from_secs_f64((needed - self.left) / a_second));
        }
        self.left -= tokens as f64;
        Ok(())
    }

    fn correct(&mut self, guessed: u64, counted: u64) {
        self.left = (self.left + guessed as f64 - counted as f64).min(self.capacity);
    }
}

fn limited(what: &str, wait: Duration) -> Failure {
    let message = format!("the key's limit of {what} is reached");
    Failure::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message)
        .with_retry_after(wait)
}

const CALLS: &str = "calls a minute";
const PARALLEL: &str = "calls at a time";
const TOKENS: &str = "tokens a minute";

/// When a place may be free again, nobody knows.
const A_MOMENT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tokens_fill_up_over_a_minute_and_can_be_owed() {
        let mut bucket = Bucket::new(600);
        bucket.take(600).unwrap();
        assert_eq!(bucket.take(10), Err(Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        bucket.take(10).unwrap();
        bucket.correct(10, 110);
        assert_eq!(bucket.take(10), Err(Duration::from_secs(11)), "what was owed is paid first");
        tokio::time::advance(Duration::from_secs(600)).await;
        bucket.take(5000).unwrap();
        bucket.correct(5000, 0);
        bucket.take(600).unwrap();
        assert!(bucket.take(1).is_err(), "it is never fuller than full");
        assert_eq!(Bucket::new(0).take(0), Err(Duration::from_secs(60)));
    }
}
