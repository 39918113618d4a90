//! How many calls at a time, and when the next may begin.

use std::time::Duration;

use tokio::time::Instant;

/// The pace that the service takes, found by trying.
///
/// The number of calls under way grows by one for each round of successes and is halved by a 429, once for all those that were
/// under way together; the pause that the service asks for holds for every call.
#[derive(Debug)]
pub(super) struct Pace {
    most: f64,
    limit: f64,
    interval: Duration,
    next: Instant,
    pause: Instant,
    /// Refusals before this time were already answered by a smaller limit.
    halved: Instant,
}

impl Pace {
    pub(super) fn new(most: u32, rpm: Option<u32>, now: Instant) -> Self {
        let interval = rpm.map_or(Duration::ZERO, |rpm| Duration::from_secs(60) / rpm);
        let most = f64::from(most);
        Self { most, limit: most, interval, next: now, pause: now, halved: now }
    }

    /// How many calls may be under way.
    pub(super) fn limit(&self) -> usize {
        // It is at least 1, and was a `u32` at most.
        self.limit as usize
    }

    /// When the next call may begin.
    pub(super) fn begins_at(&self) -> Instant {
        self.next.max(self.pause)
    }

    /// A call began.
    pub(super) fn begun(&mut self, now: Instant) {
        // Calls that could not begin in time are not made up for.
        self.next = self.next.max(now.checked_sub(self.interval).unwrap_or(now)) + self.interval;
    }

    /// A call was answered.
    pub(super) fn went_well(&mut self) {
        self.limit = (self.limit + 1.0 / self.limit).min(self.most);
    }

    /// The service answered 429, and asks for this pause.
    pub(super) fn refused(&mut self, wait: Duration, now: Instant) {
        self.pause = self.pause.max(now + wait.min(LONGEST_PAUSE));
        if now >= self.halved {
            self.limit = (self.limit / 2.0).max(1.0);
            self.halved = self.pause;
        }
    }

    /// A call failed in a way that may pass.
    pub(super) fn failed(&mut self, now: Instant) {
        self.pause = self.pause.max(now + SHORT);
    }
}

/// The service asks for seconds; a date in a far year is a mistake.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The pause after another failure: the call was already tried again with pauses of its own.
const SHORT: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_one_round_halve_the_limit_once() {
        let now = Instant::now();
        let mut pace = Pace::new(16, None, now);
        for _ in 0..16 {
            pace.refused(Duration::from_secs(2), now);
        }
        assert_eq!(pace.limit(), 8);
        assert_eq!(pace.begins_at(), now + Duration::from_secs(2));
        pace.refused(Duration::from_secs(2), now + Duration::from_secs(2));
        assert_eq!(pace.limit(), 4, "the next round is another one");
        for round in 2..20 {
            pace.refused(Duration::ZERO, now + Duration::from_secs(2 * round));
        }
        assert_eq!(pace.limit(), 1, "one call is always allowed");
    }

    #[test]
    fn successes_bring_the_limit_back_and_not_further() {
        let now = Instant::now();
        let mut pace = Pace::new(8, None, now);
        pace.refused(Duration::ZERO, now);
        for _ in 0..5 {
            pace.went_well();
        }
        assert_eq!(pace.limit(), 5, "about one more for each round");
        for _ in 0..1000 {
            pace.went_well();
        }
        assert_eq!(pace.limit(), 8);
    }

    #[test]
    fn calls_of_a_minute_are_spread_over_it() {
        let now = Instant::now();
        let mut pace = Pace::new(8, Some(60), now);
        assert_eq!(pace.begins_at(), now);
        pace.begun(now);
        assert_eq!(pace.begins_at(), now + Duration::from_secs(1));
        let late = now + Duration::from_secs(30);
        pace.begun(late);
        assert_eq!(pace.begins_at(), late, "one in hand");
        pace.begun(late);
        assert_eq!(pace.begins_at(), late + Duration::from_secs(1), "and no burst");
    }

    #[test]
    fn a_pause_without_end_has_one() {
        let now = Instant::now();
        let mut pace = Pace::new(8, None, now);
        pace.refused(Duration::from_secs(1_000_000), now);
        assert_eq!(pace.begins_at(), now + LONGEST_PAUSE);
    }
}
