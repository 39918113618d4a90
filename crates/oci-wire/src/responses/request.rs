//! [`ResponsesRequest`]: every parameter of the Responses API.

use std::collections::BTreeMap;

use crate::chat::{Moderation, PromptCacheRetention, ServiceTier, Verbosity};
use crate::either::either;
use crate::nullable::Nullable;
use crate::number::Number;
use crate::object::object;
use crate::raw::RawJson;
use crate::responses::item::Item;
use crate::responses::options::{
    AccessPrograms, ContextManagement, ConversationRef, ImageOptions, Include, Prompt,
    PromptCacheOptions, Reasoning, StreamOptions, TextConfig, TextFormat, Truncation,
};
use crate::responses::tool::Tool;
use crate::responses::tool_choice::ToolChoice;

object! { strict
    /// The body of `POST …/responses`, with the parameters of the OpenAI package 3.52.0.
    ///
    /// Exactly the fields that are set are written, always in the same order.
    /// Where the API documents `null` as a value the field is a [`Nullable`]: it can be left out, `null`, or set.
    /// Which parameters a model takes is the service's to say; nothing is checked here.
    /// A parameter that is newer than this crate goes into `extra`.
    pub struct ResponsesRequest {
        /// The model's name, or the OCID of a dedicated endpoint.
        pub model: Option<String> = "model",
        /// What the model answers to.
        pub input: Option<Input> = "input",
        /// Instructions that are not part of the conversation.
        pub instructions: Nullable<String> = "instructions",
        /// Whether the answer comes in events.
        pub stream: Nullable<bool> = "stream",
        /// What the stream carries; only allowed together with `stream`.
        pub stream_options: Nullable<StreamOptions> = "stream_options",
        /// The answer that this request continues; excludes `conversation`.
        pub previous_response_id: Nullable<String> = "previous_response_id",
        /// The stored conversation that this request continues; excludes `previous_response_id`.
        pub conversation: Nullable<ConversationRef> = "conversation",
        /// Whether the service stores the answer; its default is yes.
        pub store: Nullable<bool> = "store",
        /// Whether the answer is made in the background and fetched later.
        pub background: Nullable<bool> = "background",
        /// What the answer carries besides the usual.
        pub include: Nullable<Vec<Include>> = "include",
        /// What the model may use.
        pub tools: Option<Vec<Tool>> = "tools",
        /// Whether and what it must use.
        pub tool_choice: Option<ToolChoice> = "tool_choice",
        /// Whether it may make several calls at once; the service's default is yes.
        pub parallel_tool_calls: Nullable<bool> = "parallel_tool_calls",
        /// Limit of calls of the service's own tools.
        pub max_tool_calls: Nullable<u64> = "max_tool_calls",
        /// Limit of answer tokens, reasoning included.
        pub max_output_tokens: Nullable<u64> = "max_output_tokens",
        /// Sampling temperature, 0 to 2; OpenAI's reasoning models refuse it.
        pub temperature: Nullable<Number> = "temperature",
        /// Nucleus sampling, 0 to 1.
        pub top_p: Nullable<Number> = "top_p",
        /// How many alternatives per token.
        pub top_logprobs: Nullable<u32> = "top_logprobs",
        /// How to think first.
        pub reasoning: Nullable<Reasoning> = "reasoning",
        /// The form of the answer.
        pub text: Option<TextConfig> = "text",
        /// What happens when the conversation is too long.
        pub truncation: Nullable<Truncation> = "truncation",
        /// When a long conversation is shortened.
        pub context_management: Nullable<Vec<ContextManagement>> = "context_management",
        /// A stored prompt.
        pub prompt: Nullable<Prompt> = "prompt",
        /// Groups requests that share a prefix, for better cache use.
        pub prompt_cache_key: Nullable<String> = "prompt_cache_key",
        /// How the prompt cache is used.
        pub prompt_cache_options: Option<PromptCacheOptions> = "prompt_cache_options",
        /// How long the prompt cache keeps the prefix.
        pub prompt_cache_retention: Nullable<PromptCacheRetention> = "prompt_cache_retention",
        /// Labels that are stored with the answer.
        pub metadata: Nullable<BTreeMap<String, String>> = "metadata",
        /// The processing class.
        pub service_tier: Nullable<ServiceTier> = "service_tier",
        /// Moderation of prompt and answer.
        pub moderation: Nullable<Moderation> = "moderation",
        /// How images of the conversation are treated.
        pub image: Option<ImageOptions> = "image",
        /// Programs of the operator that the request takes part in.
        pub access_programs: Option<AccessPrograms> = "access_programs",
        /// A stable, hashed id of the end user, for abuse detection.
        pub safety_identifier: Nullable<String> = "safety_identifier",
        /// The forerunner of `safety_identifier` and `prompt_cache_key`.
        pub user: Option<String> = "user",
    }
}

