//! The way of requests: through the caller's layers, and by hyper over connections that are made here or by the caller, or by a
//! service of the caller's.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper::rt::{Read, Write};
use rustls::ClientConfig;
use tower_layer::Layer;
use tower_service::Service;

use crate::connect::{BoxError, Timed, connector};
use crate::endpoint::Endpoint;
use crate::http_version::HttpVersion;
use crate::multiplexed::Multiplexed;
use crate::pooled::Pooled;
use crate::proxy::Proxy;
use crate::service::{Body, HttpService, SendError};

/// How the requests of a client, and of those that are made of it for other hosts, are sent.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) start: Start,
    pub(crate) layers: Layers,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) version: HttpVersion,
    /// How long a connection may take.
    pub(crate) connect: Duration,
}

/// What is at the bottom.
#[derive(Clone)]
pub(crate) enum Start {
    /// Connections that are made and encrypted here.
    Tls(Box<ClientConfig>),
    Given(Given),
}

/// What the caller gave in the place of what is here.
#[derive(Clone)]
pub(crate) enum Given {
    Service(Arc<dyn HttpService>),
    Connector(Arc<Over>),
}

/// What sends to an endpoint over the caller's connections, each of which may take so long.
type Over = dyn Fn(&Endpoint, Duration) -> Arc<dyn HttpService> + Send + Sync;

impl Way {
    /// What sends requests to an endpoint.
    pub(crate) fn to(&self, endpoint: &Endpoint) -> Arc<dyn HttpService> {
        let connect = self.connect;
        let service: Arc<dyn HttpService> = match &self.start {
            Start::Given(Given::Service(service)) => service.clone(),
            Start::Given(Given::Connector(over)) => over(endpoint, connect),
            Start::Tls(tls) => {
                let (proxy, version) = (self.proxy.as_ref(), self.version);
                let connector = connector(*tls.clone(), endpoint, proxy, connect, version);
                match version {
                    HttpVersion::Http1 => Arc::new(Pooled::new(connector, endpoint)),
                    HttpVersion::Http2 => Arc::new(Multiplexed::new(connector, connect)),
                }
            }
        };
        let wrap = |inner, wrap: &Wrap| wrap(Transport(inner));
        self.layers.0.iter().fold(service, wrap)
    }
}

impl Given {
    pub(crate) fn connector<C>(connector: C) -> Self
    where
        C: Service<Uri> + Clone + Send + Sync + 'static,
        C::Response: Read + Write + Send + Unpin + 'static,
        C::Error: Into<BoxError>,
        C::Future: Send + 'static,
    {
        Self::Connector(Arc::new(move |endpoint, limit| {
            // Which of its steps failed is for the connector to tell.
            let timed = Timed { inner: connector.clone(), limit, explain: |error| error };
            Arc::new(Pooled::new(timed, endpoint))
        }))
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service(_) => "HttpService",
            Self::Connector(_) => "Connector",
        })
    }
}

/// The caller's layers, the innermost first.
#[derive(Clone, Default)]
pub(crate) struct Layers(Vec<Wrap>);

type Wrap = Arc<dyn Fn(Transport) -> Arc<dyn HttpService> + Send + Sync>;

impl Layers {
    pub(crate) fn push<L>(&mut self, layer: L)
    where
        L: Layer<Transport> + Send + Sync + 'static,
        L::Service:
            Service<Request<Body>, Response = Response<Body>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
    {
        self.0.push(Arc::new(move |inner| Arc::new(Layered(layer.layer(inner)))));
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} layers", self.0.len())
    }
}

/// What a [layer](crate::ClientBuilder::layer) is put around: sends requests that are complete and signed. Clones share the
/// connections. Its error is a [`SendError`], which a layer should hand on as it is, so that a failed connection stays one.
#[derive(Clone)]
pub struct Transport(Arc<dyn HttpService>);

impl Service<Request<Body>> for Transport {
    type Response = Response<Body>;
    type Error = SendError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let service = self.0.clone();
        Box::pin(async move { service.send_streamed(request).await })
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

/// A service of `tower` in the place of ours.
struct Layered<S>(S);

impl<S> HttpService for Layered<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        self.send_streamed(request.map(|body| Body::new(Full::new(body))))
    }

    fn send_streamed(
        &self,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            // Before a layer is ready nothing has been sent; afterwards only what is below it knows.
            poll_fn(|cx| service.poll_ready(cx))
                .await
                .map_err(|error| as_sent(error.into(), SendError::connecting))?;
            let answer = service.call(request).await;
            answer.map_err(|error| as_sent(error.into(), SendError::sending))
        })
    }
}

/// The transport's own error, or that of a layer.
fn as_sent(error: BoxError, otherwise: fn(BoxError) -> SendError) -> SendError {
    let error: Box<dyn StdError + Send + Sync> = error;
    error.downcast::<SendError>().map_or_else(otherwise, |error| *error)
}
