//! What the OpenAI-compatible API keeps: conversations, files, vector stores, containers; and embeddings and models.
//!
//! `Create…`, `Update…` and `Search…` are bodies of requests, `…List` and `…Page` hold several entries.

mod container;
mod conversation;
mod embedding;
mod file;
mod page;
mod vector_store;
mod vector_store_file;

pub use container::{
    Container, ContainerExpiry, ContainerFile, ContainerFileList, ContainerList, CreateContainer,
    CreateContainerFile,
};
pub use conversation::{
    Conversation, ConversationMetadata, CreateConversation, CreateItems, ItemList,
    MemoryAccessPolicy, MemorySwitch, UpdateConversation,
};
pub use embedding::{
    Embedding, EmbeddingInput, EmbeddingRequest, EmbeddingResponse, EmbeddingVector,
    EncodingFormat, Model, ModelList,
};
pub use file::{FileList, FileObject, FilePurpose, FileStatus, FileUpload};
pub use page::Deleted;
pub use vector_store::{
    AutoChunking, ChunkSizes, ChunkingStrategy, CreateVectorStore, FileCounts, OtherChunking,
    Passage, SearchQuery, SearchResult, SearchResultPage, SearchVectorStore, StaticChunking,
    UpdateVectorStore, VectorStore, VectorStoreExpiry, VectorStoreList, VectorStoreStatus,
};
pub use vector_store_file::{
    CreateFileBatch, CreateVectorStoreFile, FileBatch, FileContentPage, UpdateVectorStoreFile,
    VectorStoreFile, VectorStoreFileError, VectorStoreFileList,
};
