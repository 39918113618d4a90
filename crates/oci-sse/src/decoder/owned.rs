//! Owned events: slices of the chunk where the text is in it, the decoder's buffer where it is not.

use core::ops::Range;

use bytes::Bytes;

use crate::decoder::{Decoder, Location};
use crate::event::Event;
use crate::payload::Payload;
use crate::slot::{Slot, Span};

impl Decoder {
    /// The event at `location` in `chunk`, whose bytes in `checked` are valid UTF-8.
    pub(crate) fn own(
        &mut self,
        location: Location,
        chunk: &Bytes,
        checked: &Range<usize>,
    ) -> Event {
        let data = payload(location.data, &mut self.data, chunk, checked);
        let kind = (location.kind != Span::Absent)
            .then(|| payload(location.kind, &mut self.kind, chunk, checked));
        if self.shared_id.is_none() && !self.last_event_id.is_empty() {
            self.shared_id = Some(self.last_event_id.as_str().into());
        }
        Event::new(kind, data, self.shared_id.clone())
    }
}

#[inline]
fn payload(span: Span, slot: &mut Slot, chunk: &Bytes, checked: &Range<usize>) -> Payload {
    match span {
        Span::Absent => Payload::from_bytes(Bytes::new(), true),
        Span::Input { start, end } => {
            // The range cannot be outside of the chunk unless the caller swapped the chunk.
            let end = end.min(chunk.len());
            let start = start.min(end);
            // A value ends before an ASCII byte or at the end, and begins behind one or at the start of the chunk,
            // and there `checked` begins with a whole character: the range cuts no character.
            let is_checked = checked.start <= start && end <= checked.end;
            Payload::from_bytes(chunk.slice(start..end), is_checked)
        }
        Span::Buffer if slot.buffer().len() >= HANDED_OVER => {
            Payload::from_bytes(slot.take_buffer().into(), false)
        }
        Span::Buffer => Payload::from_bytes(Bytes::copy_from_slice(slot.buffer()), false),
    }
}

/// From this size on, the buffer itself becomes the event and the next one grows anew.
/// Below it a copy is cheaper, because the buffer is reused and the copy has the exact size.
const HANDED_OVER: usize = 64 << 10;
