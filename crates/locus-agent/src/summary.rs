//! [`Summarizing`]: old messages in short, by a model.

use oci_router::wire::chat::{ChatAccumulator, ChatRequest, Message};

use crate::error::Error;
use crate::manager::{ConversationManager, split_old};
use crate::model::{AnswerStream, ChatModel, ModelCall};
use crate::usage::Tally;

/// Has a model sum up the oldest messages once there are too many, and puts the summary in their place.
#[derive(Clone, Debug)]
pub struct Summarizing<M> {
    model: M,
    limit: usize,
    keep: usize,
}

impl<M: ChatModel> Summarizing<M> {
    /// Sums up by this model, which can be a smaller one than the agent's: conversations of more than 30 messages, but for the
    /// newest 10.
    #[must_use]
    pub fn new(model: M) -> Self {
        Self { model, limit: 30, keep: 10 }
    }

    /// How long a conversation may become. Default: 30 messages.
    #[must_use]
    pub fn limit(mut self, messages: usize) -> Self {
        self.limit = messages;
        self
    }

    /// How many of the newest messages stay as they are. Default: 10.
    #[must_use]
    pub fn keep(mut self, messages: usize) -> Self {
        self.keep = messages;
        self
    }

    async fn sum_up(&self, old: &[Message], usage: &mut Tally) -> Result<String, Error> {
        let said: String = old.iter().map(line).collect();
        let messages = [Message::system(INSTRUCTIONS), Message::user(said)];
        usage.begin();
        let mut stream = self.model.ask(ModelCall::new(ChatRequest::new("", messages))).await?;
        let mut answer = ChatAccumulator::new();
        while let Some(chunk) = stream.next().await {
            answer.push(&chunk?);
        }
        let answer = answer.finish();
        usage.complete(answer.usage.as_ref());
        if answer.text().is_empty() { Err(Error::NoAnswer) } else { Ok(answer.text().to_owned()) }
    }
}

impl<M: ChatModel> ConversationManager for Summarizing<M> {
    async fn manage(&self, messages: &mut Vec<Message>, usage: &mut Tally) -> Result<(), Error> {
        if messages.len() <= self.limit {
            return Ok(());
        }
        let mut kept = messages.clone();
        let mut old = split_old(&mut kept, self.keep);
        if old.is_empty() {
            return Ok(());
        }
        // The summary before is part of what the next one sums up.
        let is_summary = |message: &Message| message.text().starts_with(TITLE);
        if let Some(at) = kept.iter().position(is_summary) {
            old.insert(0, kept.remove(at));
        }
        let summary = self.sum_up(&old, usage).await?;
        kept.insert(0, Message::system(format!("{TITLE}\n{summary}")));
        *messages = kept;
        Ok(())
    }
}

/// A message as the model that sums up reads it.
fn line(message: &Message) -> String {
    let role = message.role();
    let role = role.as_ref().map_or("other", oci_router::wire::chat::Role::as_str);
    let mut line = format!("{role}: {}\n", message.text());
    if let Message::Assistant(answer) = message {
        for call in answer.tool_calls.iter().flatten() {
            line += &format!("call of {}: {}\n", call.name(), call.arguments());
        }
    }
    line
}

const TITLE: &str = "Summary of the conversation so far:";

const INSTRUCTIONS: &str = "Sum up this conversation for the assistant that continues it: what the user wants, \
    what was found out, decided and done, and what is still to be done. Keep names, numbers and identifiers. \
    Answer with nothing but the summary.";
