//! [`Refusal`]: which parameter the service refused, from what it says.
//!
//! The upstream services that Oracle passes errors on from say it in different ways: OpenAI's models with `param` and
//! `code`, the native API with its own spelling of the name in a sentence, xAI's models in a sentence only.

use crate::error_body::ErrorBody;
use crate::repair::ROLE;

/// A parameter that the model does not take, or not with this value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    /// Its name in chat completions.
    pub(crate) parameter: String,
    /// The value, where that is what the model does not take.
    pub(crate) value: Option<String>,
    /// What it takes instead, where it says so.
    pub(crate) supported: Vec<String>,
}

impl Refusal {
    /// `None` when the error is about something else.
    pub(crate) fn read(error: &ErrorBody) -> Option<Self> {
        let message = error.message.as_deref().unwrap_or_default();
        let is_coded = [&error.code, &error.kind]
            .into_iter()
            .flatten()
            .any(|code| CODES.contains(&code.as_str()));
        let named = named(message);
        if !is_coded && named.is_none() {
            return None;
        }
        // Of two that exclude each other the message names both; the second is the one to leave out.
        let pair = exclusive(message);
        let name = pair.or(error.param.as_deref()).or(named)?;
        let (head, supported) = message.split_once("Supported values are").unwrap_or((message, ""));
        Some(Self {
            parameter: canonical(name)?,
            value: head.split_once("does not support ").and_then(|(_, rest)| quoted(rest)),
            supported: all_quoted(supported),
        })
    }
}

/// The parameter that a sentence says the model does not take.
fn named(message: &str) -> Option<&str> {
    for (before, after) in SENTENCES {
        let Some((_, rest)) = message.split_once(before) else { continue };
        let name = rest.trim_start_matches([' ', '\'', '"', '`', ':']);
        let end = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
        let (name, rest) = name.split_at_checked(end)?;
        let name = name.trim_end_matches('.');
        if !name.is_empty() && (after.is_empty() || rest.contains(after)) {
            return Some(name);
        }
    }
    None
}

/// The second of two parameters that cannot both be given.
fn exclusive(message: &str) -> Option<&str> {
    let (names, _) = message.split_once(" cannot both be specified")?;
    let (_, second) = names.rsplit_once(" and ")?;
    Some(second.trim_matches(|c: char| !is_name(c)))
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']')
}

fn quoted(text: &str) -> Option<String> {
    let (value, _) = text.strip_prefix('\'')?.split_once('\'')?;
    Some(value.to_owned())
}

fn all_quoted(text: &str) -> Vec<String> {
    text.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The name in chat completions of a parameter as the services spell it: in camel case by the native API and by xAI,
/// with a path by OpenAI.
fn canonical(name: &str) -> Option<String> {
    if name.starts_with("messages[") {
        return name.ends_with("].role").then(|| ROLE.to_owned());
    }
    if name.starts_with("tools[") {
        return name.ends_with(".strict").then(|| "strict".to_owned());
    }
    let root = name.split(['.', '[']).next().unwrap_or_default();
    let mut snake = String::new();
    for c in root.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    let name = match snake.as_str() {
        "num_generations" => "n",
        "log_probs" | "is_log_probs_enabled" => "logprobs",
        "stop_sequences" => "stop",
        "is_parallel_tool_calls" => "parallel_tool_calls",
        "reasoning" => "reasoning_effort",
        name if KEPT.contains(&name) => return None,
        name => name,
    };
    (!name.is_empty()).then(|| name.to_owned())
}

/// Codes that say that the parameter is at fault, not its use.
const CODES: [&str; 4] =
    ["unsupported_parameter", "unsupported_value", "unknown_parameter", "unrecognized_parameter"];

/// What stands before the name of a parameter that is not taken, and what has to stand behind it.
const SENTENCES: [(&str, &str); 11] = [
    ("Unsupported parameter", ""),
    ("Unsupported value", "does not support"),
    ("Unrecognized request argument supplied", ""),
    ("Unrecognized request arguments supplied", ""),
    ("Unknown parameter", ""),
    ("does not support parameter", ""),
    ("does not support the parameter", ""),
    ("Argument not supported on this model", ""),
    ("Invalid value for", "is only allowed when"),
    ("The", "parameter is only allowed when"),
    ("", "cannot both be specified"),
];

/// What the caller cannot do without; leaving it out would answer another question.
const KEPT: [&str; 12] = [
    "audio",
    "function_call",
    "functions",
    "input",
    "messages",
    "modalities",
    "model",
    "response_format",
    "stream",
    "tool_choice",
    "tools",
    "model_id",
];
