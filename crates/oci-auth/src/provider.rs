//! The providers of tokens: each fetches one kind, by exchanges that know no socket, over a [`Network`](crate::Network).

mod delegation;
mod error;
mod instance;
mod metadata;
mod resource;
mod scoped;
mod session;
mod token_exchange;
mod workload;
#[cfg(test)]
mod world;

pub use delegation::DelegationToken;
pub use error::ProviderError;
pub use instance::InstancePrincipal;
pub(crate) use metadata::Metadata;
pub use resource::{FetchedResourcePrincipal, NestedResourcePrincipal, ResourceIdentity};
pub use scoped::ScopedToken;
pub(crate) use session::RefreshedSession;
pub use token_exchange::TokenExchange;
pub use workload::{PodToken, WorkloadIdentity};

use std::time::SystemTime;

use crate::KeyId;
use crate::key::{PrivateKey, SigningKey};
use crate::secret::Secret;
use crate::snapshot::Snapshot;
use crate::token::TokenClaims;

/// A token with its key, and the end that it names.
fn snapshot(
    token: &Secret,
    key: PrivateKey,
    delegation: Option<&DelegationToken>,
) -> Result<Snapshot, ProviderError> {
    let ends = ends_at(token)?;
    let id = KeyId::security_token(token.expose()).map_err(|_| ProviderError::NotToken)?;
    let key = SigningKey::new(id, key);
    let Some(delegation) = delegation else { return Ok(Snapshot::new(key, ends)) };
    let (token, delegated) = delegation.read()?;
    let key = key.with_delegation_token(token).map_err(|_| ProviderError::NotToken)?;
    let ends = [ends, delegated].into_iter().flatten().min();
    Ok(Snapshot::new(key, ends))
}

fn ends_at(token: &Secret) -> Result<Option<SystemTime>, ProviderError> {
    let claims = TokenClaims::read(token).map_err(|_| ProviderError::NotToken)?;
    Ok(claims.expires_at())
}
