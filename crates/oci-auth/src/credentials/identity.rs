//! The five values that make an identity, taken from one source together.
//!
//! A user from one place and a key from another is how one signs as somebody who does not exist, so a mixture is refused.

use std::fmt;

use super::CredentialError;
use crate::env::Env;
use crate::profile::Profile;
use crate::settings::Setting;

/// The values of one source, complete but not yet checked.
pub(super) struct Identity<'s> {
    pub(super) user: &'s str,
    pub(super) tenancy: &'s str,
    pub(super) fingerprint: &'s str,
    pub(super) key: Key<'s>,
    pub(super) pass_phrase: Option<&'s str>,
}

/// The private key, or where it is.
pub(super) enum Key<'s> {
    /// The text of a variable.
    Content { text: &'s str, variable: String },
    /// A path; `~` is not expanded yet.
    File(&'s str),
}

/// The identity that environment variables give; `None` if none of them is set.
///
/// The variables of one prefix are one source, and so are those of the official command line. The first source that has any
/// of them must have all that are needed.
pub(super) fn from_variables<'e>(
    env: &'e Env,
    prefixes: &[&str],
    profile: Option<&Profile>,
) -> Result<Option<(Identity<'e>, String)>, CredentialError> {
    let mut sources = prefixes
        .iter()
        .map(|prefix| Source::read(env, |setting| setting.names(&[*prefix]).next()))
        .collect::<Result<Vec<_>, _>>()?;
    sources.push(Source::read(env, |setting| setting.command_line().map(str::to_owned))?);
    sources.retain(|source| !source.values.is_empty());
    let Some((first, others)) = sources.split_first() else { return Ok(None) };
    let named = first.to_string();
    match first.identity() {
        Ok(identity) => Ok(Some((identity, named))),
        Err(missing) => Err(first.incomplete(&missing, others, profile)),
    }
}

/// Which variable, if any, gives a part of an identity; used to refuse combinations.
pub(super) fn any_variable(
    env: &Env,
    prefixes: &[&str],
) -> Result<Option<String>, CredentialError> {
    for setting in PARTS {
        if let Some((name, _)) = setting.read(env, prefixes)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// The identity of a profile, or the keys that it lacks.
pub(super) fn from_profile(profile: &Profile) -> Result<Identity<'_>, Vec<&'static str>> {
    let parts = ["user", "tenancy", "fingerprint", "key_file"];
    match parts.map(|key| profile.get(key)) {
        [Some(user), Some(tenancy), Some(fingerprint), Some(key_file)] => Ok(Identity {
            user,
            tenancy,
            fingerprint,
            key: Key::File(key_file),
            // The official Go SDK reads the second spelling too.
            pass_phrase: profile.get("pass_phrase").or_else(|| profile.get("passphrase")),
        }),
        _ => Err(parts.into_iter().filter(|key| profile.get(key).is_none()).collect()),
    }
}

/// The variables of one prefix that are set.
struct Source<'e> {
    values: Vec<(Setting, String, &'e str)>,
}

impl<'e> Source<'e> {
    fn read(
        env: &'e Env,
        name: impl Fn(Setting) -> Option<String>,
    ) -> Result<Self, CredentialError> {
        let mut values = Vec::new();
        for setting in PARTS {
            let Some(name) = name(setting) else { continue };
            if let Some(value) = env.get(&name)? {
                values.push((setting, name, value));
            }
        }
        Ok(Self { values })
    }

    fn get(&self, wanted: Setting) -> Option<&'e str> {
        self.values.iter().find(|(setting, ..)| *setting == wanted).map(|(_, _, value)| *value)
    }

    fn identity(&self) -> Result<Identity<'e>, Vec<Setting>> {
        let key = match (
            self.values.iter().find(|(setting, ..)| *setting == Setting::Key),
            self.get(Setting::KeyFile),
        ) {
            (Some((_, variable, text)), _) => {
                Some(Key::Content { text, variable: variable.clone() })
            }
            (None, Some(path)) => Some(Key::File(path)),
            (None, None) => None,
        };
        let parts = [Setting::User, Setting::Tenancy, Setting::Fingerprint];
        match (parts.map(|part| self.get(part)), key) {
            ([Some(user), Some(tenancy), Some(fingerprint)], Some(key)) => Ok(Identity {
                user,
                tenancy,
                fingerprint,
                key,
                pass_phrase: self.get(Setting::Passphrase),
            }),
            (_, key) => {
                let mut missing: Vec<Setting> =
                    parts.into_iter().filter(|part| self.get(*part).is_none()).collect();
                if key.is_none() {
                    missing.push(Setting::KeyFile);
                }
                Err(missing)
            }
        }
    }

    /// What to say about a source that lacks values: where else they are, if they are anywhere.
    fn incomplete(
        &self,
        missing: &[Setting],
        others: &[Self],
        profile: Option<&Profile>,
    ) -> CredentialError {
        let lacking = missing.iter().map(|part| word(*part)).collect::<Vec<_>>().join(", ");
        let other = others
            .iter()
            .find(|other| missing.iter().any(|part| other.has(*part)))
            .map(ToString::to_string)
            .or_else(|| {
                let profile = profile?;
                let has = missing.iter().any(|part| profile.get(word(*part)).is_some());
                has.then(|| format!("profile {}", profile.name()))
            });
        let first = self.to_string();
        match other {
            Some(second) => CredentialError::Mixture { first, second, lacking },
            None => CredentialError::MissingVariables { first, lacking },
        }
    }

    fn has(&self, part: Setting) -> bool {
        let or_content = part == Setting::KeyFile && self.get(Setting::Key).is_some();
        or_content || self.get(part).is_some()
    }
}

/// The names of the variables that are set.
impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (_, name, _)) in self.values.iter().enumerate() {
            write!(f, "{}{name}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// The key of a profile that is the same part of an identity.
fn word(part: Setting) -> &'static str {
    match part {
        Setting::User => "user",
        Setting::Tenancy => "tenancy",
        Setting::Fingerprint => "fingerprint",
        Setting::Passphrase => "pass_phrase",
        _ => "key_file",
    }
}

const PARTS: [Setting; 6] = [
    Setting::User,
    Setting::Tenancy,
    Setting::Fingerprint,
    Setting::Key,
    Setting::KeyFile,
    Setting::Passphrase,
];
