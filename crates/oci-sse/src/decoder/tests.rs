//! Linear time, shown by counting the bytes that are searched or copied: a timed test fails on a busy machine and passes on a fast one.

use alloc::vec::Vec;

use crate::decoder::Decoder;

/// Feeds the input in chunks of the length and returns how many bytes were worked on.
fn work(input: &[u8], length: usize) -> usize {
    let mut decoder = Decoder::new();
    for chunk in input.chunks(length) {
        let mut position = 0;
        while let Some(item) = decoder.decode(chunk, &mut position) {
            item.expect("the inputs are below the limits");
        }
    }
    decoder.work.bytes
}

/// A byte is searched once and copied at most once, whatever the input and the chunks.
#[test]
fn every_byte_is_searched_once_and_copied_at_most_once() {
    let megabyte = 1 << 20;
    let inputs: [(&str, Vec<u8>); 9] = [
        ("one data line", [b"data: ".as_slice(), &b"x".repeat(megabyte), b"\n\n"].concat()),
        ("data lines of one event", b"data: x\n".repeat(100_000)),
        ("empty data lines of one event", b"data\n".repeat(100_000)),
        ("events", b"data: {\"a\":1}\n\n".repeat(100_000)),
        ("one comment", [b":".as_slice(), &b"x".repeat(megabyte)].concat()),
        ("one unknown line", b"x".repeat(megabyte)),
        ("one type", [b"event: ".as_slice(), &b"x".repeat(megabyte), b"\ndata\n\n"].concat()),
        ("one id", [b"id: ".as_slice(), &b"x".repeat(megabyte), b"\n\n"].concat()),
        ("types that replace each other", b"event: abcdefgh\n".repeat(100_000)),
    ];
    for (name, input) in &inputs {
        for length in [1, 2, 7, 16, 1460, 16 << 10, usize::MAX] {
            let work = work(input, length);
            assert!(
                work <= 2 * input.len(),
                "{name}, chunks of {length}: {work} for {}",
                input.len()
            );
        }
    }
}

/// The common line costs exactly one search of its value and terminator, and no copy.
#[test]
fn an_event_within_a_chunk_is_searched_once_and_not_copied() {
    let event = b"data: 0123456789\n\n";
    assert_eq!(work(&event.repeat(10), usize::MAX), 10 * "0123456789\n".len());
}

/// A value that a chunk cuts is searched once and copied once.
#[test]
fn a_cut_value_is_searched_once_and_copied_once() {
    for length in 7..16 {
        assert_eq!(work(b"data: 0123456789\n\n", length), 2 * 10 + 1, "chunks of {length}");
    }
}

/// A given up block is not collected.
#[test]
fn a_block_that_is_given_up_costs_no_memory() {
    let limits = crate::Limits::new().with_event_bytes(100);
    let mut decoder = Decoder::new().with_limits(limits);
    let mut errors = 0;
    for _ in 0..100_000 {
        let mut position = 0;
        while let Some(item) = decoder.decode(b"data: 0123456789\n", &mut position) {
            errors += usize::from(item.is_err());
        }
    }
    assert_eq!(errors, 1);
    assert!(decoder.data.buffer().len() <= 100);
}
