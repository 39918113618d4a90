//! `POST /v1/messages/count_tokens`, Anthropic's, `POST /v1/responses/input_tokens`, OpenAI's, and `POST /utils/token_counter`,
//! LiteLLM's: all are answered by a guess.
//!
//! No operation of the service counts tokens, and each vendor's tokens are others. Agents ask to know when a conversation is
//! about to outgrow the model, for which a guess does; the answer says that it is one.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::Response;
use locus::wire::anthropic::MessagesRequest;
use locus::wire::responses::ResponsesRequest;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Admitted, Reply, serve};
use super::completion::unreadable;
use super::passing::state_of;
use crate::app::App;
use crate::failure::{Dialect, Failure};
use crate::record::Record;
use crate::reply::Body;

pub(crate) async fn count_tokens(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    serve(app, request, "count_tokens", Dialect::Anthropic, count).await
}

pub(crate) async fn count_input_tokens(
    State(app): State<Arc<App>>,
    request: Request,
) -> Response<Body> {
    serve(app, request, "input_tokens", Dialect::OpenAi, count_input).await
}

async fn count(_: &App, admitted: Admitted, record: &mut Record) -> Result<Reply, Failure> {
    // What `/v1/messages` would refuse is refused here too.
    let request: MessagesRequest = serde_json::from_slice(&admitted.body)
        .map_err(|error| unreadable("messages request", &error))?;
    let tokens = guessed(&admitted, &request.model, "messages request", record)?;
    Ok(told(&json!({"input_tokens": tokens}), &[GUESS.to_owned()]))
}

async fn count_input(_: &App, admitted: Admitted, record: &mut Record) -> Result<Reply, Failure> {
    let what = "request of the Responses API";
    let request: ResponsesRequest =
        serde_json::from_slice(&admitted.body).map_err(|error| unreadable(what, &error))?;
    let tokens = guessed(&admitted, request.model.as_deref().unwrap_or_default(), what, record)?;
    let mut losses = vec![GUESS.to_owned()];
    if let Some(name) = state_of(&request) {
        losses.push(format!("what the service keeps is not counted: {name}"));
    }
    Ok(told(&json!({"object": "response.input_tokens", "input_tokens": tokens}), &losses))
}

/// The guess for a model that the caller may ask.
fn guessed(
    admitted: &Admitted,
    name: &str,
    what: &str,
    record: &mut Record,
) -> Result<u64, Failure> {
    let found = admitted.live.upstreams.find(name);
    let Some((group, _)) = found.filter(|_| admitted.caller.may_ask_for(name)) else {
        return Err(admitted.live.upstreams.unknown(name));
    };
    record.model(&group.name);
    let body: Map<String, Value> =
        serde_json::from_slice(&admitted.body).map_err(|error| unreadable(what, &error))?;
    Ok(guess(&body))
}

fn told(answer: &Value, losses: &[String]) -> Reply {
    Reply::json(answer.to_string()).losses(&[], losses)
}

/// The same for LiteLLM's clients.
pub(crate) async fn token_counter(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    serve(app, request, "token_counter", Dialect::OpenAi, count_prompt).await
}

#[derive(Deserialize)]
struct CounterRequest {
    model: String,
    prompt: Option<Value>,
    #[serde(flatten)]
    request: Map<String, Value>,
}

async fn count_prompt(_: &App, admitted: Admitted, record: &mut Record) -> Result<Reply, Failure> {
    let asked: CounterRequest = serde_json::from_slice(&admitted.body)
        .map_err(|error| unreadable("request to count tokens", &error))?;
    let upstreams = &admitted.live.upstreams;
    let found = upstreams.find(&asked.model);
    let Some((group, _)) = found.filter(|_| admitted.caller.may_ask_for(&asked.model)) else {
        return Err(upstreams.unknown(&asked.model));
    };
    record.model(&group.name);
    let total = asked.prompt.as_ref().map_or(0, tokens) + guess(&asked.request);
    let used = group.deployments().first().map(|deployment| deployment.target());
    // LiteLLM says here whose tokenizer it took.
    let answer = json!({
        "total_tokens": total,
        "request_model": asked.model,
        "model_used": used,
        "tokenizer_type": "guess",
    });
    Ok(told(&answer, &[GUESS.replace("input", "total")]))
}

/// About how many tokens the prompt of a request has.
fn guess(request: &Map<String, Value>) -> u64 {
    let names = ["system", "messages", "instructions", "input"];
    let texts: u64 = names.into_iter().filter_map(|name| request.get(name)).map(tokens).sum();
    let lists = ["messages", "input"].into_iter().filter_map(|name| request.get(name));
    let messages: u64 = lists.filter_map(Value::as_array).map(|list| list.len() as u64).sum();
    let tools = request.get("tools").map_or(0, |tools| tools.to_string().len() as u64 / BYTES);
    texts + tools + messages * AROUND_A_MESSAGE
}

fn tokens(value: &Value) -> u64 {
    match value {
        Value::String(text) => (text.len() as u64).div_ceil(BYTES),
        Value::Array(items) => items.iter().map(tokens).sum(),
        Value::Object(members) => match members.get("type").and_then(Value::as_str) {
            Some("image" | "image_url" | "input_image") => IMAGE,
            // The words `text`, `user` and their like are in no prompt.
            Some("text" | "input_text" | "output_text") => members.get("text").map_or(0, tokens),
            _ => {
                let kept = |name: &str| !matches!(name, "type" | "role" | "cache_control" | "id");
                members.iter().filter(|(name, _)| kept(name)).map(|(_, value)| tokens(value)).sum()
            }
        },
        Value::Number(_) | Value::Bool(_) => 1,
        Value::Null => 0,
    }
}

const GUESS: &str = "input_tokens is a guess, since the service counts none before a call";

/// Of English text; other languages and code have fewer bytes in a token.
const BYTES: u64 = 4;

/// Marks of the speaker and of both ends.
const AROUND_A_MESSAGE: u64 = 4;

/// What Anthropic's documentation tells of an image of about a megapixel.
const IMAGE: u64 = 1600;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(request: &Value, expected: u64) {
        assert_eq!(guess(request.as_object().unwrap()), expected, "{request}");
    }

    #[test]
    fn texts_tools_and_images_count() {
        check(&json!({"messages": [{"role": "user", "content": "What is 2x2?"}]}), 7);
        let text = json!([{"type": "text", "text": "What is 2x2?", "cache_control": {"type": "ephemeral"}}]);
        check(&json!({"system": text, "messages": [{"role": "user", "content": text}]}), 10);
        let image =
            json!({"type": "image", "source": {"type": "base64", "data": "A".repeat(100_000)}});
        check(&json!({"messages": [{"role": "user", "content": [image]}]}), 1604);
        let call = json!({"type": "tool_use", "id": "toolu_1", "name": "find", "input": {"of": "abcd", "count": 3}});
        check(&json!({"messages": [{"role": "assistant", "content": [call]}]}), 7);
        check(&json!({"messages": [], "tools": [{"name": "find"}]}), 4);
        let text = json!({"type": "input_text", "text": "What is 2x2?"});
        check(&json!({"input": "What is 2x2?", "instructions": "Sum."}), 4);
        check(&json!({"input": [{"role": "user", "content": [text]}]}), 7);
        let image = json!({"type": "input_image", "image_url": "A".repeat(100_000)});
        check(&json!({"input": [{"role": "user", "content": [text, image]}]}), 1607);
    }
}
