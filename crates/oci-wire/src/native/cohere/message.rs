//! Entries of a `COHERE` chat history.

use crate::native::cohere::tool::{ToolCall, ToolResult};
use crate::object::object;
use crate::tagged::tagged;

tagged! {
    /// One entry of the history, told apart by `role`.
    pub enum Message by "role" {
        /// Instructions.
        "SYSTEM" => System(SystemMessage),
        /// What the user said.
        "USER" => User(UserMessage),
        /// What the model said.
        "CHATBOT" => ChatBot(ChatBotMessage),
        /// Results of tool calls.
        "TOOL" => Tool(ToolMessage),
    }
}

impl Message {
    /// A `SYSTEM` entry.
    #[must_use]
    pub fn system(message: impl Into<String>) -> Self {
        Self::System(SystemMessage { message: message.into(), ..SystemMessage::default() })
    }

    /// A `USER` entry.
    #[must_use]
    pub fn user(message: impl Into<String>) -> Self {
        Self::User(UserMessage { message: message.into(), ..UserMessage::default() })
    }

    /// A `CHATBOT` entry.
    #[must_use]
    pub fn chat_bot(message: impl Into<String>) -> Self {
        Self::ChatBot(ChatBotMessage { message: Some(message.into()), ..ChatBotMessage::default() })
    }

    /// A `TOOL` entry.
    #[must_use]
    pub fn tool(results: impl Into<Vec<ToolResult>>) -> Self {
        Self::Tool(ToolMessage { tool_results: results.into(), ..ToolMessage::default() })
    }
}

object! { kept
    /// A history entry of role `SYSTEM`.
    pub struct SystemMessage (tag "role" = "SYSTEM") {
        /// The instructions.
        pub message: String = always "message",
    }
}

object! { kept
    /// A history entry of role `USER`.
    pub struct UserMessage (tag "role" = "USER") {
        /// What the user said.
        pub message: String = always "message",
    }
}

object! { kept
    /// A history entry of role `CHATBOT`.
    pub struct ChatBotMessage (tag "role" = "CHATBOT") {
        /// What the model said.
        pub message: Option<String> = "message",
        /// The calls the model made.
        pub tool_calls: Option<Vec<ToolCall>> = "toolCalls",
    }
}

object! { kept
    /// A history entry of role `TOOL`.
    pub struct ToolMessage (tag "role" = "TOOL") {
        /// The results.
        pub tool_results: Vec<ToolResult> = always "toolResults",
    }
}
