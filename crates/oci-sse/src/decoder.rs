//! The decoder: its state, its front door, and what can be read of it. The machine itself is in `machine`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::error::{Error, Truncated};
use crate::event::EventRef;
use crate::events::Events;
use crate::limits::Limits;
use crate::line::{After, Field};
use crate::retry::Digits;
use crate::slot::{Slot, Span};
use crate::text::{Lossy, SharedText};
use crate::utf8;
use crate::work::Work;

mod machine;
#[cfg(feature = "stream")]
mod owned;
#[cfg(test)]
mod tests;

#[cfg(feature = "stream")]
pub(crate) use owned::Place;

/// A decoder of one event stream: bytes in, events out, no input or output of its own.
///
/// The standard gives every sequence of bytes a meaning, so the only error is an exceeded [limit](Limits).
/// Every byte is searched once, however the stream is cut into chunks.
///
/// [`feed`](Self::feed) is the front end to begin with.
/// [`decode`](Self::decode) and [`resolve`](Self::resolve) are its two halves, for loops the borrow checker would refuse otherwise.
pub struct Decoder {
    /// At the start of a line with no field before it: how long the value of a data line may be.
    plain: Option<usize>,
    state: State,
    /// After an error: nothing counts until the next blank line.
    discarding: bool,
    limits: Limits,
    /// The "data buffer", without its last LF.
    data: Slot,
    /// The "event type buffer".
    kind: Slot,
    /// The "last event ID buffer", if this block changed it.
    id: Vec<u8>,
    has_id: bool,
    /// The value of an `id` line, until its end shows that it has no NUL.
    id_line: Vec<u8>,
    digits: Digits,
    /// What may still come of a value that the last chunk cut.
    room: Room,
    last_event_id: String,
    /// `last_event_id` for owned events, made when one asks for it.
    shared_id: Option<SharedText>,
    retry: Option<u64>,
    comments: u64,
    unknown_lines: u64,
    lossy: Lossy,
    work: Work,
}

/// Where an event is: partly in the chunk, partly in the decoder.
///
/// Valid until the next call that takes the decoder mutably, and only with the chunk it came from.
#[derive(Clone, Copy, Debug)]
pub struct Location {
    pub(crate) data: Span,
    pub(crate) kind: Span,
}

/// What is known of the next event when it is not the most common one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// Nothing.
    Unknown,
    /// A line begins that no field precedes; it is not `data: `. A value may have so many bytes.
    NoData(usize),
    /// A line begins with `data: `, and this is the length of its value, if it ends in the chunk.
    Scanned(Option<usize>),
}

/// What the next byte is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// One of the first bytes of the stream, after so many bytes of a byte order mark.
    Start(usize),
    /// The first byte of a line.
    LineStart,
    /// The same, but a LF belongs to the CR before it.
    AfterCr,
    /// After so many bytes of a field name.
    Name(Field, usize),
    /// After the colon: one space is removed.
    Colon(Field),
    /// In a value.
    Value(Field),
    /// In a line of which nothing is kept.
    Skip(Skipped),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Skipped {
    Comment,
    Unknown,
    /// In a block that was given up.
    Discarded,
}

/// How many bytes a value may have, and what is wrong if it has more.
#[derive(Clone, Copy, Debug)]
struct Room {
    bytes: usize,
    error: Error,
}

impl From<After> for State {
    #[inline]
    fn from(after: After) -> Self {
        match after {
            After::LineStart => Self::LineStart,
            After::Cr => Self::AfterCr,
        }
    }
}

impl Decoder {
    /// A decoder at the start of a stream, with the default [`Limits`] and no last event id.
    pub fn new() -> Self {
        let limits = Limits::DEFAULT;
        Self {
            plain: None,
            state: State::Start(0),
            discarding: false,
            limits,
            data: Slot::default(),
            kind: Slot::default(),
            id: Vec::new(),
            has_id: false,
            id_line: Vec::new(),
            digits: Digits::default(),
            room: Room { bytes: 0, error: Error::EventTooLarge { limit: limits.event } },
            last_event_id: String::new(),
            shared_id: None,
            retry: None,
            comments: 0,
            unknown_lines: 0,
            lossy: Lossy::default(),
            work: Work::default(),
        }
    }

