//! Streams of the Responses API that a server writes: read again, and held to the grammar of captured ones.

use std::collections::{BTreeMap, BTreeSet};

use oci_wire::chat::{ChatAccumulator, ChatChunk};
use oci_wire::error::ErrorBody;
use oci_wire::responses::{
    Item, Response, ResponsesDecoder, ResponsesEncoder, ResponsesRequest, Tool,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures;

fn written(encoder: &mut ResponsesEncoder, chunks: &[Value]) -> Vec<Value> {
    let mut events = Vec::new();
    for chunk in chunks {
        let text = chunk.to_string();
        encoder.push(&ChatChunk::from_json(&text).unwrap(), |event| {
            events.push(serde_json::to_value(&event).unwrap());
        });
    }
    encoder.finish(|event| events.push(serde_json::to_value(&event).unwrap()));
    events
}

fn encode(chunks: &[Value]) -> Vec<Value> {
    written(&mut ResponsesEncoder::new(), chunks)
}

fn decode(events: &[Value]) -> ResponsesDecoder {
    let mut decoder = ResponsesDecoder::new();
    for event in events {
        decoder.push(None, &event.to_string(), |_| {}).unwrap();
    }
    decoder
}

fn chunk(delta: impl Into<Value>) -> Value {
    json!({"id": "c1", "model": "m", "created": 7, "choices": [{"index": 0, "delta": delta.into()}]})
}

fn last(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

fn call(index: u32, id: &str, name: &str, arguments: &str) -> Value {
    chunk(json!({"tool_calls": [{"index": index, "id": id, "type": "function",
        "function": {"name": name, "arguments": arguments}}]}))
}

fn more(index: u32, arguments: &str) -> Value {
    chunk(json!({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}))
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// What each kind of piece has to say, all in one answer.
fn everything() -> Vec<Value> {
    let citation = json!([{"type": "url_citation", "url_citation": {"start_index": 0, "end_index": 2,
        "title": "E", "url": "https://e.example"}}]);
    let mut scored = chunk(json!({"content": "Hi"}));
    scored["choices"][0]["logprobs"] =
        json!({"content": [{"token": "Hi", "logprob": -0.5, "bytes": null, "top_logprobs": []}]});
    vec![
        chunk(json!({"role": "assistant", "content": ""})),
        chunk(json!({"reasoning_content": "h"})),
        chunk(json!({"reasoning_content": "m"})),
        scored,
        chunk(json!({"annotations": citation})),
        chunk(json!({"refusal": "no"})),
        call(0, "call_1", "f", "{\"a\""),
        more(0, ":1}"),
        chunk(
            json!({"tool_calls": [{"index": 1, "id": "call_2", "type": "custom", "custom": {"name": "grep", "input": "x"}}]}),
        ),
        last("tool_calls"),
        json!({"choices": [], "service_tier": "default", "usage": {"prompt_tokens": 12, "completion_tokens": 9, "total_tokens": 21}}),
    ]
}

#[test]
fn every_item_begins_grows_and_ends() {
    let events = encode(&everything());
    assert_eq!(
        names(&events),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.reasoning_text.delta",
            "response.reasoning_text.delta",
            "response.reasoning_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.annotation.added",
            "response.output_text.done",
            "response.content_part.done",
            "response.content_part.added",
            "response.refusal.delta",
            "response.refusal.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.custom_tool_call_input.delta",
            "response.custom_tool_call_input.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    for (place, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], json!(place));
    }
    assert_eq!(
        events[11],
        json!({"type": "response.output_text.delta", "item_id": "msg_c1", "output_index": 1, "content_index": 0,
            "delta": "Hi", "logprobs": [{"token": "Hi", "logprob": -0.5, "bytes": null, "top_logprobs": []}], "sequence_number": 11})
    );
    let end = &events.last().unwrap()["response"];
    assert_eq!(end["status"], "completed");
    assert_eq!(end["created_at"], 7);
    assert_eq!(end["usage"], json!({"input_tokens": 12, "output_tokens": 9, "total_tokens": 21}));
    assert_eq!(
        end["output"],
        json!([
            {"type": "reasoning", "id": "rs_c1", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
            {"type": "message", "id": "msg_c1", "role": "assistant", "status": "completed", "content": [
                {"type": "output_text", "text": "Hi",
                    "annotations": [{"type": "url_citation", "end_index": 2, "start_index": 0, "title": "E", "url": "https://e.example"}],
                    "logprobs": [{"token": "Hi", "logprob": -0.5, "top_logprobs": []}]},
                {"type": "refusal", "refusal": "no"}]},
            {"type": "function_call", "id": "fc_call_1", "call_id": "call_1", "name": "f", "arguments": "{\"a\":1}", "status": "completed"},
            {"type": "custom_tool_call", "id": "ctc_call_2", "call_id": "call_2", "name": "grep", "input": "x", "status": "completed"}])
    );
}

#[test]
fn a_stream_ends_as_its_whole_answer_does() {
    let chunks = everything();
    let mut whole = ChatAccumulator::new();
    for chunk in &chunks {
        whole.push(&ChatChunk::from_json(&chunk.to_string()).unwrap());
    }
    let expected = Response::from_chat(&whole.finish()).value;
    let found = decode(&encode(&chunks)).finish().unwrap();
    let value = |response: &Response| {
        let mut value = serde_json::to_value(response).unwrap();
        // A whole answer does not say that a custom call is complete.
        value["output"][3].as_object_mut().unwrap().remove("status");
        value
    };
    assert_eq!(value(&found), value(&expected));
}

#[test]
fn how_an_answer_ended_is_the_last_event() {
    for (reason, name, why) in [
        ("stop", "response.completed", Value::Null),
        ("COMPLETE", "response.completed", Value::Null),
        ("length", "response.incomplete", json!("max_output_tokens")),
        ("MAX_TOKENS", "response.incomplete", json!("max_output_tokens")),
        ("content_filter", "response.incomplete", json!("content_filter")),
        ("new_reason", "response.completed", Value::Null),
    ] {
        let events = encode(&[chunk(json!({"content": "x"})), last(reason)]);
        let end = events.last().unwrap();
        assert_eq!(end["type"], name, "{reason}");
        assert_eq!(end["response"]["incomplete_details"]["reason"], why, "{reason}");
        let status = &end["response"]["output"][0]["status"];
        assert_eq!(status, name.strip_prefix("response.").unwrap(), "{reason}");
        assert_eq!(decode(&events).finish().unwrap().text(), "x");
    }
}

#[test]
fn an_answer_that_was_cut_fails() {
    for (chunks, whole_items) in [
        (vec![], 0),
        (vec![chunk(json!({"content": "par"}))], 0),
        (vec![chunk(json!({"reasoning_content": "hm"})), call(0, "a", "f", "{")], 1),
    ] {
        let events = encode(&chunks);
        assert_eq!(events[0]["type"], "response.created");
        let end = events.last().unwrap();
        assert_eq!(end["type"], "response.failed");
        assert_eq!(end["response"]["status"], "failed");
        assert_eq!(end["response"]["output"].as_array().unwrap().len(), whole_items);
        let decoder = decode(&events);
        assert_eq!(decoder.error().unwrap().code.as_deref(), Some("server_error"));
    }
}

#[test]
fn a_failure_of_the_service_is_told_once() {
    let mut encoder = ResponsesEncoder::new();
    let mut events = Vec::new();
    encoder
        .push(&ChatChunk::from_json(&chunk(json!({"content": "x"})).to_string()).unwrap(), |_| {});
    let error = ErrorBody::parse(
        br#"{"error":{"code":"rate_limit_exceeded","message":"slow down","type":"t","param":"p"}}"#,
    );
    encoder.fail(&error, |event| events.push(serde_json::to_value(&event).unwrap()));
    encoder.fail(&error, |_| panic!("a second end"));
    encoder.finish(|_| panic!("a second end"));
    encoder.push(&ChatChunk::default(), |_| panic!("an event after the end"));
    assert_eq!(
        events[0]["response"]["error"],
        json!({"code": "rate_limit_exceeded", "message": "slow down", "type": "t", "param": "p"})
    );
}

#[test]
fn calls_that_interleave_keep_their_arguments() {
    let events = encode(&[
        call(0, "a", "f", "{\"x\":"),
        call(1, "b", "g", "{\"y\":"),
        more(0, "1}"),
        chunk(json!({"content": "meanwhile"})),
        more(1, "2}"),
        last("tool_calls"),
    ]);
    let response = decode(&events).finish().unwrap();
    let calls: Vec<_> =
        response.function_calls().map(|call| (&*call.call_id, &*call.arguments)).collect();
    assert_eq!(calls, [("a", "{\"x\":1}"), ("b", "{\"y\":2}")]);
    assert_eq!(response.text(), "meanwhile");
}

#[test]
fn calls_without_an_id_get_one_each() {
    let events = encode(&[
        chunk(
            json!({"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}, {"function": {"name": "f", "arguments": "{}"}}]}),
        ),
        last("stop"),
    ]);
    let response = decode(&events).finish().unwrap();
    let ids: BTreeSet<&str> = response.function_calls().map(|call| &*call.call_id).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.iter().all(|id| id.starts_with("call_")), "{ids:?}");
}

#[test]
fn the_answer_echoes_its_request() {
    let request =
        ResponsesRequest::new("openai.gpt-oss-120b", "x").with_tools([Tool::web_search()]);
    let mut encoder = ResponsesEncoder::for_request(&request).with_id("resp_9");
    let events = written(&mut encoder, &[json!({"id": "c1", "choices": []}), last("stop")]);
    for event in &events {
        let response = &event["response"];
        assert_eq!(response["id"], "resp_9");
        assert_eq!(response["object"], "response");
        assert_eq!(response["model"], "openai.gpt-oss-120b");
        assert_eq!(response["tools"], json!([{"type": "web_search"}]));
        assert_eq!(response["tool_choice"], "auto");
        assert_eq!(response["parallel_tool_calls"], true);
        assert_eq!(response["metadata"], json!({}));
    }
}

#[test]
fn what_a_stream_cannot_carry_is_told_once() {
    let piece = json!({"x": 1, "choices": [{"index": 0, "delta": {"content": "a", "annotations": [{"type": "new"}], "audio": {}}},
        {"index": 1, "delta": {"content": "b"}}]});
    let mut encoder = ResponsesEncoder::new();
    written(&mut encoder, &[piece.clone(), piece, last("stop")]);
    let told: Vec<&str> = encoder.losses().iter().map(|loss| loss.path.as_str()).collect();
    assert_eq!(told, ["x", "choices[0].delta.annotations", "choices[0].delta.audio", "choices[1]"]);
}

/// The members of each event of the captured streams, by name.
fn captured() -> BTreeMap<String, BTreeSet<String>> {
    let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in fixtures::names("responses/openai", "responses_", ".sse") {
        for data in fixtures::events(&format!("responses/openai/{name}")) {
            let Ok(Value::Object(event)) = serde_json::from_str(&data) else { continue };
            if let Some(name) = event.get("type").and_then(Value::as_str) {
                // Padding hides the length of the pieces, where the service is asked for it.
                let keys = event.keys().filter(|key| *key != "obfuscation").cloned();
                members.entry(name.to_owned()).or_default().extend(keys);
            }
        }
    }
    members
}

#[test]
fn events_have_the_members_that_captured_ones_have() {
    let captured = captured();
    let mut seen = BTreeSet::new();
    for chunks in [everything(), vec![last("length")], vec![]] {
        for event in encode(&chunks) {
            let name = event["type"].as_str().unwrap();
            let found: BTreeSet<String> = event.as_object().unwrap().keys().cloned().collect();
            assert_eq!(Some(&found), captured.get(name), "{name}");
            seen.insert(name.to_owned());
        }
    }
    assert_eq!(seen.len(), 20, "{seen:?}");
}

/// An item is added before it grows and done after, and so is a part.
fn assert_grammar(events: &[Value]) {
    assert_eq!(names(&events[..2]), ["response.created", "response.in_progress"]);
    let (mut items, mut parts) = (BTreeMap::new(), BTreeMap::new());
    for (place, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], json!(place));
        let (item, part) = (event["output_index"].as_u64(), event["content_index"].as_u64());
        match event["type"].as_str().unwrap() {
            "response.output_item.added" => {
                assert_eq!(items.insert(item.unwrap(), event["item"]["id"].clone()), None);
            }
            "response.output_item.done" => {
                assert_eq!(
                    items.insert(item.unwrap(), Value::Null).as_ref(),
                    Some(&event["item"]["id"])
                );
            }
            "response.content_part.added" => {
                assert_eq!(items.get(&item.unwrap()), Some(&event["item_id"]));
                assert_eq!(parts.insert((item, part), true), None);
            }
            "response.content_part.done" => {
                assert_eq!(parts.insert((item, part), false), Some(true));
            }
            "response.created" | "response.in_progress" | "response.completed" => {}
            _ => {
                assert_eq!(items.get(&item.unwrap()), Some(&event["item_id"]));
                assert!(part.is_none() || parts.get(&(item, part)) == Some(&true));
            }
        }
    }
    assert!(items.values().all(Value::is_null));
    assert!(parts.values().all(|is_open| !is_open));
    assert_eq!(events.last().unwrap()["type"], "response.completed");
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

#[test]
fn a_call_of_a_tool_in_a_namespace_is_told_by_both_names() {
    let request: ResponsesRequest =
        serde_json::from_value(fixtures::json("clients/codex.json")["body"].clone()).unwrap();
    let mut encoder = ResponsesEncoder::for_request(&request);
    let chunks = [call(0, "1", "mcp__t__lookup", "{}"), call(1, "2", "exec_command", "{}")];
    let events = written(&mut encoder, &[&chunks[..], &[last("tool_calls")]].concat());
    let called = |item: &Value| (item["namespace"].clone(), item["name"].clone());
    let expected =
        [(json!("mcp__t"), json!("lookup")), (Value::Null, json!("exec_command"))].to_vec();
    for kind in ["response.output_item.added", "response.output_item.done"] {
        let items = events.iter().filter(|event| event["type"] == kind);
        assert_eq!(items.map(|event| called(&event["item"])).collect::<Vec<_>>(), expected);
    }
    let done = events.iter().find(|event| event["type"] == "response.function_call_arguments.done");
    assert_eq!(done.unwrap()["name"], "lookup");
    let output = &events.last().unwrap()["response"]["output"];
    assert_eq!(output.as_array().unwrap().iter().map(called).collect::<Vec<_>>(), expected);
}

proptest! {
    #[test]
    fn the_events_of_an_answer_say_what_its_chunks_say(pieces in proptest::collection::vec(piece(), 1..30)) {
        let mut chunks = pieces;
        chunks.push(last("stop"));
        let mut encoder = ResponsesEncoder::new();
        let events = written(&mut encoder, &chunks);
        assert_grammar(&events);
        let mut whole = ChatAccumulator::new();
        for chunk in &chunks {
            whole.push(&ChatChunk::from_json(&chunk.to_string()).unwrap());
        }
        let whole = whole.finish();
        let found = decode(&events).finish().unwrap();
        // What the pieces alone say, without the answer at the end.
        let mut pieces = events.clone();
        pieces.last_mut().unwrap()["response"]["output"] = json!([]);
        let rebuilt = decode(&pieces).finish().unwrap();
        prop_assert_eq!(serde_json::to_value(&rebuilt.output).unwrap(), serde_json::to_value(&found.output).unwrap());
        prop_assert_eq!(found.text(), whole.text());
        let thoughts: String = found.output().iter().filter_map(|item| match item {
            Item::Reasoning(thought) => Some(thought.text()),
            _ => None,
        }).collect();
        prop_assert_eq!(thoughts.as_str(), whole.reasoning().unwrap_or_default());
        if encoder.losses().is_empty() {
            let calls: Vec<_> = found.function_calls().map(|call| &*call.arguments).collect();
            let sent: Vec<_> = whole.tool_calls().iter().map(oci_wire::chat::ToolCall::arguments).collect();
            prop_assert_eq!(calls, sent);
        }
    }
}
