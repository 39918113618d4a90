//! The time that requests are signed with: that of this machine, or, where that was asked for, that of the service.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use crate::error::{ALLOWED_SKEW, Clocks, Error};

/// Clones share what was learnt.
#[derive(Clone, Debug, Default)]
pub(crate) struct SigningClock {
    /// How many milliseconds the service is ahead; `None` if this machine's clock is to be taken as it is.
    ahead: Option<Arc<AtomicI64>>,
}

impl SigningClock {
    /// One that follows the service's clock once it is known to be another.
    pub(crate) fn corrected() -> Self {
        Self { ahead: Some(Arc::default()) }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let now = SystemTime::now();
        let ahead = self.ahead.as_ref().map_or(0, |ahead| ahead.load(Ordering::Relaxed));
        let distance = Duration::from_millis(ahead.unsigned_abs());
        let moved = if ahead < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
        moved.unwrap_or(now)
    }

    /// Learns from a refusal; whether the request is worth sending once more, with the time of the service.
    pub(crate) fn learn(&self, error: &Error) -> bool {
        let Some(ahead) = &self.ahead else { return false };
        let Some(found) = error.clocks().filter(|_| error.is_auth()).and_then(Clocks::ahead) else {
            return false;
        };
        let known = ahead.load(Ordering::Relaxed);
        let is_new = u128::from(found.abs_diff(known)) > ALLOWED_SKEW.as_millis();
        if is_new {
            ahead.store(found, Ordering::Relaxed);
        }
        is_new
    }
}
