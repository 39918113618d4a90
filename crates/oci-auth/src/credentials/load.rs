//! The way from the values of an identity to a key that signs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::auth_type::PlatformKind;
use super::identity::{Identity, Key, Who};
use super::modes::{self, Warning};
use super::platform::Platform;
use super::{CredentialError, CredentialOptions, Kind, Origin};
use crate::env::Env;
use crate::key::{Backend, Fingerprint, PrivateKey};
use crate::profile::Profile;
use crate::resource_principal::{self, HANDED_OVER, ResourcePrincipal, Unusable};
use crate::secret::Secret;
use crate::session::{Session, SessionFiles};
use crate::settings::Setting;

/// The source of an identity, for errors.
pub(super) enum Place<'a> {
    Profile(&'a Profile, &'a Path),
    Variables(String),
}

impl Place<'_> {
    pub(super) fn origin(&self) -> Origin {
        match self {
            Self::Profile(profile, path) => {
                Origin::Profile { name: profile.name().to_owned(), path: (*path).to_owned() }
            }
            Self::Variables(names) => Origin::Variable(names.clone()),
        }
    }

    /// Checks the values, reads the key and compares it with the fingerprint, or with the token.
    pub(super) fn load(
        &self,
        found: &Identity<'_>,
        env: &Env,
        backend: Backend,
        warnings: &mut Vec<Warning>,
    ) -> Result<Kind, CredentialError> {
        match found.who {
            Who::User { user, tenancy, fingerprint } => {
                for (key, value) in [("user", user), ("tenancy", tenancy)] {
                    if !is_ocid(value) {
                        return Err(self.malformed(key, "an OCID such as ocid1.user.oc1..aaaa"));
                    }
                }
                let fingerprint: Fingerprint = fingerprint.parse().map_err(|_| {
                    self.malformed("fingerprint", "16 pairs of hexadecimal digits joined by colons")
                })?;
                let key = self.user_key(found, fingerprint, env, backend, warnings)?;
                let (user, tenancy) = (user.to_owned(), tenancy.to_owned());
                Ok(Kind::User { user, tenancy, fingerprint, key })
            }
            Who::Session { token_file, tenancy } => {
                let session =
                    Arc::new(Session::new(session_files(found, token_file, env, backend)));
                let files = session.files();
                for file in [Some(files.token_file()), files.key_file()].into_iter().flatten() {
                    warnings.extend(modes::readable_by_others(file));
                }
                let claims = session
                    .claims(SystemTime::now())
                    .map_err(|source| CredentialError::Session { origin: self.origin(), source })?;
                let (claims, tenancy) = (Box::new(claims), tenancy.map(str::to_owned));
                Ok(Kind::Session { session, claims, tenancy })
            }
        }
    }

    fn user_key(
        &self,
        found: &Identity<'_>,
        expected: Fingerprint,
        env: &Env,
        backend: Backend,
        warnings: &mut Vec<Warning>,
    ) -> Result<PrivateKey, CredentialError> {
        let pass_phrase = found.pass_phrase.map(Secret::from);
        let (key, file) = match &found.key {
            Key::Content { text, variable } => {
                let key =
                    PrivateKey::from_variable(&Secret::from(*text), pass_phrase.as_ref(), backend);
                (key, PathBuf::from(format!("in {variable}")))
            }
            Key::File(path) => {
                let path = env.expand(path);
                let bytes = fs::read(&path).map(zeroize::Zeroizing::new).map_err(|source| {
                    CredentialError::KeyFile {
                        key_file: path.clone(),
                        named: self.line_of("key_file"),
                        source,
                    }
                })?;
                warnings.extend(modes::readable_by_others(&path));
                (PrivateKey::from_pem_with(&bytes, pass_phrase.as_ref(), backend), path)
            }
        };
        let key = key.map_err(|source| CredentialError::Key { key_file: file.clone(), source })?;
        match key.fingerprint().filter(|computed| *computed != expected) {
            None => Ok(key),
            Some(found) => Err(CredentialError::Fingerprint {
                key: file.display().to_string(),
                found,
                origin: self.line_of("fingerprint"),
                expected,
            }),
        }
    }

    fn malformed(&self, key: &'static str, expected: &'static str) -> CredentialError {
        CredentialError::Malformed { key, place: self.line_of(key), expected }
    }

    fn line_of(&self, key: &str) -> String {
        match self {
            Self::Profile(profile, path) => format!(
                "profile {}, line {} of {}",
                profile.name(),
                profile.line(key).unwrap_or(0),
                path.display()
            ),
            Self::Variables(names) => names.clone(),
        }
    }
}

