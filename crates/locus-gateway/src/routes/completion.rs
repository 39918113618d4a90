//! Calls that are chat calls in the end, whatever API the client speaks.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::Request;
use bytes::Bytes;
use http::{Response, StatusCode};
use locus::router::Model;
use locus::wire::chat::{ChatRequest, ChatResponse, StreamOptions};
use locus::{ChatAnswer, Warning};
use oci_sse::Encoder;

use super::answer::{Admitted, Reply, serve};
use crate::app::App;
use crate::chunks::{ChatEvents, ChunkEvents};
use crate::event_stream::{EventStream, First, Source};
use crate::failure::{Dialect, Failure};
use crate::record::Record;
use crate::reply::Body;
use crate::upstream::{Call, Deployment, Operation};

/// An API in front of chat completions: pure translations of requests, answers and chunks.
pub(crate) trait Api: Send + Sync + 'static {
    /// The operation's name in logs and metrics.
    const ENDPOINT: &'static str;
    /// The shape of its errors.
    const DIALECT: Dialect;
    /// What of a request the form of its answer depends on.
    type Context: Send + Sync;
    /// What writes the chunks of a streamed answer.
    type Events: ChunkEvents + 'static;

    fn read(body: &[u8]) -> Result<Asked<Self::Context>, Failure>;

    fn events(context: &Self::Context) -> Self::Events;

    /// The body of a whole answer; what did not fit into it is added to the losses.
    fn write(
        context: &Self::Context,
        answer: &ChatResponse,
        losses: &mut Vec<String>,
    ) -> serde_json::Result<Vec<u8>>;
}

/// A request as chat completions.
pub(crate) struct Asked<C> {
    pub(crate) request: ChatRequest,
    pub(crate) is_streamed: bool,
    pub(crate) context: C,
    /// What of the request has no counterpart there.
    pub(crate) losses: Vec<String>,
}

/// Serves one request of an API.
pub(crate) async fn complete<A: Api>(app: Arc<App>, request: Request) -> Response<Body> {
    serve(app, request, A::ENDPOINT, A::DIALECT, answer::<A>).await
}

async fn answer<A: Api>(
    app: &App,
    admitted: Admitted,
    record: &mut Record,
) -> Result<Reply, Failure> {
    let mut asked = A::read(&admitted.body)?;
    asked.losses.extend(take_out(&mut asked.request));
    let Asked { mut request, is_streamed, context, mut losses } = asked;
    let name = std::mem::take(&mut request.model);
    let upstreams = &admitted.live.upstreams;
    if let Some((group, _)) = upstreams.find(&name) {
        record.model(&group.name);
    }
    let grant = admitted.caller.take(&name, guessed_tokens(&admitted.body, &request))?;
    record.granted(admitted.caller.id(), grant);
    let mut unwritten = Vec::new();
    let call = Call::new(upstreams, &app.metrics);
    let body = admitted.body;
    let mut whole = Whole::<A> { body, parsed: Some(request), api: PhantomData };
    let (reply, lease, group, attempts, id, warnings) = if is_streamed {
        let mut operation = Streamed { whole, context };
        let served = call.run(&name, &mut operation).await?;
        let (source, output, first) = served.output;
        let id = source.opc_request_id().map(str::to_owned);
        let warnings = source.warnings().to_vec();
        let reply = Reply::events(Box::new(source), output, first);
        (reply, served.lease, served.group, served.attempts, id, warnings)
    } else {
        let served = call.run(&name, &mut whole).await?;
        let answer = served.output;
        record.usage(answer.usage.as_ref());
        let id = answer.opc_request_id().map(str::to_owned);
        let warnings = answer.warnings().to_vec();
        let body = A::write(&context, &answer, &mut unwritten).map_err(|_| unwritable())?;
        (Reply::json(body), served.lease, served.group, served.attempts, id, warnings)
    };
    for warning in warnings {
        match &warning {
            Warning::Answer(loss) => unwritten.push(loss.to_string()),
            other => losses.push(other.to_string()),
        }
    }
    record.opc_request_id(id.as_deref());
    record.model(&group);
    let reply = reply
        .opc_request_id(id.as_deref())
        .served(lease.name(), attempts)
        .losses(&losses, &unwritten);
    record.served_by(lease);
    Ok(reply)
}

