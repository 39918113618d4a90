//! Requests of Cohere's formats as requests of chat completions, and the way there and back.

use std::collections::BTreeMap;

use oci_wire::chat::{
    AssistantMessage, ChatRequest, Content, FunctionDefinition, Message, Part, ResponseFormat,
    Tool, ToolCall, ToolChoiceMode,
};
use oci_wire::native::translate::{
    chat_request_from_cohere, chat_request_from_cohere_v2, cohere_request, cohere_v2_request,
};
use oci_wire::native::{cohere, cohere_v2};
use oci_wire::{Loss, LossKind, Nullable};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures;

fn told(losses: &[Loss]) -> Vec<(LossKind, &str)> {
    losses.iter().map(|loss| (loss.kind, loss.path.as_str())).collect()
}

fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// The request with its call ids replaced by their order, since the format `COHERE` has none.
fn with_counted_ids(request: &ChatRequest) -> Value {
    let mut value = written(request);
    let mut ids = BTreeMap::new();
    for message in value["messages"].as_array_mut().unwrap() {
        for call in
            message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten()
        {
            let count = format!("call {}", ids.len());
            ids.insert(call["id"].as_str().unwrap().to_owned(), count.clone());
            call["id"] = count.into();
        }
        if let Some(id) = message.get_mut("tool_call_id") {
            *id = ids[id.as_str().unwrap()].clone().into();
        }
    }
    value
}

#[test]
fn every_part_of_a_cohere_request_is_said_in_chat_completions() {
    let native: cohere::ChatRequest = serde_json::from_value(json!({
        "apiFormat": "COHERE", "message": "", "preambleOverride": "Be terse.",
        "chatHistory": [
            {"role": "SYSTEM", "message": "More."},
            {"role": "USER", "message": "Weather?"},
            {"role": "CHATBOT", "message": "I look.", "toolCalls": [{"name": "w", "parameters": {"city": "Paris"}}, {"name": "w", "parameters": {"city": "Paris"}}]},
            {"role": "TOOL", "toolResults": [
                {"call": {"name": "w", "parameters": {"city": "Paris"}}, "outputs": [{"output": "18C"}]},
                {"call": {"name": "w", "parameters": {"city": "Paris"}}, "outputs": [{"t": 18}]}]},
            {"role": "CHATBOT", "message": " "},
            {"role": "USER", "message": "And Rome?"},
            {"role": "NEW"}],
        "toolResults": [{"call": {"name": "w", "parameters": {"city": "Rome"}}, "outputs": [{"a": 1}, {"b": 2}]}],
        "isForceSingleStep": true, "documents": [{"a": "b"}], "safetyMode": "STRICT", "topK": 4,
        "responseFormat": {"type": "JSON_OBJECT", "schema": {"type": "object"}},
        "tools": [{"name": "w", "description": "d", "parameterDefinitions": {
            "city": {"type": "str", "description": "where", "isRequired": true}, "days": {"type": "List[int]"}, "x": {"type": "any"}}}]
    })).unwrap();
    let to = chat_request_from_cohere(&native, "cohere.command-r");
    assert_eq!(
        with_counted_ids(&to.value),
        json!({"model": "cohere.command-r", "messages": [
            {"role": "system", "content": "Be terse."},
            {"role": "system", "content": "More."},
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": "I look.", "tool_calls": [
                {"id": "call 0", "type": "function", "function": {"name": "w", "arguments": "{\"city\":\"Paris\"}"}},
                {"id": "call 1", "type": "function", "function": {"name": "w", "arguments": "{\"city\":\"Paris\"}"}}]},
            {"role": "tool", "content": "18C", "tool_call_id": "call 0"},
            {"role": "tool", "content": "{\"t\":18}", "tool_call_id": "call 1"},
            {"role": "user", "content": "And Rome?"},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "call 2", "type": "function", "function": {"name": "w", "arguments": "{\"city\":\"Rome\"}"}}]},
            {"role": "tool", "content": "[{\"a\":1},{\"b\":2}]", "tool_call_id": "call 2"}],
            "tools": [{"type": "function", "function": {"name": "w", "description": "d", "parameters": {"type": "object",
                "properties": {"city": {"type": "string", "description": "where"}, "days": {"type": "array", "items": {"type": "integer"}}, "x": {}},
                "required": ["city"]}}}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}},
            "top_k": 4})
    );
    assert_eq!(
        told(&to.losses),
        [
            (LossKind::Unknown, "chatHistory[6]"),
            (LossKind::Dropped, "documents"),
            (LossKind::Dropped, "safetyMode")
        ]
    );
}

