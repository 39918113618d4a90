//! What a batch takes: tokens, and money where prices are told.

use locus::wire::chat::Usage;

/// What a million tokens cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prices {
    pub(super) input: f64,
    pub(super) output: f64,
}

impl Prices {
    pub(super) fn of(self, input: u64, output: u64) -> f64 {
        (input as f64 * self.input + output as f64 * self.output) / 1_000_000.0
    }
}

/// The tokens that the service counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    pub(super) input: u64,
    pub(super) output: u64,
    /// Answers without a count.
    pub(super) untold: u64,
}

impl Spent {
    pub(super) fn add(&mut self, usage: Option<&Usage>) {
        match usage {
            Some(usage) => {
                self.input += usage.prompt_tokens.unwrap_or_default();
                self.output += usage.completion_tokens.unwrap_or_default();
            }
            None => self.untold += 1,
        }
    }
}
