//! What somebody might write by hand for this one server: lines of data, and as much of their JSON as is needed.
//!
//! It knows nothing of CR, of events with several lines, of errors inside a stream or of one that ends early.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use crate::answers::PROMPT;

#[derive(Serialize)]
pub(super) struct Ask<'a> {
    model: &'a str,
    messages: [Message<'a>; 1],
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

impl<'a> Ask<'a> {
    pub(super) fn json(model: &'a str, stream: bool) -> Vec<u8> {
        let ask = Self { model, messages: [Message { role: "user", content: PROMPT }], stream };
        serde_json::to_vec(&ask).expect("text is JSON")
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow, alias = "message")]
    delta: Delta<'a>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Cow<'a, str>,
}

/// The length of the text of an answer or of a chunk.
pub(super) fn text(json: &[u8]) -> usize {
    let answer: Answer<'_> = serde_json::from_slice(json).expect("the server sends this JSON");
    answer.choices.iter().map(|choice| choice.delta.content.len()).sum()
}

/// The lines of a stream, over chunks that may end anywhere.
#[derive(Default)]
pub(crate) struct Lines {
    chunk: Bytes,
    /// The beginning of a line that a chunk cut.
    carry: BytesMut,
}

impl Lines {
    /// Adds a chunk, when [`next_text`](Self::next_text) has nothing more to give.
    pub(super) fn push(&mut self, chunk: Bytes) {
        self.chunk = chunk;
    }

    /// The length of the text of the next chunk that is complete.
    pub(super) fn next_text(&mut self) -> Option<usize> {
        loop {
            let Some(end) = memchr::memchr(b'\n', &self.chunk) else {
                self.carry.extend_from_slice(&std::mem::take(&mut self.chunk));
                return None;
            };
            let line = self.chunk.split_to(end + 1);
            let found = if self.carry.is_empty() {
                data(&line)
            } else {
                self.carry.extend_from_slice(&line);
                let found = data(&self.carry);
                self.carry.clear();
                found
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

fn data(line: &[u8]) -> Option<usize> {
    let data = line.strip_prefix(b"data: ")?;
    (!data.starts_with(b"[DONE]")).then(|| text(data))
}
