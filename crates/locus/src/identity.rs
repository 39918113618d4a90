//! Who calls: credentials that are found, or a signer that was given.

use std::path::Path;
use std::time::Duration;

use oci_auth::{
    Backend, CredentialError, CredentialOptions, Credentials, Env, Found, Hop, HyperClient,
    Network, Origin, Region, Regions, SessionKeySource, Setting, Signer, SystemClock, Warning,
};
use oci_transport::{Proxy, Roots};

use crate::client::PREFIXES;
use crate::error::{Error, Result};

/// What a builder was told of who calls.
pub(crate) struct Told<'a> {
    pub(crate) config_file: Option<&'a Path>,
    pub(crate) profile: Option<&'a str>,
    pub(crate) signer: Option<Signer>,
    pub(crate) backend: Backend,
}

/// Who calls.
pub(crate) enum Identity {
    Found(Box<Credentials>),
    Given(Signer),
}

impl Identity {
    pub(crate) fn find(env: &Env, told: Told<'_>) -> Result<Self> {
        let Told { config_file, profile, signer, backend } = told;
        if let Some(signer) = signer {
            if config_file.is_some() || profile.is_some() {
                return Err(Error::TwoIdentities);
            }
            return Ok(Self::Given(signer));
        }
        let options = CredentialOptions { config_file, profile, prefixes: &PREFIXES, backend };
        Ok(Self::Found(Box::new(Credentials::from_env(env, &options)?)))
    }

    pub(crate) fn region(&self, env: &Env, told: Option<&str>) -> Result<Region> {
        if let Self::Found(credentials) = self {
            return Ok(credentials.region(told)?.value);
        }
        let Some(found) = setting(Setting::Region, env, told)? else {
            let looked = "the builder, which was given a signer".to_owned();
            return Err(CredentialError::NoRegion { looked }.into());
        };
        let regions = Regions::from_env(env).map_err(CredentialError::from)?;
        let region = regions.configured(&found.value);
        Ok(region.map_err(|source| CredentialError::Region { origin: found.origin, source })?)
    }

    pub(crate) fn compartment_id(
        &self,
        env: &Env,
        told: Option<&str>,
    ) -> Result<Option<Found<String>>> {
        match self {
            Self::Found(credentials) => Ok(credentials.compartment_id(told)),
            Self::Given(_) => setting(Setting::CompartmentId, env, told),
        }
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        match self {
            Self::Found(credentials) => credentials.warnings().to_vec(),
            Self::Given(_) => Vec::new(),
        }
    }

    /// Whether it fetches tokens, so that it needs a network.
    pub(crate) fn fetches(&self) -> bool {
        matches!(self, Self::Found(credentials) if credentials.fetches())
    }

    /// Asks the platform for what nobody has set of these.
    pub(crate) async fn discover(&mut self, wanted: &[Setting], network: &Network) -> Result<()> {
        match self {
            Self::Found(credentials) => Ok(credentials.discover(wanted, network).await?),
            Self::Given(_) => Ok(()),
        }
    }

    /// The same for callers that do not await.
    pub(crate) fn discover_blocking(
        &mut self,
        wanted: &[Setting],
        network: &Network,
    ) -> Result<()> {
        match self {
            Self::Found(credentials) => {
                Ok(credentials.discover_blocking(wanted, network, LONGEST_DISCOVERY)?)
            }
            Self::Given(_) => Ok(()),
        }
    }

    pub(crate) fn into_signer(self, network: Option<&Network>) -> Result<Signer> {
        match (self, network) {
            (Self::Found(credentials), Some(network)) => Ok(credentials.into_signer_over(network)?),
            (Self::Found(credentials), None) => Ok(credentials.into_signer()?),
            (Self::Given(signer), _) => Ok(signer),
        }
    }
}

/// The network that tokens are fetched over: metadata and clusters directly, everything else through the proxy, if there is one.
pub(crate) fn network(roots: &Roots, proxy: Option<&Proxy>, backend: Backend) -> Result<Network> {
    let client = HyperClient::builder();
    let client = match roots {
        Roots::Bundled => client.bundled_roots(),
        Roots::Pem(pem) => client.pem_roots(pem.clone()),
        _ => client,
    };
    let client = match proxy.cloned() {
        Some(proxy) => client.proxy(move |target| {
            let (url, authorization) = proxy.hop(target)?;
            Some(Hop::new(url, authorization))
        }),
        None => client,
    };
    let service = client.build()?;
    Ok(Network::new(HyperClient::metadata(), service, SystemClock, keys(backend)))
}

#[cfg(feature = "session-keys")]
fn keys(backend: Backend) -> impl SessionKeySource {
    oci_auth::GeneratedKeys::new(backend)
}

/// Without the feature a session is refreshed all the same, since its key stays; other tokens cannot be asked for.
#[cfg(not(feature = "session-keys"))]
fn keys(_: Backend) -> impl SessionKeySource {
    || -> oci_auth::KeyToCome { Box::pin(async { Err(oci_auth::KeyError::NotGenerated) }) }
}

fn setting(setting: Setting, env: &Env, told: Option<&str>) -> Result<Option<Found<String>>> {
    if let Some(told) = told {
        return Ok(Some(Found { value: told.to_owned(), origin: Origin::Given }));
    }
    let set = setting.read(env, &PREFIXES).map_err(CredentialError::from)?;
    let found = |(name, value): (String, &str)| Found {
        value: value.to_owned(),
        origin: Origin::Variable(name),
    };
    Ok(set.map(found))
}

/// A metadata service answers within milliseconds, and an instance that was just started within some seconds.
const LONGEST_DISCOVERY: Duration = Duration::from_secs(30);
