//! Properties over generated requests, chunks and bodies.

use oci_wire::chat::{
    ChatAccumulator, ChatChunk, ChatRequest, ChatResponse, ImageDetail, Message, Part,
    ReasoningEffort, ResponseFormat, ServiceTier, StreamEvent, Tool, ToolCall, ToolChoice,
};
use oci_wire::error::ErrorBody;
use oci_wire::{Number, RawJson};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        any::<String>().prop_map(Part::text),
        (any::<String>(), any::<String>())
            .prop_map(|(url, detail)| Part::image_url_with_detail(url, ImageDetail::from(detail))),
        (any::<String>(), any::<String>())
            .prop_map(|(data, format)| Part::input_audio(data, format)),
        any::<String>().prop_map(Part::file_id),
        any::<String>().prop_map(Part::refusal),
        any_json()
            .prop_map(|value| Part::Other(RawJson::from(json!({"type": "new", "value": value})))),
    ]
}

fn call() -> impl Strategy<Value = ToolCall> {
    (any::<bool>(), any::<[String; 3]>()).prop_map(|(custom, [id, name, text])| {
        if custom { ToolCall::custom(id, name, text) } else { ToolCall::function(id, name, text) }
    })
}

pub(crate) fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        (any::<String>(), any::<String>())
            .prop_map(|(text, name)| Message::system(text).with_name(name)),
        any::<String>().prop_map(Message::developer),
        vec(part(), 0..4).prop_map(Message::user),
        any::<String>().prop_map(Message::assistant),
        vec(call(), 0..3).prop_map(Message::assistant_tool_calls),
        (any::<String>(), any::<String>()).prop_map(|(id, text)| Message::tool(id, text)),
        (any::<String>(), any::<String>()).prop_map(|(name, text)| Message::function(name, text)),
    ]
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<f64>()
            .prop_filter("JSON has only finite numbers", |value| value.is_finite())
            .prop_map(Number::from),
    ]
}

prop_compose! {
    fn request()(
        model in any::<String>(),
        messages in vec(message(), 0..5),
        temperature in option::of(number()),
        seed in option::of(any::<i64>()),
        max_tokens in option::of(any::<u64>()),
        stop in option::of(vec(any::<String>(), 0..3)),
        tier in option::of(any::<String>()),
        effort in option::of("[a-z]{0,6}"),
        schema in option::of(any_json()),
        stream in any::<bool>(),
        extra in vec(("[a-z]{1,3}", any_json()), 0..3),
    ) -> ChatRequest {
        let mut request = ChatRequest::new(model, messages);
        request.temperature = temperature;
        request.seed = seed;
        request.max_tokens = max_tokens;
        request.stop = stop.map(Into::into);
        request.service_tier = tier.map(ServiceTier::from);
        request.reasoning_effort = effort.map(ReasoningEffort::from);
        if let Some(schema) = schema.filter(|schema| !schema.is_null()) {
            request = request
                .with_tools([Tool::function("f", "d", schema.clone())])
                .with_tool_choice(ToolChoice::function("f"))
                .with_response_format(ResponseFormat::json_schema("s", schema));
        }
        if stream {
            request = request.with_stream();
        }
        for (name, value) in extra {
            // `n` is the one parameter with so short a name.
            if name != "n" {
                request = request.with_extra(name, value);
            }
        }
        request
    }
}

