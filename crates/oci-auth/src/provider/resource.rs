//! Resource principals that are fetched: in two steps, from the service of the resource and from the authentication service.

mod exchange;
mod nested;

use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::uri::PathAndQuery;

pub use nested::NestedResourcePrincipal;

use super::instance::{authentication_endpoint, session_key};
use super::{DelegationToken, InstancePrincipal, ProviderError, snapshot};
use crate::KeyId;
use crate::cache::{Fetch, TokenCache, TokenProvider};
use crate::drive::Patience;
use crate::exchange::{ExchangeError, address};
use crate::key::{PrivateKey, SigningKey};
use crate::network::Network;
use crate::secret::Secret;
use crate::snapshot::Snapshot;
use exchange::{ResourceTokens, SessionExchange};

/// Fetches the tokens of a resource whose platform does not hand them over: versions 1.1, 2.1, 2.1.1 and 2.1.2.
///
/// The service of the resource is asked for two tokens, in the name of who is behind the resource; the authentication service
/// exchanges these for the one that signs.
#[derive(Clone)]
pub struct FetchedResourcePrincipal(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    network: Network,
    identity: ResourceIdentity,
    /// Where the tokens of the resource are.
    tokens_endpoint: String,
    /// The path there, with `{id}` for the instance that has the resource.
    tokens_path: Option<String>,
    /// The instance in that path.
    tokens_id: Option<String>,
    session_endpoint: Option<String>,
    security_context: Option<Secret>,
    delegation: Option<DelegationToken>,
}

/// In whose name the tokens of a resource are asked for.
#[derive(Clone)]
pub struct ResourceIdentity(Who);

#[derive(Clone)]
enum Who {
    /// Version 1.1: the instance that the resource runs on.
    Instance(InstancePrincipal, Arc<TokenCache<InstancePrincipal>>),
    /// Versions 2.1 and later: the resource itself, by a key that the platform gives it, which also becomes that of the token.
    Key { version: &'static str, resource_id: String, id: KeyId, read: ReadKey },
}

/// Reads the key of a resource, which the platform may have replaced.
type ReadKey = Arc<dyn Fn() -> Result<PrivateKey, ProviderError> + Send + Sync>;

impl ResourceIdentity {
    /// Version 1.1: the resource runs on this instance.
    #[must_use]
    pub fn instance(instance: InstancePrincipal) -> Self {
        let clock = Arc::clone(&instance.network().clock);
        let cache = TokenCache::new(instance.clone(), move || clock.now());
        Self(Who::Instance(instance, Arc::new(cache)))
    }

    /// Versions 2.1 (without a tenancy), 2.1.1 and 2.1.2: a resource with a key. `version` is what the platform names in
    /// `OCI_RESOURCE_PRINCIPAL_VERSION`; `read` is called for each fetch, because the platform may replace the key.
    ///
    /// # Errors
    /// [`ProviderError::NotToken`] if the ids hold characters that no key id can, or the version is another one.
    pub fn key(
        version: &str,
        tenancy: Option<&str>,
        resource_id: &str,
        read: impl Fn() -> Result<PrivateKey, ProviderError> + Send + Sync + 'static,
    ) -> Result<Self, ProviderError> {
        let known = ["2.1", "2.1.1", "2.1.2"].into_iter().find(|known| *known == version);
        let (id, version) = match (known, tenancy) {
            (Some("2.1"), _) => (format!("resource/v2.1/{resource_id}"), "2.1"),
            (Some(version), Some(tenancy)) => {
                (format!("resource/v{version}/{tenancy}/{resource_id}"), version)
            }
            _ => return Err(ProviderError::NotToken),
        };
        let id = KeyId::verbatim(id).map_err(|_| ProviderError::NotToken)?;
        let (resource_id, read) = (resource_id.to_owned(), Arc::new(read));
        Ok(Self(Who::Key { version, resource_id, id, read }))
    }
}

impl FetchedResourcePrincipal {
    /// A resource whose service has its tokens at `tokens_endpoint`, such as `https://database.us-chicago-1.oraclecloud.com`.
    pub fn new(
        network: Network,
        identity: ResourceIdentity,
        tokens_endpoint: impl Into<String>,
    ) -> Self {
        Self(Arc::new(Inner {
            network,
            identity,
            tokens_endpoint: tokens_endpoint.into(),
            tokens_path: None,
            tokens_id: None,
            session_endpoint: None,
            security_context: None,
            delegation: None,
        }))
    }

    /// The endpoint of the authentication service. Default in version 1.1: that of the instance's region. The others have none.
    #[must_use]
    pub fn session_endpoint(self, endpoint: impl Into<String>) -> Self {
        let endpoint = endpoint.into();
        self.with(|inner| inner.session_endpoint = Some(endpoint))
    }

    /// Another path of the tokens. Default: `/20180711/resourcePrincipalToken/{id}` in version 1.1,
    /// `/20180711/resourcePrincipalTokenV2/` and the resource's id in 2.1 and 2.1.1, `…TokenV212/` in 2.1.2, the one that takes
    /// another path.
    #[must_use]
    pub fn tokens_path(self, path: impl Into<String>) -> Self {
        let path = path.into();
        self.with(|inner| inner.tokens_path = Some(path))
    }

