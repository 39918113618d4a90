//! What a client is told when its call fails: OpenAI's error object with what OCI said.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use locus::router::Error as CallError;
use locus::{ErrorKind, RouteError};
use serde_json::{Value, json};

use crate::reply::Body;

/// A call that failed, in the terms of HTTP and of OpenAI's error object.
///
/// Nothing in it is a secret of the operator's: the message is that of the lower crates, which keep keys out, or one of ours.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) message: Box<str>,
    pub(crate) code: Option<Box<str>>,
    pub(crate) param: Option<Box<str>>,
    pub(crate) hint: Option<Box<str>>,
    pub(crate) opc_request_id: Option<Box<str>>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) cause: Cause,
}

/// What the gateway itself does about a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cause {
    /// The client's request: another deployment would say the same.
    Client,
    /// The prompt does not fit into the model's context.
    ContextWindow,
    /// The prompt or the answer met a content filter.
    ContentPolicy,
    /// The service has not done the work: another attempt is safe.
    Unavailable,
    /// The deployment's credentials, policy or model are wrong: waiting does not help, another deployment may.
    Deployment,
    /// The service may have done, and billed, the work.
    Uncertain,
}

/// The API whose error object a client expects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Dialect {
    OpenAi,
    Anthropic,
}

impl Dialect {
    /// The API of a client that asks for a path of several APIs, or of none: Anthropic's always say their version.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        if headers.contains_key("anthropic-version") { Self::Anthropic } else { Self::OpenAi }
    }

    /// Tells the id of a request under the name by which the SDKs of this API look for it, too.
    pub(crate) fn name_request(self, headers: &mut HeaderMap) {
        let name = match self {
            Self::OpenAi => "x-request-id",
            Self::Anthropic => "request-id",
        };
        if let Some(id) = headers.get(OPC_REQUEST_ID).cloned() {
            headers.insert(HeaderName::from_static(name), id);
        }
    }
}

impl Failure {
    /// A failure of the client's making, or of the gateway's own.
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<Box<str>>) -> Self {
        Self {
            status,
            message: message.into(),
            code: Some(code.into()),
            param: None,
            hint: None,
            opc_request_id: None,
            retry_after: None,
            cause: Cause::Client,
        }
    }

    pub(crate) fn bad_request(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// Names the parameter that is to blame.
    pub(crate) fn about(mut self, param: &str) -> Self {
        self.param = Some(param.into());
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<Box<str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// A failed call of the service, or one that found no way there.
    pub(crate) fn upstream(error: &CallError) -> Self {
        let mut failure = match error {
            CallError::Transport(error) => return Self::transport(error),
            CallError::Route(RouteError::MalformedId { .. }) => {
                Self::bad_request(error.to_string())
            }
            CallError::Route(RouteError::OtherOperation { .. }) | CallError::Lossy { .. } => {
                Self::new(StatusCode::BAD_REQUEST, "model_not_supported", error.to_string())
            }
            CallError::Route(_) => {
                Self::new(StatusCode::NOT_FOUND, "model_not_found", error.to_string())
            }
            CallError::NoCompartment { .. } => Self {
                cause: Cause::Deployment,
                ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "no_compartment", error.to_string())
            },
            // The service answered, and the answer is none: it may have done the work.
            _ => Self {
                cause: Cause::Uncertain,
                ..Self::new(StatusCode::BAD_GATEWAY, "upstream_error", error.to_string())
            },
        };
        failure.opc_request_id = error.opc_request_id().map(Into::into);
        failure.hint = error.hint().map(Into::into);
        failure
    }

    /// A failure of the transport, before an answer or inside a stream.
    pub(crate) fn transport(error: &locus::transport::Error) -> Self {
        let (status, cause) = judge(error);
        let code = error.code().unwrap_or_else(|| code_of(error.kind()));
        Self {
            status,
            message: error.to_string().into(),
            cause: refine(cause, error),
            param: error.param().map(Into::into),
            code: Some(code.into()),
            hint: error.hint().map(Into::into),
            opc_request_id: error.opc_request_id().map(Into::into),
            retry_after: error.retry_after(),
        }
    }

    /// The error object, which is the body of the answer or the data of an event.
    pub(crate) fn body(&self, dialect: Dialect) -> Value {
        let kind = kind(self.status, dialect);
        let mut error = match dialect {
            Dialect::OpenAi => {
                json!({"message": self.message, "type": kind, "param": self.param, "code": self.code})
            }
            // Its SDKs tell errors of one kind apart by the details.
            Dialect::Anthropic => {
                json!({"type": kind, "message": self.message, "details": {"error_code": self.code}})
            }
        };
        if let Some(members) = error.as_object_mut() {
            let more = [("hint", &self.hint), ("opc_request_id", &self.opc_request_id)];
            for (name, text) in more {
                if let Some(text) = text {
                    members.insert(name.to_owned(), Value::from(&**text));
                }
            }
        }
        match dialect {
            Dialect::OpenAi => json!({"error": error}),
            Dialect::Anthropic => {
                json!({"type": "error", "error": error, "request_id": self.opc_request_id})
            }
        }
    }

    pub(crate) fn response(&self, dialect: Dialect) -> Response<Body> {
        let mut response = Response::new(Body::whole(Bytes::from(self.body(dialect).to_string())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs_f64().ceil() as u64));
        }
        if let Some(id) =
            self.opc_request_id.as_deref().and_then(|id| HeaderValue::from_str(id).ok())
        {
            headers.insert(OPC_REQUEST_ID, id);
        }
        dialect.name_request(headers);
        // Coding agents ask ten times over minutes with a wrong key, unless they are told that it will not become right.
        let may_pass = matches!(self.status.as_u16(), 408 | 409 | 425 | 429);
        if self.status.is_client_error() && !may_pass {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        response
    }
}

