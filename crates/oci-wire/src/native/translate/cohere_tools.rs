//! Tools, calls and results in the shapes of the format `COHERE`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::arguments::decoded_once;
use crate::chat::{self, ChatRequest};
use crate::family::Family;
use crate::loss::Losses;
use crate::native::cohere::{ParameterDefinition, Tool, ToolCall, ToolResult};
use crate::native::translate::generic_request::functions;
use crate::native::translate::params::drop_call_extra;
use crate::native::translate::schema::repair;
use crate::raw::RawJson;

/// The tools with their schemas as lists of parameters.
pub(crate) fn tools(request: &ChatRequest, losses: &mut Losses) -> Option<Vec<Tool>> {
    let mut tools = Vec::new();
    for (function, path) in functions(request, losses) {
        losses.dropped_if([(function.strict == Some(true), &format!("{path}.strict"))]);
        let path = format!("{path}.parameters");
        tools.push(Tool {
            name: function.name.clone(),
            description: function.description.clone().unwrap_or_else(|| function.name.clone()),
            parameter_definitions: function
                .parameters
                .as_ref()
                .and_then(|schema| parameters(schema, &path, losses)),
            ..Tool::default()
        });
    }
    Some(tools).filter(|tools| !tools.is_empty())
}

fn parameters(
    schema: &RawJson,
    path: &str,
    losses: &mut Losses,
) -> Option<BTreeMap<String, ParameterDefinition>> {
    let schema = repair(schema, Family::Cohere, path, losses).to_value();
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object)?;
    let one = |(name, schema): (&String, &Value)| {
        let path = format!("{path}.properties.{name}");
        let definition = ParameterDefinition {
            description: description(schema, &path, losses),
            kind: python_type(schema, &path, losses),
            is_required: Some(required.contains(&name.as_str())),
            ..ParameterDefinition::default()
        };
        (name.clone(), definition)
    };
    Some(properties.iter().map(one).collect())
}

/// The type in Cohere's words, which are Python's.
fn python_type(schema: &Value, path: &str, losses: &mut Losses) -> String {
    let branches = ["anyOf", "oneOf"].iter().find_map(|union| schema.get(union)?.as_array());
    let Some(kind) = schema.get("type") else {
        let branch = branches.into_iter().flatten().find(|branch| !is_null_type(branch));
        return match branch {
            Some(branch) => {
                losses.approximated(format!("{path}.anyOf"));
                python_type(branch, path, losses)
            }
            None => "any".to_owned(),
        };
    };
    let kind = match kind {
        Value::Array(kinds) => {
            losses.approximated(format!("{path}.type"));
            kinds.iter().find(|kind| *kind != "null")
        }
        kind => Some(kind),
    };
    match kind.and_then(Value::as_str) {
        Some("string") => "str".to_owned(),
        Some("integer") => "int".to_owned(),
        Some("number") => "float".to_owned(),
        Some("boolean") => "bool".to_owned(),
        Some("array") => match schema.get("items").filter(|items| items.get("type").is_some()) {
            Some(items) => {
                format!("List[{}]", python_type(items, &format!("{path}.items"), losses))
            }
            None => "List".to_owned(),
        },
        Some("object") => {
            // What is in the object can only be told in words.
            if schema.get("properties").is_some() {
                losses.approximated(format!("{path}.properties"));
            }
            "Dict".to_owned()
        }
        _ => "any".to_owned(),
    }
}

fn is_null_type(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// The description with what the type cannot say added in words.
fn description(schema: &Value, path: &str, losses: &mut Losses) -> Option<String> {
    let mut text = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (keyword, words) in CONSTRAINTS {
        let Some(value) = schema.get(keyword) else { continue };
        losses.approximated(format!("{path}.{keyword}"));
        let value = match value {
            Value::Array(values) => {
                values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            }
            value => value.to_string(),
        };
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("{words}: {value}."));
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("Properties: {}.", Value::Object(properties.clone())));
    }
    Some(text).filter(|text| !text.is_empty())
}

/// Keywords of a schema and how they are put into words.
const CONSTRAINTS: [(&str, &str); 14] = [
    ("enum", "Allowed values"),
    ("const", "Must be"),
    ("default", "Default"),
    ("format", "Format"),
    ("pattern", "Must match"),
    ("minimum", "At least"),
    ("maximum", "At most"),
    ("exclusiveMinimum", "More than"),
    ("exclusiveMaximum", "Less than"),
    ("multipleOf", "Multiple of"),
    ("minLength", "Minimal length"),
    ("maxLength", "Maximal length"),
    ("minItems", "Minimal number of items"),
    ("maxItems", "Maximal number of items"),
];

/// The calls of an assistant's message; `None` when there are none.
pub(crate) fn calls(
    message: &chat::AssistantMessage,
    path: &str,
    losses: &mut Losses,
) -> Option<Vec<ToolCall>> {
    let mut calls = Vec::new();
    for (at, call) in message.tool_calls.iter().flatten().enumerate() {
        let path = format!("{path}.tool_calls[{at}]");
        calls.extend(one_call(call, &path, losses));
    }
    if let Some(call) = &message.function_call {
        let path = format!("{path}.function_call");
        let parameters = restored(&call.arguments, &path, losses);
        calls.push(ToolCall::new(call.name.as_str(), parameters));
    }
    Some(calls).filter(|calls| !calls.is_empty())
}

fn one_call(call: &chat::ToolCall, path: &str, losses: &mut Losses) -> Option<ToolCall> {
    drop_call_extra(call, path, losses);
    match call {
        chat::ToolCall::Function(call) => Some(ToolCall::new(
            call.function.name.as_str(),
            restored(&call.function.arguments, &format!("{path}.function"), losses),
        )),
        chat::ToolCall::Custom(call) => {
            losses.approximated(path);
            let parameters = json!({"input": call.custom.input});
            Some(ToolCall::new(call.custom.name.as_str(), parameters))
        }
        chat::ToolCall::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

/// The parameters of a call from the text of its arguments, which some models encode twice.
fn restored(arguments: &str, path: &str, losses: &mut Losses) -> RawJson {
    let text = decoded_once(arguments);
    if serde_json::from_str::<Map<String, Value>>(&text).is_ok()
        && let Ok(raw) = RawJson::parse(text)
    {
        return raw;
    }
    if !arguments.trim().is_empty() {
        losses.dropped(format!("{path}.arguments"));
    }
    RawJson::from(json!({}))
}

/// The result of a call, which Cohere wants together with the call: found by its id in what was said before.
pub(crate) fn result(
    before: &[chat::Message],
    id: &str,
    output: &str,
    path: &str,
    losses: &mut Losses,
) -> ToolResult {
    let made = before.iter().rev().find_map(|message| match message {
        chat::Message::Assistant(message) => {
            message.tool_calls.iter().flatten().find(|call| call.id() == id)
        }
        _ => None,
    });
    let call = made.and_then(|call| one_call(call, path, &mut Losses::default()));
    let call = call.unwrap_or_else(|| {
        losses.dropped(format!("{path}.tool_call_id"));
        ToolCall::new(id, json!({}))
    });
    ToolResult::new(call, [RawJson::from(json!({"output": output}))])
}
