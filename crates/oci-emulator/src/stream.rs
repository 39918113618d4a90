//! Turns the events of an answer, and the fault that is to befall them, into steps.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::fault::Fault;
use crate::outcome::{EventKind, Events};
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
        let bytes = sse::event(&event.data);
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
        Some(Fault::StallAfter { events }) if *events == number => {
            steps.push(Step::Stall);
            true
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
            Reply { body: vec![Step::Stall], ..Reply::json(200, document) }
        }
        Some(Fault::Garbage { .. }) => Reply::whole(200, "application/json", GARBAGE),
        Some(Fault::WrongContentType) => Reply::whole(200, "text/plain", text),
        _ => Reply::whole(200, "application/json", text),
    }
}

fn first_half(bytes: &Bytes) -> Bytes {
    bytes.slice(..bytes.len() / 2)
}

/// The beginning of a JSON object with something else in the middle.
const GARBAGE: &str = "{\"choices\": [\u{1} <html>upstream connect error</html>";
