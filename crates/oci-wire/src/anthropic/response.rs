//! [`MessagesResponse`]: a whole answer.

use std::borrow::Cow;

use crate::anthropic::block::ContentBlock;
use crate::anthropic::request::Role;
use crate::anthropic::usage::Usage;
use crate::chat::ChunkError;
use crate::nullable::Nullable;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;

object! { kept
    /// A whole answer of the Messages API.
    ///
    /// Reading accepts missing, `null` and unknown members and unknown enumeration values everywhere.
    /// A known member of an unexpected kind is kept in `extra` of its object under its own name.
    pub struct MessagesResponse {
        /// The id of the answer.
        pub id: Option<String> = "id",
        /// `message`
        pub kind: Option<String> = "type",
        /// `assistant`
        pub role: Option<Role> = "role",
        /// The model that answered.
        pub model: Option<String> = "model",
        /// What the model said, thought and called, in order.
        pub content: Vec<ContentBlock> = always "content",
        /// Why it ended; `null` at the beginning of a stream.
        pub stop_reason: Nullable<StopReason> = "stop_reason",
        /// Which of the request's sequences it met.
        pub stop_sequence: Nullable<String> = "stop_sequence",
        /// More about a refusal.
        pub stop_details: Option<StopDetails> = "stop_details",
        /// The token counts.
        pub usage: Option<Usage> = "usage",
        /// The container that code ran in.
        pub container: Option<RawJson> = "container",
    }
}

impl MessagesResponse {
    /// Reads the body of a successful answer.
    ///
    /// # Errors
    /// When the body is not a JSON object; the error tells where, never what the text said.
    pub fn from_json(body: &[u8]) -> Result<Self, ChunkError> {
        serde_json::from_slice(body).map_err(|error| ChunkError::new("a message", &error))
    }

    /// An answer of which nothing is known yet, as a stream begins with.
    #[must_use]
    pub fn begin(id: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            kind: Some(KIND.to_owned()),
            role: Some(Role::Assistant),
            model: Some(model.into()),
            stop_reason: Nullable::Null,
            stop_sequence: Nullable::Null,
            ..Self::default()
        }
    }

    /// All text of the model, without thoughts.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        let mut texts = self.content.iter().filter_map(ContentBlock::as_text);
        match (texts.next(), texts.next()) {
            (first, None) => Cow::Borrowed(first.unwrap_or_default()),
            (first, second) => Cow::Owned(first.into_iter().chain(second).chain(texts).collect()),
        }
    }
}

open_enum! {
    /// Why an answer ended; an unknown reason keeps its text and loses nothing of the answer.
    pub enum StopReason {
        /// The model was done.
        EndTurn = "end_turn",
        /// The token limit was reached; the answer is cut.
        MaxTokens = "max_tokens",
        /// One of the request's sequences was met.
        StopSequence = "stop_sequence",
        /// The model asks for its tool calls to be answered.
        ToolUse = "tool_use",
        /// A tool of the provider takes long; the next request goes on with the same conversation.
        PauseTurn = "pause_turn",
        /// The model or a filter declined.
        Refusal = "refusal",
        /// The model's window was full before the limit was reached.
        ContextWindowExceeded = "model_context_window_exceeded",
    }
}

object! { kept
    /// More about why an answer ended.
    pub struct StopDetails {
        /// `refusal`
        pub kind: Option<String> = "type",
        /// What was refused, such as `cyber`.
        pub category: Option<String> = "category",
        /// The reason for a person.
        pub explanation: Option<String> = "explanation",
    }
}

/// The `type` of an answer.
pub(crate) const KIND: &str = "message";
