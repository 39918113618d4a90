//! [`Usage`]: the token counts of an answer.

use crate::chat::{self, CompletionTokensDetails, PromptTokensDetails};
use crate::object::object;
use crate::raw::RawJson;

object! { kept
    /// Tokens that a request and its answer took; every count can be missing.
    pub struct Usage {
        /// Tokens of the prompt, without those that the next two count.
        pub input_tokens: Option<u64> = "input_tokens",
        /// Written to the prompt cache.
        pub cache_creation_input_tokens: Option<u64> = "cache_creation_input_tokens",
        /// Read from the prompt cache.
        pub cache_read_input_tokens: Option<u64> = "cache_read_input_tokens",
        /// The written ones by how long they are kept.
        pub cache_creation: Option<CacheCreation> = "cache_creation",
        /// Tokens of the answer, thoughts included.
        pub output_tokens: Option<u64> = "output_tokens",
        /// What they were.
        pub output_tokens_details: Option<OutputTokensDetails> = "output_tokens_details",
        /// How often tools of the provider ran.
        pub server_tool_use: Option<RawJson> = "server_tool_use",
        /// The processing class that was used: `standard`, `priority` or `batch`.
        pub service_tier: Option<String> = "service_tier",
        /// Where in the world the model ran.
        pub inference_geo: Option<String> = "inference_geo",
    }
}

object! { kept
    /// Tokens written to the prompt cache, by how long they are kept.
    pub struct CacheCreation {
        /// For an hour.
        pub ephemeral_1h_input_tokens: Option<u64> = "ephemeral_1h_input_tokens",
        /// For five minutes.
        pub ephemeral_5m_input_tokens: Option<u64> = "ephemeral_5m_input_tokens",
    }
}

object! { kept
    /// Kinds of answer tokens.
    pub struct OutputTokensDetails {
        /// Spent on thoughts.
        pub thinking_tokens: Option<u64> = "thinking_tokens",
    }
}

impl Usage {
    /// The same counts in the form of chat completions.
    ///
    /// There the prompt includes what the cache held; how long it is kept and where the model ran have no place.
    #[must_use]
    pub fn to_chat(&self) -> chat::Usage {
        let (read, written) = (self.cache_read_input_tokens, self.cache_creation_input_tokens);
        let prompt = self.input_tokens.map(|input| {
            input.saturating_add(read.unwrap_or(0)).saturating_add(written.unwrap_or(0))
        });
        let total = prompt.zip(self.output_tokens);
        let thinking =
            self.output_tokens_details.as_ref().and_then(|details| details.thinking_tokens);
        chat::Usage {
            prompt_tokens: prompt,
            completion_tokens: self.output_tokens,
            total_tokens: total.map(|(prompt, output)| prompt.saturating_add(output)),
            prompt_tokens_details: (read.is_some() || written.is_some()).then(|| {
                PromptTokensDetails {
                    cached_tokens: read,
                    cache_write_tokens: written,
                    ..PromptTokensDetails::default()
                }
            }),
            completion_tokens_details: thinking.map(|tokens| CompletionTokensDetails {
                reasoning_tokens: Some(tokens),
                ..CompletionTokensDetails::default()
            }),
            ..chat::Usage::default()
        }
    }

    /// The counts of chat completions in this form, which has no place for audio, image and prediction tokens.
    ///
    /// Where the service's total exceeds prompt and completion, it counts the thoughts apart, and the answer's tokens
    /// are what the total leaves for them.
    #[must_use]
    pub fn from_chat(usage: &chat::Usage) -> Self {
        let details = usage.prompt_tokens_details.as_ref();
        let read = details.and_then(|details| details.cached_tokens);
        let written = details.and_then(|details| details.cache_write_tokens);
        let input = usage.prompt_tokens.map(|prompt| {
            prompt.saturating_sub(read.unwrap_or(0)).saturating_sub(written.unwrap_or(0))
        });
        let rest =
            usage.total_tokens.zip(usage.prompt_tokens).map(|(all, in_)| all.saturating_sub(in_));
        Self {
            input_tokens: input,
            cache_creation_input_tokens: written,
            cache_read_input_tokens: read,
            output_tokens: usage.completion_tokens.max(rest),
            output_tokens_details: usage.reasoning_tokens().map(|tokens| OutputTokensDetails {
                thinking_tokens: Some(tokens),
                ..OutputTokensDetails::default()
            }),
            ..Self::default()
        }
    }
}
