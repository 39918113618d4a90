//! Every front end, run over a list of chunks, with the same shape of result.

use oci_sse::{Decoder, Error, EventRef};

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Record {
    pub(crate) event: String,
    pub(crate) data: String,
    pub(crate) id: String,
}

impl Record {
    pub(crate) fn new(event: &str, data: &str, id: &str) -> Self {
        Self { event: event.into(), data: data.into(), id: id.into() }
    }
}

impl From<EventRef<'_>> for Record {
    fn from(event: EventRef<'_>) -> Self {
        Self::new(event.event(), event.data(), event.last_event_id())
    }
}

/// All that can be seen of a decoded stream.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) items: Vec<Result<Record, Error>>,
    pub(crate) last_event_id: String,
    pub(crate) retry: Option<u64>,
    pub(crate) comments: u64,
    pub(crate) unknown_lines: u64,
    pub(crate) truncated: bool,
}

impl Outcome {
    pub(crate) fn of(
        items: Vec<Result<Record, Error>>,
        decoder: &Decoder,
        truncated: bool,
    ) -> Self {
        Self {
            items,
            last_event_id: decoder.last_event_id().into(),
            retry: decoder.retry().map(|retry| retry.as_millis().try_into().unwrap()),
            comments: decoder.comments(),
            unknown_lines: decoder.unknown_lines(),
            truncated,
        }
    }
}

/// A front end: how it is called does not change what comes out.
pub(crate) type FrontEnd = fn(Decoder, &[&[u8]]) -> Outcome;

pub(crate) const FRONT_ENDS: &[(&str, FrontEnd)] = &[
    ("feed", feed),
    ("decode and resolve", decode),
    #[cfg(feature = "stream")]
    ("SseStream::next", crate::stream::lent),
    #[cfg(feature = "stream")]
    ("SseStream::poll_next_ref", crate::stream::polled),
    #[cfg(feature = "stream")]
    ("Stream for SseStream", crate::stream::owned),
];

pub(crate) fn feed(mut decoder: Decoder, chunks: &[&[u8]]) -> Outcome {
    let mut items = Vec::new();
    for chunk in chunks {
        let mut events = decoder.feed(chunk);
        while let Some(item) = events.next() {
            items.push(item.map(Record::from));
        }
        assert_eq!(events.position(), chunk.len());
    }
    let truncated = decoder.finish().is_err();
    Outcome::of(items, &decoder, truncated)
}

fn decode(mut decoder: Decoder, chunks: &[&[u8]]) -> Outcome {
    let mut items = Vec::new();
    for chunk in chunks {
        let mut position = 0;
        while let Some(item) = decoder.decode(chunk, &mut position) {
            items.push(item.map(|location| {
                let event = decoder.resolve(location, chunk);
                assert_eq!(decoder.resolve(location, chunk), event, "resolving twice is the same");
                assert_eq!(event.into_owned().borrowed(), event);
                event.into()
            }));
        }
        assert_eq!(position, chunk.len());
    }
    let truncated = decoder.finish().is_err();
    Outcome::of(items, &decoder, truncated)
}

pub(crate) fn pieces(input: &[u8], length: usize) -> Vec<&[u8]> {
    input.chunks(length).collect()
}

/// `input` cut at the offsets, which need not be sorted or within it.
pub(crate) fn cut<'a>(input: &'a [u8], offsets: &[usize]) -> Vec<&'a [u8]> {
    let mut offsets: Vec<_> = offsets.iter().map(|offset| offset % (input.len() + 1)).collect();
    offsets.sort_unstable();
    let mut chunks = Vec::new();
    let mut start = 0;
    for offset in offsets {
        chunks.push(&input[start..offset]);
        start = offset;
    }
    chunks.push(&input[start..]);
    chunks
}

/// Asserts the same outcome from every front end, for the whole input, every two-way split and small chunks.
#[track_caller]
pub(crate) fn check_every_chunking(
    name: &str,
    input: &[u8],
    decoder: impl Fn() -> Decoder,
    expected: &Outcome,
) {
    for (front_end, run) in FRONT_ENDS {
        let check = |how: &str, chunks: &[&[u8]]| {
            assert_eq!(run(decoder(), chunks), *expected, "{name}: {front_end}, {how}");
        };
        check("whole", &[input]);
        for at in 0..=input.len() {
            check(&format!("cut at {at}"), &[&input[..at], &input[at..]]);
        }
        for length in [1, 2, 3, 5, 7] {
            check(&format!("chunks of {length}"), &pieces(input, length));
        }
        let mut with_empty = Vec::new();
        for chunk in pieces(input, 1) {
            with_empty.extend([&[][..], chunk]);
        }
        check("an empty chunk before every byte", &with_empty);
    }
}
