//! Principals that the platform makes of where a program runs: what the environment says about them, before anything is asked.

use std::path::{Path, PathBuf};

use super::CredentialError;
use crate::cache::TokenCache;
use crate::env::{Env, EnvError};
use crate::key::{Backend, PrivateKey};
use crate::network::Network;
use crate::provider::{
    DelegationToken, FetchedResourcePrincipal, InstancePrincipal, NestedResourcePrincipal,
    PodToken, ProviderError, ResourceIdentity, WorkloadIdentity,
};
use crate::region::{EndpointTemplate, Region, Regions};
use crate::resource_principal::{self as names, ResourcePrincipal, Unusable};
use crate::secret::Secret;
use crate::signer::Signer;
use crate::token::TokenClaims;
use crate::token_pair::Place;

/// A principal whose tokens are fetched.
#[derive(Debug)]
pub(super) struct Platform {
    principal: Principal,
    /// Made when it is needed, and then the one and only: its tokens are those of all.
    signer: Option<Signer>,
    claims: Option<TokenClaims>,
}

#[derive(Debug)]
enum Principal {
    Instance(Instance),
    Resource(Box<Resource>),
    Workload {
        host: String,
        port: Option<u16>,
        authority: Option<PathBuf>,
        token: Option<PodToken>,
    },
}

#[derive(Clone, Debug)]
struct Instance {
    metadata: Option<String>,
    endpoint: Option<String>,
    regions: Regions,
    delegation: Option<PathBuf>,
    backend: Backend,
}

/// A resource of a version other than 2.2, in which nothing is fetched.
#[derive(Debug)]
enum Resource {
    /// Version 1.1.
    OnInstance { instance: Instance, tokens: Tokens, path: Option<String>, id: Option<String> },
    /// Versions 2.1, 2.1.1 and 2.1.2.
    WithKey {
        version: String,
        tenancy: Option<String>,
        id: String,
        key: Key,
        tokens: Tokens,
        path: Option<String>,
        context: Option<Secret>,
    },
    /// Version 3.0.
    Nested { leaf: Leaf, url: String, sessions: Option<String> },
}

/// Where the two tokens of a resource come from.
#[derive(Debug)]
struct Tokens {
    endpoint: String,
    sessions: Option<String>,
}

/// The key of a resource, which is read when it is needed.
#[derive(Clone, Debug)]
struct Key {
    key: Place,
    pass_phrase: Option<Place>,
    backend: Backend,
}

#[derive(Debug)]
enum Leaf {
    Fetched(Box<Resource>),
    HandedOver(ResourcePrincipal),
}

impl Platform {
    fn new(principal: Principal) -> Self {
        Self { principal, signer: None, claims: None }
    }

    /// The instance that this program runs on, on behalf of the user whose token is in a file, if one is named.
    pub(super) fn instance(
        env: &Env,
        delegation: Option<PathBuf>,
        backend: Backend,
    ) -> Result<Self, EnvError> {
        Ok(Self::new(Principal::Instance(Instance::read(env, delegation, backend)?)))
    }

    /// The pod that this program runs in.
    pub(super) fn workload(asked: &str, env: &Env) -> Result<Self, CredentialError> {
        let Some(host) = value(env, SERVICE_HOST)? else {
            let (asked, lacking) = (asked.to_owned(), SERVICE_HOST.to_owned());
            return Err(CredentialError::NoWorkloadIdentity { asked, lacking });
        };
        let port = match value(env, PROXYMUX_PORT)? {
            Some(port) => Some(port.parse().map_err(|_| CredentialError::Malformed {
                place: PROXYMUX_PORT.to_owned(),
                key: "the port",
                expected: "a number up to 65535",
            })?),
            None => None,
        };
        let text = value(env, POD_TOKEN)?.map(|text| PodToken::Text(Secret::from(text)));
        let file = value(env, POD_TOKEN_FILE)?.map(|path| PodToken::File(env.expand(path)));
        let authority = value(env, AUTHORITY_FILE)?.map(|path| env.expand(path));
        let (host, token) = (host.to_owned(), text.or(file));
        Ok(Self::new(Principal::Workload { host, port, authority, token }))
    }

