//! The one seam between this crate and the network.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;

use crate::connect::BoxError;
use crate::pooled::Lent;

/// Sends a request that is complete and signed, and returns the answer whatever its status.
///
/// A [`Client`](crate::Client) has one of its own, over hyper. Another one can stand in for it, in a test or to go through a
/// configured HTTP client or a stack of middleware, with [`ClientBuilder::service`](crate::ClientBuilder::service).
///
/// It must send method, URL, headers and body as they are: `host`, `date` and the headers of the body are signed. It must not
/// follow redirects, and it need not retry: both are done, or not done on purpose, above it. Deadlines are kept above it too,
/// except that for a connection.
pub trait HttpService: Send + Sync + 'static {
    /// Sends one request. Dropping the future cancels it.
    ///
    /// # Errors
    /// [`SendError`], which says whether a connection had been made.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>>;

    /// Sends a request whose body is read from a file while it is sent. Its length is in its size hint, and must be sent as
    /// `content-length`: it is signed. An error of the body must become the source of a [`SendError`], with nothing sent that would
    /// end the request. Default: reads all of the body into memory and [sends](Self::send) it.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    fn send_streamed(
        &self,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(SendError::connecting)?;
            self.send(Request::from_parts(head, body.to_bytes())).await
        })
    }
}

/// Sends nothing: see [`ClientBuilder::dry_run`](crate::ClientBuilder::dry_run).
pub(crate) struct DryRun;

impl HttpService for DryRun {
    fn send(
        &self,
        _: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        Box::pin(std::future::ready(Err(SendError::connecting(NotSent))))
    }

    fn send_streamed(
        &self,
        _: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        Box::pin(std::future::ready(Err(SendError::connecting(NotSent))))
    }
}

/// A request that was made to be looked at.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("nothing was sent, as asked")]
pub(crate) struct NotSent;

/// A request that got no answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer came")]
pub struct SendError {
    pub(crate) connecting: bool,
    #[source]
    pub(crate) source: BoxError,
}

impl SendError {
    /// No connection was made, so that nothing was sent and another attempt is safe.
    pub fn connecting(source: impl Into<BoxError>) -> Self {
        Self { connecting: true, source: source.into() }
    }

    /// The connection broke after it was made, so that the service may have received the request.
    pub fn sending(source: impl Into<BoxError>) -> Self {
        Self { connecting: false, source: source.into() }
    }
}

/// The body of an answer, received piece by piece, or of a request that is not held in memory.
pub struct Body(Kind);

enum Kind {
    /// What nearly every answer comes in, without another allocation.
    Lent(Lent),
    Other(UnsyncBoxBody<Bytes, BoxError>),
}

impl Body {
    /// A body of any kind.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Kind::Other(body.map_err(Into::into).boxed_unsync()))
    }

    pub(crate) fn lent(body: Lent) -> Self {
        Self(Kind::Lent(body))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Lent(body) => Pin::new(body).poll_frame(cx),
            Kind::Other(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Lent(body) => body.is_end_stream(),
            Kind::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Lent(body) => body.size_hint(),
            Kind::Other(body) => body.size_hint(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}
