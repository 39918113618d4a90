//! [`MessagesRequest`]: every parameter of the Messages API.

use crate::anthropic::block::Content;
use crate::anthropic::options::{CacheControl, Metadata, OutputConfig, ServiceTier, Thinking};
use crate::anthropic::tool::{Tool, ToolChoice};
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;

object! { strict
    /// The body of `POST /v1/messages`, with the parameters of the anthropic package 0.121.0.
    ///
    /// The body of `POST /v1/messages/count_tokens` is the same without `max_tokens` and sampling parameters.
    /// A parameter that is newer than this crate goes into `extra`.
    pub struct MessagesRequest {
        /// The model's name.
        pub model: String = required "model",
        /// Limit of answer tokens, thoughts included; the API requires it.
        pub max_tokens: Option<u64> = "max_tokens",
        /// Instructions that rank above the user's: text or text blocks.
        pub system: Option<Content> = "system",
        /// The conversation so far, oldest first.
        pub messages: Vec<Message> = required "messages",
        /// Whether the answer comes in events.
        pub stream: Option<bool> = "stream",
        /// Sampling temperature, 0 to 1.
        pub temperature: Option<Number> = "temperature",
        /// Nucleus sampling, 0 to 1.
        pub top_p: Option<Number> = "top_p",
        /// Sampling from the likeliest tokens only.
        pub top_k: Option<u64> = "top_k",
        /// Where to stop.
        pub stop_sequences: Option<Vec<String>> = "stop_sequences",
        /// What the model may call.
        pub tools: Option<Vec<Tool>> = "tools",
        /// Whether and what it must call.
        pub tool_choice: Option<ToolChoice> = "tool_choice",
        /// Whether and how much to think first.
        pub thinking: Option<Thinking> = "thinking",
        /// Effort and form of the answer.
        pub output_config: Option<OutputConfig> = "output_config",
        /// What the request says about itself.
        pub metadata: Option<Metadata> = "metadata",
        /// The processing class.
        pub service_tier: Option<ServiceTier> = "service_tier",
        /// Caches the prompt up to its last block.
        pub cache_control: Option<CacheControl> = "cache_control",
        /// The container that code runs in: an id, or an object.
        pub container: Option<RawJson> = "container",
        /// Where in the world the model runs.
        pub inference_geo: Option<String> = "inference_geo",
    }
}

impl MessagesRequest {
    /// A request with nothing but the required parameters.
    #[must_use]
    pub fn new(
        model: impl Into<String>,
        max_tokens: u64,
        messages: impl Into<Vec<Message>>,
    ) -> Self {
        Self {
            model: model.into(),
            max_tokens: Some(max_tokens),
            messages: messages.into(),
            ..Self::default()
        }
    }
}

object! { strict
    /// One message of a conversation.
    pub struct Message {
        /// Who speaks.
        pub role: Option<Role> = required "role",
        /// What is said.
        pub content: Content = required "content",
    }
}

impl Message {
    /// A message of the user.
    #[must_use]
    pub fn user(content: impl Into<Content>) -> Self {
        Self { role: Some(Role::User), content: content.into(), ..Self::default() }
    }

    /// A message of the model; as the last one it is what the answer begins with.
    #[must_use]
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self { role: Some(Role::Assistant), content: content.into(), ..Self::default() }
    }

    /// Instructions in the middle of the conversation.
    #[must_use]
    pub fn system(content: impl Into<Content>) -> Self {
        Self { role: Some(Role::System), content: content.into(), ..Self::default() }
    }
}

open_enum! {
    /// Who speaks.
    pub enum Role {
        /// The user.
        User = "user",
        /// The model.
        Assistant = "assistant",
        /// The operator, in the middle of a conversation.
        System = "system",
    }
}

object! { kept
    /// The answer of `POST /v1/messages/count_tokens`.
    pub struct TokenCount {
        /// Tokens of the prompt: system, messages and tools.
        pub input_tokens: Option<u64> = "input_tokens",
    }
}

impl TokenCount {
    /// So many tokens.
    #[must_use]
    pub fn new(input_tokens: u64) -> Self {
        Self { input_tokens: Some(input_tokens), ..Self::default() }
    }
}
