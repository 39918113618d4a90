//! Blocks: what messages consist of.

use std::borrow::Cow;

use crate::anthropic::options::{CacheControl, Citations};
use crate::anthropic::source::Source;
use crate::either::either;
use crate::object::{object, plain_slot};
use crate::raw::RawJson;
use crate::tagged::tagged;

either! {
    /// What is said: a string, which is short for one block of text, or blocks.
    pub enum Content {
        /// Plain text, written as a JSON string.
        Text(String),
        /// Blocks, written as a JSON array.
        Blocks(Vec<ContentBlock>),
    }
}

impl Content {
    /// All text: the string itself, or the text of its text blocks without a separator.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Blocks(blocks) => match blocks.as_slice() {
                [block] => Cow::Borrowed(block.as_text().unwrap_or_default()),
                blocks => Cow::Owned(blocks.iter().filter_map(ContentBlock::as_text).collect()),
            },
            Self::Other(_) => Cow::Borrowed(""),
        }
    }

    /// The blocks; none where the content is a string.
    #[must_use]
    pub fn blocks(&self) -> &[ContentBlock] {
        match self {
            Self::Blocks(blocks) => blocks,
            Self::Text(_) | Self::Other(_) => &[],
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

impl<const N: usize> From<[ContentBlock; N]> for Content {
    fn from(blocks: [ContentBlock; N]) -> Self {
        Self::Blocks(blocks.into())
    }
}

tagged! {
    /// One block of a message.
    ///
    /// What the tools that the provider runs itself found has no type here and is kept as it came.
    pub enum ContentBlock by "type" {
        /// Text.
        "text" => Text(TextBlock),
        /// An image of the user or of a tool.
        "image" => Image(ImageBlock),
        /// A document of the user or of a tool.
        "document" => Document(DocumentBlock),
        /// A passage that the user or a tool found, for the model to cite.
        "search_result" => SearchResult(SearchResultBlock),
        /// The model's thoughts.
        "thinking" => Thinking(ThinkingBlock),
        /// The model's thoughts, readable by the model alone.
        "redacted_thinking" => RedactedThinking(RedactedThinkingBlock),
        /// A call of one of the request's tools.
        "tool_use" => ToolUse(ToolUseBlock),
        /// The result of such a call, in a message of the user.
        "tool_result" => ToolResult(ToolResultBlock),
        /// A tool that a search among those not loaded has found, in the result of the search.
        "tool_reference" => ToolReference(ToolReferenceBlock),
        /// A call of a tool that the provider runs itself.
        "server_tool_use" => ServerToolUse(ServerToolUseBlock),
        /// Instructions in the middle of a conversation.
        "mid_conv_system" => System(SystemBlock),
    }
}

impl ContentBlock {
    /// A text block.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextBlock { text: text.into(), ..TextBlock::default() })
    }

    /// An image block.
    #[must_use]
    pub fn image(source: impl Into<Source>) -> Self {
        Self::Image(ImageBlock { source: Some(source.into()), ..ImageBlock::default() })
    }

    /// A document block.
    #[must_use]
    pub fn document(source: impl Into<Source>) -> Self {
        Self::Document(DocumentBlock { source: Some(source.into()), ..DocumentBlock::default() })
    }

    /// Thoughts; the signature is what the provider vouches for them with, and empty where nobody does.
    #[must_use]
    pub fn thinking(thinking: impl Into<String>, signature: impl Into<String>) -> Self {
        Self::Thinking(ThinkingBlock {
            thinking: thinking.into(),
            signature: signature.into(),
            ..ThinkingBlock::default()
        })
    }

    /// A call; `input` is a JSON object.
    #[must_use]
    pub fn tool_use(
        id: impl Into<String>,
        name: impl Into<String>,
        input: impl Into<RawJson>,
    ) -> Self {
        Self::ToolUse(ToolUseBlock {
            id: id.into(),
            name: name.into(),
            input: Some(input.into()),
            ..ToolUseBlock::default()
        })
    }

    /// The result of the call with that id.
    #[must_use]
    pub fn tool_result(tool_use_id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self::ToolResult(ToolResultBlock {
            tool_use_id: tool_use_id.into(),
            content: Some(content.into()),
            ..ToolResultBlock::default()
        })
    }

    /// The text, if this is a text block.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(block) => Some(&block.text),
            _ => None,
        }
    }
}

