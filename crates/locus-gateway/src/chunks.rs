//! Chunks of chat completions as the events of the API that the client speaks.

mod anthropic;
mod responses;
mod texts;

use std::pin::pin;
use std::task::{Context, Poll, ready};

use locus::wire::chat::{ChatChunk, ChunkChoice, Delta, Usage};
use locus::{ChatStream, Warning};
use oci_sse::Encoder;
use serde::Serialize;

pub(crate) use anthropic::AnthropicChunks;
pub(crate) use responses::ResponsesChunks;
pub(crate) use texts::TextChunks;

use crate::clock::unix_seconds;
use crate::event_stream::{Source, Step};
use crate::failure::{Dialect, Failure};
use crate::record::Record;

/// Writes chunks in one API's events.
pub(crate) trait ChunkEvents: Send {
    fn chunk(&mut self, chunk: ChatChunk<'_>, output: &mut Encoder);

    /// What comes after the last chunk of a complete answer.
    fn end(&mut self, output: &mut Encoder);

    /// What comes after the last chunk of an answer that is not complete.
    fn fail(&mut self, failure: &Failure, output: &mut Encoder);

    /// What the events could not carry so far.
    fn losses(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The chunks of one answer, written by `E`.
pub(crate) struct ChatEvents<E> {
    stream: ChatStream,
    events: E,
    /// When the answer began, in seconds since 1970: the native API does not say, and clients expect it.
    created: u64,
    usage: Option<Usage>,
    /// The bytes of text that came, for answers that end without a usage.
    bytes: u64,
}

impl<E: ChunkEvents> ChatEvents<E> {
    pub(crate) fn new(stream: ChatStream, events: E) -> Self {
        Self { stream, events, created: unix_seconds(), usage: None, bytes: 0 }
    }

    /// What was done differently from what was asked, as far as it is known by now.
    pub(crate) fn warnings(&self) -> &[Warning] {
        self.stream.warnings()
    }

    pub(crate) fn opc_request_id(&self) -> Option<&str> {
        self.stream.opc_request_id()
    }
}

impl<E: ChunkEvents> Source for ChatEvents<E> {
    fn poll_fill(&mut self, cx: &mut Context<'_>, output: &mut Encoder) -> Poll<Step> {
        // A new future for every poll: the stream keeps its place, and lends the chunk from the bytes that came.
        let next = pin!(self.stream.next());
        Poll::Ready(match ready!(next.poll(cx)) {
            Some(Ok(mut chunk)) => {
                chunk.created.get_or_insert(self.created);
                self.bytes += text_of(&chunk);
                if chunk.usage.is_some() {
                    self.usage = chunk.usage().cloned();
                }
                self.events.chunk(chunk, output);
                Step::Event
            }
            Some(Err(error)) => Step::Failed(Failure::transport(&error)),
            None => {
                self.events.end(output);
                Step::End
            }
        })
    }

    fn fail(&mut self, failure: &Failure, output: &mut Encoder) {
        self.events.fail(failure, output);
    }

    fn note(&self, record: &mut Record) {
        record.usage(self.usage.as_ref());
        record.partial(self.bytes);
        let losses = self.events.losses();
        if !losses.is_empty() {
            // The headers are with the client already.
            let losses = losses.join("; ");
            tracing::debug!(target: "locus_gateway", losses, "parts of an answer were left out");
        }
    }
}

/// How many bytes of an answer a chunk adds, reasoning and the arguments of tools included.
fn text_of(chunk: &ChatChunk<'_>) -> u64 {
    let bytes = |text: Option<&str>| text.map_or(0, str::len) as u64;
    let of_choice = |delta: &Delta<'_>| {
        let calls = delta.tool_calls.iter().filter_map(|call| call.function.as_ref());
        let arguments: u64 = calls.map(|function| bytes(function.arguments.as_deref())).sum();
        bytes(delta.content.as_deref()) + bytes(delta.reasoning_content.as_deref()) + arguments
    };
    chunk.choices().map(|choice| of_choice(&choice.delta)).sum()
}

/// JSON on its way into an event, whose memory is kept from event to event.
#[derive(Default)]
pub(crate) struct Scratch(Vec<u8>);

impl Scratch {
    /// Writes an event. JSON of one line fits into one line of data.
    pub(crate) fn write(
        &mut self,
        name: Option<&str>,
        data: &impl Serialize,
        output: &mut Encoder,
    ) {
        self.0.clear();
        if serde_json::to_writer(&mut self.0, data).is_ok()
            && let Ok(text) = str::from_utf8(&self.0)
            && name.is_none_or(|name| output.event(name).is_ok())
        {
            output.data(text).end();
        }
    }
}

/// OpenAI's own events, which are the chunks as they came.
pub(crate) struct OpenAiChunks {
    show_usage: bool,
    scratch: Scratch,
    /// Whether tools of the service did something that chat completions have no word for.
    has_items: bool,
}

impl OpenAiChunks {
    pub(crate) fn new(show_usage: bool) -> Self {
        Self { show_usage, scratch: Scratch::default(), has_items: false }
    }
}

impl ChunkEvents for OpenAiChunks {
    fn chunk(&mut self, mut chunk: ChatChunk<'_>, output: &mut Encoder) {
        if chunk.hosted_item.is_some() {
            self.has_items = true;
            return;
        }
        if !self.show_usage && chunk.usage.take().is_some() && chunk.choices.is_empty() {
            // Clients that did not ask for it stumble over a chunk without choices.
            return;
        }
        one_call_each(chunk, |chunk| self.scratch.write(None, chunk, output));
    }

    fn end(&mut self, output: &mut Encoder) {
        output.data("[DONE]").end();
    }

    fn fail(&mut self, failure: &Failure, output: &mut Encoder) {
        // No [DONE]: that would say the answer is complete.
        self.scratch.write(None, &failure.body(Dialect::OpenAi), output);
    }

    fn losses(&self) -> Vec<String> {
        let told = "hosted_item has no counterpart and was left out".to_owned();
        self.has_items.then_some(told).into_iter().collect()
    }
}

/// Writes a chunk with no more than one call of a tool for each choice, as OpenAI's come, by chunks of one call each before it.
///
/// Models of the native API send all of their calls at once, and clients such as LlamaIndex read only the first of a chunk.
fn one_call_each<'a>(mut chunk: ChatChunk<'a>, mut write: impl FnMut(&ChatChunk<'a>)) {
    if chunk.choices().all(|choice| choice.delta.tool_calls.len() <= 1) {
        return write(&chunk);
    }
    let mut choices = std::mem::take(&mut chunk.choices);
    // The usage belongs to the last one.
    let usage = chunk.usage.take();
    for choice in choices.iter_mut() {
        let Some(last) = choice.delta.tool_calls.pop() else { continue };
        // The first one has what came beside the calls as well.
        for call in std::mem::take(&mut choice.delta.tool_calls) {
            let mut piece = ChunkChoice::default();
            piece.index = choice.index;
            piece.logprobs = choice.logprobs.take();
            piece.delta = std::mem::take(&mut choice.delta);
            piece.delta.tool_calls.push(call);
            chunk.choices = std::iter::once(piece).collect();
            write(&chunk);
        }
        choice.delta.tool_calls.push(last);
    }
    chunk.choices = choices;
    chunk.usage = usage;
    write(&chunk);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn calls_that_came_together_are_sent_one_by_one() {
        let together = r#"{"id":"a","choices":[
            {"index":0,"delta":{"role":"assistant","content":"Both.","tool_calls":[
                {"index":0,"id":"x"},{"index":1,"id":"y"},{"index":2,"id":"z"}]},"finish_reason":"tool_calls"},
            {"index":1,"delta":{"content":"No."}}],"usage":{"total_tokens":3}}"#;
        let mut found: Vec<Value> = Vec::new();
        one_call_each(ChatChunk::from_json(together).unwrap(), |chunk| {
            found.push(serde_json::to_value(chunk).unwrap());
        });
        let alone = |call: Value, mut delta: Value| {
            delta["tool_calls"] = json!([call]);
            json!({"index": 0, "delta": delta})
        };
        let first =
            alone(json!({"index": 0, "id": "x"}), json!({"role": "assistant", "content": "Both."}));
        let mut last = alone(json!({"index": 2, "id": "z"}), json!({}));
        last["finish_reason"] = json!("tool_calls");
        let other = json!({"index": 1, "delta": {"content": "No."}});
        let expected = [
            json!({"id": "a", "choices": [first]}),
            json!({"id": "a", "choices": [alone(json!({"index": 1, "id": "y"}), json!({}))]}),
            json!({"id": "a", "choices": [last, other], "usage": {"total_tokens": 3}}),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn one_call_stays_where_it_is() {
        let one = r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"x"}]},"finish_reason":"tool_calls"}]}"#;
        let mut count = 0;
        one_call_each(ChatChunk::from_json(one).unwrap(), |chunk| {
            count += 1;
            assert_eq!(serde_json::to_string(chunk).unwrap(), one);
        });
        assert_eq!(count, 1);
    }

    #[test]
    fn what_tools_of_the_service_do_is_no_chunk_of_chat_completions() {
        let searching = r#"{"choices":[{"index":0,"delta":{}}],
            "hosted_item":{"output_index":0,"type":"web_search_call","progress":"searching"}}"#;
        let chunk = ChatChunk::from_json(searching).unwrap();
        assert!(chunk.hosted_item().is_some());
        let mut output = Encoder::new();
        let mut events = OpenAiChunks::new(true);
        events.chunk(chunk, &mut output);
        assert!(output.as_bytes().is_empty());
        assert_eq!(events.losses(), ["hosted_item has no counterpart and was left out"]);
    }
}
