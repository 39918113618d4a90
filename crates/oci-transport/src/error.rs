//! The one error type of this crate: what happened, where, and what to do about it.

mod hint;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use oci_wire::error::ErrorBody;

use crate::connect::{BoxError, ConnectStep, ConnectTimedOut, DialError, NotLoopback, TlsError};
use crate::operation::Operation;
use crate::resources::UnreadFile;
use crate::service::{NotSent, SendError};

/// A call that failed.
///
/// The message is one line in lower case without the cause, which is in [`source`](StdError::source). It never holds a key, a
/// token, a prompt or a model's text; what the service sent is in [`raw_body`](Self::raw_body).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    status: Option<StatusCode>,
    code: Option<String>,
    service_message: Option<String>,
    param: Option<String>,
    opc_request_id: Option<String>,
    raw_body: Bytes,
    retry_after: Option<Duration>,
    attempts: u32,
    place: Option<Place>,
    clocks: Option<Clocks>,
    source: Option<BoxError>,
}

/// Oracle's page "Request Signatures": a client's clock may be five minutes off.
pub(crate) const ALLOWED_SKEW: Duration = Duration::from_secs(5 * 60);

/// What two clocks said at nearly the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocks {
    pub(crate) here: SystemTime,
    pub(crate) service: SystemTime,
}

impl Clocks {
    /// How far they are apart.
    pub(crate) fn skew(self) -> Duration {
        let ahead = self.here.duration_since(self.service);
        ahead.unwrap_or_else(|behind| behind.duration())
    }

    /// How many milliseconds the service is ahead of this machine; less than none if it is behind.
    pub(crate) fn ahead(self) -> Option<i64> {
        let distance = i64::try_from(self.skew().as_millis()).ok()?;
        Some(if self.service < self.here { -distance } else { distance })
    }
}

/// What a call was and where it went, for hints. Clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) home: Arc<Home>,
    pub(crate) operation: &'static Operation,
    /// The model, or the id of what was asked for; empty if there is none.
    pub(crate) model: Arc<str>,
}

/// What is the same for all calls of a client.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) host: String,
    pub(crate) compartment_id: Option<String>,
    /// Whether the identity is an API key of the Generative AI service instead of a signing key.
    pub(crate) has_api_key: bool,
}

/// What kind of failure an [`Error`] is. A kind exists where a caller would act differently.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request could not be built or signed. Nothing was sent; the same call fails again.
    Request,
    /// The operation takes a signature, and the client has an API key of the Generative AI service. Nothing was sent; the same call
    /// succeeds with another identity only.
    Identity,
    /// No connection was made: name, address, TLS or proxy. Nothing was sent; a retry is safe.
    Connect,
    /// A [deadline](crate::Deadlines) passed. After [`Timeout::Connect`] a retry is safe; after the others the service may have
    /// done the work, and billed it.
    Timeout(Timeout),
    /// The connection broke while the request was sent or before the answer began. The service may have done the work.
    Network,
    /// The service answered with a redirect, which is never followed: a signature is for one host.
    Redirect,
    /// The service answered with an error status, see [`Error::status`] and [`Error::code`].
    Service,
    /// The service reported a failure inside a stream that had begun.
    Stream,
    /// The answer is not what its operation returns.
    Malformed,
    /// The stream ended before the answer was complete. What was received is no full answer.
    Truncated,
    /// The answer is larger than this client takes.
    TooLarge,
    /// Nothing was sent, because the client was made for a [dry run](crate::ClientBuilder::dry_run).
    DryRun,
    /// A file changed while it was uploaded. Its request was not completed, so nothing of it is stored; the same call succeeds once
    /// the file is left alone.
    Changed,
    /// The service accepted the work, went on with it, and it failed or was called off. The message says why, if the service does.
    Failed,
    /// Nothing was sent, because the requests before failed one after another, see [`BreakerPolicy`](crate::BreakerPolicy).
    Breaker,
}

