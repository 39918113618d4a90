//! [`ResponseUsage`]: the token counts of an answer.

use crate::chat::{CompletionTokensDetails, PromptTokensDetails, Usage};
use crate::object::object;

object! { kept
    /// Tokens that a request and its answer took; every count can be missing.
    pub struct ResponseUsage {
        /// Tokens of the prompt, cached ones included.
        pub input_tokens: Option<u64> = "input_tokens",
        /// What they were.
        pub input_tokens_details: Option<InputTokensDetails> = "input_tokens_details",
        /// Tokens of the answer, reasoning included.
        pub output_tokens: Option<u64> = "output_tokens",
        /// What they were.
        pub output_tokens_details: Option<OutputTokensDetails> = "output_tokens_details",
        /// The service's own sum.
        pub total_tokens: Option<u64> = "total_tokens",
    }
}

object! { kept
    /// Kinds of prompt tokens.
    pub struct InputTokensDetails {
        /// Read from the prompt cache.
        pub cached_tokens: Option<u64> = "cached_tokens",
        /// Written to the prompt cache.
        pub cache_write_tokens: Option<u64> = "cache_write_tokens",
        /// The written ones by how long they are kept.
        pub cache_write_tokens_details: Option<CacheWriteDetails> = "cache_write_tokens_details",
    }
}

object! { kept
    /// Tokens written to the prompt cache, by how long they are kept.
    pub struct CacheWriteDetails {
        /// For 12 hours.
        pub ttl_12h_tokens: Option<u64> = "ttl_12h_tokens",
        /// For 30 minutes.
        pub ttl_30m_tokens: Option<u64> = "ttl_30m_tokens",
    }
}

object! { kept
    /// Kinds of answer tokens.
    pub struct OutputTokensDetails {
        /// Spent on reasoning.
        pub reasoning_tokens: Option<u64> = "reasoning_tokens",
    }
}

impl ResponseUsage {
    /// The same counts in the form of chat completions, which has no place for how long the cache keeps tokens.
    #[must_use]
    pub fn to_chat(&self) -> Usage {
        let prompt = self.input_tokens_details.as_ref().map(|details| PromptTokensDetails {
            cached_tokens: details.cached_tokens,
            cache_write_tokens: details.cache_write_tokens,
            ..PromptTokensDetails::default()
        });
        let completion =
            self.output_tokens_details.as_ref().map(|details| CompletionTokensDetails {
                reasoning_tokens: details.reasoning_tokens,
                ..CompletionTokensDetails::default()
            });
        Usage {
            prompt_tokens: self.input_tokens,
            completion_tokens: self.output_tokens,
            total_tokens: self.total_tokens,
            prompt_tokens_details: prompt,
            completion_tokens_details: completion,
            ..Usage::default()
        }
    }

    /// The counts of chat completions in this form, which has no place for audio, image and prediction tokens.
    #[must_use]
    pub fn from_chat(usage: &Usage) -> Self {
        let input = usage.prompt_tokens_details.as_ref().map(|details| InputTokensDetails {
            cached_tokens: details.cached_tokens,
            cache_write_tokens: details.cache_write_tokens,
            ..InputTokensDetails::default()
        });
        let output = usage.completion_tokens_details.as_ref().map(|details| OutputTokensDetails {
            reasoning_tokens: details.reasoning_tokens,
            ..OutputTokensDetails::default()
        });
        Self {
            input_tokens: usage.prompt_tokens,
            input_tokens_details: input,
            output_tokens: usage.completion_tokens,
            output_tokens_details: output,
            total_tokens: usage.total(),
            ..Self::default()
        }
    }
}
