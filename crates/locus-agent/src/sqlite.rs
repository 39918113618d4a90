//! [`SqliteStore`]: conversations in a file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::checkpoint::{Checkpointer, StoreError};
use crate::conversation::Conversation;

/// Conversations in a SQLite file, which several processes may use at a time. Clones share the connection.
///
/// What was saved survives the death of the process and of the machine. Writes run on a thread of their own, so it needs a Tokio
/// runtime.
#[derive(Clone, Debug)]
pub struct SqliteStore(Arc<Mutex<Connection>>);

impl SqliteStore {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    /// [`StoreError::Store`] if it cannot be opened or is no database.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connection = Connection::open(path).map_err(failed)?;
        // Another process that writes is waited for; five seconds are far more than a write takes.
        connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(failed)?;
        connection.execute_batch(SCHEMA).map_err(failed)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs something on the connection, away from the tasks of the runtime.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = Arc::clone(&self.0);
        let work = move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Store(error.into()))?
    }
}

impl Checkpointer for SqliteStore {
    async fn load(&self, thread: &str) -> Result<Option<Conversation>, StoreError> {
        let thread = thread.to_owned();
        let body = self.with(move |connection| {
            let query = "SELECT body FROM conversations WHERE thread = ?1";
            let body = connection.query_row(query, [&thread], |row| row.get::<_, String>(0));
            body.optional().map_err(failed)
        });
        let body = body.await?;
        body.map(|body| serde_json::from_str(&body).map_err(StoreError::Unreadable)).transpose()
    }

    async fn save(&self, thread: &str, conversation: &Conversation) -> Result<(), StoreError> {
        let thread = thread.to_owned();
        let revision = conversation.revision();
        let body = serde_json::to_string(conversation).map_err(StoreError::Unreadable)?;
        self.with(move |connection| {
            let number =
                i64::try_from(revision).map_err(|error| StoreError::Store(error.into()))?;
            let changed =
                connection.execute(SAVE, params![thread, number, body]).map_err(failed)?;
            let expected = revision.saturating_sub(1);
            if changed == 1 { Ok(()) } else { Err(StoreError::Conflict { expected }) }
        })
        .await
    }

    async fn delete(&self, thread: &str) -> Result<(), StoreError> {
        let thread = thread.to_owned();
        self.with(move |connection| {
            let query = "DELETE FROM conversations WHERE thread = ?1";
            connection.execute(query, [&thread]).map(drop).map_err(failed)
        })
        .await
    }
}

fn failed(error: rusqlite::Error) -> StoreError {
    StoreError::Store(error.into())
}

/// The journal is written ahead and flushed at each commit, so that a tool that is marked as started is on the disk before it runs.
const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS conversations (
        thread TEXT PRIMARY KEY NOT NULL,
        revision INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
";

/// Changes nothing if another revision is there than the one before this.
const SAVE: &str = "
    INSERT INTO conversations (thread, revision, body) VALUES (?1, ?2, ?3)
    ON CONFLICT (thread) DO UPDATE SET revision = excluded.revision, body = excluded.body
    WHERE conversations.revision = excluded.revision - 1;
";
