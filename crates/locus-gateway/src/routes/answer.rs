//! What every operation does around its own work: admit, read, answer, record.

use std::sync::Arc;

use axum::extract::Request;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode, Uri};
use oci_sse::Encoder;

use super::deployments::Named;
use crate::app::{App, Live};
use crate::event_stream::{EventStream, First, Source};
use crate::failure::{Dialect, Failure, OPC_REQUEST_ID};
use crate::guard;
use crate::keys::Caller;
use crate::losses::condensed;
use crate::receive;
use crate::record::Record;
use crate::reply::Body;

/// An answer that is ready to be sent.
pub(crate) struct Reply {
    content: Content,
    headers: HeaderMap,
}

enum Content {
    Whole(Bytes),
    Events { source: Box<dyn Source>, output: Encoder, first: First },
}

/// Who answered a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) deployment: &'a str,
    /// The name that was served.
    pub(crate) group: &'a str,
    pub(crate) attempts: u32,
    /// How many stand-ins were asked.
    pub(crate) fallbacks: u32,
}

impl<'a> Way<'a> {
    /// The only one that there is for what a deployment keeps.
    pub(crate) fn straight(deployment: &'a str) -> Self {
        Self { deployment, group: deployment, attempts: 1, fallbacks: 0 }
    }
}

impl Reply {
    pub(crate) fn json(body: impl Into<Bytes>) -> Self {
        Self::new(Content::Whole(body.into()), "application/json")
    }

    /// Bytes of the type that the service calls them by.
    pub(crate) fn bytes(body: Bytes, media_type: Option<HeaderValue>) -> Self {
        let mut reply = Self::new(Content::Whole(body), "application/octet-stream");
        reply.headers.extend(media_type.map(|media_type| (CONTENT_TYPE, media_type)));
        reply
    }

    pub(crate) fn events(source: Box<dyn Source>, output: Encoder, first: First) -> Self {
        let mut reply = Self::new(Content::Events { source, output, first }, "text/event-stream");
        reply.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        // Some reverse proxies hold events back otherwise.
        let buffering = HeaderName::from_static("x-accel-buffering");
        reply.headers.insert(buffering, HeaderValue::from_static("no"));
        reply
    }

    fn new(content: Content, media_type: &'static str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self { content, headers }
    }

    /// Tells by which id Oracle finds the call; LiteLLM's clients look for one by another name.
    pub(crate) fn opc_request_id(mut self, id: Option<&str>) -> Self {
        if let Some(id) = id.and_then(|id| HeaderValue::from_str(id).ok()) {
            self.header("x-litellm-call-id", Some(id.clone()));
            self.headers.insert(OPC_REQUEST_ID, id);
        }
        self
    }

    /// Tells which deployment answered, and after how many attempts, in our words and in LiteLLM's.
    pub(crate) fn served(mut self, way: Way<'_>) -> Self {
        let name = HeaderValue::from_str(way.deployment).ok();
        self.header("x-locus-deployment", name.clone());
        self.header("x-locus-attempts", Some(HeaderValue::from(way.attempts)));
        self.header("x-litellm-model-id", name);
        self.header("x-litellm-model-group", HeaderValue::from_str(way.group).ok());
        let retries = way.attempts.saturating_sub(1).saturating_sub(way.fallbacks);
        self.header("x-litellm-attempted-retries", Some(HeaderValue::from(retries)));
        self.header("x-litellm-attempted-fallbacks", Some(HeaderValue::from(way.fallbacks)));
        self
    }

    /// Tells what a whole answer has cost, in US dollars.
    pub(crate) fn cost(mut self, dollars: Option<f64>) -> Self {
        let cost = dollars.and_then(|dollars| HeaderValue::from_str(&format!("{dollars:.9}")).ok());
        self.header("x-locus-cost", cost.clone());
        self.header("x-litellm-response-cost", cost);
        self
    }

