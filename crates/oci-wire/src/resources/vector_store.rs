//! Vector stores and search in them.

use std::collections::BTreeMap;

use crate::either::either;
use crate::nullable::Nullable;
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::resources::page::page;
use crate::responses::{Filter, RankingOptions};
use crate::tagged::tagged;

object! { strict
    /// The body of `POST …/vector_stores`.
    pub struct CreateVectorStore {
        /// Its name.
        pub name: Option<String> = "name",
        /// What it holds.
        pub description: Option<String> = "description",
        /// Files that are put into it.
        pub file_ids: Option<Vec<String>> = "file_ids",
        /// How those files are cut into passages.
        pub chunking_strategy: Option<ChunkingStrategy> = "chunking_strategy",
        /// When it is deleted.
        pub expires_after: Option<VectorStoreExpiry> = "expires_after",
        /// Labels.
        pub metadata: Nullable<BTreeMap<String, String>> = "metadata",
    }
}

impl CreateVectorStore {
    /// An empty store under a name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}

object! { strict
    /// The body of `POST …/vector_stores/{id}`.
    pub struct UpdateVectorStore {
        /// Its name.
        pub name: Nullable<String> = "name",
        /// When it is deleted.
        pub expires_after: Nullable<VectorStoreExpiry> = "expires_after",
        /// Labels.
        pub metadata: Nullable<BTreeMap<String, String>> = "metadata",
    }
}

object! { kept
    /// When a vector store is deleted.
    pub struct VectorStoreExpiry {
        /// From when it is counted: `last_active_at`.
        pub anchor: Option<String> = "anchor",
        /// How many days after.
        pub days: Option<u32> = "days",
    }
}

impl VectorStoreExpiry {
    /// So many days after it was last used.
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self { anchor: Some("last_active_at".to_owned()), days: Some(days), ..Self::default() }
    }
}

tagged! {
    /// How files are cut into passages.
    pub enum ChunkingStrategy by "type" {
        /// As the service does it.
        "auto" => Auto(AutoChunking),
        /// In passages of a given length.
        "static" => Static(StaticChunking),
        /// In a way that is not known any more.
        "other" => Unknown(OtherChunking),
    }
}

impl ChunkingStrategy {
    /// As the service does it.
    #[must_use]
    pub fn auto() -> Self {
        Self::Auto(AutoChunking::default())
    }

    /// In passages of at most 100 to 4096 tokens; the overlap is at most half of that.
    #[must_use]
    pub fn fixed(max_chunk_size_tokens: u32, chunk_overlap_tokens: u32) -> Self {
        let sizes = ChunkSizes {
            max_chunk_size_tokens: Some(max_chunk_size_tokens),
            chunk_overlap_tokens: Some(chunk_overlap_tokens),
            ..ChunkSizes::default()
        };
        Self::Static(StaticChunking { sizes, ..StaticChunking::default() })
    }
}

object! { kept
    /// Passages as the service cuts them.
    pub struct AutoChunking (tag "type" = "auto") {}
}

object! { kept
    /// Passages of a given length.
    pub struct StaticChunking (tag "type" = "static") {
        /// The lengths.
        pub sizes: ChunkSizes = always "static",
    }
}

object! { kept
    /// Lengths of passages.
    pub struct ChunkSizes {
        /// The longest passage, in tokens.
        pub max_chunk_size_tokens: Option<u32> = "max_chunk_size_tokens",
        /// How much neighbours share, in tokens.
        pub chunk_overlap_tokens: Option<u32> = "chunk_overlap_tokens",
    }
}

object! { kept
    /// Passages cut in a way that is not known any more.
    pub struct OtherChunking (tag "type" = "other") {}
}

