//! Where images and documents come from.

use crate::anthropic::block::Content;
use crate::object::object;
use crate::tagged::tagged;

tagged! {
    /// Where an image or a document comes from.
    pub enum Source by "type" {
        /// Inline.
        "base64" => Base64(Base64Source),
        /// An address from which the provider fetches it.
        "url" => Url(UrlSource),
        /// Inline plain text, for documents.
        "text" => Text(TextSource),
        /// Inline blocks, for documents.
        "content" => Content(ContentSource),
        /// A file that was uploaded before.
        "file" => File(FileSource),
    }
}

impl Source {
    /// Inline data: its media type, such as `image/png`, and base64 data.
    #[must_use]
    pub fn base64(media_type: impl Into<String>, data: impl Into<String>) -> Self {
        Self::Base64(Base64Source {
            media_type: media_type.into(),
            data: data.into(),
            ..Base64Source::default()
        })
    }

    /// An `https:` address.
    #[must_use]
    pub fn url(url: impl Into<String>) -> Self {
        Self::Url(UrlSource { url: url.into(), ..UrlSource::default() })
    }

    /// The text of a document.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextSource {
            media_type: "text/plain".to_owned(),
            data: text.into(),
            ..TextSource::default()
        })
    }

    /// A file that was uploaded before.
    #[must_use]
    pub fn file(file_id: impl Into<String>) -> Self {
        Self::File(FileSource { file_id: file_id.into(), ..FileSource::default() })
    }
}

object! { kept
    /// A source of kind `base64`.
    pub struct Base64Source (tag "type" = "base64") {
        /// `image/jpeg`, `image/png`, `image/gif`, `image/webp` or `application/pdf`.
        pub media_type: String = always "media_type",
        /// Base64 data.
        pub data: String = always "data",
    }
}

object! { kept
    /// A source of kind `url`.
    pub struct UrlSource (tag "type" = "url") {
        /// The address.
        pub url: String = always "url",
    }
}

object! { kept
    /// A source of kind `text`.
    pub struct TextSource (tag "type" = "text") {
        /// `text/plain`
        pub media_type: String = always "media_type",
        /// The text.
        pub data: String = always "data",
    }
}

object! { kept
    /// A source of kind `content`.
    pub struct ContentSource (tag "type" = "content") {
        /// Text, or text and image blocks.
        pub content: Content = always "content",
    }
}

object! { kept
    /// A source of kind `file`.
    pub struct FileSource (tag "type" = "file") {
        /// The id of the upload.
        pub file_id: String = always "file_id",
    }
}
