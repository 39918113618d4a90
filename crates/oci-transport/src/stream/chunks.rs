//! A stream of chat completions: each chunk is lent from the bytes that were received.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Body;
use oci_sse::Location;
use oci_wire::chat::{ChatChunk, StreamEvent};

use super::events::{DONE, Events, Phase};
use crate::call::Deadline;
use crate::connect::BoxError;
use crate::error::{Error, ErrorKind};

/// The chunks of one answer's body.
pub(super) struct Chunks<B> {
    events: Events<B>,
    /// How many choices were asked for, and the indices of those whose finish reason has come.
    choices: u32,
    finished: Vec<u32>,
    /// Whether the token counts have come, or were not asked for.
    has_counts: bool,
    /// An event whose data holds more documents, and where the next one begins.
    more: Option<(Location, usize)>,
}

/// An event to decode and where in its data to begin.
#[derive(Clone, Copy)]
pub(super) struct Place {
    location: Location,
    offset: usize,
}

impl<B> Chunks<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    /// Token counts are waited for only if they were asked for.
    pub(super) fn new(body: B, deadline: Deadline, choices: u32, wants_usage: bool) -> Self {
        let events = Events::new(body, deadline);
        Self { events, choices, finished: Vec::new(), has_counts: !wants_usage, more: None }
    }

    pub(super) fn unknown_lines(&self) -> u64 {
        self.events.unknown_lines()
    }

    /// The place of the next chunk. It is to be [decoded](Self::decode) before this is called again.
    ///
    /// Two steps, because a loop that skips events cannot lend one of them.
    pub(super) fn poll_location(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Place, Error>>> {
        if let Some((location, offset)) = self.more.take()
            && self.events.phase != Phase::Over
        {
            let data = self.events.sse.resolve(location).data();
            let rest = data.get(offset..).unwrap_or_default().trim_ascii_start();
            if rest.starts_with(DONE) {
                self.events.phase = Phase::Done;
            } else if !rest.is_empty() {
                return Poll::Ready(Some(Ok(Place { location, offset })));
            }
        }
        let location = ready!(self.events.poll_location(cx));
        Poll::Ready(location.map(|found| found.map(|location| Place { location, offset: 0 })))
    }

    /// Reads the chunk at a place and notes what it says about the end of the answer.
    pub(super) fn decode(&mut self, place: Place) -> Result<ChatChunk<'_>, Error> {
        let phase = &mut self.events.phase;
        let data = self.events.sse.resolve(place.location).data();
        let document = data.get(place.offset..).unwrap_or_default();
        let mut documents = StreamEvent::parse_all(document);
        let raw = |error: Error| error.with_raw_body(Bytes::copy_from_slice(document.as_bytes()));
        match documents.next() {
            Some(Ok(StreamEvent::Chunk(chunk))) => {
                let rest = documents.rest();
                if !rest.trim_ascii().is_empty() {
                    self.more = Some((place.location, data.len() - rest.len()));
                }
                self.has_counts |= chunk.usage.is_some();
                for choice in chunk.choices().filter(|choice| choice.finish_reason.is_some()) {
                    if !self.finished.contains(&choice.index) {
                        self.finished.push(choice.index);
                    }
                }
                if self.finished.len() >= self.choices.max(1) as usize {
                    phase.finish(self.has_counts);
                }
                Ok(chunk)
            }
            Some(Ok(StreamEvent::Error(body))) => {
                *phase = Phase::Over;
                Err(Error::in_stream(&body, document))
            }
            Some(Err(source)) => {
                *phase = Phase::Over;
                Err(raw(unreadable(document).with_source(source)))
            }
            // `poll_location` takes blank events and `[DONE]` out.
            Some(Ok(StreamEvent::Done)) | None => {
                *phase = Phase::Over;
                Err(raw(Error::new(ErrorKind::Malformed, "an event of the stream holds no chunk")))
            }
        }
    }
}

/// The error of an event that is no JSON of the dialect.
pub(super) fn unreadable(document: &str) -> Error {
    let message = format!("an event of the stream cannot be read, {} bytes", document.len());
    Error::new(ErrorKind::Malformed, message)
}

#[cfg(test)]
mod tests;
