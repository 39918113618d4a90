//! One attempt: build the request, sign it, send it, and tell success from failure.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName,
    HeaderValue, USER_AGENT,
};
use http::{Request, Response, StatusCode};
use httpdate::parse_http_date;
use oci_auth::{BodyDigest, Snapshot};
use oci_wire::error::{ErrorBody, ErrorShape};
use tokio::time::{Instant, sleep, timeout_at};

use crate::body::{collect, gunzip};
use crate::call::{Budget, Call, Deadline, JSON};
use crate::client::Inner;
use crate::error::{Clocks, Error, ErrorKind, Place, Timeout};
use crate::hook::Watch;
use crate::operation::Api;
use crate::random::{self, RequestId};
use crate::resources::{Measured, Tracker};
use crate::retry::{Backoff, asked_for};
use crate::service::Body;
use crate::trace::Trace;

/// A successful answer, its body not yet read.
pub(crate) struct Opened {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) opc_request_id: Option<String>,
    pub(crate) place: Place,
    pub(crate) deadline: Deadline,
    /// The span of the call, which ends with its answer.
    pub(crate) trace: Trace,
}

impl Opened {
    /// Completes an error with what is known of this answer.
    pub(crate) fn error(&self, error: Error) -> Error {
        let error = error
            .with_status(self.status)
            .with_request_id(self.opc_request_id.as_deref())
            .at(&self.place);
        self.trace.failed(&error);
        error
    }

    /// The body, read into memory.
    pub(crate) async fn collect(&mut self, limit: usize) -> Result<Bytes, Error> {
        let collected = collect(&mut self.body, self.deadline, limit).await;
        let decoded = collected.and_then(|body| match is_gzip(&self.headers) {
            true => gunzip(&body, limit),
            false => Ok(body),
        });
        decoded.map_err(|error| self.error(error))
    }

    /// The failure that a body under a success status tells of, if it does.
    pub(crate) fn failure(&self, body: &Bytes) -> Option<Error> {
        let failure = ErrorBody::parse(body);
        let tells =
            matches!(failure.shape, ErrorShape::Oci | ErrorShape::OpenAi | ErrorShape::OpenAiInOci);
        tells.then(|| self.error(Error::service(self.status, &failure, body.clone())))
    }
}

impl Inner {
    /// Sends a request, again where that is right, and returns its answer if the status is a success.
    pub(crate) async fn send(
        &self,
        call: &Call<'_>,
        budget: &Budget,
    ) -> Result<Box<Opened>, Error> {
        let model = Arc::from(call.model);
        let place = Place { home: self.home.clone(), operation: call.operation, model };
        // An API key signs nothing, so a body, which may hold images, is not gone over for it.
        let digest = match &call.upload {
            _ if self.signer.is_bearer() => BodyDigest::excluded(),
            Some(upload) => upload.digest(),
            None => BodyDigest::of(call.body.as_deref().unwrap_or_default()),
        };
        let deadline = budget.deadline(self.deadlines);
        let mut backoff = Backoff::new(self.retry);
        let mut attempts = 1;
        let mut is_refreshed = false;
        loop {
            if let Err(refused) = self.breaker.check(&place.model, Instant::now) {
                return Err(refused.at(&place));
            }
            let unsigned = |source| {
                let error = Error::new(ErrorKind::Request, "the request could not be signed");
                error.with_source(source).at(&place)
            };
            // A token may have to be fetched first: a provider that never ends must not hold the call for ever.
            let ready = deadline.within(Timeout::FirstByte, self.signer.ready()).await;
            let identity = ready.map_err(|passed| passed.at(&place))?.map_err(unsigned)?;
            let outcome = self.attempt(call, &digest, deadline, &place, &identity, attempts).await;
            self.breaker.note(&place.model, outcome.as_ref().err(), Instant::now);
            let error = match outcome {
                Ok(opened) => return Ok(opened),
                Err(error) => error,
            };
            // Whatever signs, it signs with the time: no token is to blame before that is right.
            if self.clock.learn(&error) {
                attempts += 1;
                continue;
            }
            // A refused token may have been replaced meanwhile; an identity that does not change is refused again.
            if error.is_auth() && !is_refreshed {
                is_refreshed = true;
                let refresh = self.signer.refresh_after(&identity);
                let other = deadline.within(Timeout::FirstByte, refresh).await;
                if other.map_err(|passed| passed.at(&place))?.map_err(unsigned)?.is_some() {
                    attempts += 1;
                    continue;
                }
            }
            let wait = backoff.after(call.effect(), &error, budget, random::fraction());
            match wait {
                Some(wait) => match deadline.within(Timeout::Total, sleep(wait)).await {
                    Ok(()) => {}
                    Err(_) => return Err(error.with_attempts(attempts, budget.start.elapsed())),
                },
                None => return Err(error.with_attempts(attempts, budget.start.elapsed())),
            }
            attempts += 1;
        }
    }

