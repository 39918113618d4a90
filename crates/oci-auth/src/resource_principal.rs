//! Resource principals, version 2.2: the platform puts a token and its key into files or variables of the process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::env::{Env, EnvError};
use crate::key::Backend;
use crate::resource_principal_error::ResourcePrincipalError;
use crate::snapshot::Snapshot;
use crate::token::TokenClaims;
use crate::token_pair::{PairError, Place, TokenPair, WatchedPair};

/// A resource that is a principal of its own, such as a function.
#[derive(Clone, Debug)]
pub(crate) struct ResourcePrincipal(Arc<WatchedPair>);

impl ResourcePrincipal {
    fn new(pair: TokenPair) -> Self {
        Self(Arc::new(WatchedPair::new(pair)))
    }

    /// What the variables name, not yet read.
    pub(crate) fn from_env(env: &Env, backend: Backend) -> Result<Self, Unusable> {
        let version = version(env)?;
        if let Some(version) = version.filter(|version| *version != HANDED_OVER) {
            return Err(Unusable::Version(version.to_owned()));
        }
        match (version, place(env, TOKEN)?, place(env, KEY)?) {
            (Some(_), Some(token), Some(key)) => {
                let pass_phrase = place(env, PASS_PHRASE)?;
                Ok(Self::new(TokenPair { token, key, pass_phrase, backend }))
            }
            (version, token, key) => {
                let found =
                    [(VERSION, version.is_some()), (TOKEN, token.is_some()), (KEY, key.is_some())];
                let lacking = found.iter().filter(|(_, is_set)| !is_set).map(|(name, _)| *name);
                Err(Unusable::Lacking(lacking.collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// The same for the leaf below another resource, whose variables end with `suffix`.
    pub(crate) fn of_leaf(env: &Env, backend: Backend, suffix: &str) -> Result<Self, Unusable> {
        let named = |name: &str| format!("{name}{suffix}");
        let place = |name: &str| place(env, &named(name));
        match (place(TOKEN)?, place(KEY)?) {
            (Some(token), Some(key)) => {
                let pass_phrase = place(PASS_PHRASE)?;
                Ok(Self::new(TokenPair { token, key, pass_phrase, backend }))
            }
            (token, key) => {
                let found = [(TOKEN, token.is_some()), (KEY, key.is_some())];
                let lacking =
                    found.iter().filter(|(_, is_set)| !is_set).map(|(name, _)| named(name));
                Err(Unusable::Lacking(lacking.collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// The region of the resource, or of the leaf below it, and the variable that names it.
    pub(crate) fn region(env: &Env) -> Result<Option<(&'static str, &str)>, EnvError> {
        for name in [REGION, LEAF_REGION] {
            if let Some(region) = value(env, name)? {
                return Ok(Some((name, region)));
            }
        }
        Ok(None)
    }

    /// The claims of the token that is in use.
    pub(crate) fn claims(&self, now: SystemTime) -> Result<TokenClaims, ResourcePrincipalError> {
        Ok(self.0.claims(now)?)
    }

    /// The token and the key to sign with.
    pub(crate) fn current(&self, now: SystemTime) -> Result<Snapshot, ResourcePrincipalError> {
        Ok(self.0.current(now)?)
    }

    /// Another token than the one that was refused, if the platform has put one there.
    pub(crate) fn refresh_after(
        &self,
        refused: &Snapshot,
        now: SystemTime,
    ) -> Result<Option<Snapshot>, ResourcePrincipalError> {
        Ok(self.0.refresh_after(refused, now)?)
    }
}

/// Variables that do not give a resource principal of this version.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Unusable {
    Env(EnvError),
    /// The names of the variables that are not set.
    Lacking(String),
    /// The platform offers another version.
    Version(String),
}

impl From<EnvError> for Unusable {
    fn from(error: EnvError) -> Self {
        Self::Env(error)
    }
}

impl From<PairError> for ResourcePrincipalError {
    fn from(error: PairError) -> Self {
        match error {
            PairError::Ended { token, ended } => Self::Ended { token, ended },
            PairError::File { path, kind } => Self::File { path, kind },
            PairError::Key { key, source } => Self::Key { key, source },
            PairError::Pair { key, token } => Self::Pair { key, token },
            PairError::Token { token, source } => Self::Token { token, source },
        }
    }
}

/// The version that the platform names.
pub(crate) fn version(env: &Env) -> Result<Option<&str>, EnvError> {
    value(env, VERSION)
}

/// A variable without white space around its value. One that holds nothing else counts as unset.
fn value<'e>(env: &'e Env, name: &str) -> Result<Option<&'e str>, EnvError> {
    Ok(env.get(name)?.map(str::trim).filter(|value| !value.is_empty()))
}

/// A value, or the absolute path of a file that holds it, as the official SDKs tell them apart.
pub(crate) fn place(env: &Env, name: &str) -> Result<Option<Place>, EnvError> {
    Ok(value(env, name)?.map(|value| {
        if Path::new(value).is_absolute() {
            Place::File(PathBuf::from(value))
        } else {
            Place::variable(value, name)
        }
    }))
}

pub(crate) const VERSION: &str = "OCI_RESOURCE_PRINCIPAL_VERSION";
pub(crate) const TOKEN: &str = "OCI_RESOURCE_PRINCIPAL_RPST";
pub(crate) const KEY: &str = "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM";
const LEAF_REGION: &str = "OCI_RESOURCE_PRINCIPAL_REGION_FOR_LEAF_RESOURCE";
pub(crate) const REGION: &str = "OCI_RESOURCE_PRINCIPAL_REGION";
pub(crate) const PASS_PHRASE: &str = "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE";

/// The version in which token and key are handed over; in the others they are fetched over the network.
pub(crate) const HANDED_OVER: &str = "2.2";

#[cfg(test)]
mod tests;
