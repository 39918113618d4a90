//! The credentials of a user with an API key, found the way the official tools find them.

mod error;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use error::CredentialError;

use crate::KeyId;
use crate::env::Env;
use crate::key::{Backend, Fingerprint, PrivateKey, SigningKey};
use crate::profile::{ConfigFile, DEFAULT_PROFILE, Profile};
use crate::secret::Secret;
use crate::settings::{OCI_PREFIX, Setting};

/// Where to look for credentials. What is not set here comes from the environment, then from the defaults.
#[derive(Clone, Debug)]
pub struct CredentialOptions<'a> {
    /// The configuration file; a leading `~` is expanded. Default: `OCI_CONFIG_FILE`, then `~/.oci/config`.
    pub config_file: Option<&'a Path>,
    /// The profile. Default: `OCI_PROFILE`, then `DEFAULT`.
    pub profile: Option<&'a str>,
    /// The prefixes of the environment variables, the one that wins first. Default: `OCI_`.
    pub prefixes: &'a [&'a str],
    /// The library that signs. Default: `ring`.
    pub backend: Backend,
}

impl Default for CredentialOptions<'_> {
    fn default() -> Self {
        Self { config_file: None, profile: None, prefixes: &[OCI_PREFIX], backend: Backend::RING }
    }
}

/// A user's API key as a profile describes it, with the key read and parsed.
#[derive(Debug)]
pub struct UserCredentials {
    tenancy: String,
    user: String,
    fingerprint: Fingerprint,
    profile: Profile,
    config_file: PathBuf,
    key: PrivateKey,
}

impl UserCredentials {
    /// Reads the configuration file and the key file that it names.
    ///
    /// The file is `options.config_file`, else the one that `OCI_CONFIG_FILE` names, else `~/.oci/config`. The official SDKs for
    /// Python, Go, Java and TypeScript let an existing `~/.oci/config` win over `OCI_CONFIG_FILE`; a variable that was set on
    /// purpose wins here.
    ///
    /// # Errors
    /// [`CredentialError`], which names the file, the profile and the line, and has a [hint](CredentialError::hint). What this
    /// release cannot do, such as a profile with a security token, is an error and never falls back to the API key.
    pub fn from_env(env: &Env, options: &CredentialOptions<'_>) -> Result<Self, CredentialError> {
        if let Some((name, auth_type)) = Setting::AuthType.read(env, options.prefixes)?
            && !auth_type.eq_ignore_ascii_case("api_key")
        {
            return Err(CredentialError::AuthType { found: auth_type.to_owned(), origin: name });
        }
        let (path, origin) = config_path(env, options)?;
        let bytes = fs::read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => {
                CredentialError::NoConfigFile { path: path.clone(), origin: origin.clone() }
            }
            _ => CredentialError::ConfigFile { path: path.clone(), source },
        })?;
        let name = match options.profile {
            Some(name) => name,
            None => Setting::Profile
                .read(env, options.prefixes)?
                .map_or(DEFAULT_PROFILE, |(_, name)| name),
        };
        let profile = ConfigFile::parse(&bytes)
            .and_then(|file| file.profile(name))
            .map_err(|source| CredentialError::Profile { path: path.clone(), source })?;
        Self::from_profile(profile, path, env, options.backend)
    }

    fn from_profile(
        profile: Profile,
        config_file: PathBuf,
        env: &Env,
        backend: Backend,
    ) -> Result<Self, CredentialError> {
        let place = || (config_file.clone(), profile.name().to_owned());
        if profile.has_own("security_token_file") || profile.has_own("delegation_token_file") {
            let origin = format!("profile {} of {}", profile.name(), config_file.display());
            return Err(CredentialError::AuthType { found: "security_token".to_owned(), origin });
        }
        let required = ["user", "tenancy", "fingerprint", "key_file"];
        let missing: Vec<&str> =
            required.into_iter().filter(|key| profile.get(key).is_none()).collect();
        let (Some(user), Some(tenancy), Some(fingerprint), Some(key_file)) = (
            profile.get("user"),
            profile.get("tenancy"),
            profile.get("fingerprint"),
            profile.get("key_file"),
        ) else {
            let (path, profile) = place();
            return Err(CredentialError::Missing { path, profile, keys: missing.join(", ") });
        };
        let malformed = |key: &'static str, expected: &'static str| {
            let (path, name) = place();
            CredentialError::Malformed {
                path,
                line: profile.line(key).unwrap_or(0),
                profile: name,
                key,
                expected,
            }
        };
        for (key, value) in [("user", user), ("tenancy", tenancy)] {
            if !is_ocid(value) {
                return Err(malformed(key, "an OCID such as ocid1.user.oc1..aaaa"));
            }
        }
        let expected: Fingerprint = fingerprint.parse().map_err(|_| {
            malformed("fingerprint", "16 pairs of hexadecimal digits joined by colons")
        })?;
        let key_path = env.expand(key_file);
        let pem = fs::read(&key_path).map(zeroize::Zeroizing::new).map_err(|source| {
            CredentialError::KeyFile {
                key_file: key_path.clone(),
                path: config_file.clone(),
                line: profile.line("key_file").unwrap_or(0),
                source,
            }
        })?;
        let pass_phrase = profile.get("pass_phrase").map(Secret::from);
        let key = PrivateKey::from_pem_with(&pem, pass_phrase.as_ref(), backend)
            .map_err(|source| CredentialError::Key { key_file: key_path.clone(), source })?;
        if let Some(found) = key.fingerprint().filter(|found| *found != expected) {
            return Err(CredentialError::Fingerprint {
                key: key_path.display().to_string(),
                found,
                origin: format!("profile {} of {}", profile.name(), config_file.display()),
                expected,
            });
        }
        Ok(Self {
            user: user.to_owned(),
            tenancy: tenancy.to_owned(),
            fingerprint: expected,
            profile,
            config_file,
            key,
        })
    }

    /// The OCID of the tenancy.
    #[must_use]
    pub fn tenancy(&self) -> &str {
        &self.tenancy
    }

    /// The OCID of the user.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The fingerprint of the API key, which is that of [the key](PrivateKey::fingerprint).
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The profile, for settings that are not credentials, such as `region`.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The configuration file that the profile was read from.
    #[must_use]
    pub fn config_file(&self) -> &Path {
        &self.config_file
    }

    /// The key with its id, ready to sign.
    #[must_use]
    pub fn into_signing_key(self) -> SigningKey {
        let id = KeyId::api_key(&self.tenancy, &self.user, &self.fingerprint.to_string())
            .expect("the parts hold OCID and fingerprint characters only, because they were checked when they were read");
        SigningKey::new(id, self.key)
    }
}