    /// Replaces the default limits of 16 MiB for a line and an event.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self.plain = None;
        self
    }

    /// Seeds the last event id, for a stream that continues an earlier one.
    #[must_use]
    pub fn with_last_event_id(mut self, id: impl Into<String>) -> Self {
        self.last_event_id = id.into();
        self.shared_id = None;
        self
    }

    /// Decodes one chunk; the returned iterator lends its events.
    #[inline]
    pub fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> Events<'a> {
        Events::new(self, chunk)
    }

    /// Scans `chunk[*position..]` for the end of the next event and advances `position` behind it.
    ///
    /// `None` means that the chunk is used up: `*position` is its length, and what is unfinished was copied.
    /// Call it again with the next chunk and a position of zero.
    ///
    /// # Errors
    ///
    /// When a block exceeds its limits, once; decoding goes on with the next call.
    #[inline(always)]
    pub fn decode(
        &mut self,
        chunk: &[u8],
        position: &mut usize,
    ) -> Option<Result<Location, Error>> {
        match self.decode_plain(chunk, position) {
            Ok((start, end)) => {
                Some(Ok(Location { data: Span::Input { start, end }, kind: Span::Absent }))
            }
            Err(way) => self.decode_other(way, chunk, position),
        }
    }

    /// The short way: the data of an event without a type, if it is one `data` line and a blank line, ended by LF,
    /// within the chunk and the limits. So are most events of a language model.
    ///
    /// Otherwise it tells how to go on, with [`decode_other`](Self::decode_other), which would give the same result
    /// for these events, in twice the time.
    // Two numbers stay in registers where a location is written to memory and read again; hence also the attributes.
    #[inline(always)]
    pub(crate) fn decode_plain(
        &mut self,
        chunk: &[u8],
        position: &mut usize,
    ) -> Result<(usize, usize), Way> {
        self.lossy.clear();
        let Some(bytes) = self.plain else { return Err(Way::Unknown) };
        let rest = chunk.get(*position..).unwrap_or_default();
        let Some(value) = rest.strip_prefix(DATA) else { return Err(Way::NoData(bytes)) };
        let length = self.line_end(value);
        if let Some(length) = length
            && length <= bytes
            && let Some([b'\n', b'\n', ..]) = value.get(length..)
        {
            let start = *position + DATA.len();
            let end = start + length;
            *position = end + 2;
            return Ok((start, end));
        }
        Err(Way::Scanned(length))
    }

    /// Decodes what [`decode_plain`](Self::decode_plain) has left.
    #[inline(never)]
    pub(crate) fn decode_other(
        &mut self,
        way: Way,
        chunk: &[u8],
        position: &mut usize,
    ) -> Option<Result<Location, Error>> {
        if *position >= chunk.len() {
            // Nothing of an earlier chunk is waiting for this one to end: what it left unfinished was copied.
            *position = chunk.len();
            return None;
        }
        match way {
            Way::Unknown => {
                if let State::Value(field) = self.state {
                    // A chunk that lies within a value needs no more than this.
                    let rest = chunk.get(*position..).unwrap_or_default();
                    if let Err(error) = self.resume_value(field, rest, position) {
                        return Some(Err(error));
                    }
                    if let State::Value(_) = self.state {
                        return None;
                    }
                }
                self.run(chunk, position, None)
            }
            Way::NoData(bytes) => self.typed_event(chunk, position, bytes),
            Way::Scanned(length) => self.run(chunk, position, Some((Field::Data, length))),
        }
    }

    /// The event at a location that the last [`decode`](Self::decode) returned for this same chunk.
    ///
    /// There is no error: bytes that are not UTF-8 become U+FFFD, as the standard says, and only then is text copied.
    #[inline]
    pub fn resolve<'a>(&'a self, location: Location, chunk: &'a [u8]) -> EventRef<'a> {
        let data = bytes_at(location.data, &self.data, chunk);
        match utf8::check(data) {
            Some(data) => self.event_ref(data, location, chunk),
            None => self.repaired(location, chunk),
        }
    }

    /// Ends the stream: what is incomplete is discarded, and its id is not committed.
    ///
    /// # Errors
    ///
    /// [`Truncated`] if there was an incomplete event, as after a cut connection; see [`is_incomplete`](Self::is_incomplete).
    pub fn finish(&mut self) -> Result<(), Truncated> {
        let incomplete = self.is_incomplete();
        if matches!(self.state, State::Skip(Skipped::Unknown) | State::Start(1..)) {
            // An error page often is a single line without an end; it must not go unseen.
            self.unknown_lines = self.unknown_lines.saturating_add(1);
        }
        self.reconnect();
        if incomplete { Err(Truncated) } else { Ok(()) }
    }

    /// Whether the stream is inside an event: behind a field, or a part of one, and before the blank line.
    ///
    /// Comments, unknown lines and complete `retry` lines open no event. A block that was given up stays open until its blank line.
    pub fn is_incomplete(&self) -> bool {
        self.discarding
            || self.has_id
            || !self.data.is_absent()
            || !self.kind.is_absent()
            || matches!(self.state, State::Name(..) | State::Colon(_) | State::Value(_))
    }

    /// Prepares for the stream of a new connection: the last event id, the retry time, the counts and the limits stay.
    pub fn reconnect(&mut self) {
        self.plain = None;
        self.state = State::Start(0);
        self.discarding = false;
        self.forget_event();
    }

    /// The "last event ID string": what a reconnecting client sends as `Last-Event-ID`, if it is not empty.
    ///
    /// It changes at blank lines only, even when no event is dispatched there.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The reconnection time that the stream asked for last.
    ///
    /// It is sent in milliseconds; more than 2⁶⁴ − 1 of them count as that many.
    pub fn retry(&self) -> Option<Duration> {
        self.retry.map(Duration::from_millis)
    }

    /// How many comment lines came: servers send them to show that the connection is alive.
    pub fn comments(&self) -> u64 {
        self.comments
    }

    /// How many lines the standard ignored because their field is none of its four.
    ///
    /// A stream without events but with such lines is probably not an event stream but an error message.
    pub fn unknown_lines(&self) -> u64 {
        self.unknown_lines
    }

    /// The event of `location`, whose data were resolved.
    #[inline]
    pub(crate) fn event_ref<'a>(
        &'a self,
        data: &'a str,
        location: Location,
        chunk: &'a [u8],
    ) -> EventRef<'a> {
        match utf8::check(bytes_at(location.kind, &self.kind, chunk)) {
            Some(kind) => EventRef::new(kind, data, &self.last_event_id),
            None => self.repaired(location, chunk),
        }
    }

    #[cold]
    fn repaired<'a>(&'a self, location: Location, chunk: &'a [u8]) -> EventRef<'a> {
        let (kind, data) = self.lossy.repair(
            bytes_at(location.kind, &self.kind, chunk),
            bytes_at(location.data, &self.data, chunk),
        );
        EventRef::new(kind, data, &self.last_event_id)
    }
}

#[inline]
fn bytes_at<'a>(span: Span, slot: &'a Slot, chunk: &'a [u8]) -> &'a [u8] {
    match span {
        Span::Absent => &[],
        Span::Input { start, end } => chunk.get(start..end).unwrap_or_default(),
        Span::Buffer => slot.buffer(),
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// The beginnings of the lines that nearly all lines are.
const DATA: &[u8] = b"data: ";
const EVENT: &[u8] = b"event: ";

/// Without the data: a stream may hold what nobody should find in a log.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("state", &self.state)
            .field("discarding", &self.discarding)
            .field("limits", &self.limits)
            .field("held_bytes", &(self.data.len() + self.kind.len() + self.id.len()))
            .field("retry", &self.retry)
            .field("comments", &self.comments)
            .field("unknown_lines", &self.unknown_lines)
            .finish_non_exhaustive()
    }
}
