//! From a connection to an answer: reading, verifying, recording, routing.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Version};
use hyper_util::rt::TokioTimer;
use tokio::sync::watch;

use crate::access::{ApiKey, authenticate};
use crate::body::{Body, Obstacle, Unread};
use crate::clock::Clock;
use crate::fault::{Fault, Faults, early, fail_early, reshape};
use crate::identity::{Asked, Door, Identities, Operation as AuthOperation};
use crate::outcome::Outcome;
use crate::random::hex;
use crate::record::{RecordedRequest, Records};
use crate::reply::Reply;
use crate::route::{self, Call, Operation, Route};
use crate::sabotage::Sabotage;
use crate::script::{Broken, Held, Script};
use crate::state::State;
use crate::stream;
use crate::verify::{KnownKeys, Rejection};
use crate::wire::{MAX_HEAD, RawHead, Socket, Tap};

/// What the builder was told.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) clock: Clock,
    pub(crate) keys: KnownKeys,
    pub(crate) api_keys: Vec<ApiKey>,
    pub(crate) token_delay: Duration,
    /// Dedicated endpoints that answer in one piece only.
    pub(crate) refuse_streams: HashSet<String>,
    /// Whether nothing is kept between requests.
    pub(crate) zero_data_retention: bool,
}

/// Everything that the connections share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) settings: Settings,
    pub(crate) faults: Faults,
    pub(crate) records: Records,
    pub(crate) state: State,
    /// What there is for tokens, if there are any.
    pub(crate) identities: Option<Identities>,
    /// Changes when stalled answers are released.
    pub(crate) released: watch::Sender<()>,
}

/// Serves one connection to its end.
pub(crate) async fn serve(service: Arc<Service>, socket: Socket, connection: u64, door: Door) {
    // An event that waits for more bytes to travel with it is not a streamed event.
    // If the option cannot be set, the connection is gone already and the first read says so.
    let _ = socket.tcp().set_nodelay(true);
    let sabotage = Sabotage::default();
    let (tap, heads) = Tap::new(socket, sabotage.clone());
    let handler = service_fn(move |request| {
        let (service, head) = (Arc::clone(&service), heads.take());
        let link = Link {
            connection,
            door,
            held: Held::new(&service.released),
            sabotage: sabotage.clone(),
            is_befallen: false,
        };
        async move { service.handle(head, request, link).await }
    });
    // An error here is the client's doing or a fault that was asked for; both are on record.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .serve_connection(tap, handler)
        .await;
}

/// What a request has to do with its connection.
#[derive(Debug)]
struct Link {
    connection: u64,
    door: Door,
    held: Held,
    sabotage: Sabotage,
    /// Whether the request has met its fault before its body had arrived.
    is_befallen: bool,
}

impl Service {
    async fn handle(
        self: Arc<Self>,
        head: Option<RawHead>,
        request: Request<Incoming>,
        mut link: Link,
    ) -> Result<Response<Script>, Broken> {
        let is_current = request.version() == Version::HTTP_11;
        let is_head = request.method() == hyper::Method::HEAD;
        let Some(head) = head.filter(|_| is_current) else {
            let reply = Reply::oracle_error(505, "HttpVersionNotSupported", "expected HTTP/1.1");
            let now = self.settings.clock.now();
            return Ok(respond(reply.closing(), &request_id(None), now, link, || {}));
        };
        let opc_request_id = request_id(head.value("opc-request-id"));
        let (body, unread) = match self.read_body(&head, request.into_body(), &mut link).await {
            Ok(body) => (body, None),
            Err(unread) => (Body::empty(), Some(unread)),
        };
        let number = self.records.add(RecordedRequest {
            method: head.method.clone(),
            path_and_query: head.target.clone(),
            headers: head.headers.clone(),
            body: body.bytes.clone(),
            body_length: match unread {
                Some(Unread::Cut(length)) => length,
                _ => body.measure.length,
            },
            body_sha256: body.measure.sha256.clone(),
            connection: link.connection,
            opc_request_id: opc_request_id.clone(),
            status: None,
            rejection: None,
            caller: None,
            on_behalf_of: None,
            is_complete: false,
        });
        let mut reply = match unread {
            Some(Unread::Refused(reply)) => reply,
            Some(Unread::Cut(_)) => return Err(Broken),
            None => self.answer(&head, &body, number, &mut link).await?,
        };
        if head.value("transfer-encoding").is_some() {
            // The tap cannot tell where the next request would begin.
            reply.closes = true;
        }
        if is_head {
            reply.body.clear();
        }
        self.records.update(number, |request| request.status = Some(reply.status));
        let service = Arc::clone(&self);
        let now = self.settings.clock.now();
        Ok(respond(reply, &opc_request_id, now, link, move || {
            service.records.update(number, |request| request.is_complete = true);
        }))
    }

    /// Reads the body of a request, unless a fault befalls it on the way.
    async fn read_body(
        &self,
        head: &RawHead,
        body: Incoming,
        link: &mut Link,
    ) -> Result<Body, Unread> {
        let asks_for_credentials =
            self.identities.is_some() && AuthOperation::find(link.door, head.path()).is_some();
        let fault = (!asks_for_credentials && !body.is_end_stream())
            .then(|| self.faults.next_on_the_way())
            .flatten();
        link.is_befallen = fault.is_some();
        let obstacle = match fault {
            Some(Fault::CutUpload { bytes }) => Some(Obstacle::Cut(bytes as u64)),
            Some(Fault::StallUpload { bytes }) => {
                Some(Obstacle::Stall(bytes as u64, link.held.clone()))
            }
            Some(Fault::EarlyStatus(status)) => return Err(early(status).closing().into()),
            _ => None,
        };
        Body::read(head, body, obstacle).await
    }

