//! What kind of authentication is asked for, and the refusal of those that this release has not.

use std::path::Path;

use super::{CredentialError, CredentialOptions};
use crate::env::Env;
use crate::profile::Profile;
use crate::settings::Setting;

/// The variable that asks for signatures by an API key, if one does; what this release cannot do is refused.
pub(super) fn of_environment(
    env: &Env,
    options: &CredentialOptions<'_>,
) -> Result<Option<String>, CredentialError> {
    if let Some((origin, auth_type)) = Setting::AuthType.read(env, options.prefixes)? {
        return if auth_type.eq_ignore_ascii_case("api_key") {
            Ok(Some(origin))
        } else {
            Err(CredentialError::AuthType { found: auth_type.to_owned(), origin })
        };
    }
    for (setting, found) in [
        (Setting::SecurityTokenFile, "security_token"),
        (Setting::DelegationTokenFile, "instance_obo_user"),
    ] {
        if let Some((origin, _)) = setting.read(env, options.prefixes)? {
            return Err(CredentialError::AuthType { found: found.to_owned(), origin });
        }
    }
    Ok(None)
}

/// Refuses a profile of another kind. What it inherits does not decide: a session may stand below a `[DEFAULT]` with a user.
pub(super) fn of_profile(
    profile: &Profile,
    path: &Path,
    api_key: bool,
) -> Result<(), CredentialError> {
    let refuse = |found: &str| {
        let origin = format!("profile {} of {}", profile.name(), path.display());
        Err(CredentialError::AuthType { found: found.to_owned(), origin })
    };
    match profile.get("authentication_type") {
        Some(kind) if !kind.eq_ignore_ascii_case("api_key") => return refuse(kind),
        _ => {}
    }
    if !api_key && profile.has_own("security_token_file") {
        return refuse("security_token");
    }
    if !api_key && profile.has_own("delegation_token_file") {
        return refuse("instance_obo_user");
    }
    Ok(())
}
