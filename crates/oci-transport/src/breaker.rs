//! The breaker: a model that fails again and again is left alone for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind};

/// When calls to a model fail at once instead of being sent.
///
/// Failures of the service and of the way to it count, one after another, per endpoint and model: no connection, a deadline, a
/// broken connection, 5xx. What the caller did (4xx) and a limit that is reached (429) do not, and any answer resets the count.
/// After `cool_down` one call is let through; its outcome decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerPolicy {
    /// How many failures in a row open it. Default: 10, as in the official Python SDK. With 0 there is no breaker.
    pub failures: u32,
    /// For how long nothing is sent then. Default: 30 s, as in the official Python SDK.
    pub cool_down: Duration,
}

impl BreakerPolicy {
    /// No breaker: every call is sent.
    pub const NEVER: Self = Self { failures: 0, cool_down: Duration::ZERO };
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self { failures: 10, cool_down: Duration::from_secs(30) }
    }
}

/// The state of every model that fails at present.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    policy: BreakerPolicy,
    failing: Mutex<HashMap<Arc<str>, State>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    failures: u32,
    /// When a call may try again, once the breaker is open.
    closed_until: Option<Instant>,
}

impl Breaker {
    pub(crate) fn new(policy: BreakerPolicy) -> Self {
        Self { policy, failing: Mutex::default() }
    }

    /// When it opens.
    pub(crate) fn policy(&self) -> BreakerPolicy {
        self.policy
    }

    /// Whether a request for this model may be sent now.
    pub(crate) fn check(&self, model: &str, now: impl FnOnce() -> Instant) -> Result<(), Error> {
        let mut failing = self.lock();
        let Some(state) = failing.get_mut(model) else { return Ok(()) };
        let now = now();
        match state.closed_until {
            Some(until) if now < until => {
                let wait = until - now;
                let message = format!(
                    "not sent: {} requests in a row failed, the next is tried in {:.0} s",
                    state.failures,
                    wait.as_secs_f64().ceil()
                );
                Err(Error::new(ErrorKind::Breaker, message).with_retry_after(Some(wait)))
            }
            Some(_) => {
                // This one is the trial; until it is over the others wait for another period.
                state.closed_until = Some(now + self.policy.cool_down);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Notes how a request ended: `None` for any answer that is no failure of the service.
    pub(crate) fn note(
        &self,
        model: &Arc<str>,
        failure: Option<&Error>,
        now: impl FnOnce() -> Instant,
    ) {
        if self.policy.failures == 0 {
            return;
        }
        let mut failing = self.lock();
        if !failure.is_some_and(counts) {
            // Hardly ever does any model fail, and then nothing is looked up.
            if !failing.is_empty() {
                failing.remove(model);
            }
            return;
        }
        let state = failing.entry(model.clone()).or_default();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= self.policy.failures {
            state.closed_until = Some(now() + self.policy.cool_down);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<str>, State>> {
        // A panic while it was held left whole entries behind.
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a failure is the service's, or the network's.
fn counts(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Timeout(_) | ErrorKind::Network => true,
        ErrorKind::Service => error.is_server_error(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    fn failure(status: u16) -> Error {
        let status = StatusCode::from_u16(status).unwrap();
        Error::new(ErrorKind::Service, "x").with_status(status)
    }

    fn breaker() -> (Breaker, Arc<str>, Instant) {
        let policy = BreakerPolicy { failures: 2, cool_down: Duration::from_secs(30) };
        (Breaker::new(policy), Arc::from("m"), Instant::now())
    }

    #[tokio::test]
    async fn failures_in_a_row_open_it_and_one_trial_closes_it() {
        let (breaker, model, now) = breaker();
        for _ in 0..2 {
            assert!(breaker.check(&model, || now).is_ok());
            breaker.note(&model, Some(&failure(503)), || now);
        }
        let error = breaker.check(&model, || now).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Breaker);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
        assert!(breaker.check("other", || now).is_ok(), "another model is not concerned");

        let later = now + Duration::from_secs(30);
        assert!(breaker.check(&model, || later).is_ok(), "the trial");
        assert!(breaker.check(&model, || later).is_err(), "nobody else until it is over");
        breaker.note(&model, None, || later);
        assert!(breaker.check(&model, || later).is_ok());
    }

    #[tokio::test]
    async fn limits_and_mistakes_of_the_caller_do_not_count() {
        let (breaker, model, now) = breaker();
        for status in [503, 429, 503, 400, 503, 404] {
            breaker.note(&model, Some(&failure(status)), || now);
        }
        assert!(breaker.check(&model, || now).is_ok());
        let never = Breaker::new(BreakerPolicy::NEVER);
        for _ in 0..100 {
            never.note(&model, Some(&failure(503)), || now);
        }
        assert!(never.check(&model, || now).is_ok());
    }
}
