//! The encoder: what it writes parses back to the same, and what the format cannot carry is refused.

use core::time::Duration;

use oci_sse::{Decoder, EncodeError, Encoder};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Record, cut, feed};

#[track_caller]
fn check(write: impl FnOnce(&mut Encoder), expected: &str) {
    let mut encoder = Encoder::new();
    write(&mut encoder);
    assert_eq!(str::from_utf8(encoder.as_bytes()).unwrap(), expected);
    assert_eq!(encoder.take(), expected.as_bytes());
    assert!(encoder.as_bytes().is_empty());
}

#[test]
fn fields_are_lines() {
    check(|encoder| _ = encoder.data("a").end(), "data: a\n\n");
    check(|encoder| _ = encoder.data("").end(), "data: \n\n");
    check(|encoder| _ = encoder.data(" a").data("b").end(), "data:  a\ndata: b\n\n");
    check(
        |encoder| _ = encoder.data("a\nb\rc\r\nd\n"),
        "data: a\ndata: b\ndata: c\ndata: d\ndata: \n",
    );
    check(|encoder| _ = encoder.data("a\n\rb\r\r\n"), "data: a\ndata: \ndata: b\ndata: \ndata: \n");
    check(|encoder| _ = encoder.comment("a\nb"), ": a\n: b\n");
    check(|encoder| _ = encoder.retry(Duration::ZERO), "retry: 0\n");
    check(|encoder| _ = encoder.retry(Duration::from_micros(1500)), "retry: 1\n");
    check(|encoder| _ = encoder.retry(Duration::MAX), "retry: 18446744073709551615\n");
    check(|encoder| _ = encoder.event("e").unwrap().id("1").unwrap(), "event: e\nid: 1\n");
}

#[test]
fn what_would_begin_another_field_is_refused() {
    let mut encoder = Encoder::new();
    let event = |offset| Some(EncodeError::EventType { offset });
    let id = |offset| Some(EncodeError::Id { offset });
    assert_eq!(encoder.event("a\ndata: b").err(), event(1));
    assert_eq!(encoder.event("ab\r").err(), event(2));
    assert_eq!(encoder.id("\n").err(), id(0));
    assert_eq!(encoder.id("a\r").err(), id(1));
    assert_eq!(encoder.id("abc\0").err(), id(3));
    assert!(encoder.as_bytes().is_empty());
    encoder.event("a\0").unwrap().clear();
    assert!(encoder.as_bytes().is_empty());
}

/// One event to write: type, id, data, a comment before it.
type Written = (Option<String>, Option<String>, String, Option<String>);

fn written() -> impl Strategy<Value = Written> {
    let line = "[ -~éß\u{2028}\u{feff}\0]{0,12}";
    let id = "[ -~é\u{85}]{0,8}";
    let text = prop_oneof!["[ -~é\n\r:]{0,40}", any::<String>()];
    (prop::option::of(line), prop::option::of(id), text, prop::option::of(any::<String>()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encode_then_parse_is_the_identity(
        written in vec(written(), 0..8),
        offsets in vec(any::<usize>(), 0..6),
    ) {
        let mut encoder = Encoder::new();
        let mut expected = Vec::new();
        let mut last_id = String::new();
        for (event, id, data, comment) in &written {
            if let Some(comment) = comment {
                encoder.comment(comment);
            }
            if let Some(event) = event {
                encoder.event(event).unwrap();
            }
            if let Some(id) = id {
                encoder.id(id).unwrap();
                last_id.clone_from(id);
            }
            encoder.data(data).end();
            let event = event.as_deref().filter(|event| !event.is_empty()).unwrap_or("message");
            let data = data.replace("\r\n", "\n").replace('\r', "\n");
            expected.push(Ok(Record::new(event, &data, &last_id)));
        }
        let bytes = encoder.take();
        let outcome = feed(Decoder::new(), &cut(&bytes, &offsets));
        prop_assert_eq!(outcome.items, expected);
        prop_assert!(!outcome.truncated);
        prop_assert_eq!(outcome.unknown_lines, 0);
    }
}
