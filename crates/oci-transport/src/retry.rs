//! Which failures are worth another attempt, and how long to wait before it.
//!
//! The table with the reasons is `docs/retries.md`; a test holds it to [`decide`].

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::HeaderMap;

use crate::call::Budget;
use crate::error::{Error, ErrorKind, Timeout};
use crate::operation::Effect;

/// How often, and for how long, a call is tried again.
///
/// Only failures are retried after which the service has not done the work, see `docs/retries.md`: a call that may have been
/// answered is not sent twice, because it would be billed twice. Nothing is retried once a piece of an answer has arrived.
/// Every attempt is signed anew. What makes something is sent again with more care, what only reads with less.
///
/// The default figures are those of OpenAI's official SDKs, whose API the V1 transport speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How many attempts may follow the first. Default: 2. With 0 every failure is told at once.
    pub retries: u32,
    /// The shortest wait before another attempt. Default: 0.5 s.
    pub base: Duration,
    /// The longest wait, unless the service asks for a longer one. Default: 8 s.
    pub cap: Duration,
    /// The time from the beginning of a call after which no further attempt is begun, waits included. A service that asks for a
    /// longer wait than is left is taken at its word: the call fails at once. Default: 60 s.
    pub budget: Duration,
    /// Whether a call is sent again when the connection broke, or a deadline passed, after it had been sent. Default: false,
    /// since the service may have answered, and billed, the first one.
    pub after_sending: bool,
}

impl RetryPolicy {
    /// No second attempt, whatever fails.
    pub const NEVER: Self = Self {
        retries: 0,
        base: Duration::ZERO,
        cap: Duration::ZERO,
        budget: Duration::ZERO,
        after_sending: false,
    };
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries: 2,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            budget: Duration::from_secs(60),
            after_sending: false,
        }
    }
}

/// What is to be done about a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Decision {
    /// The same call fails again, or must not be sent again.
    No,
    /// The service has not done the work.
    Yes,
    /// The service may have done the work.
    IfAsked,
}

/// Judges a failure by what is known of it, and by what it does when the call is sent twice.
pub(crate) fn decide(
    effect: Effect,
    kind: ErrorKind,
    status: Option<StatusCode>,
    code: Option<&str>,
) -> Decision {
    match kind {
        ErrorKind::Network | ErrorKind::Timeout(Timeout::FirstByte)
            if effect == Effect::Nothing =>
        {
            Decision::Yes
        }
        ErrorKind::Connect | ErrorKind::Timeout(Timeout::Connect) => Decision::Yes,
        ErrorKind::Network | ErrorKind::Timeout(Timeout::FirstByte) => Decision::IfAsked,
        ErrorKind::Service => match status.map_or(0, |status| status.as_u16()) {
            // Whoever answered so may have begun, or stands before one who has.
            500 | 502 | 504 if effect == Effect::Makes => Decision::IfAsked,
            408 | 429 | 500 | 502 | 503 | 504 => Decision::Yes,
            409 if matches!(code, Some("IncorrectState" | "LockConflict")) => Decision::Yes,
            _ => Decision::No,
        },
        _ => Decision::No,
    }
}

/// The waits between the attempts of one call.
pub(crate) struct Backoff {
    policy: RetryPolicy,
    previous: Duration,
}

impl Backoff {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Self { policy, previous: policy.base }
    }

    /// The wait before the attempt that may follow this failure; `None` if there is to be none.
    ///
    /// `random` is a number from 0 to 1.
    pub(crate) fn after(
        &mut self,
        effect: Effect,
        error: &Error,
        budget: &Budget,
        random: f64,
    ) -> Option<Duration> {
        let wanted = match decide(effect, error.kind(), error.status(), error.code()) {
            Decision::Yes => true,
            Decision::IfAsked => self.policy.after_sending,
            Decision::No => false,
        };
        if !wanted {
            return None;
        }
        let wait = error.retry_after().unwrap_or_else(|| self.jittered(random));
        let in_time = budget.start.elapsed().saturating_add(wait) <= self.policy.budget;
        (in_time && budget.take_retry()).then_some(wait)
    }

    /// Decorrelated jitter: somewhere between the base and three times the previous wait, so that callers that failed together
    /// do not come back together.
    fn jittered(&mut self, random: f64) -> Duration {
        let (base, cap) = (self.policy.base, self.policy.cap);
        let longest = self.previous.saturating_mul(3).clamp(base, cap.max(base));
        self.previous = base + (longest - base).mul_f64(random.clamp(0.0, 1.0));
        self.previous
    }
}

/// The wait that an answer asks for: `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110 section 10.2.3).
pub(crate) fn asked_for(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(milliseconds));
    }
    let text = text("retry-after")?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests;
