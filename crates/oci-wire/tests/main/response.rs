//! Whole answers: canned ones round-trip, accessors, and the way back into a request.

use oci_wire::chat::{ChatResponse, FinishReason, Message, ToolCall};
use serde_json::{Value, json};

use crate::fixtures::{self, without_nulls};

#[track_caller]
fn read(body: &Value) -> ChatResponse {
    ChatResponse::from_json(body.to_string().as_bytes()).unwrap()
}

#[track_caller]
fn check_round_trip(body: &Value) {
    let response = read(body);
    let written = serde_json::to_value(&response).unwrap();
    assert_eq!(without_nulls(written.clone()), without_nulls(body.clone()));
    assert_eq!(serde_json::from_value::<ChatResponse>(written).unwrap(), response);
}

#[test]
fn every_canned_answer_round_trips() {
    for name in fixtures::names("responses/openai", "chat_", ".json") {
        check_round_trip(&fixtures::json(&format!("responses/openai/{name}")));
    }
}

#[test]
fn an_answer_with_everything_round_trips_without_extra_members() {
    let token = json!({"token": "a", "logprob": -1, "bytes": [97], "top_logprobs": [{"token": "b", "logprob": -0.5}]});
    let body = json!({
        "id": "1", "object": "chat.completion", "created": 2, "model": "m", "service_tier": "flex",
        "system_fingerprint": "fp", "metadata": {"a": "b"}, "moderation": {"input": {"type": "error"}},
        "choices": [
            {"index": 0, "finish_reason": "stop", "logprobs": {"content": [token], "refusal": []},
             "message": {"role": "assistant", "content": "a", "refusal": "b", "reasoning_content": "c",
                "annotations": [{"type": "url_citation", "url_citation": {
                    "start_index": 0, "end_index": 1, "title": "t", "url": "https://example.com"}}],
                "audio": {"id": "x", "data": "AA==", "expires_at": 3, "transcript": "a"},
                "function_call": {"name": "f", "arguments": "{}"}}},
            {"index": 1, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": ""}},
                {"id": "2", "type": "custom", "custom": {"name": "c", "input": ""}}]}}
        ],
        "usage": {
            "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4,
            "prompt_tokens_details": {
                "cached_tokens": 1, "cache_write_tokens": 2, "audio_tokens": 3, "image_tokens": 4, "text_tokens": 5},
            "completion_tokens_details": {
                "reasoning_tokens": 1, "audio_tokens": 2, "text_tokens": 3,
                "accepted_prediction_tokens": 4, "rejected_prediction_tokens": 5}
        }
    });
    check_round_trip(&body);
    let response = read(&body);
    assert!(response.extra.is_empty());
    assert!(
        response
            .choices
            .iter()
            .all(|choice| choice.extra.is_empty() && choice.message.extra.is_empty())
    );
    let usage = response.usage.unwrap();
    assert!(usage.extra.is_empty());
    assert_eq!(
        (usage.total(), usage.cached_tokens(), usage.reasoning_tokens()),
        (Some(4), Some(1), Some(1))
    );
}

#[test]
fn accessors_read_the_first_choice() {
    let full = read(&fixtures::json("responses/openai/chat_full.json"));
    assert_eq!(full.text(), "");
    assert_eq!(full.reasoning(), Some("think"));
    assert_eq!(full.refusal(), None);
    assert_eq!(full.finish_reason(), Some(&FinishReason::ToolCalls));
    assert_eq!(
        full.tool_calls(),
        [ToolCall::function("call_1", "get_weather", r#"{"city":"Paris"}"#)]
    );
    let minimal = read(&fixtures::json("responses/openai/chat_minimal.json"));
    assert_eq!(minimal.text(), "Paris.");
    let empty = read(&json!({}));
    assert_eq!((empty.text(), empty.finish_reason(), empty.tool_calls().len()), ("", None, 0));
}

#[test]
fn an_answer_becomes_the_message_that_replays_it() {
    let full = read(&fixtures::json("responses/openai/chat_full.json"));
    let message = full.choices[0].message.clone().into_message();
    assert_eq!(
        serde_json::to_value(&message).unwrap(),
        json!({"role": "assistant", "content": null, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Paris\"}"}}
        ]})
    );
    let minimal = read(&fixtures::json("responses/openai/chat_minimal.json"));
    assert_eq!(minimal.choices[0].message.clone().into_message(), Message::assistant("Paris."));
}

#[test]
fn content_in_parts_has_text_too() {
    let body = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": [
        {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}]});
    check_round_trip(&body);
    let response = read(&body);
    assert_eq!(response.text(), "a");
    assert_eq!(response.choices[0].message.content.as_ref().unwrap().text(), "ab");
}

#[test]
fn reasons_are_compared_across_families() {
    for (sent, meant) in [
        ("stop", FinishReason::Stop),
        ("STOP", FinishReason::Stop),
        ("COMPLETE", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("MAX_TOKENS", FinishReason::Length),
        ("TOOL_CALL", FinishReason::ToolCalls),
        ("ERROR_TOXIC", FinishReason::Other("ERROR_TOXIC".to_owned())),
    ] {
        let reason = FinishReason::from(sent);
        assert_eq!(reason.as_str(), sent);
        assert_eq!(reason.canonical(), meant);
    }
}

#[test]
fn an_unreadable_body_is_told_without_its_text() {
    for (body, expected) in [
        ("", "expected a chat completion, found the end of the text at line 1 column 0"),
        (
            "{\"id\":\"secret",
            "expected a chat completion, found the end of the text at line 1 column 13",
        ),
        ("\"secret\"", "expected a chat completion, found JSON of another kind at line 1 column 8"),
        (
            "<html>secret",
            "expected a chat completion, found text that is not JSON at line 1 column 1",
        ),
    ] {
        let error = ChatResponse::from_json(body.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!format!("{error:?}").contains("secret"));
    }
}
