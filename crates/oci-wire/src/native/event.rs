//! [`ChatEvent`]: one event of a native stream, of whichever format.

use serde::{Deserialize as _, Serialize, Serializer};

use crate::chat::ChunkError;
use crate::lenient::{Accept, Reading, fill_document, list, quickly, read_elements};
use crate::native::usage::Usage;
use crate::object::object;
use crate::raw::RawJson;
use crate::reader::{GaveUp, Reader};
use crate::text::Text;

object! { lenient
    /// One event of a native stream, borrowing from the text it was read from.
    ///
    /// The three formats share one type, since `GENERIC` events do not say their format and no member means two things.
    /// Events are bare: the envelope of a whole answer is not around them.
    /// A known member of an unexpected kind is kept in `extra` under its name, and its field stays empty.
    pub struct ChatEvent<'a> {
        /// The format; Cohere's events have it, others usually do not.
        pub api_format: Option<Text<'a>> = "apiFormat",
        /// The id of the answer.
        pub id: Option<Text<'a>> = "id",
        /// Which of several answers (`GENERIC`); missing from the event that ends the answer.
        pub index: Option<u32> = "index",
        /// What is added (`GENERIC`, `COHEREV2`).
        pub message: Option<EventMessage<'a>> = "message",
        /// What is added (`COHERE`); the whole text once more in events with calls or history.
        pub text: Option<Text<'a>> = "text",
        /// The calls so far (`COHERE`).
        pub tool_calls: Vec<EventToolCall<'a>> = "toolCalls",
        /// The conversation (`COHERE`), in the event that ends the answer.
        pub chat_history: Option<RawJson> = "chatHistory",
        /// Stretches of the text and their documents (`COHERE`).
        pub citations: Option<RawJson> = "citations",
        /// The documents that were cited (`COHERE`).
        pub documents: Option<RawJson> = "documents",
        /// Queries the model would search for (`COHERE`).
        pub search_queries: Option<RawJson> = "searchQueries",
        /// Why the answer ended, in the event that ends it.
        pub finish_reason: Option<Text<'a>> = "finishReason",
        /// What went wrong (Cohere).
        pub error_message: Option<Text<'a>> = "errorMessage",
        /// The token counts, in an event after the one that ends the answer, or in that one.
        pub usage: Option<Usage> = "usage",
        /// Log probabilities of the added tokens (`GENERIC`).
        pub logprobs: Option<RawJson> = "logprobs",
        /// What Gemini found on the web.
        pub grounding_metadata: Option<RawJson> = "groundingMetadata",
        /// The processing class that was used.
        pub service_tier: Option<Text<'a>> = "serviceTier",
        /// When the answer was made, in the form of RFC 3339.
        pub time_created: Option<Text<'a>> = "timeCreated",
        /// Padding of random length that hides the length of the content.
        pub pad: Option<Text<'a>> = "pad",
    }
}

impl<'a> ChatEvent<'a> {
    /// Reads one event.
    ///
    /// # Errors
    /// When the text is not exactly one JSON object; the error tells where, never what the text said.
    pub fn from_json(data: &'a str) -> Result<Self, ChunkError> {
        let mut event = Self::default();
        if fill_document(&mut event, data) {
            return Ok(event);
        }
        let mut reader = serde_json::Deserializer::from_str(data);
        event =
            Self::deserialize(&mut reader).map_err(|error| ChunkError::new(EXPECTED, &error))?;
        reader.end().map_err(|error| ChunkError::trailing(EXPECTED, &error))?;
        Ok(event)
    }

    /// Whether nothing in the event belongs to an answer.
    pub(crate) fn says_nothing(&self) -> bool {
        self.message.is_none()
            && self.text.is_none()
            && self.tool_calls.is_empty()
            && self.finish_reason.is_none()
            && self.usage.is_none()
            && self.grounding_metadata.is_none()
    }
}

object! { lenient
    /// What an event adds to a message.
    pub struct EventMessage<'a> {
        /// `ASSISTANT`
        pub role: Option<Text<'a>> = "role",
        /// More parts.
        pub content: Option<EventContent<'a>> = "content",
        /// More reasoning (`GENERIC`).
        pub reasoning_content: Option<Text<'a>> = "reasoningContent",
        /// More of a refusal (`GENERIC`).
        pub refusal: Option<Text<'a>> = "refusal",
        /// More of the tool calls.
        pub tool_calls: Vec<EventToolCall<'a>> = "toolCalls",
        /// More of what the model set out to do (`COHEREV2`).
        pub tool_plan: Option<Text<'a>> = "toolPlan",
        /// Sources found by web search (`GENERIC`).
        pub annotations: Option<RawJson> = "annotations",
        /// Stretches of the text and their sources (`COHEREV2`).
        pub citations: Option<RawJson> = "citations",
    }
}

