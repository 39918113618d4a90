//! Why a client could not be made or a call failed.

use oci_auth::{CredentialError, HyperClientError};
use oci_router::UnknownTransport;
use oci_transport::{BuildError, EndpointError, ProxyError};

/// What the functions of this crate return.
pub type Result<T> = std::result::Result<T, Error>;

/// A client that could not be made, or a call that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option cannot be used.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A call failed.
    #[error(transparent)]
    Call(#[from] oci_router::Error),
    /// There are no usable credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    /// A base URL is none.
    #[error("the base URL cannot be used")]
    BaseUrl(#[source] EndpointError),
    /// The certificate authorities cannot be used for fetching tokens.
    #[error(transparent)]
    Authorities(#[from] HyperClientError),
    /// The proxy that the environment names cannot be used.
    #[error("the proxy cannot be used (from {origin})")]
    Proxy {
        /// The variable.
        origin: String,
        /// Why not.
        source: ProxyError,
    },
    /// The log of requests that the environment asks for is none.
    #[error("expected 1, body or 0 for the log of requests, found something else (from {origin})")]
    RequestLog {
        /// The variable.
        origin: String,
    },
    /// A builder was given a signer, and a profile or a configuration file too.
    #[error("expected one identity, found a signer and a profile or configuration file")]
    TwoIdentities,
    /// The transport that the environment names is none.
    #[error("{source} (from {origin})")]
    Transport {
        /// The variable.
        origin: String,
        /// Why not.
        source: UnknownTransport,
    },
}

/// A failure of a stream or of a whole answer, for `?` in a function that returns this crate's [`Result`].
impl From<oci_transport::Error> for Error {
    fn from(error: oci_transport::Error) -> Self {
        Self::Call(error.into())
    }
}

impl Error {
    /// What to do about it, as a phrase that can follow the message; `None` where there is nothing to advise.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Authorities(_) | Self::Build(_) => {
                Some("correct the option or leave it out".to_owned())
            }
            Self::BaseUrl(_) => Some(
                "give scheme and host, such as https://host or http://127.0.0.1:8787".to_owned(),
            ),
            Self::TwoIdentities => Some("leave one of the two out".to_owned()),
            Self::Call(error) => error.hint(),
            Self::Credentials(error) => Some(error.hint()),
            Self::Proxy { .. } | Self::RequestLog { .. } | Self::Transport { .. } => {
                Some("correct or unset the variable".to_owned())
            }
        }
    }

    /// The failure of the transport, if it is one: with status, code, request id and kind.
    #[must_use]
    pub fn transport(&self) -> Option<&oci_transport::Error> {
        match self {
            Self::Call(oci_router::Error::Transport(error)) => Some(error),
            _ => None,
        }
    }
}
