//! What tools of the service do, in a stream of chat completions.

use oci_wire::anthropic::MessagesEncoder;
use oci_wire::chat::{ChatAccumulator, ChatChunk};
use oci_wire::responses::{
    HostedChange, HostedDelta, HostedKind, Item, ResponsesDecoder, ResponsesEncoder,
};
use serde_json::{Value, json};

use crate::fixtures;

/// What the chunks of these events tell of hosted items.
fn told(events: &[Value]) -> Vec<HostedDelta<'static>> {
    let mut decoder = ResponsesDecoder::new();
    let mut told = Vec::new();
    for event in events {
        let read = decoder.push_chunks(None, &event.to_string(), |chunk| {
            let Some(delta) = chunk.hosted_item() else { return };
            assert!(chunk.text().is_none() && chunk.finish_reason().is_none(), "{chunk:?}");
            assert_eq!(chunk.choices.len(), 1, "clients stumble over a chunk without choices");
            told.push(delta.clone().into_owned());
        });
        read.unwrap();
    }
    told
}

/// One line for each: place, id, kind, what is new.
fn lines(events: &[Value]) -> Vec<String> {
    let line = |delta: HostedDelta<'_>| {
        let HostedDelta { output_index, item_id, kind, change, .. } = delta;
        let id = item_id.as_deref().unwrap_or("-");
        let change = match change {
            HostedChange::Begun(_) => "begun".to_owned(),
            HostedChange::Progress(status) => status.to_string(),
            HostedChange::Arguments(piece) | HostedChange::Code(piece) => format!("+{piece}"),
            HostedChange::Command(piece) => {
                format!("${} {}", piece.command_index.unwrap(), piece.delta.unwrap())
            }
            HostedChange::Printed(piece) => format!("> {}", piece.delta.unwrap().stdout.unwrap()),
            HostedChange::Image(image) => format!("image {}", image.partial_image_b64.unwrap()),
            HostedChange::Done(item) => format!("done {}", item.kind()),
            other => panic!("{other:?}"),
        };
        format!("{output_index} {id} {kind} {change}")
    };
    told(events).into_iter().map(line).collect()
}

#[track_caller]
fn check(events: &[Value], expected: &[&str]) {
    assert_eq!(lines(events), expected);
}

fn added(index: u32, item: &Value) -> Value {
    json!({"type": "response.output_item.added", "output_index": index, "item": item})
}

fn done(index: u32, item: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": index, "item": item})
}

fn at(index: u32, id: &str, name: &str) -> Value {
    json!({"type": format!("response.{name}"), "output_index": index, "item_id": id})
}

fn with(mut event: Value, name: &str, value: impl Into<Value>) -> Value {
    event[name] = value.into();
    event
}

fn completed(output: &[Value]) -> Value {
    json!({"type": "response.completed", "response": {"id": "r", "status": "completed", "output": output}})
}

fn search() -> Value {
    json!({"type": "web_search_call", "id": "ws_1", "status": "completed",
        "action": {"type": "search", "query": "chicago"}})
}

#[test]
fn each_state_of_a_search_is_told_once() {
    let begun = json!({"type": "web_search_call", "id": "ws_1", "status": "in_progress"});
    let events = [
        added(0, &begun),
        at(0, "ws_1", "web_search_call.in_progress"),
        at(0, "ws_1", "web_search_call.searching"),
        at(0, "ws_1", "web_search_call.completed"),
        done(0, &search()),
        completed(&[search()]),
    ];
    check(
        &events,
        &[
            "0 ws_1 web_search_call begun",
            "0 ws_1 web_search_call in_progress",
            "0 ws_1 web_search_call searching",
            "0 ws_1 web_search_call completed",
            "0 ws_1 web_search_call done web_search_call",
        ],
    );
    let told = told(&events);
    assert_eq!(told[2].kind, HostedKind::WebSearchCall);
    assert!(matches!(told[4].done(), Some(Item::WebSearchCall(_))), "{:?}", told[4]);
    assert!(told[4].progress().is_none() && told[2].progress().is_some());
}

