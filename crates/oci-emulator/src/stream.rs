//! Turns the events of an answer, and the fault that is to befall them, into steps.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::document::set;
use crate::fault::Fault;
use crate::outcome::{Event, EventKind, Events};
use crate::reply::Reply;
use crate::script::Step;
use crate::sse;

/// The stream of `events`, with `pause` before each piece of content, befallen by `fault`.
pub(crate) fn reply(events: Events, pause: Duration, fault: Option<&Fault>) -> Reply {
    let Events { list: mut events, error, failure } = events;
    let last_words = match fault {
        Some(Fault::Fail { .. }) => failure,
        _ => error,
    };
    if let Some(Fault::FinishReason(reason)) = fault {
        events.iter_mut().for_each(|event| event.data = with_reason(&event.data, reason));
    }
    match fault {
        Some(Fault::NoDone) => events.retain(|event| event.kind != EventKind::Done),
        Some(Fault::NoFinish) => events.retain(|event| event.kind != EventKind::Finish),
        _ => {}
    }
    if let Some(Fault::BigEvent { bytes }) = fault
        && let Some(event) = events.iter_mut().find(|event| event.kind == EventKind::Content)
    {
        enlarge(event, *bytes);
    }
    let content_type = match fault {
        Some(Fault::WrongContentType) => "text/plain",
        _ => sse::CONTENT_TYPE,
    };
    let mut steps = Vec::new();
    // One round more than there are events, so that a fault can come after the last.
    for number in 0..=events.len() {
        let ended = befall(number, &last_words, fault, &mut steps);
        let Some(event) = events.get(number) else { break };
        if ended {
            break;
        }
        if event.kind == EventKind::Content && !pause.is_zero() {
            steps.push(Step::Pause(pause));
        }
        let bytes = match fault {
            Some(Fault::EventNames) => sse::named_event(&event.data),
            Some(Fault::SingleNewlines) => sse::loose_event(&event.data),
            _ => sse::event(&event.data),
        };
        if number == 1 && matches!(fault, Some(Fault::CutBody)) {
            steps.extend([Step::Send(bytes.slice(..bytes.len() / 2)), Step::Flush, Step::Break]);
            break;
        }
        steps.extend([Step::Send(bytes), Step::Flush]);
    }
    Reply::stream(content_type, steps)
}

/// Adds what a fault puts before event `number`; true if nothing follows it.
fn befall(number: usize, last_words: &Value, fault: Option<&Fault>, steps: &mut Vec<Step>) -> bool {
    match fault {
        Some(Fault::CutStream { after_events }) if *after_events == number => {
            steps.extend([Step::Flush, Step::Break]);
            true
        }
        Some(Fault::EndStream { after_events }) if *after_events == number => true,
        Some(Fault::ResetAfter { events }) if *events == number => {
            steps.extend([Step::Flush, Step::Reset]);
            true
        }
        Some(Fault::StallAfter { events }) if *events == number => {
            steps.push(Step::Stall);
            false
        }
        Some(Fault::Fail { after_events } | Fault::StreamError { after_events })
            if *after_events == number =>
        {
            let mut last = last_words.clone();
            if last.get("sequence_number").is_some() {
                set(&mut last, "sequence_number", number);
            }
            steps.extend([Step::Send(sse::event(&last.to_string())), Step::Flush]);
            true
        }
        Some(Fault::Garbage { after_events }) if *after_events == number => {
            steps.extend([Step::Send(sse::event(GARBAGE)), Step::Flush]);
            false
        }
        Some(Fault::GarbageLines) => {
            steps.push(Step::Send(sse::noise(number)));
            false
        }
        _ => false,
    }
}

/// A whole document befallen by `fault`.
pub(crate) fn whole(document: &Value, fault: Option<&Fault>) -> Reply {
    let text = match fault {
        Some(Fault::FinishReason(reason)) => with_reason(&document.to_string(), reason),
        _ => document.to_string(),
    };
    befallen(Reply::whole(200, "application/json", text), fault)
}

/// A whole answer of any kind, of one step, befallen by `fault`.
pub(crate) fn befallen(mut reply: Reply, fault: Option<&Fault>) -> Reply {
    let Some(mut step) = reply.body.pop() else { return reply };
    let half = step.size() / 2;
    reply.body = match fault {
        Some(Fault::CutBody | Fault::CutStream { .. }) => {
            vec![step.split_to(half), Step::Flush, Step::Break]
        }
        Some(Fault::StallAfter { .. }) => vec![Step::Stall, step],
        Some(Fault::ResetAfter { .. }) => vec![step.split_to(half), Step::Flush, Step::Reset],
        Some(Fault::Garbage { .. }) => {
            reply.length = Some(GARBAGE.len() as u64);
            vec![Step::Send(Bytes::from_static(GARBAGE.as_bytes()))]
        }
        Some(Fault::WrongContentType) => {
            reply.content_type = "text/plain";
            vec![step]
        }
        _ => vec![step],
    };
    reply
}

/// A document with another finish reason wherever it has one.
fn with_reason(data: &str, reason: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(data) else { return data.to_owned() };
    let mut holders = vec![&mut document];
    while let Some(holder) = holders.pop() {
        match holder {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let is_reason = matches!(name.as_str(), "finishReason" | "finish_reason");
                    if is_reason && value.is_string() {
                        *value = reason.into();
                    } else {
                        holders.push(value);
                    }
                }
            }
            Value::Array(list) => holders.extend(list),
            _ => {}
        }
    }
    document.to_string()
}

/// Puts a filling into an event, next to what everybody knows.
fn enlarge(event: &mut Event, bytes: usize) {
    if let Ok(mut document) = serde_json::from_str(&event.data) {
        set(&mut document, "filling", "a".repeat(bytes));
        event.data = document.to_string();
    }
}

/// The beginning of a JSON object with something else in the middle.
const GARBAGE: &str = "{\"choices\": [\u{1} <html>upstream connect error</html>";
