//! Writing server-sent events, `data:` only, as the service sends them.

use bytes::Bytes;
use serde_json::Value;

/// One event: a `data:` line for each line of `data`, then an empty line (WHATWG HTML section 9.2.6).
pub(crate) fn event(data: &str) -> Bytes {
    let mut text = String::with_capacity(data.len() + 8);
    for line in data.split('\n') {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    Bytes::from(text)
}

/// An event with its type before it, if its data has one.
pub(crate) fn named_event(data: &str) -> Bytes {
    let document: Option<Value> = serde_json::from_str(data).ok();
    let name = document.as_ref().and_then(|document| document.get("type")?.as_str());
    match name {
        Some(name) => Bytes::from([format!("event: {name}\n").as_bytes(), &event(data)].concat()),
        None => event(data),
    }
}

/// An event without the empty line that ends it.
pub(crate) fn loose_event(data: &str) -> Bytes {
    let event = event(data);
    event.slice(..event.len() - 1)
}

/// Lines that a reader of events must skip: a comment, an unknown field, a field without a colon, an
/// identifier, and empty lines, none of which makes an event.
pub(crate) fn noise(number: usize) -> Bytes {
    Bytes::from(format!(": keep-alive {number}\n\nunknown: field\nlonely\nid: {number}\n\n\n"))
}

/// The only content type that the official Python SDK takes for a stream.
pub(crate) const CONTENT_TYPE: &str = "text/event-stream";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_the_empty_line() {
        assert_eq!(event("{}"), "data: {}\n\n");
        assert_eq!(event("a\nb"), "data: a\ndata: b\n\n");
        assert_eq!(event(""), "data: \n\n");
    }
}
