//! What a key may spend, and what it has spent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;

use super::file::ClientKey;
use super::store::Spent;
use crate::failure::Failure;

/// What a key has spent since its period began. It outlives a reload, and is shared by what follows on the key.
#[derive(Debug, Default)]
pub(super) struct Spending(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// In the period, in US dollars, as far as calls are over.
    spent: f64,
    /// By calls under way.
    reserved: f64,
    /// The part of `spent` that the store does not know yet.
    unsaved: f64,
    /// When the period began, in seconds since 1970.
    since: u64,
}

/// A limit over a [`Spending`].
#[derive(Debug)]
pub(super) struct Budget {
    limit: Option<f64>,
    every: Option<u64>,
    begun: u64,
    spending: Arc<Spending>,
}

impl Budget {
    pub(super) fn new(key: &ClientKey, spending: Arc<Spending>) -> Self {
        Self {
            limit: key.max_budget,
            every: key.budget_duration.filter(|seconds| *seconds > 0),
            begun: key.created,
            spending,
        }
    }

    pub(super) fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    pub(super) fn spending(&self) -> &Arc<Spending> {
        &self.spending
    }

    /// What was spent in the period.
    pub(super) fn spent(&self, now: u64) -> Spent {
        let state = self.state(now);
        Spent { dollars: state.spent, since: state.since }
    }

    /// Reserves what a call will cost, if it is left.
    pub(super) fn take(&self, dollars: f64, now: u64) -> Result<(), Failure> {
        let mut state = self.state(now);
        if let Some(limit) = self.limit {
            let left = limit - state.spent - state.reserved;
            if left <= 0.0 || dollars > left {
                let until = self.every.map(|every| (state.since + every).saturating_sub(now));
                return Err(exhausted(limit, left.max(0.0), dollars, until));
            }
        }
        state.reserved += dollars;
        Ok(())
    }

    /// Replaces what was reserved by what it has really cost.
    pub(super) fn settle(&self, reserved: f64, dollars: f64, now: u64) {
        let mut state = self.state(now);
        state.reserved = (state.reserved - reserved).max(0.0);
        state.spent += dollars;
        state.unsaved += dollars;
    }

    /// What the store does not know yet. It then has to be [`saved`](Self::saved) or [`returned`](Self::returned).
    pub(super) fn unsaved(&self, now: u64) -> Option<Spent> {
        let mut state = self.state(now);
        let dollars = std::mem::take(&mut state.unsaved);
        (dollars > 0.0).then_some(Spent { dollars, since: state.since })
    }

    /// Takes the store's sum, to which others may have added.
    pub(super) fn saved(&self, all: Spent, now: u64) {
        let mut state = self.state(now);
        if all.since == state.since {
            state.spent = all.dollars + state.unsaved;
        }
    }

    /// Takes back what could not be saved.
    pub(super) fn returned(&self, unsaved: Spent, now: u64) {
        let mut state = self.state(now);
        if unsaved.since == state.since {
            state.unsaved += unsaved.dollars;
        }
    }

    /// The state in the period of now: periods follow on each other from the making of the key on, so that gateways with one
    /// store agree.
    fn state(&self, now: u64) -> MutexGuard<'_, State> {
        let mut state = self.spending.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = match self.every {
            Some(every) => now - now.saturating_sub(self.begun) % every,
            None => self.begun,
        };
        if since != state.since {
            *state = State { reserved: state.reserved, since, ..State::default() };
        }
        state
    }
}

pub(super) fn exhausted(limit: f64, left: f64, dollars: f64, until: Option<u64>) -> Failure {
    let message = format!(
        "the key's budget of ${limit} does not have what this call may cost: ${left:.6} left, ${dollars:.6} needed"
    );
    let failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "budget_exceeded", message);
    match until {
        Some(seconds) => failure.with_retry_after(Duration::from_secs(seconds)),
        None => failure.with_hint("ask the operator for another key, or for less with max_tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(every: Option<u64>) -> Budget {
        let mut key = ClientKey::named("a").with_budget(1.0, every.map(Duration::from_secs));
        key.created = 1000;
        Budget::new(&key, Arc::default())
    }

    #[test]
    fn what_is_under_way_counts() {
        let budget = budget(None);
        budget.take(0.6, 1000).unwrap();
        assert!(budget.take(0.6, 1000).is_err());
        budget.settle(0.6, 0.1, 1000);
        budget.take(0.6, 1000).unwrap();
        budget.settle(0.6, 2.0, 1000);
        let failure = budget.take(0.0, u64::MAX).unwrap_err();
        assert_eq!((failure.status.as_u16(), failure.retry_after), (429, None));
    }

    #[test]
    fn a_period_ends_and_with_it_what_was_spent_in_it() {
        let budget = budget(Some(60));
        budget.take(1.0, 1030).unwrap();
        budget.settle(1.0, 1.0, 1030);
        let failure = budget.take(0.1, 1045).unwrap_err();
        assert_eq!(failure.retry_after, Some(Duration::from_secs(15)));
        budget.take(0.1, 1060).unwrap();
        // A call that began in the period before is paid in the one that it ends in.
        budget.settle(0.1, 0.95, 1181);
        assert!(budget.take(0.1, 1181).is_err());
    }

    #[test]
    fn what_others_have_spent_is_taken_from_the_store() {
        let budget = budget(None);
        budget.settle(0.0, 0.25, 1000);
        let unsaved = budget.unsaved(1000).unwrap();
        assert_eq!((unsaved.dollars, unsaved.since), (0.25, 1000));
        assert!(budget.unsaved(1000).is_none());
        budget.settle(0.0, 0.25, 1000);
        budget.saved(Spent { dollars: 0.5, since: 1000 }, 1000);
        assert!(budget.take(0.3, 1000).is_err(), "0.75 are spent");
        budget.returned(unsaved, 1000);
        assert_eq!(budget.unsaved(1000).unwrap().dollars, 0.5);
    }
}
