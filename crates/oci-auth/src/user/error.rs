//! Why credentials could not be loaded, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::env::EnvError;
use crate::key::{Fingerprint, KeyError};
use crate::profile::ProfileError;

/// Credentials that could not be loaded. No variant holds a key, a pass phrase or a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Another kind of authentication was asked for than this release has.
    #[error("authentication type {found} ({origin}) is not supported yet, only api_key is")]
    AuthType {
        /// What was asked for.
        found: String,
        /// The variable or the profile that asked for it.
        origin: String,
    },
    /// The configuration file cannot be read.
    #[error("cannot read configuration file {path}")]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An environment variable is not text.
    #[error(transparent)]
    Env(#[from] EnvError),
    /// The key is not the one that the service would check the signature with, the most common cause of a 401.
    #[error("the key {key} has the fingerprint {found}, but {origin} names the key {expected}")]
    Fingerprint {
        /// Where the key came from.
        key: String,
        /// The fingerprint of the key that was read.
        found: Fingerprint,
        /// The profile, or the variable, that names another one.
        origin: String,
        /// The fingerprint that is named there.
        expected: Fingerprint,
    },
    /// The private key is not usable.
    #[error("cannot use private key {key_file}")]
    Key {
        /// The key file.
        key_file: PathBuf,
        /// Why.
        source: KeyError,
    },
    /// The key file cannot be read.
    #[error("cannot read key_file {key_file}, named on line {line} of {path}")]
    KeyFile {
        /// The key file.
        key_file: PathBuf,
        /// The configuration file.
        path: PathBuf,
        /// The line that names the key file, counted from 1.
        line: usize,
        /// What the system said.
        source: io::Error,
    },
    /// A value of the profile is not what it must be.
    #[error("{key} of profile {profile}, line {line} of {path}, is malformed: expected {expected}")]
    Malformed {
        /// The configuration file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The profile.
        profile: String,
        /// The key.
        key: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// The profile lacks values.
    #[error("profile {profile} of {path} lacks {keys}")]
    Missing {
        /// The configuration file.
        path: PathBuf,
        /// The profile.
        profile: String,
        /// All missing keys, joined by commas.
        keys: String,
    },
    /// There is no configuration file.
    #[error("no configuration file at {path} ({origin})")]
    NoConfigFile {
        /// Where it was looked for.
        path: PathBuf,
        /// What chose the path.
        origin: String,
    },
    /// The home folder is not known, so neither is `~/.oci/config`.
    #[error("the home folder is not known, so ~/.oci/config cannot be found")]
    NoHome,
    /// The configuration file is damaged or lacks the profile.
    #[error("cannot use configuration file {path}")]
    Profile {
        /// The configuration file.
        path: PathBuf,
        /// Why.
        source: ProfileError,
    },
}

impl CredentialError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::AuthType { .. } => {
                "unset it, or choose a profile with user, fingerprint and key_file"
            }
            Self::ConfigFile { .. } => "check the permissions of the file",
            Self::Env(_) => "set it to UTF-8 text or unset it",
            Self::Fingerprint { .. } => {
                "name the private half of that API key, or copy the fingerprint of this one from the console"
            }
            Self::Key { source, .. } => key_hint(source),
            Self::KeyFile { .. } => {
                "correct key_file in the profile, or put the key of the API key there"
            }
            Self::Malformed { .. } => {
                "copy the values from the configuration preview of the API key in the console"
            }
            Self::Missing { .. } => "add them to the profile, or to [DEFAULT] for all profiles",
            Self::NoConfigFile { .. } | Self::NoHome => {
                "run `oci setup config`, or set OCI_CONFIG_FILE to the path of the file"
            }
            Self::Profile { source: ProfileError::NotFound { .. }, .. } => {
                "name one of those profiles, or add this one to the file"
            }
            Self::Profile { .. } => "correct that line of the file",
        }
    }
}

fn key_hint(error: &KeyError) -> &'static str {
    match error {
        KeyError::PassPhraseMissing => "set pass_phrase in the profile, or OCI_PASSPHRASE",
        KeyError::PassPhraseWrong => {
            "correct pass_phrase; `openssl pkey -noout -in KEY` asks for it and says whether it fits"
        }
        KeyError::Encrypted
        | KeyError::EncryptionUnknown { .. }
        | KeyError::EncryptionCost { .. } => {
            "encrypt the key anew with `openssl pkcs8 -topk8 -in KEY -out NEW` and name that as key_file"
        }
        KeyError::WrongKind { label } if label.contains("PUBLIC") => {
            "name the private half of the API key"
        }
        KeyError::WrongKind { label } if label.contains("OPENSSH") => {
            "convert a copy of the key with `ssh-keygen -p -m PEM -f KEY`"
        }
        KeyError::TooSmall { .. }
        | KeyError::TooLarge { .. }
        | KeyError::NotRsa { .. }
        | KeyError::WrongKind { .. } => {
            "make an API key of 2048 bits with `oci setup keys` or in the console"
        }
        KeyError::LineBreaks => {
            "restore the line breaks of the file, or put its text into OCI_KEY, where they may be missing"
        }
        KeyError::NoPem | KeyError::BadPem | KeyError::Damaged => {
            "download the key again, or make a new one with `oci setup keys`"
        }
    }
}
