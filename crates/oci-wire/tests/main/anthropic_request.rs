//! Requests of the official client of the Messages API, and bodies of every kind.

use oci_wire::anthropic::{
    CacheControl, Content, ContentBlock, Message, MessagesRequest, MessagesResponse, OutputConfig,
    Source, Thinking, TokenCount, Tool, ToolChoice,
};
use oci_wire::chat::ReasoningEffort;
use oci_wire::{Family, RawJson};
use serde_json::{Value, json};

use crate::fixtures;

fn body(name: &str) -> Value {
    fixtures::json(&format!("anthropic/{name}"))["body"].clone()
}

#[test]
fn every_captured_request_is_read_and_written_unchanged() {
    for name in fixtures::names("anthropic", "", ".json") {
        let body = body(&name);
        let request: MessagesRequest = serde_json::from_value(body.clone()).unwrap();
        assert!(request.extra.is_empty(), "{name}: {:?}", request.extra);
        assert_eq!(serde_json::to_value(&request).unwrap(), body, "{name}");
        assert!(!request.to_chat(Family::Other).value.messages.is_empty(), "{name}");
    }
}

#[test]
fn captured_requests_are_built() {
    let user = [Message::user("Hello")];
    let minimal = MessagesRequest::new("claude-opus-4-5", 1024, user.clone());
    assert_eq!(serde_json::to_value(&minimal).unwrap(), body("minimal.json"));

    let mut streamed = minimal.clone();
    streamed.stream = Some(true);
    assert_eq!(serde_json::to_value(&streamed).unwrap(), body("stream.json"));

    let mut exerted = minimal;
    exerted.thinking = Some(Thinking::adaptive());
    let mut config = OutputConfig::default();
    config.effort = Some(ReasoningEffort::High);
    config.format = Some(
        serde_json::from_value(json!({"type": "json_schema", "schema": {"type": "object"}}))
            .unwrap(),
    );
    exerted.output_config = Some(config);
    assert_eq!(serde_json::to_value(&exerted).unwrap(), body("output_config.json"));

    let mut counted = MessagesRequest::default();
    counted.model = "claude-opus-4-5".to_owned();
    counted.messages = user.to_vec();
    counted.system = Some(Content::from("Be terse."));
    counted.tool_choice = Some(ToolChoice::any());
    counted.tools = Some(vec![
        serde_json::from_value(json!({"name": "f", "input_schema": {"type": "object"}})).unwrap(),
    ]);
    assert_eq!(serde_json::to_value(&counted).unwrap(), body("count_tokens.json"));
    assert_eq!(serde_json::to_value(TokenCount::new(5)).unwrap(), json!({"input_tokens": 5}));
}

#[test]
fn what_has_no_type_keeps_its_text() {
    let text = r#"{"model":"m","messages":[{"role":"user","content":[{"type":"new","x":1e2,"x":12345678901234567890123}]}],"tools":[{"type":"bash_20250124","name":"bash"}],"tool_choice":{"type":"new"},"thinking":{"type":"new"},"zz":1e2}"#;
    let request: MessagesRequest = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), text);
    assert!(matches!(request.tools.as_deref(), Some([Tool::Other(_)])));
    assert!(matches!(request.messages[0].content.blocks(), [ContentBlock::Other(_)]));
}

#[test]
fn blocks_are_written_as_the_api_wants_them() {
    let mut block = ContentBlock::text("a");
    if let ContentBlock::Text(text) = &mut block {
        text.cache_control = Some(CacheControl::ephemeral());
    }
    let input = RawJson::parse(r#"{"a":1}"#).unwrap();
    for (block, value) in [
        (block, json!({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}})),
        (
            ContentBlock::image(Source::base64("image/png", "AA")),
            json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}}),
        ),
        (
            ContentBlock::document(Source::text("x")),
            json!({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}),
        ),
        (
            ContentBlock::thinking("h", "s"),
            json!({"type": "thinking", "thinking": "h", "signature": "s"}),
        ),
        (
            ContentBlock::tool_use("i", "n", input),
            json!({"type": "tool_use", "id": "i", "name": "n", "input": {"a": 1}}),
        ),
        (
            ContentBlock::tool_result("i", [ContentBlock::text("x")]),
            json!({"type": "tool_result", "tool_use_id": "i", "content": [{"type": "text", "text": "x"}]}),
        ),
    ] {
        assert_eq!(serde_json::to_value(&block).unwrap(), value);
        assert_eq!(serde_json::from_value::<ContentBlock>(value).unwrap(), block);
    }
}

#[test]
fn a_request_of_another_shape_is_refused() {
    for text in [
        r#"{"messages":[]}"#,
        r#"{"model":"m"}"#,
        r#"{"model":"m","messages":[{"content":"x"}]}"#,
        r#"{"model":"m","messages":[{"role":"user"}]}"#,
        r#"{"model":"m","messages":[],"max_tokens":"many"}"#,
        r#"{"model":"m","messages":[],"stop_sequences":"x"}"#,
    ] {
        assert!(serde_json::from_str::<MessagesRequest>(text).is_err(), "{text}");
    }
}

#[test]
fn an_answer_with_members_of_other_kinds_is_read() {
    let text = r#"{"id":1,"type":"message","role":"assistant","content":"plain","stop_reason":null,"usage":{"input_tokens":"3","output_tokens":2},"new":1e2}"#;
    let message = MessagesResponse::from_json(text.as_bytes()).unwrap();
    assert_eq!(message.usage.as_ref().unwrap().output_tokens, Some(2));
    let written: Value = serde_json::to_value(&message).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(text).unwrap());
    assert!(MessagesResponse::from_json(b"[]").is_err());
}
