//! Limits: the same for every chunking, one error for a block, and no harm to its neighbours.

use oci_sse::{Decoder, Error, Limits};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::properties::stream;
use crate::support::{FRONT_ENDS, Outcome, Record, check_every_chunking, cut, feed, pieces};

fn limited(line: usize, event: usize) -> Decoder {
    Decoder::new().with_limits(Limits::new().with_line_bytes(line).with_event_bytes(event))
}

#[track_caller]
fn check(limits: (usize, usize), input: &[u8], items: &[Result<&str, Error>]) -> Outcome {
    let decoder = || limited(limits.0, limits.1);
    let whole = feed(decoder(), &[input]);
    let found: Vec<_> = whole
        .items
        .iter()
        .map(|item| item.as_ref().map(|record| record.data.as_str()).map_err(|error| *error))
        .collect();
    assert_eq!(found, items);
    check_every_chunking("limits", input, decoder, &whole);
    whole
}

const EVENT: Error = Error::EventTooLarge { limit: 8 };
const LINE: Error = Error::LineTooLong { limit: 10 };
const MAX: usize = usize::MAX;

#[test]
fn the_default_is_16_mib() {
    assert_eq!(Limits::default(), Limits::new());
    assert_eq!((Limits::new().line_bytes(), Limits::new().event_bytes()), (16 << 20, 16 << 20));
    let largest = [b"data: ".as_slice(), &vec![b'x'; (16 << 20) - 6], b"\n\n"].concat();
    let larger = [b"data: ".as_slice(), &vec![b'x'; (16 << 20) - 5], b"\n\ndata: y\n\n"].concat();
    for length in [1 << 16, 1 << 30] {
        let outcome = feed(Decoder::new(), &pieces(&largest, length));
        assert!(matches!(&outcome.items[..], [Ok(_)]));
        let outcome = feed(Decoder::new(), &pieces(&larger, length));
        let error = Error::LineTooLong { limit: 16 << 20 };
        assert_eq!(outcome.items, [Err(error), Ok(Record::new("message", "y", ""))]);
    }
}

#[test]
fn an_event_may_have_exactly_its_limit() {
    check((MAX, 8), b"data: 12345678\n\ndata: 1\n\n", &[Ok("12345678"), Ok("1")]);
    check((MAX, 8), b"data: 123456789\n\ndata: 1\n\n", &[Err(EVENT), Ok("1")]);
}

#[test]
fn the_line_feed_between_lines_counts() {
    check((MAX, 8), b"data: 1234\ndata: 678\n\n", &[Ok("1234\n678")]);
    check((MAX, 8), b"data: 1234\ndata: 6789\n\ndata: 1\n\n", &[Err(EVENT), Ok("1")]);
    check((MAX, 8), b"data: 12345678\ndata\n\ndata: 1\n\n", &[Err(EVENT), Ok("1")]);
}

#[test]
fn type_and_id_count_and_a_new_type_replaces_the_old() {
    check((MAX, 8), b"event: abc\nid: 12\ndata: 678\n\n", &[Ok("678")]);
    check((MAX, 8), b"event: abc\nid: 12\ndata: 6789\n\n", &[Err(EVENT)]);
    check((MAX, 8), b"event: abcdefgh\nevent: a\ndata: 2345678\n\n", &[Ok("2345678")]);
    check((MAX, 8), b"data: 12345\nid: 123\n\n", &[Ok("12345")]);
    check((MAX, 8), b"data: 12345\nid: 1234\n\n", &[Err(EVENT)]);
}

#[test]
fn a_line_counts_with_its_name() {
    check((10, MAX), b"data: 1234\ndata:12345\n\n", &[Ok("1234\n12345")]);
    check((10, MAX), b"data: 12345\n\ndata: 1\n\n", &[Err(LINE), Ok("1")]);
    check((10, MAX), b"retry: 1234\ndata: 1\n\ndata: 2\n\n", &[Err(LINE), Ok("2")]);
    let error = Error::LineTooLong { limit: 3 };
    check((3, MAX), b"data\n\nid\n\ndata\n\n", &[Err(error), Err(error)]);
}

#[test]
fn what_is_not_stored_has_no_limit() {
    let input = b": a comment that is long\nunknown: a line that is long\ndata: 1\n\n";
    let outcome = check((10, 8), input, &[Ok("1")]);
    assert_eq!((outcome.comments, outcome.unknown_lines), (1, 1));
}

#[test]
fn a_block_that_is_given_up_has_one_error_and_no_effect() {
    let input = b"id: 1\nevent: a\ndata: 123456789\ndata: 123456789\nid: 2\nretry: 5\n: c\nu\n\ndata: x\n\n";
    let outcome = check((MAX, 8), input, &[Err(EVENT), Ok("x")]);
    assert_eq!(outcome.items[1], Ok(Record::new("message", "x", "")));
    assert_eq!((outcome.last_event_id.as_str(), outcome.retry), ("", None));
    assert_eq!((outcome.comments, outcome.unknown_lines), (0, 0));
}

#[test]
fn an_end_inside_a_given_up_block_is_a_truncation() {
    assert!(check((MAX, 8), b"data: 123456789", &[Err(EVENT)]).truncated);
    assert!(check((MAX, 8), b"data: 123456789\n", &[Err(EVENT)]).truncated);
    assert!(!check((MAX, 8), b"data: 123456789\n\n", &[Err(EVENT)]).truncated);
}

#[test]
fn carriage_returns_end_a_given_up_block_too() {
    check((MAX, 8), b"data: 123456789\r\r\ndata: 1\r\r", &[Err(EVENT), Ok("1")]);
    check((MAX, 8), b"data: 123456789\r\n\r\ndata: 1\r\n\r\n", &[Err(EVENT), Ok("1")]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn limits_do_not_depend_on_the_chunks(
        stream in stream(),
        offsets in vec(any::<usize>(), 0..12),
        line in 0..40_usize,
        event in 0..40_usize,
    ) {
        let whole = feed(limited(line, event), &[&stream]);
        for (front_end, run) in FRONT_ENDS {
            for chunks in [cut(&stream, &offsets), pieces(&stream, 1), pieces(&stream, 7)] {
                prop_assert_eq!(&run(limited(line, event), &chunks), &whole, "{}", front_end);
            }
        }
    }
}
