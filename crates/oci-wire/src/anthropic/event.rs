//! [`Event`]: one event of a streamed answer.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::anthropic::block::ContentBlock;
use crate::anthropic::error::ErrorResponse;
use crate::anthropic::response::{MessagesResponse, StopDetails, StopReason};
use crate::anthropic::usage::Usage;
use crate::chat::ChunkError;
use crate::nullable::Nullable;
use crate::object::{ToMap, object};
use crate::raw::RawJson;
use crate::tagged::peek_first;
use crate::text::Text;

/// One event of a streamed answer.
///
/// The frequent one, [`Event::ContentBlockDelta`], borrows from the data it was read from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The answer begins: an answer without content.
    MessageStart(Box<MessageStart>),
    /// A block begins.
    ContentBlockStart(Box<ContentBlockStart>),
    /// More of a block.
    ContentBlockDelta(ContentBlockDelta<'a>),
    /// A block is whole.
    ContentBlockStop(ContentBlockStop),
    /// What is known only at the end: why the answer ended, and the token counts.
    MessageDelta(Box<MessageDelta>),
    /// The answer is whole; nothing follows.
    MessageStop(MessageStop),
    /// A sign of life.
    Ping(Ping),
    /// The provider gave up; nothing follows.
    Error(Box<ErrorResponse>),
    /// An event unknown to this crate: its text, written back unchanged.
    Other(OtherEvent),
}

impl<'a> Event<'a> {
    /// Reads an event from its name and its data, which is one JSON object.
    ///
    /// The member `type` of the data decides, and the stream's `event:` line where there is none.
    ///
    /// # Errors
    /// When the data is not exactly one JSON object, or an event of a known kind has not its shape; the error tells
    /// where, never what the text said.
    pub fn parse(name: Option<&str>, data: &'a str) -> Result<Self, ChunkError> {
        let kind = peek_first(data, "type");
        let name = kind.as_deref().or(name).unwrap_or_default();
        Ok(match name {
            "message_start" => Self::MessageStart(read(data)?),
            "content_block_start" => Self::ContentBlockStart(read(data)?),
            "content_block_delta" => Self::ContentBlockDelta(read(data)?),
            "content_block_stop" => Self::ContentBlockStop(read(data)?),
            "message_delta" => Self::MessageDelta(read(data)?),
            "message_stop" => Self::MessageStop(read(data)?),
            "ping" => Self::Ping(read(data)?),
            "error" => Self::Error(read(data)?),
            name => {
                let raw: &RawValue = read(data)?;
                let data = RawJson::parse(raw.get()).map_err(|_| ChunkError::not_json(EXPECTED))?;
                Self::Other(OtherEvent { name: name.to_owned(), data })
            }
        })
    }

    /// A sign of life, to keep the connection open while the model is silent.
    #[must_use]
    pub fn ping() -> Self {
        Self::Ping(Ping::default())
    }

    /// The end of a stream that failed.
    #[must_use]
    pub fn error(error: ErrorResponse) -> Self {
        Self::Error(Box::new(error))
    }

    /// The event's name, such as `content_block_delta`, for the stream's `event:` line.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::MessageStart(_) => "message_start",
            Self::ContentBlockStart(_) => "content_block_start",
            Self::ContentBlockDelta(_) => "content_block_delta",
            Self::ContentBlockStop(_) => "content_block_stop",
            Self::MessageDelta(_) => "message_delta",
            Self::MessageStop(_) => "message_stop",
            Self::Ping(_) => "ping",
            Self::Error(_) => "error",
            Self::Other(other) => &other.name,
        }
    }

    /// Whether nothing of the answer follows this event.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::MessageStop(_) | Self::Error(_))
    }

    /// The same event without borrows.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::MessageStart(event) => Event::MessageStart(event),
            Self::ContentBlockStart(event) => Event::ContentBlockStart(event),
            Self::ContentBlockDelta(event) => Event::ContentBlockDelta(ContentBlockDelta {
                index: event.index,
                delta: event.delta.into_owned(),
                extra: event.extra,
            }),
            Self::ContentBlockStop(event) => Event::ContentBlockStop(event),
            Self::MessageDelta(event) => Event::MessageDelta(event),
            Self::MessageStop(event) => Event::MessageStop(event),
            Self::Ping(event) => Event::Ping(event),
            Self::Error(event) => Event::Error(event),
            Self::Other(event) => Event::Other(event),
        }
    }
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::MessageStart(event) => write(self.name(), event, serializer),
            Self::ContentBlockStart(event) => write(self.name(), event, serializer),
            Self::ContentBlockDelta(event) => write(self.name(), event, serializer),
            Self::ContentBlockStop(event) => write(self.name(), event, serializer),
            Self::MessageDelta(event) => write(self.name(), event, serializer),
            Self::MessageStop(event) => write(self.name(), event, serializer),
            Self::Ping(event) => write(self.name(), event, serializer),
            Self::Error(event) => event.serialize(serializer),
            Self::Other(other) => other.data.serialize(serializer),
        }
    }
}