    async fn attempt(
        &self,
        call: &Call<'_>,
        digest: &BodyDigest,
        deadline: Deadline,
        place: &Place,
        identity: &Snapshot,
        number: u32,
    ) -> Result<Box<Opened>, Error> {
        let sent_id = self.ids.next();
        let complete =
            |error: Error| error.with_request_id(sent_id.as_ref().map(RequestId::as_str)).at(place);

        let mut request = self.request(call, sent_id.as_ref());
        // Signed here, in the attempt, because a signature is valid for five minutes only.
        identity.sign(&mut request, digest, self.clock.now()).map_err(|source| {
            let error = Error::new(ErrorKind::Request, "the request could not be signed");
            complete(error.with_source(source))
        })?;

        let asked = call.headers.get(ACCEPT_ENCODING);
        let takes_gzip = asked.map_or(call.takes_gzip, |coding| coding == GZIP);
        let watch = Watch::begin(self.hook.as_ref(), &request, number);
        let outcome = match self.carry(request, call.upload.as_ref(), deadline).await {
            Ok(response) => judge(response, deadline, place, sent_id, takes_gzip, &watch).await,
            Err(error) => Err(complete(error)),
        };
        watch.end(outcome.as_deref());
        outcome
    }

    /// Sends a request that is signed and waits for the headers of its answer.
    async fn carry(
        &self,
        request: Request<Bytes>,
        upload: Option<&Arc<Measured>>,
        deadline: Deadline,
    ) -> Result<Response<Body>, Error> {
        let Some(upload) = upload else {
            let sending = self.service.send(request);
            return deadline.within(Timeout::FirstByte, sending).await?.map_err(Error::sending);
        };
        let tracker = Tracker::new();
        let request = request.map(|_| upload.clone().body(tracker.clone()));
        let mut sending = self.service.send_streamed(request);
        loop {
            // A long upload is no slow answer: each piece has its time, and then the answer.
            let (last, is_all) = tracker.last();
            let step = if is_all { Timeout::FirstByte } else { Timeout::Idle };
            let (at, which) = deadline.of(step, last);
            match timeout_at(at, &mut sending).await {
                Ok(answered) => return answered.map_err(Error::sending),
                Err(_) if which != Timeout::Total && tracker.last() != (last, is_all) => {}
                Err(_) => return Err(deadline.passed(which)),
            }
        }
    }

    fn request(&self, call: &Call<'_>, id: Option<&RequestId>) -> Request<Bytes> {
        let mut request = Request::new(call.body.clone().unwrap_or_default());
        *request.method_mut() = call.operation.method.clone();
        *request.uri_mut() = self.endpoint.url(call.path.clone());
        let headers = request.headers_mut();
        headers.reserve(HEADERS);
        headers.insert(ACCEPT, HeaderValue::from_static(call.operation.accept));
        // Never zstd: the service compresses each event of a stream as a frame of its own. A request that does not say what it
        // takes takes everything (RFC 9110 section 12.5.3), so a stream says that it takes nothing.
        let coding = if call.takes_gzip { GZIP } else { "identity" };
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(coding));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if call.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        }
        if let Some(id) = id.and_then(|id| HeaderValue::from_bytes(id.as_bytes()).ok()) {
            headers.insert(OPC_REQUEST_ID, id);
        }
        let (compartment_id, project) = match call.operation.api {
            Api::OpenAi | Api::OpenAiControl => (&self.compartment_id, &self.project),
            Api::NativeList => (&self.compartment_id, &None),
            Api::Native | Api::Signed => (&None, &None),
        };
        for (name, value) in [(OPC_COMPARTMENT_ID, compartment_id), (OPENAI_PROJECT, project)] {
            if let Some(value) = value {
                headers.insert(name, value.clone());
            }
        }
        if !call.headers.is_empty() {
            headers.extend(call.headers.clone());
        }
        request
    }
}

