//! Message content: a string, or a list of parts.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::object::{object, plain_slot};
use crate::open_enum::open_enum;
use crate::tagged::tagged;

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Plain text, written as a JSON string.
    Text(String),
    /// Parts, written as a JSON array; which kinds are allowed depends on the role and the model.
    Parts(Vec<Part>),
}

impl Content {
    /// All text of the content: the string itself, or its text parts joined without a separator.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => {
                let mut texts = parts.iter().filter_map(Part::as_text);
                match (texts.next(), texts.next()) {
                    (first, None) => Cow::Borrowed(first.unwrap_or_default()),
                    (first, second) => {
                        Cow::Owned(first.into_iter().chain(second).chain(texts).collect())
                    }
                }
            }
        }
    }

    /// The text without joining: the string itself, or the first text part.
    #[must_use]
    pub fn first_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Parts(parts) => parts.iter().find_map(Part::as_text),
        }
    }
}

plain_slot!(Content);

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<Part>> for Content {
    fn from(parts: Vec<Part>) -> Self {
        Self::Parts(parts)
    }
}

impl<const N: usize> From<[Part; N]> for Content {
    fn from(parts: [Part; N]) -> Self {
        Self::Parts(parts.into())
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Parts(parts) => parts.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or a list of content parts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Content, E> {
        Ok(Content::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Content, E> {
        Ok(Content::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Content, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Content::Parts)
    }
}

tagged! {
    /// One part of a message.
    pub enum Part by "type" {
        /// Text.
        "text" => Text(TextPart),
        /// An image, by URL or inline.
        "image_url" => ImageUrl(ImagePart),
        /// Sound, inline.
        "input_audio" => InputAudio(AudioPart),
        /// A file, uploaded before or inline.
        "file" => File(FilePart),
        /// A refusal that the assistant gave earlier.
        "refusal" => Refusal(RefusalPart),
    }
}

impl Part {
    /// A text part.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextPart { text: text.into(), ..TextPart::default() })
    }

    /// An image part; `url` is an `https:` address or a `data:` URL with base64 content.
    #[must_use]
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::ImageUrl(ImagePart {
            image_url: ImageUrl { url: url.into(), ..ImageUrl::default() },
            ..ImagePart::default()
        })
    }

    /// An image part with a level of detail.
    #[must_use]
    pub fn image_url_with_detail(url: impl Into<String>, detail: ImageDetail) -> Self {
        Self::ImageUrl(ImagePart {
            image_url: ImageUrl { url: url.into(), detail: Some(detail), ..ImageUrl::default() },
            ..ImagePart::default()
        })
    }

    /// A sound part: base64 data and its format, `wav` or `mp3`.
    #[must_use]
    pub fn input_audio(data: impl Into<String>, format: impl Into<String>) -> Self {
        Self::InputAudio(AudioPart {
            input_audio: InputAudio {
                data: data.into(),
                format: format.into(),
                ..InputAudio::default()
            },
            ..AudioPart::default()
        })
    }

    /// A part that names an uploaded file.
    #[must_use]
    pub fn file_id(id: impl Into<String>) -> Self {
        Self::File(FilePart {
            file: FileRef { file_id: Some(id.into()), ..FileRef::default() },
            ..FilePart::default()
        })
    }

    /// A part that carries a file: its name and a `data:` URL with base64 content.
    #[must_use]
    pub fn file_data(filename: impl Into<String>, data: impl Into<String>) -> Self {
        Self::File(FilePart {
            file: FileRef {
                filename: Some(filename.into()),
                file_data: Some(data.into()),
                ..FileRef::default()
            },
            ..FilePart::default()
        })
    }

    /// A part that names a file by its address.
    #[must_use]
    pub fn file_url(url: impl Into<String>) -> Self {
        Self::File(FilePart {
            file: FileRef { file_url: Some(url.into()), ..FileRef::default() },
            ..FilePart::default()
        })
    }

    /// A refusal part.
    #[must_use]
    pub fn refusal(text: impl Into<String>) -> Self {
        Self::Refusal(RefusalPart { refusal: text.into(), ..RefusalPart::default() })
    }

    /// The text, if this is a text part.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(part) => Some(&part.text),
            _ => None,
        }
    }
}

object! { strict
    /// A part of kind `text`.
    pub struct TextPart (tag "type" = "text") {
        /// The text.
        pub text: String = required "text",
        /// Ends a stretch of the prompt that is to be cached.
        pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint> = "prompt_cache_breakpoint",
    }
}

object! { strict
    /// A part of kind `image_url`.
    pub struct ImagePart (tag "type" = "image_url") {
        /// Where the image is.
        pub image_url: ImageUrl = required "image_url",
        /// Ends a stretch of the prompt that is to be cached.
        pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint> = "prompt_cache_breakpoint",
    }
}

object! { strict
    /// The place and the wanted detail of an image.
    pub struct ImageUrl {
        /// An `https:` address or a `data:` URL.
        pub url: String = required "url",
        /// How closely the model looks; the service's default is `auto`.
        pub detail: Option<ImageDetail> = "detail",
    }
}

open_enum! {
    /// How closely a model looks at an image; more detail costs more tokens.
    pub enum ImageDetail {
        /// The model decides.
        Auto = "auto",
        /// A small version.
        Low = "low",
        /// Tiles in high resolution.
        High = "high",
        /// As it is.
        Original = "original",
    }
}

object! { strict
    /// A part of kind `input_audio`.
    pub struct AudioPart (tag "type" = "input_audio") {
        /// The sound.
        pub input_audio: InputAudio = required "input_audio",
        /// Ends a stretch of the prompt that is to be cached.
        pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint> = "prompt_cache_breakpoint",
    }
}

object! { strict
    /// Inline sound.
    pub struct InputAudio {
        /// Base64 data.
        pub data: String = required "data",
        /// `wav` or `mp3`.
        pub format: String = required "format",
    }
}

object! { strict
    /// A part of kind `file`.
    pub struct FilePart (tag "type" = "file") {
        /// The file.
        pub file: FileRef = required "file",
        /// Ends a stretch of the prompt that is to be cached.
        pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint> = "prompt_cache_breakpoint",
    }
}

object! { strict
    /// A file by id, by address, or inline with a name.
    pub struct FileRef {
        /// A `data:` URL with base64 content.
        pub file_data: Option<String> = "file_data",
        /// The id of an uploaded file.
        pub file_id: Option<String> = "file_id",
        /// Where the file is (an extension of OpenAI's chat completions; its Responses API and the native API have it).
        pub file_url: Option<String> = "file_url",
        /// The name shown to the model.
        pub filename: Option<String> = "filename",
    }
}

object! { strict
    /// A part of kind `refusal`.
    pub struct RefusalPart (tag "type" = "refusal") {
        /// What the assistant said when it refused.
        pub refusal: String = required "refusal",
    }
}

object! { strict
    /// The end of a stretch of the prompt that is to be cached.
    pub struct PromptCacheBreakpoint {
        /// `explicit` is the only mode of the OpenAI package 3.52.0.
        pub mode: Option<String> = "mode",
        /// `30m` or `12h`.
        pub ttl: Option<String> = "ttl",
    }
}
