//! [`Annotation`]: what a stretch of the model's text refers to.

use crate::chat;
use crate::object::object;
use crate::tagged::tagged;

tagged! {
    /// A source of a stretch of text.
    pub enum Annotation by "type" {
        /// A file of a vector store.
        "file_citation" => FileCitation(FileCitation),
        /// A page on the web.
        "url_citation" => UrlCitation(UrlCitation),
        /// A file in the code interpreter's container.
        "container_file_citation" => ContainerFileCitation(ContainerFileCitation),
        /// A file the model made.
        "file_path" => FilePath(FilePath),
    }
}

object! { kept
    /// A file of a vector store as the source.
    pub struct FileCitation (tag "type" = "file_citation") {
        /// The file.
        pub file_id: Option<String> = "file_id",
        /// Its name.
        pub filename: Option<String> = "filename",
        /// Its place among the files of the answer.
        pub index: Option<u64> = "index",
    }
}

object! { kept
    /// A page on the web as the source; the stretch is counted in characters.
    pub struct UrlCitation (tag "type" = "url_citation") {
        /// Behind the last character of the stretch.
        pub end_index: Option<u64> = "end_index",
        /// First character of the stretch.
        pub start_index: Option<u64> = "start_index",
        /// The page's title.
        pub title: Option<String> = "title",
        /// The page's address.
        pub url: Option<String> = "url",
    }
}

object! { kept
    /// A file in the code interpreter's container as the source.
    pub struct ContainerFileCitation (tag "type" = "container_file_citation") {
        /// The container.
        pub container_id: Option<String> = "container_id",
        /// Behind the last character of the stretch.
        pub end_index: Option<u64> = "end_index",
        /// The file.
        pub file_id: Option<String> = "file_id",
        /// Its name.
        pub filename: Option<String> = "filename",
        /// First character of the stretch.
        pub start_index: Option<u64> = "start_index",
    }
}

object! { kept
    /// A file the model made.
    pub struct FilePath (tag "type" = "file_path") {
        /// The file.
        pub file_id: Option<String> = "file_id",
        /// Its place among the files of the answer.
        pub index: Option<u64> = "index",
    }
}

impl UrlCitation {
    /// The same citation in the form of chat completions.
    #[must_use]
    pub fn to_chat(&self) -> chat::UrlCitation {
        chat::UrlCitation {
            start_index: self.start_index,
            end_index: self.end_index,
            title: self.title.clone(),
            url: self.url.clone(),
            ..chat::UrlCitation::default()
        }
    }

    /// A citation of chat completions in this form.
    #[must_use]
    pub fn from_chat(citation: &chat::UrlCitation) -> Self {
        Self {
            start_index: citation.start_index,
            end_index: citation.end_index,
            title: citation.title.clone(),
            url: citation.url.clone(),
            ..Self::default()
        }
    }
}
