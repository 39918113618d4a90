//! The format `COHEREV2`: Cohere's second one, with messages of typed parts.

mod content;
mod message;
mod options;
mod request;
mod response;
mod tool;

pub use content::{Content, DocumentContent, ImageContent, ImageUrl, TextContent, ThinkingContent};
pub use message::{
    AssistantMessage, Citation, CitationDocument, CitationSource, CitationTool, Message,
    SystemMessage, ToolMessage, UserMessage,
};
pub use options::{CitationMode, CitationOptions, Thinking, ThinkingMode, ToolsChoice};
pub use request::ChatRequest;
pub use response::{ChatResponse, LogProbability, ResponseMessage};
pub use tool::{Function, FunctionCall, Tool, ToolCall};