#[test]
fn every_part_of_a_cohere_v2_request_is_said_in_chat_completions() {
    let native: cohere_v2::ChatRequest = serde_json::from_value(json!({
        "apiFormat": "COHEREV2", "messages": [
            {"role": "SYSTEM", "content": [{"type": "TEXT", "text": "Be terse."}]},
            {"role": "USER", "content": [{"type": "TEXT", "text": "look"},
                {"type": "IMAGE_URL", "imageUrl": {"url": "data:image/png;base64,AA", "detail": "HIGH"}},
                {"type": "DOCUMENT", "document": {"id": "1"}}, {"type": "NEW"}]},
            {"role": "ASSISTANT", "content": [{"type": "THINKING", "thinking": "hm "}], "toolPlan": "plan",
                "toolCalls": [{"id": "c", "type": "FUNCTION", "function": {"name": "w", "arguments": "{}"}}], "citations": []},
            {"role": "TOOL", "toolCallId": "c", "content": [{"type": "TEXT", "text": "18C"}]},
            {"role": "NEW"}],
        "toolsChoice": "REQUIRED", "isStrictToolsEnabled": true, "isLogProbsEnabled": true,
        "tools": [{"type": "FUNCTION", "function": {"name": "w", "parameters": {"type": "object"}}}],
        "thinking": {"type": "DISABLED"}, "priority": 1, "documents": []
    })).unwrap();
    let to = chat_request_from_cohere_v2(&native, "m");
    assert_eq!(
        written(&to.value),
        json!({"model": "m", "messages": [
            {"role": "system", "content": "Be terse."},
            {"role": "user", "content": [{"type": "text", "text": "look"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "high"}},
                {"type": "text", "text": "{\"id\":\"1\"}"}]},
            {"role": "assistant", "content": null, "reasoning_content": "hm plan", "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "w", "arguments": "{}"}}]},
            {"role": "tool", "content": "18C", "tool_call_id": "c"}],
            "logprobs": true, "tools": [{"type": "function", "function": {"name": "w", "parameters": {"type": "object"}, "strict": true}}],
            "tool_choice": "required", "reasoning_effort": "none"})
    );
    assert_eq!(
        told(&to.losses),
        [
            (LossKind::Approximated, "messages[1].content[2]"),
            (LossKind::Unknown, "messages[1].content[3]"),
            (LossKind::Dropped, "messages[2].citations"),
            (LossKind::Approximated, "messages[2].toolPlan"),
            (LossKind::Unknown, "messages[4]"),
            (LossKind::Dropped, "documents"),
            (LossKind::Dropped, "priority"),
        ]
    );
}

#[test]
fn every_captured_request_has_a_translation() {
    for name in fixtures::names("requests", "native__cohere", ".json") {
        let body = fixtures::json(&format!("requests/{name}"))["body"]["chatRequest"].clone();
        let to = if body["apiFormat"] == "COHERE" {
            chat_request_from_cohere(&serde_json::from_value(body).unwrap(), "m")
        } else {
            chat_request_from_cohere_v2(&serde_json::from_value(body).unwrap(), "m")
        };
        assert!(!to.value.messages.is_empty(), "{name}");
        assert!(
            to.losses.iter().all(|loss| loss.kind != LossKind::Unknown),
            "{name}: {:?}",
            to.losses
        );
    }
}

