//! [`MessagesDecoder`]: a stream of events folded into the whole answer.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::anthropic::block::ContentBlock;
use crate::anthropic::error::ErrorResponse;
use crate::anthropic::event::{BlockDelta, EXPECTED, Event, MessageDelta};
use crate::anthropic::response::MessagesResponse;
use crate::anthropic::usage::Usage;
use crate::chat::{ChunkError, Found};
use crate::nullable::Nullable;
use crate::raw::RawJson;

/// Reads the events of a streamed answer and puts them together.
///
/// Bytes, time and the grammar of event streams are the caller's; this takes the name and the data of each event.
/// It keeps everything it is given, so a bound on the length of an answer is the caller's as well.
///
/// ```
/// use oci_wire::anthropic::MessagesDecoder;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut decoder = MessagesDecoder::new();
/// for data in [
///     r#"{"type":"message_start","message":{"id":"msg_1","content":[]}}"#,
///     r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
///     r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"4"}}"#,
///     r#"{"type":"content_block_stop","index":0}"#,
///     r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}"#,
///     r#"{"type":"message_stop"}"#,
/// ] {
///     decoder.push(None, data, |_event| {})?;
/// }
/// assert_eq!(decoder.finish()?.text(), "4");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct MessagesDecoder {
    message: MessagesResponse,
    /// Indexes come from the other side and are only keys here: a large one costs no memory.
    blocks: BTreeMap<u32, PartialBlock>,
    error: Option<ErrorResponse>,
    is_finished: bool,
}

/// A block and the text of its arguments, which is JSON only when it is whole.
#[derive(Clone, Debug, Default)]
struct PartialBlock {
    block: Option<ContentBlock>,
    json: String,
}

impl MessagesDecoder {
    /// Nothing pushed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads one event of the stream and hands each document in its data to `sink`, as typed events.
    ///
    /// Usually the data is one document; where a single line feed separates events it is several.
    ///
    /// # Errors
    /// When a document is not an event; what came before it has been handed on, and the decoder can go on.
    pub fn push<'a>(
        &mut self,
        event_name: Option<&str>,
        data: &'a str,
        mut sink: impl FnMut(Event<'a>),
    ) -> Result<(), ChunkError> {
        match Event::parse(event_name, data) {
            Ok(event) => {
                self.take(&event);
                sink(event);
                return Ok(());
            }
            Err(error) if error.found() == Found::Trailing => {}
            Err(error) => return Err(error),
        }
        for document in Deserializer::from_str(data).into_iter::<&'a RawValue>() {
            let document = document.map_err(|error| ChunkError::new(EXPECTED, &error))?;
            let event = Event::parse(None, document.get())?;
            self.take(&event);
            sink(event);
        }
        Ok(())
    }

    /// Whether the answer has ended, well or not; nothing of it follows.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.is_finished || self.error.is_some()
    }

    /// Why the provider gave up, if it did.
    #[must_use]
    pub fn error(&self) -> Option<&ErrorResponse> {
        self.error.as_ref()
    }

    /// The whole answer.
    ///
    /// # Errors
    /// When the stream ended before the answer did; the error has what arrived.
    pub fn finish(self) -> Result<MessagesResponse, Truncated> {
        let mut message = self.message;
        message.content.extend(self.blocks.into_values().filter_map(PartialBlock::finish));
        if self.is_finished && self.error.is_none() {
            Ok(message)
        } else {
            Err(Truncated { partial: Box::new(message), error: self.error.map(Box::new) })
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::MessageStart(event) => self.message = event.message.clone(),
            Event::ContentBlockStart(event) => {
                let block = event.content_block.clone();
                self.blocks.insert(event.index, PartialBlock { block, ..PartialBlock::default() });
            }
            Event::ContentBlockDelta(event) => {
                self.blocks.entry(event.index).or_default().push(&event.delta);
            }
            Event::MessageDelta(event) => self.end(event),
            Event::MessageStop(_) => self.is_finished = true,
            Event::Error(error) => self.error = Some(ErrorResponse::clone(error)),
            Event::ContentBlockStop(_) | Event::Ping(_) | Event::Other(_) => {}
        }
    }

    fn end(&mut self, event: &MessageDelta) {
        let (message, end) = (&mut self.message, &event.delta);
        if end.stop_reason != Nullable::Absent {
            message.stop_reason.clone_from(&end.stop_reason);
        }
        if end.stop_sequence != Nullable::Absent {
            message.stop_sequence.clone_from(&end.stop_sequence);
        }
        if end.stop_details.is_some() {
            message.stop_details.clone_from(&end.stop_details);
        }
        if end.container.is_some() {
            message.container.clone_from(&end.container);
        }
        message.extra.merge(&end.extra);
        if let Some(usage) = &event.usage {
            message.usage.get_or_insert_default().update(usage);
        }
    }
}

