//! [`ResponsesDecoder`]: a stream of events folded into the whole answer.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::chat::{ChatChunk, ChunkError, Found};
use crate::error_body::{ErrorBody, ErrorShape};
use crate::responses::assemble::ItemAssembler;
use crate::responses::chunks::ChunkMapper;
use crate::responses::event::{EXPECTED, Event};
use crate::responses::event_whole::ErrorEvent;
use crate::responses::response::{Response, ResponseStatus};

/// Reads the events of a streamed answer and puts them together.
///
/// Bytes, time and the grammar of event streams are the caller's; this takes the name and the data of each event.
/// It keeps everything it is given, so a bound on the length of an answer is the caller's as well.
///
/// ```
/// use oci_wire::responses::ResponsesDecoder;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut decoder = ResponsesDecoder::new();
/// let mut shown = String::new();
/// for data in [
///     r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"4"}"#,
///     r#"{"type":"response.completed","response":{"id":"resp_1","status":"completed"}}"#,
/// ] {
///     decoder.push_chunks(None, data, |chunk| shown.push_str(chunk.text().unwrap_or_default()))?;
/// }
/// assert_eq!(shown, "4");
/// assert_eq!(decoder.finish()?.text(), "4");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ResponsesDecoder {
    fold: Fold,
    chunks: ChunkMapper,
}

#[derive(Clone, Debug, Default)]
struct Fold {
    snapshot: Option<Box<Response>>,
    terminal: Option<Box<Response>>,
    error: Option<ErrorBody>,
    is_done: bool,
    items: ItemAssembler,
}

impl ResponsesDecoder {
    /// Nothing pushed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads one event of the stream and hands each document in its data to `sink`, as typed events.
    ///
    /// Usually the data is one document.
    /// Where the service separates events by a single line feed the data is several; each is then told by its own
    /// `type`.
    /// `[DONE]` is accepted and handed to nobody.
    ///
    /// # Errors
    /// When a document is not a JSON object; what came before it has been handed on, and the decoder can go on.
    pub fn push<'a>(
        &mut self,
        event_name: Option<&str>,
        data: &'a str,
        sink: impl FnMut(Event<'a>),
    ) -> Result<(), ChunkError> {
        self.fold.push(event_name, data, sink)
    }

    /// Does the same, and hands on what a stream of chat completions would say.
    ///
    /// The first chunk has the id and the model, the last one the finish reason and the token counts; an answer that
    /// failed has no last chunk.
    /// Tools that the service runs itself have no form in chat completions; what they do is the `hosted_item` of chunks
    /// that say nothing else.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn push_chunks<'a>(
        &mut self,
        event_name: Option<&str>,
        data: &'a str,
        mut sink: impl FnMut(ChatChunk<'a>),
    ) -> Result<(), ChunkError> {
        let Self { fold, chunks } = self;
        fold.push(event_name, data, |event| chunks.push(event, &mut sink))
    }

    /// Whether the answer has ended, well or not; nothing of it follows.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.fold.terminal.is_some() || self.fold.error.is_some() || self.fold.is_done
    }

    /// Why the service gave up, if it did: with an error event, or with an answer that failed.
    #[must_use]
    pub fn error(&self) -> Option<&ErrorBody> {
        self.fold.error.as_ref()
    }

    /// The whole answer, which can itself be one that failed or was broken off: see [`Response::status`].
    ///
    /// # Errors
    /// When the stream ended without telling how the answer ended; the error has what arrived.
    pub fn finish(self) -> Result<Response, Truncated> {
        let Fold { snapshot, terminal, error, items, .. } = self.fold;
        match terminal {
            Some(mut response) => {
                let failed = response.status == Some(ResponseStatus::Failed);
                // Some servers leave the output out of the last event, since it has been streamed.
                if response.output().is_empty() && !items.is_empty() && !failed {
                    response.output = Some(items.finish());
                }
                Ok(*response)
            }
            None => {
                let mut partial = snapshot.unwrap_or_default();
                if !items.is_empty() {
                    partial.output = Some(items.finish());
                }
                Err(Truncated { partial, error: error.map(Box::new) })
            }
        }
    }
}

impl Fold {
    fn push<'a>(
        &mut self,
        name: Option<&str>,
        data: &'a str,
        mut sink: impl FnMut(Event<'a>),
    ) -> Result<(), ChunkError> {
        let document = data.trim_ascii();
        if document.is_empty() || document == DONE {
            self.is_done |= document == DONE;
            return Ok(());
        }
        match Event::parse(name, document) {
            Ok(event) => {
                self.take(&event, document);
                sink(event);
                return Ok(());
            }
            Err(error) if error.found() == Found::Trailing => {}
            Err(error) => return Err(error),
        }
        let mut rest = document;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(DONE) {
                self.is_done = true;
                rest = after.trim_ascii_start();
                continue;
            }
            let mut documents = Deserializer::from_str(rest).into_iter::<&'a RawValue>();
            let document = match documents.next() {
                Some(Ok(document)) => document.get(),
                Some(Err(error)) => return Err(ChunkError::new(EXPECTED, &error)),
                None => break,
            };
            rest = rest.get(documents.byte_offset()..).unwrap_or_default().trim_ascii_start();
            // The name belongs to the last of several events at most.
            let event = Event::parse(None, document)?;
            self.take(&event, document);
            sink(event);
        }
        Ok(())
    }

    /// Keeps the last answer; the event's name says its status where the answer does not.
    fn end(&mut self, response: &Response, status: ResponseStatus) {
        let mut response = response.clone();
        response.status.get_or_insert(status);
        self.error = response.failure();
        self.terminal = Some(Box::new(response));
    }

    fn take(&mut self, event: &Event<'_>, document: &str) {
        match event {
            Event::Queued(event) | Event::Created(event) | Event::InProgress(event) => {
                self.snapshot = Some(Box::new(event.response.clone()));
            }
            Event::Completed(event) => self.end(&event.response, ResponseStatus::Completed),
            Event::Incomplete(event) => self.end(&event.response, ResponseStatus::Incomplete),
            Event::Failed(event) => self.end(&event.response, ResponseStatus::Failed),
            Event::Error(error) => self.error = Some(error_of(error, document)),
            Event::Other(other) if other.name.is_empty() => {
                if is_error(document) {
                    self.error = Some(ErrorBody::parse(document.as_bytes()));
                }
            }
            event => self.items.push(event),
        }
    }
}

fn error_of(event: &ErrorEvent, document: &str) -> ErrorBody {
    if event.extra.contains("error") {
        return ErrorBody::parse(document.as_bytes());
    }
    ErrorBody {
        code: event.code.clone(),
        message: event.message.clone(),
        param: event.param.clone(),
        shape: ErrorShape::OpenAi,
        ..ErrorBody::default()
    }
}

/// Whether a document without a type is an error body, of OpenAI's shape or of OCI's.
fn is_error(document: &str) -> bool {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(document).unwrap_or_default();
    members.get("error").is_some_and(|error| error.get() != "null")
        || members.contains_key("code") && members.contains_key("message")
}

/// A stream that ended before the answer did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Truncated {
    /// What arrived.
    pub partial: Box<Response>,
    /// Why, if the service said it; else the stream was cut.
    pub error: Option<Box<ErrorBody>>,
}

impl fmt::Display for Truncated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected the end of a response, found ")?;
        match &self.error {
            Some(error) => write!(formatter, "an error: {error}"),
            None => formatter.write_str("the end of the stream"),
        }
    }
}

impl std::error::Error for Truncated {}

/// What some servers end a stream with.
const DONE: &str = "[DONE]";
