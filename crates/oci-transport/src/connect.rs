//! Connections: resolved, guarded, encrypted, within the deadline.

use std::error::Error as StdError;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{io, vec};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use rustls::ClientConfig;
use tokio::time::timeout;
use tower_service::Service;

use crate::endpoint::PlainHttp;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// The connector of one client, whose requests all go to one endpoint.
pub(crate) type Connector = Timed<HttpsConnector<HttpConnector<GuardedResolver>>>;

pub(crate) fn connector(tls: ClientConfig, plain_http: PlainHttp, limit: Duration) -> Connector {
    let resolver = GuardedResolver {
        inner: GaiResolver::new(),
        loopback_only: plain_http == PlainHttp::Loopback,
    };
    let mut http = HttpConnector::new_with_resolver(resolver);
    http.enforce_http(false);
    // Without it a small write waits for the peer's delayed acknowledgement, about 40 ms for each stream.
    http.set_nodelay(true);
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls);
    let builder =
        if plain_http == PlainHttp::Never { builder.https_only() } else { builder.https_or_http() };
    Timed { inner: builder.enable_http1().wrap_connector(http), limit }
}

/// Resolves host names and refuses addresses of other machines where only loopback is allowed.
///
/// Addresses written as numbers do not come here; [`Endpoint`](crate::Endpoint) has judged those.
#[derive(Clone, Debug)]
pub(crate) struct GuardedResolver {
    inner: GaiResolver,
    loopback_only: bool,
}

impl Service<Name> for GuardedResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let loopback_only = self.loopback_only;
        let resolving = self.inner.call(name);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = resolving.await?.collect();
            match addresses.iter().find(|address| loopback_only && !address.ip().is_loopback()) {
                Some(_) => Err(io::Error::other(NotLoopback)),
                None => Ok(addresses.into_iter()),
            }
        })
    }
}

/// A plain-http host name that resolves to another machine.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("plain http is for loopback addresses only, and the host resolves to another")]
pub(crate) struct NotLoopback;

/// The connection, TLS handshake included, was not made in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no connection within {limit:?}")]
pub(crate) struct ConnectTimedOut {
    limit: Duration,
}

/// Puts one deadline over everything that a connector does.
#[derive(Clone, Debug)]
pub(crate) struct Timed<C> {
    inner: C,
    limit: Duration,
}

impl<C> Service<Uri> for Timed<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    // The pool wants a future that can be moved.
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let limit = self.limit;
        let connecting = timeout(limit, self.inner.call(target));
        Box::pin(async move {
            match connecting.await {
                Ok(connected) => connected.map_err(Into::into),
                Err(_) => Err(ConnectTimedOut { limit }.into()),
            }
        })
    }
}
