//! Messages of a conversation, as they are sent.

use std::borrow::Cow;

use crate::chat::content::Content;
use crate::chat::tool::{FunctionCall, ToolCall};
use crate::nullable::Nullable;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::tagged::tagged;

tagged! {
    /// One message of a conversation, told apart by `role`.
    pub enum Message by "role" {
        /// Instructions that rank above the user's.
        "system" => System(SystemMessage),
        /// The same for models that call this role `developer`.
        "developer" => Developer(DeveloperMessage),
        /// What the user said.
        "user" => User(UserMessage),
        /// What the model said before.
        "assistant" => Assistant(AssistantMessage),
        /// The result of a tool call.
        "tool" => Tool(ToolMessage),
        /// The result of a call of the deprecated function interface.
        "function" => Function(FunctionMessage),
    }
}

impl Message {
    /// A `system` message.
    #[must_use]
    pub fn system(content: impl Into<Content>) -> Self {
        Self::System(SystemMessage {
            content: Nullable::Value(content.into()),
            ..SystemMessage::default()
        })
    }

    /// A `developer` message.
    #[must_use]
    pub fn developer(content: impl Into<Content>) -> Self {
        Self::Developer(DeveloperMessage {
            content: Nullable::Value(content.into()),
            ..DeveloperMessage::default()
        })
    }

    /// A `user` message, from a string or from parts.
    #[must_use]
    pub fn user(content: impl Into<Content>) -> Self {
        Self::User(UserMessage {
            content: Nullable::Value(content.into()),
            ..UserMessage::default()
        })
    }

    /// An `assistant` message with content.
    #[must_use]
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::Assistant(AssistantMessage {
            content: Nullable::Value(content.into()),
            ..AssistantMessage::default()
        })
    }

    /// An `assistant` message that only calls tools: its content is written as `null`.
    #[must_use]
    pub fn assistant_tool_calls(calls: impl IntoIterator<Item = ToolCall>) -> Self {
        Self::Assistant(AssistantMessage {
            content: Nullable::Null,
            tool_calls: Some(calls.into_iter().collect()),
            ..AssistantMessage::default()
        })
    }

    /// A `tool` message: the result of the call with that id.
    #[must_use]
    pub fn tool(tool_call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self::Tool(ToolMessage {
            tool_call_id: tool_call_id.into(),
            content: Nullable::Value(content.into()),
            ..ToolMessage::default()
        })
    }

    /// A `function` message: the result of a call of the deprecated function interface.
    #[must_use]
    pub fn function(name: impl Into<String>, content: impl Into<Content>) -> Self {
        Self::Function(FunctionMessage {
            name: name.into(),
            content: Nullable::Value(content.into()),
            ..FunctionMessage::default()
        })
    }

    /// The role; `None` for a message whose text has none.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        Some(match self {
            Self::System(_) => Role::System,
            Self::Developer(_) => Role::Developer,
            Self::User(_) => Role::User,
            Self::Assistant(_) => Role::Assistant,
            Self::Tool(_) => Role::Tool,
            Self::Function(_) => Role::Function,
            Self::Other(raw) => {
                return crate::tagged::peek(raw.get(), "role")
                    .map(|role| Role::from(role.as_str()));
            }
        })
    }

    /// The content, where there is any.
    #[must_use]
    pub fn content(&self) -> Option<&Content> {
        match self {
            Self::System(message) => message.content.as_option(),
            Self::Developer(message) => message.content.as_option(),
            Self::User(message) => message.content.as_option(),
            Self::Assistant(message) => message.content.as_option(),
            Self::Tool(message) => message.content.as_option(),
            Self::Function(message) => message.content.as_option(),
            Self::Other(_) => None,
        }
    }

    /// All text of the content; empty where there is none.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.content().map(Content::text).unwrap_or_default()
    }

    /// Names the participant, for roles that have a name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        match &mut self {
            Self::System(message) => message.name = Some(name.into()),
            Self::Developer(message) => message.name = Some(name.into()),
            Self::User(message) => message.name = Some(name.into()),
            Self::Assistant(message) => message.name = Some(name.into()),
            Self::Function(message) => message.name = name.into(),
            Self::Tool(_) | Self::Other(_) => {}
        }
        self
    }
}

open_enum! {
    /// Who speaks.
    pub enum Role {
        /// `system`
        System = "system",
        /// `developer`
        Developer = "developer",
        /// `user`
        User = "user",
        /// `assistant`
        Assistant = "assistant",
        /// `tool`
        Tool = "tool",
        /// `function`
        Function = "function",
    }
}

object! { strict
    /// A message of role `system`.
    pub struct SystemMessage (tag "role" = "system") {
        /// The instructions.
        pub content: Nullable<Content> = "content",
        /// Tells participants of the same role apart.
        pub name: Option<String> = "name",
    }
}

object! { strict
    /// A message of role `developer`.
    pub struct DeveloperMessage (tag "role" = "developer") {
        /// The instructions.
        pub content: Nullable<Content> = "content",
        /// Tells participants of the same role apart.
        pub name: Option<String> = "name",
    }
}

object! { strict
    /// A message of role `user`.
    pub struct UserMessage (tag "role" = "user") {
        /// What the user said: text, images, sound, files.
        pub content: Nullable<Content> = "content",
        /// Tells participants of the same role apart.
        pub name: Option<String> = "name",
    }
}

object! { strict
    /// A message of role `assistant`.
    pub struct AssistantMessage (tag "role" = "assistant") {
        /// What the model said; `null` when it only called tools.
        pub content: Nullable<Content> = "content",
        /// The reasoning that preceded, for models that want it replayed (an extension of OpenAI's format).
        pub reasoning_content: Option<String> = "reasoning_content",
        /// What the model said when it refused.
        pub refusal: Option<String> = "refusal",
        /// Tells participants of the same role apart.
        pub name: Option<String> = "name",
        /// An earlier spoken answer, by id.
        pub audio: Option<AudioRef> = "audio",
        /// The calls the model made, each to be answered by a `tool` message.
        pub tool_calls: Option<Vec<ToolCall>> = "tool_calls",
        /// The call of the deprecated function interface.
        pub function_call: Option<FunctionCall> = "function_call",
    }
}

object! { strict
    /// A message of role `tool`.
    pub struct ToolMessage (tag "role" = "tool") {
        /// The result.
        pub content: Nullable<Content> = "content",
        /// The id of the call that this answers.
        pub tool_call_id: String = required "tool_call_id",
    }
}

object! { strict
    /// A message of role `function`, the deprecated forerunner of `tool`.
    pub struct FunctionMessage (tag "role" = "function") {
        /// The result.
        pub content: Nullable<Content> = "content",
        /// The function's name.
        pub name: String = required "name",
    }
}

object! { strict
    /// An earlier spoken answer.
    pub struct AudioRef {
        /// The id that the answer carried.
        pub id: String = required "id",
    }
}
