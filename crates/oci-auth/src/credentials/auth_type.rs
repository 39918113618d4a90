//! What kind of authentication is asked for, and the refusal of those that this release has not.

use std::path::Path;

use super::{CredentialError, CredentialOptions};
use crate::env::Env;
use crate::profile::Profile;
use crate::settings::Setting;

/// A kind of authentication that this release has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AuthType {
    Identity(IdentityKind),
    /// The platform hands it over, and no profile and no variable of ours has a part of it.
    ResourcePrincipal,
}

/// What a profile, or variables, describe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum IdentityKind {
    ApiKey,
    SecurityToken,
}

impl AuthType {
    /// The names are those of the official command line; `session_token` is what other tools call the second.
    fn named(name: &str) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("api_key") {
            Some(Self::Identity(IdentityKind::ApiKey))
        } else if is("security_token") || is("session_token") {
            Some(Self::Identity(IdentityKind::SecurityToken))
        } else if is("resource_principal") {
            Some(Self::ResourcePrincipal)
        } else {
            None
        }
    }
}

/// The kind that a variable asks for, if one does, and its name.
pub(super) fn of_environment(
    env: &Env,
    options: &CredentialOptions<'_>,
) -> Result<Option<(AuthType, String)>, CredentialError> {
    if let Some((origin, name)) = Setting::AuthType.read(env, options.prefixes)? {
        return match AuthType::named(name) {
            Some(kind) => Ok(Some((kind, origin))),
            None => Err(CredentialError::AuthType { found: name.to_owned(), origin }),
        };
    }
    if let Some((origin, _)) = Setting::DelegationTokenFile.read(env, options.prefixes)? {
        return Err(CredentialError::AuthType { found: "instance_obo_user".to_owned(), origin });
    }
    Ok(None)
}

/// The kind of a profile. What it inherits does not decide: a session may stand below a `[DEFAULT]` with a user, and a user
/// below one with a session.
pub(super) fn of_profile(
    profile: &Profile,
    path: &Path,
    asked: Option<AuthType>,
) -> Result<AuthType, CredentialError> {
    let refuse = |found: &str| {
        let origin = format!("profile {} of {}", profile.name(), path.display());
        Err(CredentialError::AuthType { found: found.to_owned(), origin })
    };
    let named = match profile.get("authentication_type") {
        Some(name) => match AuthType::named(name) {
            Some(kind) => Some(kind),
            None => return refuse(name),
        },
        None => None,
    };
    if let Some(kind) = asked.or(named) {
        return Ok(kind);
    }
    if profile.has_own("delegation_token_file") {
        return refuse("instance_obo_user");
    }
    let has_token = profile.has_own("security_token_file");
    let kind = if has_token { IdentityKind::SecurityToken } else { IdentityKind::ApiKey };
    Ok(AuthType::Identity(kind))
}
