//! `POST /v1/responses`: OpenAI's Responses API, passed on where the model has it, else translated to chat completions.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::Response as HttpResponse;
use locus::router::Model;
use locus::wire::Nullable;
use locus::wire::chat::ChatResponse;
use locus::wire::responses::{Response, ResponsesRequest};

use super::completion::{Api, Asked, Outcome, complete, read};
use super::controls::Taken;
use super::passing::{Place, is_passed, pass, state_of, without_state};
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
        let (mut request, unread): (Box<ResponsesRequest>, _) =
            read(body, "request of the Responses API")?;
        let taken = Taken::out_of(&mut request.extra)?;
        let translated = request.to_chat();
        Ok(Asked {
            is_streamed: request.stream == Nullable::Value(true),
            context: request,
            losses: translated.losses.iter().map(ToString::to_string).chain(unread).collect(),
            request: translated.value,
            taken,
        })
    }

    fn continues(request: &Box<ResponsesRequest>) -> Option<(&'static str, &str)> {
        let before = request.previous_response_id.as_option();
        let before = before.map(|id| ("previous_response_id", id.as_str()));
        before.or_else(|| Some(("conversation", request.conversation.as_option()?.id()?)))
    }

    async fn pass(
        request: &Box<ResponsesRequest>,
        place: Place<'_>,
        model: &Model,
    ) -> Result<Option<Outcome>, Failure> {
        if is_passed(request, place.deployment, model) {
            return pass(request, place, model).await.map(Some);
        }
        // Chat completions keep no state: a request that continues something would be answered as if it did not.
        state_of(request).map_or(Ok(None), |name| Err(without_state(name)))
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
        response.restore_namespaces(request.tools.as_deref().unwrap_or_default());
        response.tools = Some(request.tools.clone().unwrap_or_default());
        response.parallel_tool_calls =
            Some(request.parallel_tool_calls.as_option().copied().unwrap_or(true));
        if response.tool_choice.is_none() {
            response.tool_choice.clone_from(&request.tool_choice);
        }
        serde_json::to_vec(response)
    }
}
