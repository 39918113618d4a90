//! The format `COHERE`: Cohere's first one, with one `message` and a history beside it.

mod message;
mod options;
mod request;
mod response;
mod tool;

pub use message::{ChatBotMessage, Message, SystemMessage, ToolMessage, UserMessage};
pub use options::{
    CitationQuality, PromptTruncation, ResponseFormat, ResponseJsonFormat, ResponseTextFormat,
    SafetyMode,
};
pub use request::ChatRequest;
pub use response::{ChatResponse, Citation, SearchQuery};
pub use tool::{ParameterDefinition, Tool, ToolCall, ToolResult};
