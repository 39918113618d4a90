//! Hyper as the client of the providers: one connection for each request, and nothing that outlives it.

mod connect;
mod tls;

use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::{HOST, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use tokio::time::timeout;

pub use connect::Hop;
use connect::{Connector, Proxies};
pub use tls::HyperClientError;
use tls::{Roots, Tls};

use crate::exchange::Issuer;
use crate::http_client::{HttpClient, HttpError, Sending};
use crate::network::{Clock, Sleep};
use crate::provider::ProviderError;

/// An [`HttpClient`] over hyper. Clones share its certificate authorities.
///
/// Each request has a connection of its own, which lives in the future of the request: no pool and no task is left behind, so a
/// request that is dropped is gone, and the client may be used from any number of tokio's runtimes, one after the other. Tokens
/// are asked for every few minutes; a pool would save nothing.
///
/// A connection is given 10 seconds and an answer 60, as in the official Python SDK. Answers are bounded at 1 MiB, and redirects
/// are not followed. Plain http goes to this machine only.
#[derive(Clone)]
pub struct HyperClient {
    connector: Connector,
    connect_timeout: Duration,
    timeout: Duration,
}

impl HyperClient {
    /// A client that is told what the defaults do not fit.
    pub fn builder() -> HyperClientBuilder {
        HyperClientBuilder {
            roots: Roots::default(),
            proxy: None,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: TIMEOUT,
        }
    }

    /// A client for the metadata service of an instance: over plain http, which that service alone speaks, and without TLS.
    #[must_use]
    pub fn metadata() -> Self {
        let connector = Connector::plain_only();
        Self { connector, connect_timeout: CONNECT_TIMEOUT, timeout: TIMEOUT }
    }

    async fn exchange(self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let (request, target) = in_origin_form(request)?;
        let connecting = timeout(self.connect_timeout, self.connector.connect(target));
        let io = match connecting.await {
            Ok(connected) => connected.map_err(HttpError::connecting)?,
            Err(_) => {
                return Err(HttpError::connecting(TimedOut { limit: self.connect_timeout }));
            }
        };
        match timeout(self.timeout, answer(io, request)).await {
            Ok(answered) => answered,
            Err(_) => Err(HttpError::sending(TimedOut { limit: self.timeout })),
        }
    }
}

impl HttpClient for HyperClient {
    fn send(&self, request: Request<Vec<u8>>) -> Sending {
        Box::pin(self.clone().exchange(request))
    }
}

impl fmt::Debug for HyperClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperClient")
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Sends a request over a connection that is made, and drives both until the whole answer is there.
async fn answer(
    io: connect::Stream,
    request: Request<Full<Bytes>>,
) -> Result<Response<Vec<u8>>, HttpError> {
    let (mut sender, connection) = http1::handshake(io).await.map_err(HttpError::sending)?;
    let exchange = async move {
        let response = sender.send_request(request).await.map_err(HttpError::sending)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await;
        let body = body.map_err(HttpError::sending)?.to_bytes().to_vec();
        Ok(Response::from_parts(head, body))
    };
    let (mut exchange, mut connection) = (pin!(exchange), pin!(connection));
    let mut is_open = true;
    std::future::poll_fn(move |cx| {
        // How the connection ended is told by the exchange that it carried.
        if is_open && connection.as_mut().poll(cx).is_ready() {
            is_open = false;
        }
        exchange.as_mut().poll(cx)
    })
    .await
}

/// The request as it goes on the wire, and the address that it goes to.
fn in_origin_form(request: Request<Vec<u8>>) -> Result<(Request<Full<Bytes>>, Uri), HttpError> {
    let (mut head, body) = request.into_parts();
    let target = head.uri.clone();
    let Some(authority) = target.authority() else {
        return Err(HttpError::connecting("the address has no host"));
    };
    if !head.headers.contains_key(HOST) {
        let host = HeaderValue::try_from(authority.as_str()).map_err(HttpError::connecting)?;
        head.headers.insert(HOST, host);
    }
    head.headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
    let path = target.path_and_query().cloned();
    head.uri = path.unwrap_or(PathAndQuery::from_static("/")).into();
    Ok((Request::from_parts(head, Full::new(Bytes::from(body))), target))
}

/// What a [`HyperClient`] is told.
#[must_use = "a builder does nothing until `build` is called"]
pub struct HyperClientBuilder {
    roots: Roots,
    proxy: Option<Proxies>,
    connect_timeout: Duration,
    timeout: Duration,
}

impl HyperClientBuilder {
    /// Trusts only the certificate authorities of this PEM text. Default: those of the operating system, or the bundled ones
    /// where it has none.
    pub fn pem_roots(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots = Roots::Pem(pem.into());
        self
    }

    /// Trusts the certificate authorities of Mozilla's programme that are compiled in.
    pub fn bundled_roots(mut self) -> Self {
        self.roots = Roots::Bundled;
        self
    }

    /// Sends requests for https addresses through a tunnel, where `proxy` names one for the address. Default: none.
    pub fn proxy(mut self, proxy: impl Fn(&Uri) -> Option<Hop> + Send + Sync + 'static) -> Self {
        self.proxy = Some(Arc::new(proxy));
        self
    }

    /// How long a connection may take, TLS included. Default: 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long the whole answer may take once there is a connection. Default: 60 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Makes the client. The certificate authorities of the system are read when the first https address is met.
    ///
    /// # Errors
    /// [`HyperClientError`] if authorities that were given cannot be used.
    pub fn build(self) -> Result<HyperClient, HyperClientError> {
        let connector = Connector::new(Tls::new(self.roots)?, self.proxy);
        let (connect_timeout, timeout) = (self.connect_timeout, self.timeout);
        Ok(HyperClient { connector, connect_timeout, timeout })
    }
}

impl fmt::Debug for HyperClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperClientBuilder").field("roots", &self.roots).finish_non_exhaustive()
    }
}