#[test]
fn pieces_come_as_they_are_and_whole_only_where_none_came() {
    let call = json!({"type": "mcp_call", "id": "mcp_1", "name": "roll", "arguments": "{}"});
    let code = json!({"type": "code_interpreter_call", "id": "ci_1", "code": "1+1"});
    let shell = json!({"type": "shell_call", "id": "sh_1", "call_id": "c"});
    let piece = |name: &str, piece: &str| with(at(1, "ci_1", name), "delta", piece);
    check(
        &[
            added(0, &call),
            with(at(0, "mcp_1", "mcp_call_arguments.done"), "arguments", "{}"),
            at(0, "mcp_1", "mcp_call.failed"),
            added(1, &code),
            piece("code_interpreter_call_code.delta", "1"),
            piece("code_interpreter_call_code.delta", "+1"),
            with(at(1, "ci_1", "code_interpreter_call_code.done"), "code", "1+1"),
            at(1, "ci_1", "code_interpreter_call.interpreting"),
            added(2, &shell),
            json!({"type": "response.shell_call_command.added", "output_index": 2, "command_index": 0, "command": ""}),
            json!({"type": "response.shell_call_command.delta", "output_index": 2, "command_index": 0, "delta": "ls"}),
            json!({"type": "response.shell_call_command.done", "output_index": 2, "command_index": 0, "command": "ls"}),
            json!({"type": "response.shell_call_command.done", "output_index": 2, "command_index": 1, "command": "pwd"}),
            json!({"type": "response.shell_call_output_content.delta", "output_index": 3, "item_id": "so_1",
                "command_index": 0, "delta": {"stdout": "a", "stderr": ""}}),
            with(at(4, "ig_1", "image_generation_call.partial_image"), "partial_image_b64", "AAAA"),
        ],
        &[
            "0 mcp_1 mcp_call begun",
            "0 mcp_1 mcp_call +{}",
            "0 mcp_1 mcp_call failed",
            "1 ci_1 code_interpreter_call begun",
            "1 ci_1 code_interpreter_call +1",
            "1 ci_1 code_interpreter_call ++1",
            "1 ci_1 code_interpreter_call interpreting",
            "2 sh_1 shell_call begun",
            "2 sh_1 shell_call $0 ls",
            "2 sh_1 shell_call $1 pwd",
            "3 so_1 shell_call_output > a",
            "4 ig_1 image_generation_call image AAAA",
        ],
    );
}

