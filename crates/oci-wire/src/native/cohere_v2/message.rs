//! Messages of the format `COHEREV2`, as they are sent, and citations.

use crate::native::cohere_v2::content::Content;
use crate::native::cohere_v2::tool::ToolCall;
use crate::object::object;
use crate::raw::RawJson;
use crate::tagged::tagged;

tagged! {
    /// One message of a conversation, told apart by `role`.
    pub enum Message by "role" {
        /// Instructions.
        "SYSTEM" => System(SystemMessage),
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
            content: vec![Content::text(text)],
            ..SystemMessage::default()
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
        Self::User(UserMessage { content: parts.into_iter().collect(), ..UserMessage::default() })
    }

    /// An `ASSISTANT` message of one text.
    #[must_use]
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::Assistant(AssistantMessage {
            content: vec![Content::text(text)],
            ..AssistantMessage::default()
        })
    }

    /// A `TOOL` message: the result of the call with that id.
    #[must_use]
    pub fn tool(tool_call_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Tool(ToolMessage {
            content: vec![Content::text(text)],
            tool_call_id: tool_call_id.into(),
            ..ToolMessage::default()
        })
    }
}

object! { strict
    /// A message of role `SYSTEM`.
    pub struct SystemMessage (tag "role" = "SYSTEM") {
        /// The instructions.
        pub content: Vec<Content> = always "content",
    }
}

object! { strict
    /// A message of role `USER`.
    pub struct UserMessage (tag "role" = "USER") {
        /// What the user said: text, images, documents.
        pub content: Vec<Content> = always "content",
    }
}

object! { strict
    /// A message of role `ASSISTANT`.
    pub struct AssistantMessage (tag "role" = "ASSISTANT") {
        /// What the model said and thought.
        pub content: Vec<Content> = always "content",
        /// What the model set out to do with its calls.
        pub tool_plan: Option<String> = "toolPlan",
        /// The calls the model made, each to be answered by a `TOOL` message.
        pub tool_calls: Option<Vec<ToolCall>> = "toolCalls",
        /// Stretches of the text and their sources.
        pub citations: Option<Vec<Citation>> = "citations",
    }
}

object! { strict
    /// A message of role `TOOL`.
    pub struct ToolMessage (tag "role" = "TOOL") {
        /// The result.
        pub content: Vec<Content> = always "content",
        /// The id of the call that this answers.
        pub tool_call_id: String = required "toolCallId",
    }
}

object! { kept
    /// A stretch of the text and its sources.
    pub struct Citation {
        /// First character of the stretch.
        pub start: Option<u64> = "start",
        /// The character after the stretch.
        pub end: Option<u64> = "end",
        /// The stretch.
        pub text: Option<String> = "text",
        /// In which part of the content.
        pub content_index: Option<u64> = "contentIndex",
        /// `TEXT_CONTENT`, `THINKING_CONTENT` or `PLAN`.
        pub kind: Option<String> = "type",
        /// The sources.
        pub sources: Option<Vec<CitationSource>> = "sources",
    }
}

object! { kept
    /// A source of a citation.
    pub struct CitationSource {
        /// `TOOL` or `DOCUMENT`.
        pub kind: Option<String> = "type",
        /// The tool's result.
        pub tool: Option<CitationTool> = "tool",
        /// The document.
        pub document: Option<CitationDocument> = "document",
    }
}

object! { kept
    /// A tool's result as a source.
    pub struct CitationTool {
        /// The call's id.
        pub id: Option<String> = "id",
        /// What came out.
        pub tool_output: Option<RawJson> = "toolOutput",
    }
}

object! { kept
    /// A document as a source.
    pub struct CitationDocument {
        /// The document's id.
        pub id: Option<String> = "id",
        /// The document.
        pub document: Option<RawJson> = "document",
    }
}
