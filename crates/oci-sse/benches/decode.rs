//! Decoding streams as language models send them, at one chunk for each event and at 16 KiB chunks.
//!
//! Every workload asserts its count of events and a checksum of their data before it is timed.
// `criterion_group!` makes an undocumented public function.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use oci_sse::Decoder;

struct Workload {
    name: &'static str,
    events: Vec<String>,
}

fn workloads() -> Vec<Workload> {
    let repeat = |name, event: &dyn Fn(usize) -> String| Workload {
        name,
        events: (0..2000).map(event).collect(),
    };
    vec![
        repeat("openai", &|i| {
            format!(
                "data: {{\"id\":\"chatcmpl-9lMgfRSWPHcw51s6wxKT1YEO2CKpd\",\"object\":\"chat.completion.chunk\",\"created\":1721075653,\
                 \"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_5bd87c427a\",\
                 \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" word{i}\"}},\"logprobs\":null,\"finish_reason\":null}}]}}\n\n"
            )
        }),
        repeat("responses", &|i| {
            format!(
                "event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"sequence_number\":{i},\
                 \"item_id\":\"msg_67c9fdcf37fc8190ba82116e33fb28c507b8b0ad4e5eb654\",\"output_index\":0,\"content_index\":0,\"delta\":\" word\"}}\n\n"
            )
        }),
        repeat("tiny", &|i| format!("data: {{\"text\":\"{}\"}}\n\n", i % 10)),
        repeat("keep-alive", &|i| match i {
            0 => "data: first\n\n".to_owned(),
            _ => ": keep-alive\n\n".to_owned(),
        }),
    ]
}

/// How many events there are, and a sum over the bytes of their data.
type Sum = (usize, u64);

fn checksum(data: &str) -> u64 {
    data.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
}

fn feed(chunks: &[&[u8]], sum: impl Fn(&str) -> u64) -> Sum {
    let mut decoder = Decoder::new();
    let mut total = (0, 0_u64);
    for chunk in chunks {
        let mut events = decoder.feed(chunk);
        while let Some(event) = events.next() {
            total.0 += 1;
            total.1 = total.1.wrapping_add(sum(event.unwrap().data()));
        }
    }
    total
}

fn decode(chunks: &[&[u8]], sum: impl Fn(&str) -> u64) -> Sum {
    let mut decoder = Decoder::new();
    let mut total = (0, 0_u64);
    for chunk in chunks {
        let mut position = 0;
        while let Some(location) = decoder.decode(chunk, &mut position) {
            let event = decoder.resolve(location.unwrap(), chunk);
            total.0 += 1;
            total.1 = total.1.wrapping_add(sum(event.data()));
        }
    }
    total
}

#[cfg(feature = "stream")]
mod owned {
    use core::pin::Pin;
    use core::task::{Context, Poll, Waker};
    use std::convert::Infallible;

    use bytes::Bytes;
    use futures_core::Stream;
    use oci_sse::SseStream;

    use crate::Sum;

    struct Chunks<'a>(std::slice::Iter<'a, Bytes>);

    impl Stream for Chunks<'_> {
        type Item = Result<Bytes, Infallible>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.next().cloned().map(Ok))
        }
    }

    pub(crate) fn stream(chunks: &[Bytes], sum: impl Fn(&[u8]) -> u64) -> Sum {
        let mut stream = SseStream::new(Chunks(chunks.iter()));
        let mut context = Context::from_waker(Waker::noop());
        let mut total = (0, 0_u64);
        while let Poll::Ready(Some(event)) = Pin::new(&mut stream).poll_next(&mut context) {
            total.0 += 1;
            total.1 = total.1.wrapping_add(sum(event.unwrap().data_bytes()));
        }
        total
    }
}

/// What a consumer cannot avoid: it looks at the length and the first byte.
fn touch(data: &[u8]) -> u64 {
    black_box(data).len() as u64 + u64::from(data.first().copied().unwrap_or_default())
}

fn benchmark(criterion: &mut Criterion) {
    for Workload { name, events } in workloads() {
        let input = events.concat();
        let expected: Sum = events
            .iter()
            .filter_map(|event| event.split("data: ").nth(1))
            .map(|data| checksum(data.trim_end_matches('\n')))
            .fold((0, 0), |(count, sum): Sum, data| (count + 1, sum.wrapping_add(data)));
        let per_event = events.iter().map(String::as_bytes).collect::<Vec<_>>();
        let large = input.as_bytes().chunks(16 << 10).collect::<Vec<_>>();

        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(input.len() as u64));
        for (size, chunks) in [("event", &per_event), ("16KiB", &large)] {
            assert_eq!(feed(chunks, checksum), expected, "{name} {size}");
            assert_eq!(decode(chunks, checksum), expected, "{name} {size}");
            group.bench_function(BenchmarkId::new("feed", size), |bencher| {
                bencher.iter(|| feed(black_box(chunks), |data| touch(data.as_bytes())));
            });
            group.bench_function(BenchmarkId::new("decode", size), |bencher| {
                bencher.iter(|| decode(black_box(chunks), |data| touch(data.as_bytes())));
            });
            group.bench_function(BenchmarkId::new("memchr2", size), |bencher| {
                bencher.iter(|| {
                    black_box(chunks)
                        .iter()
                        .map(|chunk| memchr::memchr2_iter(b'\n', b'\r', chunk).count())
                        .sum::<usize>()
                });
            });
            #[cfg(feature = "stream")]
            {
                let chunks: Vec<_> =
                    chunks.iter().map(|chunk| bytes::Bytes::copy_from_slice(chunk)).collect();
                let sum = |data: &[u8]| checksum(str::from_utf8(data).unwrap());
                assert_eq!(owned::stream(&chunks, sum), expected, "{name} {size}");
                group.bench_function(BenchmarkId::new("owned", size), |bencher| {
                    bencher.iter(|| owned::stream(black_box(&chunks), touch));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