    /// The resource that this program is, of a version in which its tokens are fetched.
    pub(super) fn resource(version: &str, env: &Env, backend: Backend) -> Result<Self, Unusable> {
        let resource = Resource::read(version, env, backend, "")?;
        Ok(Self::new(Principal::Resource(Box::new(resource))))
    }

    /// The tenancy, compartment and the like that its token names, if one was fetched and they are its own.
    pub(super) fn claims(&self) -> Option<&TokenClaims> {
        self.claims.as_ref().filter(|_| !self.is_delegated())
    }

    /// Whether it acts on behalf of a user, so that what its own token names is not the user's.
    pub(super) fn is_delegated(&self) -> bool {
        matches!(&self.principal, Principal::Instance(instance) if instance.delegation.is_some())
    }

    /// Whether it is a resource or a pod, whose region the platform names.
    pub(super) fn has_resource_region(&self) -> bool {
        !matches!(self.principal, Principal::Instance(_))
    }

    /// What signs with its tokens. Nothing is sent.
    pub(super) fn signer(
        &mut self,
        network: &Network,
        region: Option<&Region>,
    ) -> Result<Signer, ProviderError> {
        if let Some(signer) = &self.signer {
            return Ok(signer.clone());
        }
        let clock = std::sync::Arc::clone(&network.clock);
        let signer = match &self.principal {
            Principal::Instance(instance) => {
                let provider = instance.provider(network);
                Signer::tokens(TokenCache::new(provider, move || clock.now()))
            }
            Principal::Workload { host, port, authority, token } => {
                let mut provider = WorkloadIdentity::new(network.clone(), host);
                if let Some(port) = port {
                    provider = provider.port(*port);
                }
                if let Some(path) = authority {
                    provider = provider.authority(path);
                }
                if let Some(token) = token {
                    provider = provider.token(token.clone());
                }
                Signer::tokens(TokenCache::new(provider, move || clock.now()))
            }
            Principal::Resource(resource) => resource.signer(network, region)?,
        };
        self.signer = Some(signer.clone());
        Ok(signer)
    }

    /// The region that the metadata service of its instance names; `None` if it has none.
    pub(super) async fn region(&self, network: &Network) -> Result<Option<Region>, ProviderError> {
        let instance = match &self.principal {
            Principal::Instance(instance) => instance,
            Principal::Resource(resource) => match &**resource {
                Resource::OnInstance { instance, .. } => instance,
                _ => return Ok(None),
            },
            Principal::Workload { .. } => return Ok(None),
        };
        instance.provider(network).region().await.map(Some)
    }

    /// Fetches a token, and keeps what it says.
    pub(super) async fn learn(
        &mut self,
        network: &Network,
        region: Option<&Region>,
    ) -> Result<(), ProviderError> {
        let signer = self.signer(network, region)?;
        let snapshot = signer.ready().await.map_err(|error| match error {
            crate::SignError::Fetch(error) => {
                let provider = error.get_ref().downcast_ref::<ProviderError>().cloned();
                provider.unwrap_or_else(|| crate::SignError::Fetch(error).into())
            }
            other => other.into(),
        })?;
        let id = snapshot.key().map_or("", |key| key.id().as_str());
        let token = id.strip_prefix("ST$").ok_or(ProviderError::NotToken)?;
        let claims = TokenClaims::read(&Secret::from(token));
        self.claims = Some(claims.map_err(|_| ProviderError::NotToken)?);
        Ok(())
    }
}

impl Instance {
    fn read(env: &Env, delegation: Option<PathBuf>, backend: Backend) -> Result<Self, EnvError> {
        Ok(Self {
            metadata: value(env, METADATA_URL)?.map(str::to_owned),
            endpoint: authentication_endpoint(env)?,
            regions: Regions::from_env(env)?,
            delegation,
            backend,
        })
    }

    fn provider(&self, network: &Network) -> InstancePrincipal {
        let mut provider = InstancePrincipal::new(network.clone())
            .regions(self.regions.clone())
            .backend(self.backend);
        if let Some(url) = &self.metadata {
            provider = provider.metadata_url(url);
        }
        if let Some(endpoint) = &self.endpoint {
            provider = provider.endpoint(endpoint);
        }
        match &self.delegation {
            Some(path) => provider.on_behalf_of(DelegationToken::file(path)),
            None => provider,
        }
    }
}

