//! The events of a GENERIC stream: bare deltas, a finish event, then the usage if it was asked for.

use crate::document::set;
use serde_json::{Value, json};

use super::super::pad;
use super::Reading;
use crate::catalogue::Calls;
use crate::outcome::Event;

impl Reading<'_> {
    pub(super) fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for index in 0..self.generations {
            events.push(Event::other(&delta(index, "")));
        }
        if self.shows_thoughts() {
            for token in &self.completion.thoughts {
                for index in 0..self.generations {
                    let mut event = delta(index, "");
                    set(&mut event, "message/reasoningContent", token.as_str());
                    set(&mut event, "pad", pad(token));
                    events.push(Event::content(&event));
                }
            }
        }
        for token in &self.completion.tokens {
            for index in 0..self.generations {
                events.push(Event::content(&delta(index, token)));
            }
        }
        for index in 0..self.generations {
            events.extend(self.calls().iter().map(|call| {
                let mut event = delta(index, "");
                set(&mut event, "message/toolCalls", json!([call]));
                if self.is_without_ids() {
                    set(&mut event, "message/content", json!([{ "type": "TEXT" }]));
                }
                Event::content(&event)
            }));
        }
        for index in 0..self.generations {
            events.push(Event::finish(&json!({
                "index": index,
                "message": { "role": "ASSISTANT" },
                "finishReason": self.finish_reason(),
                "pad": pad("finish"),
            })));
        }
        if self.request.includes_usage() {
            let usage = self.usage();
            events.push(Event::other(&json!({ "usage": usage, "pad": pad("usage") })));
        }
        if self.request.family.ends_with_done {
            events.push(Event::done());
        }
        events
    }

    /// The calls, or the pieces of calls, one for each event.
    fn calls(&self) -> Vec<Value> {
        let mut pieces = Vec::new();
        for call in &self.completion.calls {
            let whole = self.call(call);
            if self.request.family.calls != Calls::InPieces {
                pieces.push(whole);
                continue;
            }
            let mut opening = whole;
            set(&mut opening, "arguments", "");
            pieces.push(opening);
            let (first, second) = halves(&call.arguments);
            for piece in [first, second] {
                pieces.push(json!({ "type": "FUNCTION", "arguments": piece }));
            }
        }
        pieces
    }
}

fn delta(index: u64, token: &str) -> Value {
    json!({
        "index": index,
        "message": { "role": "ASSISTANT", "content": [{ "type": "TEXT", "text": token }] },
        "pad": pad(token),
    })
}

/// A text in two pieces, neither of which is JSON by itself if the whole is an object.
fn halves(text: &str) -> (&str, &str) {
    let middle = (text.len() / 2..=text.len()).find(|at| text.is_char_boundary(*at));
    text.split_at(middle.unwrap_or_default())
}
