//! Parameters of a request that are objects or enumerations of their own.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::chat::content::Content;
use crate::chat::tool::ToolName;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::tagged::tagged;

object! { strict
    /// What a streamed answer carries besides content.
    pub struct StreamOptions {
        /// Whether one more chunk with the token counts and no choices comes before `[DONE]`.
        pub include_usage: Option<bool> = "include_usage",
        /// Whether chunks are padded to hide their length; the service's default is yes.
        pub include_obfuscation: Option<bool> = "include_obfuscation",
    }
}

impl StreamOptions {
    /// Asks for the token counts.
    #[must_use]
    pub fn usage() -> Self {
        Self { include_usage: Some(true), ..Self::default() }
    }
}

tagged! {
    /// The form of the answer.
    pub enum ResponseFormat by "type" {
        /// Text, the default.
        "text" => Text(TextResponse),
        /// Any JSON object; the prompt has to ask for JSON too.
        "json_object" => JsonObject(JsonObjectResponse),
        /// JSON that follows a schema.
        "json_schema" => JsonSchema(JsonSchemaResponse),
    }
}

impl ResponseFormat {
    /// Plain text.
    #[must_use]
    pub fn text() -> Self {
        Self::Text(TextResponse::default())
    }

    /// Any JSON object.
    #[must_use]
    pub fn json_object() -> Self {
        Self::JsonObject(JsonObjectResponse::default())
    }

    /// JSON that follows a schema.
    #[must_use]
    pub fn json_schema(name: impl Into<String>, schema: impl Into<RawJson>) -> Self {
        Self::from(JsonSchema {
            name: name.into(),
            schema: Some(schema.into()),
            ..JsonSchema::default()
        })
    }
}

impl From<JsonSchema> for ResponseFormat {
    fn from(json_schema: JsonSchema) -> Self {
        Self::JsonSchema(JsonSchemaResponse { json_schema, ..JsonSchemaResponse::default() })
    }
}

object! { strict
    /// The response format `text`.
    pub struct TextResponse (tag "type" = "text") {}
}

object! { strict
    /// The response format `json_object`.
    pub struct JsonObjectResponse (tag "type" = "json_object") {}
}

object! { strict
    /// The response format `json_schema`.
    pub struct JsonSchemaResponse (tag "type" = "json_schema") {
        /// The schema and its name.
        pub json_schema: JsonSchema = required "json_schema",
    }
}

object! { strict
    /// A JSON schema for the answer.
    pub struct JsonSchema {
        /// At most 64 letters, digits, `_` and `-`.
        pub name: String = required "name",
        /// What the format is for, for the model to read.
        pub description: Option<String> = "description",
        /// The schema.
        pub schema: Option<RawJson> = "schema",
        /// Whether the answer must follow the schema exactly.
        pub strict: Option<bool> = "strict",
    }
}

object! { strict
    /// The known parts of the answer, which makes rewriting a file faster.
    pub struct Prediction (tag "type" = "content") {
        /// The text that much of the answer will equal.
        pub content: Content = required "content",
    }
}

impl Prediction {
    /// A prediction.
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }
}

object! { strict
    /// Web search before the answer.
    pub struct WebSearchOptions {
        /// How much of the found pages the model reads: `low`, `medium` (the service's default) or `high`.
        pub search_context_size: Option<String> = "search_context_size",
        /// Where the user is.
        pub user_location: Option<UserLocation> = "user_location",
    }
}

object! { strict
    /// The user's place, roughly.
    pub struct UserLocation (tag "type" = "approximate") {
        /// The place.
        pub approximate: ApproximateLocation = required "approximate",
    }
}

object! { strict
    /// A place by names.
    pub struct ApproximateLocation {
        /// Free text.
        pub city: Option<String> = "city",
        /// Two letters, ISO 3166-1.
        pub country: Option<String> = "country",
        /// Free text.
        pub region: Option<String> = "region",
        /// An IANA name such as `Europe/Paris`.
        pub timezone: Option<String> = "timezone",
    }
}

object! { strict
    /// The voice and coding of a spoken answer.
    pub struct AudioOptions {
        /// `wav`, `aac`, `mp3`, `flac`, `opus` or `pcm16`.
        pub format: String = required "format",
        /// A voice's name as a string, or `{"id":…}` of one's own voice.
        pub voice: Option<RawJson> = "voice",
    }
}

impl AudioOptions {
    /// A built-in voice in a format.
    #[must_use]
    pub fn new(voice: &str, format: impl Into<String>) -> Self {
        let voice = RawJson::from(serde_json::Value::from(voice));
        Self { format: format.into(), voice: Some(voice), ..Self::default() }
    }
}

