//! Counts what decoding a chunk allocates; alone in its binary because the count is of the whole process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)]

use oci_wire::chat::{ChatChunk, StreamEvent};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const TEXT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1788688081,"model":"openai.gpt-5.5","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"content":" world"},"logprobs":null,"finish_reason":null}],"usage":null,"stop_reason":null,"obfuscation":"x7Kq"}"#;
const USAGE: &str = r#"{"choices":[],"usage":{"prompt_tokens":13,"completion_tokens":8,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":5}}}"#;
const FINISH: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const ESCAPED: &str = r#"{"choices":[{"index":0,"delta":{"content":"a\nb"}}]}"#;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = dhat::HeapStats::get().total_blocks;
    work();
    dhat::HeapStats::get().total_blocks - before
}

fn decode(data: &str) {
    assert!(!ChatChunk::from_json(data).unwrap().object.is_some_and(|object| object.is_empty()));
}

#[test]
fn a_chunk_without_escapes_allocates_nothing() {
    let _profiler = dhat::Profiler::builder().testing().build();
    for data in [TEXT, USAGE, FINISH] {
        assert_eq!(allocations(|| decode(data)), 0, "{data}");
        assert_eq!(
            allocations(|| assert!(matches!(StreamEvent::parse(data), Ok(StreamEvent::Chunk(_))))),
            0,
            "{data}"
        );
        assert_eq!(
            allocations(|| assert_eq!(StreamEvent::parse_all(data).count(), 1)),
            0,
            "{data}"
        );
    }
    assert_eq!(allocations(|| assert_eq!(StreamEvent::parse("[DONE]"), Ok(StreamEvent::Done))), 0);
    // The count does count: the escape costs the buffers in which it is undone.
    assert!(allocations(|| decode(ESCAPED)) > 0);
}
