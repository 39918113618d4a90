//! Native answers: every canned one survives decoding and encoding, and odd ones lose nothing.

use oci_wire::native::{
    ApplyGuardrailsResult, BaseChatResponse, ChatResult, EmbedTextResult, GenerateTextResult,
    RerankTextResult, SummarizeTextResult, generic,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures;

/// Decoded and encoded again it is the same, null and absent alike.
#[track_caller]
pub(crate) fn check<T: DeserializeOwned + Serialize>(text: &str) -> T {
    let answer: T = serde_json::from_str(text).unwrap();
    let expected = fixtures::without_nulls(serde_json::from_str(text).unwrap());
    assert_eq!(fixtures::without_nulls(serde_json::to_value(&answer).unwrap()), expected);
    answer
}

fn is_native_inference(name: &str) -> bool {
    !name.starts_with("error_")
}

#[test]
fn every_canned_answer_round_trips() {
    let mut count = 0;
    for name in fixtures::names("responses/native", "", ".json") {
        if !is_native_inference(&name) {
            continue;
        }
        count += 1;
        let text = fixtures::text(&format!("responses/native/{name}"));
        let family = name.split('_').next().unwrap();
        match family {
            "generic" | "cohere" | "coherev2" => {
                let result = check::<ChatResult>(&text);
                assert!(
                    !matches!(result.chat_response, None | Some(BaseChatResponse::Other(_))),
                    "{name}"
                );
            }
            "embed" => drop(check::<EmbedTextResult>(&text)),
            "rerank" => drop(check::<RerankTextResult>(&text)),
            "guardrails" => drop(check::<ApplyGuardrailsResult>(&text)),
            "generate" => drop(check::<GenerateTextResult>(&text)),
            "summarize" => drop(check::<SummarizeTextResult>(&text)),
            _ => crate::control_answers::check_named(&name, &text),
        }
    }
    assert!(count >= 29, "only {count} answers");
}

#[test]
fn values_are_where_they_belong() {
    let text = fixtures::text("responses/native/generic_full.json");
    let result = ChatResult::from_json(text.as_bytes()).unwrap();
    let Some(BaseChatResponse::Generic(response)) = &result.chat_response else {
        panic!("{result:?}")
    };
    let choice = &response.choices[0];
    let message = choice.message.as_ref().unwrap();
    assert_eq!(message.reasoning_content.as_deref(), Some("Need the weather."));
    assert_eq!(message.tool_calls.as_ref().unwrap().len(), 2);
    assert_eq!(response.usage.as_ref().unwrap().total_tokens, Some(607));
    assert_eq!(response.service_tier.as_deref(), Some("default"));
    assert!(choice.grounding_metadata.is_some());
}

#[test]
fn odd_answers_lose_nothing() {
    for chat_response in [
        json!({"apiFormat": "NEWEST", "x": [1e2, {"y": null}]}),
        json!({"apiFormat": "GENERIC", "choices": null, "timeCreated": 17, "usage": "none"}),
        json!({"apiFormat": "GENERIC", "choices": [{"index": "0", "message": "text"}]}),
        json!({"apiFormat": "GENERIC", "choices": [{"finishReason": "tired", "message": {"content": "plain",
            "toolCalls": [{"type": "TELEPATHY", "id": "1"}]}}]}),
        json!({"apiFormat": "GENERIC", "choices": [{"message": {"role": "assistant", "content": [
            {"type": "TEXT"}, {"type": "TEXT", "text": 7}, {"type": "SMELL", "smell": "rose"}]}}]}),
        json!({"apiFormat": "COHERE", "text": "x", "chatHistory": [{"role": "GHOST"}], "toolCalls": [{"name": "f"}]}),
        json!({"apiFormat": "COHEREV2", "message": {"content": [{"type": "THINKING"}], "citations": [{"type": "NEW"}]}}),
        json!({}),
    ] {
        let body = json!({"modelId": "m", "chatResponse": chat_response, "newMember": {"a": 1}});
        let result: ChatResult = serde_json::from_value(body.clone()).unwrap();
        let written = serde_json::to_value(&result).unwrap();
        // What is always written may be added; nothing may be missing.
        assert_contains(&fixtures::without_nulls(written), &fixtures::without_nulls(body));
    }
}

/// Unknown kinds keep the very text, down to digits, duplicate keys and depth.
#[test]
fn unknown_kinds_keep_their_text() {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    for raw in ["1e2", "12345678901234567890123", r#"{"a":1,"a":2}"#, &deep] {
        let part = format!(r#"{{"type":"NEW","value":{raw}}}"#);
        let content: generic::Content = serde_json::from_str(&part).unwrap();
        assert_eq!(serde_json::to_string(&content).unwrap(), part);

        let answer = format!(r#"{{"apiFormat":"GENERIC","choices":[],"newMember":{raw}}}"#);
        let response: BaseChatResponse = serde_json::from_str(&answer).unwrap();
        assert_eq!(serde_json::to_string(&response).unwrap(), answer);
    }
}

#[track_caller]
fn assert_contains(whole: &Value, part: &Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                let found = whole.get(name).unwrap_or_else(|| panic!("{name} is lost: {whole:?}"));
                assert_contains(found, value);
            }
        }
        (Value::Array(whole), Value::Array(part)) => {
            assert_eq!(whole.len(), part.len());
            for (whole, part) in whole.iter().zip(part) {
                assert_contains(whole, part);
            }
        }
        _ => assert_eq!(whole, part),
    }
}
