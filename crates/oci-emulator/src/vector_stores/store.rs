//! A vector store and the files in it.

use serde_json::{Value, json};

use super::chunks;
use super::files::Wanted;
use crate::document::{set, text};
use crate::files::{StoredFile, find};
use crate::reply::Reply;
use crate::route::Call;
use crate::state::Latest;

/// A vector store.
#[derive(Clone, Debug)]
pub(crate) struct VectorStore {
    /// The object, without what is counted.
    pub(super) object: Value,
    /// Whose list it is in.
    pub(super) compartment: String,
    /// The files, the oldest first.
    pub(super) files: Vec<IndexedFile>,
    /// The objects of the batches, without what is counted.
    pub(super) batches: Vec<Value>,
}

/// A file in a vector store.
#[derive(Clone, Debug)]
pub(super) struct IndexedFile {
    /// The object itself.
    pub(super) object: Value,
    /// Its name among the files.
    pub(super) name: String,
    /// The batch that it came with.
    pub(super) batch: Option<String>,
    /// The parts of its text.
    pub(super) chunks: Vec<String>,
}

impl VectorStore {
    pub(super) fn new(object: Value, compartment: String) -> Self {
        Self { object, compartment, files: Vec::new(), batches: Vec::new() }
    }

    /// Adds a file, in place of what there was of it; the error is the answer to give.
    pub(super) fn add(
        &mut self,
        call: &Call<'_>,
        files: &Latest<StoredFile>,
        wanted: &Wanted,
        batch: Option<&str>,
    ) -> Result<Value, Reply> {
        let clock = &call.settings().clock;
        let found = find(files, clock, &wanted.file)?;
        let read = chunks::text_of(found.content());
        let mut object = json!({
            "id": wanted.file,
            "object": "vector_store.file",
            "created_at": clock.unix_seconds(),
            "vector_store_id": self.object.get("id"),
            "status": "in_progress",
            "last_error": null,
            "usage_bytes": 0,
            "attributes": wanted.attributes,
            "chunking_strategy": wanted.strategy.shown(),
        });
        let chunks = match read {
            Ok(text) => {
                set(&mut object, "usage_bytes", text.len());
                wanted.strategy.split(&text)
            }
            Err(message) => {
                set(&mut object, "status", "failed");
                let error = json!({ "code": "unsupported_file", "message": message });
                set(&mut object, "last_error", error);
                Vec::new()
            }
        };
        self.files.retain(|file| text(file.object.get("id")) != wanted.file);
        self.files.push(IndexedFile {
            object: object.clone(),
            name: found.name(),
            batch: batch.map(str::to_owned),
            chunks,
        });
        self.touch(clock.unix_seconds());
        Ok(object)
    }

    /// Completes what is in progress, which happens whenever the store is asked for something.
    pub(super) fn advance(&mut self) {
        for file in &mut self.files {
            if file.is("in_progress") {
                set(&mut file.object, "status", "completed");
            }
        }
    }

    /// Notes that it is in use.
    pub(super) fn touch(&mut self, now: u64) {
        set(&mut self.object, "last_active_at", now);
    }

    /// Refuses what needs a store that has not expired.
    pub(super) fn require_alive(&self, now: u64) -> Result<(), Reply> {
        if self.expires_at().is_none_or(|end| now < end) {
            return Ok(());
        }
        let message = format!("Vector store {} has expired.", text(self.object.get("id")));
        let kind = "invalid_request_error";
        Err(Reply::openai_error(400, kind, Some("vector_store_expired"), None, &message))
    }

    /// The object with what is counted; a new one is in progress.
    pub(super) fn shown(&self, now: u64, is_new: bool) -> Value {
        let mut shown = self.object.clone();
        let counts = counts(&self.files.iter());
        let is_busy = is_new || counts.get("in_progress").is_some_and(|count| *count != 0);
        let status = match self.require_alive(now) {
            Err(_) => "expired",
            Ok(()) if is_busy => "in_progress",
            Ok(()) => "completed",
        };
        let bytes = self.files.iter().filter_map(|file| file.object.get("usage_bytes")?.as_u64());
        set(&mut shown, "usage_bytes", bytes.sum::<u64>());
        set(&mut shown, "file_counts", counts);
        set(&mut shown, "status", status);
        set(&mut shown, "expires_at", self.expires_at());
        shown
    }

    fn expires_at(&self) -> Option<u64> {
        let days = self.object.pointer("/expires_after/days")?.as_u64()?;
        Some(self.object.get("last_active_at")?.as_u64()? + days * 86_400)
    }
}

impl IndexedFile {
    pub(super) fn is(&self, status: &str) -> bool {
        self.object.get("status").is_some_and(|found| found == status)
    }
}

/// How many files there are in each state.
pub(super) fn counts<'a>(files: &(impl Iterator<Item = &'a IndexedFile> + Clone)) -> Value {
    let count = |status: &str| files.clone().filter(|file| file.is(status)).count();
    json!({
        "in_progress": count("in_progress"),
        "completed": count("completed"),
        "failed": count("failed"),
        "cancelled": count("cancelled"),
        "total": files.clone().count(),
    })
}