/// Requests that both of Cohere's formats can say without a loss.
fn request() -> impl Strategy<Value = ChatRequest> {
    let text = "[a-z]{1,8}";
    let object = proptest::collection::btree_map("[a-z]{1,3}", any::<i32>(), 0..3);
    let call = (text, object).prop_map(|(name, object)| (name, json!(object).to_string()));
    let turn = prop_oneof![
        (text, text).prop_map(|(asked, said)| vec![Message::user(asked), Message::assistant(said)]),
        (text, proptest::collection::vec((call, text), 1..3), text, any::<bool>()).prop_map(
            |(asked, calls, said, speaks)| {
                let mut answer = AssistantMessage::default();
                answer.content =
                    if speaks { Nullable::Value(Content::from(said)) } else { Nullable::Null };
                let id = |at: usize| format!("c{at}-{asked}");
                answer.tool_calls = Some(
                    calls
                        .iter()
                        .enumerate()
                        .map(|(at, ((name, arguments), _))| {
                            ToolCall::function(id(at), &**name, &**arguments)
                        })
                        .collect(),
                );
                let mut messages = vec![Message::user(&*asked), Message::Assistant(answer)];
                messages.extend(
                    calls
                        .iter()
                        .enumerate()
                        .map(|(at, (_, result))| Message::tool(id(at), &**result)),
                );
                messages
            }
        ),
    ];
    let end = prop_oneof![
        text.prop_map(|asked| vec![Message::user(asked)]),
        (text, text, text).prop_map(|(asked, name, result)| vec![
            Message::user(asked),
            Message::assistant_tool_calls([ToolCall::function("last", name, "{\"a\":1}")]),
            Message::tool("last", result),
        ]),
    ];
    let options =
        (proptest::option::of(text), proptest::option::of(1..9_u64), any::<bool>(), any::<bool>());
    (proptest::collection::vec(turn, 0..4), end, options).prop_map(|(turns, end, (system, limit, tools, json_only))| {
        let mut messages: Vec<Message> = system.map(Message::system).into_iter().collect();
        messages.extend(turns.concat());
        messages.extend(end);
        let mut request = ChatRequest::new("m", messages).with_temperature(0.5).with_seed(7);
        request.max_tokens = limit;
        if tools {
            let schema = json!({"type": "object", "properties": {"a": {"type": "integer", "description": "n"}}, "required": ["a"]});
            request = request.with_tools([Tool::from(FunctionDefinition::new("f").with_description("d").with_parameters(schema))]);
        }
        if json_only {
            request = request.with_response_format(ResponseFormat::json_object());
        }
        request
    })
}

proptest! {
    #[test]
    fn a_request_comes_back_from_cohere(request in request()) {
        let there = cohere_request(&request);
        prop_assert_eq!(&there.losses, &[]);
        let back = chat_request_from_cohere(&there.value, "m");
        prop_assert_eq!(&back.losses, &[]);
        prop_assert_eq!(with_counted_ids(&back.value), with_counted_ids(&request));
        // The ids are the same each time, and none is given twice.
        prop_assert_eq!(&chat_request_from_cohere(&there.value, "m").value, &back.value);
        let ids: Vec<String> = back.value.messages.iter().filter_map(|message| match message {
            Message::Assistant(message) => message.tool_calls.as_ref(),
            _ => None,
        }).flatten().map(|call| call.id().to_owned()).collect();
        prop_assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
    }

    #[test]
    fn a_request_comes_back_from_cohere_v2(request in request(), image in any::<bool>(), choice in 0..3_u8) {
        let mut request = request;
        if image {
            request.messages.insert(0, Message::user([Part::text("look"), Part::image_url("data:image/png;base64,AA")]));
        }
        if request.tools.is_some() && choice > 0 {
            request = request.with_tool_choice(if choice == 1 { ToolChoiceMode::None } else { ToolChoiceMode::Required });
        }
        let there = cohere_v2_request(&request);
        prop_assert_eq!(&there.losses, &[]);
        let back = chat_request_from_cohere_v2(&there.value, "m");
        prop_assert_eq!(&back.losses, &[]);
        prop_assert_eq!(written(&back.value), written(&request));
    }

    /// Of any request, what comes back loses nothing more when it goes there again.
    #[test]
    fn what_came_back_once_comes_back_again(messages in proptest::collection::vec(crate::properties::message(), 0..8)) {
        let request = ChatRequest::new("m", messages);
        let once = chat_request_from_cohere_v2(&cohere_v2_request(&request).value, "m").value;
        let again = chat_request_from_cohere_v2(&cohere_v2_request(&once).value, "m").value;
        prop_assert_eq!(written(&again), written(&once));
        let once = chat_request_from_cohere(&cohere_request(&request).value, "m").value;
        let _ = chat_request_from_cohere(&cohere_request(&once).value, "m");
    }
}
