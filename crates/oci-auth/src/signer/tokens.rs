//! A cache of tokens whose provider is of any type.

use std::error::Error;
use std::fmt;
use std::pin::Pin;

use crate::cache::{TokenCache, TokenProvider};
use crate::fetch_error::FetchError;
use crate::snapshot::Snapshot;

pub(super) trait Tokens: fmt::Debug + Send + Sync {
    /// The token that is at hand, if it has not ended.
    fn held(&self) -> Option<Snapshot>;

    /// The token to sign with now.
    fn ready(&self) -> Waited<'_>;

    /// Another token than the one that was refused.
    fn refresh_after<'t>(&'t self, refused: &'t Snapshot) -> Waited<'t>;
}

type Waited<'t> = Pin<Box<dyn Future<Output = Result<Snapshot, FetchError>> + Send + 't>>;

impl<P> Tokens for TokenCache<P>
where
    P: TokenProvider,
    P::Error: Into<Box<dyn Error + Send + Sync>>,
{
    fn held(&self) -> Option<Snapshot> {
        Self::held(self)
    }

    fn ready(&self) -> Waited<'_> {
        Box::pin(async { self.snapshot().await.map_err(FetchError::new) })
    }

    fn refresh_after<'t>(&'t self, refused: &'t Snapshot) -> Waited<'t> {
        Box::pin(async { Self::refresh_after(self, refused).await.map_err(FetchError::new) })
    }
}
