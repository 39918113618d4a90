//! Scoped tokens: what an identity may do, cut down to one scope in one compartment.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Request, Response, StatusCode, Uri};

use super::instance::session_key;
use super::{ProviderError, snapshot};
use crate::cache::{Fetch, TokenProvider};
use crate::digest::BodyDigest;
use crate::drive::{Exchange, Patience};
use crate::exchange::{self, Ending, ExchangeError, Issuer};
use crate::federation::FederationError;
use crate::network::Network;
use crate::secret::Secret;
use crate::sign_error::SignError;
use crate::signer::Signer;
use crate::snapshot::Snapshot;

/// Exchanges an identity for a token of one scope and one compartment, at the authentication service.
///
/// The identity signs the exchange; if it is refused, its own token is replaced once. The official Python SDK calls this
/// `OauthExchangeTokenSigner`.
#[derive(Clone)]
pub struct ScopedToken(Arc<Inner>);

struct Inner {
    network: Network,
    identity: Signer,
    endpoint: String,
    scope: String,
    compartment_id: String,
}

impl ScopedToken {
    /// A token for `scope`, such as `monitoring_write_urn-ocid1.compartment.oc1..aaaa:instance`, in a compartment. `endpoint` is
    /// that of the authentication service ([`EndpointTemplate::AUTH`](crate::EndpointTemplate::AUTH)).
    pub fn new(
        network: Network,
        identity: Signer,
        endpoint: impl Into<String>,
        scope: impl Into<String>,
        compartment_id: impl Into<String>,
    ) -> Self {
        Self(Arc::new(Inner {
            network,
            identity,
            endpoint: endpoint.into(),
            scope: scope.into(),
            compartment_id: compartment_id.into(),
        }))
    }
}

impl TokenProvider for ScopedToken {
    type Error = ProviderError;

    fn fetch(&self) -> Fetch<ProviderError> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let identity = inner.identity.ready().await?;
            match inner.fetch_as(&identity).await {
                Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                    match inner.identity.refresh_after(&identity).await? {
                        Some(other) => inner.fetch_as(&other).await,
                        None => Err(error),
                    }
                }
                other => other,
            }
        })
    }
}

impl Inner {
    async fn fetch_as(&self, identity: &Snapshot) -> Result<Snapshot, ProviderError> {
        let network = &self.network;
        let uri = exchange::address(&self.endpoint, PATH).ok_or(ExchangeError::Endpoint)?;
        let key = session_key(network).await?;
        let public = key.public_key_der().ok_or(FederationError::NoPublicKey)?;
        let body = serde_json::json!({
            "scope": self.scope,
            "public_key": STANDARD.encode(public),
            "target_compartment": self.compartment_id,
        });
        let body = body.to_string().into_bytes();
        let ending = Ending { issuer: Issuer::Authentication, key: key.fingerprint() };
        let exchange = ScopedExchange { uri, identity, body, ending };
        let token = network.drive(&*network.service, &exchange, Patience::AUTHENTICATION).await?;
        snapshot(&token, key, None)
    }
}

struct ScopedExchange<'i> {
    uri: Uri,
    identity: &'i Snapshot,
    body: Vec<u8>,
    ending: Ending,
}

impl Exchange for ScopedExchange<'_> {
    type Output = Secret;
    type Error = ExchangeError;

    fn issuer(&self) -> Issuer {
        Issuer::Authentication
    }

    fn next_request(&self, now: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        let mut request = exchange::post(&self.uri, self.body.clone());
        let digest = BodyDigest::of(request.body());
        self.identity.sign(&mut request, &digest, now)?;
        Ok(request)
    }

    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Secret, ExchangeError> {
        self.ending.token(response, now)
    }
}

impl fmt::Debug for ScopedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedToken")
            .field("endpoint", &self.0.endpoint)
            .field("scope", &self.0.scope)
            .field("compartment_id", &self.0.compartment_id)
            .finish_non_exhaustive()
    }
}

const PATH: &str = "/v1/oauth2/scoped";
