//! What the stand-in for a model gets to hear of a conversation, the same in every dialect.

use serde_json::Value;

use crate::answerer::{Ask, count};
use crate::document::{list, text};

/// The question and the size of a conversation.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Prompt {
    /// The text of the last message of the user, of the last message if there is none.
    pub(crate) question: String,
    /// What tools have returned since then; a message without words says nothing to it.
    pub(crate) results: Vec<String>,
    /// The tokens of all messages.
    pub(crate) tokens: u64,
}

/// Who said something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Speaker {
    Other,
    Tool,
    User,
}

impl Prompt {
    /// Listens to a conversation from its beginning.
    pub(crate) fn new(said: impl IntoIterator<Item = (Speaker, String)>) -> Self {
        let mut prompt = Self::default();
        let mut has_user = false;
        for (speaker, text) in said {
            prompt.tokens += count(&text);
            match speaker {
                // What a tool has shown, behind its results, which have no place for pictures.
                Speaker::User if text.trim().is_empty() && !prompt.results.is_empty() => {}
                Speaker::User => {
                    prompt.question = text;
                    prompt.results.clear();
                    has_user = true;
                }
                Speaker::Tool => prompt.results.push(text),
                Speaker::Other if !has_user => prompt.question = text,
                Speaker::Other => {}
            }
        }
        prompt
    }

    /// Reads checked messages with a `role` and a `content`.
    pub(crate) fn of_messages(messages: Option<&Value>) -> Self {
        Self::new(list(messages).map(|message| {
            let speaker = match message.get("role").and_then(Value::as_str) {
                Some("user" | "USER") => Speaker::User,
                Some("tool" | "TOOL" | "function") => Speaker::Tool,
                _ => Speaker::Other,
            };
            (speaker, content_text(message.get("content")))
        }))
    }

    /// The question with nothing said yet about the answer.
    pub(crate) fn ask(&self) -> Ask {
        Ask {
            question: self.question.clone(),
            results: self.results.clone(),
            copies: 1,
            ..Ask::default()
        }
    }
}

/// A string as it is; of a list of parts, the texts one after the other.
pub(crate) fn content_text(content: Option<&Value>) -> String {
    match content {
        Some(Value::Array(parts)) => {
            parts.iter().map(|part| text(part.get("text"))).collect::<Vec<_>>().concat()
        }
        other => text(other),
    }
}
