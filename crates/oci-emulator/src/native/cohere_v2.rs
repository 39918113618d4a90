//! Chat in the COHEREV2 format.

use serde_json::{Value, json};

use super::request::{Request, invalid};
use super::{Spoken, cohere, pad, usage};
use crate::answerer::{Ask, Choice, Completion, Finish, Tool};
use crate::document::{list, set, strings, text};
use crate::outcome::Event;
use crate::prompt::Prompt;
use crate::random::hex;
use crate::reply::Reply;

/// Answers a checked request.
pub(super) fn speak(request: &Request<'_>) -> Result<Spoken, Reply> {
    let prompt = Prompt::of_messages(request.body.get("messages"));
    let has_image = request.body.to_string().contains("\"IMAGE_URL\"");
    if prompt.question.is_empty() && prompt.results.is_empty() && !has_image {
        return Err(invalid("invalid request: message must be at least 1 token long."));
    }
    let completion = Completion::new(&ask(request, &prompt));
    Ok(if request.is_stream() {
        Spoken::Stream(events(request, &prompt, &completion))
    } else {
        Spoken::Whole(response(&prompt, &completion))
    })
}

fn ask(request: &Request<'_>, prompt: &Prompt) -> Ask {
    let body = request.body;
    let tools = list(body.get("tools")).map(|tool| Tool {
        name: text(tool.pointer("/function/name")),
        parameters: tool.pointer("/function/parameters").cloned().unwrap_or_default(),
    });
    let choice = match body.get("toolsChoice").and_then(Value::as_str) {
        Some("NONE") => Choice::Never,
        Some("REQUIRED") => Choice::Required,
        _ => Choice::Auto,
    };
    Ask {
        tools: tools.collect(),
        choice,
        format: cohere::format(body),
        thinks: body.pointer("/thinking/type").and_then(Value::as_str) == Some("ENABLED"),
        max_tokens: request.number("maxTokens"),
        stop: strings(body.get("stopSequences")),
        ..prompt.ask()
    }
}

fn response(prompt: &Prompt, completion: &Completion) -> Value {
    let mut content = Vec::new();
    if !completion.thoughts.is_empty() {
        content.push(json!({ "type": "THINKING", "thinking": completion.thought() }));
    }
    if completion.calls.is_empty() {
        content.push(json!({ "type": "TEXT", "text": completion.text() }));
    }
    let mut message = json!({ "role": "ASSISTANT", "content": content, "citations": [] });
    if let Some(call) = completion.calls.first() {
        set(&mut message, "toolPlan", format!("I will use {}.", call.name));
        set(&mut message, "toolCalls", calls(completion));
    }
    json!({
        "apiFormat": "COHEREV2",
        "id": hex(32),
        "message": message,
        "finishReason": finish_reason(completion),
        "usage": usage(prompt.tokens, completion.size(), None),
    })
}

fn events(request: &Request<'_>, prompt: &Prompt, completion: &Completion) -> Vec<Event> {
    let delta = |part: Value, token: &str| {
        Event::content(&json!({
            "apiFormat": "COHEREV2",
            "message": { "role": "ASSISTANT", "content": [part] },
            "pad": pad(token),
        }))
    };
    let thoughts = completion
        .thoughts
        .iter()
        .map(|token| delta(json!({ "type": "THINKING", "thinking": token }), token));
    let texts = completion
        .tokens
        .iter()
        .map(|token| delta(json!({ "type": "TEXT", "text": token }), token));
    let mut message = json!({ "role": "ASSISTANT" });
    if !completion.calls.is_empty() {
        set(&mut message, "content", json!([]));
        set(&mut message, "toolCalls", calls(completion));
    }
    let mut last = json!({
        "apiFormat": "COHEREV2",
        "message": message,
        "finishReason": finish_reason(completion),
        "pad": pad("finish"),
    });
    if request.includes_usage() {
        set(&mut last, "usage", usage(prompt.tokens, completion.size(), None));
    }
    thoughts.chain(texts).chain([Event::finish(&last)]).collect()
}

fn calls(completion: &Completion) -> Value {
    completion
        .calls
        .iter()
        .map(|call| {
            json!({
                "id": call.id,
                "type": "FUNCTION",
                "function": { "name": call.name, "arguments": call.arguments },
            })
        })
        .collect()
}

fn finish_reason(completion: &Completion) -> &'static str {
    match completion.finish {
        Finish::Length => "MAX_TOKENS",
        Finish::Stop => "COMPLETE",
        Finish::StopSequence => "STOP_SEQUENCE",
        Finish::ToolCalls => "TOOL_CALL",
    }
}
