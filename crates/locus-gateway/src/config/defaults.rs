//! Parameters of requests that the file has defaults for.

use locus::wire::chat::{ChatRequest, ReasoningEffort};
use locus::wire::responses::ResponsesRequest;
use locus::wire::{Nullable, Number};

use super::error::ConfigError;
use super::file::{Effort, Params, Scalar};
use super::value::Reader;

/// Parameters that a request gets when the client does not say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    temperature: Option<Number>,
    top_p: Option<Number>,
    max_tokens: Option<u64>,
    max_completion_tokens: Option<u64>,
    frequency_penalty: Option<Number>,
    presence_penalty: Option<Number>,
    seed: Option<i64>,
    reasoning_effort: Option<ReasoningEffort>,
}

impl Defaults {
    pub(crate) fn apply(&self, request: &mut ChatRequest) {
        fn fill<T: Clone>(slot: &mut Option<T>, default: &Option<T>) {
            if slot.is_none() {
                slot.clone_from(default);
            }
        }
        fill(&mut request.temperature, &self.temperature);
        fill(&mut request.top_p, &self.top_p);
        fill(&mut request.frequency_penalty, &self.frequency_penalty);
        fill(&mut request.presence_penalty, &self.presence_penalty);
        fill(&mut request.seed, &self.seed);
        fill(&mut request.reasoning_effort, &self.reasoning_effort);
        // Two names of one limit: the client's wins, whichever it used.
        if request.max_tokens.is_none() && request.max_completion_tokens.is_none() {
            request.max_tokens = self.max_tokens;
            request.max_completion_tokens = self.max_completion_tokens;
        }
    }
}

impl Defaults {
    /// The same for a request of the Responses API; what that has no parameter for is returned.
    pub(crate) fn apply_to_response(&self, request: &mut ResponsesRequest) -> Vec<String> {
        fn fill<T: Clone>(slot: &mut Nullable<T>, default: Option<&T>) {
            if let (Nullable::Absent, Some(default)) = (&*slot, default) {
                *slot = Nullable::Value(default.clone());
            }
        }
        fill(&mut request.temperature, self.temperature.as_ref());
        fill(&mut request.top_p, self.top_p.as_ref());
        let limit = self.max_completion_tokens.or(self.max_tokens);
        fill(&mut request.max_output_tokens, limit.as_ref());
        if let (Some(effort), false) = (&self.reasoning_effort, request.reasoning == Nullable::Null)
        {
            let mut reasoning = request.reasoning.as_option().cloned().unwrap_or_default();
            reasoning.effort.get_or_insert_with(|| effort.clone());
            request.reasoning = Nullable::Value(reasoning);
        }
        let without = [
            ("frequency_penalty", self.frequency_penalty.is_some()),
            ("presence_penalty", self.presence_penalty.is_some()),
            ("seed", self.seed.is_some()),
        ];
        let without = without.into_iter().filter(|(_, is_set)| *is_set);
        without
            .map(|(name, _)| format!("{name} of the configuration is unknown to the Responses API"))
            .collect()
    }
}

pub(super) fn defaults(
    reader: &Reader<'_>,
    key: &impl Fn(&str) -> String,
    params: &Params,
) -> Result<Defaults, ConfigError> {
    let number = |name: &str, scalar: &Option<Scalar>| {
        reader.parsed(&key(name), scalar.as_ref(), "a number", |text| {
            let integer = text.parse::<i64>().ok().map(Number::from);
            integer.or_else(|| {
                text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Number::from)
            })
        })
    };
    let effort = match params.reasoning_effort.as_ref().map(|effort| &effort.value) {
        None => None,
        Some(Effort::Word(word)) => reader.followed(&key("reasoning_effort"), word)?,
        Some(Effort::Object { effort, summary }) => {
            if summary.is_some() {
                let message = "has no effect: chat completions have no summaries of reasoning";
                reader.warn(key("reasoning_effort.summary"), message);
            }
            reader.followed(&key("reasoning_effort"), effort)?
        }
    };
    // What LiteLLM calls `disable` the service calls `none`.
    let effort = effort.map(|text| if text == "disable" { "none".to_owned() } else { text });
    Ok(Defaults {
        temperature: number("temperature", &params.temperature)?,
        top_p: number("top_p", &params.top_p)?,
        max_tokens: reader.number(&key("max_tokens"), params.max_tokens.as_ref())?,
        max_completion_tokens: reader
            .number(&key("max_completion_tokens"), params.max_completion_tokens.as_ref())?,
        frequency_penalty: number("frequency_penalty", &params.frequency_penalty)?,
        presence_penalty: number("presence_penalty", &params.presence_penalty)?,
        seed: reader.parsed(&key("seed"), params.seed.as_ref(), "a whole number", |text| {
            text.parse().ok()
        })?,
        reasoning_effort: effort.as_deref().map(ReasoningEffort::from),
    })
}
