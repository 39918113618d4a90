//! The service's own chat operation, `POST /20231130/actions/chat`, in its GENERIC format.

mod request;

use serde_json::{Value, json};

use crate::answerer::Completion;
use crate::clock::rfc3339;
use crate::outcome::{Answer, Event, Events, Outcome};
use crate::route::Call;
use request::ChatDetails;

/// Answers a request to `/20231130/actions/chat`.
pub(crate) fn chat(call: &Call<'_>) -> Answer {
    let request = ChatDetails::parse(call.body)?;
    let completion = Completion::new(
        &request.prompt.question,
        request.max_tokens,
        &request.stop,
        request.generations,
    );
    if request.is_stream {
        let error = json!({ "code": "500", "message": "Internal server error" });
        return Ok(Outcome::Stream(Events { list: events(&request, &completion), error }));
    }
    let time = rfc3339(call.settings().clock.now());
    Ok(Outcome::Document(chat_result(&request, &completion, &time)))
}

/// The envelope and the response of a whole answer.
fn chat_result(request: &ChatDetails, completion: &Completion, time: &str) -> Value {
    let choices: Vec<Value> = (0..request.generations)
        .map(|index| {
            json!({
                "index": index,
                "message": {
                    "role": "ASSISTANT",
                    "content": [{ "type": "TEXT", "text": completion.text() }],
                    "name": null,
                    "refusal": null,
                    "toolCalls": null,
                },
                "finishReason": completion.finish.as_str(),
                "logprobs": null,
            })
        })
        .collect();
    json!({
        "modelId": request.model,
        "modelVersion": "1.0.0",
        "chatResponse": {
            "apiFormat": "GENERIC",
            "timeCreated": time,
            "choices": choices,
            "usage": usage(request, completion),
        },
    })
}

/// Bare deltas, then a finish event, then the usage if it was asked for.
fn events(request: &ChatDetails, completion: &Completion) -> Vec<Event> {
    let delta = |index: u64, token: &str| {
        json!({
            "index": index,
            "message": { "role": "ASSISTANT", "content": [{ "type": "TEXT", "text": token }] },
            "pad": pad(token),
        })
    };
    let mut events = Vec::new();
    for index in 0..request.generations {
        events.push(Event::other(&delta(index, "")));
    }
    for token in &completion.tokens {
        for index in 0..request.generations {
            events.push(Event::content(&delta(index, token)));
        }
    }
    for index in 0..request.generations {
        events.push(Event::finish(&json!({
            "index": index,
            "message": { "role": "ASSISTANT" },
            "finishReason": completion.finish.as_str(),
            "pad": pad("finish"),
        })));
    }
    if request.include_usage {
        let usage = usage(request, completion);
        events.push(Event::other(&json!({ "usage": usage, "pad": pad("usage") })));
    }
    // Meta's models alone end their native streams like this.
    if request.model.starts_with("meta.llama") {
        events.push(Event::done());
    }
    events
}

fn usage(request: &ChatDetails, completion: &Completion) -> Value {
    let completion = completion.tokens.len() as u64 * request.generations;
    json!({
        "promptTokens": request.prompt.tokens,
        "completionTokens": completion,
        "totalTokens": request.prompt.tokens + completion,
        "promptTokensDetails": null,
        "completionTokensDetails": null,
    })
}

/// Filling that hides how long a token is; the service's is random, this one evens out the length.
fn pad(token: &str) -> String {
    "a".repeat(3 + 13_usize.saturating_sub(token.len()))
}