object! { kept
    /// A block of kind `text`.
    pub struct TextBlock (tag "type" = "text") {
        /// The text.
        pub text: String = always "text",
        /// Sources of the text, as they came.
        pub citations: Option<Vec<RawJson>> = "citations",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { kept
    /// A block of kind `image`.
    pub struct ImageBlock (tag "type" = "image") {
        /// The image.
        pub source: Option<Source> = "source",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { kept
    /// A block of kind `document`.
    pub struct DocumentBlock (tag "type" = "document") {
        /// The document.
        pub source: Option<Source> = "source",
        /// Its title, which the model reads and does not cite.
        pub title: Option<String> = "title",
        /// More about it, which the model reads and does not cite.
        pub context: Option<String> = "context",
        /// Whether the model cites it.
        pub citations: Option<Citations> = "citations",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { kept
    /// A block of kind `search_result`.
    pub struct SearchResultBlock (tag "type" = "search_result") {
        /// Where it was found: an address or a name.
        pub source: String = always "source",
        /// Its title.
        pub title: String = always "title",
        /// The passage, in text blocks.
        pub content: Vec<ContentBlock> = always "content",
        /// Whether the model cites it.
        pub citations: Option<Citations> = "citations",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { kept
    /// A block of kind `thinking`, which a later request has to replay unchanged.
    pub struct ThinkingBlock (tag "type" = "thinking") {
        /// The thoughts; can be empty where the request wants them left out.
        pub thinking: String = always "thinking",
        /// What the provider vouches for them with.
        pub signature: String = always "signature",
    }
}

object! { kept
    /// A block of kind `redacted_thinking`, which a later request has to replay unchanged.
    pub struct RedactedThinkingBlock (tag "type" = "redacted_thinking") {
        /// The encrypted thoughts.
        pub data: String = always "data",
    }
}

object! { kept
    /// A block of kind `tool_use`.
    pub struct ToolUseBlock (tag "type" = "tool_use") {
        /// The id that the result has to name.
        pub id: String = always "id",
        /// The tool.
        pub name: String = always "name",
        /// The arguments, an object.
        pub input: Option<RawJson> = "input",
        /// Who called: the model, or code that it wrote.
        pub caller: Option<RawJson> = "caller",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { kept
    /// A block of kind `tool_result`; these come first in the message after the call.
    pub struct ToolResultBlock (tag "type" = "tool_result") {
        /// The id of the call that this answers.
        pub tool_use_id: String = always "tool_use_id",
        /// The result: text, images, documents; none for a tool that returns nothing.
        pub content: Option<Content> = "content",
        /// Whether the call failed.
        pub is_error: Option<bool> = "is_error",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { kept
    /// A block of kind `tool_reference`.
    pub struct ToolReferenceBlock (tag "type" = "tool_reference") {
        /// The tool, which is among those of the request from now on.
        pub tool_name: String = always "tool_name",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { kept
    /// A block of kind `server_tool_use`.
    pub struct ServerToolUseBlock (tag "type" = "server_tool_use") {
        /// The id that the result names.
        pub id: String = always "id",
        /// The tool, such as `web_search`.
        pub name: String = always "name",
        /// The arguments, an object.
        pub input: Option<RawJson> = "input",
        /// Who called: the model, or code that it wrote.
        pub caller: Option<RawJson> = "caller",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { kept
    /// A block of kind `mid_conv_system`.
    pub struct SystemBlock (tag "type" = "mid_conv_system") {
        /// The instructions, in text blocks.
        pub content: Vec<ContentBlock> = always "content",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}