impl ResponsesRequest {
    /// A request with nothing but model and input, which is a text or a list of items.
    #[must_use]
    pub fn new(model: impl Into<String>, input: impl Into<Input>) -> Self {
        Self { model: Some(model.into()), input: Some(input.into()), ..Self::default() }
    }

    /// Asks for a stream of events.
    #[must_use]
    pub fn with_stream(mut self) -> Self {
        self.stream = Nullable::Value(true);
        self
    }

    /// Sets instructions that are not part of the conversation.
    #[must_use]
    pub fn with_instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Nullable::Value(instructions.into());
        self
    }

    /// Continues an answer that the service stored.
    #[must_use]
    pub fn with_previous_response_id(mut self, id: impl Into<String>) -> Self {
        self.previous_response_id = Nullable::Value(id.into());
        self
    }

    /// Continues a conversation that the service stores.
    #[must_use]
    pub fn with_conversation(mut self, conversation: impl Into<ConversationRef>) -> Self {
        self.conversation = Nullable::Value(conversation.into());
        self
    }

    /// Sets whether the service stores the answer.
    #[must_use]
    pub fn with_store(mut self, store: bool) -> Self {
        self.store = Nullable::Value(store);
        self
    }

    /// Asks for more in the answer.
    #[must_use]
    pub fn with_include(mut self, include: impl IntoIterator<Item = Include>) -> Self {
        self.include = Nullable::Value(include.into_iter().collect());
        self
    }

    /// Offers tools.
    #[must_use]
    pub fn with_tools(mut self, tools: impl IntoIterator<Item = impl Into<Tool>>) -> Self {
        self.tools = Some(tools.into_iter().map(Into::into).collect());
        self
    }

    /// Sets whether and what the model must use.
    #[must_use]
    pub fn with_tool_choice(mut self, choice: impl Into<ToolChoice>) -> Self {
        self.tool_choice = Some(choice.into());
        self
    }

    /// Limits answer and reasoning together; too low a limit can leave no text at all.
    #[must_use]
    pub fn with_max_output_tokens(mut self, tokens: u64) -> Self {
        self.max_output_tokens = Nullable::Value(tokens);
        self
    }

    /// Sets the sampling temperature, 0 to 2.
    #[must_use]
    pub fn with_temperature(mut self, temperature: impl Into<Number>) -> Self {
        self.temperature = Nullable::Value(temperature.into());
        self
    }

    /// Sets nucleus sampling, 0 to 1.
    #[must_use]
    pub fn with_top_p(mut self, top_p: impl Into<Number>) -> Self {
        self.top_p = Nullable::Value(top_p.into());
        self
    }

    /// Sets how to think first.
    #[must_use]
    pub fn with_reasoning(mut self, reasoning: Reasoning) -> Self {
        self.reasoning = Nullable::Value(reasoning);
        self
    }

    /// Sets the form of the answer.
    #[must_use]
    pub fn with_format(mut self, format: impl Into<TextFormat>) -> Self {
        self.text.get_or_insert_default().format = Some(format.into());
        self
    }

    /// Sets how long-winded the answer is.
    #[must_use]
    pub fn with_verbosity(mut self, verbosity: Verbosity) -> Self {
        self.text.get_or_insert_default().verbosity = Some(verbosity);
        self
    }

    /// Adds a label that is stored with the answer.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let mut metadata = self.metadata.into_option().unwrap_or_default();
        metadata.insert(name.into(), value.into());
        self.metadata = Nullable::Value(metadata);
        self
    }

    /// Adds a parameter for which this crate has no field.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<RawJson>) -> Self {
        self.extra.insert(name, value);
        self
    }
}

either! {
    /// What the model answers to; also the instructions that an answer echoes.
    pub enum Input {
        /// A message of the user, written as a string.
        Text(String),
        /// Items, oldest first.
        Items(Vec<Item>),
    }
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<const N: usize> From<[Item; N]> for Input {
    fn from(items: [Item; N]) -> Self {
        Self::Items(items.into())
    }
}