impl Resource {
    /// `suffix` ends the names of the variables, which are those of a leaf below another resource if it is not empty.
    fn read(version: &str, env: &Env, backend: Backend, suffix: &str) -> Result<Self, Unusable> {
        let mut lacking = Vec::new();
        let set = |name: &str| -> Result<Option<String>, EnvError> {
            Ok(value(env, &format!("OCI_RESOURCE_PRINCIPAL_{name}{suffix}"))?.map(str::to_owned))
        };
        let mut needed = |name: &str| -> Result<String, EnvError> {
            let found = set(name)?;
            if found.is_none() {
                lacking.push(format!("OCI_RESOURCE_PRINCIPAL_{name}{suffix}"));
            }
            Ok(found.unwrap_or_default())
        };
        let sessions = match set("RPST_ENDPOINT")? {
            Some(endpoint) => Some(endpoint),
            None => authentication_endpoint(env)?,
        };
        let resource = match version {
            "1.1" => Self::OnInstance {
                instance: Instance::read(env, None, backend)?,
                tokens: Tokens { endpoint: needed("RPT_ENDPOINT")?, sessions },
                path: set("RPT_PATH")?,
                id: set("RPT_ID")?,
            },
            "2.1" | "2.1.1" | "2.1.2" => Self::WithKey {
                version: version.to_owned(),
                tenancy: match version {
                    "2.1" => None,
                    _ => Some(needed("TENANCY_ID")?),
                },
                id: needed("RESOURCE_ID")?,
                key: {
                    needed("PRIVATE_PEM")?;
                    Key::read(env, suffix, backend)?
                },
                tokens: Tokens { endpoint: needed("RPT_ENDPOINT")?, sessions },
                path: set("RPT_PATH")?.filter(|_| version == "2.1.2"),
                context: set("SECURITY_CONTEXT")?.filter(|_| version == "2.1.2").map(Secret::new),
            },
            "3.0" if suffix.is_empty() => {
                let version = needed("VERSION_FOR_LEAF_RESOURCE")?;
                let url = needed("RPT_URL_FOR_PARENT_RESOURCE")?;
                if !lacking.is_empty() {
                    return Err(Unusable::Lacking(lacking.join(", ")));
                }
                let leaf = match version.as_str() {
                    names::HANDED_OVER => {
                        Leaf::HandedOver(ResourcePrincipal::of_leaf(env, backend, LEAF)?)
                    }
                    other => Leaf::Fetched(Box::new(Self::read(other, env, backend, LEAF)?)),
                };
                let sessions = set("RPST_ENDPOINT_FOR_PARENT_RESOURCE")?.or(sessions);
                return Ok(Self::Nested { leaf, url, sessions });
            }
            other => return Err(Unusable::Version(other.to_owned())),
        };
        if lacking.is_empty() { Ok(resource) } else { Err(Unusable::Lacking(lacking.join(", "))) }
    }

    fn signer(&self, network: &Network, region: Option<&Region>) -> Result<Signer, ProviderError> {
        let clock = std::sync::Arc::clone(&network.clock);
        let endpoint = |set: &Option<String>| match (set, region) {
            (Some(endpoint), _) => Ok(endpoint.clone()),
            (None, Some(region)) => {
                let endpoint = EndpointTemplate::AUTH.expand(region, &[]);
                endpoint.map_err(|_| ProviderError::NoRegion)
            }
            (None, None) => Err(ProviderError::Address {
                variable: "OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT".to_owned(),
            }),
        };
        let provider = match self {
            Self::OnInstance { instance, tokens, path, id } => {
                let identity = ResourceIdentity::instance(instance.provider(network));
                let mut provider =
                    FetchedResourcePrincipal::new(network.clone(), identity, &tokens.endpoint);
                if let Some(endpoint) = &tokens.sessions {
                    provider = provider.session_endpoint(endpoint);
                }
                if let Some(path) = path {
                    provider = provider.tokens_path(path);
                }
                match id {
                    Some(id) => provider.tokens_id(id),
                    None => provider,
                }
            }
            Self::WithKey { version, tenancy, id, key, tokens, path, context } => {
                let key = key.clone();
                let identity =
                    ResourceIdentity::key(version, tenancy.as_deref(), id, move || key.load())?;
                let mut provider =
                    FetchedResourcePrincipal::new(network.clone(), identity, &tokens.endpoint)
                        .session_endpoint(endpoint(&tokens.sessions)?);
                if let Some(path) = path {
                    provider = provider.tokens_path(path);
                }
                match context {
                    Some(context) => provider.security_context(context.clone()),
                    None => provider,
                }
            }
            Self::Nested { leaf, url, sessions } => {
                let leaf = match leaf {
                    Leaf::Fetched(resource) => resource.signer(network, region)?,
                    Leaf::HandedOver(principal) => {
                        Signer::of_resource(std::sync::Arc::new(principal.clone()))
                    }
                };
                let endpoint = endpoint(sessions)?;
                let provider = NestedResourcePrincipal::new(network.clone(), leaf, url, endpoint);
                return Ok(Signer::tokens(TokenCache::new(provider, move || clock.now())));
            }
        };
        Ok(Signer::tokens(TokenCache::new(provider, move || clock.now())))
    }
}

