//! Credentials, found the way the official tools find them.

mod error;
mod identity;
mod modes;
mod origin;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use error::CredentialError;
pub use modes::Warning;
pub use origin::{Found, Origin};

use crate::KeyId;
use crate::env::Env;
use crate::key::{Backend, Fingerprint, PrivateKey, SigningKey};
use crate::profile::{ConfigFile, DEFAULT_PROFILE, Profile, ProfileError};
use crate::region::{Region, Regions};
use crate::secret::Secret;
use crate::settings::{OCI_PREFIX, Setting};
use crate::signer::Signer;
use identity::{Identity, Key};

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
        Self {
            config_file: None,
            profile: None,
            prefixes: &[OCI_PREFIX],
            backend: Backend::default(),
        }
    }
}

/// The credentials that were found, with the key read and parsed, and the settings that stand next to them.
#[derive(Debug)]
pub struct Credentials {
    kind: Kind,
    origin: Origin,
    profile: Option<(Profile, PathBuf)>,
    region: Option<Found<String>>,
    compartment_id: Option<Found<String>>,
    regions: Regions,
    warnings: Vec<Warning>,
}

#[derive(Debug)]
enum Kind {
    /// A user's API key, which signs requests.
    User { user: String, tenancy: String, fingerprint: Fingerprint, key: PrivateKey },
    /// An API key of the Generative AI service, which is sent as it is.
    Bearer(Secret),
}

impl Credentials {
    /// Finds credentials, in this order:
    ///
    /// 1. `options.profile` or `options.config_file`, if either is given: that profile, whatever the environment says;
    /// 2. `OCI_GENAI_API_KEY`, an API key of the Generative AI service;
    /// 3. `OCI_USER`, `OCI_TENANCY`, `OCI_FINGERPRINT`, `OCI_KEY` or `OCI_KEY_FILE`, and `OCI_PASSPHRASE`, with the prefixes of
    ///    `options`, then with the names of the official command line ([`Setting`] has the table);
    /// 4. the profile that `OCI_PROFILE` names, else `DEFAULT`, of the configuration file.
    ///
    /// An identity comes from one source as a whole: variables of one prefix, or one profile. A first source that lacks a part
    /// is an error, which names the source that has the part if there is one.
    ///
    /// The configuration file is `options.config_file`, else the one that `OCI_CONFIG_FILE` names, else `~/.oci/config`. The
    /// official SDKs for Python, Go, Java and TypeScript let an existing `~/.oci/config` win over `OCI_CONFIG_FILE`; a
    /// variable that was set on purpose wins here. Where the identity comes from variables the file may be missing.
    ///
    /// # Errors
    /// [`CredentialError`], which names the file, the profile and the line, and has a [hint](CredentialError::hint). What this
    /// release cannot do, such as a profile with a security token, is an error and never falls back to the API key.
    pub fn from_env(env: &Env, options: &CredentialOptions<'_>) -> Result<Self, CredentialError> {
        let told = options.profile.is_some() || options.config_file.is_some();
        let signs = check_auth_type(env, options)?;
        let bearer = Setting::GenaiApiKey.read(env, options.prefixes)?.filter(|_| !told);
        let variables = identity::any_variable(env, options.prefixes)?.filter(|_| !told);
        if let Some((bearer, _)) = &bearer
            && let Some(other) = signs.as_ref().or(variables.as_ref())
        {
            return Err(CredentialError::Mixture {
                first: bearer.clone(),
                second: other.clone(),
                lacking: "a signature; an API key of Generative AI is sent without one".to_owned(),
            });
        }
        let needed = bearer.is_none() && variables.is_none();
        let profile = read_profile(env, options, needed)?;
        let mut warnings = Vec::new();
        let (kind, origin) = if let Some((name, key)) = bearer {
            (Kind::Bearer(Secret::from(key.trim())), Origin::Variable(name))
        } else if let Some((found, names)) = variables
            .map(|_| {
                let profile = profile.as_ref().map(|(profile, _)| profile);
                identity::from_variables(env, options.prefixes, profile)
            })
            .transpose()?
            .flatten()
        {
            let place = Place::Variables(names);
            let kind = place.load(&found, env, options.backend, &mut warnings)?;
            (kind, place.origin())
        } else {
            let Some((profile, path)) = &profile else { return Err(CredentialError::NoHome) };
            warnings.extend(modes::readable_by_others(path));
            let place = Place::Profile(profile, path);
            check_profile_kind(profile, path, signs.is_some())?;
            let found =
                identity::from_profile(profile).map_err(|missing| CredentialError::Missing {
                    path: path.clone(),
                    profile: profile.name().to_owned(),
                    keys: missing.join(", "),
                })?;
            (place.load(&found, env, options.backend, &mut warnings)?, place.origin())
        };
        let setting = |setting: Setting, key: &str| -> Result<_, CredentialError> {
            Ok(match setting.read(env, options.prefixes)? {
                Some((name, value)) => {
                    Some(Found { value: value.to_owned(), origin: Origin::Variable(name) })
                }
                None => profile.as_ref().and_then(|(profile, path)| {
                    let origin =
                        Origin::Profile { name: profile.name().to_owned(), path: path.clone() };
                    Some(Found { value: profile.get(key)?.to_owned(), origin })
                }),
            })
        };
        let region = setting(Setting::Region, "region")?;
        let compartment_id = setting(Setting::CompartmentId, "compartment_id")?;
        let regions = Regions::from_env(env)?;
        Ok(Self { kind, origin, profile, region, compartment_id, regions, warnings })
    }

