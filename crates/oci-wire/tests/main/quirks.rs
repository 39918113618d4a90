//! What models and clients write that is not quite what it should be, and what the translations make of it.

use oci_wire::anthropic::MessagesRequest;
use oci_wire::chat::{
    ChatRequest, Message, ReasoningEffort, ResponseFormat, Tool, ToolCall, ToolChoice,
    ToolChoiceMode,
};
use oci_wire::native::ChatResult;
use oci_wire::native::translate::{chat_response, cohere_request, generic_request};
use oci_wire::responses::ResponsesRequest;
use oci_wire::{Family, RawJson};
use serde_json::{Value, json};

fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Arguments that are a JSON string with the object inside of it.
const TWICE: &str = r#""{\"city\":\"Paris\"}""#;

#[test]
fn arguments_that_were_encoded_twice_are_decoded_once() {
    let result: ChatResult = serde_json::from_value(
        json!({"modelId": "m", "chatResponse": {"apiFormat": "GENERIC", "choices": [
        {"index": 0, "finishReason": "tool_calls", "message": {"role": "ASSISTANT", "toolCalls": [
            {"type": "FUNCTION", "id": "c", "name": "f", "arguments": TWICE}]}}]}}),
    )
    .unwrap();
    let answer = chat_response(&result, "r").value;
    assert_eq!(answer.tool_calls()[0].arguments(), r#"{"city":"Paris"}"#);

    let request = ChatRequest::new(
        "m",
        [
            Message::user("x"),
            Message::assistant_tool_calls([ToolCall::function("c", "f", TWICE)]),
            Message::tool("c", "18C"),
        ],
    )
    .with_max_tokens(1);
    let native = cohere_request(&request);
    assert_eq!(native.losses, []);
    assert_eq!(
        written(&native.value)["toolResults"][0]["call"]["parameters"],
        json!({"city": "Paris"})
    );
    let messages = MessagesRequest::from_chat(&request);
    assert_eq!(messages.losses, []);
    assert_eq!(
        written(&messages.value)["messages"][1]["content"][0]["input"],
        json!({"city": "Paris"})
    );
}

#[test]
fn disable_is_no_effort() {
    let request = ChatRequest::new("m", [Message::user("x")])
        .with_max_tokens(1)
        .with_reasoning_effort(ReasoningEffort::from("disable"));
    assert_eq!(written(&generic_request(&request, Family::Other).value)["reasoningEffort"], "NONE");
    assert_eq!(
        written(&ResponsesRequest::from_chat(&request).value)["reasoning"],
        json!({"effort": "none"})
    );
    let messages = MessagesRequest::from_chat(&request);
    assert_eq!(messages.losses, []);
    assert_eq!(written(&messages.value)["thinking"], json!({"type": "disabled"}));
    let native = cohere_request(&request);
    assert_eq!(native.losses[0].path, "reasoning_effort");
}

#[test]
fn a_function_can_be_chosen_by_its_bare_name() {
    let tool = Tool::function("lookup", "d", json!({"type": "object"}));
    let choose = |word: &str| {
        let request = ChatRequest::new("m", [Message::user("x")])
            .with_tools([tool.clone()])
            .with_tool_choice(ToolChoice::Mode(ToolChoiceMode::from(word)));
        let native = generic_request(&request, Family::Other);
        (written(&native.value).get("toolChoice").cloned(), native.losses.len())
    };
    assert_eq!(choose("lookup"), (Some(json!({"type": "FUNCTION", "name": "lookup"})), 0));
    assert_eq!(choose("any"), (Some(json!({"type": "REQUIRED"})), 0));
    assert_eq!(choose("other"), (None, 1));
}

#[test]
fn a_list_says_what_is_in_it_where_the_family_wants_that() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "array"}, "b": {"type": "array", "items": {"type": "string"}}}});
    for (family, items) in [
        (Family::Gemini, json!({"type": "object"})),
        (Family::Llama, json!({"type": "object"})),
        (Family::OpenAi, Value::Null),
    ] {
        let tool = Tool::function("f", "d", RawJson::from(schema.clone()));
        let request = ChatRequest::new("m", [Message::user("x")]).with_tools([tool]);
        let native = generic_request(&request, family);
        let value = written(&native.value);
        let properties = &value["tools"][0]["parameters"]["properties"];
        assert_eq!(properties["a"]["items"], items, "{family:?}");
        assert_eq!(properties["b"]["items"], json!({"type": "string"}), "{family:?}");
        assert_eq!(native.losses.len(), usize::from(!items.is_null()), "{family:?}");
    }
}

#[test]
fn a_request_is_made_fit_for_its_family_and_stays_in_its_dialect() {
    let schema = json!({"type": "object", "properties": {"a": {"title": "A", "const": 1}}});
    let request = ChatRequest::new("m", [Message::user("x")])
        .with_max_tokens(9)
        .with_tools([Tool::function("f", "d", schema.clone())])
        .with_response_format(ResponseFormat::json_schema("s", schema.clone()))
        .with_reasoning_effort(ReasoningEffort::from("disable"));
    let mended = json!({"type": "object", "properties": {"a": {"enum": [1]}}});
    for (family, old, new, expected) in [
        (Family::OpenAi, None, Some(9), &schema),
        (Family::GptOss, Some(9), None, &schema),
        (Family::Other, Some(9), None, &schema),
        (Family::Grok, Some(9), None, &mended),
    ] {
        let fit = request.clone().for_family(family);
        assert_eq!(fit.losses, [], "{family:?}");
        assert_eq!(
            (fit.value.max_tokens, fit.value.max_completion_tokens),
            (old, new),
            "{family:?}"
        );
        let value = written(&fit.value);
        assert_eq!(&value["tools"][0]["function"]["parameters"], expected, "{family:?}");
        assert_eq!(&value["response_format"]["json_schema"]["schema"], expected, "{family:?}");
        assert_eq!(value["reasoning_effort"], "none", "{family:?}");
        assert_eq!(fit.value.clone().for_family(family).value, fit.value, "{family:?}");
    }
    let mut both = request;
    both.max_completion_tokens = Some(7);
    let fit = both.for_family(Family::Llama);
    assert_eq!(fit.value.max_tokens, Some(7));
    assert_eq!(fit.losses[0].path, "max_tokens");
}