/// Tells success from failure.
async fn judge(
    response: Response<Body>,
    deadline: Deadline,
    place: &Place,
    sent_id: Option<RequestId>,
    takes_gzip: bool,
    watch: &Watch<'_>,
) -> Result<Box<Opened>, Error> {
    let (head, body) = response.into_parts();
    let opc_request_id = text(&head.headers, &OPC_REQUEST_ID);
    let opc_request_id =
        opc_request_id.or_else(|| sent_id.as_ref().map(RequestId::as_str)).map(str::to_owned);
    let (status, headers, place) = (head.status, head.headers, place.clone());
    let body = watch.body(body, opc_request_id.as_deref());
    let trace = Trace::none();
    // Boxed, because it passes through several futures.
    let opened = Box::new(Opened { status, headers, body, opc_request_id, place, deadline, trace });
    if opened.status.is_success() {
        return match opened.headers.get(CONTENT_ENCODING) {
            // Gzip is asked for where the answer is read as a whole, which is where it is decoded.
            Some(_) if takes_gzip && is_gzip(&opened.headers) => Ok(opened),
            Some(coding) if coding.as_bytes() != b"identity" => {
                let message =
                    "expected an answer without content coding, which was not asked for, found one";
                Err(opened.error(Error::new(ErrorKind::Malformed, message)))
            }
            _ => Ok(opened),
        };
    }
    let now = SystemTime::now();
    let retry_after = asked_for(&opened.headers, now);
    let date = text(&opened.headers, &DATE).and_then(|date| parse_http_date(date).ok());
    let clocks = date.map(|service| Clocks { here: now, service });
    Err(refused(opened).await.with_retry_after(retry_after).with_clocks(clocks))
}

/// The error that an answer without success stands for.
async fn refused(mut opened: Box<Opened>) -> Error {
    if opened.status.is_redirection() {
        let message = format!(
            "the service answered {} with a redirect, which is never followed",
            opened.status.as_u16()
        );
        return opened.error(Error::new(ErrorKind::Redirect, message));
    }
    // An error body that cannot be read must not hide the status.
    let collected = collect(&mut opened.body, opened.deadline, ERROR_BODY_LIMIT).await;
    let decoded = collected.and_then(|raw| match is_gzip(&opened.headers) {
        true => gunzip(&raw, ERROR_BODY_LIMIT),
        false => Ok(raw),
    });
    match decoded {
        Ok(raw) => opened.error(Error::service(opened.status, &ErrorBody::parse(&raw), raw)),
        Err(source) => {
            let error = Error::service(opened.status, &ErrorBody::parse(b""), Bytes::new());
            opened.error(error.with_source(source))
        }
    }
}

fn is_gzip(headers: &HeaderMap) -> bool {
    let coding = text(headers, &CONTENT_ENCODING).unwrap_or_default();
    coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip")
}

/// The value of a header, if it is there and is text.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The media type of an answer without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let full = text(headers, &CONTENT_TYPE).unwrap_or("none");
    full.split(';').next().unwrap_or(full).trim().to_ascii_lowercase()
}

const GZIP: &str = "gzip";
const AGENT: &str = concat!("locus-rust/", env!("CARGO_PKG_VERSION"));
const OPC_COMPARTMENT_ID: HeaderName = HeaderName::from_static("opc-compartment-id");
const OPC_REQUEST_ID: HeaderName = HeaderName::from_static("opc-request-id");
const OPENAI_PROJECT: HeaderName = HeaderName::from_static("openai-project");

/// Room for what is set here and what signing adds, so that the map does not grow in between.
const HEADERS: usize = 14;

/// Error bodies are short; a page of a proxy is cut off here.
const ERROR_BODY_LIMIT: usize = 1024 * 1024;
