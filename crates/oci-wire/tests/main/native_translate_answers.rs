//! Native answers in the dialect of chat completions, and back.

use oci_wire::Translated;
use oci_wire::chat::{ChatResponse, FinishReason};
use oci_wire::native::translate::{chat_response, generic_response};
use oci_wire::native::{ApiFormat, BaseChatResponse, ChatDecoder, ChatResult};
use serde_json::{Value, json};

use crate::fixtures;

fn canned(name: &str) -> (ChatResult, Translated<ChatResponse>) {
    let text = fixtures::text(&format!("responses/native/{name}.json"));
    let result = ChatResult::from_json(text.as_bytes()).unwrap();
    let translated = chat_response(&result, "REQ0");
    (result, translated)
}

fn read(chat_response_body: Value) -> Translated<ChatResponse> {
    let mut result = json!({"modelId": "m"});
    result["chatResponse"] = chat_response_body;
    chat_response(&serde_json::from_value(result).unwrap(), "REQ0")
}

fn value(response: &impl serde::Serialize) -> Value {
    fixtures::without_nulls(serde_json::to_value(response).unwrap())
}

#[test]
fn generic_answers() {
    let (_, minimal) = canned("generic_minimal");
    assert_eq!(minimal.losses, []);
    assert_eq!(
        value(&minimal.value),
        json!({"id": "REQ0", "object": "chat.completion", "created": 1_784_847_540, "modelVersion": "1.0.0",
            "model": "meta.llama-3.3-70b-instruct",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Paris."}}],
            "usage": {"prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20}})
    );
    let (_, full) = canned("generic_full");
    assert_eq!(full.losses, []);
    let body = value(&full.value);
    let choice = &body["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(choice["message"]["reasoning_content"], "Need the weather.");
    assert_eq!(choice["message"]["annotations"][0]["url_citation"]["end_index"], 4);
    assert_eq!(choice["groundingMetadata"]["webSearchQueries"], json!(["q"]));
    assert_eq!(body["service_tier"], "default");
    assert_eq!(body["usage"]["prompt_tokens_details"]["cached_tokens"], 3);
    assert_eq!(body["usage"]["completion_tokens_details"]["reasoning_tokens"], 586);
    assert_eq!(full.value.tool_calls()[1].id(), "call_45571759");
}

#[test]
fn generic_answers_come_back_as_they_were() {
    for name in ["generic_minimal", "generic_dedicated", "generic_full"] {
        let (result, translated) = canned(name);
        let Some(BaseChatResponse::Generic(original)) = result.chat_response else {
            panic!("{name}")
        };
        let back = generic_response(&translated.value);
        assert!(back.losses.iter().all(|loss| loss.path == "id"), "{:?}", back.losses);
        let mut expected = value(&original);
        // A tier is told once, and empty lists of log probabilities are none.
        let choice = expected["choices"][0].as_object_mut().unwrap();
        choice.remove("serviceTier");
        choice.remove("logprobs");
        assert_eq!(value(&back.value), expected, "{name}");
    }
}

#[test]
fn log_probabilities_both_ways() {
    let native = json!({"tokens": ["a", "bc"], "textOffset": [0, 1], "tokenLogprobs": [-0.5, -1.5],
        "topLogprobs": [{"a": "-0.5"}, {"bc": "-1.5", "x": "-2.25"}]});
    let translated = read(json!({"apiFormat": "GENERIC", "choices": [{"logprobs": native}]}));
    assert_eq!(
        value(&translated.value)["choices"][0]["logprobs"]["content"][1],
        json!({"token": "bc", "logprob": -1.5, "top_logprobs": [
            {"token": "bc", "logprob": -1.5}, {"token": "x", "logprob": -2.25}]})
    );
    assert_eq!(value(&generic_response(&translated.value).value)["choices"][0]["logprobs"], native);
}

#[test]
fn gemini_answers_get_ids_and_the_right_reason() {
    let call = json!({"type": "FUNCTION", "name": "f", "arguments": "{}"});
    let message = json!({"content": [{"type": "TEXT"}], "toolCalls": [call, call]});
    let translated = read(
        json!({"apiFormat": "GENERIC", "choices": [{"message": message, "finishReason": "stop"}]}),
    );
    let calls = translated.value.tool_calls();
    assert_ne!(calls[0].id(), calls[1].id());
    assert_eq!(translated.value.finish_reason().unwrap().as_str(), "tool_calls");

    // Whole or in events, the ids are the same.
    let mut decoder = ChatDecoder::new(ApiFormat::Generic).with_id("REQ0");
    let event = json!({"message": message, "finishReason": "stop"}).to_string();
    decoder.push("", &event, &mut |_| {}).unwrap();
    assert_eq!(decoder.finish().unwrap().tool_calls(), calls);
}

#[test]
fn odd_generic_answers() {
    #[track_caller]
    fn check(choice: Value, text: &str, reason: Option<&str>, losses: usize) {
        let mut body = json!({"apiFormat": "GENERIC"});
        body["choices"] = Value::Array(vec![choice]);
        let translated = read(body);
        assert_eq!(translated.value.text(), text);
        assert_eq!(translated.value.finish_reason().map(FinishReason::as_str), reason);
        assert_eq!(translated.losses.len(), losses, "{:?}", translated.losses);
    }
    check(json!({}), "", None, 0);
    check(json!({"finishReason": "max_tokens"}), "", Some("length"), 0);
    check(json!({"message": {"content": null}, "finishReason": "tired"}), "", Some("tired"), 0);
    check(json!({"message": {"content": "plain"}}), "plain", None, 0);
    check(
        json!({"message": {"content": [{"type": "TEXT", "text": "a"}, {"type": "SMELL"}, {"type": "TEXT", "text": "b"}]}}),
        "ab",
        None,
        1,
    );
    let twice = json!({"id": "x", "name": "f", "arguments": "{}"});
    let translated = read(
        json!({"apiFormat": "GENERIC", "choices": [{"message": {"toolCalls": [twice, twice]}}]}),
    );
    let calls = translated.value.tool_calls();
    assert_eq!(calls[0].id(), "x");
    assert_ne!(calls[1].id(), "x");
}

#[test]
fn cohere_answers() {
    let (_, minimal) = canned("cohere_minimal");
    assert!(
        minimal.losses.is_empty(),
        "chatHistory only repeats the question: {:?}",
        minimal.losses
    );
    let body = value(&minimal.value);
    let message = &body["choices"][0]["message"];
    assert_eq!(message["content"], "Sunny and 72.");
    assert_eq!(message["citations"][0]["documentIds"], json!(["doc_0"]));
    assert_eq!(message["documents"][0]["snippet"], "Sunny");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["usage"]["total_tokens"], 16);

    let call = json!({"name": "f", "parameters": {"a": 1}});
    let calls = read(
        json!({"apiFormat": "COHERE", "text": "", "finishReason": "COMPLETE", "toolCalls": [call, call]}),
    );
    assert_eq!(calls.value.finish_reason().unwrap().as_str(), "tool_calls");
    let calls = calls.value.tool_calls();
    assert_eq!(calls[0].arguments(), r#"{"a":1}"#);
    assert_ne!(calls[0].id(), calls[1].id());

    for (native, expected) in [
        ("ERROR_TOXIC", "content_filter"),
        ("ERROR_LIMIT", "length"),
        ("MAX_TOKENS", "length"),
        ("ERROR", "ERROR"),
    ] {
        let failed = read(
            json!({"apiFormat": "COHERE", "text": "x", "finishReason": native, "errorMessage": "why"}),
        );
        assert_eq!(failed.value.finish_reason().unwrap().as_str(), expected);
        assert_eq!(value(&failed.value)["choices"][0]["errorMessage"], "why");
    }
}

#[test]
fn cohere_v2_answers() {
    let (_, minimal) = canned("coherev2_minimal");
    let body = value(&minimal.value);
    let message = &body["choices"][0]["message"];
    assert_eq!(message["content"], "Checking the weather.");
    assert_eq!(message["reasoning_content"], "I should call the tool.I will check the weather.");
    assert_eq!(message["tool_calls"][0]["id"], "call-v2-1");
    assert_eq!(message["citations"][0]["contentIndex"], 1);
    assert_eq!(body["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(minimal.losses.len(), 1);
    assert_eq!(minimal.losses[0].path, "message.toolPlan");
}

#[test]
fn unknown_answers_are_told() {
    let unknown = read(json!({"apiFormat": "NEWEST"}));
    assert_eq!(unknown.losses[0].path, "chatResponse");
    assert!(unknown.value.choices.is_empty());
    assert_eq!(chat_response(&ChatResult::default(), "").losses, []);
}
