//! A transcription of WHATWG HTML 9.2.6, slow and obvious, over the whole stream at once.

use crate::support::{Outcome, Record};

const FIELDS: [&str; 4] = ["data", "event", "id", "retry"];

pub(crate) fn interpret(stream: &[u8], initial_last_event_id: &str) -> Outcome {
    // "Streams must be decoded using the UTF-8 decode algorithm", which strips one leading byte order mark.
    let text = String::from_utf8_lossy(stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream));

    let mut outcome = Outcome {
        items: Vec::new(),
        last_event_id: initial_last_event_id.into(),
        retry: None,
        comments: 0,
        unknown_lines: 0,
        truncated: false,
    };
    // "... a data buffer, an event type buffer, and a last event ID buffer must be associated with it."
    let (mut data, mut event_type) = (String::new(), String::new());
    let mut last_event_id = String::from(initial_last_event_id);
    let mut is_open = false;

    let (lines, rest) = split(&text);
    for line in lines {
        if line.is_empty() {
            // "If the line is empty (a blank line): Dispatch the event."
            outcome.last_event_id.clone_from(&last_event_id);
            if data.is_empty() {
                event_type.clear();
            } else {
                data.pop();
                let event = if event_type.is_empty() { "message" } else { &event_type };
                outcome.items.push(Ok(Record::new(event, &data, &last_event_id)));
                data.clear();
                event_type.clear();
            }
            is_open = false;
            continue;
        }
        // "If the line starts with a U+003A COLON character (:): Ignore the line."
        if line.starts_with(':') {
            outcome.comments += 1;
            continue;
        }
        let (field, value) = match line.split_once(':') {
            // "If value starts with a U+0020 SPACE character, remove it from value."
            Some((field, value)) => (field, value.strip_prefix(' ').unwrap_or(value)),
            None => (line, ""),
        };
        match field {
            "event" => {
                event_type = value.into();
                is_open = true;
            }
            "data" => {
                data.push_str(value);
                data.push('\n');
                is_open = true;
            }
            "id" if !value.contains('\0') => {
                last_event_id = value.into();
                is_open = true;
            }
            "id" => {}
            "retry" => {
                if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
                    let milliseconds = value.parse().unwrap_or(u128::MAX);
                    outcome.retry = Some(u64::try_from(milliseconds).unwrap_or(u64::MAX));
                }
            }
            _ => outcome.unknown_lines += 1,
        }
    }

    // "Once the end of the file is reached, any pending data must be discarded." The rest is what the crate adds.
    let may_be_field = !rest.is_empty()
        && match rest.split_once(':') {
            Some((field, _)) => FIELDS.contains(&field),
            None => FIELDS.iter().any(|field| field.starts_with(rest)),
        };
    outcome.truncated = is_open || may_be_field;
    outcome.unknown_lines += u64::from(!rest.is_empty() && !rest.starts_with(':') && !may_be_field);
    outcome
}

/// Lines that end with CR LF, LF or CR, and what comes after the last of them.
fn split(text: &str) -> (Vec<&str>, &str) {
    let (mut lines, mut rest) = (Vec::new(), text);
    while let Some(end) = rest.find(['\r', '\n']) {
        lines.push(&rest[..end]);
        let terminator = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + terminator..];
    }
    (lines, rest)
}
