//! The other direction: events to bytes, for servers.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;

/// Writes events in the format of WHATWG HTML 9.2.5.
///
/// Fields are written in the order of the calls; [`end`](Self::end) completes the event.
/// What is written parses back to the same text, with one exception that the format forces:
/// CR and CR LF in data become LF, because they end lines.
///
/// ```
/// let mut encoder = oci_sse::Encoder::new();
/// encoder.event("delta")?.id("7")?.data("two\nlines").end();
/// assert_eq!(encoder.as_bytes(), b"event: delta\nid: 7\ndata: two\ndata: lines\n\n");
/// # Ok::<(), oci_sse::EncodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    output: Vec<u8>,
}

/// A type or an id that the format cannot carry. Nothing was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The type of an event is one line.
    #[error("expected an event type without CR and LF, found one at byte {offset}")]
    EventType {
        /// Where the first such byte is.
        offset: usize,
    },
    /// An id is one line, and parsers ignore one that contains NUL.
    #[error("expected an id without CR, LF and NUL, found one at byte {offset}")]
    Id {
        /// Where the first such byte is.
        offset: usize,
    },
}

impl Encoder {
    /// An encoder that has written nothing.
    pub const fn new() -> Self {
        Self { output: Vec::new() }
    }

    /// Sets the type of the event. An empty one is read as `message`.
    ///
    /// # Errors
    ///
    /// If `name` contains a CR or LF, which would begin another field.
    pub fn event(&mut self, name: &str) -> Result<&mut Self, EncodeError> {
        if let Some(offset) = memchr::memchr2(b'\r', b'\n', name.as_bytes()) {
            return Err(EncodeError::EventType { offset });
        }
        self.line(b"event: ", name.as_bytes());
        Ok(self)
    }

    /// Sets the last event id of this event and those after it. An empty one resets it.
    ///
    /// # Errors
    ///
    /// If `id` contains a CR or LF, which would begin another field, or a NUL, with which every parser ignores it.
    pub fn id(&mut self, id: &str) -> Result<&mut Self, EncodeError> {
        if let Some(offset) = memchr::memchr3(b'\r', b'\n', 0, id.as_bytes()) {
            return Err(EncodeError::Id { offset });
        }
        self.line(b"id: ", id.as_bytes());
        Ok(self)
    }

    /// Appends data, one `data` line for each of its lines. Several calls are joined by a LF, as lines are.
    pub fn data(&mut self, data: &str) -> &mut Self {
        self.lines(b"data: ", data.as_bytes());
        self
    }

    /// Tells the client how long to wait before it reconnects, in whole milliseconds, at most 2⁶⁴ − 1 of them.
    pub fn retry(&mut self, delay: Duration) -> &mut Self {
        let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.line(b"retry: ", milliseconds.to_string().as_bytes());
        self
    }

    /// Writes a comment, one line for each of its lines. It needs no [`end`](Self::end) and keeps a connection alive.
    pub fn comment(&mut self, comment: &str) -> &mut Self {
        self.lines(b": ", comment.as_bytes());
        self
    }

    /// Ends the event with a blank line. A parser dispatches it if it has data.
    pub fn end(&mut self) -> &mut Self {
        self.output.push(b'\n');
        self
    }

    /// What was written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.output
    }

    /// Takes what was written so far; the encoder is as new.
    pub fn take(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.output)
    }

    /// Forgets what was written and keeps the memory for the next event.
    pub fn clear(&mut self) {
        self.output.clear();
    }

    fn lines(&mut self, name: &[u8], mut text: &[u8]) {
        while let Some(end) = memchr::memchr2(b'\r', b'\n', text) {
            let (value, rest) = text.split_at(end);
            self.line(name, value);
            text = match rest {
                [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => rest,
                [] => rest,
            };
        }
        self.line(name, text);
    }

    /// The space after the colon is always written: a parser removes one, and the value may begin with another.
    fn line(&mut self, name: &[u8], value: &[u8]) {
        self.output.extend_from_slice(name);
        self.output.extend_from_slice(value);
        self.output.push(b'\n');
    }
}