/// The status for the client, and what it means here.
fn judge(error: &locus::transport::Error) -> (StatusCode, Cause) {
    match error.kind() {
        ErrorKind::Service => {
            let status = error.status().unwrap_or(StatusCode::BAD_GATEWAY);
            let cause = match status.as_u16() {
                // The table of docs/retries.md: after these the service has not done the work.
                408 | 429 | 500 | 502 | 503 | 504 => Cause::Unavailable,
                401 | 403 | 404 => Cause::Deployment,
                _ => Cause::Client,
            };
            (status, cause)
        }
        ErrorKind::Breaker => (StatusCode::SERVICE_UNAVAILABLE, Cause::Unavailable),
        ErrorKind::Connect | ErrorKind::Timeout(locus::Timeout::Connect) => {
            (StatusCode::BAD_GATEWAY, Cause::Unavailable)
        }
        ErrorKind::Timeout(_) => (StatusCode::GATEWAY_TIMEOUT, Cause::Uncertain),
        ErrorKind::Request | ErrorKind::Identity => {
            (StatusCode::INTERNAL_SERVER_ERROR, Cause::Deployment)
        }
        ErrorKind::Redirect => (StatusCode::BAD_GATEWAY, Cause::Deployment),
        // A stream that failed before its first piece: the service said so itself.
        ErrorKind::Stream => (StatusCode::BAD_GATEWAY, Cause::Unavailable),
        _ => (StatusCode::BAD_GATEWAY, Cause::Uncertain),
    }
}

/// Tells the two kinds of refused prompts apart that have fallbacks of their own.
///
/// The codes are OpenAI's; the service wraps other vendors' errors, of which only the words are known.
fn refine(cause: Cause, error: &locus::transport::Error) -> Cause {
    if cause != Cause::Client {
        return cause;
    }
    let message = error.service_message().unwrap_or_default().to_ascii_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    if error.is_context_too_long() || says(CONTEXT_PHRASES) {
        Cause::ContextWindow
    } else if matches!(error.code(), Some("content_filter" | "content_policy_violation"))
        || says(POLICY_PHRASES)
    {
        Cause::ContentPolicy
    } else {
        Cause::Client
    }
}

fn code_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Breaker | ErrorKind::Connect => "upstream_unreachable",
        ErrorKind::Timeout(_) => "upstream_timeout",
        ErrorKind::Truncated => "upstream_truncated",
        ErrorKind::Request => "upstream_request",
        _ => "upstream_error",
    }
}

/// The class of error that the SDKs of each API know.
fn kind(status: StatusCode, dialect: Dialect) -> &'static str {
    match (status.as_u16(), dialect) {
        (401, _) => "authentication_error",
        (403, _) => "permission_error",
        (404, Dialect::Anthropic) => "not_found_error",
        (413, Dialect::Anthropic) => "request_too_large",
        (429, _) => "rate_limit_error",
        (400..=499, _) => "invalid_request_error",
        (503, Dialect::Anthropic) => "overloaded_error",
        (_, Dialect::Anthropic) => "api_error",
        (_, Dialect::OpenAi) => "server_error",
    }
}

/// The id by which Oracle finds a request.
pub(crate) const OPC_REQUEST_ID: HeaderName = HeaderName::from_static("opc-request-id");

/// What the SDKs of OpenAI and Anthropic, and Claude Code, heed before they judge a status.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// What vendors say beside what the transport knows.
const CONTEXT_PHRASES: &[&str] =
    &["maximum context", "input is too long", "prompt is too long", "total number of tokens"];

const POLICY_PHRASES: &[&str] =
    &["content policy", "content management policy", "content filter", "blocked by safety"];
