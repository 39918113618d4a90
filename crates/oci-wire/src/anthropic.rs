//! Anthropic's Messages API, which servers speak to coding agents and other clients of that API.
//!
//! * [`MessagesRequest`] is the body of a request, [`MessagesResponse`] that of a whole answer.
//! * [`MessagesEncoder`] turns chunks of chat completions into the [`Event`]s of a stream, [`MessagesDecoder`] folds
//!   events into the [`MessagesResponse`].
//! * [`ErrorResponse`] is the body of a failure.
//!
//! The facts are those of the anthropic package 0.121.0 and of the provider's public documentation.

mod block;
mod blocks;
mod decoder;
mod encoder;
mod error;
mod event;
mod options;
mod request;
mod response;
mod source;
mod tool;
mod translate;
mod usage;

pub use block::{
    Content, ContentBlock, DocumentBlock, ImageBlock, RedactedThinkingBlock, SearchResultBlock,
    ServerToolUseBlock, SystemBlock, TextBlock, ThinkingBlock, ToolReferenceBlock, ToolResultBlock,
    ToolUseBlock,
};
pub use decoder::{MessagesDecoder, Truncated};
pub use encoder::MessagesEncoder;
pub use error::{ErrorDetails, ErrorKind, ErrorResponse};
pub use event::{
    BlockDelta, ContentBlockDelta, ContentBlockStart, ContentBlockStop, Event, MessageDelta,
    MessageEnd, MessageStart, MessageStop, OtherEvent, Ping,
};
pub use options::{
    CacheControl, Citations, JsonSchemaFormat, Metadata, OutputConfig, OutputFormat, ServiceTier,
    Thinking, ThinkingAdaptive, ThinkingDisabled, ThinkingEnabled,
};
pub use request::{Message, MessagesRequest, Role, TokenCount};
pub use response::{MessagesResponse, StopDetails, StopReason};
pub use source::{Base64Source, ContentSource, FileSource, Source, TextSource, UrlSource};
pub use tool::{
    AnyChoice, AutoChoice, CustomTool, NoneChoice, Tool, ToolChoice, ToolNameChoice, UserLocation,
    WebSearchTool,
};
pub use usage::{CacheCreation, OutputTokensDetails, Usage};
