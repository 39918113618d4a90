//! Limits of calls, tokens and calls at a time.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Client;
use super::file::ClientKey;
use crate::clock::unix_seconds;
use crate::failure::Failure;
use crate::price::Price;

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

/// A call that was taken out of the limits of a client. What it really took has to be settled.
pub(crate) struct Grant {
    client: Option<Arc<Client>>,
    estimate: Estimate,
    /// What was reserved of the budget.
    dollars: f64,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Grant {
    pub(super) fn unlimited(estimate: Estimate) -> Self {
        Self { client: None, estimate, dollars: 0.0, _permit: None }
    }

    pub(super) fn take(
        client: &Arc<Client>,
        estimate: Estimate,
        price: Option<Price>,
    ) -> Result<Self, Failure> {
        let limits = &client.limits;
        let permit = match &limits.parallel {
            None => None,
            Some(parallel) => match Arc::clone(parallel).try_acquire_owned() {
                Ok(permit) => Some(permit),
                Err(_) => return Err(limited("calls at a time", Duration::from_secs(1))),
            },
        };
        let dollars = price.map_or(0.0, |price| price.of(estimate.prompt, estimate.answer));
        if price.is_none() && client.budget.is_limited() {
            return Err(unpriced());
        }
        if let Some(bucket) = &limits.tokens {
            let taken = lock(bucket).take(estimate.tokens());
            taken.map_err(|wait| limited("tokens a minute", wait))?;
        }
        if let Err(failure) = client.budget.take(dollars, unix_seconds()) {
            client.settle_tokens(estimate.tokens(), 0);
            return Err(failure);
        }
        let grant = Self { client: Some(Arc::clone(client)), estimate, dollars, _permit: permit };
        if let Some(calls) = &limits.calls
            && let Err(until) = calls.check()
        {
            let wait = until.wait_time_from(DefaultClock::default().now());
            grant.settle(0, 0.0);
            return Err(limited("calls a minute", wait));
        }
        Ok(grant)
    }

    pub(crate) fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// Replaces what was guessed before by what was counted after: tokens and dollars.
    pub(crate) fn settle(&self, tokens: u64, dollars: f64) {
        if let Some(client) = &self.client {
            client.settle_tokens(self.estimate.tokens(), tokens);
            client.budget.settle(self.dollars, dollars, unix_seconds());
        }
    }
}

impl Client {
    fn settle_tokens(&self, guessed: u64, counted: u64) {
        if let Some(bucket) = &self.limits.tokens {
            lock(bucket).correct(guessed, counted);
        }
    }
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
