//! [`Tally`]: the tokens of many answers.

use oci_router::wire::chat::Usage;
use serde::{Deserialize, Serialize};

/// The sum of what the service reported for a number of answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Tally {
    /// Tokens of the prompts, cached ones included.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
    /// The service's own sums, which can exceed prompt plus completion where reasoning is counted apart.
    pub total_tokens: u64,
    /// Prompt tokens that came from the prompt cache.
    pub cached_tokens: u64,
    /// Tokens spent on reasoning.
    pub reasoning_tokens: u64,
    /// Answers that were asked for.
    pub calls: u64,
    /// Those of them for which no counts came: they broke off, or the service sent none. What they took is not in the sums.
    pub unmetered: u64,
}

impl Tally {
    /// Notes that an answer is asked for; it has no counts before it is complete.
    pub(crate) fn begin(&mut self) {
        self.calls += 1;
        self.unmetered += 1;
    }

    /// Adds the counts of an answer that was asked for.
    pub(crate) fn complete(&mut self, usage: Option<&Usage>) {
        let Some(usage) = usage else { return };
        self.unmetered -= 1;
        self.prompt_tokens += usage.prompt_tokens.unwrap_or_default();
        self.completion_tokens += usage.completion_tokens.unwrap_or_default();
        self.total_tokens += usage.total().unwrap_or_default();
        self.cached_tokens += usage.cached_tokens().unwrap_or_default();
        self.reasoning_tokens += usage.reasoning_tokens().unwrap_or_default();
    }

    /// Adds an answer that was asked for elsewhere; `None` for one without counts.
    pub fn add(&mut self, usage: Option<&Usage>) {
        self.begin();
        self.complete(usage);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
        self.total_tokens += other.total_tokens;
        self.cached_tokens += other.cached_tokens;
        self.reasoning_tokens += other.reasoning_tokens;
        self.calls += other.calls;
        self.unmetered += other.unmetered;
    }
}