/// A client that trusts the certificate authority in a file, which is read for each request: a cluster may replace it.
#[derive(Clone, Debug)]
pub(crate) struct TrustingFile(PathBuf);

impl TrustingFile {
    pub(crate) fn new(authority: &Path) -> Self {
        Self(authority.to_owned())
    }
}

impl HttpClient for TrustingFile {
    fn send(&self, request: Request<Vec<u8>>) -> Sending {
        let path = self.0.clone();
        Box::pin(async move {
            let pem = std::fs::read(&path).map_err(|source| {
                let path = path.display();
                HttpError::connecting(format!(
                    "cannot read the certificate authority {path}: {source}"
                ))
            })?;
            let client = HyperClient::builder().pem_roots(pem).build();
            client.map_err(HttpError::connecting)?.exchange(request).await
        })
    }
}

/// The clock of the system, and tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, wait: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// Waits for a future on a thread and a runtime of their own, for so long at most.
pub(crate) fn blocking<T: Send>(
    limit: Duration,
    work: impl Future<Output = T> + Send,
) -> Result<T, ProviderError> {
    let failed = |source: HttpError| ProviderError::NoAnswer {
        issuer: Issuer::Metadata,
        attempts: 1,
        source,
    };
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed(HttpError::connecting(error)))?;
        runtime
            .block_on(async { timeout(limit, work).await })
            .map_err(|_| failed(HttpError::sending(TimedOut { limit })))
    };
    // Blocking a thread of somebody's runtime is bad enough; to enter another runtime on it would be a panic.
    std::thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|_| Err(failed(HttpError::connecting("the request panicked"))))
}

/// A step that took too long.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("nothing came within {limit:?}")]
struct TimedOut {
    limit: Duration,
}

/// Of the official Python SDK, for connecting and for an answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(60);

/// Tokens are 1 to 6 KiB long, certificates 2 KiB.
const LONGEST_ANSWER: usize = 1024 * 1024;

const AGENT: &str = concat!("oci-auth/", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
mod tests;
