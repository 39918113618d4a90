//! [`ChatRequest`]: every parameter of the format `COHERE`.

use crate::native::cohere::message::Message;
use crate::native::cohere::options::{
    CitationQuality, PromptTruncation, ResponseFormat, SafetyMode,
};
use crate::native::cohere::tool::{Tool, ToolResult};
use crate::native::envelope::StreamOptions;
use crate::number::Number;
use crate::object::object;
use crate::raw::RawJson;

object! { strict
    /// A chat request of the format `COHERE`, with the fields of the official Python SDK 2.189.0.
    ///
    /// Exactly the fields that are set are written; the service answers 400 to any key it does not know.
    pub struct ChatRequest (tag "apiFormat" = "COHERE") {
        /// What the user says now; empty together with `tool_results`.
        pub message: String = required "message",
        /// What was said before, oldest first.
        pub chat_history: Option<Vec<Message>> = "chatHistory",
        /// Documents to answer from, each a map of strings.
        pub documents: Option<Vec<RawJson>> = "documents",
        /// The form of the answer.
        pub response_format: Option<ResponseFormat> = "responseFormat",
        /// Whether only search queries are made, no answer.
        pub is_search_queries_only: Option<bool> = "isSearchQueriesOnly",
        /// Instructions in place of the model's own.
        pub preamble_override: Option<String> = "preambleOverride",
        /// Whether the answer comes in events.
        pub is_stream: Option<bool> = "isStream",
        /// What the stream carries.
        pub stream_options: Option<StreamOptions> = "streamOptions",
        /// Limit of answer tokens; the service's default is low, and on demand it takes at most 4000.
        pub max_tokens: Option<u64> = "maxTokens",
        /// Limit of prompt tokens.
        pub max_input_tokens: Option<u64> = "maxInputTokens",
        /// Sampling temperature, 0 to 1.
        pub temperature: Option<Number> = "temperature",
        /// Sampling from the likeliest tokens only; 0 considers all.
        pub top_k: Option<i64> = "topK",
        /// Nucleus sampling.
        pub top_p: Option<Number> = "topP",
        /// What happens to a prompt that is too long.
        pub prompt_truncation: Option<PromptTruncation> = "promptTruncation",
        /// Penalty by how often a token occurred.
        pub frequency_penalty: Option<Number> = "frequencyPenalty",
        /// Penalty for tokens that occurred at all.
        pub presence_penalty: Option<Number> = "presencePenalty",
        /// Best-effort repeatability.
        pub seed: Option<i64> = "seed",
        /// Whether the answer repeats the prompt.
        pub is_echo: Option<bool> = "isEcho",
        /// What the model may call.
        pub tools: Option<Vec<Tool>> = "tools",
        /// Results of the calls of the current turn.
        pub tool_results: Option<Vec<ToolResult>> = "toolResults",
        /// Whether the model answers after one round of calls; needed when results are sent.
        pub is_force_single_step: Option<bool> = "isForceSingleStep",
        /// Where to stop.
        pub stop_sequences: Option<Vec<String>> = "stopSequences",
        /// Whether the prompt goes to the model without a template.
        pub is_raw_prompting: Option<bool> = "isRawPrompting",
        /// How citations are made.
        pub citation_quality: Option<CitationQuality> = "citationQuality",
        /// How strictly the model refuses.
        pub safety_mode: Option<SafetyMode> = "safetyMode",
    }
}

impl ChatRequest {
    /// A request with nothing but a message.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}
