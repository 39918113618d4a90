//! Writing server-sent events, `data:` only, as the service sends them.

use bytes::Bytes;

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
