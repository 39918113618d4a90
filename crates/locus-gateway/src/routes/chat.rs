//! `POST /v1/chat/completions`: OpenAI's API, which needs no translation.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::Response;
use locus::wire::chat::{ChatRequest, ChatResponse};

use super::completion::{Api, Asked, complete, read};
use super::controls::Taken;
use crate::app::App;
use crate::chunks::OpenAiChunks;
use crate::failure::{Dialect, Failure};
use crate::reply::Body;

pub(crate) async fn chat(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    complete::<ChatCompletions>(app, request).await
}

struct ChatCompletions;

impl Api for ChatCompletions {
    const ENDPOINT: &'static str = "chat";
    const DIALECT: Dialect = Dialect::OpenAi;
    /// Whether the client wants to see the usage of a stream.
    type Context = bool;
    type Events = OpenAiChunks;

    fn read(body: &[u8]) -> Result<Asked<bool>, Failure> {
        let (request, unread): (ChatRequest, _) = read(body, "chat request")?;
        let options = request.stream_options.as_ref();
        let shows_usage = options.and_then(|options| options.include_usage) == Some(true);
        let is_streamed = request.stream == Some(true);
        Ok(Asked {
            request,
            is_streamed,
            context: shows_usage,
            losses: unread.into_iter().collect(),
            taken: Taken::default(),
        })
    }

    fn events(shows_usage: &bool) -> OpenAiChunks {
        OpenAiChunks::new(*shows_usage)
    }

    fn write(_: &bool, answer: &ChatResponse, _: &mut Vec<String>) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(answer)
    }
}
