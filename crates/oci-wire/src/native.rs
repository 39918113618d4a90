//! Native inference, Oracle's own dialect under `/20231130/actions`.
//!
//! * [`ChatDetails`] is the body of a chat request and [`ChatResult`] that of a whole answer; inside is one of three
//!   formats: [`generic`], [`cohere`] or [`cohere_v2`].
//! * Embeddings, ranking, guardrails, text generation and summaries each have a `…Details` and a `…Result`.
//! * [`ChatDecoder`] reads a stream of any of the three formats as chunks of chat completions.
//!
//! The service refuses unknown keys in requests; answers may hold anything.

pub mod cohere;
pub mod cohere_v2;
pub mod generic;
pub mod translate;

mod call_id;
mod convert;
mod decoder;
mod deltas;
mod embed;
mod envelope;
mod event;
mod fragments;
mod generate;
mod guardrails;
mod rerank;
mod serving;
mod summarize;
mod time;
mod usage;

pub use call_id::call_id;
pub(crate) use call_id::unique_id;
pub use decoder::{ChatDecoder, Truncated};
pub use embed::{
    EmbedContent, EmbedImageContent, EmbedInputType, EmbedTextContent, EmbedTextDetails,
    EmbedTextResult, EmbeddingType, Truncate,
};
pub use envelope::{
    ApiFormat, BaseChatRequest, BaseChatResponse, ChatDetails, ChatResult, StreamOptions,
};
pub use event::{ChatEvent, EventContent, EventFunction, EventMessage, EventPart, EventToolCall};
pub use generate::{
    CohereLlmInferenceRequest, CohereLlmInferenceResponse, GenerateTextChoice, GenerateTextDetails,
    GenerateTextResult, GeneratedText, LlamaLlmInferenceRequest, LlamaLlmInferenceResponse,
    LlmInferenceRequest, LlmInferenceResponse, ReturnLikelihoods, TokenLikelihood,
};
pub use guardrails::{
    ApplyGuardrailsDetails, ApplyGuardrailsResult, CategoryScore, ContentModerationConfiguration,
    ContentModerationResult, FlaggedModality, GuardrailConfigs, GuardrailVersionCollection,
    GuardrailVersionConfig, GuardrailVersionResponse, GuardrailVersionState,
    GuardrailVersionSummary, GuardrailsImageInput, GuardrailsImageUrl, GuardrailsInput,
    GuardrailsResults, GuardrailsTextInput, PersonallyIdentifiableInformationConfiguration,
    PersonallyIdentifiableInformationResult, PromptInjectionConfiguration,
    PromptInjectionProtectionResult,
};
pub use rerank::{Document, DocumentRank, RerankTextDetails, RerankTextResult};
pub use serving::{DedicatedServingMode, OnDemandServingMode, ServingMode};
pub use summarize::{
    SummarizeTextDetails, SummarizeTextResult, SummaryExtractiveness, SummaryFormat, SummaryLength,
};
pub use usage::{CompletionTokensDetails, PromptTokensDetails, Usage};
