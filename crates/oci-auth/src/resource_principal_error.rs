//! Why a resource principal cannot be used, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::key::KeyError;
use crate::token::TokenError;

/// A resource principal whose token or key cannot be used. The places are paths, or words such as
/// `in OCI_RESOURCE_PRINCIPAL_RPST`; no variant holds a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourcePrincipalError {
    /// The token has ended, and the platform has not put another into its place.
    #[error("the token of the resource principal {token} ended on {ended}")]
    Ended {
        /// Where the token is.
        token: PathBuf,
        /// When, in the form of HTTP dates.
        ended: String,
    },
    /// A file cannot be read.
    #[error("cannot read {path}: {kind}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The private key is not usable.
    #[error("cannot use the private key {key} of the resource principal")]
    Key {
        /// Where the key is.
        key: PathBuf,
        /// Why.
        source: KeyError,
    },
    /// The key is not the one that the token names. Key and token are replaced one after the other, so this may pass by itself.
    #[error("the key {key} does not belong to the token {token} of the resource principal")]
    Pair {
        /// Where the key is.
        key: PathBuf,
        /// Where the token is.
        token: PathBuf,
    },
    /// There is no token.
    #[error("cannot use the token {token} of the resource principal")]
    Token {
        /// Where the token is.
        token: PathBuf,
        /// Why.
        source: TokenError,
    },
}

impl ResourcePrincipalError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            // A value does not change in a process that runs; a file may.
            Self::Ended { .. } => {
                "check the clock; if it is right, start the program anew, so that the platform gives it another token"
            }
            Self::File { kind: io::ErrorKind::PermissionDenied, .. } => {
                "run as the user to whom the platform gives the file"
            }
            Self::File { .. } => {
                "unset OCI_RESOURCE_PRINCIPAL_* where they were copied from another machine, the platform sets them where a resource is a principal"
            }
            Self::Key {
                source: KeyError::PassPhraseMissing | KeyError::PassPhraseWrong, ..
            } => {
                "set OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE to the pass phrase or to the path of its file"
            }
            Self::Key { .. } | Self::Token { .. } => {
                "leave OCI_RESOURCE_PRINCIPAL_* as the platform sets them: each is a value, or the absolute path of a file"
            }
            Self::Pair { .. } => "try again, the platform replaces one after the other",
        }
    }
}
