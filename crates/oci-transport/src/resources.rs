//! What the service keeps for its callers: conversations, files, vector stores and containers.
//!
//! Each kind has a handle that owns a client, so that its names stay short and its streams borrow nothing.

mod containers;
mod conversations;
mod disk;
mod download;
mod files;
mod form;
mod items;
mod vector_store_batches;
mod vector_store_files;
mod vector_stores;

pub use containers::{ContainerFiles, Containers};
pub use conversations::{ConversationItems, Conversations};
pub use disk::{FileOnDisk, UploadProgress, UploadStep};
pub(crate) use disk::{Measured, Tracker, UnreadFile};
pub use download::Download;
pub use files::Files;
pub use form::FileBytes;
pub(crate) use items::Entries;
pub use items::Items;
pub use vector_store_batches::FileBatches;
pub use vector_store_files::VectorStoreFiles;
pub use vector_stores::VectorStores;
