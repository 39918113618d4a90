//! What the stand-in for a model gets to see of a request, the same on both APIs.

use serde_json::Value;

use crate::answerer::tokens;

/// The question and the size of a conversation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Prompt {
    /// The text of the last message of the user, of the last message if there is none.
    pub(crate) question: String,
    /// The tokens of all messages.
    pub(crate) tokens: u64,
}

impl Prompt {
    /// Reads checked messages; `user` is the word for the user's role.
    pub(crate) fn new(messages: Option<&Value>, user: &str) -> Self {
        let texts: Vec<(&str, String)> = messages
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|message| {
                let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
                (role, content_text(message.get("content")))
            })
            .collect();
        let last_of_user = texts.iter().rev().find(|(role, _)| *role == user);
        let (_, question) = last_of_user.or_else(|| texts.last()).cloned().unwrap_or_default();
        Self { question, tokens: texts.iter().map(|(_, text)| tokens(text).count() as u64).sum() }
    }
}

/// A string as it is; of a list of parts, the texts one after the other.
fn content_text(content: Option<&Value>) -> String {
    match content {
        Some(Value::Array(parts)) => {
            parts.iter().map(|part| text(part.get("text"))).collect::<Vec<_>>().concat()
        }
        other => text(other),
    }
}

/// The string, or an empty one in place of anything else.
pub(crate) fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}
