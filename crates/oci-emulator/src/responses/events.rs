//! The events of a response, made from the response as it is in the end.

use serde_json::{Value, json};

use super::unfinished;
use crate::answerer::tokens;
use crate::document::{list, set, text};
use crate::outcome::{Event, EventKind, Events};

/// All events of a response that is done or was cancelled, numbered from 0.
fn of(response: &Value) -> Vec<Event> {
    let mut events = Numbered::default();
    if response.get("background") == Some(&Value::Bool(true)) {
        events.push("response.queued", json!({ "response": unfinished(response, "queued") }));
    }
    let begun = unfinished(response, "in_progress");
    events.push("response.created", json!({ "response": begun }));
    events.push("response.in_progress", json!({ "response": begun }));
    for (index, item) in list(response.get("output")).enumerate() {
        events.item(index, item);
    }
    let last = match response.get("status").and_then(Value::as_str) {
        Some("failed" | "cancelled") => "response.failed",
        Some("incomplete") => "response.incomplete",
        _ => "response.completed",
    };
    events.push(last, json!({ "response": response }));
    if let Some(last) = events.list.last_mut() {
        last.kind = EventKind::Finish;
    }
    events.list
}

/// The stream of a response, from event `first` on.
pub(super) fn stream(response: &Value, first: usize) -> Events {
    let mut failed = unfinished(response, "failed");
    let error = json!({ "code": "server_error", "message": "The model failed." });
    set(&mut failed, "error", error);
    Events {
        list: of(response).into_iter().skip(first).collect(),
        error: error_event(),
        failure: json!({ "type": "response.failed", "sequence_number": 0, "response": failed }),
    }
}

/// The event that ends a stream for which something went wrong.
fn error_event() -> Value {
    json!({
        "type": "error",
        "code": "server_error",
        "message": "The server had an error while processing your request.",
        "param": null,
        "sequence_number": 0,
    })
}

#[derive(Default)]
struct Numbered {
    list: Vec<Event>,
}

impl Numbered {
    fn push(&mut self, kind: &str, mut event: Value) {
        set(&mut event, "type", kind);
        set(&mut event, "sequence_number", self.list.len());
        self.list.push(if kind.ends_with(".delta") {
            Event::content(&event)
        } else {
            Event::other(&event)
        });
    }

    fn item(&mut self, index: usize, item: &Value) {
        let kind = text(item.get("type"));
        let mut begun = item.clone();
        let emptied: &[(&str, Value)] = match kind.as_str() {
            "message" => &[("content", json!([]))],
            "function_call" | "mcp_call" => &[("arguments", json!(""))],
            "custom_tool_call" => &[("input", json!(""))],
            "code_interpreter_call" => &[("code", json!("")), ("outputs", Value::Null)],
            "mcp_list_tools" => &[("tools", json!([]))],
            "reasoning" => &[("summary", json!([]))],
            _ => &[],
        };
        for (name, empty) in emptied {
            set(&mut begun, name, empty.clone());
        }
        if begun.get("status").is_some() {
            set(&mut begun, "status", "in_progress");
        }
        self.push("response.output_item.added", json!({ "output_index": index, "item": begun }));
        let place = Place { id: text(item.get("id")), index };
        match kind.as_str() {
            "message" => self.message(&place, item),
            "reasoning" => self.reasoning(&place, item),
            "function_call" => {
                let said = text(item.get("arguments"));
                self.text(
                    &place,
                    "response.function_call_arguments",
                    "arguments",
                    &said,
                    &json!({}),
                );
            }
            "custom_tool_call" => {
                let said = text(item.get("input"));
                self.text(&place, "response.custom_tool_call_input", "input", &said, &json!({}));
            }
            "mcp_call" => {
                self.push("response.mcp_call.in_progress", place.event(&json!({})));
                let said = text(item.get("arguments"));
                self.text(&place, "response.mcp_call_arguments", "arguments", &said, &json!({}));
                self.push("response.mcp_call.completed", place.event(&json!({})));
            }
            "code_interpreter_call" => {
                self.push("response.code_interpreter_call.in_progress", place.event(&json!({})));
                let said = text(item.get("code"));
                self.text(&place, "response.code_interpreter_call_code", "code", &said, &json!({}));
                self.push("response.code_interpreter_call.interpreting", place.event(&json!({})));
                self.push("response.code_interpreter_call.completed", place.event(&json!({})));
            }
            _ => {
                for stage in stages(&kind) {
                    self.push(&format!("response.{kind}.{stage}"), place.event(&json!({})));
                }
            }
        }
        self.push("response.output_item.done", json!({ "output_index": index, "item": item }));
    }

    fn message(&mut self, place: &Place, item: &Value) {
        for (at, part) in list(item.get("content")).enumerate() {
            let more = json!({ "content_index": at });
            let mut begun = part.clone();
            set(&mut begun, "text", "");
            set(&mut begun, "annotations", json!([]));
            self.push("response.content_part.added", place.event(&with(&more, "part", &begun)));
            let said = text(part.get("text"));
            let logged = with(&more, "logprobs", &json!([]));
            self.text(place, "response.output_text", "text", &said, &logged);
            for (number, annotation) in list(part.get("annotations")).enumerate() {
                let more = with(&more, "annotation_index", &json!(number));
                let event = place.event(&with(&more, "annotation", annotation));
                self.push("response.output_text.annotation.added", event);
            }
            self.push("response.content_part.done", place.event(&with(&more, "part", part)));
        }
    }

    fn reasoning(&mut self, place: &Place, item: &Value) {
        for (at, part) in list(item.get("summary")).enumerate() {
            let more = json!({ "summary_index": at });
            let mut begun = part.clone();
            set(&mut begun, "text", "");
            let added = place.event(&with(&more, "part", &begun));
            self.push("response.reasoning_summary_part.added", added);
            let said = text(part.get("text"));
            self.text(place, "response.reasoning_summary_text", "text", &said, &more);
            let done = place.event(&with(&more, "part", part));
            self.push("response.reasoning_summary_part.done", done);
        }
        for (at, part) in list(item.get("content")).enumerate() {
            let more = json!({ "content_index": at });
            self.text(place, "response.reasoning_text", "text", &text(part.get("text")), &more);
        }
    }

    /// A delta for each token, then the whole under `name`.
    fn text(&mut self, place: &Place, kind: &str, name: &str, said: &str, more: &Value) {
        for token in tokens(said) {
            let mut event = place.event(&with(more, "delta", &json!(token)));
            set(&mut event, "obfuscation", "a".repeat(13_usize.saturating_sub(token.len())));
            self.push(&format!("{kind}.delta"), event);
        }
        let event = place.event(&with(more, name, &json!(said)));
        self.push(&format!("{kind}.done"), event);
    }
}

/// Where an item is.
struct Place {
    id: String,
    index: usize,
}

impl Place {
    fn event(&self, more: &Value) -> Value {
        let mut event = json!({ "item_id": self.id, "output_index": self.index });
        for (name, value) in more.as_object().into_iter().flatten() {
            set(&mut event, name, value.clone());
        }
        event
    }
}

fn with(more: &Value, name: &str, value: &Value) -> Value {
    let mut more = more.clone();
    set(&mut more, name, value.clone());
    more
}

/// What hosted tools without any text go through.
fn stages(kind: &str) -> &'static [&'static str] {
    match kind {
        "file_search_call" | "web_search_call" => &["in_progress", "searching", "completed"],
        "image_generation_call" => &["in_progress", "generating", "completed"],
        "mcp_list_tools" => &["in_progress", "completed"],
        _ => &[],
    }
}
