//! OpenAI's chat completions as the service offers them, whole and streamed.

mod request;

use serde_json::{Value, json};

use crate::access::Principal;
use crate::answerer::Completion;
use crate::outcome::{Answer, Event, Events, Outcome};
use crate::random::hex;
use crate::reply::Reply;
use crate::route::Call;
use request::ChatRequest;

/// Answers a request to `…/chat/completions`.
pub(crate) fn answer(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let request = ChatRequest::parse(call.body)?;
    let completion = Completion::new(
        &request.prompt.question,
        request.max_tokens,
        &request.stop,
        request.choices,
    );
    let answer = Reading {
        id: format!("chatcmpl-{}", hex(24)),
        created: call.settings().clock.unix_seconds(),
        request: &request,
        completion: &completion,
    };
    if !request.is_stream {
        return Ok(Outcome::Document(answer.whole()));
    }
    let error = json!({ "error": {
        "message": "upstream failed", "type": "server_error", "param": null, "code": "internal",
    } });
    Ok(Outcome::Stream(Events { list: answer.events(), error }))
}

/// Which compartment pays has to be known; a project tells it too, and so does an API key.
pub(crate) fn require_compartment(call: &Call<'_>) -> Result<(), Reply> {
    let is_told = |name| call.head.value(name).is_some_and(|value| !value.is_empty());
    if call.principal == Principal::ApiKey
        || ["opc-compartment-id", "openai-project"].into_iter().any(is_told)
    {
        return Ok(());
    }
    Err(Reply::oracle_error(
        400,
        "MissingParameter",
        "expected header opc-compartment-id or openai-project, found neither",
    ))
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
        let choices: Vec<Value> = (0..self.request.choices)
            .map(|index| {
                json!({
                    "index": index,
                    "message": {
                        "role": "assistant",
                        "content": self.completion.text(),
                        "refusal": null,
                    },
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
        let mut events = Vec::new();
        for index in 0..self.request.choices {
            let delta = json!({ "role": "assistant", "content": "" });
            events.push(Event::other(&self.chunk(index, &delta, None)));
        }
        for token in &self.completion.tokens {
            for index in 0..self.request.choices {
                events.push(Event::content(&self.chunk(index, &json!({ "content": token }), None)));
            }
        }
        for index in 0..self.request.choices {
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

    fn usage(&self) -> Value {
        let prompt = self.request.prompt.tokens;
        let completion = self.completion.tokens.len() as u64 * self.request.choices;
        json!({
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": { "cached_tokens": 0 },
            "completion_tokens_details": { "reasoning_tokens": 0 },
        })
    }
}

fn set(document: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = document {
        fields.insert(name.to_owned(), value);
    }
}

const CHUNK: &str = "chat.completion.chunk";
