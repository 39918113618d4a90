//! `POST /v1/messages`: Anthropic's API, for coding agents and other clients of it.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::{Response, StatusCode};
use locus::Family;
use locus::wire::anthropic::{MessagesRequest, MessagesResponse};
use locus::wire::chat::ChatResponse;

use super::completion::{Api, Asked, complete, unreadable};
use super::controls::Taken;
use crate::app::App;
use crate::chunks::AnthropicChunks;
use crate::failure::{Dialect, Failure};
use crate::reply::Body;

pub(crate) async fn messages(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    complete::<Messages>(app, request).await
}

struct Messages;

/// A request that begins or continues a conversation of the server's, which would be answered as if nothing was said before.
///
/// The code is Anthropic's: its tool runners then send whole conversations, without a word to the user.
fn without_threads() -> Failure {
    let message = "no conversations are kept here, and thread needs one";
    Failure::new(StatusCode::BAD_REQUEST, "thread_unsupported_request", message)
        .about("thread")
        .with_hint("send the whole conversation as messages, without thread")
}

impl Api for Messages {
    const ENDPOINT: &'static str = "messages";
    const DIALECT: Dialect = Dialect::Anthropic;
    /// The name that the client calls the model by, which answers repeat.
    type Context = String;
    type Events = AnthropicChunks;

    fn read(body: &[u8]) -> Result<Asked<String>, Failure> {
        let request: MessagesRequest =
            serde_json::from_slice(body).map_err(|error| unreadable("messages request", &error))?;
        if request.extra.get("thread").is_some_and(|thread| thread.get() != "null") {
            return Err(without_threads());
        }
        // Which family it is for is known when a deployment is chosen; the router makes it fit then.
        let translated = request.to_chat(Family::Other);
        Ok(Asked {
            is_streamed: request.stream == Some(true),
            context: request.model,
            losses: translated.losses.iter().map(ToString::to_string).collect(),
            request: translated.value,
            taken: Taken::default(),
        })
    }

    fn events(model: &String) -> AnthropicChunks {
        AnthropicChunks::new(model)
    }

    fn write(
        model: &String,
        answer: &ChatResponse,
        losses: &mut Vec<String>,
    ) -> serde_json::Result<Vec<u8>> {
        let mut translated = MessagesResponse::from_chat(answer);
        losses.extend(translated.losses.iter().map(ToString::to_string));
        translated.value.model = Some(model.clone());
        serde_json::to_vec(&translated.value)
    }
}
