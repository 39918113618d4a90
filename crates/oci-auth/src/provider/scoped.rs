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

#[cfg(test)]
mod tests {
    use super::super::world::{Reply, World, chain, key, token};
    use super::*;
    use crate::KeyId;
    use crate::key::SigningKey;

    fn scoped(world: &World, identity: Signer) -> ScopedToken {
        ScopedToken::new(
            world.network(),
            identity,
            "https://auth.example",
            "scope",
            "ocid1.compartment.oc1..c",
        )
    }

    fn api_key() -> Signer {
        let id = KeyId::verbatim("t/u/f".to_owned()).unwrap();
        Signer::new(SigningKey::new(id, key('a')))
    }

    #[tokio::test(start_paused = true)]
    async fn the_identity_signs_for_the_scope() {
        let world = World::new(|_, _| Reply::token(&token("t", 1200, 'b')));
        let found = scoped(&world, api_key()).fetch().await.unwrap();
        assert_eq!(found.key().unwrap().fingerprint(), key('b').fingerprint());
        let sent = world.sent().pop().unwrap();
        assert_eq!(sent.uri, "https://auth.example/v1/oauth2/scoped");
        assert_eq!(sent.key_id(), "t/u/f");
        let body = sent.json();
        assert_eq!(
            (&body["scope"], &body["target_compartment"]),
            (&"scope".into(), &"ocid1.compartment.oc1..c".into())
        );
        assert!(body["public_key"].as_str().unwrap().starts_with("MIIBI"));
    }

    #[tokio::test(start_paused = true)]
    async fn an_identity_that_is_refused_and_does_not_change_is_refused() {
        let world = World::new(|_, _| Reply::new(401, "{}"));
        let error = scoped(&world, api_key()).fetch().await.unwrap_err();
        assert!(chain(&error).contains("answered 401"), "{error:?}");
        assert_eq!(world.sent().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_identity_that_is_refused_has_its_token_replaced_once() {
        let world = World::new(|sent, before| match sent.uri.ends_with("/oauth2/v1/token") {
            true => Reply::token(&token(&format!("t{before}"), 1200, 'b')),
            false => Reply::new(401, "{}"),
        });
        let domain = super::super::TokenExchange::new(
            world.network(),
            "https://idcs.example",
            "client",
            Secret::from("secret"),
        )
        .subject(|| Some(Secret::from("x")));
        let clock = world.clone();
        let cache = crate::TokenCache::new(domain, move || crate::Clock::now(&clock));
        scoped(&world, Signer::tokens(cache)).fetch().await.unwrap_err();
        assert_eq!((world.count("/oauth2/v1/token"), world.count("/v1/oauth2/scoped")), (2, 2));
    }
}
