//! [`ChatRequest`]: every parameter of the format `GENERIC`.

use std::collections::BTreeMap;

use crate::native::envelope::StreamOptions;
use crate::native::generic::message::Message;
use crate::native::generic::options::{
    Prediction, ReasoningEffort, ResponseFormat, ServiceTier, Verbosity, WebSearchOptions,
};
use crate::native::generic::tool::{ToolChoice, ToolDefinition};
use crate::number::Number;
use crate::object::object;

object! { strict
    /// A chat request of the format `GENERIC`, with the fields of the official Python SDK 2.189.0.
    ///
    /// Exactly the fields that are set are written; the service answers 400 to any key it does not know.
    pub struct ChatRequest (tag "apiFormat" = "GENERIC") {
        /// The conversation so far, oldest first.
        pub messages: Vec<Message> = always "messages",
        /// How much to think first.
        pub reasoning_effort: Option<ReasoningEffort> = "reasoningEffort",
        /// How long-winded to be.
        pub verbosity: Option<Verbosity> = "verbosity",
        /// Labels; at most 16 pairs of 64 and 512 characters.
        pub metadata: Option<BTreeMap<String, String>> = "metadata",
        /// Whether the answer comes in events.
        pub is_stream: Option<bool> = "isStream",
        /// What the stream carries.
        pub stream_options: Option<StreamOptions> = "streamOptions",
        /// How many answers to make.
        pub num_generations: Option<i64> = "numGenerations",
        /// Best-effort repeatability.
        pub seed: Option<i64> = "seed",
        /// Whether the answer repeats the prompt.
        pub is_echo: Option<bool> = "isEcho",
        /// Sampling from the likeliest tokens only; -1, the default, considers all.
        pub top_k: Option<i64> = "topK",
        /// Nucleus sampling; 0 disables it.
        pub top_p: Option<Number> = "topP",
        /// Sampling temperature.
        pub temperature: Option<Number> = "temperature",
        /// Penalty by how often a token occurred.
        pub frequency_penalty: Option<Number> = "frequencyPenalty",
        /// Penalty for tokens that occurred at all.
        pub presence_penalty: Option<Number> = "presencePenalty",
        /// Where to stop.
        pub stop: Option<Vec<String>> = "stop",
        /// How many log probabilities per token; a count, not a switch.
        pub log_probs: Option<i64> = "logProbs",
        /// Limit of answer tokens; newer OpenAI models refuse it in favour of the next.
        pub max_tokens: Option<u64> = "maxTokens",
        /// Limit of answer tokens, reasoning included.
        pub max_completion_tokens: Option<u64> = "maxCompletionTokens",
        /// Bias by token id, -100 to 100.
        pub logit_bias: Option<BTreeMap<String, Number>> = "logitBias",
        /// Known parts of the answer.
        pub prediction: Option<Prediction> = "prediction",
        /// The form of the answer.
        pub response_format: Option<ResponseFormat> = "responseFormat",
        /// Whether and what the model must call.
        pub tool_choice: Option<ToolChoice> = "toolChoice",
        /// Whether it may make several calls at once.
        pub is_parallel_tool_calls: Option<bool> = "isParallelToolCalls",
        /// What the model may call; at most 128.
        pub tools: Option<Vec<ToolDefinition>> = "tools",
        /// Web search before the answer.
        pub web_search_options: Option<WebSearchOptions> = "webSearchOptions",
        /// The processing class.
        pub service_tier: Option<ServiceTier> = "serviceTier",
    }
}

impl ChatRequest {
    /// A request with nothing but messages.
    #[must_use]
    pub fn new(messages: impl Into<Vec<Message>>) -> Self {
        Self { messages: messages.into(), ..Self::default() }
    }
}
