//! [`StreamEvent`]: what one event of a stream of chat completions means.

use crate::chat::chunk::{ChatChunk, EXPECTED};
use crate::chat::error::ChunkError;
use crate::error_body::ErrorBody;
use crate::lenient::first_document;

/// The meaning of the data of one server-sent event.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every event is a chunk; boxing it would cost an allocation each"
)]
pub enum StreamEvent<'a> {
    /// A piece of the answer.
    Chunk(ChatChunk<'a>),
    /// The service gave up: `{"error":{…}}`, or OCI's `{"code":…,"message":…}`.
    Error(ErrorBody),
    /// `[DONE]`: nothing follows.
    Done,
}

impl<'a> StreamEvent<'a> {
    /// Reads the data of an event that holds one document.
    ///
    /// # Errors
    /// When the data is not exactly one JSON object or `[DONE]`; an event with several documents is for
    /// [`Self::parse_all`].
    pub fn parse(data: &'a str) -> Result<Self, ChunkError> {
        let document = data.trim_ascii();
        match document.strip_prefix(DONE) {
            None => {
                let mut event = Self::Chunk(ChatChunk::from_json(data)?);
                event.judge(document);
                Ok(event)
            }
            Some("") => Ok(Self::Done),
            Some(rest) => {
                let rest = rest.trim_ascii_start();
                let before = data.trim_ascii_end().strip_suffix(rest).unwrap_or_default();
                Err(ChunkError::more_after(EXPECTED, before))
            }
        }
    }

    /// Reads the data of an event that may hold several documents.
    ///
    /// The service separates some events by a single line feed instead of an empty line; an event parser that follows
    /// the specification then delivers several JSON documents in one event.
    /// Nothing is allocated for the iteration itself.
    /// Data without any document gives no event; after an error the iterator ends.
    #[must_use]
    pub fn parse_all(data: &'a str) -> StreamEvents<'a> {
        StreamEvents { data, rest: data }
    }

    /// Makes a chunk the error that it tells of, if it does.
    fn judge(&mut self, document: &str) {
        let Self::Chunk(chunk) = self else { return };
        let extra = &chunk.extra;
        let is_error = !extra.is_empty()
            && (extra.get("error").is_some_and(|error| !error.is_falsy())
                || chunk.choices.is_empty()
                    && chunk.object.is_none()
                    && (extra.contains("code") || extra.contains("message")));
        if is_error {
            *self = Self::Error(ErrorBody::parse(document.as_bytes()));
        }
    }
}

/// The events in the data of one server-sent event; see [`StreamEvent::parse_all`].
#[derive(Clone, Debug)]
pub struct StreamEvents<'a> {
    data: &'a str,
    rest: &'a str,
}

impl<'a> StreamEvents<'a> {
    /// The text behind the last document that was read; blank at the end and after an error.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        self.rest
    }
}

impl<'a> Iterator for StreamEvents<'a> {
    type Item = Result<StreamEvent<'a>, ChunkError>;

    fn next(&mut self) -> Option<Self::Item> {
        let document = self.rest.trim_ascii_start();
        if let Some(rest) = document.strip_prefix(DONE) {
            self.rest = rest;
            return Some(Ok(StreamEvent::Done));
        }
        // One place for all that can be returned, in which the chunk is made and stays.
        let mut item = Some(Ok(StreamEvent::Chunk(ChatChunk::default())));
        if let Some(Ok(event)) = &mut item
            && let StreamEvent::Chunk(chunk) = event
        {
            match first_document(chunk, document) {
                Some(Ok(end)) => {
                    let (document, rest) = document.split_at_checked(end).unwrap_or((document, ""));
                    self.rest = rest;
                    event.judge(document);
                }
                Some(Err(error)) => {
                    let before = self.data.strip_suffix(document).unwrap_or_default();
                    self.rest = "";
                    item = Some(Err(ChunkError::new(EXPECTED, &error).after(before)));
                }
                None => item = None,
            }
        }
        item
    }
}

impl std::iter::FusedIterator for StreamEvents<'_> {}

/// How a stream says that it is complete.
const DONE: &str = "[DONE]";
