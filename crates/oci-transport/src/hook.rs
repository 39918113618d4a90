//! The request log: what each attempt sent and got, told to a hook without its secrets.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use crate::attempt::Opened;
use crate::connect::BoxError;
use crate::error::Error;
use crate::service::Body;
use crate::trace;

/// Is told of every attempt, for a log of requests. It is called in the task that makes the call, so it should be quick.
///
/// ```
/// use oci_transport::{Attempt, RequestHook};
///
/// #[derive(Debug)]
/// struct Count(std::sync::atomic::AtomicUsize);
///
/// impl RequestHook for Count {
///     fn attempted(&self, attempt: &Attempt<'_>) {
///         if attempt.error().is_some() {
///             self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait RequestHook: fmt::Debug + Send + Sync + 'static {
    /// The headers of an answer have come, or none will.
    fn attempted(&self, attempt: &Attempt<'_>);

    /// Whether bodies are told too. They hold prompts and answers. Default: false.
    ///
    /// A file that is uploaded from its path is not told, nor is an answer that may hold the secret of an API key.
    fn wants_bodies(&self) -> bool {
        false
    }

    /// A piece of an answer's body was received; only if [`wants_bodies`](Self::wants_bodies). The body of an error status comes
    /// before its attempt is told, all others after. Default: nothing happens.
    fn received(&self, opc_request_id: Option<&str>, piece: &[u8]) {
        let _ = (opc_request_id, piece);
    }
}

/// One attempt of a call: a request, and its answer or why there is none.
///
/// No key, token or signature is in it: the values of headers that carry them read `[redacted]`.
pub struct Attempt<'a> {
    sent: &'a Sent,
    number: u32,
    outcome: Result<&'a Opened, &'a Error>,
    elapsed: Duration,
}

impl<'a> Attempt<'a> {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &'a str {
        self.sent.method.as_str()
    }

    /// The URL, which holds no secrets: keys and tokens are sent in headers only.
    #[must_use]
    pub fn url(&self) -> String {
        self.sent.url.to_string()
    }

    /// Which attempt of its call it is, counted from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The headers that were sent.
    pub fn headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        shown(&self.sent.headers)
    }

    /// The body that was sent; empty unless [`RequestHook::wants_bodies`].
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        &self.sent.body
    }

    /// The `opc-request-id` that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&'a str> {
        self.sent.headers.get("opc-request-id")?.to_str().ok()
    }

    /// The status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.outcome
            .map_or_else(Error::status, |opened| Some(opened.status))
            .map(|status| status.as_u16())
    }

    /// The `opc-request-id` of the answer; the one that was sent if the service did not return one.
    #[must_use]
    pub fn returned_opc_request_id(&self) -> Option<&'a str> {
        self.outcome.map_or_else(Error::opc_request_id, |opened| opened.opc_request_id.as_deref())
    }

    /// The headers of an answer with a status of success; none for others.
    pub fn answer_headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.outcome.ok().into_iter().flat_map(|opened| shown(&opened.headers))
    }

    /// Why the attempt failed, if it did. The call may be tried again all the same.
    #[must_use]
    pub fn error(&self) -> Option<&'a Error> {
        self.outcome.err()
    }

    /// The time from sending the request to the headers of the answer, or to the failure.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("number", &self.number)
            .field("method", &self.method())
            .field("url", &self.sent.url)
            .field("opc_request_id", &self.opc_request_id())
            .field("status", &self.status())
            .field("error", &self.error())
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

/// Names and values, of which those that are or carry credentials are not shown.
fn shown(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), shown_value(name, value)))
}

fn shown_value<'h>(name: &HeaderName, value: &'h HeaderValue) -> &'h str {
    let name = name.as_str();
    let is_secret = value.is_sensitive()
        || ["authorization", "cookie", "token", "secret", "api-key"]
            .iter()
            .any(|part| name.contains(part));
    if is_secret { "[redacted]" } else { value.to_str().unwrap_or("[no text]") }
}

/// What was sent, kept while the answer is awaited.
struct Sent {
    method: Method,
    url: Uri,
    headers: HeaderMap,
    body: Bytes,
    /// Whether the body of the answer is told.
    hears: bool,
}

/// Watches one attempt.
pub(crate) struct Watch<'a> {
    hook: Option<(&'a Arc<dyn RequestHook>, Box<Sent>)>,
    number: u32,
    start: Instant,
}

impl<'a> Watch<'a> {
    /// A request that is about to be sent, signed.
    pub(crate) fn begin(
        hook: Option<&'a Arc<dyn RequestHook>>,
        request: &Request<Bytes>,
        number: u32,
    ) -> Self {
        let hook = hook.map(|hook| {
            let wants_bodies = hook.wants_bodies();
            let body = if wants_bodies { request.body().clone() } else { Bytes::new() };
            let (method, url) = (request.method().clone(), request.uri().clone());
            let hears = wants_bodies && !url.path().starts_with(API_KEYS);
            let headers = request.headers().clone();
            (hook, Box::new(Sent { method, url, headers, body, hears }))
        });
        Self { hook, number, start: Instant::now() }
    }

    /// The body of the answer, told piece by piece to a hook that wants bodies.
    pub(crate) fn body(&self, body: Body, opc_request_id: Option<&str>) -> Body {
        match &self.hook {
            Some((hook, sent)) if sent.hears => {
                let opc_request_id = opc_request_id.map(str::to_owned);
                Body::new(Told { body, hook: Arc::clone(hook), opc_request_id })
            }
            _ => body,
        }
    }

    /// Tells how the attempt ended.
    pub(crate) fn end(self, outcome: Result<&Opened, &Error>) {
        trace::attempted(self.number, outcome, self.start);
        if let Some((hook, sent)) = &self.hook {
            let elapsed = self.start.elapsed();
            hook.attempted(&Attempt { sent, number: self.number, outcome, elapsed });
        }
    }
}

/// A body whose pieces are told.
struct Told {
    body: Body,
    hook: Arc<dyn RequestHook>,
    opc_request_id: Option<String>,
}

impl http_body::Body for Told {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(piece) = frame.data_ref()
        {
            self.hook.received(self.opc_request_id.as_deref(), piece);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What is made and renewed here has its secret in the answer.
const API_KEYS: &str = "/20231130/apikeys";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_with_credentials_are_not_shown() {
        let mut headers = HeaderMap::new();
        let names = [
            "authorization",
            "proxy-authorization",
            "cookie",
            "set-cookie",
            "opc-obo-token",
            "x-api-key",
            "security-token",
            "client-secret",
        ];
        for name in names {
            headers.insert(name, HeaderValue::from_static("hidden-value"));
        }
        let mut marked = HeaderValue::from_static("hidden-value");
        marked.set_sensitive(true);
        headers.insert("x-own", marked);
        headers.insert("date", HeaderValue::from_static("today"));
        let found: Vec<_> = shown(&headers).collect();
        assert_eq!(found.len(), names.len() + 2);
        for (name, value) in found {
            assert_eq!(value, if name == "date" { "today" } else { "[redacted]" }, "{name}");
        }
    }
}
