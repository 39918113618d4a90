//! The Responses API as the service has it: what a client sends goes on as it is, but for the model's id.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::StatusCode;
use locus::router::Model;
use locus::transport::ResponseStream;
use locus::wire::Nullable;
use locus::wire::chat::Usage;
use locus::wire::responses::{ErrorEvent, Event, Response, ResponseUsage, ResponsesRequest, Tool};
use locus::{ModelId, Transport};
use oci_sse::Encoder;

use super::answer::Reply;
use super::completion::{Outcome, unwritable};
use crate::chunks::Scratch;
use crate::event_stream::{EventStream, Source, Step};
use crate::failure::Failure;
use crate::record::Record;
use crate::stored::{Stored, Who};
use crate::upstream::Deployment;

/// Where a request is passed to.
pub(super) struct Place<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) stored: &'a Arc<Stored>,
    /// The id of the client's key.
    pub(super) key: &'a str,
}

/// Whether a request goes to the Responses API of a model, and not translated to another one.
///
/// What the operator says counts first. Else OpenAI's and xAI's models are asked over it, as both vendors recommend; those of other
/// vendors of the OpenAI-compatible API only for what no other API has, since not every one of them is served there; and Meta's never,
/// which are not: they are better off without a search of the web than with an error.
pub(super) fn is_passed(
    request: &ResponsesRequest,
    deployment: &Deployment,
    model: &Model,
) -> bool {
    // An id without a route is an error of the translated call, which says it better.
    let Ok(route) = model.route() else { return false };
    match (deployment.transport(), route.transport) {
        (None, Transport::V1) => {
            let is_one_of =
                |list: &[&str]| list.iter().any(|prefix| route.prefix.starts_with(prefix));
            is_one_of(PASSED) || !is_one_of(WITHOUT) && needs_it(request)
        }
        (_, transport) => transport == Transport::Responses,
    }
}

/// What no other API has: state that the service keeps, and tools that it runs.
fn needs_it(request: &ResponsesRequest) -> bool {
    let mut tools = request.tools.iter().flatten();
    state_of(request).is_some()
        || request.store.as_option() == Some(&true)
        || tools
            .any(|tool| !matches!(tool, Tool::Function(_) | Tool::Custom(_) | Tool::Namespace(_)))
}

/// The parameter by which a request needs state that the service keeps, if one does.
pub(super) fn state_of(request: &ResponsesRequest) -> Option<&'static str> {
    let state = [
        ("previous_response_id", request.previous_response_id.as_option().is_some()),
        ("conversation", request.conversation.as_option().is_some()),
        ("prompt", request.prompt.as_option().is_some()),
        ("background", request.background.as_option() == Some(&true)),
    ];
    state.into_iter().find_map(|(name, is_set)| is_set.then_some(name))
}

/// Sends a request on.
pub(super) async fn pass(
    request: &ResponsesRequest,
    place: Place<'_>,
    model: &Model,
) -> Result<Outcome, Failure> {
    let mut request = request.clone();
    let losses = place.deployment.apply_defaults_to_response(&mut request);
    let id = match place.deployment.endpoint_id() {
        // Over the OpenAI-compatible API the endpoint is named as the model.
        Some(endpoint) => endpoint,
        None => ModelId::parse(model.id()).map_or_else(|_| model.id(), ModelId::as_str),
    };
    request.model = Some(id.to_owned());
    let client = place.deployment.client().transport();
    let is_kept = request.store.as_option() != Some(&false);
    let origin = is_kept.then(|| Origin {
        stored: Arc::clone(place.stored),
        who: Who { deployment: Arc::clone(place.deployment.id()), key: place.key.to_owned() },
    });
    if request.stream == Nullable::Value(true) {
        let begin = async {
            let stream = client.stream_response(request).await;
            streamed(stream.map_err(|error| Failure::transport(&error))?, origin).await
        };
        return Ok(Outcome { losses, ..place.deployment.begun(begin).await? });
    }
    let answer = client.create_response(request).await;
    let answer = answer.map_err(|error| Failure::transport(&error))?;
    let opc_request_id = answer.opc_request_id().map(str::to_owned);
    let response = answer.into_inner();
    if let (Some(origin), Some(id)) = (origin, &response.id) {
        origin.note(id);
    }
    let usage = response.usage.as_ref().map(ResponseUsage::to_chat);
    let body = serde_json::to_vec(&response).map_err(|_| unwritable())?;
    let reply = Reply::json(body);
    Ok(Outcome { reply, opc_request_id, usage, losses, unwritten: Vec::new() })
}

