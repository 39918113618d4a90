//! The standard, point by point, and what the crate adds to it.

use core::time::Duration;

use oci_sse::{Decoder, Truncated};

use crate::oracle::interpret;
use crate::support::{Outcome, check_every_chunking};

#[track_caller]
fn check(input: impl AsRef<[u8]>, expected: &[(&str, &str, &str)]) -> Outcome {
    let input = input.as_ref();
    let outcome = interpret(input, "");
    let found: Vec<_> =
        outcome.items.iter().flatten().map(|r| (&*r.event, &*r.data, &*r.id)).collect();
    assert_eq!(found, expected, "the oracle");
    check_every_chunking("standard", input, Decoder::new, &outcome);
    outcome
}

/// How many events are out after each of the chunks.
#[track_caller]
fn check_eager(chunks: &[&str], expected: &[usize]) {
    let mut decoder = Decoder::new();
    let found: Vec<_> = chunks
        .iter()
        .map(|chunk| {
            let mut events = decoder.feed(chunk.as_bytes());
            let mut count = 0;
            while let Some(event) = events.next() {
                event.unwrap();
                count += 1;
            }
            count
        })
        .collect();
    assert_eq!(found, expected, "{chunks:?}");
}

/// 9.2.5: `end-of-line = ( cr lf / cr / lf )`. An event goes out with the first byte that completes it.
#[test]
fn dispatch_is_eager() {
    check_eager(&["data: a\n\n"], &[1]);
    check_eager(&["data: a\n", "\n"], &[0, 1]);
    check_eager(&["data: a\n\r"], &[1]);
    check_eager(&["data: a\n\r", "\n"], &[1, 0]);
    check_eager(&["data: a\r\r"], &[1]);
    check_eager(&["data: a\r", "\r"], &[0, 1]);
    check_eager(&["data: a\r\r", "\n"], &[1, 0]);
    check_eager(&["data: a\r", "\n", "\r", "\n"], &[0, 0, 1, 0]);
    check_eager(&["data: a\r\n\r"], &[1]);
    check_eager(&["data: a\r\n\r", "\ndata: b\r\n\r", "\n"], &[1, 1, 0]);
    check_eager(&["data: a\r\n\n"], &[1]);
    check_eager(&["data: a", "\r\r"], &[0, 1]);
    check_eager(&["data", "\r", "\r"], &[0, 0, 1]);
    check_eager(&["data: a\n\ndata: b\n\ndata: c\n\n"], &[3]);
}

/// 9.2.5: `stream = [ bom ] *event`, and only at offset 0.
#[test]
fn one_byte_order_mark_at_the_start_is_no_content() {
    check("\u{feff}data: a\n\n", &[("message", "a", "")]);
    check("\u{feff}\u{feff}data: a\n\n", &[]);
    check("data: \u{feff}a\n\n\u{feff}data: b\n\n", &[("message", "\u{feff}a", "")]);
    check("\n\u{feff}data: a\n\n", &[]);
    check(b"\xEF\xBBdata: a\n\n", &[]);
    check(b"\xEF\xBB", &[]);
    check(b"\xEF\n\xEF\xBB\xBFdata: a\n\ndata\n\n", &[("message", "", "")]);
    check("\u{feff}", &[]);
}

/// 9.2.5: `any-char` is everything but LF and CR: other line separators of Unicode are data.
#[test]
fn only_cr_and_lf_end_lines() {
    let data = "a\u{85}b\u{2028}c\u{2029}d\u{b}e\u{c}f";
    check(format!("data: {data}\n\n"), &[("message", data, "")]);
}

/// 9.2.6: fields without a colon, one space removed, names compared exactly.
#[test]
fn fields() {
    check("data\n\n", &[("message", "", "")]);
    check("data:\ndata: \ndata:  \ndata:\t\n\n", &[("message", "\n\n \n\t", "")]);
    check("data : a\nData: a\n data: a\ndata\0: a\nda: a\ndatas: a\n\n", &[]);
    check("event: a:b\ndata: c:d: e\n\n", &[("a:b", "c:d: e", "")]);
}

/// 9.2.6, the field `event`, and dispatch, where the type is reset with or without an event.
#[test]
fn event_types() {
    check("event: a\ndata: 1\n\ndata: 2\n\n", &[("a", "1", ""), ("message", "2", "")]);
    check("event: a\n\ndata: 1\n\n", &[("message", "1", "")]);
    check("event: a\nevent\ndata: 1\n\n", &[("message", "1", "")]);
    check("event: a\nevent: b\ndata: 1\n\n", &[("b", "1", "")]);
}

/// 9.2.6, the field `id`: kept until changed, reset by an empty one, unchanged by one with NUL, committed at a blank line.
#[test]
fn ids() {
    check("id: 1\ndata: a\n\ndata: b\n\n", &[("message", "a", "1"), ("message", "b", "1")]);
    check("id: 1\n\nid\ndata: b\n\n", &[("message", "b", "")]);
    check("id: 1\nid: 2\0\ndata: a\n\n", &[("message", "a", "1")]);
    check("id: 1\nid: 2\ndata: a\n\n", &[("message", "a", "2")]);
    assert_eq!(check("id: 1\n\n", &[]).last_event_id, "1");
    assert_eq!(check("id: 1\n", &[]).last_event_id, "");
    check(b"id: \xFF\ndata: a\n\n", &[("message", "a", "\u{fffd}")]);
}

