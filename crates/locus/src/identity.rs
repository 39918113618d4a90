//! Who calls: credentials that are found, or a signer that was given.

use std::path::Path;

use oci_auth::{
    Backend, CredentialError, CredentialOptions, Credentials, Env, Found, Origin, Region, Regions,
    Setting, Signer, Warning,
};

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

    pub(crate) fn into_signer(self) -> Result<Signer> {
        match self {
            Self::Found(credentials) => Ok(credentials.into_signer()?),
            Self::Given(signer) => Ok(signer),
        }
    }
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
