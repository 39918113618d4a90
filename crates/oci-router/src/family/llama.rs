//! Meta's models: calls as bare JSON in the text, and calls that are made over and over.
//!
//! The text of such a call is an object with a name and `parameters`, several in a list or with `;` between them, at times behind
//! `<|python_tag|>`.

use oci_wire::chat::{ChatRequest, Message, ToolCall, ToolChoice, ToolChoiceMode};
use serde_json::Value;

use super::inline::Found;
use super::offered::Offered;
use super::qwen::call_of;
use crate::warning::Warning;

/// Reads a whole text: it is calls and nothing else, or it is not one of them.
pub(super) fn read(text: &str, offered: &Offered) -> Found {
    let Some(mut rest) = begun(text) else { return Found::Text };
    for end in ENDS {
        rest = rest.strip_suffix(end).unwrap_or(rest).trim_end();
    }
    let mut calls = Vec::new();
    while !rest.is_empty() {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let value = match values.next() {
            Some(Ok(value)) => value,
            Some(Err(error)) if error.is_eof() => return Found::CutOff,
            _ => return Found::Text,
        };
        let one = std::slice::from_ref(&value);
        for value in value.as_array().map_or(one, Vec::as_slice) {
            match call_of(value, offered) {
                Some(call) => calls.push(call),
                None => return Found::Text,
            }
        }
        rest = rest.get(values.byte_offset()..).unwrap_or_default().trim_start();
        rest = rest.strip_prefix(';').unwrap_or(rest).trim_start();
    }
    if calls.is_empty() { Found::Text } else { Found::Calls(calls) }
}

/// Whether a text that begins so can become calls, as far as it goes.
pub(super) fn may_be_calls(text: &str, offered: &Offered) -> bool {
    let text = text.trim_start();
    if PYTHON.starts_with(text) {
        return true;
    }
    let Some(text) = begun(text) else { return false };
    let text = text.strip_prefix('[').unwrap_or(text).trim_start();
    let text = match text.strip_prefix('{') {
        Some(text) => text.trim_start(),
        None => return text.is_empty(),
    };
    let Some(text) = text.strip_prefix('"') else { return text.is_empty() };
    let Some((key, value)) = text.split_once('"') else {
        return KEYS.iter().any(|key| key.starts_with(text));
    };
    if key != "name" {
        return KEYS.contains(&key);
    }
    let value = value.trim_start();
    let Some(value) = value.strip_prefix(':') else { return value.is_empty() };
    let value = value.trim_start();
    let Some(name) = value.strip_prefix('"') else { return value.is_empty() };
    match name.split_once('"') {
        Some((name, _)) => offered.has(name),
        None => offered.has_prefix(name),
    }
}

/// The text of the calls, if it begins as one of them does.
fn begun(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text.strip_prefix(PYTHON).map_or(text, str::trim_start);
    (text.is_empty() || text.starts_with(['{', '['])).then_some(text)
}

/// Forbids further calls where the model makes the same ones again after the same results, or has made them for many rounds.
///
/// Nothing is changed where the caller said what the model may call.
pub(super) fn end_loop(request: &mut ChatRequest) -> Option<Warning> {
    let is_free =
        matches!(request.tool_choice, None | Some(ToolChoice::Mode(ToolChoiceMode::Auto)));
    if request.tools.as_ref().is_none_or(Vec::is_empty) || !is_free {
        return None;
    }
    let rounds = rounds(&request.messages);
    let repeats = match rounds.as_slice() {
        [.., before, last] => before == last,
        _ => false,
    };
    if !repeats && rounds.len() < MAX_ROUNDS {
        return None;
    }
    request.tool_choice = Some(ToolChoiceMode::None.into());
    Some(Warning::CallsEnded { rounds: rounds.len() })
}