/// 9.2.6, the field `retry`: digits only, and at once. Empty and too large ones are this crate's choice.
#[test]
fn retry_times() {
    for (value, expected) in [
        ("0", Some(0)),
        ("0300", Some(300)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", Some(u64::MAX)),
        ("99999999999999999999999999999999999999999999", Some(u64::MAX)),
        ("", None),
        ("+5", None),
        ("-5", None),
        ("5 ", None),
        (" 5", None),
        ("1_000", None),
        ("1e3", None),
        ("٥", None),
    ] {
        assert_eq!(check(format!("retry: {value}\n"), &[]).retry, expected, "{value:?}");
        let after = format!("retry: 7\nretry: {value}\n");
        assert_eq!(check(after, &[]).retry, expected.or(Some(7)), "{value:?} after another");
    }
    assert_eq!(check("retry: 5", &[]).retry, None, "a line without an end is no line");
}

/// 9.2.6, the end of the stream: an incomplete event is discarded, and `finish` says so.
#[test]
fn an_incomplete_event_is_dropped_and_reported() {
    for (input, truncated) in [
        ("", false),
        ("data: a\n\n", false),
        ("data: a\n", true),
        ("data: a", true),
        ("data", true),
        ("d", true),
        ("event: a\n", true),
        ("id: 1\n", true),
        ("retry: 5\n", false),
        (": ping", false),
        ("{\"error\":1}", false),
    ] {
        let input = format!("data: kept\n\n{input}");
        let outcome = interpret(input.as_bytes(), "");
        assert_eq!(outcome.truncated, truncated, "{input:?}");
        check_every_chunking(&input, input.as_bytes(), Decoder::new, &outcome);
    }
}

/// 9.2.6: "UTF-8 decode" replaces bad bytes, and what comes after them is whole.
#[test]
fn bad_bytes_are_replaced_and_harm_nothing_else() {
    let input =
        b"data: a\xFFb\n\nevent: \xE2\x82\ndata: \xF0\x9F\x98\n\ndata: \xF0\x9F\x98\x80\n\n";
    check(
        input,
        &[
            ("message", "a\u{fffd}b", ""),
            ("\u{fffd}", "\u{fffd}", ""),
            ("message", "\u{1f600}", ""),
        ],
    );
}

#[test]
fn nothing_vanishes_unseen() {
    let outcome = check(": one\n:two\r\n\n{\"error\":\"x\"}\nfoo\n\n:\n", &[]);
    assert_eq!((outcome.comments, outcome.unknown_lines), (3, 2));
    let outcome = check("{\"error\":\"no end of line\"}", &[]);
    assert_eq!((outcome.comments, outcome.unknown_lines), (0, 1));
}

/// 9.2.3: a reconnection keeps the last event id; the new connection has its own byte order mark.
#[test]
fn a_decoder_goes_on_with_the_next_connection() {
    let mut decoder = Decoder::new();
    let mut events = decoder.feed(b"retry: 10\nid: 1\ndata: a\n\nid: 2\ndata: cut");
    assert_eq!(events.next().unwrap().unwrap().data(), "a");
    assert!(events.next().is_none());
    assert!(decoder.is_incomplete());
    assert_eq!(decoder.finish(), Err(Truncated));
    assert_eq!(decoder.finish(), Ok(()), "it is reported once");
    let mut events = decoder.feed("\u{feff}data: b\n\n".as_bytes());
    let event = events.next().unwrap().unwrap();
    assert_eq!((event.data(), event.last_event_id()), ("b", "1"));
    assert_eq!(decoder.retry(), Some(Duration::from_millis(10)));

    assert!(decoder.feed(b"data: old").next().is_none());
    decoder.reconnect();
    let mut events = decoder.feed(b"\n\ndata: new\n\n");
    assert_eq!(events.next().unwrap().unwrap().data(), "new");
    assert_eq!(decoder.last_event_id(), "1");
}

#[test]
fn an_event_can_be_kept() {
    let mut decoder = Decoder::new();
    let mut events = decoder.feed(b"id: 1\nevent: e\ndata: a\xFF\n\n");
    let mut event = events.next().unwrap().unwrap().into_owned();
    event.compact();
    assert_eq!((event.event(), event.data(), event.last_event_id()), ("e", "a\u{fffd}", "1"));
    assert_eq!(event, event.clone().detach());
    assert_eq!(event.data_bytes(), "a\u{fffd}".as_bytes());
    let shown = r#"Event { event: "e", data: "a�", last_event_id: "1" }"#;
    assert_eq!(format!("{event:?}"), shown);
    assert_eq!(event.into_data(), "a\u{fffd}");
}

#[test]
fn the_debug_output_of_a_decoder_has_no_data() {
    let mut decoder = Decoder::new();
    assert!(decoder.feed(b"id: secret\nevent: secret\ndata: secret").next().is_none());
    assert!(!format!("{decoder:?}").contains("secret"));
    assert!(!format!("{:?}", decoder.feed(b"secret")).contains("secret"));
}