fn write<S: Serializer>(
    name: &str,
    content: &impl ToMap,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("type", name)?;
    content.write_members(&mut map)?;
    map.end()
}

fn read<'a, T: Deserialize<'a>>(data: &'a str) -> Result<T, ChunkError> {
    let mut reader = serde_json::Deserializer::from_str(data);
    let content = T::deserialize(&mut reader).map_err(|error| ChunkError::new(EXPECTED, &error))?;
    reader.end().map_err(|error| ChunkError::trailing(EXPECTED, &error))?;
    Ok(content)
}

/// An event unknown to this crate.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OtherEvent {
    /// Its name; empty when it has none.
    pub name: String,
    /// Its data.
    pub data: RawJson,
}

object! { kept
    /// The answer as it begins.
    pub struct MessageStart (named by "type") {
        /// The answer, without content.
        pub message: MessagesResponse = always "message",
    }
}

object! { kept
    /// A block as it begins.
    pub struct ContentBlockStart (named by "type") {
        /// Its place in the content.
        pub index: u32 = always "index",
        /// The block, empty as yet.
        pub content_block: Option<ContentBlock> = "content_block",
    }
}

object! { lenient
    /// More of a block.
    pub struct ContentBlockDelta<'a> (named by "type") {
        /// Its place in the content.
        pub index: u32 = always "index",
        /// What is added.
        pub delta: BlockDelta<'a> = always "delta",
    }
}

object! { lenient
    /// What is added to a block; its kind names the one member that is set.
    ///
    /// Reading it allocates nothing unless the text has escapes.
    pub struct BlockDelta<'a> {
        /// `text_delta`, `input_json_delta`, `thinking_delta`, `signature_delta` or `citations_delta`.
        pub kind: Option<Text<'a>> = "type",
        /// More text.
        pub text: Option<Text<'a>> = "text",
        /// The next piece of the text of a call's arguments.
        pub partial_json: Option<Text<'a>> = "partial_json",
        /// More thoughts.
        pub thinking: Option<Text<'a>> = "thinking",
        /// What the provider vouches for the thoughts with.
        pub signature: Option<Text<'a>> = "signature",
        /// A source of the text.
        pub citation: Option<RawJson> = "citation",
    }
}

impl<'a> BlockDelta<'a> {
    /// More text.
    #[must_use]
    pub fn text(text: impl Into<Text<'a>>) -> Self {
        Self { kind: Some("text_delta".into()), text: Some(text.into()), ..Self::default() }
    }

    /// The next piece of the text of a call's arguments.
    #[must_use]
    pub fn partial_json(json: impl Into<Text<'a>>) -> Self {
        Self {
            kind: Some("input_json_delta".into()),
            partial_json: Some(json.into()),
            ..Self::default()
        }
    }

    /// More thoughts.
    #[must_use]
    pub fn thinking(thinking: impl Into<Text<'a>>) -> Self {
        Self {
            kind: Some("thinking_delta".into()),
            thinking: Some(thinking.into()),
            ..Self::default()
        }
    }

    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> BlockDelta<'static> {
        BlockDelta {
            kind: self.kind.map(Text::into_owned),
            text: self.text.map(Text::into_owned),
            partial_json: self.partial_json.map(Text::into_owned),
            thinking: self.thinking.map(Text::into_owned),
            signature: self.signature.map(Text::into_owned),
            citation: self.citation,
            extra: self.extra,
        }
    }
}

object! { kept
    /// The end of a block.
    pub struct ContentBlockStop (named by "type") {
        /// Its place in the content.
        pub index: u32 = always "index",
    }
}

object! { kept
    /// What is known only at the end.
    pub struct MessageDelta (named by "type") {
        /// Why the answer ended.
        pub delta: MessageEnd = always "delta",
        /// The token counts of the whole answer; only those that are there replace earlier ones.
        pub usage: Option<Usage> = "usage",
    }
}

object! { kept
    /// Why an answer ended.
    pub struct MessageEnd {
        /// Why.
        pub stop_reason: Nullable<StopReason> = "stop_reason",
        /// Which of the request's sequences it met.
        pub stop_sequence: Nullable<String> = "stop_sequence",
        /// More about a refusal.
        pub stop_details: Option<StopDetails> = "stop_details",
        /// The container that code ran in.
        pub container: Option<RawJson> = "container",
    }
}

object! { kept
    /// The end of an answer.
    pub struct MessageStop (named by "type") {}
}

object! { kept
    /// A sign of life.
    pub struct Ping (named by "type") {}
}

/// What error messages call an event.
pub(crate) const EXPECTED: &str = "an event of a message";
