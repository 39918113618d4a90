//! The service's own operations, below `/20231130/actions`.

mod cohere;
mod cohere_v2;
mod embed;
mod generic;
mod guardrails;
mod legacy;
mod request;
mod rerank;
mod schema;

use serde_json::{Value, json};

use crate::catalogue::Api;
use crate::clock::rfc3339;
use crate::document::set;
use crate::outcome::{Answer, Event, Events, Outcome};
use crate::route::Call;
pub(crate) use embed::embed_text;
pub(crate) use guardrails::{apply_guardrails, list_versions};
pub(crate) use legacy::{generate_text, summarize_text};
use request::Request;
pub(crate) use rerank::rerank_text;

/// Answers a request to `/20231130/actions/chat`.
pub(crate) fn chat(call: &Call<'_>) -> Answer {
    let document = request::parse(call.body, schema::CHAT)?;
    let request = document.get("chatRequest").unwrap_or(&Value::Null);
    let api = match request.get("apiFormat").and_then(Value::as_str) {
        Some("COHERE") => Api::Cohere,
        Some("COHEREV2") => Api::CohereV2,
        _ => Api::Generic,
    };
    let request = Request::new(&document, request, api, call)?;
    let spoken = match api {
        Api::Cohere => cohere::speak(&request)?,
        Api::CohereV2 => cohere_v2::speak(&request)?,
        _ => generic::speak(&request, &rfc3339(call.settings().clock.now()))?,
    };
    Ok(match spoken {
        Spoken::Whole(response) => Outcome::Document(json!({
            "modelId": request.model,
            "modelVersion": MODEL_VERSION,
            "chatResponse": response,
        })),
        Spoken::Stream(list) => {
            Outcome::Stream(Events { list, error: stream_error(), failure: failure(api) })
        }
    })
}

/// What a chat format has to say.
enum Spoken {
    /// The chat response.
    Whole(Value),
    /// Bare pieces of it.
    Stream(Vec<Event>),
}

/// What a failure within a native stream looks like, as far as users have seen it.
fn stream_error() -> Value {
    json!({ "code": "500", "message": "Internal server error" })
}

/// How Cohere's formats end when the model fails; GENERIC has nothing of its own.
fn failure(api: Api) -> Value {
    let mut failure = match api {
        Api::Cohere => json!({ "apiFormat": "COHERE", "text": "" }),
        Api::CohereV2 => json!({ "apiFormat": "COHEREV2", "message": { "role": "ASSISTANT" } }),
        _ => return stream_error(),
    };
    set(&mut failure, "finishReason", "ERROR");
    set(&mut failure, "errorMessage", "The model failed.");
    failure
}

/// Native counts of tokens.
fn usage(prompt: u64, completion: u64, reasoning: Option<u64>) -> Value {
    json!({
        "promptTokens": prompt,
        "completionTokens": completion,
        "totalTokens": prompt + completion,
        "promptTokensDetails": null,
        "completionTokensDetails": reasoning.map(|reasoning| json!({
            "acceptedPredictionTokens": 0,
            "reasoningTokens": reasoning,
            "rejectedPredictionTokens": 0,
        })),
    })
}

/// Filling that hides how long a token is; the service's is random, this one evens out the length.
fn pad(token: &str) -> String {
    "a".repeat(3 + 13_usize.saturating_sub(token.len()))
}

/// What every model here calls its version.
const MODEL_VERSION: &str = "1.0.0";
