//! Streams folded into the answer that they amount to.

use oci_wire::chat::{ChatAccumulator, ChatChunk, ChatResponse, StreamEvent};
use serde_json::{Value, json};

use crate::fixtures::{self, without_nulls};

fn fold(chunks: &[Value]) -> Value {
    let mut answer = ChatAccumulator::new();
    for chunk in chunks {
        answer.push(&ChatChunk::from_json(&chunk.to_string()).unwrap());
    }
    serde_json::to_value(answer.finish()).unwrap()
}

fn deltas(deltas: &[Value]) -> Value {
    let chunks: Vec<Value> =
        deltas.iter().map(|delta| json!({"choices": [{"index": 0, "delta": delta}]})).collect();
    fold(&chunks)["choices"][0]["message"].take()
}

fn usage() -> Value {
    json!({
        "prompt_tokens": 13, "completion_tokens": 8, "total_tokens": 21,
        "prompt_tokens_details": {"cached_tokens": 3}, "completion_tokens_details": {"reasoning_tokens": 5}
    })
}

fn answer(model: &str, message: &Value, finish_reason: &Value, usage: &Value) -> Value {
    without_nulls(json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_788_688_081, "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}], "usage": usage
    }))
}

/// What each recorded stream amounts to, and how it ends.
fn expected(name: &str) -> (Value, &'static str) {
    let hello = json!({"role": "assistant", "content": "Hello"});
    let null = Value::Null;
    match name {
        "chat_stream.sse" => (answer("xai.grok-4", &hello, &json!("stop"), &usage()), "done"),
        "chat_stream_nodone.sse" => (answer("xai.grok-4", &hello, &json!("stop"), &usage()), "end"),
        "chat_stream_error_event.sse" => (
            answer("xai.grok-4", &json!({"role": "assistant", "content": "Hel"}), &null, &null),
            "internal: upstream failed",
        ),
        "chat_stream_reasoning.sse" => {
            let message = json!({"role": "assistant", "content": "4", "reasoning_content": "hmm"});
            (answer("xai.grok-4", &message, &json!("stop"), &null), "done")
        }
        "chat_stream_tools.sse" => {
            let call = |id: &str, arguments: &str| json!({"id": id, "type": "function", "function": {"name": "get_weather", "arguments": arguments}});
            let calls =
                [call("call_1", r#"{"city": "Paris"}"#), call("call_2", r#"{"city": "Rome"}"#)];
            let message = json!({"role": "assistant", "tool_calls": calls});
            (answer("xai.grok-4", &message, &json!("tool_calls"), &null), "done")
        }
        _ => panic!("{name} has no expectation in this test"),
    }
}

#[test]
fn every_recorded_stream_gives_its_message() {
    for name in fixtures::names("responses/openai", "chat_", ".sse") {
        let (expected, expected_end) = expected(&name);
        let (mut accumulator, mut end) = (ChatAccumulator::new(), "end".to_owned());
        for data in fixtures::events(&format!("responses/openai/{name}")) {
            match StreamEvent::parse(&data).unwrap() {
                StreamEvent::Chunk(chunk) => accumulator.push(&chunk),
                StreamEvent::Error(error) => end = error.to_string(),
                StreamEvent::Done => end = "done".to_owned(),
            }
        }
        assert_eq!(end, expected_end, "{name}");
        assert_eq!(accumulator.is_finished(), name != "chat_stream_error_event.sse", "{name}");
        let response = accumulator.finish();
        assert_eq!(serde_json::to_value(&response).unwrap(), expected, "{name}");
        let text = serde_json::to_vec(&response).unwrap();
        assert_eq!(ChatResponse::from_json(&text).unwrap(), response, "{name}");
    }
}

#[test]
fn the_events_of_a_stream_in_one_block_give_the_same() {
    for name in fixtures::names("responses/openai", "chat_", ".sse") {
        let data = fixtures::events(&format!("responses/openai/{name}")).join("\n");
        let mut accumulator = ChatAccumulator::new();
        for event in StreamEvent::parse_all(&data) {
            if let StreamEvent::Chunk(chunk) = event.unwrap() {
                accumulator.push(&chunk);
            }
        }
        assert_eq!(
            serde_json::to_value(accumulator.finish()).unwrap(),
            expected(&name).0,
            "{name}"
        );
    }
}

fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

#[test]
fn calls_in_fragments_with_an_index() {
    let message = deltas(&[
        json!({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": ""}}, {"index": 1, "id": "2", "function": {"name": "g"}}]}),
        json!({"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}, {"index": 0, "function": {"arguments": "{\"a\""}}]}),
        json!({"tool_calls": [{"index": 0, "function": {"name": "", "arguments": ":1}"}}]}),
    ]);
    assert_eq!(message["tool_calls"], json!([call("1", "f", "{\"a\":1}"), call("2", "g", "{}")]));
}

#[test]
fn calls_without_an_index() {
    // Whole calls without any id, as Gemini makes them.
    let message = deltas(&[
        json!({"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}, {"function": {"name": "f", "arguments": "[]"}}]}),
    ]);
    assert_eq!(message["tool_calls"], json!([call("", "f", "{}"), call("", "f", "[]")]));
    // Fragments of which only the first says whose they are.
    let message = deltas(&[
        json!({"tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{"}}]}),
        json!({"tool_calls": [{"function": {"name": "", "arguments": "}"}}]}),
        json!({"tool_calls": [{"id": "2", "function": {"name": "g", "arguments": "{}"}}]}),
    ]);
    assert_eq!(message["tool_calls"], json!([call("1", "f", "{}"), call("2", "g", "{}")]));
}

#[test]
fn calls_that_all_have_index_zero() {
    let message = deltas(&[
        json!({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": "{}"}}]}),
        json!({"tool_calls": [{"index": 0, "id": "2", "function": {"name": "g", "arguments": "{"}}]}),
        json!({"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}),
    ]);
    assert_eq!(message["tool_calls"], json!([call("1", "f", "{}"), call("2", "g", "{}")]));
    // An id made up anew for every fragment does not begin a call.
    let message = deltas(&[
        json!({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": "{"}}]}),
        json!({"tool_calls": [{"index": 0, "id": "9", "function": {"arguments": "}"}}]}),
    ]);
    assert_eq!(message["tool_calls"], json!([call("1", "f", "{}")]));
}

#[test]
fn custom_and_deprecated_calls() {
    let message = deltas(&[
        json!({"tool_calls": [{"index": 0, "id": "1", "type": "custom", "custom": {"name": "sh", "input": "l"}}]}),
        json!({"tool_calls": [{"index": 0, "custom": {"input": "s"}}], "function_call": {"name": "f", "arguments": "{"}}),
        json!({"function_call": {"arguments": "}"}}),
    ]);
    assert_eq!(
        message["tool_calls"],
        json!([{"id": "1", "type": "custom", "custom": {"name": "sh", "input": "ls"}}])
    );
    assert_eq!(message["function_call"], json!({"name": "f", "arguments": "{}"}));
}

#[test]
fn everything_else_is_put_together_too() {
    let token = |token: &str| json!({"token": token, "logprob": -0.5});
    let choice = |index: u32, delta: Value| json!({"index": index, "delta": delta});
    let folded = fold(&[
        json!({"id": "", "model": "", "choices": [choice(1, json!({"role": "assistant", "refusal": "I "})), choice(0, json!({"audio": {"id": "a", "transcript": "x"}}))]}),
        json!({"id": "1", "model": "m", "created": 5, "service_tier": "default", "system_fingerprint": "fp",
            "choices": [choice(1, json!({"refusal": "won't"})), choice(0, json!({"audio": {"data": "AA", "transcript": "y", "expires_at": 9}}))],
            "usage": {"total_tokens": 1}}),
        json!({"citations": ["https://example.com"], "moderation": {"flagged": false}, "choices": [
            {"index": 0, "delta": {"annotations": [{"type": "url_citation"}], "vendor": 1}, "finish_reason": "weird", "logprobs": {"content": [token("a")]}, "stop_reason": 7},
            {"index": 1, "delta": {}, "finish_reason": "stop"}]}),
        json!({"choices": [{"index": 0, "delta": {"annotations": [{"type": "other"}], "vendor": 2}, "logprobs": {"content": [token("b")], "refusal": []}}],
            "usage": {"total_tokens": 3}}),
    ]);
    assert_eq!(
        folded,
        json!({
            "id": "1", "object": "chat.completion", "created": 5, "model": "m", "service_tier": "default",
            "system_fingerprint": "fp", "citations": ["https://example.com"], "moderation": {"flagged": false},
            "usage": {"total_tokens": 3},
            "choices": [
                {"index": 0, "finish_reason": "weird", "stop_reason": 7,
                 "logprobs": {"content": [token("a"), token("b")], "refusal": []},
                 "message": {"role": "assistant", "vendor": 2,
                    "audio": {"id": "a", "data": "AA", "transcript": "xy", "expires_at": 9},
                    "annotations": [{"type": "url_citation"}, {"type": "other"}]}},
                {"index": 1, "finish_reason": "stop", "message": {"role": "assistant", "refusal": "I won't"}}
            ]
        })
    );
}

#[test]
fn nothing_pushed_is_an_unfinished_empty_answer() {
    let answer = ChatAccumulator::new();
    assert!(!answer.is_finished());
    assert_eq!((answer.text(), answer.usage()), ("", None));
    assert_eq!(
        serde_json::to_value(answer.finish()).unwrap(),
        json!({"object": "chat.completion", "choices": []})
    );
}