/// The events of a response as an answer; its id is noted if there is somebody to note it.
pub(super) async fn streamed(
    stream: ResponseStream,
    origin: Option<Origin>,
) -> Result<Outcome, Failure> {
    let opc_request_id = stream.opc_request_id().map(str::to_owned);
    let mut source = ResponseEvents {
        stream,
        origin,
        usage: None,
        bytes: 0,
        last: None,
        scratch: Scratch::default(),
    };
    let mut output = Encoder::new();
    let first = EventStream::first(&mut source, &mut output).await?;
    let reply = Reply::events(Box::new(source), output, first);
    let (losses, unwritten) = (Vec::new(), Vec::new());
    Ok(Outcome { reply, opc_request_id, usage: None, losses, unwritten })
}

/// Who made a response, and where that is noted.
pub(super) struct Origin {
    stored: Arc<Stored>,
    who: Who,
}

impl Origin {
    fn note(self, id: &str) {
        self.stored.note(id, self.who);
    }
}

/// The events of one response, as the service sends them.
struct ResponseEvents {
    stream: ResponseStream,
    /// Until the id of the response is known.
    origin: Option<Origin>,
    usage: Option<Usage>,
    /// The bytes of the deltas that came, for answers that end without a usage.
    bytes: u64,
    /// The number of the last event.
    last: Option<u64>,
    scratch: Scratch,
}

impl Source for ResponseEvents {
    fn poll_fill(&mut self, cx: &mut Context<'_>, output: &mut Encoder) -> Poll<Step> {
        // A new future for every poll: the stream keeps its place, and lends the event from the bytes that came.
        let next = pin!(self.stream.next());
        Poll::Ready(match ready!(next.poll(cx)) {
            Some(Ok(event)) => {
                self.last = event.sequence_number().or(self.last);
                if let Some(response) = response_of(&event) {
                    if let Some(id) = &response.id
                        && let Some(origin) = self.origin.take()
                    {
                        origin.note(id);
                    }
                    if let Some(usage) = &response.usage {
                        self.usage = Some(usage.to_chat());
                    }
                }
                self.bytes += delta_of(&event).len() as u64;
                self.scratch.write(Some(event.name()), &event, output);
                Step::Event
            }
            Some(Err(error)) => Step::Failed(Failure::transport(&error)),
            None => Step::End,
        })
    }

    fn fail(&mut self, failure: &Failure, output: &mut Encoder) {
        let mut error = ErrorEvent::default();
        error.code = failure.code.as_deref().map(str::to_owned);
        error.message = Some(failure.message.to_string());
        error.param = failure.param.as_deref().map(str::to_owned);
        error.sequence_number = Some(self.last.map_or(0, |last| last.saturating_add(1)));
        let event = Event::Error(Box::new(error));
        self.scratch.write(Some(event.name()), &event, output);
    }

    fn note(&self, record: &mut Record) {
        record.usage(self.usage.as_ref());
        record.partial(self.bytes);
    }
}

/// The response that an event carries whole.
fn response_of<'e>(event: &'e Event<'_>) -> Option<&'e Response> {
    match event {
        Event::Queued(event)
        | Event::Created(event)
        | Event::InProgress(event)
        | Event::Completed(event)
        | Event::Incomplete(event)
        | Event::Failed(event) => Some(&event.response),
        _ => None,
    }
}

/// What an event adds to an answer that is paid for.
fn delta_of<'e>(event: &'e Event<'_>) -> &'e str {
    let delta = match event {
        Event::OutputTextDelta(event) | Event::ReasoningTextDelta(event) => event.delta.as_deref(),
        Event::ReasoningSummaryTextDelta(event) => event.delta.as_deref(),
        Event::FunctionCallArgumentsDelta(event) | Event::CustomToolCallInputDelta(event) => {
            event.delta.as_deref()
        }
        _ => None,
    };
    delta.unwrap_or_default()
}

/// A request that needs state, for a model that has none.
pub(super) fn without_state(name: &str) -> Failure {
    let message = format!("{name} needs an API that keeps state, this model has none here");
    let failure =
        Failure::new(StatusCode::BAD_REQUEST, "unsupported_parameter", message).about(name);
    let hint = "send the whole conversation as input, with store false";
    failure.with_hint(hint)
}

/// The prefixes of the models that are always asked over the Responses API.
const PASSED: &[&str] = &["openai.", "xai."];

/// The prefixes of the models that the service has for chat completions only, as the README of Oracle's oci-openai package says.
const WITHOUT: &[&str] = &["meta."];
