//! [`ChatRequest`]: every parameter of the format `COHEREV2`.

use crate::native::cohere::{ResponseFormat, SafetyMode};
use crate::native::cohere_v2::message::Message;
use crate::native::cohere_v2::options::{CitationOptions, Thinking, ToolsChoice};
use crate::native::cohere_v2::tool::Tool;
use crate::native::envelope::StreamOptions;
use crate::number::Number;
use crate::object::object;
use crate::raw::RawJson;

object! { strict
    /// A chat request of the format `COHEREV2`, with the fields of the official Python SDK 2.189.0.
    ///
    /// Exactly the fields that are set are written; the service answers 400 to any key it does not know.
    pub struct ChatRequest (tag "apiFormat" = "COHEREV2") {
        /// The conversation so far, oldest first.
        pub messages: Vec<Message> = required "messages",
        /// Documents to answer from.
        pub documents: Option<Vec<RawJson>> = "documents",
        /// How citations are made.
        pub citation_options: Option<CitationOptions> = "citationOptions",
        /// Whether the model must call; Oracle spells it with two `s`.
        pub tools_choice: Option<ToolsChoice> = "toolsChoice",
        /// What the model may call.
        pub tools: Option<Vec<Tool>> = "tools",
        /// Whether arguments must follow their schemas exactly.
        pub is_strict_tools_enabled: Option<bool> = "isStrictToolsEnabled",
        /// Whether the answer carries log probabilities.
        pub is_log_probs_enabled: Option<bool> = "isLogProbsEnabled",
        /// Whether and how much the model thinks.
        pub thinking: Option<Thinking> = "thinking",
        /// The form of the answer.
        pub response_format: Option<ResponseFormat> = "responseFormat",
        /// Whether only search queries are made, no answer.
        pub is_search_queries_only: Option<bool> = "isSearchQueriesOnly",
        /// What the stream carries.
        pub stream_options: Option<StreamOptions> = "streamOptions",
        /// Whether the answer comes in events.
        pub is_stream: Option<bool> = "isStream",
        /// Limit of answer tokens.
        pub max_tokens: Option<u64> = "maxTokens",
        /// Sampling temperature.
        pub temperature: Option<Number> = "temperature",
        /// Sampling from the likeliest tokens only; 0 considers all.
        pub top_k: Option<i64> = "topK",
        /// Nucleus sampling.
        pub top_p: Option<Number> = "topP",
        /// Penalty by how often a token occurred.
        pub frequency_penalty: Option<Number> = "frequencyPenalty",
        /// Penalty for tokens that occurred at all.
        pub presence_penalty: Option<Number> = "presencePenalty",
        /// Best-effort repeatability.
        pub seed: Option<i64> = "seed",
        /// Where to stop.
        pub stop_sequences: Option<Vec<String>> = "stopSequences",
        /// 0 is the highest.
        pub priority: Option<i64> = "priority",
        /// Whether the prompt goes to the model without a template.
        pub is_raw_prompting: Option<bool> = "isRawPrompting",
        /// How strictly the model refuses.
        pub safety_mode: Option<SafetyMode> = "safetyMode",
    }
}

impl ChatRequest {
    /// A request with nothing but messages.
    #[must_use]
    pub fn new(messages: impl Into<Vec<Message>>) -> Self {
        Self { messages: messages.into(), ..Self::default() }
    }
}
