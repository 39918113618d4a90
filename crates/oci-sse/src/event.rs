//! Events: borrowed from the chunk, and owned.

#[cfg(feature = "stream")]
use alloc::boxed::Box;
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
        let id = (!self.last_event_id.is_empty()).then(|| self.last_event_id.into());
        Event::new(Payload::copy(self.event, self.data), id)
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
/// With the feature `bytes` it may be a handle on the chunk it came in, which keeps the whole chunk in memory:
/// [`compact`](Self::compact) an event that lives long.
/// The price of that in a crate without unsafe code is that [`event`](Self::event) and [`data`](Self::data)
/// check the UTF-8 in each call: call them once and keep the `&str`.
#[derive(Clone)]
pub struct Event {
    payload: Payload,
    last_event_id: Option<SharedText>,
    /// Type and data, if one of them is no text: made when they are first asked for.
    #[cfg(feature = "stream")]
    repaired: std::sync::OnceLock<Box<(String, String)>>,
}

impl Event {
    #[inline]
    pub(crate) fn new(payload: Payload, last_event_id: Option<SharedText>) -> Self {
        Self {
            payload,
            last_event_id,
            #[cfg(feature = "stream")]
            repaired: std::sync::OnceLock::new(),
        }
    }

    /// The type of the event: `message` if the stream gave none or an empty one.
    pub fn event(&self) -> &str {
        match self.payload.kind().unwrap_or_else(|| self.repaired().0) {
            "" => MESSAGE,
            event => event,
        }
    }

    /// The data: the values of the event's `data` lines, joined by line feeds. May be empty.
    pub fn data(&self) -> &str {
        self.payload.data().unwrap_or_else(|| self.repaired().1)
    }

    /// The last id that this event or an earlier one set; empty if none did.
    pub fn last_event_id(&self) -> &str {
        self.last_event_id.as_deref().unwrap_or_default()
    }

    /// The data alone.
    pub fn into_data(self) -> String {
        #[cfg(feature = "bytes")]
        return self.data().into();
        #[cfg(not(feature = "bytes"))]
        self.payload.into_data()
    }

    /// The data as bytes, without a copy, and as they were received: what is not UTF-8 is not replaced in them.
    #[cfg(feature = "bytes")]
    pub fn into_data_bytes(self) -> bytes::Bytes {
        self.payload.into_data_bytes()
    }

    /// The data as they were received: what is not UTF-8 is not replaced in them.
    #[inline]
    pub fn data_bytes(&self) -> &[u8] {
        self.payload.data_bytes()
    }

    /// Copies the text out of the chunk it may be a slice of, so that the chunk can be freed.
    pub fn compact(&mut self) {
        self.payload.compact();
    }

    /// The same event after [`compact`](Self::compact), for chains of calls.
    #[must_use]
    pub fn detach(mut self) -> Self {
        self.compact();
        self
    }

    /// The event, borrowed.
    pub fn borrowed(&self) -> EventRef<'_> {
        EventRef::new(self.event(), self.data(), self.last_event_id())
    }

    #[cfg(feature = "stream")]
    #[cold]
    fn repaired(&self) -> (&str, &str) {
        let lossy = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let repaired = self.repaired.get_or_init(|| {
            Box::new((lossy(self.payload.kind_bytes()), lossy(self.payload.data_bytes())))
        });
        (&repaired.0, &repaired.1)
    }

    /// Without a stream, events are copies of text.
    #[cfg(not(feature = "stream"))]
    #[cold]
    fn repaired(&self) -> (&str, &str) {
        ("", "")
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
