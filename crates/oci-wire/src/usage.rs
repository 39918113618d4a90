//! [`Usage`]: the token counts of an answer.

use crate::object::object;

object! { lenient
    /// Tokens that a request and its answer took; every count can be missing.
    pub struct Usage {
        /// Tokens of the prompt, cached ones included.
        pub prompt_tokens: Option<u64> = "prompt_tokens",
        /// Tokens of the answer; whether reasoning is included differs by model family.
        pub completion_tokens: Option<u64> = "completion_tokens",
        /// The service's own sum, which can exceed prompt plus completion where reasoning is counted apart.
        pub total_tokens: Option<u64> = "total_tokens",
        /// What the prompt tokens were.
        pub prompt_tokens_details: Option<PromptTokensDetails> = "prompt_tokens_details",
        /// What the completion tokens were.
        pub completion_tokens_details: Option<CompletionTokensDetails> = "completion_tokens_details",
    }
}

impl Usage {
    /// The service's total, or the sum of the two parts when it sent none.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total_tokens
            .or_else(|| Some(self.prompt_tokens?.saturating_add(self.completion_tokens?)))
    }

    /// Prompt tokens that were read from the prompt cache.
    #[must_use]
    pub fn cached_tokens(&self) -> Option<u64> {
        self.prompt_tokens_details.as_ref()?.cached_tokens
    }

    /// Tokens spent on reasoning.
    #[must_use]
    pub fn reasoning_tokens(&self) -> Option<u64> {
        self.completion_tokens_details.as_ref()?.reasoning_tokens
    }
}

object! { lenient
    /// Kinds of prompt tokens.
    pub struct PromptTokensDetails {
        /// Read from the prompt cache.
        pub cached_tokens: Option<u64> = "cached_tokens",
        /// Written to the prompt cache.
        pub cache_write_tokens: Option<u64> = "cache_write_tokens",
        /// Of audio input.
        pub audio_tokens: Option<u64> = "audio_tokens",
        /// Of image input.
        pub image_tokens: Option<u64> = "image_tokens",
        /// Of text input.
        pub text_tokens: Option<u64> = "text_tokens",
    }
}

object! { lenient
    /// Kinds of completion tokens.
    pub struct CompletionTokensDetails {
        /// Spent on reasoning.
        pub reasoning_tokens: Option<u64> = "reasoning_tokens",
        /// Of audio output.
        pub audio_tokens: Option<u64> = "audio_tokens",
        /// Of text output.
        pub text_tokens: Option<u64> = "text_tokens",
        /// Of the prediction, found in the answer.
        pub accepted_prediction_tokens: Option<u64> = "accepted_prediction_tokens",
        /// Of the prediction, not found in the answer; billed all the same.
        pub rejected_prediction_tokens: Option<u64> = "rejected_prediction_tokens",
    }
}