/// The request, once for each attempt: the first takes the one that was read, a later one reads the body again, so that the common
/// case copies nothing.
struct Whole<A> {
    body: Bytes,
    parsed: Option<ChatRequest>,
    api: PhantomData<A>,
}

impl<A: Api> Whole<A> {
    fn next(&mut self, deployment: &Deployment) -> Result<ChatRequest, Failure> {
        let mut request = match self.parsed.take() {
            Some(request) => request,
            None => {
                let mut request = A::read(&self.body)?.request;
                take_out(&mut request);
                request
            }
        };
        deployment.apply_defaults(&mut request);
        Ok(request)
    }
}

impl<A: Api> Operation for Whole<A> {
    type Output = ChatAnswer;

    async fn attempt(
        &mut self,
        deployment: &Deployment,
        model: Model,
    ) -> Result<Self::Output, Failure> {
        let request = self.next(deployment)?;
        model.chat(request).await.map_err(|error| Failure::upstream(&error))
    }
}

/// The same as a stream, which has succeeded when its first event is there.
struct Streamed<A: Api> {
    whole: Whole<A>,
    context: A::Context,
}

impl<A: Api> Operation for Streamed<A> {
    type Output = (ChatEvents<A::Events>, Encoder, First);

    async fn attempt(
        &mut self,
        deployment: &Deployment,
        model: Model,
    ) -> Result<Self::Output, Failure> {
        let mut request = self.whole.next(deployment)?;
        // The usage is always asked for, since it is counted here; whether the client sees it is for the events to say.
        request.stream_options.get_or_insert_with(StreamOptions::usage).include_usage = Some(true);
        let opened = model.chat(request).stream().await;
        let stream = opened.map_err(|error| Failure::upstream(&error))?;
        let mut source = ChatEvents::new(stream, A::events(&self.context));
        let mut output = Encoder::new();
        let first = EventStream::first(&mut source as &mut dyn Source, &mut output).await?;
        Ok((source, output, first))
    }
}

/// Takes out what LiteLLM's clients may say about the way to the model. The way is the operator's to say: nothing of a request
/// decides where a signature goes.
fn take_out(request: &mut ChatRequest) -> Vec<String> {
    let names: Vec<String> = request
        .extra
        .iter()
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("oci_") || WAY.contains(name))
        .map(str::to_owned)
        .collect();
    for name in &names {
        request.extra.remove(name);
    }
    names.into_iter().map(|name| format!("{name} is not taken from requests")).collect()
}

/// About how many tokens a call will take, for limits: a token has some four bytes, and an answer is no longer than it may be.
fn guessed_tokens(body: &Bytes, request: &ChatRequest) -> u64 {
    let answer = request.max_completion_tokens.or(request.max_tokens).unwrap_or_default();
    guessed(body).saturating_add(answer)
}

/// About how many tokens a body has.
pub(super) fn guessed(body: &Bytes) -> u64 {
    body.len() as u64 / 4
}

/// The failure to read a body as what it should be.
pub(crate) fn unreadable(what: &str, error: &serde_json::Error) -> Failure {
    Failure::bad_request(format!("the body is no {what}: {error}"))
}

/// The failure to write an answer.
pub(super) fn unwritable() -> Failure {
    let message = "the answer cannot be written as JSON";
    Failure::new(StatusCode::BAD_GATEWAY, "upstream_error", message)
}

const WAY: &[&str] = &[
    "api_base",
    "api_key",
    "api_version",
    "base_url",
    "custom_llm_provider",
    "extra_headers",
    "extra_query",
    "fallbacks",
    "num_retries",
    "timeout",
];
