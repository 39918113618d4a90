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
use hyper_util::client::legacy::connect::proxy::Tunnel;
use rustls::ClientConfig;
use tokio::time::timeout;
use tower_service::Service;

use crate::endpoint::{Endpoint, PlainHttp};
use crate::error::find;
use crate::http_version::HttpVersion;
use crate::proxy::Proxy;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// The connector of one client, whose requests all go to one endpoint.
pub(crate) type Connector = Timed<HttpsConnector<Dialer>>;

type Tcp = HttpConnector<GuardedResolver>;

pub(crate) fn connector(
    tls: ClientConfig,
    endpoint: &Endpoint,
    proxy: Option<&Proxy>,
    limit: Duration,
    version: HttpVersion,
) -> Connector {
    let plain_http = endpoint.plain_http();
    let loopback_only = plain_http == PlainHttp::Loopback;
    let resolver = GuardedResolver { inner: GaiResolver::new(), loopback_only };
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    // Without it a small write waits for the peer's delayed acknowledgement, about 40 ms for each stream.
    tcp.set_nodelay(true);
    let dialer = match proxy.and_then(|proxy| proxy.tunnel(endpoint)) {
        None => Dialer::Direct(tcp),
        Some((url, None)) => Dialer::Tunnel(Tunnel::new(url, tcp)),
        Some((url, Some(auth))) => Dialer::Tunnel(Tunnel::new(url, tcp).with_auth(auth)),
    };
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls);
    let builder = match plain_http {
        PlainHttp::Never => builder.https_only(),
        PlainHttp::Loopback | PlainHttp::Anywhere => builder.https_or_http(),
    };
    let inner = match version {
        HttpVersion::Http1 => builder.enable_http1().wrap_connector(dialer),
        HttpVersion::Http2 => builder.enable_http2().wrap_connector(dialer),
    };
    let explain = |error: BoxError| match find::<DialError>(&*error) {
        Some(_) => error,
        None => TlsError(error).into(),
    };
    Timed { inner, limit, explain }
}

/// The step of a connection that failed. Each begins when the one before it is done.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ConnectStep {
    /// The name of the host was looked up.
    Name,
    /// A connection was opened to an address of the host.
    Address,
    /// A tunnel was asked of the proxy, which has the name looked up and the connection opened.
    Proxy,
    /// TLS was agreed upon, the certificate of the host included.
    Tls,
}

/// A failure before TLS.
#[derive(Debug, thiserror::Error)]
#[error("{}", match self.step {
    ConnectStep::Name => "the name of the host was not found",
    ConnectStep::Proxy => "the proxy opened no tunnel",
    ConnectStep::Address | ConnectStep::Tls => "the host took no connection",
})]
pub(crate) struct DialError {
    pub(crate) step: ConnectStep,
    source: BoxError,
}

/// A failure of TLS, which is the last step.
#[derive(Debug, thiserror::Error)]
#[error("TLS was not agreed upon")]
pub(crate) struct TlsError(#[source] BoxError);

/// The name of a host has no address.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Unresolved(io::Error);

/// Makes the connection that TLS is put over: to the service, or to a proxy that opens a tunnel to it.
#[derive(Clone, Debug)]
pub(crate) enum Dialer {
    Direct(Tcp),
    Tunnel(Tunnel<Tcp>),
}

impl Service<Uri> for Dialer {
    type Response = <Tcp as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(cx).map_err(Into::into),
            Self::Tunnel(tunnel) => tunnel.poll_ready(cx).map_err(Into::into),
        }
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        match self {
            Self::Direct(tcp) => {
                let connecting = tcp.call(target);
                Box::pin(async move {
                    connecting.await.map_err(|error| {
                        let source = BoxError::from(error);
                        let step = match find::<Unresolved>(&*source) {
                            Some(_) => ConnectStep::Name,
                            None => ConnectStep::Address,
                        };
                        DialError { step, source }.into()
                    })
                })
            }
            Self::Tunnel(tunnel) => {
                let connecting = tunnel.call(target);
                Box::pin(async move {
                    connecting.await.map_err(|error| {
                        DialError { step: ConnectStep::Proxy, source: error.into() }.into()
                    })
                })
            }
        }
    }
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
            let found = resolving.await.map_err(|error| io::Error::other(Unresolved(error)))?;
            let addresses: Vec<SocketAddr> = found.collect();
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
    pub(crate) limit: Duration,
}

/// Puts one deadline over everything that a connector does.
#[derive(Clone, Debug)]
pub(crate) struct Timed<C> {
    pub(crate) inner: C,
    pub(crate) limit: Duration,
    /// Says of an error which step it belongs to.
    pub(crate) explain: fn(BoxError) -> BoxError,
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
        let (limit, explain) = (self.limit, self.explain);
        let connecting = timeout(limit, self.inner.call(target));
        Box::pin(async move {
            match connecting.await {
                Ok(connected) => connected.map_err(|error| explain(error.into())),
                Err(_) => Err(ConnectTimedOut { limit }.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use hyper_rustls::MaybeHttpsStream;
    use tokio::net::TcpListener;

    use super::*;
    use crate::tls::{Roots, client_config};

    /// A rival without it stalls 44 ms for each stream.
    #[tokio::test]
    async fn small_writes_do_not_wait_for_acknowledgements() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let endpoint = Endpoint::parse(&url).unwrap();
        for version in [HttpVersion::Http1, HttpVersion::Http2] {
            let tls = client_config(&Roots::Bundled).unwrap();
            let limit = Duration::from_secs(10);
            let mut connector = connector(tls, &endpoint, None, limit, version);
            let connected = connector.call(url.parse().unwrap()).await.unwrap();
            let MaybeHttpsStream::Http(connection) = connected else { panic!("TLS over http") };
            assert!(connection.inner().nodelay().unwrap(), "{version:?}");
        }
    }
}
