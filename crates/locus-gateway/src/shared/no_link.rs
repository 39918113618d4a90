//! No connection at all: a build without a client of the store.

use std::convert::Infallible;

use super::scripts::Call;
use crate::config::StoreConfig;

pub(super) const IS_BUILT_IN: bool = false;

/// There is none.
#[derive(Clone, Debug)]
pub(super) struct Link(Infallible);

#[derive(Debug, thiserror::Error)]
#[error("this program was built without the feature redis")]
pub(super) struct LinkError;

impl LinkError {
    pub(super) fn is_refusal(&self) -> bool {
        true
    }
}

impl Link {
    pub(super) async fn open(_: &StoreConfig) -> Result<Self, LinkError> {
        Err(LinkError)
    }

    pub(super) async fn call(&self, _: &Call) -> Result<Vec<String>, LinkError> {
        match self.0 {}
    }

    pub(super) async fn all(&self, _: &[&Call]) -> Result<Vec<Vec<String>>, LinkError> {
        match self.0 {}
    }
}
