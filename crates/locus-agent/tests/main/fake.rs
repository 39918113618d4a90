//! A model that answers as it is told, without a service.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use locus_agent::{AnswerStream, ChatModel, ModelCall};
use oci_router::Error;
use oci_router::wire::chat::{ChatChunk, ChatRequest};
use serde_json::{Value, json};

/// Answers in order, the last one for ever, and keeps what it was asked.
#[derive(Clone, Default)]
pub(crate) struct Fake {
    answers: Arc<Mutex<VecDeque<Value>>>,
    asked: Arc<Mutex<Vec<ChatRequest>>>,
}

impl Fake {
    pub(crate) fn new(answers: impl IntoIterator<Item = Value>) -> Self {
        let fake = Self::default();
        fake.answers.lock().unwrap().extend(answers);
        fake
    }

    pub(crate) fn asked(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap().clone()
    }
}

/// An answer of text.
pub(crate) fn text(text: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}})
}

/// An answer of calls: ids, names, arguments.
pub(crate) fn calls(calls: &[(&str, &str, &str)]) -> Value {
    let calls: Vec<Value> = calls
        .iter()
        .enumerate()
        .map(|(index, (id, name, arguments))| {
            json!({"index": index, "id": id, "type": "function",
                "function": {"name": name, "arguments": arguments}})
        })
        .collect();
    json!({"choices": [{"index": 0, "delta": {"tool_calls": calls}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}})
}

impl ChatModel for Fake {
    type Stream = Said;

    async fn ask(&self, call: ModelCall) -> Result<Said, Error> {
        self.asked.lock().unwrap().push(call.request);
        let mut answers = self.answers.lock().unwrap();
        let next = answers.pop_front().unwrap();
        if answers.is_empty() {
            answers.push_back(next.clone());
        }
        Ok(Said(Some(next.to_string())))
    }
}

/// One chunk, which is the whole answer.
pub(crate) struct Said(Option<String>);

impl AnswerStream for Said {
    async fn next(&mut self) -> Option<Result<ChatChunk<'_>, Error>> {
        let text = self.0.take()?;
        Some(Ok(ChatChunk::from_json(&text).unwrap().into_owned()))
    }
}
