//! The latest failures, for the status page.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::failure::Failure;

/// The latest failures, newest first.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<VecDeque<Seen>>);

/// One failure. It holds what the client was told, and nothing of what the client said.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: SystemTime,
    pub(crate) endpoint: &'static str,
    pub(crate) model: String,
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) opc_request_id: String,
}

impl Recent {
    pub(crate) fn push(&self, endpoint: &'static str, model: &str, failure: &Failure) {
        let seen = Seen {
            at: SystemTime::now(),
            endpoint,
            model: model.to_owned(),
            status: failure.status.as_u16(),
            code: failure.code.as_deref().unwrap_or_default().to_owned(),
            opc_request_id: failure.opc_request_id.as_deref().unwrap_or_default().to_owned(),
        };
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.push_front(seen);
        list.truncate(KEPT);
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// A screenful.
const KEPT: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_come_first_and_the_oldest_go() {
        let recent = Recent::default();
        for number in 0..KEPT + 5 {
            recent.push("chat", &number.to_string(), &Failure::bad_request("no"));
        }
        let all = recent.all();
        assert_eq!(all.len(), KEPT);
        assert_eq!(all[0].model, (KEPT + 4).to_string());
    }
}
