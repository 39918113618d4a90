//! What kind of authentication is asked for.

use std::path::Path;

use super::{CredentialError, CredentialOptions};
use crate::env::Env;
use crate::profile::Profile;
use crate::settings::Setting;

/// A kind of authentication.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AuthType {
    /// The first of all that is there.
    Chain,
    Identity(IdentityKind),
    /// The platform makes it of where the program runs, and no profile and no variable of ours has a part of it.
    Platform(PlatformKind),
}

/// What a profile, or variables, describe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum IdentityKind {
    ApiKey,
    SecurityToken,
}

/// What a platform makes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum PlatformKind {
    /// The instance on behalf of a user.
    Delegation,
    Instance,
    Resource,
    Workload,
}

impl AuthType {
    /// The names are those of the official command line; `session_token` is what other tools call a session, and `auto` is ours.
    fn named(name: &str) -> Option<Self> {
        let known = [
            ("api_key", Self::Identity(IdentityKind::ApiKey)),
            ("auto", Self::Chain),
            ("instance_obo_user", Self::Platform(PlatformKind::Delegation)),
            ("instance_principal", Self::Platform(PlatformKind::Instance)),
            ("oke_workload_identity", Self::Platform(PlatformKind::Workload)),
            ("resource_principal", Self::Platform(PlatformKind::Resource)),
            ("security_token", Self::Identity(IdentityKind::SecurityToken)),
            ("session_token", Self::Identity(IdentityKind::SecurityToken)),
        ];
        known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, kind)| kind)
    }
}

/// The kind that a variable asks for, if one does, and its name.
pub(super) fn of_environment(
    env: &Env,
    options: &CredentialOptions<'_>,
) -> Result<Option<(AuthType, String)>, CredentialError> {
    if let Some((origin, name)) = Setting::AuthType.read(env, options.prefixes)? {
        return match AuthType::named(name.trim()) {
            Some(kind) => Ok(Some((kind, origin))),
            None => Err(CredentialError::AuthType { found: name.to_owned(), origin }),
        };
    }
    let delegation = Setting::DelegationTokenFile.read(env, options.prefixes)?;
    Ok(delegation.map(|(origin, _)| (AuthType::Platform(PlatformKind::Delegation), origin)))
}

/// The kind of a profile. What it inherits does not decide: a session may stand below a `[DEFAULT]` with a user, and a user
/// below one with a session.
pub(super) fn of_profile(
    profile: &Profile,
    path: &Path,
    asked: Option<AuthType>,
) -> Result<AuthType, CredentialError> {
    let named = match profile.get("authentication_type") {
        Some(name) => match AuthType::named(name).filter(|kind| *kind != AuthType::Chain) {
            Some(kind) => Some(kind),
            None => {
                let origin = format!("profile {} of {}", profile.name(), path.display());
                return Err(CredentialError::AuthType { found: name.to_owned(), origin });
            }
        },
        None => None,
    };
    let has_delegation = profile.has_own("delegation_token_file");
    match asked.or(named) {
        // This is how Cloud Shell writes it, and all that the official Python SDK takes.
        Some(AuthType::Platform(PlatformKind::Instance)) if has_delegation && asked.is_none() => {
            Ok(AuthType::Platform(PlatformKind::Delegation))
        }
        Some(kind) => Ok(kind),
        None if has_delegation => Ok(AuthType::Platform(PlatformKind::Delegation)),
        None if profile.has_own("security_token_file") => {
            Ok(AuthType::Identity(IdentityKind::SecurityToken))
        }
        None => Ok(AuthType::Identity(IdentityKind::ApiKey)),
    }
}
