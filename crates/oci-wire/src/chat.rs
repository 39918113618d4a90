//! Chat completions, the dialect that all model families of the service share.
//!
//! * [`ChatRequest`] is the body of a request, [`ChatResponse`] that of a whole answer.
//! * [`StreamEvent`] reads one event of a stream: a [`ChatChunk`], an error or the end.
//! * [`ChatAccumulator`] folds chunks into the [`ChatResponse`] that the service would have sent whole.

mod accumulate;
mod accumulate_calls;
mod chunk;
mod content;
mod delta;
mod error;
mod message;
mod options;
mod request;
mod response;
mod stream;
mod tool;
mod whole;

pub use accumulate::ChatAccumulator;
pub(crate) use accumulate_calls::{CallAssembler, PartialCall};
pub use chunk::{ChatChunk, Choices, ChunkChoice};
pub use content::{
    AudioPart, Content, FilePart, FileRef, ImageDetail, ImagePart, ImageUrl, InputAudio, Part,
    PromptCacheBreakpoint, RefusalPart, TextPart,
};
pub use delta::{CustomDelta, Delta, FunctionDelta, ToolCallDelta};
pub use error::{ChunkError, Found};
pub use message::{
    AssistantMessage, AudioRef, DeveloperMessage, FunctionMessage, Message, Role, SystemMessage,
    ToolMessage, UserMessage,
};
pub use options::{
    ApproximateLocation, AudioOptions, FunctionCallOption, JsonObjectResponse, JsonSchema,
    JsonSchemaResponse, Modality, Moderation, ModerationMode, ModerationPolicy, Prediction,
    PromptCacheOptions, PromptCacheRetention, ReasoningEffort, ResponseFormat, ServiceTier, Stop,
    StreamOptions, TextResponse, UserLocation, Verbosity, WebSearchOptions,
};
pub use request::ChatRequest;
pub use response::{
    Annotation, ChatResponse, Choice, Logprobs, ResponseAudio, ResponseMessage, TokenLogprob,
    UrlCitation,
};
pub use stream::{StreamEvent, StreamEvents};
pub use tool::{
    AllowedTools, AllowedToolsChoice, CustomCall, CustomChoice, CustomDefinition, CustomFormat,
    CustomTool, CustomToolCall, FunctionCall, FunctionChoice, FunctionDefinition, FunctionTool,
    FunctionToolCall, Grammar, GrammarFormat, NamedToolChoice, TextFormat, Tool, ToolCall,
    ToolChoice, ToolChoiceMode, ToolName,
};

pub use crate::finish::FinishReason;
pub use crate::usage::{CompletionTokensDetails, PromptTokensDetails, Usage};
