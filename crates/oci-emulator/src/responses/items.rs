//! The items of a conversation: as they are sent, as they are kept, and as the stand-in hears them.

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::cursor::{self, PageSize};
use crate::document::{list, set, text};
use crate::openai::invalid;
use crate::prompt::{Prompt, Speaker, content_text};
use crate::random::hex;
use crate::reply::Reply;
use crate::route::Call;
use crate::state::Kept;

/// Reads an `input` or the `items` of a conversation, gives ids to those that have none, and puts what is
/// referred to in the place of references.
pub(crate) fn read(input: Option<&Value>, kept: &Kept) -> Result<Vec<Value>, Reply> {
    if let Some(said) = input.and_then(Value::as_str) {
        let content = json!([{ "type": "input_text", "text": said }]);
        let id = format!("msg_{}", hex(32));
        return Ok(vec![json!({
            "type": "message", "id": id, "status": "completed", "role": "user", "content": content,
        })]);
    }
    list(input).enumerate().map(|(at, item)| read_one(at, item, kept)).collect()
}

fn read_one(at: usize, item: &Value, kept: &Kept) -> Result<Value, Reply> {
    let mut item = item.clone();
    let kind = match item.get("type").and_then(Value::as_str) {
        Some(kind) => kind.to_owned(),
        None if item.get("role").is_some() => "message".to_owned(),
        // Newer clients leave out the type of a reference.
        None => "item_reference".to_owned(),
    };
    let param = format!("input[{at}]");
    let wrong = |name: &str| {
        let message = format!("Missing required parameter: '{param}.{name}'.");
        invalid(Some(&format!("{param}.{name}")), "missing_required_parameter", &message)
    };
    let Some((_, prefix, needed)) = KINDS.iter().find(|(known, ..)| *known == kind) else {
        let message = format!("Invalid value: '{kind}' for '{param}.type'.");
        return Err(invalid(Some(&format!("{param}.type")), "invalid_value", &message));
    };
    for name in *needed {
        if item.get(*name).is_none_or(Value::is_null) {
            return Err(wrong(name));
        }
    }
    let id = text(item.get("id"));
    if kind == "item_reference" {
        let found = kept.item(&id).ok_or_else(|| lost(&id))?;
        return Ok(found.as_ref().clone());
    }
    if kind == "reasoning" {
        match item.get("encrypted_content").and_then(Value::as_str) {
            Some(sealed) if unsealed(sealed).is_none() => {
                let message = format!("The encrypted content for item {id} could not be verified.");
                return Err(invalid(None, "invalid_encrypted_content", &message));
            }
            Some(_) => {}
            None if kept.item(&id).is_none() => return Err(lost(&id)),
            None => {}
        }
    }
    set(&mut item, "type", kind);
    if id.is_empty() {
        set(&mut item, "id", format!("{prefix}_{}", hex(32)));
    }
    Ok(item)
}

/// The answer to an id of something that was never kept.
fn lost(id: &str) -> Reply {
    let message = format!(
        "Item with id '{id}' not found. Items are not persisted when `store` is set to false. \
         Try again with `store` set to true, or remove this item from your input."
    );
    Reply::openai_error(404, "invalid_request_error", None, Some("input"), &message)
}

/// Every call has its output, and every output its call before it.
pub(super) fn check_pairs(items: &[Arc<Value>]) -> Result<(), Reply> {
    let refuse = |message: String| {
        Err(Reply::openai_error(400, "invalid_request_error", None, Some("input"), &message))
    };
    let mut open: HashSet<String> = HashSet::new();
    let mut answered: HashSet<String> = HashSet::new();
    for item in items {
        let id = text(item.get("call_id"));
        match item.get("type").and_then(Value::as_str) {
            Some("function_call" | "custom_tool_call") => {
                open.insert(id);
            }
            Some("function_call_output" | "custom_tool_call_output") => {
                if !open.remove(&id) && !answered.contains(&id) {
                    return refuse(format!(
                        "No tool call found for function call output with call_id {id}."
                    ));
                }
                answered.insert(id);
            }
            _ => {}
        }
    }
    let mut missing: Vec<String> = open.into_iter().collect();
    missing.sort_unstable();
    match missing.first() {
        Some(id) => refuse(format!("No tool output found for function call {id}.")),
        None => Ok(()),
    }
}

/// What the stand-in hears.
pub(super) fn prompt(instructions: &str, items: &[Arc<Value>]) -> Prompt {
    let instructions = (Speaker::Other, instructions.to_owned());
    Prompt::new(std::iter::once(instructions).chain(items.iter().filter_map(|item| {
        match item.get("type").and_then(Value::as_str) {
            Some("message") => {
                let is_user = item.get("role").is_some_and(|role| role == "user");
                let speaker = if is_user { Speaker::User } else { Speaker::Other };
                Some((speaker, content_text(item.get("content"))))
            }
            Some("function_call_output" | "custom_tool_call_output") => {
                Some((Speaker::Tool, content_text(item.get("output"))))
            }
            _ => None,
        }
    })))
}

/// A thought as nobody but this emulator reads it.
pub(super) fn sealed(thought: &str) -> String {
    format!("{SEAL}{}", STANDARD.encode(thought))
}

fn unsealed(sealed: &str) -> Option<Vec<u8>> {
    STANDARD.decode(sealed.strip_prefix(SEAL)?).ok()
}

/// One page of items or responses, by the parameters of a list.
pub(crate) fn ordered_page<'a>(
    call: &Call<'_>,
    items: impl DoubleEndedIterator<Item = &'a Value>,
) -> Result<Value, Reply> {
    cursor::page(call, items, PageSize { usual: 20, most: 100 }, lost)
}

const SEAL: &str = "gAAAAA";

/// Items that are taken, how their ids begin, and what they cannot be without.
const KINDS: &[(&str, &str, &[&str])] = &[
    ("code_interpreter_call", "ci", &[]),
    ("custom_tool_call", "ctc", &["call_id", "name", "input"]),
    ("custom_tool_call_output", "ctco", &["call_id", "output"]),
    ("file_search_call", "fs", &[]),
    ("function_call", "fc", &["call_id", "name", "arguments"]),
    ("function_call_output", "fco", &["call_id", "output"]),
    ("image_generation_call", "ig", &[]),
    ("item_reference", "ref", &["id"]),
    ("mcp_approval_request", "mcpr", &["name", "server_label"]),
    ("mcp_approval_response", "mcpa", &["approval_request_id", "approve"]),
    ("mcp_call", "mcp", &["name", "server_label"]),
    ("mcp_list_tools", "mcpl", &["server_label", "tools"]),
    ("message", "msg", &["role", "content"]),
    ("reasoning", "rs", &["summary"]),
    ("web_search_call", "ws", &[]),
];