impl Usage {
    /// Takes over the counts of a later event.
    fn update(&mut self, later: &Self) {
        self.input_tokens = later.input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens =
            later.cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens =
            later.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.output_tokens = later.output_tokens.or(self.output_tokens);
        replace(&mut self.cache_creation, &later.cache_creation);
        replace(&mut self.output_tokens_details, &later.output_tokens_details);
        replace(&mut self.server_tool_use, &later.server_tool_use);
        replace(&mut self.service_tier, &later.service_tier);
        replace(&mut self.inference_geo, &later.inference_geo);
        self.extra.merge(&later.extra);
    }
}

fn replace<T: Clone>(place: &mut Option<T>, later: &Option<T>) {
    if later.is_some() {
        place.clone_from(later);
    }
}

impl PartialBlock {
    fn push(&mut self, delta: &BlockDelta<'_>) {
        if let Some(json) = &delta.partial_json {
            self.json.push_str(json);
        }
        if let Some(text) = &delta.text {
            // A stream can be resumed in its middle, where no block begins.
            let block = self.block.get_or_insert_with(|| ContentBlock::text(""));
            if let ContentBlock::Text(block) = block {
                block.text.push_str(text);
            }
        }
        if delta.thinking.is_some() || delta.signature.is_some() {
            let block = self.block.get_or_insert_with(|| ContentBlock::thinking("", ""));
            if let ContentBlock::Thinking(block) = block {
                block.thinking.push_str(delta.thinking.as_deref().unwrap_or_default());
                block.signature.push_str(delta.signature.as_deref().unwrap_or_default());
            }
        }
        if let (Some(ContentBlock::Text(block)), Some(citation)) =
            (&mut self.block, &delta.citation)
        {
            block.citations.get_or_insert_default().push(citation.clone());
        }
    }

    fn finish(self) -> Option<ContentBlock> {
        let mut block = self.block?;
        let (input, extra) = match &mut block {
            ContentBlock::ToolUse(call) => (&mut call.input, &mut call.extra),
            ContentBlock::ServerToolUse(call) => (&mut call.input, &mut call.extra),
            _ => return Some(block),
        };
        if !self.json.trim().is_empty() {
            match RawJson::parse(self.json.as_str()) {
                Ok(json) => *input = Some(json),
                // Of a call that was cut, what arrived; the end of a stream alone does not tell which call that is.
                Err(_) => extra.insert(PARTIAL_JSON, serde_json::Value::from(self.json)),
            }
        }
        Some(block)
    }
}

/// A stream that ended before the answer did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Truncated {
    /// What arrived; a call whose arguments are not whole has them as text in `partial_json`.
    pub partial: Box<MessagesResponse>,
    /// Why, if the provider said it; else the stream was cut.
    pub error: Option<Box<ErrorResponse>>,
}

impl fmt::Display for Truncated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected the end of a message, found ")?;
        let error = self.error.as_ref().map(|error| &error.error);
        match error.map(|error| (error.message.as_deref(), error.kind.as_ref())) {
            Some((Some(message), _)) => write!(formatter, "an error: {message}"),
            Some((None, Some(kind))) => write!(formatter, "an error: {kind}"),
            Some((None, None)) => formatter.write_str("an error"),
            None => formatter.write_str("the end of the stream"),
        }
    }
}

impl std::error::Error for Truncated {}

/// Where arguments that are not JSON are kept.
const PARTIAL_JSON: &str = "partial_json";
