//! Messages of the format `GENERIC`, as they are sent.

use crate::native::generic::content::Content;
use crate::native::generic::tool::ToolCall;
use crate::nullable::Nullable;
use crate::object::object;
use crate::tagged::tagged;

tagged! {
    /// One message of a conversation, told apart by `role`.
    pub enum Message by "role" {
        /// Instructions that rank above the user's.
        "SYSTEM" => System(SystemMessage),
        /// The same for models that call this role `developer`.
        "DEVELOPER" => Developer(DeveloperMessage),
        /// What the user said.
        "USER" => User(UserMessage),
        /// What the model said before.
        "ASSISTANT" => Assistant(AssistantMessage),
        /// The result of a tool call.
        "TOOL" => Tool(ToolMessage),
    }
}

impl Message {
    /// A `SYSTEM` message.
    #[must_use]
    pub fn system(text: impl Into<String>) -> Self {
        Self::System(SystemMessage {
            content: Some(vec![Content::text(text)]),
            ..SystemMessage::default()
        })
    }

    /// A `DEVELOPER` message.
    #[must_use]
    pub fn developer(text: impl Into<String>) -> Self {
        Self::Developer(DeveloperMessage {
            content: Some(vec![Content::text(text)]),
            ..DeveloperMessage::default()
        })
    }

    /// A `USER` message of one text.
    #[must_use]
    pub fn user(text: impl Into<String>) -> Self {
        Self::user_parts([Content::text(text)])
    }

    /// A `USER` message of parts.
    #[must_use]
    pub fn user_parts(parts: impl IntoIterator<Item = Content>) -> Self {
        Self::User(UserMessage {
            content: Some(parts.into_iter().collect()),
            ..UserMessage::default()
        })
    }

    /// An `ASSISTANT` message of one text.
    #[must_use]
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::Assistant(AssistantMessage {
            content: Nullable::Value(vec![Content::text(text)]),
            ..AssistantMessage::default()
        })
    }

    /// An `ASSISTANT` message that only calls tools.
    ///
    /// Its content is written as `null`: Oracle's documentation asks for that, and refuses an empty string.
    #[must_use]
    pub fn assistant_tool_calls(calls: impl IntoIterator<Item = ToolCall>) -> Self {
        Self::Assistant(AssistantMessage {
            content: Nullable::Null,
            tool_calls: Some(calls.into_iter().collect()),
            ..AssistantMessage::default()
        })
    }

    /// A `TOOL` message: the result of the call with that id.
    #[must_use]
    pub fn tool(tool_call_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Tool(ToolMessage {
            content: Some(vec![Content::text(text)]),
            tool_call_id: Some(tool_call_id.into()),
            ..ToolMessage::default()
        })
    }
}

object! { strict
    /// A message of role `SYSTEM`.
    pub struct SystemMessage (tag "role" = "SYSTEM") {
        /// The instructions.
        pub content: Option<Vec<Content>> = "content",
        /// Tells participants of the same role apart.
        pub name: Option<String> = "name",
    }
}

object! { strict
    /// A message of role `DEVELOPER`.
    pub struct DeveloperMessage (tag "role" = "DEVELOPER") {
        /// The instructions.
        pub content: Option<Vec<Content>> = "content",
        /// Tells participants of the same role apart.
        pub name: Option<String> = "name",
    }
}

object! { strict
    /// A message of role `USER`.
    pub struct UserMessage (tag "role" = "USER") {
        /// What the user said: text, images, sound, documents, videos.
        pub content: Option<Vec<Content>> = "content",
        /// Tells participants of the same role apart.
        pub name: Option<String> = "name",
    }
}

object! { strict
    /// A message of role `ASSISTANT`.
    pub struct AssistantMessage (tag "role" = "ASSISTANT") {
        /// What the model said; `null` when it only called tools.
        pub content: Nullable<Vec<Content>> = "content",
        /// Tells participants of the same role apart.
        pub name: Option<String> = "name",
        /// What the model said when it refused.
        pub refusal: Option<String> = "refusal",
        /// The calls the model made, each to be answered by a `TOOL` message.
        pub tool_calls: Option<Vec<ToolCall>> = "toolCalls",
        /// Sources found by web search.
        pub annotations: Option<Vec<Annotation>> = "annotations",
        /// The reasoning that preceded.
        pub reasoning_content: Option<String> = "reasoningContent",
    }
}

object! { strict
    /// A message of role `TOOL`.
    pub struct ToolMessage (tag "role" = "TOOL") {
        /// The result.
        pub content: Option<Vec<Content>> = "content",
        /// The id of the call that this answers.
        pub tool_call_id: Option<String> = "toolCallId",
    }
}

object! { kept
    /// A remark on a stretch of the text.
    pub struct Annotation {
        /// The kind; `url_citation` is known.
        pub kind: Option<String> = "type",
        /// The source.
        pub url_citation: Option<UrlCitation> = "urlCitation",
    }
}

object! { kept
    /// A source on the web and the stretch of text it supports.
    pub struct UrlCitation {
        /// First character of the stretch.
        pub start_index: Option<u64> = "startIndex",
        /// Last character of the stretch.
        pub end_index: Option<u64> = "endIndex",
        /// The page's title.
        pub title: Option<String> = "title",
        /// The page's address.
        pub url: Option<String> = "url",
    }
}