    /// What stands for `{id}` in the path of version 1.1. Default: the id of the instance, which its metadata service tells.
    #[must_use]
    pub fn tokens_id(self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.with(|inner| inner.tokens_id = Some(id))
    }

    /// What the platform wants to be told of version 2.1.2, as the header `security-context`. Default: nothing.
    #[must_use]
    pub fn security_context(self, context: Secret) -> Self {
        self.with(|inner| inner.security_context = Some(context))
    }

    /// Acts on behalf of a user.
    #[must_use]
    pub fn on_behalf_of(self, token: DelegationToken) -> Self {
        self.with(|inner| inner.delegation = Some(token))
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }
}

impl TokenProvider for FetchedResourcePrincipal {
    type Error = ProviderError;

    fn fetch(&self) -> Fetch<ProviderError> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { inner.fetch().await })
    }
}

impl Inner {
    async fn fetch(&self) -> Result<Snapshot, ProviderError> {
        match &self.identity.0 {
            Who::Instance(_, cache) => {
                let identity = cache.snapshot().await?;
                match self.fetch_as(&identity, None).await {
                    // The instance's token may have been revoked; it has another one, or the refusal stands.
                    Err(error) if error.status() == Some(http::StatusCode::UNAUTHORIZED) => {
                        let other = cache.refresh_after(&identity).await?;
                        self.fetch_as(&other, None).await
                    }
                    other => other,
                }
            }
            Who::Key { id, read, .. } => {
                let key = read()?;
                let signing = SigningKey::new(id.clone(), key.share());
                self.fetch_as(&Snapshot::new(signing, None), Some(key)).await
            }
        }
    }

    /// In this name; `own` is the key of the resource, which becomes that of the token, where it has one.
    async fn fetch_as(
        &self,
        identity: &Snapshot,
        own: Option<PrivateKey>,
    ) -> Result<Snapshot, ProviderError> {
        let network = &self.network;
        let uri = address(&self.tokens_endpoint, &self.path().await?);
        let uri = uri.ok_or(ExchangeError::Endpoint)?;
        let context = self.security_context.as_ref();
        let request = ResourceTokens { uri, identity, security_context: context };
        let found = network.drive(&*network.service, &request, Patience::SERVICE).await?;

        let endpoint = self.session_endpoint().await?;
        let key = match own {
            Some(key) => key,
            None => session_key(network).await?,
        };
        let request = SessionExchange::new(&endpoint, identity, &found, &key)?;
        let token = network.drive(&*network.service, &request, Patience::SERVICE).await?;
        snapshot(&token, key, self.delegation.as_ref())
    }

    async fn session_endpoint(&self) -> Result<String, ProviderError> {
        match (&self.session_endpoint, &self.identity.0) {
            (Some(endpoint), _) => Ok(endpoint.clone()),
            (None, Who::Instance(instance, _)) => {
                authentication_endpoint(&instance.region().await?)
            }
            (None, Who::Key { .. }) => Err(ExchangeError::Endpoint.into()),
        }
    }

    /// The path of the tokens, with the id in its place.
    async fn path(&self) -> Result<String, ProviderError> {
        let set = self.tokens_path.as_deref();
        match &self.identity.0 {
            Who::Key { version: "2.1.2", resource_id, .. } => {
                let path = set.unwrap_or("/20180711/resourcePrincipalTokenV212");
                // As in the official Python SDK: `{}` at the end stands for the id, and without it the id is appended.
                let path = path.strip_suffix("{}").unwrap_or(path).trim_end_matches('/');
                Ok(format!("{path}/{resource_id}"))
            }
            Who::Key { resource_id, .. } => {
                Ok(format!("/20180711/resourcePrincipalTokenV2/{resource_id}"))
            }
            Who::Instance(instance, _) => {
                let path = set.unwrap_or("/20180711/resourcePrincipalToken/{id}");
                if !path.contains("{id}") {
                    return Ok(path.to_owned());
                }
                let id = match &self.tokens_id {
                    Some(id) => id.clone(),
                    None => instance.id().await?,
                };
                Ok(path.replace("{id}", &id))
            }
        }
    }
}

/// The address in a variable or in the header of an answer, whatever its path.
fn parse_url(text: &str) -> Option<Uri> {
    let uri: Uri = text.trim().parse().ok()?;
    let has_path = uri.path_and_query().map(PathAndQuery::as_str).is_some_and(|path| path != "/");
    (uri.authority().is_some() && uri.scheme().is_some() && has_path).then_some(uri)
}

/// Shows where it asks; what it holds is redacted.
impl fmt::Debug for FetchedResourcePrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedResourcePrincipal")
            .field("identity", &self.0.identity)
            .field("tokens_endpoint", &self.0.tokens_endpoint)
            .field("session_endpoint", &self.0.session_endpoint)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ResourceIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Who::Instance(instance, _) => f.debug_tuple("Instance").field(instance).finish(),
            Who::Key { version, resource_id, .. } => f
                .debug_struct("Key")
                .field("version", version)
                .field("resource_id", resource_id)
                .finish_non_exhaustive(),
        }
    }
}

#[cfg(test)]
mod tests;
