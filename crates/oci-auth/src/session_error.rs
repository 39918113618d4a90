//! Why a session cannot be used, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::key::KeyError;
use crate::token::TokenError;

/// A session whose token or key cannot be used. No variant holds either.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The token has ended.
    #[error("the session of {token_file} ended on {ended}")]
    Ended {
        /// The file of the token.
        token_file: PathBuf,
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
    #[error("cannot use private key {key_file}")]
    Key {
        /// The file of the key, or the variable that holds it.
        key_file: PathBuf,
        /// Why.
        source: KeyError,
    },
    /// The key is not the one that the token names. Key and token are replaced one after the other, so this may pass by itself.
    #[error("the key {key_file} does not belong to the token of {token_file}")]
    Pair {
        /// The file of the key, or the variable that holds it.
        key_file: PathBuf,
        /// The file of the token.
        token_file: PathBuf,
    },
    /// The file holds no token.
    #[error("cannot use the token of {token_file}")]
    Token {
        /// The file of the token.
        token_file: PathBuf,
        /// Why.
        source: TokenError,
    },
}

impl SessionError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Ended { .. } | Self::Pair { .. } | Self::Token { .. } => {
                "run `oci session authenticate`"
            }
            Self::File { kind: io::ErrorKind::PermissionDenied, .. } => {
                "check the permissions of the file"
            }
            Self::File { .. } => {
                "run `oci session authenticate`, or correct key_file and security_token_file of the profile"
            }
            Self::Key { source, .. } => source.hint(),
        }
    }
}
