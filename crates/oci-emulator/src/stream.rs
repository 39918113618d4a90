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
    let Events { list: mut events, error } = events;
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
        let ended = befall(number, &error, fault, &mut steps);
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
            steps.extend([Step::Send(first_half(&bytes)), Step::Flush, Step::Break]);
            break;
        }
        steps.extend([Step::Send(bytes), Step::Flush]);
    }
    Reply::stream(content_type, steps)
}

/// Adds what a fault puts before event `number`; true if nothing follows it.
fn befall(number: usize, error: &Value, fault: Option<&Fault>, steps: &mut Vec<Step>) -> bool {
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
        Some(Fault::StreamError { after_events }) if *after_events == number => {
            steps.extend([Step::Send(sse::event(&error.to_string())), Step::Flush]);
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

/// A whole answer befallen by `fault`.
pub(crate) fn whole(document: &Value, fault: Option<&Fault>) -> Reply {
    let text = Bytes::from(document.to_string());
    match fault {
        Some(Fault::CutBody | Fault::CutStream { .. }) => {
            let length = Some(text.len());
            let body = vec![Step::Send(first_half(&text)), Step::Flush, Step::Break];
            Reply { body, length, ..Reply::json(200, document) }
        }
        Some(Fault::StallAfter { .. }) => {
            Reply { body: vec![Step::Stall, Step::Send(text)], ..Reply::json(200, document) }
        }
        Some(Fault::ResetAfter { .. }) => {
            let body = vec![Step::Send(first_half(&text)), Step::Flush, Step::Reset];
            Reply { body, ..Reply::json(200, document) }
        }
        Some(Fault::Garbage { .. }) => Reply::whole(200, "application/json", GARBAGE),
        Some(Fault::WrongContentType) => Reply::whole(200, "text/plain", text),
        _ => Reply::whole(200, "application/json", text),
    }
}

/// Puts a filling into an event, next to what everybody knows.
fn enlarge(event: &mut Event, bytes: usize) {
    if let Ok(mut document) = serde_json::from_str(&event.data) {
        set(&mut document, "filling", "a".repeat(bytes));
        event.data = document.to_string();
    }
}

fn first_half(bytes: &Bytes) -> Bytes {
    bytes.slice(..bytes.len() / 2)
}

/// The beginning of a JSON object with something else in the middle.
const GARBAGE: &str = "{\"choices\": [\u{1} <html>upstream connect error</html>";
