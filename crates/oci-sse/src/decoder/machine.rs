//! The state machine of WHATWG HTML 9.2.6, "Interpreting an event stream", resumable after any byte.

use alloc::string::String;

use crate::decoder::{DATA, Decoder, EVENT, Location, Room, Skipped, State};
use crate::error::Error;
use crate::limits::Limits;
use crate::line::{self, Field};
use crate::retry::Digits;
use crate::slot::Span;
use crate::utf8;

impl Decoder {
    /// The short way for a type, one data line and a blank line; whatever else it is goes the long way.
    pub(super) fn typed_event(
        &mut self,
        chunk: &[u8],
        position: &mut usize,
        bytes: usize,
    ) -> Option<Result<Location, Error>> {
        let rest = chunk.get(*position..).unwrap_or_default();
        let Some(value) = rest.strip_prefix(EVENT) else {
            return self.run(chunk, position, None);
        };
        let length = self.line_end(value);
        let start = *position + EVENT.len();
        let Some((length, rest)) = length.and_then(|length| {
            let rest = value.get(length..)?.strip_prefix(b"\n")?;
            (length <= bytes).then_some((length, rest))
        }) else {
            return self.run(chunk, position, Some((Field::Event, length)));
        };
        let kind = Span::Input { start, end: start + length };
        *position = start + length + 1;
        let Some(value) = rest.strip_prefix(DATA) else {
            self.kind.put(kind);
            return self.run(chunk, position, None);
        };
        let bytes = bytes - length;
        let length = self.line_end(value);
        if let Some(length) = length
            && length <= bytes
            && let Some([b'\n', b'\n', ..]) = value.get(length..)
        {
            let start = *position + DATA.len();
            let end = start + length;
            *position = end + 2;
            return Some(Ok(Location { data: Span::Input { start, end }, kind }));
        }
        self.kind.put(kind);
        self.run(chunk, position, Some((Field::Data, length)))
    }

    /// Everything that the short way of [`decode`](Self::decode) does not handle.
    ///
    /// `scanned` is the field of the line at `*position` and the length of its value, if that was searched for already,
    /// so that no byte is searched twice.
    pub(super) fn run(
        &mut self,
        chunk: &[u8],
        position: &mut usize,
        scanned: Option<(Field, Option<usize>)>,
    ) -> Option<Result<Location, Error>> {
        let item = self.next_item(chunk, position, scanned);
        let is_plain = self.state == State::LineStart
            && !self.discarding
            && self.data.is_absent()
            && self.kind.is_absent()
            && !self.has_id;
        let Limits { line, event } = self.limits;
        // The longest prefix, so that one number serves both of the lines that `decode` knows.
        let bytes = line.checked_sub(EVENT.len()).map(|line| line.min(event));
        self.plain = bytes.filter(|_| is_plain);
        item
    }

    fn next_item(
        &mut self,
        chunk: &[u8],
        position: &mut usize,
        scanned: Option<(Field, Option<usize>)>,
    ) -> Option<Result<Location, Error>> {
        let mut step = match scanned {
            Some((field, length)) => {
                let prefix = field.name().len() + b": ".len();
                *position += prefix;
                self.value_of_length(field, prefix, length, chunk, position)
            }
            None => Ok(None),
        };
        loop {
            match step {
                Ok(None) => {}
                Ok(Some(location)) => return Some(Ok(location)),
                Err(error) => return Some(Err(error)),
            }
            let rest = chunk.get(*position..).unwrap_or_default();
            if rest.is_empty() {
                *position = chunk.len();
                self.spill(chunk);
                return None;
            }
            step = if self.state != State::LineStart || self.discarding {
                self.step(rest, chunk, position)
            } else if let Some((field, prefix)) = line::value_prefix(rest) {
                *position += prefix;
                self.value(field, prefix, chunk, position)
            } else if rest.first() == Some(&b':') {
                self.comment_lines(rest, position);
                Ok(None)
            } else {
                Ok(self.line_start(rest, position))
            };
        }
    }

