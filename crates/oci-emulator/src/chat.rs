//! OpenAI's chat completions as the service offers them, whole and streamed.

mod request;

use crate::document::set;
use serde_json::{Value, json};

use crate::answerer::{Completion, ToolCall};
use crate::catalogue::{Calls, Thinking};
use crate::openai::{require_compartment, require_for};
use crate::outcome::{Answer, Event, Events, Outcome};
use crate::random::hex;
use crate::route::Call;
use request::ChatRequest;

/// Answers a request to `…/chat/completions`.
pub(crate) fn answer(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let request = ChatRequest::parse(call.body)?;
    require_for(call, request.family)?;
    let completion = Completion::new(&request.ask);
    let reading = Reading {
        id: format!("chatcmpl-{}", hex(24)),
        created: call.settings().clock.unix_seconds(),
        request: &request,
        completion: &completion,
    };
    if !request.is_stream {
        return Ok(Outcome::Document(reading.whole()));
    }
    let error = json!({ "error": {
        "message": "upstream failed", "type": "server_error", "param": null, "code": "internal",
    } });
    Ok(Outcome::Stream(Events { list: reading.events(), failure: error.clone(), error }))
}

/// What there is to send, before it is put into one shape or the other.
struct Reading<'a> {
    id: String,
    created: u64,
    request: &'a ChatRequest,
    completion: &'a Completion,
}

impl Reading<'_> {
    fn whole(&self) -> Value {
        let calls: Vec<Value> = self.completion.calls.iter().map(call).collect();
        let choices: Vec<Value> = self
            .choices()
            .map(|index| {
                let mut message = json!({
                    "role": "assistant",
                    "content": self.completion.text(),
                    "refusal": null,
                });
                if !calls.is_empty() {
                    set(&mut message, "content", Value::Null);
                    set(&mut message, "tool_calls", calls.clone());
                }
                if self.shows_thoughts() {
                    set(&mut message, "reasoning_content", self.completion.thought());
                }
                json!({
                    "index": index,
                    "message": message,
                    "finish_reason": self.completion.finish.as_str(),
                    "logprobs": null,
                })
            })
            .collect();
        let mut document = self.envelope("chat.completion", choices.into());
        set(&mut document, "usage", self.usage());
        document
    }

    fn events(&self) -> Vec<Event> {
        let mut deltas = Vec::new();
        if self.shows_thoughts() {
            let thoughts = self.completion.thoughts.iter();
            deltas.extend(thoughts.map(|token| json!({ "reasoning_content": token })));
        }
        deltas.extend(self.completion.tokens.iter().map(|token| json!({ "content": token })));
        deltas.extend(self.calls().into_iter().map(|call| json!({ "tool_calls": [call] })));

        let mut events = Vec::new();
        for index in self.choices() {
            let delta = json!({ "role": "assistant", "content": "" });
            events.push(Event::other(&self.chunk(index, &delta, None)));
        }
        for delta in &deltas {
            events.extend(
                self.choices().map(|index| Event::content(&self.chunk(index, delta, None))),
            );
        }
        for index in self.choices() {
            let finish = Some(self.completion.finish.as_str());
            events.push(Event::finish(&self.chunk(index, &json!({}), finish)));
        }
        if self.request.include_usage {
            let mut document = self.envelope(CHUNK, json!([]));
            set(&mut document, "usage", self.usage());
            events.push(Event::other(&document));
        }
        events.push(Event::done());
        events
    }

    /// The calls, or the pieces of calls, each of which tells the place of its call.
    fn calls(&self) -> Vec<Value> {
        let mut pieces = Vec::new();
        for (index, tool_call) in self.completion.calls.iter().enumerate() {
            let mut opening = call(tool_call);
            set(&mut opening, "index", index);
            if self.request.family.calls == Calls::Whole {
                pieces.push(opening);
                continue;
            }
            set(&mut opening, "function/arguments", "");
            pieces.push(opening);
            let middle = tool_call.arguments.chars().count() / 2;
            let first: String = tool_call.arguments.chars().take(middle).collect();
            let second: String = tool_call.arguments.chars().skip(middle).collect();
            for piece in [first, second] {
                pieces.push(json!({ "index": index, "function": { "arguments": piece } }));
            }
        }
        pieces
    }

    fn chunk(&self, index: u64, delta: &Value, finish_reason: Option<&str>) -> Value {
        let choice = json!({ "index": index, "delta": delta, "finish_reason": finish_reason });
        let mut document = self.envelope(CHUNK, json!([choice]));
        if self.request.include_usage {
            // OpenAI: "All other chunks will also include a usage field, but with a null value."
            set(&mut document, "usage", Value::Null);
        }
        document
    }

    fn envelope(&self, object: &str, choices: Value) -> Value {
        let mut document = json!({
            "id": self.id,
            "object": object,
            "created": self.created,
            "model": self.request.model,
            "system_fingerprint": "fp_emulator",
        });
        set(&mut document, "choices", choices);
        document
    }

    fn choices(&self) -> std::ops::Range<u64> {
        0..self.request.ask.copies
    }

    fn shows_thoughts(&self) -> bool {
        self.request.family.thinking == Thinking::Shown && !self.completion.thoughts.is_empty()
    }

    fn usage(&self) -> Value {
        let prompt = self.request.prompt_tokens;
        let completion = self.completion.size() * self.request.ask.copies;
        let thoughts = self.completion.thoughts.len() as u64 * self.request.ask.copies;
        json!({
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": { "cached_tokens": 0 },
            "completion_tokens_details": { "reasoning_tokens": thoughts },
        })
    }
}

fn call(call: &ToolCall) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": { "name": call.name, "arguments": call.arguments },
    })
}

const CHUNK: &str = "chat.completion.chunk";
