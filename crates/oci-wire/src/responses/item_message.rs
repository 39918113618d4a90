//! Messages among the items.

use std::borrow::Cow;

use crate::either::either;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::responses::part::Part;

object! { kept
    /// What somebody said: the user, the model, or the instructions.
    ///
    /// The API has three spellings of a message: with or without `type`, with text or parts, with or without an id;
    /// what is set is written.
    pub struct Message {
        /// `message`; can be left out of a request.
        pub kind: Option<MessageKind> = "type",
        /// The item's id, in answers and where an answer is replayed.
        pub id: Option<String> = "id",
        /// Who speaks.
        pub role: Option<MessageRole> = "role",
        /// What is said.
        pub content: Option<MessageContent> = "content",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Whether an assistant's message is a remark on the way or the final answer.
        pub phase: Option<Phase> = "phase",
    }
}

impl Message {
    /// A message with its `type`.
    #[must_use]
    pub fn new(role: MessageRole, content: impl Into<MessageContent>) -> Self {
        Self { kind: Some(MessageKind::Message), ..Self::easy(role, content) }
    }

    /// A message in the short form, without `type`.
    #[must_use]
    pub fn easy(role: MessageRole, content: impl Into<MessageContent>) -> Self {
        Self { role: Some(role), content: Some(content.into()), ..Self::default() }
    }

    /// All text of the message; empty where there is none.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.content.as_ref().map(MessageContent::text).unwrap_or_default()
    }

    /// The parts; none where the content is a string.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        match &self.content {
            Some(MessageContent::Parts(parts)) => parts,
            _ => &[],
        }
    }
}

open_enum! {
    /// The `type` of a message.
    pub enum MessageKind {
        /// `message`
        Message = "message",
    }
}

open_enum! {
    /// Who speaks.
    pub enum MessageRole {
        /// The user.
        User = "user",
        /// The model.
        Assistant = "assistant",
        /// Instructions that rank above the user's.
        System = "system",
        /// The same for models that call this role `developer`.
        Developer = "developer",
        /// A tool, in stored conversations.
        Tool = "tool",
        /// A critic, in stored conversations.
        Critic = "critic",
        /// A discriminator, in stored conversations.
        Discriminator = "discriminator",
        /// `unknown`, in stored conversations.
        Unknown = "unknown",
    }
}

open_enum! {
    /// How far an item is; which of the values occur depends on its kind.
    pub enum ItemStatus {
        /// Being made.
        InProgress = "in_progress",
        /// Done.
        Completed = "completed",
        /// Broken off.
        Incomplete = "incomplete",
        /// Failed.
        Failed = "failed",
        /// A search runs.
        Searching = "searching",
        /// Code runs.
        Interpreting = "interpreting",
        /// An image is being made.
        Generating = "generating",
        /// A tool is being called.
        Calling = "calling",
    }
}

open_enum! {
    /// The purpose of an assistant's message.
    pub enum Phase {
        /// A remark on the way.
        Commentary = "commentary",
        /// The answer.
        FinalAnswer = "final_answer",
    }
}

either! {
    /// The content of a message: a string or a list of parts.
    pub enum MessageContent {
        /// Plain text, written as a JSON string.
        Text(String),
        /// Parts, written as a JSON array.
        Parts(Vec<Part>),
    }
}

impl MessageContent {
    /// All text: the string itself, or the text of its parts without a separator.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => match parts.as_slice() {
                [part] => Cow::Borrowed(part.as_text().unwrap_or_default()),
                parts => Cow::Owned(parts.iter().filter_map(Part::as_text).collect()),
            },
            Self::Other(_) => Cow::Borrowed(""),
        }
    }
}

impl From<&str> for MessageContent {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<const N: usize> From<[Part; N]> for MessageContent {
    fn from(parts: [Part; N]) -> Self {
        Self::Parts(parts.into())
    }
}