    fn header(&mut self, name: &'static str, value: Option<HeaderValue>) {
        if let Some(value) = value {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// Tells what of the request has no effect, and what of the answer has no place in the client's API.
    pub(crate) fn losses(mut self, request: &[String], answer: &[String]) -> Self {
        let request = condensed(request.iter().map(String::as_str));
        let answer = condensed(answer.iter().map(String::as_str));
        if !request.is_empty() {
            let losses = request.join("; ");
            tracing::warn!(target: "locus_gateway", losses, "parts of a request were left out");
        }
        if !answer.is_empty() {
            // Most answers have something of the kind, such as `system_fingerprint`.
            let losses = answer.join("; ");
            tracing::debug!(target: "locus_gateway", losses, "parts of an answer were left out");
        }
        let all: Vec<&str> = request.iter().chain(&answer).map(String::as_str).collect();
        if all.is_empty() {
            return self;
        }
        let all = all.join("; ");
        let visible: String = all
            .chars()
            .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
            .take(LONGEST_HEADER)
            .collect();
        if let Ok(value) = HeaderValue::from_str(&visible) {
            self.headers.insert(HeaderName::from_static("x-locus-losses"), value);
        }
        self
    }

    async fn send(self, app: &App, mut record: Record) -> Response<Body> {
        let body = match self.content {
            Content::Whole(bytes) => {
                record.complete();
                record.settled().await;
                Body::Whole(bytes)
            }
            Content::Events { source, output, first } => {
                record.is_streamed();
                let events = EventStream::new(source, output, first, app.closing(), record);
                Body::Events(Box::new(events))
            }
        };
        let mut response = Response::new(body);
        *response.headers_mut() = self.headers;
        response
    }
}

/// A request that may be served.
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    pub(crate) live: Arc<Live>,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

/// Serves one request of an operation with a JSON body.
pub(crate) async fn serve<W>(
    app: Arc<App>,
    request: Request,
    endpoint: &'static str,
    dialect: Dialect,
    work: W,
) -> Response<Body>
where
    W: AsyncFnOnce(&App, Admitted, &mut Record) -> Result<Reply, Failure>,
{
    let mut record = Record::new(Arc::clone(&app), endpoint);
    let result = match receive(&app, request).await {
        Ok(admitted) => work(&app, admitted, &mut record).await,
        Err(failure) => Err(failure),
    };
    let is_alone = record.is_counted_alone();
    let mut response = match result {
        Ok(reply) => {
            let mut response = reply.send(&app, record).await;
            dialect.name_request(response.headers_mut());
            response
        }
        Err(failure) => {
            record.failed(&failure);
            record.settled().await;
            failure.response(dialect)
        }
    };
    if is_alone {
        let counted = HeaderValue::from_static("alone");
        response.headers_mut().insert(HeaderName::from_static("x-locus-limits"), counted);
    }
    response
}

async fn receive(app: &App, request: Request) -> Result<Admitted, Failure> {
    let (parts, body) = request.into_parts();
    let live = app.live();
    let caller = admit(app, &live, &parts)?;
    let body = receive::body(&parts, body, app.limits).await?;
    let body = match parts.extensions.get::<Named>() {
        Some(named) => named.put_into(&body)?,
        None => body,
    };
    let content_type = parts.headers.get(CONTENT_TYPE).cloned();
    Ok(Admitted { caller, live, method: parts.method, uri: parts.uri, content_type, body })
}

/// Whether a request may be served at all.
pub(crate) fn admit(app: &App, live: &Live, request: &Parts) -> Result<Caller, Failure> {
    if live.keys.is_open() && !app.insecure {
        guard::check_local(request, &live.origins)?;
    }
    live.keys.check(&request.headers)
}

/// Whether somebody may see what is the operator's: counters, and the page for people.
pub(super) fn admit_operator(app: &App, live: &Live, request: &Parts) -> Result<(), Failure> {
    if admit(app, live, request)?.is_operator() {
        return Ok(());
    }
    let message = "this is for the master key";
    Err(Failure::new(StatusCode::FORBIDDEN, "not_allowed", message))
}

/// Common limits of a whole head are 8 KiB.
const LONGEST_HEADER: usize = 2000;
