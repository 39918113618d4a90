//! The text of an owned event: a slice of a chunk with the feature `bytes`, a `String` without.

use alloc::string::String;

#[cfg(feature = "bytes")]
use bytes::Bytes;

/// Valid UTF-8.
#[cfg(feature = "bytes")]
#[derive(Clone)]
pub(crate) struct Payload(Bytes);

#[cfg(feature = "bytes")]
impl Payload {
    pub(crate) fn copy(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }

    /// `bytes` as they are if they were checked or are valid, repaired if not.
    #[cfg(feature = "stream")]
    #[inline]
    pub(crate) fn from_bytes(bytes: Bytes, checked: bool) -> Self {
        if checked || crate::utf8::check(&bytes).is_some() {
            debug_assert!(core::str::from_utf8(&bytes).is_ok());
            return Self(bytes);
        }
        Self(String::from_utf8_lossy(&bytes).into_owned().into())
    }

    pub(crate) fn as_str(&self) -> &str {
        crate::utf8::check(&self.0).expect("valid UTF-8, because both constructors made sure of it")
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.as_str().into()
    }

    pub(crate) fn compact(&mut self) {
        self.0 = Bytes::copy_from_slice(&self.0);
    }
}

/// Valid UTF-8.
#[cfg(not(feature = "bytes"))]
#[derive(Clone)]
pub(crate) struct Payload(String);

#[cfg(not(feature = "bytes"))]
impl Payload {
    pub(crate) fn copy(text: &str) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }

    pub(crate) fn compact(&mut self) {
        self.0.shrink_to_fit();
    }
}
