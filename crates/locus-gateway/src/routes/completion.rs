//! Calls that are chat calls in the end, whatever API the client speaks.

use std::sync::Arc;

use axum::extract::Request;
use bytes::Bytes;
use http::{Response, StatusCode};
use locus::Warning;
use locus::router::Model;
use locus::wire::chat::{ChatRequest, ChatResponse, StreamOptions, Usage};
use oci_sse::Encoder;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answer::{Admitted, Reply, Way, serve};
use super::controls::Taken;
use super::passing::Place;
use crate::app::App;
use crate::chunks::{ChatEvents, ChunkEvents};
use crate::clock::unix_seconds;
use crate::event_stream::{EventStream, Source};
use crate::failure::{Dialect, Failure};
use crate::keys::Estimate;
use crate::record::Record;
use crate::reply::Body;
use crate::stored::Stored;
use crate::upstream::{Call, Deployment, Operation, Served};

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

    /// What the service keeps and the request goes on with: the parameter, and the id of a response.
    fn continues(_context: &Self::Context) -> Option<(&'static str, &str)> {
        None
    }

    /// Sends the request on without a translation, where the model has the client's own API.
    fn pass(
        _context: &Self::Context,
        _place: Place<'_>,
        _model: &Model,
    ) -> impl Future<Output = Result<Option<Outcome>, Failure>> + Send {
        async { Ok(None) }
    }

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
    /// What was taken out of it already.
    pub(crate) taken: Taken,
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
    let later = Taken::out_of(&mut asked.request.extra)?;
    let Asked { mut request, is_streamed, context, losses, taken } = asked;
    let mut taken = taken.and(later);
    let name = std::mem::take(&mut request.model);
    let upstreams = &admitted.live.upstreams;
    keep_allowed(&mut taken, &admitted);
    let found = upstreams.find(&name);
    if let Some((group, _)) = found {
        record.model(&group.name);
    }
    let estimate = Estimate { answer: longest_answer(&request), prompt: guessed(&admitted.body) };
    let stand_ins = taken.fallbacks.clone();
    let grant = admitted.caller.take(&name, estimate, || {
        // A stand-in that the client names may be dearer.
        let others = stand_ins.iter().flatten();
        others.fold(upstreams.dearest(&name), |price, other| {
            Some(price?.or_dearer(upstreams.dearest(other)?))
        })
    });
    let grant = grant.await?;
    record.granted(admitted.caller.id(), grant);
    let mut call = Call::new(upstreams, &app.metrics).told(taken.retries, taken.fallbacks);
    if let (Some((param, id)), Some((group, _))) = (A::continues(&context), found) {
        let maker =
            app.stored.find(id, &admitted.caller).map_err(|failure| failure.about(param))?;
        let maker = maker.and_then(|maker| upstreams.deployment(&maker));
        if maker.is_none() && !group.is_one_place() {
            let message = format!("it is not known which deployment of this model keeps {param}");
            return Err(Failure::bad_request(message)
                .about(param)
                .with_hint("send the whole conversation as input"));
        }
        call = call.at(maker.map(|maker| maker.identity().clone()));
    }
    let (stored, key) = (&app.stored, admitted.caller.id());
    let body = admitted.body;
    let mut exchange =
        Exchange::<A> { body, parsed: Some(request), context, is_streamed, losses, stored, key };
    let Served { output, lease, group, attempts, fallbacks, price } =
        call.run(&name, &mut exchange).await?;
    let Outcome { reply, opc_request_id, usage, losses, unwritten } = output;
    record.price(price);
    record.usage(usage.as_ref());
    record.opc_request_id(opc_request_id.as_deref());
    record.model(&group);
    let losses: Vec<String> = taken.losses.into_iter().chain(losses).collect();
    let reply = reply
        .opc_request_id(opc_request_id.as_deref())
        .served(Way { deployment: lease.name(), group: &group, attempts, fallbacks })
        .cost(price.zip(usage.as_ref()).map(|(price, usage)| price.of_usage(usage)))
        .losses(&losses, &unwritten);
    record.served_by(lease);
    Ok(reply)
}

/// Leaves only stand-ins that the client could ask for itself.
fn keep_allowed(taken: &mut Taken, admitted: &Admitted) {
    let Taken { fallbacks, losses, .. } = taken;
    fallbacks.iter_mut().for_each(|names| {
        names.retain(|name| {
            let is_served = admitted.live.upstreams.find(name).is_some();
            let is_kept = is_served && admitted.caller.may_ask_for(name);
            if !is_kept {
                losses.push(format!("the fallback {name} is not served to this key"));
            }
            is_kept
        });
    });
}

/// What an attempt that succeeded has come to.
pub(crate) struct Outcome {
    pub(super) reply: Reply,
    pub(super) opc_request_id: Option<String>,
    /// That of a whole answer; a stream tells its own at its end.
    pub(super) usage: Option<Usage>,
    /// What of the request had no effect.
    pub(super) losses: Vec<String>,
    /// What of the answer has no place in the client's API.
    pub(super) unwritten: Vec<String>,
}