impl Key {
    /// One that is lacking is empty: whoever needs it has noted that.
    fn read(env: &Env, suffix: &str, backend: Backend) -> Result<Self, EnvError> {
        let place = |name: &str| names::place(env, &format!("{name}{suffix}"));
        let key = place(names::KEY)?.unwrap_or_else(|| Place::variable("", names::KEY));
        Ok(Self { key, pass_phrase: place(names::PASS_PHRASE)?, backend })
    }

    fn load(&self) -> Result<PrivateKey, ProviderError> {
        crate::token_pair::read_key(&self.key, self.pass_phrase.as_ref(), self.backend)
            .map_err(|error| ProviderError::ResourcePrincipal(error.into()))
    }
}

/// The endpoint of the authentication service, if another than that of the region is named: without the path of the exchange,
/// which the variable of the command line has.
pub(super) fn authentication_endpoint(env: &Env) -> Result<Option<String>, EnvError> {
    let set = match value(env, AUTHENTICATION_URL)? {
        Some(url) => Some(url),
        None => value(env, FEDERATION_ENDPOINT)?,
    };
    Ok(set.map(|url| url.strip_suffix("/v1/x509").unwrap_or(url).trim_end_matches('/').to_owned()))
}

/// Whether this machine is an instance of OCI, as its firmware says, or its metadata service was named.
pub(super) fn is_instance(env: &Env) -> Result<bool, EnvError> {
    if value(env, METADATA_URL)?.is_some() {
        return Ok(true);
    }
    let tag = std::fs::read_to_string(ASSET_TAG).unwrap_or_default();
    Ok(tag.trim() == "OracleCloud.com")
}

/// Whether this is a pod with a service account: the variable of Kubernetes, and a token.
pub(super) fn is_pod(env: &Env) -> Result<bool, EnvError> {
    let has_token = value(env, POD_TOKEN)?.is_some()
        || match value(env, POD_TOKEN_FILE)? {
            Some(path) => env.expand(path).exists(),
            None => match PodToken::default() {
                PodToken::File(path) => Path::exists(&path),
                PodToken::Text(_) => true,
            },
        };
    Ok(value(env, SERVICE_HOST)?.is_some() && has_token)
}

/// A variable without white space around its value. One that holds nothing else counts as unset.
fn value<'e>(env: &'e Env, name: &str) -> Result<Option<&'e str>, EnvError> {
    Ok(env.get(name)?.map(str::trim).filter(|value| !value.is_empty()))
}

const METADATA_URL: &str = "OCI_METADATA_BASE_URL";
/// Of the official Go SDK.
const AUTHENTICATION_URL: &str = "OCI_SDK_AUTH_CLIENT_REGION_URL";
/// Of the official command line.
const FEDERATION_ENDPOINT: &str = "OCI_CLI_FEDERATION_ENDPOINT";
pub(super) const SERVICE_HOST: &str = "KUBERNETES_SERVICE_HOST";
/// Of the official SDK for TypeScript.
const PROXYMUX_PORT: &str = "KUBERNETES_SERVICE_PORT_PROXYMUX";
const AUTHORITY_FILE: &str = "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH";
/// Both of the official command line.
const POD_TOKEN: &str = "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_STRING";
const POD_TOKEN_FILE: &str = "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH";
const LEAF: &str = "_FOR_LEAF_RESOURCE";

/// What the firmware of an instance says, where Linux shows it.
const ASSET_TAG: &str = "/sys/class/dmi/id/chassis_asset_tag";
