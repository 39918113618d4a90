//! [`ChatRequest`]: every parameter of chat completions.

use std::collections::BTreeMap;

use crate::chat::message::Message;
use crate::chat::options::{
    AudioOptions, FunctionCallOption, Modality, Moderation, Prediction, PromptCacheOptions,
    PromptCacheRetention, ReasoningEffort, ResponseFormat, ServiceTier, Stop, StreamOptions,
    Verbosity, WebSearchOptions,
};
use crate::chat::tool::{FunctionDefinition, Tool, ToolChoice};
use crate::number::Number;
use crate::object::object;
use crate::raw::RawJson;

object! { strict
    /// The body of `POST …/chat/completions`, with the parameters of the OpenAI package 3.52.0.
    ///
    /// Exactly the fields that are set are written, always in the same order.
    /// Which of them a model takes is the service's to say; nothing is checked here.
    /// A parameter that is newer than this crate goes into `extra`.
    pub struct ChatRequest {
        /// The model's name, or the OCID of a dedicated endpoint.
        pub model: String = required "model",
        /// The conversation so far, oldest first.
        pub messages: Vec<Message> = required "messages",
        /// Whether the answer comes in chunks.
        pub stream: Option<bool> = "stream",
        /// What the stream carries; only allowed together with `stream`.
        pub stream_options: Option<StreamOptions> = "stream_options",
        /// Sampling temperature, 0 to 2; many reasoning models refuse it.
        pub temperature: Option<Number> = "temperature",
        /// Nucleus sampling, 0 to 1.
        pub top_p: Option<Number> = "top_p",
        /// Limit of answer tokens; refused by newer OpenAI models in favour of the next.
        pub max_tokens: Option<u64> = "max_tokens",
        /// Limit of answer tokens, reasoning included.
        pub max_completion_tokens: Option<u64> = "max_completion_tokens",
        /// How many answers to make.
        pub n: Option<u32> = "n",
        /// Where to stop; at most four sequences.
        pub stop: Option<Stop> = "stop",
        /// Penalty by how often a token occurred, -2 to 2.
        pub frequency_penalty: Option<Number> = "frequency_penalty",
        /// Penalty for tokens that occurred at all, -2 to 2.
        pub presence_penalty: Option<Number> = "presence_penalty",
        /// Bias by token id, -100 to 100.
        pub logit_bias: Option<BTreeMap<String, Number>> = "logit_bias",
        /// Whether the answer carries log probabilities.
        pub logprobs: Option<bool> = "logprobs",
        /// How many alternatives per token; needs `logprobs`.
        pub top_logprobs: Option<u32> = "top_logprobs",
        /// Best-effort repeatability.
        pub seed: Option<i64> = "seed",
        /// What the model may call.
        pub tools: Option<Vec<Tool>> = "tools",
        /// Whether and what it must call.
        pub tool_choice: Option<ToolChoice> = "tool_choice",
        /// Whether it may make several calls at once; the service's default is yes.
        pub parallel_tool_calls: Option<bool> = "parallel_tool_calls",
        /// The form of the answer.
        pub response_format: Option<ResponseFormat> = "response_format",
        /// How much to think first.
        pub reasoning_effort: Option<ReasoningEffort> = "reasoning_effort",
        /// How long-winded to be.
        pub verbosity: Option<Verbosity> = "verbosity",
        /// Known parts of the answer.
        pub prediction: Option<Prediction> = "prediction",
        /// Forms the answer may take.
        pub modalities: Option<Vec<Modality>> = "modalities",
        /// Voice and coding of a spoken answer.
        pub audio: Option<AudioOptions> = "audio",
        /// Web search before the answer.
        pub web_search_options: Option<WebSearchOptions> = "web_search_options",
        /// Moderation of prompt and answer.
        pub moderation: Option<Moderation> = "moderation",
        /// Labels that are stored with the answer.
        pub metadata: Option<BTreeMap<String, String>> = "metadata",
        /// Whether the service stores the answer.
        pub store: Option<bool> = "store",
        /// The processing class.
        pub service_tier: Option<ServiceTier> = "service_tier",
        /// Groups requests that share a prefix, for better cache use.
        pub prompt_cache_key: Option<String> = "prompt_cache_key",
        /// How the prompt cache is used.
        pub prompt_cache_options: Option<PromptCacheOptions> = "prompt_cache_options",
        /// How long the prompt cache keeps the prefix.
        pub prompt_cache_retention: Option<PromptCacheRetention> = "prompt_cache_retention",
        /// A stable, hashed id of the end user, for abuse detection.
        pub safety_identifier: Option<String> = "safety_identifier",
        /// The forerunner of the two ids above.
        pub user: Option<String> = "user",
        /// Deprecated forerunner of `tool_choice`.
        pub function_call: Option<FunctionCallOption> = "function_call",
        /// Deprecated forerunner of `tools`.
        pub functions: Option<Vec<FunctionDefinition>> = "functions",
    }
}

impl ChatRequest {
    /// A request with nothing but model and messages.
    #[must_use]
    pub fn new(model: impl Into<String>, messages: impl Into<Vec<Message>>) -> Self {
        Self { model: model.into(), messages: messages.into(), ..Self::default() }
    }

    /// Asks for a stream of chunks with a final chunk of token counts.
    #[must_use]
    pub fn with_stream(mut self) -> Self {
        self.stream = Some(true);
        self.stream_options = Some(StreamOptions::usage());
        self
    }

    /// Sets the sampling temperature, 0 to 2.
    #[must_use]
    pub fn with_temperature(mut self, temperature: impl Into<Number>) -> Self {
        self.temperature = Some(temperature.into());
        self
    }

    /// Sets nucleus sampling, 0 to 1.
    #[must_use]
    pub fn with_top_p(mut self, top_p: impl Into<Number>) -> Self {
        self.top_p = Some(top_p.into());
        self
    }

    /// Limits the answer; see [`Self::with_max_completion_tokens`] for OpenAI's newer models.
    #[must_use]
    pub fn with_max_tokens(mut self, tokens: u64) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// Limits answer and reasoning together; too low a limit can leave no text at all.
    #[must_use]
    pub fn with_max_completion_tokens(mut self, tokens: u64) -> Self {
        self.max_completion_tokens = Some(tokens);
        self
    }

    /// Sets where to stop.
    #[must_use]
    pub fn with_stop(mut self, stop: impl Into<Stop>) -> Self {
        self.stop = Some(stop.into());
        self
    }

    /// Sets the seed of the sampling.
    #[must_use]
    pub fn with_seed(mut self, seed: i64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Offers tools.
    #[must_use]
    pub fn with_tools(mut self, tools: impl IntoIterator<Item = impl Into<Tool>>) -> Self {
        self.tools = Some(tools.into_iter().map(Into::into).collect());
        self
    }

    /// Sets whether and what the model must call.
    #[must_use]
    pub fn with_tool_choice(mut self, choice: impl Into<ToolChoice>) -> Self {
        self.tool_choice = Some(choice.into());
        self
    }

    /// Sets the form of the answer.
    #[must_use]
    pub fn with_response_format(mut self, format: ResponseFormat) -> Self {
        self.response_format = Some(format);
        self
    }

    /// Sets how much to think first.
    #[must_use]
    pub fn with_reasoning_effort(mut self, effort: ReasoningEffort) -> Self {
        self.reasoning_effort = Some(effort);
        self
    }

    /// Adds a label that is stored with the answer.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    /// Adds a parameter for which this crate has no field.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<RawJson>) -> Self {
        self.extra.insert(name, value);
        self
    }
}
