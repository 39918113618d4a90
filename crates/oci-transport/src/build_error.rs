//! Why a client could not be made.

/// An option of a [`ClientBuilder`](crate::ClientBuilder) that cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{field} cannot be used: {reason}")]
pub struct BuildError {
    field: &'static str,
    reason: &'static str,
}

impl BuildError {
    pub(crate) fn new(field: &'static str, reason: &'static str) -> Self {
        Self { field, reason }
    }
}