    /// 9.2.6: "If the line starts with a U+003A COLON character (:): Ignore the line."
    ///
    /// Keep-alives are comments and blank lines by turns, which without a field between them do nothing.
    fn comment_lines(&mut self, mut rest: &[u8], position: &mut usize) {
        let has_field = self.has_id || !self.data.is_absent() || !self.kind.is_absent();
        while rest.first() == Some(&b':') {
            let Some(length) = self.line_end(rest) else {
                *position += rest.len();
                self.state = State::Skip(Skipped::Comment);
                return;
            };
            self.comments = self.comments.saturating_add(1);
            let tail = rest.get(length..).unwrap_or_default();
            rest = match tail {
                [b'\n', b'\n', tail @ ..] if !has_field => {
                    *position += length + 2;
                    tail
                }
                [b'\n', tail @ ..] => {
                    *position += length + 1;
                    tail
                }
                _ => {
                    *position += length;
                    if let Some((length, after)) = line::terminator(tail) {
                        *position += length;
                        self.state = after.into();
                    }
                    return;
                }
            };
        }
    }

    /// One state's worth of anything but a whole data line at the start of a line.
    fn step(
        &mut self,
        rest: &[u8],
        chunk: &[u8],
        position: &mut usize,
    ) -> Result<Option<Location>, Error> {
        match self.state {
            State::Start(matched) => self.start(matched, rest, position),
            State::AfterCr => {
                // 9.2.5: CR LF is one end of line, whichever chunks the two are in.
                if rest.first() == Some(&b'\n') {
                    *position += 1;
                }
                self.state = State::LineStart;
            }
            State::LineStart => return Ok(self.line_start(rest, position)),
            State::Name(field, matched) => {
                return self.name(field, matched, rest, chunk, position);
            }
            State::Colon(field) => {
                // 9.2.6: "If value starts with a U+0020 SPACE character, remove it from value": one, and no tab.
                let space = usize::from(rest.first() == Some(&b' '));
                *position += space;
                return self.value(field, field.name().len() + 1 + space, chunk, position);
            }
            State::Value(field) => self.resume_value(field, rest, position)?,
            State::Skip(skipped) => self.skip(skipped, rest, position),
        }
        Ok(None)
    }

    /// 9.2.5: `stream = [ bom ] *event`. One byte order mark at offset 0 is no content; a second one is.
    fn start(&mut self, matched: usize, rest: &[u8], position: &mut usize) {
        let expected = BOM.get(matched..).unwrap_or_default();
        let common = expected.iter().zip(rest).take_while(|(a, b)| a == b).count();
        *position += common;
        let matched = matched + common;
        self.state = if matched == BOM.len() || (matched == 0 && common < rest.len()) {
            State::LineStart
        } else if common == rest.len() {
            State::Start(matched)
        } else {
            // Part of a mark is a bad character, and no field name begins with one.
            State::Skip(Skipped::Unknown)
        };
    }

    fn line_start(&mut self, rest: &[u8], position: &mut usize) -> Option<Location> {
        if let Some((length, after)) = line::terminator(rest) {
            *position += length;
            self.state = after.into();
            return self.blank_line();
        }
        self.state = match rest.first() {
            _ if self.discarding => State::Skip(Skipped::Discarded),
            Some(&byte) => Field::by_first_byte(byte)
                .map_or(State::Skip(Skipped::Unknown), |field| State::Name(field, 0)),
            None => State::LineStart,
        };
        None
    }

    /// 9.2.6, "dispatch the event".
    fn blank_line(&mut self) -> Option<Location> {
        if core::mem::take(&mut self.discarding) {
            self.forget_event();
            return None;
        }
        // Step 2: an empty data buffer means no event, but the id is committed and the type forgotten.
        let data = self.data.take();
        let location = self.dispatch(data);
        (data != Span::Absent).then_some(location)
    }

    /// Step 1 commits the id; the last steps clear data and type, but not the id.
    #[inline]
    fn dispatch(&mut self, data: Span) -> Location {
        if self.has_id {
            self.commit_id();
        }
        Location { data, kind: self.kind.take() }
    }

