//! Why a request cannot be signed.

use http::Method;
use http::header::HeaderName;

use crate::fetch_error::FetchError;
use crate::key::SigningFailed;
use crate::resource_principal_error::ResourcePrincipalError;
use crate::session_error::SessionError;

/// A request that cannot be signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The clock is outside the years that the date format can express.
    #[error("the clock is before 1970 or after 9999")]
    Clock,
    /// A header that is signed is there more than once, so that signer and service could read different ones.
    #[error("header {0} is set more than once and cannot be signed")]
    DuplicateHeader(HeaderName),
    /// The provider of tokens brought none.
    #[error("no token could be fetched")]
    Fetch(#[source] FetchError),
    /// A header that is signed holds more than visible ASCII.
    #[error("header {0} holds characters that cannot be signed")]
    HeaderText(HeaderName),
    /// The key failed.
    #[error("the request could not be signed")]
    Key(#[source] SigningFailed),
    /// The service has no operation with this method.
    #[error("expected GET, HEAD, DELETE, POST, PUT or PATCH, found {0}")]
    Method(Method),
    /// The token is fetched over the network, which was not done yet, or the last one has ended: `Signer::ready` waits for it.
    #[error("no token was fetched yet, and signing does not wait for one")]
    NotReady,
    /// The token of a resource principal, or its key, cannot be used.
    #[error("the resource principal cannot be used")]
    ResourcePrincipal(#[from] ResourcePrincipalError),
    /// The token of a session, or its key, cannot be used.
    #[error("the session cannot be used")]
    Session(#[from] SessionError),
    /// The URL would not go on the wire as it was signed.
    #[error("the URL cannot be signed: {0}")]
    Url(&'static str),
}

impl SignError {
    /// What to do about it, as a phrase that can follow the message; `None` where the message says it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            #[cfg(all(feature = "ring", feature = "system"))]
            Self::Fetch(error) => {
                let error = error.get_ref().downcast_ref::<crate::ProviderError>();
                error.map(crate::ProviderError::hint)
            }
            Self::Clock => Some("set the clock of this machine"),
            Self::NotReady => Some("await `Signer::ready` first"),
            Self::ResourcePrincipal(error) => Some(error.hint()),
            Self::Session(error) => Some(error.hint()),
            _ => None,
        }
    }
}
