//! [`Checkpointer`]: where conversations outlive a process.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use crate::conversation::Conversation;

/// Where conversations outlive a process, each under the name of its thread.
///
/// A run saves its conversation before it runs tools, after each of them, and at its end.
pub trait Checkpointer: Send + Sync + 'static {
    /// The conversation of a thread, if there is one.
    fn load(
        &self,
        thread: &str,
    ) -> impl Future<Output = Result<Option<Conversation>, StoreError>> + Send;

    /// Keeps the conversation in the place of the one whose [revision](Conversation::revision) is one less.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another revision is there: two runs of a thread at a time would run tools twice.
    fn save(
        &self,
        thread: &str,
        conversation: &Conversation,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets a thread; one that is unknown as well.
    fn delete(&self, thread: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A conversation that could not be loaded or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another run has saved the thread meanwhile.
    #[error("expected revision {expected} of the thread, found another")]
    Conflict {
        /// The revision that this run had left there.
        expected: u64,
    },
    /// What is kept is no conversation.
    #[error("expected a conversation, found something else in the store")]
    Unreadable(#[source] serde_json::Error),
    /// The store itself failed.
    #[error("the store failed")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// What to do about it, as a phrase that can follow the message; `None` where there is nothing to advise.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Conflict { .. } => Some("let one run at a time use a thread, and load it again"),
            Self::Unreadable(_) => Some("use the version that wrote it, or delete the thread"),
            Self::Store(_) => None,
        }
    }
}

/// Conversations in memory, for tests and for programs that never end. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<HashMap<String, Conversation>>>);

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn threads(&self) -> MutexGuard<'_, HashMap<String, Conversation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Checkpointer for MemoryStore {
    async fn load(&self, thread: &str) -> Result<Option<Conversation>, StoreError> {
        Ok(self.threads().get(thread).cloned())
    }

    async fn save(&self, thread: &str, conversation: &Conversation) -> Result<(), StoreError> {
        let mut threads = self.threads();
        let expected = conversation.revision().saturating_sub(1);
        if threads.get(thread).is_some_and(|kept| kept.revision() != expected) {
            return Err(StoreError::Conflict { expected });
        }
        threads.insert(thread.to_owned(), conversation.clone());
        Ok(())
    }

    async fn delete(&self, thread: &str) -> Result<(), StoreError> {
        self.threads().remove(thread);
        Ok(())
    }
}

/// [`Checkpointer`] with boxed futures, so that an agent has no parameter for it.
pub(crate) trait DynCheckpointer: Send + Sync {
    fn load<'a>(
        &'a self,
        thread: &'a str,
    ) -> BoxFuture<'a, Result<Option<Conversation>, StoreError>>;

    fn save<'a>(
        &'a self,
        thread: &'a str,
        conversation: &'a Conversation,
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

impl<T: Checkpointer> DynCheckpointer for T {
    fn load<'a>(
        &'a self,
        thread: &'a str,
    ) -> BoxFuture<'a, Result<Option<Conversation>, StoreError>> {
        Box::pin(Checkpointer::load(self, thread))
    }

    fn save<'a>(
        &'a self,
        thread: &'a str,
        conversation: &'a Conversation,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(Checkpointer::save(self, thread, conversation))
    }
}
