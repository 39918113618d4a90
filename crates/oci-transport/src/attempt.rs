//! One attempt: build the request, sign it, send it, and tell success from failure.

use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use http::header::{
    ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use http::uri::PathAndQuery;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use oci_auth::BodyDigest;
use oci_wire::error::ErrorBody;
use tokio::time::{Instant, sleep, timeout};

use crate::client::Inner;
use crate::connect::BoxError;
use crate::error::{Error, ErrorKind, Place, Timeout};
use crate::random;
use crate::retry::{Backoff, asked_for};
use crate::service::Body;

/// What an operation sends.
pub(crate) struct Call<'a> {
    pub(crate) path: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) model: &'a str,
    pub(crate) body: Bytes,
}

/// A successful answer, its body not yet read.
pub(crate) struct Opened {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) opc_request_id: Option<String>,
    pub(crate) place: Place,
}

impl Opened {
    /// Completes an error with what is known of this answer.
    pub(crate) fn error(&self, error: Error) -> Error {
        error
            .with_status(self.status)
            .with_request_id(self.opc_request_id.as_deref())
            .at(&self.place)
    }
}

impl Inner {
    /// Sends a request, again where that is right, and returns its answer if the status is a success.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Opened, Error> {
        let start = Instant::now();
        let digest = BodyDigest::of(&call.body);
        let mut backoff = Backoff::new(self.retry);
        let mut attempts = 1;
        loop {
            let error = match self.attempt(&call, &digest).await {
                Ok(opened) => return Ok(opened),
                Err(error) => error,
            };
            match backoff.after(&error, start.elapsed(), random::fraction()) {
                Some(wait) => sleep(wait).await,
                None => return Err(error.with_attempts(attempts, start.elapsed())),
            }
            attempts += 1;
        }
    }

    async fn attempt(&self, call: &Call<'_>, digest: &BodyDigest) -> Result<Opened, Error> {
        let place = Place { model: Some(call.model.to_owned()), ..self.place.clone() };
        let sent_id = random::request_id();
        let complete = |error: Error| error.with_request_id(sent_id.as_deref()).at(&place);

        let mut request = self.request(call, sent_id.as_deref());
        // Signed here, in the attempt, because a signature is valid for five minutes only.
        self.signer.sign_digest(&mut request, digest).map_err(|source| {
            let error = Error::new(ErrorKind::Request, "the request could not be signed");
            complete(error.with_source(source))
        })?;

        let limit = self.deadlines.first_byte;
        let response = match timeout(limit, self.service.send(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(failed)) => return Err(complete(Error::sending(failed))),
            Err(_) => {
                let kind = ErrorKind::Timeout(Timeout::FirstByte);
                return Err(complete(Error::new(kind, format!("no answer within {limit:?}"))));
            }
        };
        let (head, body) = response.into_parts();
        let opc_request_id = text(&head.headers, &OPC_REQUEST_ID).map(str::to_owned).or(sent_id);
        let opened =
            Opened { status: head.status, headers: head.headers, body, opc_request_id, place };
        if opened.status.is_success() {
            return match opened.headers.get(CONTENT_ENCODING) {
                Some(coding) if coding.as_bytes() != b"identity" => {
                    let message = "expected an answer without content coding, which was not asked for, found one";
                    Err(opened.error(Error::new(ErrorKind::Malformed, message)))
                }
                _ => Ok(opened),
            };
        }
        let retry_after = asked_for(&opened.headers, SystemTime::now());
        Err(self.refused(opened).await.with_retry_after(retry_after))
    }

    fn request(&self, call: &Call<'_>, id: Option<&str>) -> Request<Bytes> {
        let mut request = Request::new(call.body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.url(PathAndQuery::from_static(call.path));
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static(call.accept));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let id = id.and_then(|id| HeaderValue::from_str(id).ok());
        for (name, value) in [
            (OPC_COMPARTMENT_ID, self.compartment_id.clone()),
            (OPENAI_PROJECT, self.project.clone()),
            (OPC_REQUEST_ID, id),
        ] {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
        request
    }

    /// The error that an answer without success stands for.
    async fn refused(&self, mut opened: Opened) -> Error {
        if opened.status.is_redirection() {
            let message = format!(
                "the service answered {} with a redirect, which is never followed",
                opened.status.as_u16()
            );
            return opened.error(Error::new(ErrorKind::Redirect, message));
        }
        // An error body that cannot be read must not hide the status.
        let raw = match self.collect(&mut opened.body, ERROR_BODY_LIMIT).await {
            Ok(raw) => raw,
            Err(source) => {
                let error = Error::service(opened.status, &ErrorBody::parse(b""), Bytes::new());
                return opened.error(error.with_source(source));
            }
        };
        opened.error(Error::service(opened.status, &ErrorBody::parse(&raw), raw))
    }

    /// Reads a body into memory, within the idle deadline and a limit in bytes.
    pub(crate) async fn collect(&self, body: &mut Body, limit: usize) -> Result<Bytes, Error> {
        let mut whole = BytesMut::new();
        let idle = self.deadlines.idle;
        loop {
            let frame = match timeout(idle, body.frame()).await {
                Err(_) => {
                    return Err(Error::new(
                        ErrorKind::Timeout(Timeout::Idle),
                        format!("nothing received for {idle:?}"),
                    ));
                }
                Ok(None) => return Ok(whole.freeze()),
                Ok(Some(Err(source))) => return Err(cut(source)),
                Ok(Some(Ok(frame))) => frame,
            };
            if let Ok(data) = frame.into_data() {
                if whole.len() + data.len() > limit {
                    return Err(Error::new(
                        ErrorKind::TooLarge,
                        format!("the answer is larger than {limit} bytes"),
                    ));
                }
                whole.extend_from_slice(&data);
            }
        }
    }
}

/// The connection broke while a body was received.
pub(crate) fn cut(source: BoxError) -> Error {
    Error::new(ErrorKind::Truncated, "the connection broke before the answer was complete")
        .with_source(source)
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

pub(crate) const JSON: &str = "application/json";
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

const AGENT: &str = concat!("locus-rust/", env!("CARGO_PKG_VERSION"));
const OPC_COMPARTMENT_ID: HeaderName = HeaderName::from_static("opc-compartment-id");
const OPC_REQUEST_ID: HeaderName = HeaderName::from_static("opc-request-id");
const OPENAI_PROJECT: HeaderName = HeaderName::from_static("openai-project");

/// Error bodies are short; a page of a proxy is cut off here.
const ERROR_BODY_LIMIT: usize = 1024 * 1024;
