//! The raw operation: any request to the endpoint that no typed operation covers, with the same care.

use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use http_body::Body as _;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::attempt::Opened;
use crate::body::cut;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Timeout};
use crate::operation::raw;
use crate::path::Path;

/// A request in the caller's own words: method, path, query, headers and bytes.
///
/// It goes to the client's endpoint and nowhere else: the path is relative, begins with one slash, and holds neither a query nor
/// steps such as `..`. Values of the query are percent-encoded. Of the headers only those pass that say something about the
/// request: `accept`, `content-type`, `if-match`, `if-none-match`, `if-range`, `last-event-id`, `range`, `project-id`, which sandboxes
/// take, and those that begin with `opc-` or `openai-`, except the id of the request and tokens. Compartment and project are added as everywhere below `/openai/v1`,
/// and below `/20231130/openai/v1` of the control plane, where an API key is refused before anything is sent, as it is for the rest of the control plane and NL2SQL.
///
/// ```
/// use http::Method;
/// use oci_transport::RawRequest;
///
/// let request = RawRequest::new(Method::POST, "/openai/v1/chat/completions")
///     .header("opc-retry-token", "0123")
///     .body(r#"{"model":"openai.gpt-5.5","messages":[]}"#);
/// # let _ = request;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until a client sends it"]
pub struct RawRequest {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Payload>,
}

/// A body, which may hold a prompt and is therefore not shown.
#[derive(Clone)]
struct Payload(Bytes);

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl RawRequest {
    /// A request without query, headers and body. `path` is one such as `/openai/v1/models`, percent-encoded where it must be.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let (query, headers) = (Vec::new(), Vec::new());
        Self { method, path: path.into(), query, headers, body: None }
    }

    /// Adds a parameter of the query, percent-encoded.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header; one that does not pass is an error of [`Client::raw`]. The last value of a name counts.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The body, which is `application/json` unless a header says otherwise. Default: none.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(Payload(body.into()));
        self
    }

    fn call(&self) -> Result<Call<'static>, Error> {
        let refused = |message: String| Error::new(ErrorKind::Request, message);
        let path = self
            .query
            .iter()
            .fold(Path::relative(&self.path)?, |path, (name, value)| path.query(name, Some(value)))
            .build()?;
        let Some(operation) = raw(&self.method, path.path()) else {
            let message =
                format!("expected GET, HEAD, DELETE, POST, PUT or PATCH, found {}", self.method);
            return Err(refused(message));
        };
        let takes_body = [Method::POST, Method::PUT, Method::PATCH].contains(&self.method);
        if !takes_body && self.body.is_some() {
            return Err(refused(format!("a {} request has no body, found one", self.method)));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let passed = HeaderName::try_from(name).ok().filter(passes);
            let Some(header) = passed else {
                // A name is the caller's own text, and shown only if it is one.
                let shown = HeaderName::try_from(name)
                    .map_or_else(|_| "it".to_owned(), |name| format!("`{name}`"));
                return Err(refused(format!("a header of a raw request may not be set: {shown}")));
            };
            let Ok(value) = HeaderValue::from_str(value) else {
                return Err(refused(format!(
                    "the value of header `{header}` is not visible ASCII"
                )));
            };
            headers.insert(header, value);
        }
        // Each of these methods is signed with its body, an empty one too.
        let body =
            takes_body.then(|| self.body.as_ref().map(|body| body.0.clone()).unwrap_or_default());
        Ok(Call { body, headers, ..Call::at(operation, path) })
    }
}

/// Whether a caller may set a header.
fn passes(name: &HeaderName) -> bool {
    let name = name.as_str();
    let is_own = matches!(name, "opc-request-id" | "opc-obo-token");
    let is_known = matches!(
        name,
        "accept"
            | "content-type"
            | "if-match"
            | "if-none-match"
            | "if-range"
            | "last-event-id"
            | "project-id"
            | "range"
    );
    is_known || !is_own && (name.starts_with("opc-") || name.starts_with("openai-"))
}

impl Client {
    /// Sends a request in the caller's own words, signed and retried like every other.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat), and [`ErrorKind::Request`] for a method, path or header that cannot be sent.
    pub async fn raw(&self, request: &RawRequest) -> Result<RawAnswer, Error> {
        self.content(request.call()?).await
    }

    /// Sends a call whose answer is bytes.
    pub(crate) async fn content(&self, call: Call<'_>) -> Result<RawAnswer, Error> {
        let opened = self.open(&call).await?;
        Ok(RawAnswer { opened, limit: self.inner.body_limit, timer: None, is_over: false })
    }
}

/// The answer to a [`RawRequest`], or the content of a file: what came with a status of success, its body not yet read.
///
/// The pieces of the body come as they are received, from [`piece`](Self::piece) or the [`Stream`] implementation; a body that
/// breaks off is [`ErrorKind::Truncated`]. Nothing knows the dialect here, so the end of an event stream is not checked.
/// Dropping it cancels the request.
pub struct RawAnswer {
    opened: Box<Opened>,
    limit: usize,
    /// What the present wait lasts until, and which deadline that is.
    timer: Option<(Pin<Box<Sleep>>, Timeout)>,
    is_over: bool,
}

impl RawAnswer {
    /// The status, from 200 to 299.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.opened.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.opened.headers
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        self.opened.opc_request_id.as_deref()
    }

    /// The next piece of the body; `None` at its end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`Error`], after which nothing more comes.
    pub async fn piece(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|cx| self.poll_piece(cx)).await
    }

    /// The whole body, up to [`ClientBuilder::body_limit`](crate::ClientBuilder::body_limit).
    ///
    /// # Errors
    /// [`Error`], with [`ErrorKind::TooLarge`] for a longer body.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        self.opened.collect(self.limit).await
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        while !self.is_over {
            let failure = match Pin::new(&mut self.opened.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.timer = None;
                    match frame.into_data() {
                        Ok(data) => return Poll::Ready(Some(Ok(data))),
                        Err(_) => continue,
                    }
                }
                Poll::Ready(Some(Err(source))) => cut(source),
                Poll::Ready(None) => {
                    self.is_over = true;
                    break;
                }
                Poll::Pending => {
                    let which = ready!(self.poll_timer(cx));
                    self.opened.deadline.passed(which)
                }
            };
            self.is_over = true;
            return Poll::Ready(Some(Err(self.opened.error(failure))));
        }
        Poll::Ready(None)
    }

    /// Ready when the present wait has lasted as long as it may. A poll that comes long after the deadline was not woken by it:
    /// nobody waited, and the wait begins anew.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Timeout> {
        let now = Instant::now();
        if let Some((timer, Timeout::Idle)) = &self.timer
            && now > timer.deadline() + LATE
        {
            self.timer = None;
        }
        let deadline = self.opened.deadline;
        let (timer, which) = self.timer.get_or_insert_with(|| {
            let (at, which) = deadline.of(Timeout::Idle, now);
            (Box::pin(sleep_until(at)), which)
        });
        timer.as_mut().poll(cx).map(|()| *which)
    }
}

impl Stream for RawAnswer {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_piece(cx)
    }
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAnswer")
            .field("status", &self.opened.status)
            .field("opc_request_id", &self.opened.opc_request_id)
            .finish_non_exhaustive()
    }
}

/// A timer wakes its task within a few milliseconds; a poll this late was not the timer's.
const LATE: Duration = Duration::from_secs(1);