object! { kept
    /// A vector store.
    pub struct VectorStore {
        /// The id.
        pub id: Option<String> = "id",
        /// `vector_store`
        pub object: Option<String> = "object",
        /// When it was made, in seconds since 1970.
        pub created_at: Option<u64> = "created_at",
        /// Its name.
        pub name: Option<String> = "name",
        /// What it holds.
        pub description: Option<String> = "description",
        /// Its size.
        pub usage_bytes: Option<u64> = "usage_bytes",
        /// How many files it has.
        pub file_counts: Option<FileCounts> = "file_counts",
        /// How far it is; Oracle's sample waits some seconds more after `completed`.
        pub status: Option<VectorStoreStatus> = "status",
        /// When it is deleted.
        pub expires_after: Option<VectorStoreExpiry> = "expires_after",
        /// When it is deleted, in seconds since 1970.
        pub expires_at: Option<u64> = "expires_at",
        /// When it was last used, in seconds since 1970.
        pub last_active_at: Option<u64> = "last_active_at",
        /// Labels.
        pub metadata: Option<BTreeMap<String, String>> = "metadata",
    }
}

open_enum! {
    /// How far a vector store, one of its files or a batch of them is.
    pub enum VectorStoreStatus {
        /// Being made.
        InProgress = "in_progress",
        /// Ready.
        Completed = "completed",
        /// Deleted, since nobody used it.
        Expired = "expired",
        /// Failed.
        Failed = "failed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

object! { kept
    /// How many files are how far.
    pub struct FileCounts {
        /// Being read.
        pub in_progress: Option<u64> = "in_progress",
        /// Ready.
        pub completed: Option<u64> = "completed",
        /// Failed.
        pub failed: Option<u64> = "failed",
        /// Called off.
        pub cancelled: Option<u64> = "cancelled",
        /// All.
        pub total: Option<u64> = "total",
    }
}

page! {
    /// Vector stores.
    pub struct VectorStoreList of VectorStore
}

object! { strict
    /// The body of `POST …/vector_stores/{id}/search`.
    pub struct SearchVectorStore {
        /// What is searched for.
        pub query: Option<SearchQuery> = "query",
        /// Which files count.
        pub filters: Option<Filter> = "filters",
        /// How many passages at most, 1 to 50; the service's default is 10.
        pub max_num_results: Option<u32> = "max_num_results",
        /// How results are ranked.
        pub ranking_options: Option<RankingOptions> = "ranking_options",
        /// Whether the service may reword the query.
        pub rewrite_query: Option<bool> = "rewrite_query",
    }
}

impl SearchVectorStore {
    /// A search for one text or several.
    #[must_use]
    pub fn new(query: impl Into<SearchQuery>) -> Self {
        Self { query: Some(query.into()), ..Self::default() }
    }
}

either! {
    /// What is searched for.
    pub enum SearchQuery {
        /// One text.
        One(String),
        /// Several texts.
        Many(Vec<String>),
    }
}

impl From<&str> for SearchQuery {
    fn from(query: &str) -> Self {
        Self::One(query.to_owned())
    }
}

object! { kept
    /// What a search found.
    pub struct SearchResultPage {
        /// `vector_store.search_results.page`
        pub object: Option<String> = "object",
        /// What was searched for, as it was reworded.
        pub search_query: Option<SearchQuery> = "search_query",
        /// The files, best first.
        pub data: Vec<SearchResult> = always "data",
        /// Whether there is more.
        pub has_more: Option<bool> = "has_more",
        /// The next page.
        pub next_page: Option<String> = "next_page",
    }
}

object! { kept
    /// A file that fits, with the passages that do.
    pub struct SearchResult {
        /// The file.
        pub file_id: Option<String> = "file_id",
        /// Its name.
        pub filename: Option<String> = "filename",
        /// How well it fits, 0 to 1.
        pub score: Option<Number> = "score",
        /// Its labels: strings, numbers and booleans.
        pub attributes: Option<BTreeMap<String, RawJson>> = "attributes",
        /// The passages.
        pub content: Vec<Passage> = always "content",
    }
}

object! { kept
    /// A passage of a file.
    pub struct Passage {
        /// `text`
        pub kind: Option<String> = "type",
        /// The text.
        pub text: Option<String> = "text",
    }
}
