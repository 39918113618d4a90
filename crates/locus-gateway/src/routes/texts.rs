//! `POST /v1/completions`: OpenAI's older API, which goes on with a text; asked as a chat of one message.
//!
//! The models of the service chat. Clients that were written for texts, or take any server for one of texts, are answered all the same.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::{Response, StatusCode};
use locus::wire::chat::{ChatRequest, ChatResponse, Content};
use serde_json::{Map, Value, json};

use super::completion::{Api, Asked, complete, unreadable};
use super::controls::Taken;
use crate::app::App;
use crate::chunks::TextChunks;
use crate::failure::{Dialect, Failure};
use crate::reply::Body;

pub(crate) async fn completions(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    complete::<Texts>(app, request).await
}

struct Texts;

impl Api for Texts {
    const ENDPOINT: &'static str = "completions";
    const DIALECT: Dialect = Dialect::OpenAi;
    /// Whether the client wants to see the usage of a stream.
    type Context = bool;
    type Events = TextChunks;

    fn read(body: &[u8]) -> Result<Asked<bool>, Failure> {
        let unreadable = |error| unreadable("request for completions", &error);
        let mut members: Map<String, Value> = serde_json::from_slice(body).map_err(unreadable)?;
        let prompt = prompt(members.remove("prompt"))?;
        let losses = without_counterpart(&mut members)?;
        members.insert("messages".to_owned(), json!([{"role": "user", "content": prompt}]));
        // The other parameters have the same names there, and the same meaning.
        let text = Value::Object(members).to_string();
        let request: ChatRequest = serde_json::from_str(&text).map_err(unreadable)?;
        let options = request.stream_options.as_ref();
        Ok(Asked {
            is_streamed: request.stream == Some(true),
            context: options.and_then(|options| options.include_usage) == Some(true),
            losses,
            request,
            taken: Taken::default(),
        })
    }

    fn events(shows_usage: &bool) -> TextChunks {
        TextChunks::new(*shows_usage)
    }

    fn write(
        _: &bool,
        answer: &ChatResponse,
        losses: &mut Vec<String>,
    ) -> serde_json::Result<Vec<u8>> {
        let mut choices = Vec::new();
        for choice in &answer.choices {
            let message = &choice.message;
            let text = message.content.as_ref().map(Content::text).unwrap_or_default();
            choices.push(json!({
                "text": text,
                "index": choice.index,
                "logprobs": null,
                "finish_reason": choice.finish_reason,
            }));
            let lost = [
                ("reasoning_content", message.reasoning().is_some()),
                ("refusal", message.refusal.is_some()),
            ];
            let lost = lost.into_iter().filter_map(|(name, is_there)| is_there.then_some(name));
            losses.extend(lost.map(|name| format!("{name} has no counterpart and was left out")));
        }
        serde_json::to_vec(&json!({
            "id": answer.id,
            "object": "text_completion",
            "created": answer.created,
            "model": answer.model,
            "choices": choices,
            "usage": answer.usage,
        }))
    }
}

/// The one text to go on with.
fn prompt(given: Option<Value>) -> Result<String, Failure> {
    let refused = |found: &str| {
        let message = format!("expected a prompt of one text, found {found}");
        Failure::bad_request(message).about("prompt")
    };
    match given {
        Some(Value::String(text)) => Ok(text),
        Some(Value::Array(list)) => {
            let is_text = list.iter().all(Value::is_string);
            let mut list = list.into_iter();
            match (list.next(), list.len()) {
                (Some(Value::String(text)), 0) => Ok(text),
                (Some(_), _) if is_text => {
                    Err(refused("several").with_hint("send a request for each text"))
                }
                (Some(_), _) => Err(refused("numbers of tokens").with_hint("send the text itself")),
                (None, _) => Err(refused("none")),
            }
        }
        Some(Value::Null) | None => Err(refused("none")),
        Some(_) => Err(refused("something else")),
    }
}

/// Takes out what a chat cannot do, and tells it.
fn without_counterpart(members: &mut Map<String, Value>) -> Result<Vec<String>, Failure> {
    if members
        .remove("suffix")
        .is_some_and(|suffix| suffix.as_str().is_some_and(|it| !it.is_empty()))
    {
        // The answer would not lead to it, which nobody would take for a loss.
        let message = "suffix needs a model that fills in texts, and those of the service chat";
        let status = StatusCode::BAD_REQUEST;
        return Err(Failure::new(status, "unsupported_parameter", message).about("suffix"));
    }
    let mut losses = Vec::new();
    for name in LOST {
        let Some(value) = members.remove(*name) else { continue };
        // What asks for nothing is not missed.
        let is_idle = matches!(value, Value::Null | Value::Bool(false)) || value == json!(1);
        if !is_idle || *name == "logprobs" && !value.is_null() {
            losses.push(format!("{name} has no counterpart and was left out"));
        }
    }
    Ok(losses)
}

/// The parameters of texts that chats do not have or mean otherwise, and those of chats that texts do not have.
const LOST: &[&str] = &[
    "best_of",
    "echo",
    "logprobs",
    "functions",
    "function_call",
    "messages",
    "tools",
    "tool_choice",
];
