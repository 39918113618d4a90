//! What the client tells, compared with what the emulator recorded.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use oci_emulator::{Emulator, RecordedRequest};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::words;

/// Compares what was received with what the emulator recorded, until nobody calls any more.
pub(crate) async fn judge(
    emulator: Arc<Emulator>,
    mut told: mpsc::UnboundedReceiver<Value>,
) -> String {
    // What is recent and what was before, so that this program does not grow either.
    let mut record = HashMap::new();
    let mut before = HashMap::new();
    let mut waiting = Vec::new();
    let mut counts = BTreeMap::<String, u64>::new();
    let mut wrong = Vec::new();
    let mut is_over = false;
    let mut rounds_after = 0;
    while rounds_after < 3 {
        tokio::time::sleep(LOOK).await;
        for request in emulator.requests().into_iter().filter(|request| request.status.is_some()) {
            record.insert(request.opc_request_id.clone(), request);
        }
        loop {
            match told.try_recv() {
                Ok(ended) => waiting.push(ended),
                Err(mpsc::error::TryRecvError::Empty) => break,
                Err(mpsc::error::TryRecvError::Disconnected) => {
                    is_over = true;
                    break;
                }
            }
        }
        for ended in std::mem::take(&mut waiting) {
            let found = ended["id"].as_str();
            let found = found.and_then(|id| record.get(id).or_else(|| before.get(id)));
            // The record is looked at now and then, and may not have it yet.
            if found.is_none() && ended["text"].is_string() && rounds_after < 2 {
                waiting.push(ended);
                continue;
            }
            let operation = ended["operation"].as_str().unwrap();
            let how = ended["kind"].as_str().unwrap_or("answered");
            *counts.entry(format!("{operation}: {how}")).or_default() += 1;
            if let Some(why) = wrong_about(&ended, found) {
                wrong.push(format!("{operation} p{}: {why}", ended["prompt"]));
            }
        }
        if record.len() > 2_000 {
            before = std::mem::take(&mut record);
        }
        if is_over {
            rounds_after += 1;
        }
    }
    let mut text = String::new();
    for (what, count) in &counts {
        text.push_str(&format!("{count:>8}  {what}\n"));
    }
    for wrong in wrong.iter().take(10) {
        text.push_str(&format!("wrong: {wrong}\n"));
    }
    text + &format!("calls: {}, lost or doubled: {}", counts.values().sum::<u64>(), wrong.len())
}

/// Why an end contradicts the record, if it does.
fn wrong_about(ended: &Value, recorded: Option<&RecordedRequest>) -> Option<String> {
    match (ended["text"].as_str(), ended["kind"].as_str().unwrap_or_default(), recorded) {
        (Some(_), _, None) => Some("answered, but nothing is on record".into()),
        (Some(text), _, Some(request)) => {
            let expected = format!("You said: {}", prompt_of(&request.body));
            if !expected.ends_with(&words(ended["prompt"].as_u64().unwrap())) {
                return Some("the record is that of another prompt".into());
            }
            (text != expected).then(|| format!("expected {expected:?}, found {text:?}"))
        }
        (None, "Truncated" | "Network", Some(request)) if request.is_complete => {
            Some("sent to its end, and not received".into())
        }
        // What broke on the way, or said that it was broken.
        (None, "Truncated" | "Stream" | "Malformed" | "Network" | "Service", _) => None,
        (None, _, recorded) => {
            let known =
                recorded.map(|request| (request.connection, request.status, request.is_complete));
            Some(format!("failed as no fault explains: {}; on record: {known:?}", ended["error"]))
        }
    }
}

/// The words of the request as they were received, whatever its dialect.
fn prompt_of(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap();
    let places = ["/messages/0/content", "/input", "/chatRequest/messages/0/content/0/text"];
    let found = places.iter().find_map(|place| body.pointer(place)?.as_str());
    found.unwrap().to_owned()
}

const LOOK: Duration = Duration::from_millis(50);
