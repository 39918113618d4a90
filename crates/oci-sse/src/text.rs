//! Text that events and the decoder keep.

use alloc::string::String;
use alloc::sync::Arc;

#[cfg(not(feature = "std"))]
use core::cell::OnceCell as Once;
#[cfg(feature = "std")]
use std::sync::OnceLock as Once;

/// The last event id as every owned event holds it: one allocation for all events until the id changes.
pub(crate) type SharedText = Arc<str>;

/// The repaired text of the event that was decoded last, if it was not valid UTF-8.
///
/// [`resolve`](crate::Decoder::resolve) takes the decoder shared, so that what it lends can live beside it; hence the cells.
#[derive(Debug, Default)]
pub(crate) struct Lossy {
    data: Once<String>,
    kind: Once<String>,
}

impl Lossy {
    #[cold]
    pub(crate) fn data(&self, bytes: &[u8]) -> &str {
        self.data.get_or_init(|| String::from_utf8_lossy(bytes).into_owned())
    }

    #[cold]
    pub(crate) fn kind(&self, bytes: &[u8]) -> &str {
        self.kind.get_or_init(|| String::from_utf8_lossy(bytes).into_owned())
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        // Looking is cheaper than taking, and this runs for every event.
        if self.data.get().is_some() || self.kind.get().is_some() {
            *self = Self::default();
        }
    }
}
