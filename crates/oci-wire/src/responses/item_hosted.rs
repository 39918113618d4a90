//! Calls of tools that the service runs itself: search, code, images.

use std::collections::BTreeMap;

use crate::number::Number;
use crate::object::object;
use crate::raw::RawJson;
use crate::responses::item_message::ItemStatus;
use crate::tagged::tagged;

object! { kept
    /// A search in vector stores.
    pub struct FileSearchCall (tag "type" = "file_search_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// What was searched for.
        pub queries: Vec<String> = always "queries",
        /// What was found, if the request includes `file_search_call.results`.
        pub results: Option<Vec<FileSearchResult>> = "results",
    }
}

object! { kept
    /// A passage that a file search found.
    pub struct FileSearchResult {
        /// Labels of the file: strings, numbers and booleans.
        pub attributes: Option<BTreeMap<String, RawJson>> = "attributes",
        /// The file.
        pub file_id: Option<String> = "file_id",
        /// Its name.
        pub filename: Option<String> = "filename",
        /// How well it fits, 0 to 1.
        pub score: Option<Number> = "score",
        /// The passage.
        pub text: Option<String> = "text",
    }
}

object! { kept
    /// A search of the web.
    pub struct WebSearchCall (tag "type" = "web_search_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// What was done.
        pub action: Option<WebSearchAction> = "action",
    }
}

tagged! {
    /// What a web search did.
    pub enum WebSearchAction by "type" {
        /// It asked a search engine.
        "search" => Search(WebSearch),
        /// It opened a page.
        "open_page" => OpenPage(OpenPage),
        /// It looked for a pattern in a page.
        "find_in_page" | "find" => Find(FindInPage),
    }
}

object! { kept
    /// A question to a search engine.
    pub struct WebSearch (tag "type" = "search") {
        /// The question.
        pub query: Option<String> = "query",
        /// Several questions.
        pub queries: Option<Vec<String>> = "queries",
        /// The pages that were read, if the request includes `web_search_call.action.sources`.
        pub sources: Option<Vec<WebSearchSource>> = "sources",
    }
}

object! { kept
    /// A page that was read.
    pub struct WebSearchSource {
        /// `url`
        pub kind: Option<String> = "type",
        /// The page's address.
        pub url: Option<String> = "url",
    }
}

object! { kept
    /// A page that was opened.
    pub struct OpenPage (tag "type" = "open_page") {
        /// The page's address.
        pub url: Option<String> = "url",
    }
}

object! { kept
    /// A pattern that was looked for in a page.
    pub struct FindInPage {
        /// `find_in_page`
        pub kind: Option<String> = "type",
        /// The pattern.
        pub pattern: Option<String> = "pattern",
        /// The page's address.
        pub url: Option<String> = "url",
    }
}

object! { kept
    /// Code that ran in a container.
    pub struct CodeInterpreterCall (tag "type" = "code_interpreter_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// The code.
        pub code: Option<String> = "code",
        /// The container.
        pub container_id: Option<String> = "container_id",
        /// What it printed and drew, if the request includes `code_interpreter_call.outputs`.
        pub outputs: Option<Vec<CodeInterpreterOutput>> = "outputs",
    }
}

tagged! {
    /// What code gave.
    pub enum CodeInterpreterOutput by "type" {
        /// Text.
        "logs" => Logs(CodeLogs),
        /// An image.
        "image" => Image(CodeImage),
    }
}

object! { kept
    /// Text that code printed.
    pub struct CodeLogs (tag "type" = "logs") {
        /// The text.
        pub logs: String = always "logs",
    }
}

object! { kept
    /// An image that code drew.
    pub struct CodeImage (tag "type" = "image") {
        /// Its address.
        pub url: Option<String> = "url",
    }
}

object! { kept
    /// An image that was made.
    pub struct ImageGenerationCall (tag "type" = "image_generation_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// The image in base64.
        pub result: Option<String> = "result",
        /// `generate` or `edit`.
        pub action: Option<String> = "action",
        /// `transparent` or `opaque`.
        pub background: Option<String> = "background",
        /// Why there is no image.
        pub error: Option<ImageGenerationError> = "error",
        /// `png`, `webp`, `jpeg`, `gif` or `svg`.
        pub output_format: Option<String> = "output_format",
        /// The quality that was used.
        pub quality: Option<String> = "quality",
        /// The prompt as it was changed.
        pub revised_prompt: Option<String> = "revised_prompt",
        /// Width and height, such as `1024x1024`.
        pub size: Option<String> = "size",
        /// The tokens that a vector image took.
        pub svg_usage: Option<SvgUsage> = "svg_usage",
    }
}

object! { kept
    /// Why an image was not made.
    pub struct ImageGenerationError {
        /// The class of error.
        pub kind: Option<String> = "type",
        /// The machine-readable reason.
        pub code: Option<String> = "code",
        /// The reason for a person.
        pub message: Option<String> = "message",
        /// The parameter at fault.
        pub param: Option<String> = "param",
        /// What moderation found.
        pub moderation_details: Option<ModerationDetails> = "moderation_details",
    }
}

object! { kept
    /// What moderation found in a prompt or an image.
    pub struct ModerationDetails {
        /// The categories.
        pub categories: Option<Vec<String>> = "categories",
        /// `input`, `output` or `unknown`.
        pub moderation_stage: Option<String> = "moderation_stage",
    }
}

object! { kept
    /// Tokens that a vector image took.
    pub struct SvgUsage {
        /// Of the prompt.
        pub input_tokens: Option<u64> = "input_tokens",
        /// The model that drew.
        pub model: Option<String> = "model",
        /// Of the image.
        pub output_tokens: Option<u64> = "output_tokens",
        /// Of reasoning.
        pub reasoning_tokens: Option<u64> = "reasoning_tokens",
        /// Their sum.
        pub total_tokens: Option<u64> = "total_tokens",
    }
}
