//! Decoding one chunk, and one event of the Responses API and of the native one, into the borrowed view.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use oci_wire::chat::{ChatChunk, StreamEvent};
use oci_wire::native::{ApiFormat, ChatDecoder, ChatEvent};
use oci_wire::responses::Event;

/// One chunk of 327 bytes, with the members that OpenAI's models send.
const CHUNK: &str = r#"{"id":"chatcmpl-CkZ3vTq0mYw8nR5dUj1xLbHs7PfGa","object":"chat.completion.chunk","created":1788688081,"model":"openai.gpt-5.5-2026-04-23","service_tier":"default","system_fingerprint":"fp_3f8a9c21d7","choices":[{"index":0,"delta":{"content":" therefore"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"aZ3k"}"#;

fn check() {
    assert_eq!(CHUNK.len(), 327);
    let chunk = ChatChunk::from_json(CHUNK).unwrap();
    assert_eq!(chunk.choices().count(), 1);
    assert_eq!(chunk.text(), Some(" therefore"));
    assert!(chunk.delta().unwrap().content.as_ref().unwrap().is_borrowed());
    assert!(chunk.extra.is_empty());
    assert_eq!(chunk.clone().into_owned(), chunk);
    assert_eq!(StreamEvent::parse_all(CHUNK).count(), 1);
}

fn chunk(criterion: &mut Criterion) {
    check();
    let mut group = criterion.benchmark_group("chunk");
    group.throughput(Throughput::Bytes(CHUNK.len() as u64));
    group.bench_function("borrowed", |bencher| {
        bencher.iter(|| ChatChunk::from_json(black_box(CHUNK)).unwrap());
    });
    group.bench_function("event", |bencher| {
        bencher.iter(|| StreamEvent::parse(black_box(CHUNK)).unwrap());
    });
    group.bench_function("owned", |bencher| {
        bencher.iter(|| ChatChunk::from_json(black_box(CHUNK)).unwrap().into_owned());
    });
    group.bench_function("value", |bencher| {
        bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(CHUNK)).unwrap());
    });
    group.finish();
}

/// One text delta as OpenAI's models send it.
const DELTA: &str = r#"{"type":"response.output_text.delta","sequence_number":41,"item_id":"msg_68f3b2d4c6e0819a9b7d5f3e1c2a4b6d","output_index":1,"content_index":0,"delta":" therefore","logprobs":[],"obfuscation":"aZ3kq9"}"#;

fn check_delta() {
    let event = Event::parse(None, DELTA).unwrap();
    let Event::OutputTextDelta(delta) = &event else { panic!("{event:?}") };
    assert_eq!(delta.text(), " therefore");
    assert!(delta.delta.as_ref().unwrap().is_borrowed());
    assert!(delta.extra.is_empty());
    assert_eq!(Event::parse(Some("response.output_text.delta"), DELTA).unwrap(), event);
}

fn delta(criterion: &mut Criterion) {
    check_delta();
    let mut group = criterion.benchmark_group("text delta");
    group.throughput(Throughput::Bytes(DELTA.len() as u64));
    group.bench_function("by name", |bencher| {
        let name = Some("response.output_text.delta");
        bencher.iter(|| Event::parse(black_box(name), black_box(DELTA)));
    });
    group.bench_function("by name, owned", |bencher| {
        let name = Some("response.output_text.delta");
        bencher.iter(|| Event::parse(black_box(name), black_box(DELTA)).map(Event::into_owned));
    });
    group.bench_function("by type", |bencher| {
        bencher.iter(|| Event::parse(None, black_box(DELTA)));
    });
    group.bench_function("value", |bencher| {
        bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(DELTA)).unwrap());
    });
    group.finish();
}

/// One event of the format `GENERIC`, as the native API sends it.
const NATIVE: &str = r#"{"index":0,"message":{"role":"ASSISTANT","content":[{"type":"TEXT","text":" therefore"}]},"pad":"aaaaaaaaaaaa"}"#;

fn check_native() {
    let event = ChatEvent::from_json(NATIVE).unwrap();
    let message = event.message.as_ref().unwrap();
    let part = message.content.as_ref().unwrap().iter().next().unwrap();
    assert_eq!(part.text.as_ref().unwrap(), " therefore");
    assert!(part.text.as_ref().unwrap().is_borrowed());
    assert!(event.extra.is_empty());
}

fn native(criterion: &mut Criterion) {
    check_native();
    let mut group = criterion.benchmark_group("native event");
    group.throughput(Throughput::Bytes(NATIVE.len() as u64));
    group.bench_function("borrowed", |bencher| {
        bencher.iter(|| ChatEvent::from_json(black_box(NATIVE)).unwrap());
    });
    group.bench_function("as a chunk", |bencher| {
        bencher.iter_batched_ref(
            || ChatDecoder::new(ApiFormat::Generic),
            |decoder| decoder.push("", black_box(NATIVE), &mut |event| drop(black_box(event))),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("value", |bencher| {
        bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(NATIVE)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, chunk, delta, native);
criterion_main!(benches);