    fn name(
        &mut self,
        field: Field,
        matched: usize,
        rest: &[u8],
        chunk: &[u8],
        position: &mut usize,
    ) -> Result<Option<Location>, Error> {
        let expected = field.name().get(matched..).unwrap_or_default();
        if rest.len() < expected.len() && expected.starts_with(rest) {
            *position += rest.len();
            self.state = State::Name(field, matched + rest.len());
            return Ok(None);
        }
        let Some(rest) = rest.strip_prefix(expected) else {
            self.state = State::Skip(Skipped::Unknown);
            return Ok(None);
        };
        *position += expected.len();
        match rest.first() {
            None => self.state = State::Name(field, field.name().len()),
            Some(b':') => {
                *position += 1;
                self.state = State::Colon(field);
            }
            // 9.2.6: a line without a colon is a field name with the empty string as its value.
            Some(b'\n' | b'\r') => return self.value(field, field.name().len(), chunk, position),
            Some(_) => self.state = State::Skip(Skipped::Unknown),
        }
        Ok(None)
    }

    /// A value that begins at `*position`, after `prefix` bytes of its line.
    #[inline]
    fn value(
        &mut self,
        field: Field,
        prefix: usize,
        chunk: &[u8],
        position: &mut usize,
    ) -> Result<Option<Location>, Error> {
        let rest = chunk.get(*position..).unwrap_or_default();
        let length = self.line_end(rest);
        self.value_of_length(field, prefix, length, chunk, position)
    }

    /// The same, when the end of the line was searched for already: a length if it is in the chunk.
    fn value_of_length(
        &mut self,
        field: Field,
        prefix: usize,
        length: Option<usize>,
        chunk: &[u8],
        position: &mut usize,
    ) -> Result<Option<Location>, Error> {
        let start = *position;
        let rest = chunk.get(start..).unwrap_or_default();
        let end = start + length.unwrap_or(rest.len());
        let tail = chunk.get(end..).unwrap_or_default();
        let (terminator, state) = match line::terminator(tail) {
            Some((terminator, after)) => (terminator, after.into()),
            None => (0, State::Value(field)),
        };
        *position = end + terminator;
        self.state = state;
        let room = match self.room(field, prefix) {
            Ok(room) if end - start <= room.bytes => room,
            Ok(Room { error, .. }) | Err(error) => return Err(self.discard(error)),
        };
        if length.is_none() {
            self.begin_value(field, chunk);
            self.push_value(field, rest);
            self.room = Room { bytes: room.bytes - rest.len(), ..room };
            return Ok(None);
        }
        if field == Field::Data && self.data.is_absent() {
            let next = tail.get(terminator..).unwrap_or_default();
            if let Some((blank, after)) = line::terminator(next) {
                // The whole event is in the chunk: nothing is copied.
                *position += blank;
                self.state = after.into();
                return Ok(Some(self.dispatch(Span::Input { start, end })));
            }
            self.data.set(start, end);
        } else if field == Field::Event {
            self.kind.set(start, end);
        } else {
            self.begin_value(field, chunk);
            self.push_value(field, chunk.get(start..end).unwrap_or_default());
            self.end_value(field);
        }
        Ok(None)
    }

    /// The rest of a value that began in an earlier chunk.
    #[inline]
    pub(super) fn resume_value(
        &mut self,
        field: Field,
        rest: &[u8],
        position: &mut usize,
    ) -> Result<(), Error> {
        let length = self.line_end(rest);
        let value = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        let after = line::terminator(rest.get(value.len()..).unwrap_or_default());
        *position += value.len();
        if let Some((terminator, after)) = after {
            *position += terminator;
            self.state = after.into();
        }
        let Some(bytes) = self.room.bytes.checked_sub(value.len()) else {
            return Err(self.discard(self.room.error));
        };
        self.room.bytes = bytes;
        self.push_value(field, value);
        if after.is_some() {
            self.end_value(field);
        }
        Ok(())
    }

