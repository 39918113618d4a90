//! Which deployment made a response that the service keeps, and for whom, so that what follows goes there.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;

use crate::failure::Failure;
use crate::keys::Caller;

/// The latest responses that were made here. They are forgotten when the process ends.
#[derive(Debug, Default)]
pub(crate) struct Stored(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_id: HashMap<Arc<str>, Who>,
    /// The ids, the oldest first.
    order: VecDeque<Arc<str>>,
}

/// Who made a response.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// The id of the deployment.
    pub(crate) deployment: Arc<str>,
    /// The id of the client's key.
    pub(crate) key: String,
}

impl Stored {
    pub(crate) fn note(&self, id: &str, who: Who) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id: Arc<str> = Arc::from(id);
        if known.by_id.insert(Arc::clone(&id), who).is_none() {
            known.order.push_back(id);
        }
        if known.order.len() > KEPT
            && let Some(oldest) = known.order.pop_front()
        {
            known.by_id.remove(&oldest);
        }
    }

    /// The deployment that made a response; `None` if it is not known here, which only the operator gets to hear.
    ///
    /// Whoever has a key of the file reaches the responses of that key: the account's others are somebody else's conversations.
    pub(crate) fn find(&self, id: &str, caller: &Caller) -> Result<Option<Arc<str>>, Failure> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.by_id.get(id) {
            Some(who) if caller.is_operator() || who.key == caller.id() => {
                Ok(Some(Arc::clone(&who.deployment)))
            }
            None if caller.is_operator() => Ok(None),
            _ => {
                let message = "no response of this id was made with this key, as far as is known";
                Err(Failure::new(StatusCode::NOT_FOUND, "response_not_found", message)
                    .with_hint("send the whole conversation as input"))
            }
        }
    }
}

/// Some megabytes of ids.
const KEPT: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let stored = Stored::default();
        let who = Who { deployment: Arc::from("a#0"), key: String::new() };
        for number in 0..=KEPT {
            stored.note(&format!("resp_{number}"), who.clone());
        }
        let find = |id: &str| stored.find(id, &Caller::Operator).unwrap();
        assert_eq!(find("resp_0"), None);
        assert_eq!(find("resp_1").as_deref(), Some("a#0"));
        stored.note("resp_1", Who { deployment: Arc::from("a#1"), key: String::new() });
        assert_eq!(find("resp_1").as_deref(), Some("a#1"));
        assert_eq!(find("resp_2").as_deref(), Some("a#0"));
    }
}
