//! The service that a client has unless it is given another: HTTP/1.1 over connections that are used again.

mod idle;
mod lent;
#[cfg(test)]
mod tests;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, Response, Uri};
use http_body_util::{Either, Full};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::rt::{Read, Write};
use tower_service::Service;

use crate::connect::BoxError;
use crate::endpoint::Endpoint;
use crate::service::{Body, HttpService, SendError};
use idle::Idle;

pub(crate) use lent::Lent;

/// HTTP/1.1 over connections to one host.
///
/// A connection carries one request at a time. A request takes one that is idle, or else a new one, and the connection comes back
/// when the answer has been read to its end. It is closed if that never happens.
pub(crate) struct Pooled<C> {
    connector: C,
    /// Where connections go.
    target: Uri,
    /// What requests call it.
    host: HeaderValue,
    idle: Arc<Idle>,
}

/// What a connection is handed its requests by.
type Sender = SendRequest<Sent>;

/// The body of a request: in memory, or read while it is sent.
type Sent = Either<Full<Bytes>, Box<Body>>;

type Sending<'s> = Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + 's>>;

impl<C> Pooled<C>
where
    C: Service<Uri, Error = BoxError, Future: Send> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Send + Unpin + 'static,
{
    pub(crate) fn new(connector: C, endpoint: &Endpoint) -> Self {
        let (target, host) = (endpoint.origin(), endpoint.host_header());
        Self { connector, target, host, idle: Arc::default() }
    }

    fn carry(&self, mut request: Request<Sent>) -> Sending<'_> {
        // On a connection to its host a request names its path only, and the host in a header (RFC 9112 section 3.2.1).
        if let Some(path) = request.uri().path_and_query().cloned() {
            *request.uri_mut() = Uri::from(path);
        }
        request.headers_mut().entry(HOST).or_insert_with(|| self.host.clone());
        Box::pin(async move {
            loop {
                let (mut sender, is_new) = match self.idle.take() {
                    Some(sender) => (sender, false),
                    // Seldom needed and large, so it has no place in the future of every request.
                    None => (Box::pin(self.connect()).await?, true),
                };
                let mut error = match sender.try_send_request(request).await {
                    Ok(response) => {
                        let lend = |incoming| Body::lent(Lent::new(incoming, sender, &self.idle));
                        return Ok(response.map(lend));
                    }
                    Err(error) => error,
                };
                // A request comes back if the connection was closed before any of it was written.
                request = match error.take_message() {
                    Some(unsent) if !is_new => unsent,
                    Some(_) => return Err(SendError::connecting(error.into_error())),
                    None => return Err(SendError::sending(error.into_error())),
                };
            }
        })
    }

    async fn connect(&self) -> Result<Sender, SendError> {
        let mut connector = self.connector.clone();
        poll_fn(|cx| connector.poll_ready(cx)).await.map_err(SendError::connecting)?;
        let io = connector.call(self.target.clone()).await.map_err(SendError::connecting)?;
        let handshake = Builder::new().max_buf_size(LARGEST_READ).handshake(io);
        let (sender, connection) = handshake.await.map_err(SendError::connecting)?;
        // What breaks it is told to the request that it carries.
        tokio::spawn(connection);
        Ok(sender)
    }
}

impl<C> HttpService for Pooled<C>
where
    C: Service<Uri, Error = BoxError, Future: Send> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Send + Unpin + 'static,
{
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        self.carry(request.map(|body| Either::Left(Full::new(body))))
    }

    fn send_streamed(&self, request: Request<Body>) -> Sending<'_> {
        self.carry(request.map(|body| Either::Right(Box::new(body))))
    }
}

/// What is read at once, and what the head of an answer may have. hyper's own is 408 KiB, which a connection that was ever busy keeps.
const LARGEST_READ: usize = 32 * 1024;
