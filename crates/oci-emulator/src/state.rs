//! What the service keeps between requests.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::containers::Container;
use crate::control::Control;
use crate::files::StoredFile;
use crate::vector_stores::VectorStore;

/// The latest of everything.
#[derive(Debug, Default)]
pub(crate) struct State(Mutex<Kept>);

/// All that is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) responses: Latest<StoredResponse>,
    pub(crate) containers: Latest<Container>,
    pub(crate) control: Control,
    pub(crate) conversations: Latest<Conversation>,
    pub(crate) files: Latest<StoredFile>,
    pub(crate) vector_stores: Latest<VectorStore>,
}

/// A response that can be asked for again.
#[derive(Clone, Debug)]
pub(crate) struct StoredResponse {
    /// The response as it is once it is done.
    pub(crate) finished: Value,
    /// What was sent with its request, with ids.
    pub(crate) input: Vec<Value>,
    /// All that was said before, its own input and output included.
    pub(crate) context: Vec<Arc<Value>>,
    /// How often a response in the background has still to be asked for until it is done.
    pub(crate) polls_left: u8,
    /// Whether it was cancelled before it was done.
    pub(crate) is_cancelled: bool,
}

/// A conversation.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    /// The object itself.
    pub(crate) object: Value,
    /// Its items, the oldest first.
    pub(crate) items: Vec<Arc<Value>>,
}

impl State {
    /// Everything, for as long as nobody else needs it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// An item of any response or conversation.
    pub(crate) fn item(&self, id: &str) -> Option<Arc<Value>> {
        let contexts = self.responses.by_id.values().map(|response| &response.context);
        let conversations = self.conversations.by_id.values().map(|known| &known.items);
        contexts
            .chain(conversations)
            .flatten()
            .find(|item| item.get("id").is_some_and(|found| found == id))
            .cloned()
    }
}

/// Things by their ids, of which the oldest make room for new ones.
#[derive(Debug)]
pub(crate) struct Latest<T> {
    by_id: HashMap<String, T>,
    order: VecDeque<String>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { by_id: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T> Latest<T> {
    pub(crate) fn insert(&mut self, id: &str, value: T) {
        if self.by_id.insert(id.to_owned(), value).is_none() {
            self.order.push_back(id.to_owned());
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.by_id.remove(&oldest);
            }
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.by_id.get_mut(id)
    }

    /// All of them, the oldest first.
    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.order.retain(|other| other != id);
        self.by_id.remove(id)
    }
}

/// As many responses, and as many conversations, as requests are on record.
const MOST: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let mut latest = Latest::default();
        for number in 0..=MOST {
            latest.insert(&number.to_string(), number);
        }
        assert_eq!((latest.get("0"), latest.get("1")), (None, Some(&1)));
        latest.insert("1", 7);
        assert_eq!(latest.remove("1"), Some(7));
        assert_eq!((latest.order.len(), latest.by_id.len()), (MOST - 1, MOST - 1));
    }
}