/// What the platform makes of where this program runs, which `asked` asks for.
pub(super) fn platform(
    kind: PlatformKind,
    asked: &Origin,
    env: &Env,
    options: &CredentialOptions<'_>,
    profile: Option<&Profile>,
) -> Result<(Kind, Origin), CredentialError> {
    let backend = options.backend;
    let name = asked.place();
    let platform = match kind {
        PlatformKind::Resource => return resource_principal(&name, env, backend),
        PlatformKind::Workload => Platform::workload(&name, env)?,
        PlatformKind::Instance => Platform::instance(env, None, backend)?,
        PlatformKind::Delegation => {
            let set = Setting::DelegationTokenFile.read(env, options.prefixes)?;
            let of_profile = || profile?.get("delegation_token_file");
            let Some(path) = set.map(|(_, path)| path).or_else(of_profile) else {
                return Err(CredentialError::NoDelegationToken { asked: name });
            };
            Platform::instance(env, Some(env.expand(path.trim())), backend)?
        }
    };
    Ok((Kind::Platform(Box::new(platform)), asked.clone()))
}

/// The resource principal that the platform hands over, or tells how to fetch.
fn resource_principal(
    asked: &str,
    env: &Env,
    backend: Backend,
) -> Result<(Kind, Origin), CredentialError> {
    let unusable = |error| match error {
        Unusable::Env(error) => CredentialError::Env(error),
        Unusable::Lacking(lacking) => {
            CredentialError::NoResourcePrincipal { asked: asked.to_owned(), lacking }
        }
        Unusable::Version(version) => CredentialError::AuthType {
            found: format!("resource_principal {version}"),
            origin: resource_principal::VERSION.to_owned(),
        },
    };
    let fetched = resource_principal::version(env)?.filter(|version| *version != HANDED_OVER);
    if let Some(version) = fetched {
        let platform = Platform::resource(version, env, backend).map_err(unusable)?;
        let origin = Origin::Variable(resource_principal::VERSION.to_owned());
        return Ok((Kind::Platform(Box::new(platform)), origin));
    }
    let principal = ResourcePrincipal::from_env(env, backend).map_err(unusable)?;
    let names = format!("{}, {}", resource_principal::TOKEN, resource_principal::KEY);
    let origin = Origin::Variable(names);
    match principal.claims(SystemTime::now()) {
        Ok(claims) => {
            let (principal, claims) = (Arc::new(principal), Box::new(claims));
            Ok((Kind::Resource { principal, claims }, origin))
        }
        Err(source) => Err(CredentialError::ResourcePrincipal { origin, source }),
    }
}

fn session_files(
    found: &Identity<'_>,
    token_file: &str,
    env: &Env,
    backend: Backend,
) -> SessionFiles {
    let token_file = env.expand(token_file);
    let files = match &found.key {
        Key::File(path) => SessionFiles::new(token_file, env.expand(path)),
        Key::Content { text, variable } => SessionFiles::with_key_text(token_file, text, variable),
    };
    let files = files.backend(backend);
    match found.pass_phrase {
        Some(pass_phrase) => files.pass_phrase(Secret::from(pass_phrase)),
        None => files,
    }
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
