//! How many allocations events cost. A binary of its own, because it replaces the allocator and counts for the whole process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use oci_sse::Decoder;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const EVENT: &[u8] = b"data: {\"choices\":[{\"delta\":{\"content\":\"a token\"}}]}\n\n";

/// Allocations while `run` runs.
fn allocations(run: impl FnOnce()) -> u64 {
    let before = dhat::HeapStats::get().total_blocks;
    run();
    dhat::HeapStats::get().total_blocks - before
}

fn feed(decoder: &mut Decoder, chunk: &[u8]) -> usize {
    let mut count = 0;
    let mut events = decoder.feed(chunk);
    while let Some(event) = events.next() {
        event.unwrap();
        count += 1;
    }
    count
}

/// Not a `#[test]`: its harness has a thread of its own, whose allocations would be counted too.
fn main() {
    let _profiler = dhat::Profiler::builder().testing().build();

    let whole = EVENT.repeat(1000);
    let mut decoder = Decoder::new();
    let count = allocations(|| assert_eq!(feed(&mut decoder, &whole), 1000));
    assert_eq!(count, 0, "one-line events within a chunk, from the first one on");

    let typed = b"event: response.output_text.delta\r\ndata: {}\r\n\r\n".repeat(1000);
    let count = allocations(|| assert_eq!(feed(&mut decoder, &typed), 1000));
    assert_eq!(count, 0, "a type and one line within a chunk");

    let mixed =
        b": ping\n\nid: 1\nevent: e\ndata: a\ndata: b\n\nretry: 10\nunknown: x\n\n".repeat(500);
    let run = |decoder: &mut Decoder| {
        mixed.chunks(7).chain(whole.chunks(1460)).map(|chunk| feed(decoder, chunk)).sum::<usize>()
    };
    let count = allocations(|| assert_eq!(run(&mut decoder), 1500));
    assert!((1..=16).contains(&count), "the buffers grow to what the stream needs: {count}");
    let count = allocations(|| assert_eq!(run(&mut decoder), 1500));
    assert_eq!(count, 0, "and are reused for cut events, several lines, types and ids");

    let bad = b"data: \xFF\n\n";
    let count = allocations(|| assert_eq!(feed(&mut decoder, bad), 1));
    assert!(count >= 1, "the counter counts: repaired text is new text");

    #[cfg(feature = "stream")]
    owned(&whole);
}

#[cfg(feature = "stream")]
fn owned(whole: &[u8]) {
    use core::pin::Pin;
    use core::task::{Context, Poll, Waker};
    use std::convert::Infallible;
    use std::vec::IntoIter;

    use bytes::Bytes;
    use futures_core::Stream;
    use oci_sse::SseStream;

    struct Chunks(IntoIter<Bytes>);

    impl Stream for Chunks {
        type Item = Result<Bytes, Infallible>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.next().map(Ok))
        }
    }

    let chunks: Vec<_> = whole.chunks(16 << 10).map(Bytes::copy_from_slice).collect();
    let cut = chunks.len() as u64 - 1;
    let mut stream = SseStream::new(Chunks(chunks.into_iter()));
    let mut context = Context::from_waker(Waker::noop());
    let mut events = 0;
    let count = allocations(|| {
        while let Poll::Ready(Some(event)) = Pin::new(&mut stream).poll_next(&mut context) {
            assert_eq!(event.unwrap().data().len(), EVENT.len() - 8);
            events += 1;
        }
    });
    assert_eq!(events, 1000);
    // For every chunk its shared count when the first slice is taken; for every cut event its text; a buffer that grows.
    assert!(count <= 2 * cut + 1 + 8, "{count} allocations for {cut} cut events");
    assert!(count * 20 <= events, "{count} allocations: more than 0.05 for an event");
}
