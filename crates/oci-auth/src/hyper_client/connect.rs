//! Connections: resolved, guarded, encrypted, direct or through a tunnel.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use http::Uri;
use http::header::HeaderValue;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::tls::Tls;

type BoxError = Box<dyn Error + Send + Sync>;
type Tcp = HttpConnector<GuardedResolver>;
pub(super) type Proxies = Arc<dyn Fn(&Uri) -> Option<Hop> + Send + Sync>;

/// A proxy on the way: its address, and what it is told about who asks.
#[derive(Clone)]
pub struct Hop {
    url: Uri,
    authorization: Option<HeaderValue>,
}

impl Hop {
    /// A proxy that opens tunnels (`CONNECT`), such as `http://proxy.example:3128`.
    #[must_use]
    pub fn new(url: Uri, authorization: Option<HeaderValue>) -> Self {
        Self { url, authorization }
    }
}

/// Without what it is told.
impl std::fmt::Debug for Hop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (host, port) = (self.url.host().unwrap_or_default(), self.url.port_u16());
        f.debug_struct("Hop").field("host", &host).field("port", &port).finish_non_exhaustive()
    }
}

/// Where plain http may go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Plain {
    /// To this machine only, judged by the resolved address.
    Loopback,
    /// Anywhere: the metadata service speaks nothing else.
    Anywhere,
}

#[derive(Clone)]
pub(super) struct Connector {
    tls: Option<Arc<Tls>>,
    plain: Plain,
    proxy: Option<Proxies>,
}

impl Connector {
    pub(super) fn new(tls: Tls, proxy: Option<Proxies>) -> Self {
        Self { tls: Some(Arc::new(tls)), plain: Plain::Loopback, proxy }
    }

    pub(super) fn plain_only() -> Self {
        Self { tls: None, plain: Plain::Anywhere, proxy: None }
    }

    pub(super) async fn connect(&self, target: Uri) -> Result<Stream, BoxError> {
        match (target.scheme_str(), &self.tls) {
            (Some("http"), _) => {
                let loopback_only = self.plain == Plain::Loopback;
                if loopback_only && literal(&target).is_some_and(|ip| !ip.is_loopback()) {
                    return Err(NotLoopback.into());
                }
                let io = call(tcp(loopback_only), target).await?;
                Ok(Stream::Plain(io))
            }
            (Some("https"), Some(tls)) => {
                let hop = self.proxy.as_ref().and_then(|proxy| proxy(&target));
                let config = tls.config()?;
                let https = HttpsConnectorBuilder::new().with_tls_config(config).https_only();
                let io = match hop {
                    None => call(https.enable_http1().wrap_connector(tcp(false)), target).await?,
                    Some(Hop { url, authorization }) => {
                        let tunnel = Tunnel::new(url, tcp(false));
                        let tunnel = authorization.into_iter().fold(tunnel, Tunnel::with_auth);
                        call(https.enable_http1().wrap_connector(tunnel), target).await?
                    }
                };
                Ok(Stream::Tls(Box::new(io)))
            }
            _ => Err("expected an address that begins with http:// or https://".into()),
        }
    }
}

fn tcp(loopback_only: bool) -> Tcp {
    let resolver = GuardedResolver { inner: GaiResolver::new(), loopback_only };
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp
}

async fn call<C>(mut connector: C, target: Uri) -> Result<C::Response, BoxError>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
{
    poll_fn(|cx| connector.poll_ready(cx)).await.map_err(Into::into)?;
    connector.call(target).await.map_err(Into::into)
}

/// A host that is written as an address, which no resolver sees.
fn literal(target: &Uri) -> Option<IpAddr> {
    target.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Resolves host names and refuses addresses of other machines where only loopback is allowed.
#[derive(Clone, Debug)]
struct GuardedResolver {
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
            match addresses.iter().any(|address| loopback_only && !address.ip().is_loopback()) {
                true => Err(io::Error::other(NotLoopback)),
                false => Ok(addresses.into_iter()),
            }
        })
    }
}

/// Plain http to another machine.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("plain http is for loopback addresses only, use https")]
struct NotLoopback;

/// A connection, encrypted or not.
pub(super) enum Stream {
    Plain(TokioIo<TcpStream>),
    Tls(Box<MaybeHttpsStream<TokioIo<TcpStream>>>),
}

impl Read for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_read(cx, buffer),
            Self::Tls(io) => Pin::new(&mut **io).poll_read(cx, buffer),
        }
    }
}

impl Write for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_write(cx, bytes),
            Self::Tls(io) => Pin::new(&mut **io).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_flush(cx),
            Self::Tls(io) => Pin::new(&mut **io).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_shutdown(cx),
            Self::Tls(io) => Pin::new(&mut **io).poll_shutdown(cx),
        }
    }
}