/// What was called and what came of it, round by round, since the user last said something.
fn rounds(messages: &[Message]) -> Vec<Round<'_>> {
    let mut rounds: Vec<Round<'_>> = Vec::new();
    for message in messages {
        match message {
            Message::User(_) => rounds.clear(),
            Message::Assistant(answer) => {
                let calls = answer.tool_calls.iter().flatten();
                let calls: Vec<_> = calls.map(|call| (call.name(), arguments(call))).collect();
                if !calls.is_empty() {
                    rounds.push(Round { calls, results: Vec::new() });
                }
            }
            Message::Tool(_) => {
                if let Some(round) = rounds.last_mut() {
                    round.results.push(message.text().into_owned());
                }
            }
            _ => {}
        }
    }
    // The round that is going on has no results yet, or no question would be asked.
    rounds.retain(|round| !round.results.is_empty());
    rounds
}

#[derive(PartialEq)]
struct Round<'m> {
    calls: Vec<(&'m str, Value)>,
    results: Vec<String>,
}

fn arguments(call: &ToolCall) -> Value {
    let text = call.arguments();
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

const PYTHON: &str = "<|python_tag|>";

/// What some servers leave at the end of a text.
const ENDS: [&str; 2] = ["<|eom_id|>", "<|eot_id|>"];

/// The keys with which the object of a call can begin.
const KEYS: [&str; 6] = ["arguments", "function", "id", "name", "parameters", "type"];

/// langchain-oci ends a loop after as many.
const MAX_ROUNDS: usize = 8;

#[cfg(test)]
mod tests {
    use oci_wire::chat::Tool;
    use serde_json::json;

    use super::*;

    fn round(city: &str, result: &str) -> [Message; 2] {
        let call = ToolCall::function("c", "get_weather", json!({"city": city}).to_string());
        [Message::assistant_tool_calls([call]), Message::tool("c", result)]
    }

    fn ended(messages: Vec<Message>) -> Option<Warning> {
        let mut request = ChatRequest::new("meta.llama-3.3-70b-instruct", messages);
        request.tools = Some(vec![Tool::function("get_weather", "", json!({"type": "object"}))]);
        let told = end_loop(&mut request);
        let is_none = request.tool_choice == Some(ToolChoiceMode::None.into());
        assert_eq!(told.is_some(), is_none);
        told
    }

    #[test]
    fn the_same_calls_after_the_same_results_are_ended() {
        let asked = || vec![Message::user("How is Rome?")];
        let with = |rounds: &[(&str, &str)]| {
            let rounds = rounds.iter().flat_map(|(city, result)| round(city, result));
            asked().into_iter().chain(rounds).collect::<Vec<_>>()
        };
        assert_eq!(ended(with(&[("Rome", "21")])), None);
        assert_eq!(ended(with(&[("Rome", "21"), ("Oslo", "3")])), None);
        assert_eq!(ended(with(&[("Rome", "pending"), ("Rome", "21")])), None, "the result is new");
        let told = ended(with(&[("Rome", "21"), ("Rome", "21")]));
        assert_eq!(told, Some(Warning::CallsEnded { rounds: 2 }));
        let mut again = with(&[("Rome", "21"), ("Rome", "21")]);
        again.push(Message::user("And now?"));
        assert_eq!(ended(again), None, "a new question begins anew");
        let cities = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|city| (city, "21"));
        assert_eq!(ended(with(&cities[..7])), None);
        assert_eq!(ended(with(&cities)), Some(Warning::CallsEnded { rounds: 8 }));
    }

    #[test]
    fn a_choice_of_the_caller_stays() {
        let mut request = ChatRequest::new("meta.llama-3.3-70b-instruct", [Message::user("?")]);
        request.messages.extend(round("Rome", "21").into_iter().chain(round("Rome", "21")));
        assert_eq!(end_loop(&mut request), None, "nothing is offered");
        request.tools = Some(vec![Tool::function("get_weather", "", json!({"type": "object"}))]);
        request.tool_choice = Some(ToolChoiceMode::Required.into());
        assert_eq!(end_loop(&mut request), None);
    }
}
