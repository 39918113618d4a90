//! Files of vector stores, one by one and in batches.

use std::collections::BTreeMap;

use crate::nullable::Nullable;
use crate::object::object;
use crate::raw::RawJson;
use crate::resources::page::page;
use crate::resources::vector_store::{ChunkingStrategy, FileCounts, Passage, VectorStoreStatus};

object! { strict
    /// A file that is put into a vector store: the body of `POST …/vector_stores/{id}/files`, and an entry of a batch.
    pub struct CreateVectorStoreFile {
        /// The uploaded file.
        pub file_id: String = required "file_id",
        /// Labels that searches can filter by: strings, numbers and booleans.
        pub attributes: Nullable<BTreeMap<String, RawJson>> = "attributes",
        /// How it is cut into passages.
        pub chunking_strategy: Option<ChunkingStrategy> = "chunking_strategy",
    }
}

impl CreateVectorStoreFile {
    /// A file without labels.
    #[must_use]
    pub fn new(file_id: impl Into<String>) -> Self {
        Self { file_id: file_id.into(), ..Self::default() }
    }

    /// Adds a label: a string, number or boolean.
    #[must_use]
    pub fn with_attribute(mut self, name: impl Into<String>, value: impl Into<RawJson>) -> Self {
        self.attributes = with_attribute(self.attributes, name.into(), value.into());
        self
    }
}

object! { strict
    /// The body of `POST …/vector_stores/{id}/files/{file_id}`, which replaces the labels.
    pub struct UpdateVectorStoreFile {
        /// The labels; `null` removes them.
        pub attributes: Nullable<BTreeMap<String, RawJson>> = "attributes",
    }
}

object! { strict
    /// The body of `POST …/vector_stores/{id}/file_batches`: files by id, or each with its own options.
    pub struct CreateFileBatch {
        /// The files; excludes `files`.
        pub file_ids: Option<Vec<String>> = "file_ids",
        /// The files with their options; excludes `file_ids`, `attributes` and `chunking_strategy`.
        pub files: Option<Vec<CreateVectorStoreFile>> = "files",
        /// Labels of all files.
        pub attributes: Nullable<BTreeMap<String, RawJson>> = "attributes",
        /// How all files are cut into passages.
        pub chunking_strategy: Option<ChunkingStrategy> = "chunking_strategy",
    }
}

impl CreateFileBatch {
    /// A batch of files with common options.
    #[must_use]
    pub fn of_ids(file_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let file_ids = file_ids.into_iter().map(Into::into).collect();
        Self { file_ids: Some(file_ids), ..Self::default() }
    }

    /// A batch of files that each have their own options.
    #[must_use]
    pub fn of_files(files: impl IntoIterator<Item = CreateVectorStoreFile>) -> Self {
        Self { files: Some(files.into_iter().collect()), ..Self::default() }
    }

    /// Adds a label of all files: a string, number or boolean.
    #[must_use]
    pub fn with_attribute(mut self, name: impl Into<String>, value: impl Into<RawJson>) -> Self {
        self.attributes = with_attribute(self.attributes, name.into(), value.into());
        self
    }
}

fn with_attribute(
    attributes: Nullable<BTreeMap<String, RawJson>>,
    name: String,
    value: RawJson,
) -> Nullable<BTreeMap<String, RawJson>> {
    let mut attributes = attributes.into_option().unwrap_or_default();
    attributes.insert(name, value);
    Nullable::Value(attributes)
}

object! { kept
    /// A file of a vector store.
    pub struct VectorStoreFile {
        /// The uploaded file.
        pub id: Option<String> = "id",
        /// `vector_store.file`
        pub object: Option<String> = "object",
        /// When it was put in, in seconds since 1970.
        pub created_at: Option<u64> = "created_at",
        /// What it takes in the store.
        pub usage_bytes: Option<u64> = "usage_bytes",
        /// The store.
        pub vector_store_id: Option<String> = "vector_store_id",
        /// How far it is.
        pub status: Option<VectorStoreStatus> = "status",
        /// Why it failed.
        pub last_error: Option<VectorStoreFileError> = "last_error",
        /// Its labels: strings, numbers and booleans.
        pub attributes: Option<BTreeMap<String, RawJson>> = "attributes",
        /// How it was cut into passages.
        pub chunking_strategy: Option<ChunkingStrategy> = "chunking_strategy",
    }
}

object! { kept
    /// Why a file could not be read.
    pub struct VectorStoreFileError {
        /// `server_error`, `unsupported_file` or `invalid_file`.
        pub code: Option<String> = "code",
        /// The reason for a person.
        pub message: Option<String> = "message",
    }
}

page! {
    /// Files of a vector store or of a batch.
    pub struct VectorStoreFileList of VectorStoreFile
}

object! { kept
    /// Files that are put into a vector store together.
    pub struct FileBatch {
        /// The id.
        pub id: Option<String> = "id",
        /// `vector_store.files_batch`
        pub object: Option<String> = "object",
        /// When it was made, in seconds since 1970.
        pub created_at: Option<u64> = "created_at",
        /// The store.
        pub vector_store_id: Option<String> = "vector_store_id",
        /// How far it is.
        pub status: Option<VectorStoreStatus> = "status",
        /// How many files are how far.
        pub file_counts: Option<FileCounts> = "file_counts",
    }
}

object! { kept
    /// What the service read in a file.
    pub struct FileContentPage {
        /// `vector_store.file_content.page`
        pub object: Option<String> = "object",
        /// The passages.
        pub data: Vec<Passage> = always "data",
        /// Whether there is more.
        pub has_more: Option<bool> = "has_more",
        /// The next page.
        pub next_page: Option<String> = "next_page",
    }
}
