//! Keys in a database of SQLite: the same digests as in a file, and sums that several gateways add to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, params};

use super::file::{ClientKey, KeyFileError};
use super::store::Spent;

/// An open database.
#[derive(Debug)]
pub(super) struct Database(Mutex<Connection>);

impl Database {
    /// Opens it, or makes one. On Unix it is for its owner only.
    pub(super) fn open(path: &Path) -> Result<Self, KeyFileError> {
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        drop(options.open(path).map_err(KeyFileError::Io)?);
        let connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        // Readers do not wait for writers.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Mutex::new(connection)))
    }

    pub(super) fn keys(&self) -> Result<Vec<ClientKey>, KeyFileError> {
        let connection = self.connection();
        let mut all = connection.prepare("SELECT described FROM keys ORDER BY rowid")?;
        let texts = all.query_map([], |row| row.get::<_, String>(0))?;
        texts.map(|text| serde_json::from_str(&text?).map_err(KeyFileError::Json)).collect()
    }

    pub(super) fn add(&self, key: &ClientKey) -> Result<(), KeyFileError> {
        let described = serde_json::to_string(key).map_err(KeyFileError::Json)?;
        let add = "INSERT INTO keys (id, described) VALUES (?1, ?2)";
        self.connection().execute(add, params![key.id(), described])?;
        Ok(())
    }

    pub(super) fn revoke(&self, id: &str) -> Result<bool, KeyFileError> {
        Ok(self.connection().execute("DELETE FROM keys WHERE id = ?1", params![id])? > 0)
    }

    pub(super) fn spent(&self) -> Result<BTreeMap<String, Spent>, KeyFileError> {
        let connection = self.connection();
        let mut all = connection.prepare("SELECT id, dollars, since FROM spent")?;
        let rows = all.query_map([], |row| {
            let since: i64 = row.get(2)?;
            Ok((row.get(0)?, Spent { dollars: row.get(1)?, since: since.unsigned_abs() }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn spend(
        &self,
        more: &BTreeMap<String, Spent>,
    ) -> Result<BTreeMap<String, Spent>, KeyFileError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for (id, Spent { dollars, since }) in more {
            // No clock reaches the numbers that do not fit.
            transaction.execute(SPEND, params![id, dollars, since.cast_signed()])?;
        }
        transaction.commit()?;
        drop(connection);
        self.spent()
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<rusqlite::Error> for KeyFileError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database { message: error.to_string() }
    }
}

const TABLES: &str = "\
    CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, described TEXT NOT NULL);\
    CREATE TABLE IF NOT EXISTS spent (id TEXT PRIMARY KEY, dollars REAL NOT NULL, since INTEGER NOT NULL);";

/// Within a period sums grow; a new one begins with what is spent in it.
const SPEND: &str = "\
    INSERT INTO spent (id, dollars, since) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET \
    dollars = CASE WHEN excluded.since = since THEN dollars + excluded.dollars ELSE excluded.dollars END, \
    since = excluded.since";

/// Another process writes for a moment only.
const PATIENCE: Duration = Duration::from_secs(5);
