//! Resource principals of version 3.0: a resource that acts as the one that it belongs to.

use std::fmt;
use std::sync::Arc;

use super::exchange::{ResourceTokens, SessionExchange};
use super::parse_url;
use crate::cache::{Fetch, TokenProvider};
use crate::drive::Patience;
use crate::exchange::ExchangeError;
use crate::network::Network;
use crate::provider::instance::session_key;
use crate::provider::{ProviderError, snapshot};
use crate::region::Region;
use crate::signer::Signer;
use crate::snapshot::Snapshot;

/// Fetches the tokens of the resource that another resource belongs to, its parent: version 3.0.
///
/// The leaf, a resource principal of another version, asks for the tokens of its parent and exchanges them; if the answer names
/// the parent of the parent (`opc-parent-rpt-url`), the parent's token asks there in turn, up to ten times. This is how the
/// official Go SDK does it; that for Python refuses every address of a parent.
#[derive(Clone)]
pub struct NestedResourcePrincipal(Arc<Inner>);

struct Inner {
    network: Network,
    leaf: Signer,
    tokens_url: String,
    session_endpoint: String,
}

impl NestedResourcePrincipal {
    /// The parent of `leaf`, whose tokens are at `tokens_url`: a whole address with its path. `session_endpoint` is that of the
    /// authentication service.
    pub fn new(
        network: Network,
        leaf: Signer,
        tokens_url: impl Into<String>,
        session_endpoint: impl Into<String>,
    ) -> Self {
        let (tokens_url, session_endpoint) = (tokens_url.into(), session_endpoint.into());
        Self(Arc::new(Inner { network, leaf, tokens_url, session_endpoint }))
    }

    /// The same at the authentication service of a region.
    ///
    /// # Errors
    /// [`ProviderError::NoRegion`] if the region has no such service.
    pub fn in_region(
        network: Network,
        leaf: Signer,
        tokens_url: impl Into<String>,
        region: &Region,
    ) -> Result<Self, ProviderError> {
        let endpoint = super::authentication_endpoint(region)?;
        Ok(Self::new(network, leaf, tokens_url, endpoint))
    }
}

impl TokenProvider for NestedResourcePrincipal {
    type Error = ProviderError;

    fn fetch(&self) -> Fetch<ProviderError> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let leaf = inner.leaf.ready().await?;
            match inner.climb(&leaf).await {
                // The leaf's token may have been replaced.
                Err(error) if error.status() == Some(http::StatusCode::UNAUTHORIZED) => {
                    match inner.leaf.refresh_after(&leaf).await? {
                        Some(other) => inner.climb(&other).await,
                        None => Err(error),
                    }
                }
                other => other,
            }
        })
    }
}

impl Inner {
    /// From the leaf to the parent that has no parent.
    async fn climb(&self, leaf: &Snapshot) -> Result<Snapshot, ProviderError> {
        let network = &self.network;
        let key = session_key(network).await?;
        let mut identity = leaf.clone();
        let mut url = self.tokens_url.clone();
        for _ in 0..DEEPEST {
            let uri = parse_url(&url).ok_or(ExchangeError::Endpoint)?;
            let request = ResourceTokens { uri, identity: &identity, security_context: None };
            let found = network.drive(&*network.service, &request, Patience::SERVICE).await?;
            let request = SessionExchange::new(&self.session_endpoint, &identity, &found, &key)?;
            let token = network.drive(&*network.service, &request, Patience::SERVICE).await?;
            identity = snapshot(&token, key.share(), None)?;
            match found.parent {
                // Some services name themselves where there is nobody above.
                Some(parent) if !parent.eq_ignore_ascii_case(&url) => url = parent,
                _ => return Ok(identity),
            }
        }
        Err(ProviderError::Nested { depth: DEEPEST })
    }
}

/// Shows where it asks.
impl fmt::Debug for NestedResourcePrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NestedResourcePrincipal")
            .field("tokens_url", &self.0.tokens_url)
            .field("session_endpoint", &self.0.session_endpoint)
            .finish_non_exhaustive()
    }
}

/// Of the official SDKs. They sign with what they have then; a token of somewhere on the way is that of nobody whom one meant.
const DEEPEST: usize = 10;
