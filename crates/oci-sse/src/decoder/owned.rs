//! Owned events: handles on the chunk where the text is in it, copies of the decoder's buffers where it is not.

use core::ops::Range;

use alloc::vec::Vec;
use bytes::Bytes;

use crate::decoder::{Decoder, Location, bytes_at};
use crate::event::Event;
use crate::payload::Payload;
use crate::slot::Span;

impl Decoder {
    /// The event at `location`, which ends at `*position` in `chunk`.
    ///
    /// If that is the end of the chunk, the event takes it over, so that a chunk with one event is counted once.
    #[inline(always)]
    pub(crate) fn own(
        &mut self,
        location: Location,
        chunk: &mut Bytes,
        position: &mut usize,
    ) -> Event {
        let id = if self.last_event_id.is_empty() { None } else { self.shared_id() };
        let (Some(kind), Some(data)) = (input(location.kind), input(location.data)) else {
            return Event::new(self.own_buffer(location, chunk), id);
        };
        if *position == chunk.len() {
            *position = 0;
            return Event::new(Payload::new(core::mem::take(chunk), kind, data), id);
        }
        Event::new(Payload::new(chunk.clone(), kind, data), id)
    }

    #[cold]
    fn own_buffer(&mut self, location: Location, chunk: &[u8]) -> Payload {
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
        Payload::new(text.into(), length..end, 0..length)
    }

    #[cold]
    fn shared_id(&mut self) -> Option<crate::text::SharedText> {
        Some(self.shared_id.get_or_insert_with(|| self.last_event_id.as_str().into()).clone())
    }
}

/// The place in the chunk, if all of it is there.
#[inline]
fn input(span: Span) -> Option<Range<usize>> {
    match span {
        Span::Absent => Some(0..0),
        Span::Input { start, end } => Some(start..end),
        Span::Buffer => None,
    }
}

/// From this size on, the buffer itself becomes the event and the next one grows anew.
/// Below it a copy is cheaper, because the buffer is reused and the copy has the exact size.
const HANDED_OVER: usize = 64 << 10;
