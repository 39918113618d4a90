//! Which fault the next chat request meets.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::Fault;

/// One-shot faults in order, and one that stays.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<(VecDeque<Fault>, Option<Fault>)>);

impl Faults {
    /// Sets or clears the fault that stays.
    pub(crate) fn set(&self, fault: Option<Fault>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = fault;
    }

    /// Adds a fault for one request.
    pub(crate) fn push(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.push_back(fault);
    }

    /// The fault of the next request: the oldest one-shot, else the one that stays.
    pub(crate) fn next(&self) -> Option<Fault> {
        self.next_if(|_| true)
    }

    /// The same, if it is one that befalls a request before its body has arrived.
    pub(crate) fn next_on_the_way(&self) -> Option<Fault> {
        self.next_if(Fault::is_on_the_way)
    }

    fn next_if(&self, is_wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match faults.0.front() {
            Some(first) if is_wanted(first) => faults.0.pop_front(),
            Some(_) => None,
            None => faults.1.clone().filter(is_wanted),
        }
    }
}
