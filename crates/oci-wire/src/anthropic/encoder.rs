//! [`MessagesEncoder`]: chunks of chat completions told as the events of a message.

use crate::anthropic::blocks::BlockWriter;
use crate::anthropic::error::{ErrorKind, ErrorResponse};
use crate::anthropic::event::{Event, MessageDelta, MessageEnd, MessageStart, MessageStop};
use crate::anthropic::response::{MessagesResponse, StopReason};
use crate::anthropic::translate::stop_reason;
use crate::anthropic::usage::Usage;
use crate::chat::{ChatChunk, ChunkChoice, FinishReason};
use crate::loss::{Loss, LossKind, Losses};
use crate::nullable::Nullable;
use crate::raw::Extra;

/// Turns the chunks of a streamed answer into the events that a client of the Messages API expects.
///
/// Blocks come one after the other, each with its start, its pieces and its end, however the model interleaves what
/// it says; pieces are passed on as they come wherever that is possible.
/// Only the first choice is told.
///
/// ```
/// use oci_wire::anthropic::MessagesEncoder;
/// use oci_wire::chat::ChatChunk;
///
/// # fn main() -> Result<(), oci_wire::chat::ChunkError> {
/// let mut names = Vec::new();
/// let mut encoder = MessagesEncoder::new();
/// let chunk = r#"{"id":"c","choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}"#;
/// encoder.push(&ChatChunk::from_json(chunk)?, |event| names.push(event.name().to_owned()));
/// encoder.finish(|event| names.push(event.name().to_owned()));
/// assert_eq!(
///     names,
///     ["message_start", "content_block_start", "content_block_delta", "content_block_stop",
///         "message_delta", "message_stop"],
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct MessagesEncoder {
    id: String,
    model: Option<String>,
    has_begun: bool,
    has_ended: bool,
    has_refused: bool,
    blocks: BlockWriter,
    usage: Option<Usage>,
    finish_reason: Option<FinishReason>,
    losses: Losses,
}

impl MessagesEncoder {
    /// Nothing pushed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls the model by this name, as the client does, whatever the chunks call it.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Tells what a chunk adds; the first one begins the message.
    pub fn push(&mut self, chunk: &ChatChunk<'_>, mut sink: impl FnMut(Event<'_>)) {
        if self.has_ended {
            return;
        }
        if let Some(usage) = &chunk.usage {
            self.usage = Some(Usage::from_chat(usage));
        }
        self.begin(chunk, &mut sink);
        self.drop_extra(&chunk.extra, "");
        if chunk.hosted_item.is_some() {
            self.losses.once(LossKind::Dropped, "hosted_item".to_owned());
        }
        for choice in chunk.choices() {
            if choice.index == 0 {
                self.push_choice(choice, &mut sink);
            } else {
                self.losses.once(LossKind::Dropped, format!("choices[{}]", choice.index));
            }
        }
    }

    /// Ends the message, after the last chunk.
    ///
    /// Counts come after the finish reason, which is why the end waits for this call.
    /// An answer without a finish reason was cut: it ends with an event `error` instead, so that no client takes it
    /// for whole.
    pub fn finish(&mut self, mut sink: impl FnMut(Event<'_>)) {
        if self.has_ended {
            return;
        }
        let Some(reason) = self.finish_reason.clone() else {
            let error = ErrorResponse::new(ErrorKind::Api, "the answer was cut before its end");
            return self.fail(error, sink);
        };
        self.has_ended = true;
        self.blocks.finish(&self.id, &mut self.losses, &mut sink);
        let reason = match stop_reason(&reason, self.blocks.has_calls()) {
            StopReason::EndTurn if self.has_refused => StopReason::Refusal,
            reason => reason,
        };
        sink(Event::MessageDelta(Box::new(MessageDelta {
            delta: MessageEnd {
                stop_reason: Nullable::Value(reason),
                stop_sequence: Nullable::Null,
                ..MessageEnd::default()
            },
            usage: Some(self.usage.take().map_or_else(no_usage, with_output)),
            ..MessageDelta::default()
        })));
        sink(Event::MessageStop(MessageStop::default()));
    }

    /// Ends the stream with a failure; what is open stays open, as clients expect.
    pub fn fail(&mut self, error: ErrorResponse, mut sink: impl FnMut(Event<'_>)) {
        if !self.has_ended {
            self.has_ended = true;
            sink(Event::error(error));
        }
    }

    /// What the events could not carry so far.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        self.losses.as_slice()
    }

    fn begin(&mut self, chunk: &ChatChunk<'_>, sink: &mut impl FnMut(Event<'_>)) {
        if self.has_begun {
            return;
        }
        self.has_begun = true;
        self.id = chunk.id.as_deref().unwrap_or_default().to_owned();
        let model = self.model.as_deref().or(chunk.model.as_deref()).unwrap_or_default().to_owned();
        let mut message = MessagesResponse::begin(self.id.as_str(), model);
        message.usage = Some(self.usage.clone().map_or_else(no_usage, with_output));
        sink(Event::MessageStart(Box::new(MessageStart { message, ..MessageStart::default() })));
    }

    fn push_choice(&mut self, choice: &ChunkChoice<'_>, sink: &mut impl FnMut(Event<'_>)) {
        let delta = &choice.delta;
        self.drop_extra(&choice.extra, "choices[0].");
        self.drop_extra(&delta.extra, "choices[0].delta.");
        if let Some(thought) = &delta.reasoning_content {
            self.blocks.think(thought, sink);
        }
        if let Some(text) = &delta.content {
            self.blocks.say(text, sink);
        }
        if let Some(refusal) = &delta.refusal {
            self.has_refused |= !refusal.is_empty();
            self.blocks.say(refusal, sink);
        }
        for fragment in &delta.tool_calls {
            self.blocks.call(fragment, &self.id, &mut self.losses, sink);
        }
        for (is_there, name) in [
            (choice.logprobs.is_some(), "logprobs"),
            (delta.audio.is_some(), "delta.audio"),
            (delta.annotations.is_some(), "delta.annotations"),
            (delta.function_call.is_some(), "delta.function_call"),
        ] {
            if is_there {
                self.losses.once(LossKind::Dropped, format!("choices[0].{name}"));
            }
        }
        if choice.finish_reason.is_some() {
            self.finish_reason.clone_from(&choice.finish_reason);
        }
    }

    fn drop_extra(&mut self, extra: &Extra, path: &str) {
        for (name, _) in extra.iter() {
            self.losses.once(LossKind::Unknown, format!("{path}{name}"));
        }
    }
}

/// Clients require both counts.
fn with_output(mut usage: Usage) -> Usage {
    usage.input_tokens.get_or_insert(0);
    usage.output_tokens.get_or_insert(0);
    usage
}

fn no_usage() -> Usage {
    with_output(Usage::default())
}
