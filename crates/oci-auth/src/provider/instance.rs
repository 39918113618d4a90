//! Instance principals: a compute instance that is a principal of its own, by the certificate that its metadata service gives.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use http::{Request, Response};
use zeroize::Zeroizing;

use super::{DelegationToken, Metadata, ProviderError, snapshot};
use crate::cache::{Fetch, TokenProvider};
use crate::certificate::InstanceCertificate;
use crate::drive::{Exchange, Patience};
use crate::exchange::Issuer;
use crate::federation::{FederationError, InstanceFederation};
use crate::key::{Backend, PrivateKey};
use crate::network::Network;
use crate::region::{EndpointTemplate, Region, Regions};
use crate::secret::Secret;
use crate::sign_error::SignError;

/// Fetches the tokens of a compute instance.
///
/// Each fetch asks the metadata service for the region (once), the certificate, its key and the intermediate certificate, makes a
/// session key and exchanges all of it at the authentication service of the region ([`InstanceFederation`]). Certificates are
/// short-lived: a fetch that meets the moment of their rotation, so that key and certificate do not fit, reads both again, and so
/// does one whose certificate was refused.
///
/// ```no_run
/// # #[cfg(all(feature = "http", feature = "session-keys"))]
/// # {
/// use std::time::SystemTime;
///
/// use oci_auth::{HyperClient, InstancePrincipal, Network, Signer, TokenCache};
///
/// let network = Network::system(HyperClient::builder().build()?);
/// let signer = Signer::tokens(TokenCache::new(InstancePrincipal::new(network), SystemTime::now));
/// # drop(signer);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct InstancePrincipal(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    network: Network,
    metadata: Metadata,
    regions: Regions,
    endpoint: Option<String>,
    form: Form,
    delegation: Option<DelegationToken>,
    backend: Backend,
    /// What was found out once and does not change: the region, and the tenancy that must stay.
    known: Arc<Mutex<Known>>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    region: Option<Region>,
    tenancy: Option<String>,
}

/// How the certificate is named.
#[derive(Clone, Copy, Debug)]
enum Form {
    Sha1,
    Sha256,
}

impl InstancePrincipal {
    /// That of the instance that this program runs on.
    #[must_use]
    pub fn new(network: Network) -> Self {
        Self(Arc::new(Inner {
            network,
            metadata: Metadata::new(None),
            regions: Regions::default(),
            endpoint: None,
            form: Form::Sha256,
            delegation: None,
            backend: Backend::default(),
            known: Arc::default(),
        }))
    }

    /// Another address of the metadata service, such as `http://127.0.0.1:8787/opc/v2`. Default: that of every instance,
    /// `http://169.254.169.254/opc/v2`, and without a way there the same over IPv6.
    #[must_use]
    pub fn metadata_url(self, url: &str) -> Self {
        self.with(|inner| inner.metadata = Metadata::new(Some(url)))
    }

    /// Another endpoint of the authentication service, such as `https://auth.us-chicago-1.oraclecloud.com`. Default: that of the
    /// region that the metadata service names.
    #[must_use]
    pub fn endpoint(self, endpoint: impl Into<String>) -> Self {
        let endpoint = endpoint.into();
        self.with(|inner| inner.endpoint = Some(endpoint))
    }

    /// More regions than those that are built in, for one that is newer.
    #[must_use]
    pub fn regions(self, regions: Regions) -> Self {
        self.with(|inner| inner.regions = regions)
    }

    /// Names the certificate by its SHA-1, as the official SDKs for Python and TypeScript do. Default: by its SHA-256, as those
    /// for Go and Java do.
    #[must_use]
    pub fn sha1_fingerprint(self) -> Self {
        self.with(|inner| inner.form = Form::Sha1)
    }

    /// Acts on behalf of a user.
    #[must_use]
    pub fn on_behalf_of(self, token: DelegationToken) -> Self {
        self.with(|inner| inner.delegation = Some(token))
    }

    /// The library that signs the exchange. Default: `ring`.
    #[must_use]
    pub fn backend(self, backend: Backend) -> Self {
        self.with(|inner| inner.backend = backend)
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// The id of the instance.
    pub(super) async fn id(&self) -> Result<String, ProviderError> {
        self.0.metadata.text(&self.0.network, "/instance/id").await
    }

    pub(super) fn network(&self) -> &Network {
        &self.0.network
    }

    /// The region of the instance.
    ///
    /// # Errors
    /// [`ProviderError`] if the metadata service does not tell.
    pub async fn region(&self) -> Result<Region, ProviderError> {
        self.0.region().await
    }
}

impl TokenProvider for InstancePrincipal {
    type Error = ProviderError;

