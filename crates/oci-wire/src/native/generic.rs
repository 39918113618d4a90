//! The format `GENERIC`: Meta, xAI, OpenAI, Google, Mistral and imported models.

mod content;
mod message;
mod options;
mod request;
mod response;
mod tool;

pub use content::{
    AudioContent, AudioUrl, Content, Detail, DocumentContent, DocumentUrl, ImageContent, ImageUrl,
    TextContent, VideoContent, VideoUrl,
};
pub use message::{
    Annotation, AssistantMessage, DeveloperMessage, Message, SystemMessage, ToolMessage,
    UrlCitation, UserMessage,
};
pub use options::{
    ApproximateLocation, JsonObjectResponseFormat, JsonSchemaResponseFormat, Prediction,
    ReasoningEffort, ResponseFormat, ResponseJsonSchema, SearchContextSize, ServiceTier,
    StaticContent, TextResponseFormat, Verbosity, WebSearchOptions,
};
pub use request::ChatRequest;
pub use response::{
    ChatChoice, ChatResponse, GroundingChunk, GroundingMetadata, GroundingSupport,
    GroundingSupportSegment, GroundingWebChunk, Logprobs, ResponseMessage, SearchEntryPoint,
};
pub use tool::{
    FunctionCall, FunctionDefinition, ToolCall, ToolChoice, ToolChoiceAuto, ToolChoiceFunction,
    ToolChoiceNone, ToolChoiceRequired, ToolDefinition,
};
