//! The operations before chat: `generateText` and `summarizeText`.

use serde_json::{Value, json};

use super::request::{self, Request, invalid};
use super::{MODEL_VERSION, pad, schema, stream_error};
use crate::answerer::{Ask, Completion, Finish, count};
use crate::catalogue::Api;
use crate::clock::rfc3339;
use crate::document::{flag, set, strings, text};
use crate::outcome::{Answer, Event, Events, Outcome};
use crate::random::hex;
use crate::route::Call;

/// Answers a request to `/20231130/actions/generateText`.
pub(crate) fn generate_text(call: &Call<'_>) -> Answer {
    let document = request::parse(call.body, schema::GENERATE_TEXT)?;
    let body = document.get("inferenceRequest").unwrap_or(&Value::Null);
    let request = Request::new(&document, body, Api::GenerateText, call)?;
    let prompt = text(body.get("prompt"));
    if prompt.is_empty() {
        return Err(invalid("inferenceRequest.prompt must not be empty"));
    }
    let is_cohere = text(body.get("runtimeType")) == "COHERE";
    let stop = if is_cohere { "stopSequences" } else { "stop" };
    let generations = request.number("numGenerations").unwrap_or(1);
    let completion = Completion::new(&Ask {
        question: prompt.clone(),
        max_tokens: request.number("maxTokens"),
        stop: strings(body.get(stop)),
        copies: generations,
        ..Ask::default()
    });
    if request.is_stream() {
        let list = events(&completion, generations, is_cohere);
        return Ok(Outcome::Stream(Events {
            list,
            error: stream_error(),
            failure: stream_error(),
        }));
    }
    let said = if request.flag("isEcho") && !is_cohere {
        format!("{prompt}{}", completion.text())
    } else {
        completion.text()
    };
    let finish = finish_reason(&completion, is_cohere);
    let texts = (0..generations).map(|index| {
        if is_cohere {
            json!({ "id": hex(32), "text": said, "likelihood": -1.0, "finishReason": finish })
        } else {
            json!({ "index": index, "text": said, "finishReason": finish, "logprobs": null })
        }
    });
    let texts: Vec<Value> = texts.collect();
    let time = rfc3339(call.settings().clock.now());
    let mut response = if is_cohere {
        json!({ "runtimeType": "COHERE", "generatedTexts": texts, "timeCreated": time })
    } else {
        json!({ "runtimeType": "LLAMA", "choices": texts, "created": time })
    };
    if request.flag("isEcho") && is_cohere {
        set(&mut response, "prompt", prompt);
    }
    Ok(Outcome::Document(json!({
        "modelId": request.model,
        "modelVersion": MODEL_VERSION,
        "inferenceResponse": response,
    })))
}

/// Pieces of texts, then why they ended; nobody has told what the service's look like.
fn events(completion: &Completion, generations: u64, is_cohere: bool) -> Vec<Event> {
    let mut events = Vec::new();
    for token in &completion.tokens {
        events.extend((0..generations).map(|index| {
            Event::content(&json!({ "index": index, "text": token, "pad": pad(token) }))
        }));
    }
    let finish = finish_reason(completion, is_cohere);
    events.extend((0..generations).map(|index| {
        Event::finish(&json!({ "index": index, "text": "", "finishReason": finish }))
    }));
    events
}

fn finish_reason(completion: &Completion, is_cohere: bool) -> &'static str {
    match completion.finish {
        Finish::Length if is_cohere => "MAX_TOKENS",
        _ if is_cohere => "COMPLETE",
        finish => finish.as_str(),
    }
}

/// Answers a request to `/20231130/actions/summarizeText`: with the first sentence.
pub(crate) fn summarize_text(call: &Call<'_>) -> Answer {
    let document = request::parse(call.body, schema::SUMMARIZE_TEXT)?;
    let request = Request::new(&document, &document, Api::SummarizeText, call)?;
    let input = text(document.get("input"));
    if count(&input) == 0 {
        return Err(invalid("input must not be empty"));
    }
    let sentence = input.split_inclusive(['.', '!', '?']).next().unwrap_or_default().trim();
    let bullets = text(document.get("format")) == "BULLETS";
    let summary = if bullets { format!("- {sentence}") } else { sentence.to_owned() };
    let mut answer = json!({
        "id": hex(32),
        "summary": summary,
        "modelId": request.model,
        "modelVersion": MODEL_VERSION,
    });
    if flag(document.get("isEcho")) {
        set(&mut answer, "input", input);
    }
    Ok(Outcome::Document(answer))
}
