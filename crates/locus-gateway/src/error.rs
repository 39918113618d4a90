//! Why a gateway could not be set up.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::keys::KeyFileError;

/// A gateway that could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The credentials, the region or another setting of a model cannot be used.
    #[error("{model} cannot be set up")]
    Client {
        /// Where the model stands in the configuration, or that it comes from the environment.
        model: String,
        /// Why not.
        source: Box<locus::Error>,
    },
    /// The file or database of clients' keys cannot be used.
    #[error("the keys of {} cannot be used", path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: KeyFileError,
    },
    /// The store that gateways share cannot be used.
    #[error("the store of limits cannot be used: {message}")]
    Store {
        /// Why not.
        message: &'static str,
    },
    /// The address can be reached from other machines, and whoever reaches it could use the account.
    #[error("{address} can be reached from other machines, and no key protects the gateway")]
    Exposed {
        /// The address.
        address: SocketAddr,
    },
}

impl Error {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Bind { .. } => Some("choose another address or port".to_owned()),
            Self::Client { source, .. } => source.hint(),
            Self::Keys { .. } => Some("make one with `locus keys create`".to_owned()),
            Self::Store { .. } => {
                Some("leave redis_host and redis_url out of router_settings".to_owned())
            }
            Self::Exposed { .. } => Some(
                "set general_settings.master_key, listen on 127.0.0.1, or allow it with --insecure"
                    .to_owned(),
            ),
        }
    }
}
