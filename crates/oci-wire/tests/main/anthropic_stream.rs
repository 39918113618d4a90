//! Streams of the Messages API: written from chunks, read again, and told apart from streams that were cut.

use oci_wire::anthropic::{
    BlockDelta, ErrorKind, ErrorResponse, Event, MessagesDecoder, MessagesEncoder,
    MessagesResponse, StopReason, Usage,
};
use oci_wire::chat::{ChatAccumulator, ChatChunk};
use oci_wire::error::ErrorBody;
use oci_wire::{Loss, Nullable, Text};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The events that chunks become, and what was lost.
fn encode(chunks: &[Value]) -> (Vec<Value>, Vec<Loss>) {
    let mut encoder = MessagesEncoder::new();
    let mut events = Vec::new();
    for chunk in chunks {
        let text = chunk.to_string();
        encoder.push(&ChatChunk::from_json(&text).unwrap(), |event| {
            events.push(serde_json::to_value(&event).unwrap());
        });
    }
    encoder.finish(|event| events.push(serde_json::to_value(&event).unwrap()));
    (events, encoder.losses().to_vec())
}

fn decode(events: &[Value]) -> MessagesDecoder {
    let mut decoder = MessagesDecoder::new();
    for event in events {
        decoder.push(None, &event.to_string(), |_| {}).unwrap();
    }
    decoder
}

fn chunk(delta: impl Into<Value>) -> Value {
    json!({"id": "c1", "model": "m", "choices": [{"index": 0, "delta": delta.into()}]})
}

fn last(reason: &str) -> Value {
    json!({"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

fn call(index: u32, id: &str, name: &str, arguments: &str) -> Value {
    chunk(json!({"tool_calls": [{"index": index, "id": id, "type": "function",
        "function": {"name": name, "arguments": arguments}}]}))
}

fn more(index: u32, arguments: &str) -> Value {
    chunk(json!({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}))
}

#[test]
fn thoughts_text_and_calls_are_blocks_one_after_the_other() {
    let (events, losses) = encode(&[
        chunk(json!({"role": "assistant", "content": ""})),
        chunk(json!({"reasoning_content": "h"})),
        chunk(json!({"reasoning_content": "m"})),
        chunk(json!({"content": "I "})),
        chunk(json!({"content": "look."})),
        call(0, "call_1", "f", ""),
        more(0, "{\"a\""),
        more(0, ":1}"),
        call(1, "call_2", "g", ""),
        last("tool_calls"),
        json!({"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 9, "total_tokens": 21,
            "prompt_tokens_details": {"cached_tokens": 2}}}),
    ]);
    assert_eq!(losses, []);
    assert_eq!(
        events,
        [
            json!({"type": "message_start", "message": {"id": "c1", "type": "message", "role": "assistant", "model": "m",
                "content": [], "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 0, "output_tokens": 0}}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "h"}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "m"}}),
            json!({"type": "content_block_stop", "index": 0}),
            json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "I "}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "look."}}),
            json!({"type": "content_block_stop", "index": 1}),
            json!({"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "call_1", "name": "f", "input": {}}}),
            json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{\"a\""}}),
            json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": ":1}"}}),
            json!({"type": "content_block_stop", "index": 2}),
            json!({"type": "content_block_start", "index": 3, "content_block": {"type": "tool_use", "id": "call_2", "name": "g", "input": {}}}),
            json!({"type": "content_block_delta", "index": 3, "delta": {"type": "input_json_delta", "partial_json": "{}"}}),
            json!({"type": "content_block_stop", "index": 3}),
            json!({"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": null},
                "usage": {"input_tokens": 10, "cache_read_input_tokens": 2, "output_tokens": 9}}),
            json!({"type": "message_stop"}),
        ]
    );
    let message = decode(&events).finish().unwrap();
    assert_eq!(message.text(), "I look.");
    assert_eq!(message.stop_reason, Nullable::Value(StopReason::ToolUse));
    assert_eq!(message.usage.as_ref().unwrap().input_tokens, Some(10));
}

#[test]
fn calls_that_interleave_wait_for_one_another() {
    let (events, losses) = encode(&[
        call(0, "a", "f", "{\"x\":\""),
        call(1, "b", "g", "{\"y\":"),
        more(0, "\\\"}"),
        more(1, "[1,2"),
        chunk(json!({"content": "meanwhile"})),
        more(0, "\"}"),
        more(1, "]}"),
        last("tool_calls"),
    ]);
    assert_eq!(losses, []);
    let starts: Vec<u64> = events
        .iter()
        .filter(|event| event["type"] == "content_block_start")
        .map(|event| event["index"].as_u64().unwrap())
        .collect();
    assert_eq!(starts, [0, 1, 2]);
    let message = serde_json::to_value(decode(&events).finish().unwrap()).unwrap();
    assert_eq!(
        message["content"],
        json!([{"type": "tool_use", "id": "a", "name": "f", "input": {"x": "\"}"}},
            {"type": "tool_use", "id": "b", "name": "g", "input": {"y": [1, 2]}},
            {"type": "text", "text": "meanwhile"}])
    );
}