/// The request, once for each attempt: the first takes the one that was read, a later one reads the body again, so that the common
/// case copies nothing.
struct Exchange<'a, A: Api> {
    body: Bytes,
    parsed: Option<ChatRequest>,
    context: A::Context,
    is_streamed: bool,
    losses: Vec<String>,
    stored: &'a Arc<Stored>,
    key: &'a str,
}

impl<A: Api> Exchange<'_, A> {
    fn next(&mut self, deployment: &Deployment) -> Result<ChatRequest, Failure> {
        let mut request = match self.parsed.take() {
            Some(request) => request,
            None => {
                let mut request = A::read(&self.body)?.request;
                Taken::out_of(&mut request.extra)?;
                request
            }
        };
        deployment.apply_defaults(&mut request);
        Ok(request)
    }

    async fn whole(&self, request: ChatRequest, model: Model) -> Result<Outcome, Failure> {
        let answer = model.chat(request).await.map_err(|error| Failure::upstream(&error))?;
        let id = answer.opc_request_id().map(str::to_owned);
        let warnings = answer.warnings().to_vec();
        let mut response = answer.into_inner();
        // Clients expect it, and not every API of the service says it.
        response.created.get_or_insert_with(unix_seconds);
        let mut unwritten = Vec::new();
        let body = A::write(&self.context, &response, &mut unwritten).map_err(|_| unwritable())?;
        let outcome = self.outcome(Reply::json(body), id, &warnings, unwritten);
        Ok(Outcome { usage: response.usage, ..outcome })
    }

    /// The same as a stream, which has succeeded when its first event is there.
    async fn streamed(&self, mut request: ChatRequest, model: Model) -> Result<Outcome, Failure> {
        // The usage is always asked for, since it is counted here; whether the client sees it is for the events to say.
        request.stream_options.get_or_insert_with(StreamOptions::usage).include_usage = Some(true);
        let opened = model.chat(request).stream().await;
        let stream = opened.map_err(|error| Failure::upstream(&error))?;
        let mut source = ChatEvents::new(stream, A::events(&self.context));
        let mut output = Encoder::new();
        let first = EventStream::first(&mut source as &mut dyn Source, &mut output).await?;
        let id = source.opc_request_id().map(str::to_owned);
        let warnings = source.warnings().to_vec();
        let reply = Reply::events(Box::new(source), output, first);
        Ok(self.outcome(reply, id, &warnings, Vec::new()))
    }

    fn outcome(
        &self,
        reply: Reply,
        opc_request_id: Option<String>,
        warnings: &[Warning],
        mut unwritten: Vec<String>,
    ) -> Outcome {
        let mut losses = self.losses.clone();
        for warning in warnings {
            match warning {
                Warning::Answer(loss) => unwritten.push(loss.to_string()),
                other => losses.push(other.to_string()),
            }
        }
        Outcome { reply, opc_request_id, usage: None, losses, unwritten }
    }
}

impl<A: Api> Operation for Exchange<'_, A> {
    type Output = Outcome;

    async fn attempt(&mut self, deployment: &Deployment, model: Model) -> Result<Outcome, Failure> {
        let place = Place { deployment, stored: self.stored, key: self.key };
        if let Some(outcome) = A::pass(&self.context, place, &model).await? {
            return Ok(outcome);
        }
        let request = self.next(deployment)?;
        if self.is_streamed {
            deployment.begun(self.streamed(request, model)).await
        } else {
            self.whole(request, model).await
        }
    }
}

/// How many tokens an answer may have, for limits, as far as the client says.
fn longest_answer(request: &ChatRequest) -> u64 {
    let choices = request.n.unwrap_or(1).max(1);
    let longest = request.max_completion_tokens.or(request.max_tokens).unwrap_or_default();
    longest.saturating_mul(u64::from(choices))
}

/// About how many tokens a body has: a token has some four bytes.
pub(super) fn guessed(body: &[u8]) -> u64 {
    body.len() as u64 / 4
}

/// Reads a body. The second value is what of it was not read.
///
/// LiteLLM's clients put anything into `metadata`, for its callbacks; the service takes texts, so others are left out.
pub(super) fn read<T: DeserializeOwned>(
    body: &[u8],
    what: &str,
) -> Result<(T, Option<String>), Failure> {
    match serde_json::from_slice(body) {
        Ok(request) => Ok((request, None)),
        Err(error) => read_again(body).ok_or_else(|| unreadable(what, &error)),
    }
}

fn read_again<T: DeserializeOwned>(body: &[u8]) -> Option<(T, Option<String>)> {
    let mut request: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let metadata = request.get_mut("metadata")?.as_object_mut()?;
    let others = metadata.iter().filter(|(_, value)| !value.is_string());
    let others: Vec<String> = others.map(|(name, _)| format!("metadata.{name}")).collect();
    metadata.retain(|_, value| value.is_string());
    let request = serde_json::from_value(Value::Object(request)).ok()?;
    Some((request, Some(format!("{} left out, since metadata has texts only", others.join(", ")))))
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
