//! Owned events: handles on the chunk where the text is in it, copies of the decoder's buffers where it is not.

use alloc::vec::Vec;
use bytes::Bytes;

use crate::decoder::{Decoder, Location, bytes_at};
use crate::event::Event;
use crate::payload::Payload;
use crate::slot::Span;

impl Decoder {
    /// The event at `place` in `chunk`, if it is in the chunk, which it ends at `*position`.
    ///
    /// If that is the end of the chunk, the event takes it over, so that a chunk with one event is counted once.
    #[inline(always)]
    pub(crate) fn own(&mut self, place: Place, chunk: &mut Bytes, position: &mut usize) -> Event {
        let id = if self.last_event_id.is_empty() { None } else { self.shared_id() };
        let source = match place.text {
            Some(text) => text,
            None if *position == chunk.len() => {
                *position = 0;
                core::mem::take(chunk)
            }
            None => chunk.clone(),
        };
        Event::new(Payload::new(source, place.kind, place.data), id)
    }

    /// Where the event at `location` is; what is not in the chunk is copied.
    pub(crate) fn place(&mut self, location: Location, chunk: &[u8]) -> Place {
        match (input(location.kind), input(location.data)) {
            (Some(kind), Some(data)) => Place { text: None, kind, data },
            _ => self.own_buffer(location, chunk),
        }
    }

    #[cold]
    fn own_buffer(&mut self, location: Location, chunk: &[u8]) -> Place {
        let kind = bytes_at(location.kind, &self.kind, chunk);
        let length = bytes_at(location.data, &self.data, chunk).len();
        let mut text = match location.data {
            Span::Buffer if length >= HANDED_OVER => self.data.take_buffer(),
            span => {
                let mut text = Vec::with_capacity(length + kind.len());
                text.extend_from_slice(bytes_at(span, &self.data, chunk));
                text
            }
        };
        text.extend_from_slice(kind);
        let end = text.len();
        Place { text: Some(text.into()), kind: (length, end), data: (0, length) }
    }

    #[cold]
    fn shared_id(&mut self) -> Option<crate::text::SharedText> {
        Some(self.shared_id.get_or_insert_with(|| self.last_event_id.as_str().into()).clone())
    }
}

/// Where the type and the data of an event are: in `text`, or in the chunk if there is none.
///
/// Not an [`Event`] yet, because a few numbers go through registers where an event goes through memory.
pub(crate) struct Place {
    text: Option<Bytes>,
    kind: (usize, usize),
    data: (usize, usize),
}

impl Place {
    /// In the chunk, without a type.
    #[inline(always)]
    pub(crate) fn plain(data: (usize, usize)) -> Self {
        Self { text: None, kind: (0, 0), data }
    }
}

/// The place in the chunk, if all of it is there.
#[inline]
fn input(span: Span) -> Option<(usize, usize)> {
    match span {
        Span::Absent => Some((0, 0)),
        Span::Input { start, end } => Some((start, end)),
        Span::Buffer => None,
    }
}

/// From this size on, the buffer itself becomes the event and the next one grows anew.
/// Below it a copy is cheaper, because the buffer is reused and the copy has the exact size.
const HANDED_OVER: usize = 64 << 10;
