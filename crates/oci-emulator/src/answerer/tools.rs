//! Which tools the stand-in calls, and with what.

use serde_json::Value;

use super::{Ask, instance};
use crate::random::hex;

/// A tool that may be called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tool {
    /// What it is called by.
    pub(crate) name: String,
    /// The JSON Schema of its arguments.
    pub(crate) parameters: Value,
}

/// Whether tools are called.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Choice {
    /// If the user names one.
    #[default]
    Auto,
    /// The one with this name.
    Named(String),
    /// Never.
    Never,
    /// At least one.
    Required,
}

/// A call of a tool.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ToolCall {
    /// Random, with `call_` in front.
    pub(crate) id: String,
    /// The tool's name.
    pub(crate) name: String,
    /// A JSON object as text.
    pub(crate) arguments: String,
}

impl ToolCall {
    fn new(tool: &Tool, arguments: Option<String>) -> Self {
        let arguments =
            arguments.unwrap_or_else(|| instance::of(&tool.parameters, None).to_string());
        Self { id: format!("call_{}", hex(24)), name: tool.name.clone(), arguments }
    }

    /// The arguments as a value.
    pub(crate) fn parameters(&self) -> Value {
        serde_json::from_str(&self.arguments).unwrap_or_default()
    }
}

/// The calls that answer a question: of every tool that it names, in its order, with the JSON object that
/// follows the name or else with arguments made up from the schema.
pub(super) fn calls(ask: &Ask) -> Vec<ToolCall> {
    let mut calls = match &ask.choice {
        Choice::Never => Vec::new(),
        Choice::Auto if !ask.results.is_empty() => Vec::new(),
        Choice::Auto => named(ask, |_| true),
        Choice::Named(name) => {
            or_else(named(ask, |tool| tool.name == *name), ask, |tool| tool.name == *name)
        }
        Choice::Required => or_else(named(ask, |_| true), ask, |_| true),
    };
    if ask.one_call {
        calls.truncate(1);
    }
    calls
}

/// One call of the first tool that will do, if there are no calls yet.
fn or_else(calls: Vec<ToolCall>, ask: &Ask, will_do: impl Fn(&Tool) -> bool) -> Vec<ToolCall> {
    if !calls.is_empty() {
        return calls;
    }
    ask.tools
        .iter()
        .find(|tool| will_do(tool))
        .map(|tool| ToolCall::new(tool, None))
        .into_iter()
        .collect()
}

fn named(ask: &Ask, will_do: impl Fn(&Tool) -> bool) -> Vec<ToolCall> {
    let mut found: Vec<(usize, ToolCall)> = Vec::new();
    for tool in ask.tools.iter().filter(|tool| !tool.name.is_empty() && will_do(tool)) {
        for (at, name) in ask.question.match_indices(tool.name.as_str()) {
            let (before, rest) = ask.question.split_at(at);
            let after = rest.strip_prefix(name).unwrap_or_default();
            if before.ends_with(is_part_of_name) || after.starts_with(is_part_of_name) {
                continue;
            }
            found.push((at, ToolCall::new(tool, object(after))));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.truncate(MAX_CALLS);
    found.into_iter().map(|(_, call)| call).collect()
}

/// The JSON object that a text begins with, as it stands there.
fn object(text: &str) -> Option<String> {
    let text = text.trim_start();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    value.is_object().then(|| text.get(..values.byte_offset()).unwrap_or_default().to_owned())
}

fn is_part_of_name(character: char) -> bool {
    character.is_alphanumeric() || "_-".contains(character)
}

/// As many tools as a request may have.
const MAX_CALLS: usize = 128;
