//! What a batch takes: tokens, and money where prices are known.

use locus::wire::chat::Usage;
use locus_gateway::Price;

use super::input::Input;
use crate::models::per_million;

/// What a million tokens cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prices {
    pub(super) input: f64,
    pub(super) output: f64,
}

impl Prices {
    /// The catalogue's, if all prompts go to one model; of several, each with its own, no sum would be right.
    pub(super) fn listed(model: &str, input: &Input) -> Option<Self> {
        if input.models.iter().any(|other| other != model) {
            return None;
        }
        let price = Price::listed(model)?;
        Some(Self { input: per_million(price.prompt), output: per_million(price.answer) })
    }

    /// What so many tokens cost, with more digits for small sums.
    pub(super) fn of(self, input: u64, output: u64) -> String {
        let sum = (input as f64 * self.input + output as f64 * self.output) / 1_000_000.0;
        match sum {
            0.0 => "0".to_owned(),
            sum if sum < 0.01 => format!("{sum:.6}"),
            sum if sum < 1.0 => format!("{sum:.4}"),
            sum => format!("{sum:.2}"),
        }
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