    /// How long a value may be, with what the event already holds. It depends on the bytes before the value only,
    /// never on the chunks, and so the first byte that is too many is the same for every chunking.
    #[inline]
    fn room(&self, field: Field, prefix: usize) -> Result<Room, Error> {
        let Limits { line, event } = self.limits;
        let (line_error, event_error) =
            (Error::LineTooLong { limit: line }, Error::EventTooLarge { limit: event });
        let held = match field {
            Field::Data => {
                let line_feed = usize::from(!self.data.is_absent());
                self.data.len() + line_feed + self.kind.len() + self.id.len()
            }
            Field::Event => self.data.len() + self.id.len(),
            Field::Id => self.data.len() + self.kind.len() + self.id.len(),
            // Only a number is kept of it.
            Field::Retry => 0,
        };
        let event = event.checked_sub(held).ok_or(event_error)?;
        let line = line.checked_sub(prefix).ok_or(line_error)?;
        Ok(if event <= line {
            Room { bytes: event, error: event_error }
        } else {
            Room { bytes: line, error: line_error }
        })
    }

    fn begin_value(&mut self, field: Field, chunk: &[u8]) {
        match field {
            Field::Data => {
                let copied = self.data.begin_line(chunk);
                self.work.count(copied);
            }
            Field::Event => self.kind.begin(),
            Field::Id => self.id_line.clear(),
            Field::Retry => self.digits = Digits::default(),
        }
    }

    #[inline]
    fn push_value(&mut self, field: Field, bytes: &[u8]) {
        self.work.count(bytes.len());
        match field {
            Field::Data => self.data.push(bytes),
            Field::Event => self.kind.push(bytes),
            Field::Id => self.id_line.extend_from_slice(bytes),
            Field::Retry => self.digits.push(bytes),
        }
    }

    /// 9.2.6, "process the field", for the fields that depend on their whole value.
    fn end_value(&mut self, field: Field) {
        match field {
            Field::Data | Field::Event => {}
            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value."
            Field::Id => {
                if memchr::memchr(0, &self.id_line).is_none() {
                    core::mem::swap(&mut self.id, &mut self.id_line);
                    self.has_id = true;
                }
            }
            // At once, not at the blank line.
            Field::Retry => self.retry = self.digits.value().or(self.retry),
        }
    }

    /// The rest of a line of which nothing is kept. What is unterminated at the end of the stream is no line.
    fn skip(&mut self, skipped: Skipped, rest: &[u8], position: &mut usize) {
        let Some(length) = self.line_end(rest) else {
            *position += rest.len();
            return;
        };
        *position += length;
        if let Some((length, after)) = line::terminator(rest.get(length..).unwrap_or_default()) {
            *position += length;
            self.state = after.into();
        }
        match skipped {
            Skipped::Comment => self.comments = self.comments.saturating_add(1),
            Skipped::Unknown => self.unknown_lines = self.unknown_lines.saturating_add(1),
            Skipped::Discarded => {}
        }
    }

    #[cold]
    fn discard(&mut self, error: Error) -> Error {
        self.discarding = true;
        if let State::Value(_) = self.state {
            self.state = State::Skip(Skipped::Discarded);
        }
        self.forget_event();
        error
    }

    pub(super) fn forget_event(&mut self) {
        self.data.take();
        self.kind.take();
        self.id.clear();
        self.has_id = false;
    }

    pub(super) fn spill(&mut self, chunk: &[u8]) {
        let copied = self.data.spill(chunk) + self.kind.spill(chunk);
        self.work.count(copied);
    }

    #[cold]
    fn commit_id(&mut self) {
        self.last_event_id.clear();
        match utf8::check(&self.id) {
            Some(id) => self.last_event_id.push_str(id),
            None => self.last_event_id.push_str(&String::from_utf8_lossy(&self.id)),
        }
        self.shared_id = None;
        self.id.clear();
        self.has_id = false;
    }

    #[inline]
    pub(super) fn line_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let end = line::end(bytes);
        self.work.count(end.map_or(bytes.len(), |end| end + 1));
        end
    }
}

const BOM: &[u8] = "\u{feff}".as_bytes();
