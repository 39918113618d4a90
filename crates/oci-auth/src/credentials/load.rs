//! The way from the values of an identity to a key that signs.

use std::fs;
use std::path::{Path, PathBuf};

use super::identity::{Identity, Key};
use super::modes::{self, Warning};
use super::{CredentialError, Kind, Origin};
use crate::env::Env;
use crate::key::{Backend, Fingerprint, PrivateKey};
use crate::profile::Profile;
use crate::secret::Secret;

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

    /// Checks the values, reads the key and compares it with the fingerprint.
    pub(super) fn load(
        &self,
        found: &Identity<'_>,
        env: &Env,
        backend: Backend,
        warnings: &mut Vec<Warning>,
    ) -> Result<Kind, CredentialError> {
        for (key, value) in [("user", found.user), ("tenancy", found.tenancy)] {
            if !is_ocid(value) {
                return Err(self.malformed(key, "an OCID such as ocid1.user.oc1..aaaa"));
            }
        }
        let expected: Fingerprint = found.fingerprint.parse().map_err(|_| {
            self.malformed("fingerprint", "16 pairs of hexadecimal digits joined by colons")
        })?;
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
        if let Some(computed) = key.fingerprint().filter(|computed| *computed != expected) {
            return Err(CredentialError::Fingerprint {
                key: file.display().to_string(),
                found: computed,
                origin: self.line_of("fingerprint"),
                expected,
            });
        }
        Ok(Kind::User {
            user: found.user.to_owned(),
            tenancy: found.tenancy.to_owned(),
            fingerprint: expected,
            key,
        })
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
