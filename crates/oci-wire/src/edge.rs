//! What servers speak at their edge beside chat: moderation, ranking and embeddings, in front of the native operations.
//!
//! * [`ModerationRequest`] and [`ModerationResponse`] are OpenAI's, in front of `applyGuardrails`.
//! * [`RerankRequest`] and [`RerankResponse`] are Cohere's as LiteLLM serves them, in front of `rerankText`.
//! * Embeddings are OpenAI's, whose types are in [`resources`](crate::resources), in front of `embedText`.

mod embedding;
mod moderation;
mod rerank;

pub use moderation::{
    ModerationImagePart, ModerationImageUrl, ModerationInput, ModerationPart, ModerationRequest,
    ModerationResponse, ModerationResult, ModerationTextPart,
};
pub use rerank::{
    RerankBilledUnits, RerankDocument, RerankMeta, RerankRequest, RerankResponse, RerankResult,
    RerankTokens, RerankedDocument,
};