proptest! {
    #[test]
    fn a_request_reads_back_as_itself(request in request()) {
        let text = serde_json::to_string(&request).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ChatRequest>(&text).unwrap(), &request);
        let value: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(value, serde_json::to_value(&request).unwrap());
    }

    #[test]
    fn reading_any_json_never_panics_and_writes_back_what_was_read(value in any_json()) {
        let text = json!({"choices": [{"index": 0, "message": value, "delta": value}], "usage": value, "error2": value}).to_string();
        let response = ChatResponse::from_json(text.as_bytes()).unwrap();
        let written = serde_json::to_string(&response).unwrap();
        prop_assert_eq!(ChatResponse::from_json(written.as_bytes()).unwrap(), response);
        let chunk = ChatChunk::from_json(&text).unwrap();
        let written = serde_json::to_string(&chunk).unwrap();
        prop_assert_eq!(ChatChunk::from_json(&written).unwrap(), chunk);
    }

    #[test]
    fn an_owned_chunk_equals_the_borrowed(id in any::<String>(), content in any::<String>(), name in any::<String>(), count in any::<u64>(), other in any_json()) {
        let text = json!({"id": id, "choices": [
            {"index": 0, "delta": {"content": content, "tool_calls": [{"index": 1, "id": id, "function": {"name": name, "arguments": content}}]}, "finish_reason": name},
            {"index": 1, "delta": {"reasoning": content, "refusal": name}, "logprobs": other}
        ], "usage": {"total_tokens": count}, "zz": other}).to_string();
        let chunk = ChatChunk::from_json(&text).unwrap();
        prop_assert_eq!(chunk.text(), Some(content.as_str()));
        prop_assert_eq!(chunk.usage().unwrap().total_tokens, Some(count));
        let owned = chunk.clone().into_owned();
        prop_assert_eq!(serde_json::to_string(&owned).unwrap(), serde_json::to_string(&chunk).unwrap());
        prop_assert_eq!(owned, chunk);
    }

    #[test]
    fn an_answer_is_the_concatenation_of_its_chunks(pieces in vec((0_u32..3, any::<String>(), any::<String>(), 0_u32..3), 0..30)) {
        let mut answer = ChatAccumulator::new();
        let (mut contents, mut reasonings, mut arguments) = (vec![None::<String>; 3], vec![None::<String>; 3], std::collections::BTreeMap::<(u32, u32), String>::new());
        for (index, content, reasoning, call) in &pieces {
            let text = json!({"choices": [{"index": index, "delta": {"content": content, "reasoning_content": reasoning,
                "tool_calls": [{"index": call, "function": {"arguments": content}}]}}]}).to_string();
            answer.push(&ChatChunk::from_json(&text).unwrap());
            contents[*index as usize].get_or_insert_default().push_str(content);
            reasonings[*index as usize].get_or_insert_default().push_str(reasoning);
            arguments.entry((*index, *call)).or_default().push_str(content);
        }
        let response = answer.finish();
        for choice in &response.choices {
            let at = choice.index as usize;
            let text = choice.message.content.as_ref().map(|content| content.text().into_owned());
            prop_assert_eq!(&text, &contents[at]);
            prop_assert_eq!(choice.message.reasoning(), reasonings[at].as_deref());
            let mut sent: Vec<_> = arguments.iter().filter(|((index, _), _)| *index == choice.index).map(|(_, text)| text.clone()).collect();
            let mut found: Vec<_> = choice.message.tool_calls.iter().flatten().map(|call| call.arguments().to_owned()).collect();
            sent.sort();
            found.sort();
            prop_assert_eq!(sent, found);
        }
        prop_assert_eq!(response.choices.len(), contents.iter().flatten().count());
    }

    #[test]
    fn documents_joined_by_line_feeds_come_apart_again(texts in vec(any::<String>(), 0..6)) {
        let documents: Vec<String> = texts.iter().map(|text| json!({"choices": [{"delta": {"content": text}}]}).to_string()).collect();
        let data = documents.join("\n");
        let found: Vec<String> = StreamEvent::parse_all(&data).map(|event| match event.unwrap() {
            StreamEvent::Chunk(chunk) => chunk.text().unwrap().to_owned(),
            other => panic!("{other:?}"),
        }).collect();
        prop_assert_eq!(found, texts);
    }

    #[test]
    fn no_event_panics_and_no_error_quotes_it(data in ".{0,60}") {
        for event in StreamEvent::parse_all(&data) {
            if let Err(error) = event {
                let text = error.to_string();
                prop_assert!(text.starts_with("expected a chat completion chunk, found ") && text.len() < 120);
            }
        }
    }

    #[test]
    fn every_body_of_a_failure_is_read(body in vec(any::<u8>(), 0..200), page in "<[a-z<>!&;/ -]{0,80}", value in any_json()) {
        for body in [body, page.into_bytes(), value.to_string().into_bytes(), json!({"error": value}).to_string().into_bytes(), json!({"code": 1, "message": value.to_string()}).to_string().into_bytes()] {
            let error = ErrorBody::parse(&body);
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
