//! Chat in the GENERIC format.

mod stream;

use serde_json::{Value, json};

use super::request::{Request, invalid, wrong_format};
use super::{Spoken, usage};
use crate::answerer::{Ask, Choice, Completion, Finish, Format, Tool, ToolCall};
use crate::catalogue::{Calls, Names, Thinking, Words, check_messages, check_schemas};
use crate::document::{list, remove, set, strings, text};
use crate::prompt::Prompt;
use crate::reply::Reply;

/// What there is to say, before it is put into one shape or the other.
struct Reading<'a> {
    request: &'a Request<'a>,
    prompt: Prompt,
    generations: u64,
    completion: Completion,
}

/// Answers a checked request; `time` is when.
pub(super) fn speak(request: &Request<'_>, time: &str) -> Result<Spoken, Reply> {
    check(request)?;
    let prompt = Prompt::of_messages(request.body.get("messages"));
    let generations = request.number("numGenerations").unwrap_or(1);
    let completion = Completion::new(&ask(request, &prompt, generations));
    let reading = Reading { request, prompt, generations, completion };
    Ok(if request.is_stream() {
        Spoken::Stream(reading.events())
    } else {
        Spoken::Whole(reading.whole(time))
    })
}

/// What no table can tell.
fn check(request: &Request<'_>) -> Result<(), Reply> {
    let tools = || list(request.body.get("tools"));
    if tools().count() > MAX_TOOLS {
        return Err(invalid(&format!("tools must be at most {MAX_TOOLS} elements")));
    }
    let metadata = request.body.get("metadata").and_then(Value::as_object);
    if metadata.is_some_and(|metadata| metadata.len() > MAX_METADATA) {
        return Err(invalid(&format!("metadata must be at most {MAX_METADATA} pairs")));
    }
    let schemas = tools()
        .filter_map(|tool| tool.get("parameters"))
        .chain(request.body.pointer("/responseFormat/jsonSchema/schema"));
    for schema in schemas {
        if !check_schemas(request.family, schema, Names::Native) {
            return Err(wrong_format());
        }
    }
    check_messages(request.family, request.body.get("messages"), Names::Native)
        .map_err(|refusal| refusal.reply(request.family, Words::Native))
}

fn ask(request: &Request<'_>, prompt: &Prompt, copies: u64) -> Ask {
    let body = request.body;
    let tools = list(body.get("tools")).map(|tool| Tool {
        name: text(tool.get("name")),
        parameters: tool.get("parameters").cloned().unwrap_or_default(),
    });
    let choice = match body.pointer("/toolChoice/type").and_then(Value::as_str) {
        Some("FUNCTION") => Choice::Named(text(body.pointer("/toolChoice/name"))),
        Some("NONE") => Choice::Never,
        Some("REQUIRED") => Choice::Required,
        _ => Choice::Auto,
    };
    let format = match body.pointer("/responseFormat/type").and_then(Value::as_str) {
        Some("JSON_OBJECT") => Format::Json,
        Some("JSON_SCHEMA") => Format::Schema(
            body.pointer("/responseFormat/jsonSchema/schema").cloned().unwrap_or_default(),
        ),
        _ => Format::Text,
    };
    let limits = [request.number("maxTokens"), request.number("maxCompletionTokens")];
    Ask {
        tools: tools.collect(),
        choice,
        one_call: body.get("isParallelToolCalls") == Some(&Value::Bool(false)),
        format,
        thinks: thinks(request),
        max_tokens: limits.into_iter().flatten().min(),
        stop: strings(body.get("stop")),
        copies,
        ..prompt.ask()
    }
}

/// Models that think do so unless told not to; those that show it have to be asked for it.
fn thinks(request: &Request<'_>) -> bool {
    let effort = request.body.get("reasoningEffort").and_then(Value::as_str);
    match (request.family.thinking, effort) {
        (Thinking::Never, _) | (_, Some("NONE")) => false,
        (Thinking::Shown, effort) => effort.is_some(),
        (Thinking::Hidden, effort) => effort.is_some_and(|effort| effort != "MINIMAL"),
    }
}

impl Reading<'_> {
    fn whole(&self, time: &str) -> Value {
        let completion = &self.completion;
        let content = match completion.calls.as_slice() {
            [] => json!([{ "type": "TEXT", "text": completion.text() }]),
            // Gemini has a part without a text.
            _ if self.is_without_ids() => json!([{ "type": "TEXT" }]),
            _ => Value::Null,
        };
        let calls: Vec<Value> = completion.calls.iter().map(|call| self.call(call)).collect();
        let choices: Vec<Value> = (0..self.generations)
            .map(|index| {
                let mut message = json!({
                    "role": "ASSISTANT",
                    "content": content,
                    "name": null,
                    "refusal": null,
                    "toolCalls": if calls.is_empty() { Value::Null } else { calls.clone().into() },
                });
                if self.shows_thoughts() {
                    set(&mut message, "reasoningContent", completion.thought());
                }
                json!({
                    "index": index,
                    "message": message,
                    "finishReason": self.finish_reason(),
                    "logprobs": null,
                })
            })
            .collect();
        json!({
            "apiFormat": "GENERIC",
            "timeCreated": time,
            "choices": choices,
            "usage": self.usage(),
        })
    }

    /// A call as this family of models has it.
    fn call(&self, call: &ToolCall) -> Value {
        let mut value = json!({
            "id": call.id,
            "type": "FUNCTION",
            "name": call.name,
            "arguments": call.arguments,
        });
        if self.is_without_ids() {
            remove(&mut value, "id");
        }
        value
    }

    fn finish_reason(&self) -> &'static str {
        match self.completion.finish {
            Finish::ToolCalls if self.is_without_ids() => "stop",
            // Gemini's own word.
            Finish::Length if self.is_without_ids() => "max_tokens",
            finish => finish.as_str(),
        }
    }

    fn is_without_ids(&self) -> bool {
        self.request.family.calls == Calls::WithoutIds
    }

    fn shows_thoughts(&self) -> bool {
        self.request.family.thinking == Thinking::Shown && !self.completion.thoughts.is_empty()
    }

    fn usage(&self) -> Value {
        let thoughts = self.completion.thoughts.len() as u64 * self.generations;
        usage(
            self.prompt.tokens,
            self.completion.size() * self.generations,
            (thoughts > 0).then_some(thoughts),
        )
    }
}

/// Oracle: "The maximum number of tools is 128."
const MAX_TOOLS: usize = 128;

/// Oracle: "Set of 16 key-value pairs."
const MAX_METADATA: usize = 16;
