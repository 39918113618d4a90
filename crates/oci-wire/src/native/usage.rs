//! [`Usage`]: the token counts of a native answer.

use crate::object::object;

object! { lenient
    /// Tokens that a native request and its answer took; every count can be missing.
    pub struct Usage {
        /// Tokens of the answer.
        pub completion_tokens: Option<u64> = "completionTokens",
        /// Tokens of the prompt, cached ones included.
        pub prompt_tokens: Option<u64> = "promptTokens",
        /// The service's own sum, which can exceed the two above where reasoning is counted apart.
        pub total_tokens: Option<u64> = "totalTokens",
        /// What the completion tokens were.
        pub completion_tokens_details: Option<CompletionTokensDetails> = "completionTokensDetails",
        /// What the prompt tokens were.
        pub prompt_tokens_details: Option<PromptTokensDetails> = "promptTokensDetails",
    }
}

object! { lenient
    /// Kinds of completion tokens.
    pub struct CompletionTokensDetails {
        /// Of the prediction, found in the answer.
        pub accepted_prediction_tokens: Option<u64> = "acceptedPredictionTokens",
        /// Spent on reasoning.
        pub reasoning_tokens: Option<u64> = "reasoningTokens",
        /// Of the prediction, not found in the answer; billed all the same.
        pub rejected_prediction_tokens: Option<u64> = "rejectedPredictionTokens",
    }
}

object! { lenient
    /// Kinds of prompt tokens.
    pub struct PromptTokensDetails {
        /// Read from the prompt cache.
        pub cached_tokens: Option<u64> = "cachedTokens",
    }
}
