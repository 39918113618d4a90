//! Events: borrowed from the chunk, and owned.

use alloc::string::String;
use core::fmt;

use crate::payload::Payload;
use crate::text::SharedText;

/// An event that borrows from the chunk or from the decoder.
#[derive(Clone, Copy, Debug)]
pub struct EventRef<'a> {
    event: &'a str,
    data: &'a str,
    last_event_id: &'a str,
}

impl<'a> EventRef<'a> {
    #[inline]
    pub(crate) fn new(event: &'a str, data: &'a str, last_event_id: &'a str) -> Self {
        Self { event, data, last_event_id }
    }

    /// The type of the event: `message` if the stream gave none or an empty one.
    #[inline]
    pub fn event(&self) -> &'a str {
        if self.event.is_empty() { MESSAGE } else { self.event }
    }

    /// The data: the values of the event's `data` lines, joined by line feeds. May be empty.
    #[inline]
    pub fn data(&self) -> &'a str {
        self.data
    }

    /// The last id that this event or an earlier one set; empty if none did.
    #[inline]
    pub fn last_event_id(&self) -> &'a str {
        self.last_event_id
    }

    /// Copies the event.
    pub fn into_owned(self) -> Event {
        Event {
            event: (!self.event.is_empty()).then(|| Payload::copy(self.event)),
            data: Payload::copy(self.data),
            last_event_id: (!self.last_event_id.is_empty()).then(|| self.last_event_id.into()),
        }
    }
}

/// Events are equal if what they say is: no type is the type `message`.
impl PartialEq for EventRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.event(), self.data, self.last_event_id)
            == (other.event(), other.data, other.last_event_id)
    }
}

impl Eq for EventRef<'_> {}

/// An event of its own.
///
/// With the feature `bytes` its text may be a slice of the chunk it came in, which keeps the whole chunk in memory:
/// [`compact`](Self::compact) an event that lives long.
/// The price of a slice in a crate without unsafe code is that [`data`](Self::data) checks the UTF-8 again each time:
/// call it once and keep the `&str`.
#[derive(Clone)]
pub struct Event {
    /// `None` means the same as an empty one: most events have no type.
    event: Option<Payload>,
    data: Payload,
    last_event_id: Option<SharedText>,
}

impl Event {
    #[cfg(feature = "stream")]
    pub(crate) fn new(
        event: Option<Payload>,
        data: Payload,
        last_event_id: Option<SharedText>,
    ) -> Self {
        Self { event, data, last_event_id }
    }

    /// The type of the event: `message` if the stream gave none or an empty one.
    pub fn event(&self) -> &str {
        match self.event.as_ref().map_or("", Payload::as_str) {
            "" => MESSAGE,
            event => event,
        }
    }

    /// The data: the values of the event's `data` lines, joined by line feeds. May be empty.
    pub fn data(&self) -> &str {
        self.data.as_str()
    }

    /// The last id that this event or an earlier one set; empty if none did.
    pub fn last_event_id(&self) -> &str {
        self.last_event_id.as_deref().unwrap_or_default()
    }

    /// The data alone.
    pub fn into_data(self) -> String {
        self.data.into_string()
    }

    /// The data as bytes, without a copy. They are valid UTF-8.
    #[cfg(feature = "bytes")]
    pub fn into_data_bytes(self) -> bytes::Bytes {
        self.data.into_bytes()
    }

    /// The data as bytes. They are valid UTF-8.
    pub fn data_bytes(&self) -> &[u8] {
        self.data.as_bytes()
    }

    /// Copies the text out of the chunk it may be a slice of, so that the chunk can be freed.
    pub fn compact(&mut self) {
        if let Some(event) = &mut self.event {
            event.compact();
        }
        self.data.compact();
    }

    /// The same event after [`compact`](Self::compact), for chains of calls.
    #[must_use]
    pub fn detach(mut self) -> Self {
        self.compact();
        self
    }

    /// The event, borrowed.
    pub fn borrowed(&self) -> EventRef<'_> {
        EventRef::new(self.event(), self.data.as_str(), self.last_event_id())
    }
}

/// Events are equal if what they say is: no type is the type `message`.
impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.borrowed() == other.borrowed()
    }
}

impl Eq for Event {}

impl From<EventRef<'_>> for Event {
    fn from(event: EventRef<'_>) -> Self {
        event.into_owned()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("event", &self.event())
            .field("data", &self.data())
            .field("last_event_id", &self.last_event_id())
            .finish()
    }
}

/// 9.2.6, dispatch: the type of an event whose type buffer is empty.
const MESSAGE: &str = "message";
