//! No field of the OpenAI package 3.52.0 is missing from the types.

use oci_wire::chat::{ChatChunk, ChatRequest, ChatResponse, Usage};
use serde_json::{Value, json};

/// Parameters of `chat.completions.create`, in the package's order.
const PARAMETERS: &str = "messages model audio frequency_penalty function_call functions logit_bias logprobs \
    max_completion_tokens max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty \
    prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier \
    seed service_tier stop store stream_options temperature tool_choice tools top_logprobs top_p user verbosity \
    web_search_options stream";

#[test]
fn every_parameter_is_a_field() {
    let written = serde_json::to_value(crate::request::every_parameter()).unwrap();
    for name in PARAMETERS.split_whitespace() {
        assert!(
            written.get(name).is_some(),
            "{name} is not written by the request that sets everything"
        );
    }
    let read: ChatRequest = serde_json::from_value(written).unwrap();
    assert!(read.extra.is_empty(), "{:?}", read.extra);
}

#[test]
fn every_field_of_an_answer_is_typed() {
    let body = json!({"id": "", "choices": [{"finish_reason": "", "index": 0, "logprobs": {}, "message": {
        "content": "", "refusal": "", "role": "", "annotations": [], "audio": {}, "function_call": {},
        "tool_calls": []}}], "created": 0, "model": "", "object": "", "metadata": {}, "moderation": {},
        "service_tier": "", "system_fingerprint": "", "usage": {}});
    let response: ChatResponse = serde_json::from_value(body).unwrap();
    assert!(response.extra.is_empty(), "{:?}", response.extra);
    assert!(response.choices[0].extra.is_empty(), "{:?}", response.choices[0].extra);
    assert!(
        response.choices[0].message.extra.is_empty(),
        "{:?}",
        response.choices[0].message.extra
    );
}

#[test]
fn every_field_of_a_chunk_is_typed() {
    let body: Value = json!({"id": "", "choices": [{"finish_reason": "", "index": 0, "logprobs": {}, "delta": {
        "audio": {}, "content": "", "function_call": {}, "refusal": "", "role": "",
        "tool_calls": [{"index": 0, "id": "", "type": "", "function": {"name": "", "arguments": ""}}]}}],
        "created": 0, "model": "", "object": "", "moderation": {}, "obfuscation": "", "service_tier": "",
        "system_fingerprint": "", "usage": {}});
    let text = body.to_string();
    let chunk = ChatChunk::from_json(&text).unwrap();
    assert!(chunk.extra.is_empty(), "{:?}", chunk.extra);
    let choice = chunk.choices.first().unwrap();
    assert!(
        choice.extra.is_empty()
            && choice.delta.extra.is_empty()
            && choice.delta.tool_calls[0].extra.is_empty()
    );
}

#[test]
fn every_count_is_typed() {
    let body = json!({"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 1,
        "prompt_tokens_details": {"audio_tokens": 1, "cached_tokens": 1, "cache_write_tokens": 1},
        "completion_tokens_details": {"accepted_prediction_tokens": 1, "audio_tokens": 1,
            "reasoning_tokens": 1, "rejected_prediction_tokens": 1}});
    let usage: Usage = serde_json::from_value(body.clone()).unwrap();
    assert!(!format!("{usage:?}").contains("Extra([("), "{usage:?}");
    assert_eq!(serde_json::to_value(&usage).unwrap(), body);
}