/// The deadline that passed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Timeout {
    /// [`Deadlines::connect`](crate::Deadlines::connect).
    Connect,
    /// [`Deadlines::first_byte`](crate::Deadlines::first_byte).
    FirstByte,
    /// [`Deadlines::idle`](crate::Deadlines::idle).
    Idle,
    /// [`Deadlines::total`](crate::Deadlines::total).
    Total,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            status: None,
            code: None,
            service_message: None,
            param: None,
            opc_request_id: None,
            raw_body: Bytes::new(),
            retry_after: None,
            attempts: 1,
            place: None,
            clocks: None,
            source: None,
        }))
    }

    /// The service's answer with an error status.
    pub(crate) fn service(status: StatusCode, body: &ErrorBody, raw_body: Bytes) -> Self {
        let what = format!("the service answered {}", status.as_u16());
        let mut error = Self::told(ErrorKind::Service, what, body).with_raw_body(raw_body);
        error.0.status = Some(status);
        error
    }

    /// An error object that arrived inside a stream.
    pub(crate) fn in_stream(body: &ErrorBody, data: &str) -> Self {
        let what = "the service ended the stream with error".to_owned();
        Self::told(ErrorKind::Stream, what, body)
            .with_raw_body(Bytes::copy_from_slice(data.as_bytes()))
    }

    /// A failure that the service gave code and message for.
    fn told(kind: ErrorKind, mut what: String, body: &ErrorBody) -> Self {
        if let Some(code) = &body.code {
            what.push(' ');
            what.push_str(&one_line(code));
        }
        if let Some(text) = &body.message {
            what.push_str(": ");
            // A hint may follow, so the sentence ends without its full stop.
            what.push_str(one_line(text).trim_end_matches('.'));
        }
        let mut error = Self::new(kind, what);
        error.0.code.clone_from(&body.code);
        error.0.service_message.clone_from(&body.message);
        error.0.param.clone_from(&body.param);
        error
    }

    /// Work that ended otherwise than it should have.
    pub(crate) fn failed(
        what: impl Into<String>,
        code: Option<&str>,
        reason: Option<&str>,
    ) -> Self {
        let mut body = ErrorBody::parse(b"");
        (body.code, body.message) = (code.map(str::to_owned), reason.map(str::to_owned));
        Self::told(ErrorKind::Failed, what.into(), &body)
    }

    /// A failure to send, or to receive the headers of the answer.
    pub(crate) fn sending(SendError { connecting, source }: SendError) -> Self {
        let (kind, message) = if let Some(found) = find::<UnreadFile>(&*source) {
            (found.kind(), found.to_string())
        } else if let Some(found) = find::<ConnectTimedOut>(&*source) {
            (ErrorKind::Timeout(Timeout::Connect), found.to_string())
        } else if find::<NotSent>(&*source).is_some() {
            return Self::new(ErrorKind::DryRun, NotSent.to_string());
        } else if find::<NotLoopback>(&*source).is_some() {
            (ErrorKind::Request, "the request was not sent".to_owned())
        } else if connecting {
            (ErrorKind::Connect, "no connection to the service".to_owned())
        } else {
            (ErrorKind::Network, "the connection broke before the answer began".to_owned())
        };
        let error = Self::new(kind, message);
        if kind == ErrorKind::Timeout(Timeout::Connect) { error } else { error.with_source(source) }
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_raw_body(mut self, body: Bytes) -> Self {
        self.0.raw_body = body;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<&str>) -> Self {
        self.0.opc_request_id = id.map(str::to_owned);
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// What the clocks said, for a refused signature.
    pub(crate) fn clocks(&self) -> Option<Clocks> {
        self.0.clocks
    }

    /// Notes what the clocks said, for a refused signature.
    pub(crate) fn with_clocks(mut self, clocks: Option<Clocks>) -> Self {
        self.0.clocks = clocks;
        self
    }

    /// Notes that this was the last of several attempts.
    pub(crate) fn with_attempts(mut self, attempts: u32, elapsed: Duration) -> Self {
        self.0.attempts = attempts;
        if attempts > 1 {
            let times = format!(", {attempts} attempts in {:.1} s", elapsed.as_secs_f64());
            self.0.message.push_str(&times);
        }
        self
    }

    pub(crate) fn at(mut self, place: &Place) -> Self {
        self.0.place = Some(place.clone());
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The service's code, such as `NotAuthorizedOrNotFound`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The service's own message, unwrapped from whatever it came in.
    #[must_use]
    pub fn service_message(&self) -> Option<&str> {
        self.0.service_message.as_deref()
    }

    /// The parameter of the request that the service objects to, if it names one.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        self.0.param.as_deref()
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        self.0.opc_request_id.as_deref()
    }

    /// What the service sent as the failing answer or stream event, as it came. It may hold parts of the prompt.
    #[must_use]
    pub fn raw_body(&self) -> &Bytes {
        &self.0.raw_body
    }

    /// How long the service asks to wait before another attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many attempts were made, this failure being that of the last one.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the service did not accept the signature (401).
    ///
    /// The key is not that of the fingerprint, is not uploaded, or was uploaded moments ago; the user, the tenancy or the region's
    /// realm is another one; or the clock is more than five minutes off. A retry does not help.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// Whether the service answered 404, which it does for a missing permission as well as for a missing resource.
    ///
    /// Both are on purpose indistinguishable: a policy may be missing, or the model, compartment or endpoint is not in this region.
    #[must_use]
    pub fn is_not_authorized_or_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// Whether the service's limit of requests or tokens is reached (429). A retry is right after a pause.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether the service failed (5xx). A retry is right, except that the work may have been done.
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.0.status.is_some_and(|status| status.is_server_error())
    }

    /// Whether the service does not know the model, at this endpoint or for this operation.
    #[must_use]
    pub fn is_model_not_found(&self) -> bool {
        let said = self.service_message().unwrap_or_default().to_ascii_lowercase();
        self.code() == Some("model_not_found")
            || (self.is_not_authorized_or_not_found() || self.has_status(StatusCode::BAD_REQUEST))
                && said.contains("model")
                && ["not found", "does not exist", "not exist", "unknown model"]
                    .iter()
                    .any(|phrase| said.contains(phrase))
    }

    /// Whether the service refused a parameter of the request (400 or 422); [`param`](Self::param) is the one, where it is told.
    #[must_use]
    pub fn is_parameter_refused(&self) -> bool {
        let by_code = matches!(
            self.code(),
            Some(
                "unsupported_parameter"
                    | "unsupported_value"
                    | "unknown_parameter"
                    | "invalid_value"
                    | "InvalidParameter"
            )
        );
        (self.has_status(StatusCode::BAD_REQUEST)
            || self.has_status(StatusCode::UNPROCESSABLE_ENTITY))
            && (by_code || self.0.param.is_some())
    }

    /// Whether the request was longer than the model's context.
    #[must_use]
    pub fn is_context_too_long(&self) -> bool {
        let said = self.service_message().unwrap_or_default().to_ascii_lowercase();
        self.code() == Some("context_length_exceeded")
            || self.has_status(StatusCode::BAD_REQUEST)
                && (said.contains("context length")
                    || said.contains("context window")
                    || said.contains("too many tokens"))
    }

    /// Whether a deadline passed.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Timeout(_))
    }

    /// Whether a stream ended before the answer was complete.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.0.kind == ErrorKind::Truncated
    }

    /// The step that failed, if [no connection](ErrorKind::Connect) was made. With a service of one's own
    /// ([`ClientBuilder::service`](crate::ClientBuilder::service)) only that one knows.
    #[must_use]
    pub fn connect_step(&self) -> Option<ConnectStep> {
        let source = self.0.source.as_deref().filter(|_| self.0.kind == ErrorKind::Connect)?;
        match find::<DialError>(source) {
            Some(failed) => Some(failed.step),
            None => find::<TlsError>(source).map(|_| ConnectStep::Tls),
        }
    }

    /// How far the clock of this machine and that of the service were apart when the service refused the signature (401), if its
    /// answer had a date. A signature is accepted within five minutes.
    #[must_use]
    pub fn clock_skew(&self) -> Option<Duration> {
        self.0.clocks.map(Clocks::skew)
    }

    /// What to do about it, as a phrase that can follow the message; `None` where there is nothing to advise.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        hint::hint(self)
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.0.status == Some(status)
    }

    pub(crate) fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("status", &self.0.status)
            .field("code", &self.0.code)
            .field("opc_request_id", &self.0.opc_request_id)
            .field("attempts", &self.0.attempts)
            .field("raw_body_len", &self.0.raw_body.len())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// The first error of type `T` in a chain of causes.
pub(crate) fn find<'e, T: StdError + 'static>(
    error: &'e (dyn StdError + 'static),
) -> Option<&'e T> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // The standard library hides what `io::Error::other` wraps from `source`.
        if let Some(inner) =
            error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && let Some(found) = find::<T>(inner)
        {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// Text from the service on one line, so that it can be part of a message; the whole text stays in `service_message`.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 400;
    let mut line = String::new();
    for word in
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty())
    {
        if line.chars().count() + word.chars().count() > LONGEST {
            line.push_str(" …");
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_the_service_stays_on_one_line() {
        assert_eq!(one_line("a\r\n\tb \u{1b}[31mc"), "a b [31mc");
        assert!(one_line(&"word ".repeat(1000)).chars().count() < 410);
    }

    #[test]
    fn a_cause_is_found_behind_an_io_error() {
        let error: BoxError = Box::new(std::io::Error::other(NotLoopback));
        assert!(find::<NotLoopback>(&*error).is_some());
        assert!(find::<ConnectTimedOut>(&*error).is_none());
    }
}