    /// The OCID of the tenancy; `None` for an API key of the Generative AI service, which does not tell.
    #[must_use]
    pub fn tenancy(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { tenancy, .. } => Some(tenancy),
            Kind::Bearer(_) => None,
        }
    }

    /// The OCID of the user; `None` as for [`tenancy`](Self::tenancy).
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { user, .. } => Some(user),
            Kind::Bearer(_) => None,
        }
    }

    /// The fingerprint of the key that signs, which is that of [the key](PrivateKey::fingerprint).
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.kind {
            Kind::User { fingerprint, .. } => Some(*fingerprint),
            Kind::Bearer(_) => None,
        }
    }

    /// Where the credentials came from; for variables, the names of those that were read.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The profile, for settings that are not credentials; `None` if there was none and none was needed.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref().map(|(profile, _)| profile)
    }

    /// What works and should not stay as it is, such as a key that others can read.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The region: as given, else from the environment, else from the profile.
    ///
    /// A text with a dot in it, such as `us-new-1.oraclecloud99.com`, is a region and its domain.
    ///
    /// # Errors
    /// [`CredentialError::NoRegion`] if nobody says which, [`CredentialError::Region`] if there is no such region.
    pub fn region(&self, given: Option<&str>) -> Result<Found<Region>, CredentialError> {
        let given = given.map(|text| Found { value: text.to_owned(), origin: Origin::Given });
        let Some(found) = given.or_else(|| self.region.clone()) else {
            let looked = match &self.profile {
                Some((profile, path)) => {
                    format!("region in profile {} of {}", profile.name(), path.display())
                }
                None => "a profile".to_owned(),
            };
            return Err(CredentialError::NoRegion { looked });
        };
        match self.regions.configured(&found.value) {
            Ok(value) => Ok(Found { value, origin: found.origin }),
            Err(source) => Err(CredentialError::Region { origin: found.origin, source }),
        }
    }

    /// The compartment: as given, else from the environment, else from the profile, else the tenancy, in which few policies
    /// allow a call. `None` if nobody says and the tenancy is not known.
    #[must_use]
    pub fn compartment_id(&self, given: Option<&str>) -> Option<Found<String>> {
        let given = given.map(|ocid| Found { value: ocid.to_owned(), origin: Origin::Given });
        given
            .or_else(|| self.compartment_id.clone())
            .or_else(|| Some(Found { value: self.tenancy()?.to_owned(), origin: Origin::Tenancy }))
    }

    /// What authenticates requests with these credentials.
    ///
    /// # Errors
    /// [`CredentialError::BearerText`] for an API key that cannot stand in a header.
    pub fn into_signer(self) -> Result<Signer, CredentialError> {
        match self.kind {
            Kind::User { user, tenancy, fingerprint, key } => {
                let id = KeyId::api_key(&tenancy, &user, &fingerprint.to_string())
                    .expect("the parts hold OCID and fingerprint characters only, because they were checked when they were read");
                Ok(Signer::new(SigningKey::new(id, key)))
            }
            Kind::Bearer(key) => Signer::bearer(&key)
                .map_err(|_| CredentialError::BearerText { origin: self.origin }),
        }
    }
}

/// The source of an identity, for errors.
enum Place<'a> {
    Profile(&'a Profile, &'a Path),
    Variables(String),
}

impl Place<'_> {
    fn origin(&self) -> Origin {
        match self {
            Self::Profile(profile, path) => {
                Origin::Profile { name: profile.name().to_owned(), path: (*path).to_owned() }
            }
            Self::Variables(names) => Origin::Variable(names.clone()),
        }
    }

    /// Checks the values, reads the key and compares it with the fingerprint.
    fn load(
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

/// The variable that asks for signatures by an API key, if one does; what this release cannot do is refused.
fn check_auth_type(
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
fn check_profile_kind(
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

/// The profile and its file. Where it is not `needed`, a file or a default profile that is missing is none.
fn read_profile(
    env: &Env,
    options: &CredentialOptions<'_>,
    needed: bool,
) -> Result<Option<(Profile, PathBuf)>, CredentialError> {
    let (path, origin) = match config_path(env, options) {
        Err(CredentialError::NoHome) if !needed => return Ok(None),
        other => other?,
    };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return if needed {
                Err(CredentialError::NoConfigFile { path, origin })
            } else {
                Ok(None)
            };
        }
        Err(source) => return Err(CredentialError::ConfigFile { path, source }),
    };
    let named = match options.profile {
        Some(name) => Some(name),
        None => Setting::Profile.read(env, options.prefixes)?.map(|(_, name)| name),
    };
    let file =
        ConfigFile::parse(&bytes).and_then(|file| file.profile(named.unwrap_or(DEFAULT_PROFILE)));
    match file {
        Ok(profile) => Ok(Some((profile, path))),
        Err(ProfileError::NotFound { .. }) if !needed && named.is_none() => Ok(None),
        Err(source) => Err(CredentialError::Profile { path, source }),
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
