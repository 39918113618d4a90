//! Content parts of the format `COHEREV2`.

use crate::native::generic::Detail;
use crate::object::object;
use crate::raw::RawJson;
use crate::tagged::tagged;

tagged! {
    /// One part of a message, told apart by `type`.
    pub enum Content by "type" {
        /// Text.
        "TEXT" => Text(TextContent),
        /// An image; called `IMAGE` in the format `GENERIC`.
        "IMAGE_URL" => Image(ImageContent),
        /// A document.
        "DOCUMENT" => Document(DocumentContent),
        /// Reasoning.
        "THINKING" => Thinking(ThinkingContent),
    }
}

impl Content {
    /// A text part.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextContent { text: Some(text.into()), ..TextContent::default() })
    }

    /// An image part: an `https:` address or a `data:` URL.
    #[must_use]
    pub fn image(url: impl Into<String>) -> Self {
        Self::Image(ImageContent {
            image_url: Some(ImageUrl { url: url.into(), ..ImageUrl::default() }),
            ..ImageContent::default()
        })
    }

    /// A document part.
    #[must_use]
    pub fn document(document: impl Into<RawJson>) -> Self {
        Self::Document(DocumentContent {
            document: Some(document.into()),
            ..DocumentContent::default()
        })
    }

    /// A reasoning part.
    #[must_use]
    pub fn thinking(thinking: impl Into<String>) -> Self {
        Self::Thinking(ThinkingContent {
            thinking: Some(thinking.into()),
            ..ThinkingContent::default()
        })
    }

    /// The text, if this is a text part that has some.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(part) => part.text.as_deref(),
            _ => None,
        }
    }

    /// The reasoning, if this is a reasoning part that has some.
    #[must_use]
    pub fn as_thinking(&self) -> Option<&str> {
        match self {
            Self::Thinking(part) => part.thinking.as_deref(),
            _ => None,
        }
    }
}

object! { kept
    /// A part of kind `TEXT`.
    pub struct TextContent (tag "type" = "TEXT") {
        /// The text.
        pub text: Option<String> = "text",
    }
}

object! { kept
    /// A part of kind `IMAGE_URL`.
    pub struct ImageContent (tag "type" = "IMAGE_URL") {
        /// Where the image is.
        pub image_url: Option<ImageUrl> = "imageUrl",
    }
}

object! { kept
    /// The place and the wanted detail of an image.
    pub struct ImageUrl {
        /// An `https:` address or a `data:` URL with base64 content.
        pub url: String = always "url",
        /// How closely the model looks.
        pub detail: Option<Detail> = "detail",
    }
}

object! { kept
    /// A part of kind `DOCUMENT`.
    pub struct DocumentContent (tag "type" = "DOCUMENT") {
        /// A JSON object, such as `{"id":…,"data":{…}}`.
        pub document: Option<RawJson> = "document",
    }
}

object! { kept
    /// A part of kind `THINKING`.
    pub struct ThinkingContent (tag "type" = "THINKING") {
        /// The reasoning.
        pub thinking: Option<String> = "thinking",
    }
}
