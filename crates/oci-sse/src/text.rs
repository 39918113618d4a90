//! Text that events and the decoder keep.

use alloc::string::String;
use alloc::sync::Arc;

#[cfg(not(feature = "std"))]
use core::cell::OnceCell as Once;
#[cfg(feature = "std")]
use std::sync::OnceLock as Once;

/// The last event id as every owned event holds it: one allocation for all events until the id changes.
pub(crate) type SharedText = Arc<str>;

/// The repaired type and data of the event that was decoded last, if one of them was not valid UTF-8.
///
/// [`resolve`](crate::Decoder::resolve) takes the decoder shared, so that what it lends can live beside it; hence the cell.
#[derive(Debug, Default)]
pub(crate) struct Lossy(Once<(String, String)>);

impl Lossy {
    /// The text of a type and of data.
    pub(crate) fn repair(&self, kind: &[u8], data: &[u8]) -> (&str, &str) {
        let repaired = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (kind, data) = self.0.get_or_init(|| (repaired(kind), repaired(data)));
        (kind, data)
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        // Looking is cheaper than taking, and this runs for every event.
        if self.0.get().is_some() {
            *self = Self::default();
        }
    }
}