/// An answer whose items were not streamed has them at its end, each once.
#[test]
fn an_item_that_was_not_streamed_comes_with_the_end() {
    let list =
        json!({"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "dice", "tools": []});
    let message = json!({"type": "message", "id": "m", "role": "assistant", "content": []});
    check(
        &[done(0, &list), completed(&[list.clone(), search(), message])],
        &[
            "0 mcpl_1 mcp_list_tools done mcp_list_tools",
            "1 ws_1 web_search_call done web_search_call",
        ],
    );
}

/// Some servers change ids from event to event, or leave place or id out.
#[test]
fn place_and_id_stay_the_same() {
    let mut unplaced = at(0, "ws_1", "web_search_call.searching");
    unplaced.as_object_mut().unwrap().remove("output_index");
    let mut renamed = search();
    renamed["id"] = "ws_other".into();
    let unknown = json!({"type": "new_call", "id": "n_1"});
    check(
        &[
            added(3, &json!({"type": "web_search_call", "id": "ws_1"})),
            added(4, &unknown),
            unplaced,
            json!({"type": "response.web_search_call.completed", "output_index": 3}),
            done(3, &renamed),
            json!({"type": "response.output_item.done", "item": unknown}),
            completed(&[]),
        ],
        &[
            "3 ws_1 web_search_call begun",
            "4 n_1 new_call begun",
            "3 ws_1 web_search_call searching",
            "3 ws_1 web_search_call completed",
            "3 ws_1 web_search_call done web_search_call",
            "4 n_1 new_call done new_call",
        ],
    );
}

/// Every event of the OpenAI package 3.52.0 that has nothing but an item in it says how far the item is.
#[test]
fn every_state_of_the_package_is_told() {
    let schema = fixtures::json("openai_schema.json");
    let events = schema["responses.stream_events"].as_array().unwrap();
    let mut count = 0;
    for event in events {
        let sample = &event["sample"];
        let mut members = sample.as_object().unwrap().keys();
        if !members.all(|name| {
            ["type", "sequence_number", "item_id", "output_index"].contains(&name.as_str())
        }) || sample.get("item_id").is_none()
        {
            continue;
        }
        count += 1;
        let told = told(std::slice::from_ref(sample));
        let name = sample["type"].as_str().unwrap();
        let [HostedDelta { kind, change: HostedChange::Progress(status), .. }] = &told[..] else {
            panic!("{name}: {told:?}");
        };
        assert_eq!(format!("response.{kind}.{status}"), name);
    }
    assert_eq!(count, 19);
}

#[test]
fn a_chunk_with_an_item_is_written_and_read_back() {
    let text = fixtures::text("responses/openai/responses_stream_all_events.sse");
    let mut decoder = ResponsesDecoder::new();
    let mut seen = 0;
    for data in text.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let read = decoder.push_chunks(None, data, |chunk| {
            if chunk.hosted_item().is_none() {
                return;
            }
            seen += 1;
            let json = serde_json::to_string(&chunk).unwrap();
            assert_eq!(ChatChunk::from_json(&json).unwrap(), chunk, "{json}");
        });
        read.unwrap();
    }
    assert_eq!(seen, 24);
}

#[test]
fn an_item_of_another_form_is_kept_as_it_came() {
    for item in [
        json!(7),
        json!({"output_index": 0, "type": "web_search_call"}),
        json!({"output_index": 0, "type": "web_search_call", "progress": "searching", "more": 1}),
        json!({"output_index": 0, "type": "mcp_call", "code": "1", "arguments": "{}"}),
    ] {
        let chunk = json!({"choices": [], "hosted_item": item}).to_string();
        let read = ChatChunk::from_json(&chunk).unwrap();
        assert!(read.hosted_item().is_none(), "{read:?}");
        assert_eq!(serde_json::to_string(&read).unwrap(), chunk);
    }
}

/// The answer that chunks make is the same with and without what tools did.
#[test]
fn an_answer_of_chunks_has_none_of_it() {
    let message = json!({"type": "message", "id": "m", "role": "assistant",
        "content": [{"type": "output_text", "text": "Windy."}]});
    let events = [
        added(0, &search()),
        at(0, "ws_1", "web_search_call.searching"),
        done(0, &search()),
        done(1, &message),
        completed(&[search(), message]),
    ];
    let (mut all, mut rest) = (ChatAccumulator::new(), ChatAccumulator::new());
    let mut decoder = ResponsesDecoder::new();
    for event in events {
        let read = decoder.push_chunks(None, &event.to_string(), |chunk| {
            all.push(&chunk);
            if chunk.hosted_item().is_none() {
                rest.push(&chunk);
            }
        });
        read.unwrap();
    }
    let all = all.finish();
    assert_eq!(all, rest.finish());
    assert_eq!(all.text(), "Windy.");
}

#[test]
fn what_writes_other_dialects_tells_that_it_leaves_items_out() {
    let json = r#"{"choices":[{"index":0,"delta":{}}],"hosted_item":{"output_index":0,"type":"web_search_call","progress":"searching"}}"#;
    let chunk = ChatChunk::from_json(json).unwrap();
    let (mut responses, mut messages) = (ResponsesEncoder::new(), MessagesEncoder::new());
    for _ in 0..2 {
        responses.push(&chunk, |_| {});
        messages.push(&chunk, |_| {});
    }
    for losses in [responses.losses(), messages.losses()] {
        let told: Vec<String> = losses.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["hosted_item has no counterpart and was left out"]);
    }
}
