//! A whole answer with what its headers said.

use std::ops::Deref;

/// A decoded answer and the id of the request it belongs to. It dereferences to the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    value: T,
    opc_request_id: Option<String>,
}

impl<T> Answer<T> {
    pub(crate) fn new(value: T, opc_request_id: Option<String>) -> Self {
        Self { value, opc_request_id }
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        self.opc_request_id.as_deref()
    }

    /// The answer itself.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
