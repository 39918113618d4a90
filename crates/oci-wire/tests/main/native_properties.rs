//! Properties of the native dialect over generated conversations, answers and streams.

use std::collections::BTreeSet;

use oci_wire::Family;
use oci_wire::chat::{
    ChatAccumulator, ChatRequest, FunctionDefinition, StreamEvent, Tool, ToolCall,
};
use oci_wire::native::translate::{chat_details, chat_request, chat_response, generic_request};
use oci_wire::native::{ApiFormat, ChatDecoder, ChatDetails, ChatResult, ServingMode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::properties::{any_json, message};

fn request() -> impl Strategy<Value = ChatRequest> {
    let tool = ("[a-z]{1,6}", schema()).prop_map(|(name, schema)| {
        // A schema that is `null` is none at all.
        let schema = if schema.is_null() { json!({}) } else { schema };
        Tool::from(FunctionDefinition::new(name).with_parameters(schema))
    });
    (vec(message(), 0..8), vec(tool, 0..3)).prop_map(|(messages, tools)| {
        let request = ChatRequest::new("m", messages);
        if tools.is_empty() { request } else { request.with_tools(tools) }
    })
}

/// Schemas that use the keywords which repairs look at, well or badly.
fn schema() -> impl Strategy<Value = Value> {
    let keyword = select(vec![
        "type",
        "title",
        "$ref",
        "$defs",
        "properties",
        "items",
        "anyOf",
        "const",
        "required",
        "exclusiveMinimum",
        "minimum",
        "additionalProperties",
        "x-order",
        "default",
        "enum",
    ]);
    let leaf = prop_oneof![
        select(vec!["string", "integer", "null", "#", "#/$defs/a", "#/properties/type", "a"])
            .prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(keyword.clone(), inner, 0..5).prop_map(|map| {
                Value::Object(
                    map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                )
            }),
        ]
    })
}

fn format() -> impl Strategy<Value = ApiFormat> {
    select(vec![ApiFormat::Generic, ApiFormat::Cohere, ApiFormat::CohereV2])
}

fn family() -> impl Strategy<Value = Family> {
    select(vec![
        Family::Cohere,
        Family::Gemini,
        Family::GptOss,
        Family::Grok,
        Family::Llama,
        Family::OpenAi,
        Family::Other,
    ])
}

/// JSON that looks like an answer or an event, with members of right and wrong kinds.
fn answer_json() -> impl Strategy<Value = Value> {
    let name = select(vec![
        "apiFormat",
        "choices",
        "message",
        "content",
        "text",
        "toolCalls",
        "finishReason",
        "index",
        "type",
        "id",
        "name",
        "arguments",
        "parameters",
        "function",
        "chatHistory",
        "usage",
        "totalTokens",
        "role",
        "thinking",
        "logprobs",
        "tokens",
        "tokenLogprobs",
        "timeCreated",
        "error",
        "code",
        "pad",
        "newMember",
    ]);
    let leaf = prop_oneof![
        select(vec![
            "GENERIC", "COHERE", "COHEREV2", "TEXT", "THINKING", "FUNCTION", "stop", "COMPLETE",
            "ERROR", "x", ""
        ])
        .prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any_json(),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..6).prop_map(|map| {
                Value::Object(
                    map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                )
            }),
        ]
    })
}

proptest! {
    /// Translations never fail, and what they write has no key that the service would refuse.
    #[test]
    fn requests_are_always_written_with_known_keys(request in request(), format in format(), family in family()) {
        let details = chat_details(&request, &format, family, "c", ServingMode::on_demand("m")).value;
        let text = serde_json::to_string(&details).unwrap();
        let read: ChatDetails = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let debug = format!("{read:?}").replace("Extra([])", "");
        prop_assert!(!debug.contains("extra: Extra(["), "{}", debug);
    }

    /// There, back and there again is the same as there once.
    #[test]
    fn generic_requests_are_stable(request in request()) {
        let once = generic_request(&request, Family::Other).value;
        let back = chat_request(&once, "m");
        prop_assert!(back.losses.is_empty(), "{:?}", back.losses);
        let twice = generic_request(&back.value, Family::Other).value;
        prop_assert_eq!(serde_json::to_value(twice).unwrap(), serde_json::to_value(once).unwrap());
    }

    /// Whatever is read as an answer is translated, and every call of it can be answered by its id.
    #[test]
    fn answers_are_always_translated(body in answer_json(), format in format()) {
        let mut body = body;
        if let Value::Object(members) = &mut body {
            members.insert("apiFormat".to_owned(), json!(format.as_str()));
        }
        let mut result = json!({"modelId": "m"});
        result["chatResponse"] = body;
        let result: ChatResult = serde_json::from_value(result).unwrap();
        let response = chat_response(&result, "id").value;
        for choice in &response.choices {
            let calls = choice.message.tool_calls.iter().flatten();
            let ids: Vec<&str> = calls.map(ToolCall::id).collect();
            prop_assert!(ids.iter().all(|id| !id.is_empty()));
            prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        }
    }

    /// No event breaks the decoder, and who folds its chunks has its answer.
    #[test]
    fn any_events_are_decoded(events in vec(answer_json(), 0..6), format in format()) {
        let mut decoder = ChatDecoder::new(format).with_id("id");
        let mut consumer = ChatAccumulator::new();
        for event in events.into_iter().filter(Value::is_object) {
            decoder.push("", &event.to_string(), &mut |event| {
                if let StreamEvent::Chunk(chunk) = event {
                    consumer.push(&chunk);
                }
            }).unwrap();
        }
        let is_answered = decoder.is_answered();
        let finished = decoder.finish();
        prop_assert_eq!(finished.is_ok(), is_answered);
        let answer = finished.unwrap_or_else(|truncated| *truncated.partial);
        prop_assert_eq!(consumer.finish(), answer);
    }

    /// Calls sent in fragments are the calls, however they are cut.
    #[test]
    fn fragments_become_the_calls(
        calls in vec(("[a-z]{1,5}", vec(".{0,4}", 0..4), any::<bool>()), 1..5),
        text in vec(".{0,5}", 0..4),
    ) {
        let mut events: Vec<Value> =
            text.iter().map(|text| json!({"message": {"content": [{"type": "TEXT", "text": text}]}})).collect();
        for (at, (name, pieces, has_opening_piece)) in calls.iter().enumerate() {
            let (first, rest) = match pieces.split_first() {
                Some((first, rest)) if *has_opening_piece => (first.as_str(), rest),
                _ => ("", pieces.as_slice()),
            };
            events.push(json!({"message": {"toolCalls": [{"id": format!("c{at}"), "name": name, "arguments": first}]}}));
            events.extend(rest.iter().map(|piece| json!({"message": {"toolCalls": [{"name": "", "arguments": piece}]}})));
        }
        events.push(json!({"finishReason": "stop"}));
        let mut decoder = ChatDecoder::new(ApiFormat::Generic);
        for event in events {
            decoder.push("", &event.to_string(), &mut |_| {}).unwrap();
        }
        let answer = decoder.finish().unwrap();
        prop_assert_eq!(answer.text(), text.concat());
        prop_assert_eq!(answer.finish_reason().unwrap().as_str(), "tool_calls");
        let found: Vec<(String, String)> =
            answer.tool_calls().iter().map(|call| (call.name().to_owned(), call.arguments().to_owned())).collect();
        let expected: Vec<(String, String)> =
            calls.iter().map(|(name, pieces, _)| (name.clone(), pieces.concat())).collect();
        prop_assert_eq!(found, expected);
    }
}
