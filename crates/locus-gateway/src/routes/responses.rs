//! `POST /v1/responses`: OpenAI's Responses API, translated to chat completions.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::{Response as HttpResponse, StatusCode};
use locus::wire::Nullable;
use locus::wire::chat::ChatResponse;
use locus::wire::responses::{Response, ResponsesRequest};

use super::completion::{Api, Asked, complete, unreadable};
use crate::app::App;
use crate::chunks::ResponsesChunks;
use crate::failure::{Dialect, Failure};
use crate::reply::Body;

pub(crate) async fn responses(State(app): State<Arc<App>>, request: Request) -> HttpResponse<Body> {
    complete::<Responses>(app, request).await
}

struct Responses;

impl Api for Responses {
    const ENDPOINT: &'static str = "responses";
    const DIALECT: Dialect = Dialect::OpenAi;
    /// The request, which answers repeat.
    type Context = Box<ResponsesRequest>;
    type Events = ResponsesChunks;

    fn read(body: &[u8]) -> Result<Asked<Box<ResponsesRequest>>, Failure> {
        let request: Box<ResponsesRequest> = serde_json::from_slice(body)
            .map_err(|error| unreadable("request of the Responses API", &error))?;
        refuse_state(&request)?;
        let translated = request.to_chat();
        Ok(Asked {
            is_streamed: request.stream == Nullable::Value(true),
            context: request,
            losses: translated.losses.iter().map(ToString::to_string).collect(),
            request: translated.value,
        })
    }

    fn events(request: &Box<ResponsesRequest>) -> ResponsesChunks {
        ResponsesChunks::new(request)
    }

    fn write(
        request: &Box<ResponsesRequest>,
        answer: &ChatResponse,
        losses: &mut Vec<String>,
    ) -> serde_json::Result<Vec<u8>> {
        let mut translated = Response::from_chat(answer);
        losses.extend(translated.losses.iter().map(ToString::to_string));
        // The SDKs read these without asking whether they are there.
        let response = &mut translated.value;
        response.tools = Some(request.tools.clone().unwrap_or_default());
        response.parallel_tool_calls =
            Some(request.parallel_tool_calls.as_option().copied().unwrap_or(true));
        if response.tool_choice.is_none() {
            response.tool_choice.clone_from(&request.tool_choice);
        }
        serde_json::to_vec(response)
    }
}

/// Chat completions keep no state: a request that continues something would be answered as if it did not.
fn refuse_state(request: &ResponsesRequest) -> Result<(), Failure> {
    let state = [
        ("previous_response_id", request.previous_response_id.as_option().is_some()),
        ("conversation", request.conversation.as_option().is_some()),
        ("prompt", request.prompt.as_option().is_some()),
        ("background", request.background.as_option() == Some(&true)),
    ];
    match state.into_iter().find(|(_, is_set)| *is_set) {
        None => Ok(()),
        Some((name, _)) => {
            let message = format!("{name} needs an API that keeps state, this model has none here");
            let failure = Failure::new(StatusCode::BAD_REQUEST, "unsupported_parameter", message);
            Err(failure
                .about(name)
                .with_hint("send the whole conversation as input, with store false"))
        }
    }
}
