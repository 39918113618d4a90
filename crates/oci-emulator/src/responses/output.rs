//! What the stand-in has to say, as items of a response.

use serde_json::{Value, json};

use super::hosted::Hosted;
use super::items::sealed;
use super::request::Request;
use crate::answerer::{Completion, Finish};
use crate::catalogue::Thinking;
use crate::document::{set, text};
use crate::random::hex;

/// The items of a response: thoughts, what hosted tools did, then calls or a message.
pub(super) fn items(request: &Request, completion: &Completion, hosted: Hosted) -> Vec<Value> {
    let mut items = Vec::new();
    items.extend(reasoning(request, completion));
    items.extend(hosted.items);
    if hosted.waits {
        return items;
    }
    items.extend(completion.calls.iter().map(|call| {
        let offered = request.tools().find(|(_, tool)| text(tool.get("name")) == call.name);
        let is_custom = offered.is_some_and(|(_, tool)| text(tool.get("type")) == "custom");
        let mut item = if is_custom {
            json!({
                "type": "custom_tool_call",
                "id": format!("ctc_{}", hex(32)),
                "call_id": call.id,
                "name": call.name,
                "input": call.arguments,
            })
        } else {
            json!({
                "type": "function_call",
                "id": format!("fc_{}", hex(32)),
                "status": "completed",
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
            })
        };
        if let Some((Some(namespace), _)) = offered {
            set(&mut item, "namespace", namespace.clone());
        }
        item
    }));
    // A limit that the thoughts have used up leaves no message at all.
    if completion.calls.is_empty() && !(completion.tokens.is_empty() && is_cut(completion)) {
        let part = json!({
            "type": "output_text",
            "text": completion.text(),
            "annotations": hosted.annotations,
            "logprobs": [],
        });
        items.push(json!({
            "type": "message",
            "id": format!("msg_{}", hex(32)),
            "status": if is_cut(completion) { "incomplete" } else { "completed" },
            "role": "assistant",
            "content": [part],
        }));
    }
    items
}

/// Whether the limit was reached.
pub(super) fn is_cut(completion: &Completion) -> bool {
    completion.finish == Finish::Length
}

fn reasoning(request: &Request, completion: &Completion) -> Option<Value> {
    if completion.thoughts.is_empty() {
        return None;
    }
    let thought = completion.thought();
    let summarizes = request.document.pointer("/reasoning/summary").is_some_and(Value::is_string);
    let summary =
        if summarizes { json!([{ "type": "summary_text", "text": thought }]) } else { json!([]) };
    let mut item = json!({
        "type": "reasoning",
        "id": format!("rs_{}", hex(32)),
        "summary": summary,
    });
    if request.family.thinking == Thinking::Shown {
        set(&mut item, "content", json!([{ "type": "reasoning_text", "text": thought }]));
    }
    if request.includes("reasoning.encrypted_content") {
        set(&mut item, "encrypted_content", sealed(&thought));
    }
    Some(item)
}