object! { lenient
    /// What an event adds to a tool call, in the shapes of all three formats.
    pub struct EventToolCall<'a> {
        /// The id that the result has to name; missing from fragments, from Gemini and from `COHERE`.
        pub id: Option<Text<'a>> = "id",
        /// `FUNCTION`
        pub kind: Option<Text<'a>> = "type",
        /// The function's name (`GENERIC`, `COHERE`).
        pub name: Option<Text<'a>> = "name",
        /// The next piece of the arguments' text (`GENERIC`).
        pub arguments: Option<Text<'a>> = "arguments",
        /// The arguments, an object (`COHERE`).
        pub parameters: Option<RawJson> = "parameters",
        /// Name and arguments (`COHEREV2`).
        pub function: Option<EventFunction<'a>> = "function",
    }
}

impl EventToolCall<'_> {
    pub(crate) fn name(&self) -> &str {
        let nested = self.function.as_ref().and_then(|function| function.name.as_deref());
        self.name.as_deref().or(nested).unwrap_or_default()
    }

    pub(crate) fn arguments(&self) -> &str {
        let nested = self.function.as_ref().and_then(|function| function.arguments.as_deref());
        // Arguments that are an object and not its text are in `extra`.
        let object = self.parameters.as_ref().or_else(|| self.extra.get("arguments"));
        let text = self.arguments.as_deref().or(nested);
        text.or_else(|| object.map(RawJson::get)).unwrap_or_default()
    }
}

object! { lenient
    /// Name and arguments of a call of the format `COHEREV2`.
    pub struct EventFunction<'a> {
        /// The name.
        pub name: Option<Text<'a>> = "name",
        /// The arguments' text.
        pub arguments: Option<Text<'a>> = "arguments",
    }
}

object! { lenient
    /// A part of the content.
    pub struct EventPart<'a> {
        /// `TEXT` or `THINKING`.
        pub kind: Option<Text<'a>> = "type",
        /// The text; Gemini leaves it out beside tool calls.
        pub text: Option<Text<'a>> = "text",
        /// The reasoning.
        pub thinking: Option<Text<'a>> = "thinking",
    }
}

impl EventPart<'_> {
    /// Whether it is of a kind that chat completions do not have, such as an image.
    pub(crate) fn is_foreign(&self) -> bool {
        let is_known = |kind: &str| matches!(kind, "TEXT" | "THINKING");
        self.text.is_none()
            && self.thinking.is_none()
            && self.kind.as_deref().is_some_and(|kind| !is_known(kind))
    }
}

/// The parts of an event: the first inline, which is nearly always the only one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventContent<'a> {
    first: Option<EventPart<'a>>,
    rest: Vec<EventPart<'a>>,
}

impl<'a> EventContent<'a> {
    /// The parts in order.
    pub fn iter(&self) -> impl Iterator<Item = &EventPart<'a>> {
        self.first.iter().chain(&self.rest)
    }

    fn push(&mut self, part: EventPart<'a>) {
        if self.first.is_none() {
            self.first = Some(part);
        } else {
            self.rest.push(part);
        }
    }
}

impl Serialize for EventContent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de: 'a, 'a> Accept<'de> for EventContent<'a> {
    /// A bare string stands for its text.
    fn from_text(text: Text<'de>) -> Option<Self> {
        let first = EventPart { text: Some(text), ..EventPart::default() };
        Some(Self { first: Some(first), rest: Vec::new() })
    }

    fn from_object(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        let first = EventPart::from_object(reader)?;
        Ok(Some(Self { first, rest: Vec::new() }))
    }

    fn from_list(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        let mut content = Self::default();
        reader.elements(|reader| {
            if content.first.is_none() {
                EventPart::fill_option(&mut content.first, reader)?;
            } else {
                content.rest.extend(EventPart::read(reader)?);
            }
            Ok(())
        })?;
        Ok(Some(content))
    }

    fn from_raw(text: &'de str) -> Reading<Self> {
        let mut content = Self::default();
        match read_elements(text, |part| content.push(part)) {
            None => match EventPart::from_raw(text) {
                Reading::Whole(part) => {
                    Reading::Whole(Self { first: Some(part), rest: Vec::new() })
                }
                _ => quickly(text),
            },
            read => list(text, content, read),
        }
    }
}

/// What error messages call an event.
pub(crate) const EXPECTED: &str = "an event of a native chat stream";
