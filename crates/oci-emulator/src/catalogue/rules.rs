//! Checking a chat request against what its model refuses.

use std::collections::HashSet;

use serde_json::Value;

use super::{Family, Pairing, Refusal, Refuses};
use crate::document::{list, text};

/// Which names a dialect has for the parameters that models differ on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Names {
    /// `max_tokens`.
    Chat,
    /// `maxTokens`.
    Native,
}

/// OpenAI's name and the native one.
const PARAMETERS: &[(&str, &str)] = &[
    ("frequency_penalty", "frequencyPenalty"),
    ("max_tokens", "maxTokens"),
    ("presence_penalty", "presencePenalty"),
    ("reasoning_effort", "reasoningEffort"),
    ("stop", "stop"),
    ("temperature", "temperature"),
];

/// Refuses the first parameter that the family does not take.
pub(crate) fn check_parameters(
    family: &Family,
    request: &Value,
    names: Names,
) -> Result<(), Refusal> {
    for (openai, native) in PARAMETERS {
        let name = if names == Names::Chat { openai } else { native };
        let value = request.get(name).filter(|value| !value.is_null());
        let Some(value) = value else { continue };
        match (family.refuses, *openai) {
            (Refuses::OpenAiReasoning, "max_tokens") => {
                return Err(Refusal::new(
                    openai,
                    Some("unsupported_parameter"),
                    "Unsupported parameter: 'max_tokens' is not supported with this model. \
                     Use 'max_completion_tokens' instead.",
                ));
            }
            (Refuses::OpenAiReasoning, "temperature") if value.as_f64() != Some(1.0) => {
                return Err(Refusal::new(
                    openai,
                    Some("unsupported_value"),
                    format!(
                        "Unsupported value: 'temperature' does not support {value} with this model. \
                         Only the default (1) value is supported."
                    ),
                ));
            }
            (Refuses::OpenAiReasoning, "frequency_penalty" | "presence_penalty" | "stop") => {
                return Err(Refusal::new(
                    openai,
                    Some("unsupported_parameter"),
                    format!("Unsupported parameter: '{openai}' is not supported with this model."),
                ));
            }
            (
                Refuses::XaiReasoning,
                "frequency_penalty" | "presence_penalty" | "reasoning_effort" | "stop",
            ) => {
                let message = format!("Argument not supported on this model: {openai}");
                return Err(Refusal::new(openai, None, message));
            }
            (Refuses::ManyTokens, "max_tokens") if value.as_u64() > Some(MAX_COHERE_TOKENS) => {
                let message = format!(
                    "too many tokens: maxTokens must be at most {MAX_COHERE_TOKENS}, got {value}"
                );
                return Err(Refusal::new(openai, None, message));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a JSON Schema has only keywords that the family takes.
///
/// At chat completions nothing but Gemini's trouble with references is known.
pub(crate) fn check_schemas(family: &Family, schema: &Value, names: Names) -> bool {
    let refused = match (family.refuses, names) {
        (Refuses::SchemaKeywords, Names::Native) => REFUSED_KEYWORDS,
        (Refuses::SchemaKeywords, Names::Chat) if family.pairing == Pairing::OneByOne => &["$ref"],
        _ => return true,
    };
    !has_keyword(schema, refused, false)
}

/// Looks at keywords only: a property may have any name.
fn has_keyword(schema: &Value, refused: &[&str], names_are_free: bool) -> bool {
    match schema {
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            (!names_are_free && refused.contains(&name.as_str()))
                || has_keyword(value, refused, !names_are_free && name == "properties")
        }),
        Value::Array(list) => list.iter().any(|value| has_keyword(value, refused, false)),
        _ => false,
    }
}

/// Refuses results of tools that are not where the family wants them.
pub(crate) fn check_messages(
    family: &Family,
    messages: Option<&Value>,
    names: Names,
) -> Result<(), Refusal> {
    let (calls, call_id) = match names {
        Names::Chat => ("tool_calls", "tool_call_id"),
        Names::Native => ("toolCalls", "toolCallId"),
    };
    // OpenAI-compatible operations answer for Gemini themselves.
    let pairing = match family.pairing {
        Pairing::OneByOne if names == Names::Chat => Pairing::Free,
        pairing => pairing,
    };
    let messages: Vec<&Value> = list(messages).collect();
    let is_tool = |message: &Value| text(message.get("role")).eq_ignore_ascii_case("tool");
    match pairing {
        Pairing::Free => Ok(()),
        Pairing::OneByOne => {
            let mut left = messages.as_slice();
            while let Some((message, rest)) = left.split_first() {
                let wanted = list(message.get(calls)).count();
                let given = rest.iter().take_while(|message| is_tool(message)).count();
                if wanted > 1 || (wanted == 1 && given != 1) || (is_tool(message)) {
                    return Err(Refusal::new("messages", None, UNPAIRED));
                }
                left = rest.get(wanted.min(given)..).unwrap_or_default();
            }
            Ok(())
        }
        Pairing::ById => {
            let mut open: HashSet<String> = HashSet::new();
            for (at, message) in messages.iter().enumerate() {
                if is_tool(message) {
                    if !open.remove(&text(message.get(call_id))) {
                        let param = format!("messages.[{at}].role");
                        return Err(Refusal::new(&param, None, WITHOUT_CALL));
                    }
                    continue;
                }
                check_answered(&open)?;
                open = list(message.get(calls)).map(|call| text(call.get("id"))).collect();
            }
            check_answered(&open)
        }
    }
}

fn check_answered(open: &HashSet<String>) -> Result<(), Refusal> {
    if open.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<&str> = open.iter().map(String::as_str).collect();
    ids.sort_unstable();
    Err(Refusal::new(
        "messages",
        None,
        format!(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to \
             each 'tool_call_id'. The following tool_call_ids did not have response messages: {}",
            ids.join(", ")
        ),
    ))
}

const WITHOUT_CALL: &str = "Invalid parameter: messages with role 'tool' must be a response to a \
                            preceding message with 'tool_calls'.";

const UNPAIRED: &str = "Please ensure that the number of function response parts is equal to the number \
                        of function call parts of the function call turn.";

/// Oracle: the maximum of on-demand inferencing is 4,000 tokens for each run.
const MAX_COHERE_TOKENS: u64 = 4_000;

/// What users saw refused in the schemas of tools and formats.
const REFUSED_KEYWORDS: &[&str] = &[
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "title",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keywords_are_not_names_of_properties() {
        let gemini = Family::of("google.gemini-2.5-pro").unwrap();
        let check = |schema| check_schemas(gemini, &schema, Names::Native);
        assert!(check(
            json!({ "type": "object", "properties": { "title": { "type": "string" } } })
        ));
        assert!(!check(json!({ "title": "x" })));
        assert!(!check(json!({ "properties": { "a": { "title": "x" } } })));
        assert!(!check(json!({ "properties": { "properties": { "$ref": "#" } } })));
        assert!(!check(json!({ "anyOf": [{ "additionalProperties": false }] })));
        let grok = Family::of("xai.grok-4").unwrap();
        assert!(check_schemas(grok, &json!({ "title": "x" }), Names::Native));
        assert!(check_schemas(gemini, &json!({ "title": "x" }), Names::Chat));
        assert!(!check_schemas(gemini, &json!({ "items": { "$ref": "#" } }), Names::Chat));
    }

    fn said(script: &str) -> Value {
        let message = |word: &str| match word.split_once(':') {
            Some(("call", ids)) => json!({
                "role": "ASSISTANT",
                "toolCalls": ids.split(',').map(|id| json!({ "id": id })).collect::<Vec<_>>(),
            }),
            Some((_, id)) => json!({ "role": "TOOL", "toolCallId": id }),
            None => json!({ "role": word }),
        };
        script.split(' ').map(message).collect()
    }

    #[track_caller]
    fn check(model: &str, script: &str, expected: Option<&str>) {
        let family = Family::of(model).unwrap();
        let found = check_messages(family, Some(&said(script)), Names::Native).err();
        assert_eq!(found.as_ref().map(|refusal| refusal.param.as_str()), expected, "{script}");
    }

    #[test]
    fn gemini_wants_one_result_after_one_call() {
        let gemini = "google.gemini-2.5-pro";
        check(gemini, "USER call:a tool:a ASSISTANT USER", None);
        check(gemini, "USER call:a tool:a call:b tool:b", None);
        for script in
            ["USER call:a,b tool:a tool:b", "call:a USER", "call:a tool:a tool:b", "tool:a"]
        {
            check(gemini, script, Some("messages"));
        }
    }

    #[test]
    fn openai_wants_every_id_answered() {
        let openai = "openai.gpt-oss-120b";
        check(openai, "USER call:a,b tool:b tool:a ASSISTANT", None);
        check(openai, "USER call:a,b tool:b USER", Some("messages"));
        check(openai, "USER call:a", Some("messages"));
        check(openai, "USER tool:a", Some("messages.[1].role"));
        check(openai, "call:a tool:a tool:a", Some("messages.[2].role"));
        check("xai.grok-4", "USER tool:a call:b", None);
    }
}
