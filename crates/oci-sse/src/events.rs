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
    /// The part of the chunk that is valid UTF-8, and its offset: checked in one pass from the first event on.
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
    #[inline(always)]
    #[expect(clippy::should_implement_trait, reason = "an `Iterator` cannot lend from itself")]
    pub fn next(&mut self) -> Option<Result<EventRef<'_>, Error>> {
        match self.decoder.decode_plain(self.chunk, &mut self.position) {
            Ok((start, end)) => Some(Ok(match self.checked(start, start, end) {
                Some(data) => EventRef::new("", data, self.decoder.last_event_id()),
                None => {
                    let data = Span::Input { start, end };
                    self.resolve(&Location { data, kind: Span::Absent })
                }
            })),
            Err(way) => match &self.decoder.decode_other(way, self.chunk, &mut self.position)? {
                Ok(location) => Some(Ok(self.resolve(location))),
                Err(error) => Some(Err(*error)),
            },
        }
    }

    /// How many bytes of the chunk are used.
    pub fn position(&self) -> usize {
        self.position
    }

    #[inline(never)]
    fn resolve(&mut self, location: &Location) -> EventRef<'_> {
        match (location.kind, location.data) {
            (Span::Absent, Span::Input { start, end }) => {
                if let Some(data) = self.checked(start, start, end) {
                    return EventRef::new("", data, self.decoder.last_event_id());
                }
            }
            (
                Span::Input { start: kind_start, end: kind_end },
                Span::Input { start: data_start, end: data_end },
            ) => {
                let first = kind_start.min(data_start);
                if let Some(kind) = self.checked(first, kind_start, kind_end)
                    && let Some(data) = self.checked(first, data_start, data_end)
                {
                    return EventRef::new(kind, data, self.decoder.last_event_id());
                }
            }
            _ => {}
        }
        self.decoder.resolve(*location, self.chunk)
    }

    /// The text of the chunk from `start` to `end`, if it is in the part that was found to be valid.
    /// What is before `first` is of no interest any more.
    #[inline]
    fn checked(&mut self, first: usize, start: usize, end: usize) -> Option<&'a str> {
        let chunk = self.chunk;
        let (offset, text) = *self.text.get_or_insert_with(|| {
            (first, utf8::valid_part(chunk.get(first..).unwrap_or_default()))
        });
        text.get(start.checked_sub(offset)?..end.checked_sub(offset)?)
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
