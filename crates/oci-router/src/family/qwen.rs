//! Qwen's and Hermes's models on dedicated AI clusters: calls as tags in the text, where the server does not take them out.
//!
//! Two forms are in use: `<tool_call>{"name": …, "arguments": {…}}</tool_call>`, and
//! `<tool_call><function=name><parameter=city>Rome</parameter></function></tool_call>`. Several stand one after the other.

use serde_json::{Map, Value};

use super::inline::Found;
use super::offered::{Call, Offered};

/// What begins a call, and what ends it.
pub(super) const TAGS: [(&str, &str); 2] =
    [("<tool_call>", "</tool_call>"), ("<tool_calling>", "</tool_calling>")];

/// Reads a text from its first tag on: it is calls from there to its end, or it is not one of them.
pub(super) fn read(text: &str, offered: &Offered) -> Found {
    let mut calls = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some((body, close)) = TAGS.iter().find_map(|(open, close)| {
            rest.strip_prefix(open).map(|body| (body.trim_start(), close))
        }) else {
            return Found::Text;
        };
        let read = if body.starts_with('{') { object(body, offered) } else { tags(body, offered) };
        match read {
            Ok((call, behind)) => match behind.trim_start().strip_prefix(close) {
                Some(behind) => {
                    calls.push(call);
                    rest = behind.trim_start();
                }
                None if close.starts_with(behind.trim_start()) => return Found::CutOff,
                None => return Found::Text,
            },
            Err(found) => return found,
        }
    }
    if calls.is_empty() { Found::Text } else { Found::Calls(calls) }
}

/// A call as JSON, and what stands behind it.
fn object<'t>(text: &'t str, offered: &Offered) -> Result<(Call, &'t str), Found> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => {
            let behind = text.get(values.byte_offset()..).unwrap_or_default();
            let call = call_of(&value, offered).ok_or(Found::Text)?;
            Ok((call, behind))
        }
        Some(Err(error)) if error.is_eof() => Err(Found::CutOff),
        _ => Err(Found::Text),
    }
}

/// The call that an object describes: a name and arguments, and nothing that is not known.
pub(super) fn call_of(value: &Value, offered: &Offered) -> Option<Call> {
    let object = value.as_object()?;
    if let Some(function) = object.get("function").filter(|function| function.is_object()) {
        let is_known = |(name, value): (&String, &Value)| match name.as_str() {
            "function" | "id" => true,
            "type" => value == "function",
            _ => false,
        };
        return object.iter().all(is_known).then(|| call_of(function, offered))?;
    }
    let is_known = |(name, value): (&String, &Value)| match name.as_str() {
        "name" | "arguments" | "parameters" | "id" => true,
        "type" => value == "function",
        _ => false,
    };
    if !object.iter().all(is_known) {
        return None;
    }
    let name = object.get("name")?.as_str()?;
    let empty = Value::Object(Map::new());
    let arguments = match (object.get("arguments"), object.get("parameters")) {
        (Some(_), Some(_)) => return None,
        (Some(arguments), None) | (None, Some(arguments)) => arguments,
        (None, None) => &empty,
    };
    // Some models write the object as a text within the object.
    let inner = arguments.as_str().map(serde_json::from_str::<Value>);
    match inner {
        Some(inner) => offered.call(name, &inner.ok()?),
        None => offered.call(name, arguments),
    }
}

/// A call as tags, and what stands behind it.
fn tags<'t>(text: &'t str, offered: &Offered) -> Result<(Call, &'t str), Found> {
    let (name, mut rest) = opened(text, "<function=")?;
    let mut arguments = Map::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix("</function>") {
            let call = offered.call(name, &Value::Object(arguments)).ok_or(Found::Text)?;
            return Ok((call, behind));
        }
        if "</function>".starts_with(rest) {
            return Err(Found::CutOff);
        }
        let (argument, value) = opened(rest, "<parameter=")?;
        let Some((value, behind)) = value.split_once("</parameter>") else {
            return Err(Found::CutOff);
        };
        rest = behind;
        let value = value.strip_prefix('\n').unwrap_or(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        let text = || Value::from(value);
        let value = match offered.kind(name, argument) {
            Some("string") => text(),
            _ => serde_json::from_str(value.trim()).unwrap_or_else(|_| text()),
        };
        if arguments.insert(argument.to_owned(), value).is_some() {
            return Err(Found::Text);
        }
    }
}

/// The name in a tag such as `<function=name>`, and what stands behind it.
fn opened<'t>(text: &'t str, tag: &str) -> Result<(&'t str, &'t str), Found> {
    match text.strip_prefix(tag) {
        Some(rest) => rest.split_once('>').ok_or(Found::CutOff),
        None if tag.starts_with(text) => Err(Found::CutOff),
        None => Err(Found::Text),
    }
}
