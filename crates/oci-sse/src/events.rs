//! The lending iterator over the events of one chunk.

use core::fmt;

use crate::decoder::{Decoder, Location};
use crate::error::Error;
use crate::event::EventRef;
use crate::slot::Span;
use crate::utf8;

/// The events of one chunk, each lent until the next call.
///
/// What was not read when this is dropped is lost: call [`next`](Self::next) until it returns `None`.
#[must_use = "a chunk is decoded by calling `next` until it returns `None`"]
pub struct Events<'a> {
    decoder: &'a mut Decoder,
    chunk: &'a [u8],
    position: usize,
    /// The part of the chunk that is valid UTF-8, and its offset: checked in one pass when the first event needs it.
    text: Option<(usize, &'a str)>,
}

impl<'a> Events<'a> {
    #[inline]
    pub(crate) fn new(decoder: &'a mut Decoder, chunk: &'a [u8]) -> Self {
        Self { decoder, chunk, position: 0, text: None }
    }

    /// The next event, or `None` when the chunk is used up.
    ///
    /// # Errors
    ///
    /// When a block exceeds its limits, once; the next call goes on behind it.
    #[inline]
    #[expect(clippy::should_implement_trait, reason = "an `Iterator` cannot lend from itself")]
    pub fn next(&mut self) -> Option<Result<EventRef<'_>, Error>> {
        match self.decoder.decode(self.chunk, &mut self.position)? {
            Ok(location) => Some(Ok(self.resolve(location))),
            Err(error) => Some(Err(error)),
        }
    }

    /// How many bytes of the chunk are used.
    pub fn position(&self) -> usize {
        self.position
    }

    #[inline]
    fn resolve(&mut self, location: Location) -> EventRef<'_> {
        if let Some(data) = self.checked(location.data) {
            if let Some(kind) = self.checked(location.kind) {
                return EventRef::new(kind, data, self.decoder.last_event_id());
            }
            return self.decoder.event_ref(data, location, self.chunk);
        }
        self.decoder.resolve(location, self.chunk)
    }

    /// The text at `span`, if it is in the part of the chunk that was found to be valid.
    #[inline]
    fn checked(&mut self, span: Span) -> Option<&'a str> {
        match span {
            Span::Absent => Some(""),
            Span::Input { start, end } => {
                let chunk = self.chunk;
                let (offset, text) = *self.text.get_or_insert_with(|| utf8::valid_part(chunk));
                text.get(start.checked_sub(offset)?..end.checked_sub(offset)?)
            }
            Span::Buffer => None,
        }
    }
}

impl fmt::Debug for Events<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("decoder", &self.decoder)
            .field("chunk_bytes", &self.chunk.len())
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
