//! [`ResponseUsage`]: the token counts of an answer.

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
