//! Session keys: the keys that tokens are asked for, made anew for each.

#[cfg(feature = "session-keys")]
mod generated;

use std::pin::Pin;

#[cfg(feature = "session-keys")]
pub use generated::GeneratedKeys;

use crate::key::{KeyError, PrivateKey};

/// Where the key comes from that a token is asked for. `GeneratedKeys` (feature `session-keys`) makes one for each.
pub trait SessionKeySource: Send + Sync {
    /// A key, which must tell its public half. It must not be made on the thread that polls: it takes a tenth of a second.
    fn next_key(&self) -> KeyToCome;
}

/// A key to come.
pub type KeyToCome = Pin<Box<dyn Future<Output = Result<PrivateKey, KeyError>> + Send>>;

impl<F> SessionKeySource for F
where
    F: Fn() -> KeyToCome + Send + Sync,
{
    fn next_key(&self) -> KeyToCome {
        self()
    }
}
