//! UTF-8 checks: the standard decodes the stream with "UTF-8 decode" (9.2.6), where bad bytes become U+FFFD.
//!
//! Decoding value by value gives the same text as decoding the whole stream.
//! CR, LF, ':' and ' ' are ASCII, and an ASCII byte ends every incomplete sequence.

/// `bytes` as text, if they are valid.
#[inline]
pub(crate) fn check(bytes: &[u8]) -> Option<&str> {
    #[cfg(feature = "simdutf8")]
    return simdutf8::basic::from_utf8(bytes).ok();
    #[cfg(not(feature = "simdutf8"))]
    core::str::from_utf8(bytes).ok()
}

/// The longest valid text that `bytes` begin with.
///
/// One pass over a chunk is cheaper than one call for each event in it.
/// A chunk may end inside a character; whatever lies outside of the answer is checked on its own.
#[inline]
pub(crate) fn valid_part(bytes: &[u8]) -> &str {
    match compat(bytes) {
        Ok(text) => text,
        Err(valid) => check(bytes.get(..valid).unwrap_or_default()).unwrap_or_default(),
    }
}

fn compat(bytes: &[u8]) -> Result<&str, usize> {
    #[cfg(feature = "simdutf8")]
    return simdutf8::compat::from_utf8(bytes).map_err(|error| error.valid_up_to());
    #[cfg(not(feature = "simdutf8"))]
    core::str::from_utf8(bytes).map_err(|error| error.valid_up_to())
}
