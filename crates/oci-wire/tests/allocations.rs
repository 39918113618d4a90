//! Counts what decoding a chunk allocates; alone in its binary because the count is of the whole process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)]

use oci_wire::chat::{ChatChunk, StreamEvent};
use oci_wire::native::ChatEvent;
use oci_wire::responses::Event;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const TEXT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1788688081,"model":"openai.gpt-5.5","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"content":" world"},"logprobs":null,"finish_reason":null}],"usage":null,"stop_reason":null,"obfuscation":"x7Kq"}"#;
const USAGE: &str = r#"{"choices":[],"usage":{"prompt_tokens":13,"completion_tokens":8,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":5}}}"#;
const FINISH: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const NATIVE: &str = r#"{"index":0,"message":{"role":"ASSISTANT","content":[{"type":"TEXT","text":"Hel"}]},"pad":"aaaaaa"}"#;
const NATIVE_COHERE: &str = r#"{"apiFormat":"COHERE","text":"Rome","pad":"aaaa"}"#;
const ESCAPED: &str = r#"{"choices":[{"index":0,"delta":{"content":"a\nb"}}]}"#;
const EVENTS: [&str; 4] = [
    r#"{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hel","logprobs":[],"obfuscation":"x9"}"#,
    r#"{"type":"response.function_call_arguments.delta","sequence_number":4,"item_id":"fc_1","output_index":0,"delta":"ci","obfuscation":"x9"}"#,
    r#"{"type":"response.reasoning_text.delta","sequence_number":4,"item_id":"rs_1","output_index":0,"content_index":0,"delta":"r"}"#,
    r#"{"type":"response.reasoning_summary_text.delta","sequence_number":4,"item_id":"rs_1","output_index":0,"summary_index":0,"delta":"r"}"#,
];

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
    for data in [TEXT, FINISH, USAGE] {
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
    for data in [NATIVE, NATIVE_COHERE] {
        let read = || assert!(ChatEvent::from_json(data).unwrap().pad.is_some());
        assert_eq!(allocations(read), 0, "{data}");
    }
    assert_eq!(allocations(|| assert_eq!(StreamEvent::parse("[DONE]"), Ok(StreamEvent::Done))), 0);
    for data in EVENTS {
        let decode = |name: Option<&str>| match Event::parse(name, data) {
            Ok(event) => assert!(event.sequence_number() == Some(4)),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(allocations(|| decode(None)), 0, "{data}");
        let (_, name) = data.split_once("type\":\"").unwrap();
        let (name, _) = name.split_once('"').unwrap();
        assert_eq!(allocations(|| decode(Some(name))), 0, "{data}");
        assert_eq!(allocations(|| decode(Some("message"))), 0, "{data}");
    }
    // The count does count: the escape costs the buffers in which it is undone.
    assert!(allocations(|| decode(ESCAPED)) > 0);
}
