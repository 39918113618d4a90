//! Which configuration file and which profile.

use std::fs;
use std::io;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{CredentialError, CredentialOptions};
use crate::env::Env;
use crate::profile::{ConfigFile, DEFAULT_PROFILE, Profile, ProfileError};
use crate::settings::Setting;

/// The profile and its file. Where it is not `needed`, a file or a default profile that is missing is none.
pub(super) fn read_profile(
    env: &Env,
    options: &CredentialOptions<'_>,
    needed: bool,
) -> Result<Option<(Profile, PathBuf)>, CredentialError> {
    let place = match ConfigPlace::of(env, options) {
        Err(CredentialError::NoHome) if !needed => return Ok(None),
        other => other?,
    };
    let Some(ConfigBytes { path, bytes }) = place.read()? else {
        return if needed { Err(place.missing()) } else { Ok(None) };
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

/// A configuration file as it was read; it may hold a pass phrase.
struct ConfigBytes {
    path: PathBuf,
    bytes: Zeroizing<Vec<u8>>,
}

/// Where the configuration file is looked for.
struct ConfigPlace {
    path: PathBuf,
    /// Where it was in the years of another product name; the official SDKs look there when the default file is absent.
    legacy: Option<PathBuf>,
    /// What chose the path.
    origin: String,
}

impl ConfigPlace {
    fn of(env: &Env, options: &CredentialOptions<'_>) -> Result<Self, CredentialError> {
        let told = |path, origin| Self { path, legacy: None, origin };
        if let Some(path) = options.config_file {
            let expanded = path.to_str().map_or_else(|| path.to_owned(), |text| env.expand(text));
            return Ok(told(expanded, "as given".to_owned()));
        }
        if let Some((name, path)) = Setting::ConfigFile.read(env, options.prefixes)? {
            return Ok(told(env.expand(path), format!("from {name}")));
        }
        let home = env.home().ok_or(CredentialError::NoHome)?;
        Ok(Self {
            path: home.join(".oci").join("config"),
            legacy: Some(home.join(".oraclebmc").join("config")),
            origin: "the default".to_owned(),
        })
    }

    /// The first of the files that exists, and its bytes.
    fn read(&self) -> Result<Option<ConfigBytes>, CredentialError> {
        for path in [Some(&self.path), self.legacy.as_ref()].into_iter().flatten() {
            match fs::read(path) {
                Ok(bytes) => {
                    return Ok(Some(ConfigBytes { path: path.clone(), bytes: bytes.into() }));
                }
                Err(source) if source.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    return Err(CredentialError::ConfigFile { path: path.clone(), source });
                }
            }
        }
        Ok(None)
    }

    fn missing(self) -> CredentialError {
        CredentialError::NoConfigFile { path: self.path, origin: self.origin }
    }
}
