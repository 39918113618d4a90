//! The service that a client has unless it is given another: hyper over pooled connections.

use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Either, Full};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::connect::Connector;
use crate::service::{Body, HttpService, SendError};

/// HTTP/1.1 over connections that are used again.
pub(crate) struct Pooled(legacy::Client<Connector, Either<Full<Bytes>, Body>>);

impl Pooled {
    pub(crate) fn new(connector: Connector) -> Self {
        // The timer lets idle connections be closed after a while, before the service does.
        let client = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self(client)
    }
}

impl HttpService for Pooled {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let sending = self.0.request(request.map(|body| Either::Left(Full::new(body))));
        Box::pin(async move { answered(sending.await) })
    }

    fn send_streamed(
        &self,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let sending = self.0.request(request.map(Either::Right));
        Box::pin(async move { answered(sending.await) })
    }
}

fn answered(
    outcome: Result<Response<hyper::body::Incoming>, legacy::Error>,
) -> Result<Response<Body>, SendError> {
    match outcome {
        Ok(response) => Ok(response.map(Body::new)),
        Err(error) if error.is_connect() || was_never_sent(&error) => {
            Err(SendError::connecting(error))
        }
        Err(error) => Err(SendError::sending(error)),
    }
}

/// Whether hyper gave the request back because its connection was closed before any of it was written.
fn was_never_sent(error: &legacy::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<hyper::Error>());
    cause.is_some_and(hyper::Error::is_canceled)
}