/// The path of the configuration file and what chose it.
fn config_path(
    env: &Env,
    options: &CredentialOptions<'_>,
) -> Result<(PathBuf, String), CredentialError> {
    if let Some(path) = options.config_file {
        return Ok((
            path.to_str().map_or_else(|| path.to_owned(), |text| env.expand(text)),
            "as given".to_owned(),
        ));
    }
    if let Some((name, path)) = Setting::ConfigFile.read(env, options.prefixes)? {
        return Ok((env.expand(path), format!("from {name}")));
    }
    let home = env.home().ok_or(CredentialError::NoHome)?;
    Ok((home.join(".oci").join("config"), "the default".to_owned()))
}

/// The pattern by which the official Python SDK checks OCIDs: at least five parts divided by `.` or `:`, of which those in the
/// middle may be empty.
fn is_ocid(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['.', ':']).collect();
    let allowed = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    parts.len() >= 5
        && parts.iter().all(|part| allowed(part))
        && parts.first().is_some_and(|part| !part.is_empty())
        && parts.last().is_some_and(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ocids_are_told_from_other_text() {
        for good in [
            "ocid1.user.oc1..aaaa",
            "ocid1.tenancy.oc1.region.aaaa",
            "ocidv1:tenancy:oc1:phx:1460406592660:aaaa",
        ] {
            assert!(is_ocid(good), "{good}");
        }
        for bad in [
            "",
            "ocid1",
            "ocid1.user.oc1.",
            "ocid1.user.oc1..",
            ".user.oc1..a",
            "ocid1.user.oc1..a/b",
            "<user ocid>.a.b.c.d",
        ] {
            assert!(!is_ocid(bad), "{bad}");
        }
    }
}
