//! What tokens cost, as far as it is known.

use locus::wire::chat::Usage;

/// The price of a model, in US dollars for a token.
///
/// The catalogue is that of LiteLLM 1.109.1, read on 2026-11-21. Oracle bills some of these models by the character, and a contract
/// may say something else.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Price {
    /// For a token of a prompt, or of a text that becomes a vector.
    pub prompt: f64,
    /// For a token of an answer; zero for models that give none.
    pub answer: f64,
    /// For the part of a prompt that the service had in its cache.
    pub cached: f64,
}

impl Price {
    /// For work that is not charged for by the token, and not counted.
    pub(crate) const NOTHING: Self = Self { prompt: 0.0, answer: 0.0, cached: 0.0 };

    /// The catalogue's price of a model's id, with or without `oci/` or `oci:` before it; `None` if it is not known.
    #[must_use]
    pub fn listed(id: &str) -> Option<Self> {
        let id = ["oci/", "oci:"].iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id);
        CATALOGUE.lines().find_map(|line| {
            let rest = line.strip_prefix(id)?.strip_prefix('\t')?;
            let mut prices = rest.split('\t').map(|price| price.parse::<f64>().ok());
            let (prompt, answer) = (prices.next()??, prices.next()??);
            let cached = prices.next()?.unwrap_or(prompt);
            let token = |million: f64| million / 1e6;
            Some(Self { prompt: token(prompt), answer: token(answer), cached: token(cached) })
        })
    }

    /// The ids of the catalogue, in its order.
    pub fn ids() -> impl Iterator<Item = &'static str> {
        let lines = CATALOGUE.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split('\t').next())
    }

    /// The dearer of two, in each part.
    pub(crate) fn or_dearer(self, other: Self) -> Self {
        Self {
            prompt: self.prompt.max(other.prompt),
            answer: self.answer.max(other.answer),
            cached: self.cached.max(other.cached),
        }
    }

    /// What so many tokens of a prompt and of an answer cost.
    pub(crate) fn of(self, prompt: u64, answer: u64) -> f64 {
        prompt as f64 * self.prompt + answer as f64 * self.answer
    }

    /// What a call has cost by the service's own count.
    pub(crate) fn of_usage(self, usage: &Usage) -> f64 {
        let prompt = usage.prompt_tokens.unwrap_or_default();
        let cached = usage.cached_tokens().unwrap_or_default().min(prompt);
        // Some models count their reasoning in the sum only.
        let rest = usage.total().unwrap_or_default().saturating_sub(prompt);
        let answer = usage.completion_tokens.unwrap_or_default().max(rest);
        self.of(prompt - cached, answer) + cached as f64 * self.cached
    }
}

/// One line for each model; it says itself where it comes from.
const CATALOGUE: &str = include_str!("price/catalogue.tsv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_catalogue_is_a_price() {
        assert_eq!(Price::ids().count(), 50);
        for id in Price::ids() {
            let price = Price::listed(id).unwrap_or_else(|| panic!("{id}"));
            assert!(price.prompt > 0.0 && price.prompt < 1e-4, "{id}");
            assert!(price.answer >= 0.0 && price.cached <= price.prompt, "{id}");
        }
    }

    #[test]
    fn ids_are_found_with_and_without_a_prefix_and_only_whole() {
        let grok = Price { prompt: 3e-6, answer: 15e-6, cached: 3e-6 };
        for id in ["xai.grok-4", "oci/xai.grok-4", "oci:xai.grok-4"] {
            assert_eq!(Price::listed(id), Some(grok), "{id}");
        }
        for id in ["xai.grok", "xai.grok-4\t3", "", "#", "nobody.model"] {
            assert_eq!(Price::listed(id), None, "{id}");
        }
    }

    #[test]
    fn cached_tokens_and_hidden_reasoning_count() {
        let price = Price { prompt: 2.0, answer: 10.0, cached: 1.0 };
        let read = |json: &str| serde_json::from_str::<Usage>(json).unwrap();
        for (usage, expected) in [
            (r#"{"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}"#, 26.0),
            (r#"{"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 9}"#, 66.0),
            (
                r#"{"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 2}}"#,
                24.0,
            ),
            (r#"{"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 5}}"#, 1.0),
            ("{}", 0.0),
        ] {
            assert_eq!(price.of_usage(&read(usage)), expected, "{usage}");
        }
    }
}