    async fn answer(
        &self,
        head: &RawHead,
        body: &Body,
        number: usize,
        link: &mut Link,
    ) -> Result<Reply, Broken> {
        let now = self.settings.clock.now();
        let path = head.path();
        if let Some(identities) = &self.identities
            && let Some(operation) = AuthOperation::find(link.door, path)
        {
            let asked = Asked { head, body, now, service: self, identities };
            let (held, sabotage) = (&mut link.held, &link.sabotage);
            let (reply, rejection) = identities.answer(operation, &asked, held, sabotage).await?;
            self.records.update(number, |request| request.rejection = rejection);
            return Ok(reply);
        }
        if link.door == Door::Cluster {
            return Ok(Reply::oracle_error(404, "NotFound", "There is no such operation."));
        }
        let is_made_here = |token: &str| {
            self.state.lock().control.opens(token, self.settings.clock.unix_seconds())
        };
        let caller = match authenticate(head, &body.measure, now, self, is_made_here) {
            Ok(caller) => caller,
            Err(rejection) => {
                let reply = match rejection {
                    Rejection::UnknownApiKey => Reply::wrong_api_key(),
                    _ => Reply::not_authenticated(),
                };
                self.records.update(number, |request| request.rejection = Some(rejection));
                return Ok(reply);
            }
        };
        let principal = caller.principal;
        self.records.update(number, |request| {
            request.caller = caller.name;
            request.on_behalf_of = caller.on_behalf_of;
        });
        let route = match Route::find(&head.method, path) {
            Ok(route) => route,
            Err(reply) => return Ok(reply),
        };
        if matches!(route.operation, Operation::GetNamespace) {
            return Ok(Reply::json(200, &NAMESPACE.into()));
        }
        let fault = if link.is_befallen { None } else { self.faults.next() };
        if let Some(fault) = &fault
            && let Some(reply) = fail_early(fault, &mut link.held, &link.sabotage).await?
        {
            return Ok(reply);
        }
        // Cancelling takes a POST without a body.
        let is_readable = body.form.is_some() || head.value("content-type").is_some_and(is_json);
        if !body.bytes.is_empty() && !is_readable {
            let message = "expected content-type application/json";
            return Ok(Reply::oracle_error(415, "UnsupportedMediaType", message));
        }
        let form = body.form.as_ref();
        let call = Call { head, body: &body.bytes, form, route, principal, service: self };
        let outcome = match route::answer(&call) {
            Ok(outcome) => outcome,
            Err(reply) => return Ok(reply),
        };
        let pause = self.settings.token_delay;
        let reply = match outcome {
            Outcome::Content { status, headers, content } => {
                let mut reply = Reply::content(status, "application/octet-stream", content);
                reply.headers = headers;
                stream::befallen(reply, fault.as_ref())
            }
            Outcome::Document(document) => stream::whole(&document, fault.as_ref()),
            Outcome::Page { document, next_page } => {
                let reply = stream::whole(&document, fault.as_ref());
                next_page
                    .into_iter()
                    .fold(reply, |reply, page| reply.with_header("opc-next-page", page))
            }
            Outcome::Resource { status, headers, document } => {
                let mut reply = match document {
                    Some(document) => Reply::json(status, &document),
                    None => Reply::empty(status),
                };
                reply.headers = headers;
                stream::befallen(reply, fault.as_ref())
            }
            Outcome::Stream(events) => stream::reply(events, pause, fault.as_ref()),
        };
        Ok(reshape(reply, fault.as_ref()))
    }
}

/// Puts an answer into HTTP.
fn respond(
    reply: Reply,
    opc_request_id: &str,
    now: SystemTime,
    link: Link,
    when_sent: impl FnOnce() + Send + 'static,
) -> Response<Script> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response =
        Response::new(Script::new(reply.body, reply.length, link.held, link.sabotage, when_sent));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if !reply.content_type.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    }
    if reply.closes {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let extra = reply.headers.into_iter().chain([
        ("opc-request-id", opc_request_id.to_owned()),
        // The HTTP library would tell the time of this machine, whatever the service's clock says.
        ("date", httpdate::fmt_http_date(now)),
    ]);
    for (name, value) in extra {
        // A value that is no header, for instance a location with a line feed, is left out.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Three parts between slashes; the client's part comes first if it sent one that is fit to be sent back.
fn request_id(from_client: Option<&str>) -> String {
    let usable = |id: &&str| {
        !id.is_empty() && id.len() <= 256 && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let first = from_client.filter(usable).map_or_else(|| hex(32), str::to_owned);
    format!("{first}/{}/{}", hex(32), hex(32))
}

/// `application/json`, with or without parameters.
pub(crate) fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().map_or("", str::trim);
    essence.eq_ignore_ascii_case("application/json")
}

/// The answer of GetNamespace: a JSON string, as Object Storage sends it.
const NAMESPACE: &str = "emulator";

/// As many as the HTTP library can hold on the stack.
const MAX_HEADERS: usize = 100;

/// How long a head may take to arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
