//! The values that make an identity, taken from one source together.
//!
//! A user from one place and a key from another is how one signs as somebody who does not exist, so a mixture is refused.

use std::fmt;

use super::CredentialError;
use super::auth_type::IdentityKind;
use crate::env::Env;
use crate::profile::Profile;
use crate::settings::Setting;

/// The values of one source, complete but not yet checked.
pub(super) struct Identity<'s> {
    pub(super) who: Who<'s>,
    pub(super) key: Key<'s>,
    pub(super) pass_phrase: Option<&'s str>,
}

/// Whose key it is.
pub(super) enum Who<'s> {
    /// That of a user, to whom the service knows it to belong.
    User { user: &'s str, tenancy: &'s str, fingerprint: &'s str },
    /// That of a session, whose token says so. A tenancy is told to the caller and not needed to sign.
    Session { token_file: &'s str, tenancy: Option<&'s str> },
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
/// It is that of a session if that is asked for, or if the path of a token is set and nothing else is asked for. The variables of one prefix are one source, and so are those of the official command line. The first source that has any
/// of them must have all that are needed.
pub(super) fn from_variables<'e>(
    env: &'e Env,
    prefixes: &[&str],
    asked: Option<IdentityKind>,
    profile: Option<&Profile>,
) -> Result<Option<(Identity<'e>, String)>, CredentialError> {
    let mut sources = prefixes
        .iter()
        .map(|prefix| Source::read(env, asked, |setting| setting.names(&[*prefix]).next()))
        .collect::<Result<Vec<_>, _>>()?;
    sources.push(Source::read(env, asked, |setting| setting.command_line().map(str::to_owned))?);
    sources.retain(|source| !source.values.is_empty());
    let Some((first, others)) = sources.split_first() else { return Ok(None) };
    let named = first.to_string();
    match first.identity(asked) {
        Ok(identity) => Ok(Some((identity, named))),
        Err(missing) => Err(first.incomplete(&missing, others, profile)),
    }
}

/// Which variable, if any, gives a part of an identity; used to refuse combinations.
pub(super) fn any_variable(
    env: &Env,
    prefixes: &[&str],
    asked: Option<IdentityKind>,
) -> Result<Option<String>, CredentialError> {
    for setting in parts(asked) {
        if let Some((name, _)) = setting.read(env, prefixes)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// The identity of a profile, or the keys that it lacks.
pub(super) fn from_profile(
    profile: &Profile,
    kind: IdentityKind,
) -> Result<Identity<'_>, Vec<&'static str>> {
    let needed: &[&str] = match kind {
        IdentityKind::ApiKey => &["user", "tenancy", "fingerprint", "key_file"],
        IdentityKind::SecurityToken => &["security_token_file", "key_file"],
    };
    let missing = || needed.iter().copied().filter(|key| profile.get(key).is_none()).collect();
    let who = match kind {
        IdentityKind::ApiKey => {
            user(["user", "tenancy", "fingerprint"].map(|key| profile.get(key)))
        }
        IdentityKind::SecurityToken => profile
            .get("security_token_file")
            .map(|token_file| Who::Session { token_file, tenancy: profile.get("tenancy") }),
    };
    let (Some(who), Some(key_file)) = (who, profile.get("key_file")) else { return Err(missing()) };
    // The official Go SDK reads the second spelling too.
    let pass_phrase = profile.get("pass_phrase").or_else(|| profile.get("passphrase"));
    Ok(Identity { who, key: Key::File(key_file), pass_phrase })
}

fn user(parts: [Option<&str>; 3]) -> Option<Who<'_>> {
    let [user, tenancy, fingerprint] = parts;
    Some(Who::User { user: user?, tenancy: tenancy?, fingerprint: fingerprint? })
}

/// The variables of one prefix that are set.
struct Source<'e> {
    values: Vec<(Setting, String, &'e str)>,
}

impl<'e> Source<'e> {
    fn read(
        env: &'e Env,
        asked: Option<IdentityKind>,
        name: impl Fn(Setting) -> Option<String>,
    ) -> Result<Self, CredentialError> {
        let mut values = Vec::new();
        for setting in parts(asked) {
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

    fn identity(&self, asked: Option<IdentityKind>) -> Result<Identity<'e>, Vec<Setting>> {
        let has_token = self.get(Setting::SecurityTokenFile).is_some();
        let kind = match asked {
            Some(kind) => kind,
            None if has_token => IdentityKind::SecurityToken,
            None => IdentityKind::ApiKey,
        };
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
        let needed: &[Setting] = match kind {
            IdentityKind::ApiKey => &USER,
            IdentityKind::SecurityToken => &[Setting::SecurityTokenFile],
        };
        let who = match kind {
            IdentityKind::ApiKey => user(USER.map(|part| self.get(part))),
            IdentityKind::SecurityToken => self
                .get(Setting::SecurityTokenFile)
                .map(|token_file| Who::Session { token_file, tenancy: self.get(Setting::Tenancy) }),
        };
        match (who, key) {
            (Some(who), Some(key)) => {
                Ok(Identity { who, key, pass_phrase: self.get(Setting::Passphrase) })
            }
            (_, key) => {
                let mut missing: Vec<Setting> =
                    needed.iter().copied().filter(|part| self.get(*part).is_none()).collect();
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
        Setting::SecurityTokenFile => "security_token_file",
        _ => "key_file",
    }
}

/// The variables that are parts of an identity. The path of a token is none where an API key is asked for.
fn parts(asked: Option<IdentityKind>) -> impl Iterator<Item = Setting> {
    PARTS.into_iter().filter(move |part| {
        *part != Setting::SecurityTokenFile || asked != Some(IdentityKind::ApiKey)
    })
}

const PARTS: [Setting; 7] = [
    Setting::User,
    Setting::Tenancy,
    Setting::Fingerprint,
    Setting::Key,
    Setting::KeyFile,
    Setting::Passphrase,
    Setting::SecurityTokenFile,
];

const USER: [Setting; 3] = [Setting::User, Setting::Tenancy, Setting::Fingerprint];
