//! Text generation, the forerunner of chat: `POST /20231130/actions/generateText`.

use crate::native::embed::Truncate;
use crate::native::generic::Logprobs;
use crate::native::serving::ServingMode;
use crate::number::Number;
use crate::object::{object, plain_slot};
use crate::open_enum::open_enum;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST /20231130/actions/generateText`.
    pub struct GenerateTextDetails {
        /// The OCID of the compartment that is charged.
        pub compartment_id: String = required "compartmentId",
        /// Which model serves the call.
        pub serving_mode: ServingMode = required "servingMode",
        /// The request proper.
        pub inference_request: LlmInferenceRequest = required "inferenceRequest",
    }
}

impl GenerateTextDetails {
    /// A request in its envelope.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        serving_mode: ServingMode,
        inference_request: impl Into<LlmInferenceRequest>,
    ) -> Self {
        Self {
            compartment_id: compartment_id.into(),
            serving_mode,
            inference_request: inference_request.into(),
            ..Self::default()
        }
    }
}

tagged! {
    /// A request, told apart by `runtimeType`.
    pub enum LlmInferenceRequest by "runtimeType" {
        /// For Cohere's models.
        "COHERE" => Cohere(CohereLlmInferenceRequest),
        /// For Meta's models.
        "LLAMA" => Llama(LlamaLlmInferenceRequest),
    }
}

impl Default for LlmInferenceRequest {
    fn default() -> Self {
        Self::Cohere(CohereLlmInferenceRequest::default())
    }
}

plain_slot!(LlmInferenceRequest);

object! { strict
    /// A request for Cohere's models.
    pub struct CohereLlmInferenceRequest (tag "runtimeType" = "COHERE") {
        /// The prompt.
        pub prompt: String = required "prompt",
        /// Whether the answer comes in events.
        pub is_stream: Option<bool> = "isStream",
        /// How many answers to make.
        pub num_generations: Option<i64> = "numGenerations",
        /// Whether the answer repeats the prompt.
        pub is_echo: Option<bool> = "isEcho",
        /// Limit of answer tokens.
        pub max_tokens: Option<u64> = "maxTokens",
        /// Sampling temperature.
        pub temperature: Option<Number> = "temperature",
        /// Sampling from the likeliest tokens only.
        pub top_k: Option<i64> = "topK",
        /// Nucleus sampling.
        pub top_p: Option<Number> = "topP",
        /// Penalty by how often a token occurred.
        pub frequency_penalty: Option<Number> = "frequencyPenalty",
        /// Penalty for tokens that occurred at all.
        pub presence_penalty: Option<Number> = "presencePenalty",
        /// Where to stop.
        pub stop_sequences: Option<Vec<String>> = "stopSequences",
        /// Of which tokens the likelihood is returned.
        pub return_likelihoods: Option<ReturnLikelihoods> = "returnLikelihoods",
        /// What happens to a prompt that is too long.
        pub truncate: Option<Truncate> = "truncate",
    }
}

open_enum! {
    /// Of which tokens the likelihood is returned.
    pub enum ReturnLikelihoods {
        /// Of none.
        None = "NONE",
        /// Of prompt and answer.
        All = "ALL",
        /// Of the answer.
        Generation = "GENERATION",
    }
}

object! { strict
    /// A request for Meta's models.
    pub struct LlamaLlmInferenceRequest (tag "runtimeType" = "LLAMA") {
        /// The prompt.
        pub prompt: Option<String> = "prompt",
        /// Whether the answer comes in events.
        pub is_stream: Option<bool> = "isStream",
        /// How many answers to make.
        pub num_generations: Option<i64> = "numGenerations",
        /// Whether the answer repeats the prompt.
        pub is_echo: Option<bool> = "isEcho",
        /// Sampling from the likeliest tokens only.
        pub top_k: Option<i64> = "topK",
        /// Nucleus sampling.
        pub top_p: Option<Number> = "topP",
        /// Sampling temperature.
        pub temperature: Option<Number> = "temperature",
        /// Penalty by how often a token occurred.
        pub frequency_penalty: Option<Number> = "frequencyPenalty",
        /// Penalty for tokens that occurred at all.
        pub presence_penalty: Option<Number> = "presencePenalty",
        /// Where to stop.
        pub stop: Option<Vec<String>> = "stop",
        /// How many log probabilities per token.
        pub log_probs: Option<i64> = "logProbs",
        /// Limit of answer tokens.
        pub max_tokens: Option<u64> = "maxTokens",
    }
}

object! { kept
    /// The answer of `generateText`.
    pub struct GenerateTextResult {
        /// The model.
        pub model_id: Option<String> = "modelId",
        /// Its version.
        pub model_version: Option<String> = "modelVersion",
        /// The answer proper.
        pub inference_response: Option<LlmInferenceResponse> = "inferenceResponse",
    }
}

tagged! {
    /// An answer, told apart by `runtimeType`.
    pub enum LlmInferenceResponse by "runtimeType" {
        /// Of Cohere's models.
        "COHERE" => Cohere(CohereLlmInferenceResponse),
        /// Of Meta's models.
        "LLAMA" => Llama(LlamaLlmInferenceResponse),
    }
}

object! { kept
    /// An answer of Cohere's models.
    pub struct CohereLlmInferenceResponse (tag "runtimeType" = "COHERE") {
        /// The answers.
        pub generated_texts: Vec<GeneratedText> = always "generatedTexts",
        /// When they were made, in the form of RFC 3339.
        pub time_created: Option<String> = "timeCreated",
        /// The prompt.
        pub prompt: Option<String> = "prompt",
    }
}

object! { kept
    /// One answer of Cohere's models.
    pub struct GeneratedText {
        /// Its id.
        pub id: Option<String> = "id",
        /// The text.
        pub text: Option<String> = "text",
        /// Its likelihood.
        pub likelihood: Option<Number> = "likelihood",
        /// Why it ended.
        pub finish_reason: Option<String> = "finishReason",
        /// Likelihood by token.
        pub token_likelihoods: Option<Vec<TokenLikelihood>> = "tokenLikelihoods",
    }
}

object! { kept
    /// A token and its likelihood.
    pub struct TokenLikelihood {
        /// The token.
        pub token: Option<String> = "token",
        /// Its likelihood.
        pub likelihood: Option<Number> = "likelihood",
    }
}

object! { kept
    /// An answer of Meta's models.
    pub struct LlamaLlmInferenceResponse (tag "runtimeType" = "LLAMA") {
        /// When it was made, in the form of RFC 3339.
        pub created: Option<String> = "created",
        /// The answers.
        pub choices: Vec<GenerateTextChoice> = always "choices",
    }
}

object! { kept
    /// One answer of Meta's models; Oracle's name for it is `Choice`.
    pub struct GenerateTextChoice {
        /// Its place among the answers.
        pub index: Option<u32> = "index",
        /// The text.
        pub text: Option<String> = "text",
        /// Why it ended.
        pub finish_reason: Option<String> = "finishReason",
        /// Log probabilities, if the request asked for them.
        pub logprobs: Option<Logprobs> = "logprobs",
    }
}
