//! Workload identity: a pod of an enhanced OKE cluster that is a principal of its own, by the token of its service account.

use std::fmt;
use std::fs;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{Request, Response, Uri};
use serde_json::Value;
use zeroize::Zeroizing;

use super::instance::session_key;
use super::{ProviderError, snapshot};
use crate::cache::{Fetch, TokenProvider};
use crate::drive::{self, Exchange, Patience};
use crate::exchange::{self, Ending, ExchangeError, Issuer};
use crate::key::PrivateKey;
use crate::network::Network;
use crate::secret::Secret;
use crate::sign_error::SignError;
use crate::token::TokenClaims;

/// Fetches the tokens of a pod, from the token service of its cluster ("proxymux").
///
/// That service is at the host of the cluster's API, port 12250, under a certificate of the cluster's own authority. It takes the
/// token of the pod's service account, which Kubernetes replaces now and then and which is therefore read anew for each fetch,
/// and the public half of a key that is made for it.
#[derive(Clone)]
pub struct WorkloadIdentity(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    network: Network,
    host: String,
    port: u16,
    authority: PathBuf,
    token: PodToken,
}

/// Where the token of the service account is.
#[derive(Clone)]
pub enum PodToken {
    /// In a file that Kubernetes replaces.
    File(PathBuf),
    /// A token that does not change.
    Text(Secret),
}

impl Default for PodToken {
    fn default() -> Self {
        Self::File(PathBuf::from(TOKEN_FILE))
    }
}

impl WorkloadIdentity {
    /// That of the pod that this program runs in. `host` is what Kubernetes puts into `KUBERNETES_SERVICE_HOST`.
    pub fn new(network: Network, host: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            network,
            host: host.into(),
            port: PORT,
            authority: PathBuf::from(AUTHORITY_FILE),
            token: PodToken::default(),
        }))
    }

    /// The port of the token service. Default: 12250. The official SDK for TypeScript takes it from
    /// `KUBERNETES_SERVICE_PORT_PROXYMUX`.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        self.with(|inner| inner.port = port)
    }

    /// The file of the cluster's certificate authority, which is read for each fetch. Default:
    /// `/var/run/secrets/kubernetes.io/serviceaccount/ca.crt`.
    #[must_use]
    pub fn authority(self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        self.with(|inner| inner.authority = path)
    }

    /// The token of the service account. Default: the file `/var/run/secrets/kubernetes.io/serviceaccount/token`.
    #[must_use]
    pub fn token(self, token: PodToken) -> Self {
        self.with(|inner| inner.token = token)
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }
}

impl TokenProvider for WorkloadIdentity {
    type Error = ProviderError;

    fn fetch(&self) -> Fetch<ProviderError> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let network = &inner.network;
            let pod_token = inner.token.read(network.clock.now())?;
            let key = session_key(network).await?;
            let exchange = PodExchange::new(&inner.host, inner.port, pod_token, &key)?;
            let client = network.to_cluster(&inner.authority);
            let token = network.drive(&*client, &exchange, Patience::SERVICE).await?;
            snapshot(&token, key, None)
        })
    }
}

impl PodToken {
    /// The token, if it has not ended: the refusal of one that has would not say why.
    fn read(&self, now: SystemTime) -> Result<Secret, ProviderError> {
        let (text, place) = match self {
            Self::Text(token) => (Secret::from(token.expose().trim()), "that was given".to_owned()),
            Self::File(path) => (read_file(path)?, format!("in {}", path.display())),
        };
        let wrong = |reason| Err(ProviderError::PodToken { place: place.clone(), reason });
        let Ok(claims) = TokenClaims::read(&text) else { return wrong("is not a token") };
        match claims.expires_at() {
            None => wrong("does not say when it ends"),
            Some(end) if end <= now => wrong("has ended"),
            Some(_) => Ok(text),
        }
    }
}

fn read_file(path: &Path) -> Result<Secret, ProviderError> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text =
        text.map_err(|error| ProviderError::File { path: path.to_owned(), kind: error.kind() })?;
    Ok(Secret::from(text.trim()))
}

/// The request for the token of a pod, and its answer.
struct PodExchange {
    uri: Uri,
    pod_token: Secret,
    body: Vec<u8>,
    ending: Ending,
}

impl PodExchange {
    fn new(
        host: &str,
        port: u16,
        pod_token: Secret,
        key: &PrivateKey,
    ) -> Result<Self, ProviderError> {
        let host = match host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => host.to_owned(),
        };
        let uri = exchange::address(&format!("https://{host}:{port}"), PATH);
        let uri = uri.ok_or(ExchangeError::Endpoint)?;
        let public = STANDARD.encode(key.public_key_der().unwrap_or_default());
        let body = serde_json::json!({ "podKey": public }).to_string().into_bytes();
        let ending = Ending { issuer: Issuer::Cluster, key: key.fingerprint() };
        Ok(Self { uri, pod_token, body, ending })
    }
}

impl Exchange for PodExchange {
    type Output = Secret;
    type Error = ExchangeError;

    fn issuer(&self) -> Issuer {
        Issuer::Cluster
    }

    /// It is not signed: the token of the service account, over the cluster's own TLS, says who asks.
    fn next_request(&self, _: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        let mut request = exchange::post(&self.uri, self.body.clone());
        let bearer = Zeroizing::new(format!("Bearer {}", self.pod_token.expose()));
        let mut bearer = HeaderValue::try_from(bearer.as_str())
            .map_err(|_| SignError::HeaderText(AUTHORIZATION))?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let id = drive::request_id().and_then(|id| HeaderValue::try_from(id).ok());
        request.headers_mut().extend(id.map(|id| (OPC_REQUEST_ID, id)));
        Ok(request)
    }

    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Secret, ExchangeError> {
        let body = exchange::success(Issuer::Cluster, response, now)?;
        let json = unwrap(body).ok_or(ExchangeError::Malformed { issuer: Issuer::Cluster })?;
        let token = self.ending.text(&json, "token")?;
        // It comes as a key id, with the prefix that marks tokens there.
        self.ending.check(Secret::from(token.strip_prefix("ST$").unwrap_or(token)))
    }
}

/// The JSON in an answer: in base64, mostly between double quotes.
fn unwrap(body: &[u8]) -> Option<Value> {
    let text = str::from_utf8(body).ok()?.trim();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let json = Zeroizing::new(STANDARD.decode(quoted.unwrap_or(text).trim()).ok()?);
    serde_json::from_slice(&json).ok()
}

impl fmt::Debug for PodToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(token) => f.debug_tuple("Text").field(token).finish(),
        }
    }
}

impl fmt::Debug for WorkloadIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkloadIdentity")
            .field("host", &self.0.host)
            .field("port", &self.0.port)
            .field("authority", &self.0.authority)
            .field("token", &self.0.token)
            .finish_non_exhaustive()
    }
}

const PATH: &str = "/resourcePrincipalSessionTokens";
const PORT: u16 = 12250;
const AUTHORITY_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
const TOKEN_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const OPC_REQUEST_ID: HeaderName = HeaderName::from_static("opc-request-id");

#[cfg(test)]
mod tests;
