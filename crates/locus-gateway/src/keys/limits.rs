//! Limits of calls, tokens and calls at a time.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Client;
use super::file::ClientKey;
use crate::failure::Failure;

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

/// A call that was taken out of the limits of a client.
pub(crate) struct Grant {
    client: Option<Arc<Client>>,
    /// What was taken out for it so far.
    tokens: u64,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Grant {
    pub(super) fn unlimited() -> Self {
        Self { client: None, tokens: 0, _permit: None }
    }

    pub(super) fn take(client: &Arc<Client>, tokens: u64) -> Result<Self, Failure> {
        let limits = &client.limits;
        let permit = match &limits.parallel {
            None => None,
            Some(parallel) => match Arc::clone(parallel).try_acquire_owned() {
                Ok(permit) => Some(permit),
                Err(_) => return Err(limited("calls at a time", Duration::from_secs(1))),
            },
        };
        if let Some(bucket) = &limits.tokens {
            let taken = bucket.lock().unwrap_or_else(PoisonError::into_inner).take(tokens);
            taken.map_err(|wait| limited("tokens a minute", wait))?;
        }
        let grant = Self { client: Some(Arc::clone(client)), tokens, _permit: permit };
        if let Some(calls) = &limits.calls
            && let Err(until) = calls.check()
        {
            let wait = until.wait_time_from(DefaultClock::default().now());
            grant.settle(0);
            return Err(limited("calls a minute", wait));
        }
        Ok(grant)
    }

    /// Replaces the tokens that were guessed before by those that were counted after.
    pub(crate) fn settle(&self, tokens: u64) {
        let Some(bucket) = self.client.as_ref().and_then(|client| client.limits.tokens.as_ref())
        else {
            return;
        };
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.correct(self.tokens, tokens);
    }
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