#[test]
fn calls_of_gemini_and_of_servers_without_an_index_are_told_apart() {
    let whole = |id: Value, name: &str| {
        chunk(
            json!({"tool_calls": [{"index": 0, "id": id, "function": {"name": name, "arguments": "{}"}}]}),
        )
    };
    let (events, _) = encode(&[whole(json!("a"), "f"), whole(json!("b"), "f"), last("stop")]);
    let message = serde_json::to_value(decode(&events).finish().unwrap()).unwrap();
    assert_eq!(message["content"].as_array().unwrap().len(), 2);
    assert_eq!(message["stop_reason"], "tool_use");
    let (events, _) = encode(&[
        chunk(
            json!({"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}, {"function": {"name": "f", "arguments": "{}"}}]}),
        ),
        last("stop"),
    ]);
    let message = serde_json::to_value(decode(&events).finish().unwrap()).unwrap();
    let ids: Vec<&str> = message["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| block["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(ids[0].starts_with("call_") && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn an_answer_without_its_end_ends_with_an_error() {
    for chunks in
        [vec![], vec![chunk(json!({"content": "par"}))], vec![call(0, "a", "f", "{\"x\"")]]
    {
        let (events, _) = encode(&chunks);
        let end = events.last().unwrap();
        assert_eq!(end["type"], "error");
        assert_eq!(end["error"]["type"], "api_error");
        assert!(events.iter().all(|event| event["type"] != "message_stop"));
        let truncated = decode(&events).finish().unwrap_err();
        assert!(truncated.to_string().starts_with("expected the end of a message, found an error"));
    }
}

#[test]
fn a_failure_ends_the_stream_once() {
    let body = ErrorBody::parse(br#"{"code":"429","message":"slow down"}"#);
    let error = ErrorResponse::from_body(&body);
    assert_eq!(error.error.kind, Some(ErrorKind::RateLimit));
    let mut encoder = MessagesEncoder::new();
    let mut events = Vec::new();
    encoder.fail(error, |event| events.push(serde_json::to_value(&event).unwrap()));
    encoder.push(&ChatChunk::from_json(r#"{"choices":[]}"#).unwrap(), |_| {
        panic!("an event after the end")
    });
    encoder.finish(|_| panic!("a second end"));
    assert_eq!(
        events,
        [
            json!({"type": "error", "error": {"type": "rate_limit_error", "message": "429: slow down"}})
        ]
    );
    let decoder = decode(&events);
    assert!(decoder.is_finished());
    assert_eq!(
        decoder.finish().unwrap_err().to_string(),
        "expected the end of a message, found an error: 429: slow down"
    );
}

#[test]
fn the_kind_of_a_failure_follows_its_code() {
    for (body, kind) in [
        (r#"{"code":"NotAuthenticated","message":"x"}"#, "authentication_error"),
        (r#"{"code":"NotAuthorizedOrNotFound","message":"x"}"#, "not_found_error"),
        (r#"{"code":"TooManyRequests","message":"x"}"#, "rate_limit_error"),
        (r#"{"code":"InvalidParameter","message":"x"}"#, "invalid_request_error"),
        (r#"{"code":"400","message":"x"}"#, "invalid_request_error"),
        (r#"{"code":503,"message":"x"}"#, "overloaded_error"),
        (
            r#"{"error":{"type":"invalid_request_error","code":"unsupported_parameter","message":"x"}}"#,
            "invalid_request_error",
        ),
        (r#"{"error":{"type":"overloaded_error","message":"x"}}"#, "overloaded_error"),
        ("<html>", "api_error"),
    ] {
        let error = ErrorResponse::from_body(&ErrorBody::parse(body.as_bytes()));
        assert_eq!(error.error.kind.unwrap().as_str(), kind, "{body}");
    }
}

#[test]
fn what_a_stream_cannot_carry_is_told_once() {
    let piece = json!({"id": "c1", "x": 1, "choices": [
        {"index": 0, "delta": {"content": "a", "annotations": []}, "logprobs": {}},
        {"index": 1, "delta": {"content": "b"}}]});
    let custom = chunk(
        json!({"tool_calls": [{"index": 0, "id": "c", "type": "custom", "custom": {"name": "grep", "input": "x\""}}]}),
    );
    let (events, losses) = encode(&[piece.clone(), piece, custom, last("stop")]);
    let told: Vec<String> = losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "x is of an unknown kind and was left out",
            "choices[0].logprobs has no counterpart and was left out",
            "choices[0].delta.annotations has no counterpart and was left out",
            "choices[1] has no counterpart and was left out",
            "tool_calls[0].custom.input was replaced by something near",
        ]
    );
    let message = serde_json::to_value(decode(&events).finish().unwrap()).unwrap();
    assert_eq!(
        message["content"],
        json!([{"type": "text", "text": "aa"},
        {"type": "tool_use", "id": "c", "name": "grep", "input": {"input": "x\""}}])
    );
}

#[test]
fn the_client_reads_the_name_that_it_asked_for() {
    let mut encoder = MessagesEncoder::new().with_model("claude");
    let mut model = None;
    encoder.push(
        &ChatChunk::from_json(r#"{"model":"xai.grok-4","choices":[]}"#).unwrap(),
        |event| {
            if let Event::MessageStart(start) = event {
                model.clone_from(&start.message.model);
            }
        },
    );
    assert_eq!(model.as_deref(), Some("claude"));
}

/// A stream as the provider's documentation describes it, with what only other servers send in between.
fn documented() -> Vec<String> {
    [
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "m",
            "content": [], "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 25, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}),
        json!({"type": "ping"}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "h\u{e9}m"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "EqQB"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Hel"}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "lo"}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "citations_delta", "citation": {"type": "char_location"}}}),
        json!({"type": "content_block_stop", "index": 1}),
        json!({"type": "content_block_start", "index": 2, "content_block": {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{\"query\":"}}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": " \"x\"}"}}),
        json!({"type": "content_block_stop", "index": 2}),
        json!({"type": "content_block_start", "index": 3, "content_block": {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}}),
        json!({"type": "content_block_stop", "index": 3}),
        json!({"type": "new_event", "x": 1e2}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 15}}),
        json!({"type": "message_stop"}),
    ].iter().map(Value::to_string).collect()
}

#[test]
fn a_stream_is_put_together() {
    let mut decoder = MessagesDecoder::new();
    let mut names = Vec::new();
    for data in documented() {
        decoder
            .push(Some("message"), &data, |event| {
                assert_eq!(
                    serde_json::to_string(&event.clone().into_owned()).unwrap(),
                    serde_json::to_string(&event).unwrap()
                );
                assert_eq!(
                    serde_json::to_value(&event).unwrap(),
                    serde_json::from_str::<Value>(&data).unwrap()
                );
                names.push(event.name().to_owned());
            })
            .unwrap();
    }
    assert_eq!(names.len(), documented().len());
    assert!(names.contains(&"new_event".to_owned()));
    let message = decoder.finish().unwrap();
    let value = serde_json::to_value(&message).unwrap();
    assert_eq!(
        value["content"],
        json!([
        {"type": "thinking", "thinking": "h\u{e9}m", "signature": "EqQB"},
        {"type": "text", "text": "Hello", "citations": [{"type": "char_location"}]},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}])
    );
    assert_eq!(value["usage"], json!({"input_tokens": 25, "output_tokens": 15}));
    assert_eq!(value["stop_reason"], "end_turn");
}

#[test]
fn a_stream_that_was_cut_anywhere_is_not_whole() {
    let events = documented();
    for length in 0..events.len() {
        let mut decoder = MessagesDecoder::new();
        for data in &events[..length] {
            decoder.push(None, data, |_| {}).unwrap();
        }
        assert!(!decoder.is_finished());
        let truncated = decoder.finish().unwrap_err();
        assert_eq!(truncated.error, None);
        if length == 13 {
            let partial = serde_json::to_value(&truncated.partial).unwrap();
            assert_eq!(partial["content"][2]["partial_json"], "{\"query\":");
        }
    }
}

#[test]
fn events_in_one_piece_of_data_come_apart() {
    let data = documented().join("\n");
    let mut decoder = MessagesDecoder::new();
    let mut count = 0;
    decoder.push(None, &data, |_| count += 1).unwrap();
    assert_eq!(count, documented().len());
    assert_eq!(decoder.finish().unwrap().text(), "Hello");
    assert!(MessagesDecoder::new().push(None, "x", |_| {}).is_err());
}

#[test]
fn a_text_delta_borrows() {
    let data =
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hel"}}"#;
    let Event::ContentBlockDelta(event) = Event::parse(None, data).unwrap() else {
        panic!("another event")
    };
    assert!(event.delta.text.as_ref().is_some_and(Text::is_borrowed));
    assert_eq!(event.delta, BlockDelta::text("Hel"));
}

fn piece() -> impl Strategy<Value = Value> {
    let text = prop_oneof![Just(String::new()), "[ab\"\\\\{}]{0,4}"];
    prop_oneof![
        text.clone().prop_map(|text| chunk(json!({"content": text}))),
        text.clone().prop_map(|text| chunk(json!({"reasoning_content": text}))),
        text.clone().prop_map(|text| chunk(json!({"refusal": text}))),
        (0..3_u32, 0..3_u32, text).prop_map(|(index, part, text)| match part {
            0 => call(index, &format!("id{index}"), "f", &text),
            _ => more(index, &text),
        }),
    ]
}

/// Every block has its start, then its pieces, then its end, and no two are open at once.
fn assert_grammar(events: &[Value]) {
    assert_eq!(events[0]["type"], "message_start");
    let (mut open, mut next) = (None, 0);
    for event in &events[1..events.len() - 2] {
        let index = event["index"].as_u64().unwrap();
        match event["type"].as_str().unwrap() {
            "content_block_start" => {
                assert_eq!((open, index), (None, next));
                open = Some(index);
                next += 1;
            }
            "content_block_delta" => assert_eq!(open, Some(index)),
            "content_block_stop" => assert_eq!(open.take(), Some(index)),
            other => panic!("{other}"),
        }
    }
    assert_eq!(open, None);
    assert_eq!(events[events.len() - 2]["type"], "message_delta");
    assert_eq!(events[events.len() - 1]["type"], "message_stop");
}

proptest! {
    #[test]
    fn the_events_of_an_answer_say_what_its_chunks_say(pieces in proptest::collection::vec(piece(), 1..30)) {
        let mut chunks = pieces;
        chunks.push(last("stop"));
        let (events, losses) = encode(&chunks);
        assert_grammar(&events);
        let message = decode(&events).finish().unwrap();
        let mut whole = ChatAccumulator::new();
        for chunk in &chunks {
            whole.push(&ChatChunk::from_json(&chunk.to_string()).unwrap());
        }
        let whole = whole.finish();
        let back = message.to_chat().value;
        let said: String = chunks.iter().flat_map(|chunk| {
            let delta = &chunk["choices"][0]["delta"];
            [delta["content"].as_str(), delta["refusal"].as_str()]
        }).flatten().collect();
        prop_assert_eq!(back.text(), said.as_str());
        prop_assert_eq!(back.reasoning().unwrap_or_default(), whole.reasoning().unwrap_or_default());
        prop_assert_eq!(back.tool_calls().len(), whole.tool_calls().len());
        if losses.is_empty() {
            let content = serde_json::to_value(&message.content).unwrap();
            let calls = content.as_array().unwrap().iter().filter(|block| block["type"] == "tool_use");
            let mut found: Vec<String> = calls.map(|block| match block.get("partial_json") {
                Some(json) => json.as_str().unwrap().to_owned(),
                None => block["input"].to_string(),
            }).collect();
            let mut sent: Vec<String> = whole.tool_calls().iter().map(|call| match call.arguments().trim() {
                "" => "{}".to_owned(),
                text => serde_json::from_str::<Value>(text).map_or_else(|_| call.arguments().to_owned(), |value| value.to_string()),
            }).collect();
            found.sort();
            sent.sort();
            prop_assert_eq!(found, sent);
        }
    }

    #[test]
    fn no_event_panics_and_no_error_quotes_it(data in ".{0,60}", value in crate::properties::any_json()) {
        let mut decoder = MessagesDecoder::new();
        for kind in ["message_start", "content_block_start", "content_block_delta", "message_delta", "error", "x"] {
            let event = json!({"type": kind, "index": 0, "message": value, "content_block": value, "delta": value, "usage": value, "error": value});
            decoder.push(None, &event.to_string(), |_| {}).unwrap();
        }
        if let Err(error) = decoder.push(None, &data, |_| {}) {
            prop_assert!(error.to_string().starts_with("expected an event of a message, found "));
        }
        let _ = decoder.finish();
    }

    #[test]
    fn an_answer_of_any_shape_is_read(value in crate::properties::any_json()) {
        let body = json!({"id": value, "content": [value, {"type": "text", "text": value}], "usage": value, "stop_reason": value, "other": value});
        let message = MessagesResponse::from_json(body.to_string().as_bytes()).unwrap();
        let text = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(&MessagesResponse::from_json(text.as_bytes()).unwrap(), &message);
        let _ = message.to_chat();
        let _ = Usage::from_chat(&Usage::default().to_chat());
    }
}