    fn fetch(&self) -> Fetch<ProviderError> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let (token, key) = match inner.federate().await {
                Err(error) if is_stale(&error) => inner.federate().await,
                other => other,
            }?;
            snapshot(&token, key, inner.delegation.as_ref())
        })
    }
}

/// Whether certificate and key may have been replaced while they were read or since.
fn is_stale(error: &ProviderError) -> bool {
    match error {
        ProviderError::Federation(FederationError::Pair) => true,
        other => other.clocks().is_none() && other.status() == Some(http::StatusCode::UNAUTHORIZED),
    }
}

impl Inner {
    async fn region(&self) -> Result<Region, ProviderError> {
        if let Some(region) = self.known().region.clone() {
            return Ok(region);
        }
        let found = self.metadata.region(&self.network, &self.regions).await?;
        self.known().region = Some(found.clone());
        Ok(found)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn endpoint(&self) -> Result<String, ProviderError> {
        match &self.endpoint {
            Some(endpoint) => Ok(endpoint.clone()),
            None => authentication_endpoint(&self.region().await?),
        }
    }

    async fn federate(&self) -> Result<(Secret, PrivateKey), ProviderError> {
        let network = &self.network;
        let endpoint = self.endpoint().await?;
        let read = |path: &'static str| self.metadata.get(network, path);
        let leaf = certificate(&read("/identity/cert.pem").await?)?;
        let pem = Zeroizing::new(read("/identity/key.pem").await?);
        let key = PrivateKey::from_pem_with(&pem, None, self.backend).map_err(|source| {
            ProviderError::Key { what: "that the metadata service gave", source }
        })?;
        let intermediate = certificate(&read("/identity/intermediate.pem").await?)?;
        self.check_tenancy(&leaf)?;
        let session_key = session_key(network).await?;
        let build = match self.form {
            Form::Sha1 => InstanceFederation::with_sha1,
            Form::Sha256 => InstanceFederation::new,
        };
        let exchange = build(&endpoint, &leaf, key, &[intermediate], &session_key)?;
        let token = network.drive(&*network.service, &exchange, Patience::AUTHENTICATION).await?;
        Ok((token, session_key))
    }

    /// Another tenancy than at first would mean to act as somebody else from one call to the next.
    fn check_tenancy(&self, leaf: &InstanceCertificate) -> Result<(), ProviderError> {
        let Some(now) = leaf.tenancy() else { return Ok(()) };
        let mut known = self.known();
        let before = known.tenancy.get_or_insert_with(|| now.to_owned());
        if before.as_str() == now {
            return Ok(());
        }
        Err(ProviderError::TenancyChanged { before: before.clone(), now: now.to_owned() })
    }
}

fn certificate(pem: &[u8]) -> Result<InstanceCertificate, ProviderError> {
    InstanceCertificate::from_pem(pem).map_err(ProviderError::Certificate)
}

pub(super) async fn session_key(network: &Network) -> Result<PrivateKey, ProviderError> {
    let key = network.keys.next_key().await;
    key.map_err(|source| ProviderError::Key { what: "of a new token", source })
}

/// The endpoint of the authentication service of a region.
pub(super) fn authentication_endpoint(region: &Region) -> Result<String, ProviderError> {
    let endpoint = EndpointTemplate::AUTH.expand(region, &[]);
    endpoint.map_err(|_| ProviderError::NoRegion)
}

impl Exchange for InstanceFederation {
    type Output = Secret;
    type Error = FederationError;

    fn issuer(&self) -> Issuer {
        Issuer::Authentication
    }

    fn next_request(&self, now: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        Self::next_request(self, now)
    }

    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Secret, FederationError> {
        Self::handle_response(self, response, now)
    }
}

/// Shows where it looks; what it holds is redacted.
impl fmt::Debug for InstancePrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstancePrincipal")
            .field("metadata", &self.0.metadata)
            .field("endpoint", &self.0.endpoint)
            .field("delegation", &self.0.delegation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