object! { strict
    /// Moderation of prompt and answer.
    pub struct Moderation {
        /// The moderating model.
        pub model: String = required "model",
        /// What follows from its scores.
        pub policy: Option<ModerationPolicy> = "policy",
    }
}

object! { strict
    /// What follows from moderation scores.
    pub struct ModerationPolicy {
        /// For the prompt.
        pub input: Option<ModerationMode> = "input",
        /// For the answer.
        pub output: Option<ModerationMode> = "output",
    }
}

object! { strict
    /// Score only, or block.
    pub struct ModerationMode {
        /// `score` or `block`.
        pub mode: String = required "mode",
    }
}

object! { strict
    /// How the prompt cache is used.
    pub struct PromptCacheOptions {
        /// `implicit` or `explicit`.
        pub mode: Option<String> = "mode",
        /// How long, such as `30m`.
        pub ttl: Option<String> = "ttl",
    }
}

open_enum! {
    /// How much a model thinks before it answers.
    pub enum ReasoningEffort {
        /// Not at all.
        None = "none",
        /// Hardly.
        Minimal = "minimal",
        /// Little.
        Low = "low",
        /// The default of most models.
        Medium = "medium",
        /// Much.
        High = "high",
        /// Very much.
        Xhigh = "xhigh",
        /// As much as it can.
        Max = "max",
    }
}

open_enum! {
    /// How long-winded an answer is.
    pub enum Verbosity {
        /// Terse.
        Low = "low",
        /// The default.
        Medium = "medium",
        /// Ample.
        High = "high",
    }
}

open_enum! {
    /// The processing class, of a request and of its answer.
    pub enum ServiceTier {
        /// As the project is configured.
        Auto = "auto",
        /// Standard price and speed.
        Default = "default",
        /// Cheaper and slower.
        Flex = "flex",
        /// Reserved capacity.
        Scale = "scale",
        /// Faster and dearer.
        Priority = "priority",
        /// Fastest.
        Fast = "fast",
    }
}

open_enum! {
    /// A form the answer may take.
    pub enum Modality {
        /// Text.
        Text = "text",
        /// Sound; needs `audio`.
        Audio = "audio",
    }
}

open_enum! {
    /// How long the prompt cache keeps a prefix.
    pub enum PromptCacheRetention {
        /// While it is in memory, the default.
        InMemory = "in_memory",
        /// Up to a day.
        Day = "24h",
    }
}

/// Stop sequences: one string or a list, written as it was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// One sequence, written as a string.
    One(String),
    /// Several, written as an array.
    Many(Vec<String>),
}

impl From<&str> for Stop {
    fn from(sequence: &str) -> Self {
        Self::One(sequence.to_owned())
    }
}

impl From<String> for Stop {
    fn from(sequence: String) -> Self {
        Self::One(sequence)
    }
}

impl From<Vec<String>> for Stop {
    fn from(sequences: Vec<String>) -> Self {
        Self::Many(sequences)
    }
}

impl<const N: usize> From<[&str; N]> for Stop {
    fn from(sequences: [&str; N]) -> Self {
        Self::Many(sequences.into_iter().map(str::to_owned).collect())
    }
}

impl Serialize for Stop {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(sequence) => serializer.serialize_str(sequence),
            Self::Many(sequences) => sequences.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Stop {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StopVisitor)
    }
}

struct StopVisitor;

impl<'de> Visitor<'de> for StopVisitor {
    type Value = Stop;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or a list of strings")
    }

    fn visit_str<E: Error>(self, sequence: &str) -> Result<Stop, E> {
        Ok(Stop::from(sequence))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Stop, A::Error> {
        let mut sequences = Vec::new();
        while let Some(sequence) = seq.next_element()? {
            sequences.push(sequence);
        }
        Ok(Stop::Many(sequences))
    }
}

/// The deprecated `function_call` parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum FunctionCallOption {
    /// `none` or `auto`, written as a string.
    Mode(String),
    /// The function to call, written as an object.
    Name(ToolName),
}

impl Serialize for FunctionCallOption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mode(mode) => serializer.serialize_str(mode),
            Self::Name(name) => name.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for FunctionCallOption {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        if let Ok(mode) = serde_json::from_str(raw.get()) {
            return Ok(Self::Mode(mode));
        }
        let name = serde_json::from_str(raw.get());
        name.map(Self::Name)
            .map_err(|_| D::Error::custom("expected a string or an object with a name"))
    }
}
