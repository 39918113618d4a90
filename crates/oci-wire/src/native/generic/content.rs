//! Content parts of the format `GENERIC`.

use crate::object::object;
use crate::open_enum::open_enum;
use crate::tagged::tagged;

tagged! {
    /// One part of a message, told apart by `type`.
    pub enum Content by "type" {
        /// Text.
        "TEXT" => Text(TextContent),
        /// An image, by URL or inline.
        "IMAGE" => Image(ImageContent),
        /// A document, by URL or inline.
        "DOCUMENT" => Document(DocumentContent),
        /// Sound, by URL or inline.
        "AUDIO" => Audio(AudioContent),
        /// A video, by URL or inline.
        "VIDEO" => Video(VideoContent),
    }
}

impl Content {
    /// A text part.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextContent::new(text))
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
    pub fn document(url: impl Into<String>) -> Self {
        Self::Document(DocumentContent {
            document_url: Some(DocumentUrl { url: url.into(), ..DocumentUrl::default() }),
            ..DocumentContent::default()
        })
    }

    /// A sound part.
    #[must_use]
    pub fn audio(url: impl Into<String>) -> Self {
        Self::Audio(AudioContent {
            audio_url: Some(AudioUrl { url: url.into(), ..AudioUrl::default() }),
            ..AudioContent::default()
        })
    }

    /// A video part.
    #[must_use]
    pub fn video(url: impl Into<String>) -> Self {
        Self::Video(VideoContent {
            video_url: Some(VideoUrl { url: url.into(), ..VideoUrl::default() }),
            ..VideoContent::default()
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
}

object! { kept
    /// A part of kind `TEXT`.
    pub struct TextContent (tag "type" = "TEXT") {
        /// The text; Gemini leaves it out beside tool calls.
        pub text: Option<String> = "text",
    }
}

impl TextContent {
    /// A text part.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }
}

object! { kept
    /// A part of kind `IMAGE`.
    pub struct ImageContent (tag "type" = "IMAGE") {
        /// Where the image is.
        pub image_url: Option<ImageUrl> = "imageUrl",
    }
}

object! { kept
    /// A part of kind `DOCUMENT`.
    pub struct DocumentContent (tag "type" = "DOCUMENT") {
        /// Where the document is.
        pub document_url: Option<DocumentUrl> = "documentUrl",
    }
}

object! { kept
    /// A part of kind `AUDIO`.
    pub struct AudioContent (tag "type" = "AUDIO") {
        /// Where the sound is.
        pub audio_url: Option<AudioUrl> = "audioUrl",
    }
}

object! { kept
    /// A part of kind `VIDEO`.
    pub struct VideoContent (tag "type" = "VIDEO") {
        /// Where the video is.
        pub video_url: Option<VideoUrl> = "videoUrl",
    }
}

object! { kept
    /// The place and the wanted detail of an image; also used by embeddings.
    pub struct ImageUrl {
        /// An `https:` address or a `data:` URL with base64 content.
        pub url: String = always "url",
        /// How closely the model looks.
        pub detail: Option<Detail> = "detail",
    }
}

object! { kept
    /// The place of a document.
    pub struct DocumentUrl {
        /// An `https:` address or a `data:` URL with base64 content.
        pub url: String = always "url",
        /// How closely the model looks.
        pub detail: Option<Detail> = "detail",
    }
}

object! { kept
    /// The place of a sound.
    pub struct AudioUrl {
        /// An `https:` address or a `data:` URL with base64 content.
        pub url: String = always "url",
        /// How closely the model listens.
        pub detail: Option<Detail> = "detail",
    }
}

object! { kept
    /// The place of a video.
    pub struct VideoUrl {
        /// An `https:` address or a `data:` URL with base64 content.
        pub url: String = always "url",
        /// How closely the model looks.
        pub detail: Option<Detail> = "detail",
    }
}

open_enum! {
    /// How closely a model looks; more detail costs more tokens.
    pub enum Detail {
        /// The model decides, the default.
        Auto = "AUTO",
        /// Closely.
        High = "HIGH",
        /// Coarsely.
        Low = "LOW",
    }
}
