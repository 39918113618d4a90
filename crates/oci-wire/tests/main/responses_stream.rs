//! Streams of the Responses API folded into the whole answer, however they are cut.

use oci_wire::chat::{ChatAccumulator, ChatResponse, FinishReason};
use oci_wire::responses::{
    Event, Item, ItemStatus, Part, Response, ResponseStatus, ResponsesDecoder, Truncated,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures;

/// Name and data of an event.
type Pair = (Option<String>, String);

/// A splitter for tests: lines that end in a line feed, `event:` and `data:` with one blank behind.
#[derive(Default)]
struct Splitter {
    line: Vec<u8>,
    name: Option<String>,
    data: Vec<String>,
    events: Vec<Pair>,
}

impl Splitter {
    fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = String::from_utf8(std::mem::take(&mut self.line)).unwrap();
                self.push_line(line.trim_end_matches('\n'));
            }
        }
    }

    fn push_line(&mut self, line: &str) {
        if let Some(data) = line.strip_prefix("data: ") {
            self.data.push(data.to_owned());
        } else if let Some(name) = line.strip_prefix("event: ") {
            self.name = Some(name.to_owned());
        } else if line.is_empty() && !self.data.is_empty() {
            let data = std::mem::take(&mut self.data).join("\n");
            self.events.push((self.name.take(), data));
        }
    }
}

fn split(pieces: &[&[u8]]) -> Vec<Pair> {
    let mut splitter = Splitter::default();
    for piece in pieces {
        splitter.push(piece);
    }
    splitter.events
}

fn streams() -> Vec<(String, String)> {
    let names = fixtures::names("responses/openai", "responses_", ".sse");
    assert_eq!(names.len(), 5);
    let text = |name: String| {
        let text = fixtures::text(&format!("responses/openai/{name}"));
        (name, text)
    };
    names.into_iter().map(text).collect()
}

fn fold(events: &[Pair]) -> Result<Response, Truncated> {
    let mut decoder = ResponsesDecoder::new();
    for (name, data) in events {
        decoder.push(name.as_deref(), data, |_| ()).unwrap();
    }
    decoder.finish()
}

fn fold_chunks(events: &[Pair]) -> ChatResponse {
    let (mut decoder, mut answer) = (ResponsesDecoder::new(), ChatAccumulator::new());
    for (name, data) in events {
        decoder.push_chunks(name.as_deref(), data, |chunk| answer.push(&chunk)).unwrap();
    }
    answer.finish()
}

/// The answer of the last event that holds one.
fn expected(events: &[Pair]) -> Response {
    let response = |(_, data): &Pair| {
        let value: Value = serde_json::from_str(data).ok()?;
        serde_json::from_value(value.get("response")?.clone()).ok()
    };
    events.iter().rev().find_map(response).unwrap()
}

fn unnamed(data: &[&str]) -> Vec<Pair> {
    data.iter().map(|data| (None, (*data).to_owned())).collect()
}

#[test]
fn every_canned_stream_folds_into_its_answer() {
    for (name, text) in streams() {
        let events = split(&[text.as_bytes()]);
        assert_eq!(fold(&events).unwrap(), expected(&events), "{name}");
    }
    let of = |name: &str| {
        let text = fixtures::text(&format!("responses/openai/{name}"));
        fold(&split(&[text.as_bytes()])).unwrap()
    };
    let response = of("responses_stream_text.sse");
    assert_eq!(response.text(), "Hello");
    assert_eq!(response.status, Some(ResponseStatus::Completed));
    assert_eq!(response.usage.unwrap().total_tokens, Some(26));
    assert_eq!(of("responses_stream_data_only.sse").text(), "Hello");
    let response = of("responses_stream_failed.sse");
    assert!(response.is_failure());
    assert_eq!(response.error.unwrap().code.as_deref(), Some("rate_limit_exceeded"));
    assert_eq!(of("responses_get_stream.sse").text(), "4");
}

#[test]
fn every_byte_split_gives_the_same_events() {
    for (name, text) in streams() {
        let bytes = text.as_bytes();
        let whole = split(&[bytes]);
        for at in 0..=bytes.len() {
            let (first, second) = bytes.split_at(at);
            assert!(split(&[first, second]) == whole, "{name} cut at byte {at}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(split(&single), whole, "{name}");
    }
}

#[test]
fn events_that_came_together_are_taken_apart() {
    for (name, text) in streams() {
        let events = split(&[text.as_bytes()]);
        let whole = expected(&events);
        let data: Vec<&str> = events.iter().map(|(_, data)| data.as_str()).collect();
        for at in 1..events.len() {
            let mut joined = events.clone();
            let (_, second) = joined.remove(at);
            joined[at - 1].1 = format!("{}\n{second}", joined[at - 1].1);
            // The name of a joined event is that of its last part.
            joined[at - 1].0.clone_from(&events[at].0);
            assert_eq!(fold(&joined).unwrap(), whole, "{name} joined at {at}");
        }
        assert_eq!(fold(&unnamed(&[&data.join("\n")])).unwrap(), whole, "{name}");
        assert_eq!(fold(&unnamed(&[&data.concat()])).unwrap(), whole, "{name}");
    }
}

#[test]
fn every_cut_is_told() {
    for (name, text) in streams() {
        let events = split(&[text.as_bytes()]);
        let whole = expected(&events).text();
        let is_end = |data: &str| Event::parse(None, data).is_ok_and(|event| event.is_terminal());
        let end = events.iter().position(|(_, data)| is_end(data)).unwrap();
        for kept in 0..=end {
            let cut = fold(&events[..kept]).unwrap_err();
            assert_eq!(cut.error, None);
            assert!(
                name.contains("failed") || whole.starts_with(&cut.partial.text()),
                "{name} after {kept} events"
            );
        }
        for kept in end + 1..=events.len() {
            assert!(fold(&events[..kept]).is_ok(), "{name} after {kept} events");
        }
    }
}

#[test]
fn names_and_types_both_tell_an_event() {
    for (name, text) in streams() {
        let mut events = split(&[text.as_bytes()]);
        let whole = expected(&events);
        for (event_name, _) in &mut events {
            *event_name = None;
        }
        assert_eq!(fold(&events).unwrap(), whole, "{name} without names");
        for (event_name, _) in &mut events {
            *event_name = Some("message".to_owned());
        }
        assert_eq!(fold(&events).unwrap(), whole, "{name} with the default name");
    }
    let event = Event::parse(Some("response.output_text.delta"), r#"{"delta":"x"}"#).unwrap();
    assert!(matches!(&event, Event::OutputTextDelta(delta) if delta.text() == "x"));
}

#[test]
fn what_was_streamed_is_what_arrived() {
    let events = unnamed(&[
        r#"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[]}}"#,
        r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}"#,
        r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"th"}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"ink"}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"more"}"#,
        r#"{"type":"response.output_item.added","output_index":1,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":"f","arguments":"","status":"in_progress"}}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\"a\":"}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"1}"}"#,
        r#"{"type":"response.output_item.added","output_index":2,"item":{"id":"msg_1","type":"message","role":"assistant","status":"in_progress","content":[]}}"#,
        r#"{"type":"response.output_text.delta","output_index":2,"content_index":0,"delta":"Hel"}"#,
        r#"{"type":"response.output_text.delta","output_index":2,"content_index":0,"delta":"lo"}"#,
        r#"{"type":"response.refusal.delta","output_index":2,"content_index":1,"delta":"no"}"#,
    ]);
    let cut = fold(&events).unwrap_err();
    assert_eq!(cut.to_string(), "expected the end of a response, found the end of the stream");
    assert_eq!(cut.partial.text(), "Hello");
    assert_eq!(cut.partial.refusal(), Some("no"));
    assert_eq!(cut.partial.reasoning_text().as_deref(), Some("think\n\nmore"));
    let call = cut.partial.function_calls().next().unwrap();
    assert_eq!((call.call_id.as_str(), call.arguments.as_str()), ("call_1", r#"{"a":1}"#));

    let chat = fold_chunks(&events);
    assert_eq!(chat.text(), "Hello");
    assert_eq!(chat.refusal(), Some("no"));
    assert_eq!(chat.reasoning(), Some("think\n\nmore"));
    assert_eq!(chat.tool_calls()[0].id(), "call_1");
    assert_eq!(chat.tool_calls()[0].arguments(), r#"{"a":1}"#);
    assert_eq!(chat.finish_reason(), None);

    let mut ended = events;
    ended.extend(unnamed(&[
        r#"{"type":"response.completed","response":{"id":"resp_1","status":"completed","usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3,"output_tokens_details":{"reasoning_tokens":1}}}}"#,
    ]));
    let response = fold(&ended).unwrap();
    assert_eq!(response.text(), "Hello");
    assert_eq!(response.output().len(), 3);
    let chat = fold_chunks(&ended);
    assert_eq!(chat.finish_reason(), Some(&FinishReason::ToolCalls));
    assert_eq!(chat.id.as_deref(), Some("resp_1"));
    let usage = chat.usage.unwrap();
    assert_eq!((usage.total_tokens, usage.reasoning_tokens()), (Some(3), Some(1)));
}

#[test]
fn chunks_say_nothing_twice() {
    let text = fixtures::text("responses/openai/responses_stream_text.sse");
    let chat = fold_chunks(&split(&[text.as_bytes()]));
    assert_eq!(chat.text(), "Hello");
    assert_eq!(chat.finish_reason(), Some(&FinishReason::Stop));
    assert_eq!(chat.model.as_deref(), Some("openai.gpt-oss-120b"));
    assert_eq!(chat.usage.unwrap().total_tokens, Some(26));
    // A stream that was resumed behind its deltas has the text in its last event only.
    let text = fixtures::text("responses/openai/responses_get_stream.sse");
    assert_eq!(fold_chunks(&split(&[text.as_bytes()])).text(), "4");
    // Items that come whole are said when they are done.
    let events = unnamed(&[
        r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}}"#,
        r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"custom_tool_call","call_id":"d","name":"g","input":"x"}}"#,
        r#"{"type":"response.output_item.done","output_index":2,"item":{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"raw"}]}}"#,
        r#"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"#,
    ]);
    let chat = fold_chunks(&events);
    let calls: Vec<_> =
        chat.tool_calls().iter().map(|call| (call.id(), call.arguments())).collect();
    assert_eq!(calls, [("c", "{}"), ("d", "x")]);
    assert_eq!(chat.reasoning(), Some("raw"));
    assert_eq!(chat.finish_reason(), Some(&FinishReason::Length));
}

#[test]
fn errors_end_a_stream() {
    for data in [
        r#"{"type":"error","code":"server_error","message":"boom","param":null,"sequence_number":3}"#,
        r#"{"type":"error","error":{"code":"server_error","message":"boom"}}"#,
        r#"{"error":{"code":"server_error","message":"boom"}}"#,
        r#"{"code":"server_error","message":"boom"}"#,
    ] {
        let delta = r#"{"type":"response.output_text.delta","delta":"par"}"#;
        let mut decoder = ResponsesDecoder::new();
        decoder.push(None, delta, |_| ()).unwrap();
        assert!(!decoder.is_finished());
        decoder.push(None, data, |_| ()).unwrap();
        assert!(decoder.is_finished(), "{data}");
        assert_eq!(decoder.error().unwrap().message.as_deref(), Some("boom"));
        let cut = decoder.finish().unwrap_err();
        assert_eq!(cut.partial.text(), "par");
        let error = cut.error.unwrap();
        assert_eq!(error.code.as_deref(), Some("server_error"), "{data}");
    }
    let mut decoder = ResponsesDecoder::new();
    decoder.push(Some("error"), r#"{"code":"c","message":"m"}"#, |_| ()).unwrap();
    assert_eq!(decoder.error().unwrap().code.as_deref(), Some("c"));
}

#[test]
fn an_answer_that_failed_is_an_error_and_an_answer() {
    let text = fixtures::text("responses/openai/responses_stream_failed.sse");
    let mut decoder = ResponsesDecoder::new();
    for (name, data) in split(&[text.as_bytes()]) {
        decoder.push(name.as_deref(), &data, |_| ()).unwrap();
    }
    let error = decoder.error().unwrap();
    assert_eq!(error.to_string(), "rate_limit_exceeded: slow down");
    assert_eq!(decoder.finish().unwrap().status, Some(ResponseStatus::Failed));

    // The event's name tells what the answer does not.
    let events = unnamed(&[r#"{"type":"response.failed","response":{"error":"no"}}"#]);
    let response = fold(&events).unwrap();
    assert_eq!(response.status, Some(ResponseStatus::Failed));
    assert_eq!(response.failure().unwrap().message.as_deref(), Some("no"));
}

#[test]
fn what_cannot_be_read_is_told_and_not_shown() {
    let mut decoder = ResponsesDecoder::new();
    for data in [r#"{"type":"response.created","#, "secret", "[1", r#"{"a":1} secret"#] {
        let error = decoder.push(Some("response.created"), data, |_| ()).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    // It goes on after.
    let mut seen = 0;
    decoder
        .push(None, r#"{"type":"response.output_text.delta","delta":"x"}"#, |_| seen += 1)
        .unwrap();
    decoder.push(None, "[DONE]", |_| seen += 1).unwrap();
    decoder.push(None, "", |_| seen += 1).unwrap();
    assert_eq!(seen, 1);
    assert!(decoder.is_finished());
    assert_eq!(decoder.finish().unwrap_err().partial.text(), "x");
}

#[test]
fn large_indexes_cost_nothing() {
    let events = unnamed(&[
        r#"{"type":"response.output_text.delta","output_index":4294967295,"content_index":4294967295,"delta":"a"}"#,
        r#"{"type":"response.output_text.delta","output_index":4294967295,"content_index":4294967295,"delta":"b"}"#,
        r#"{"type":"response.output_item.done","item":{"type":"new_item"}}"#,
        r#"{"type":"response.output_text.delta","output_index":-1,"content_index":1e99,"delta":"c"}"#,
    ]);
    assert!(fold(&events).is_err());
}

#[test]
fn a_part_that_is_done_replaces_its_deltas() {
    let events = unnamed(&[
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Helo"}"#,
        r#"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Hello"}"#,
        r#"{"type":"response.output_text.annotation.added","output_index":0,"content_index":0,"annotation":{"type":"url_citation","url":"https://e.example"}}"#,
    ]);
    let partial = fold(&events).unwrap_err().partial;
    assert_eq!(
        serde_json::to_value(partial.output()).unwrap(),
        json!([{"type": "message", "role": "assistant", "status": "in_progress", "content": [
            {"type": "output_text", "text": "Hello",
             "annotations": [{"type": "url_citation", "url": "https://e.example"}]}]}])
    );
    let Item::Message(message) = &partial.output()[0] else { panic!() };
    assert_eq!(message.status, Some(ItemStatus::InProgress));
    assert!(matches!(message.parts(), [Part::OutputText(_)]));
}

/// An event of any name and of members of any kind.
fn any_event() -> impl Strategy<Value = (Option<String>, String)> {
    let names: Vec<String> = fixtures::json("openai_schema.json")["responses.stream_events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["sample"]["type"].as_str().unwrap().to_owned())
        .collect();
    let value = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!({"type": "output_text", "text": "x"})),
        Just(json!({"type": "function_call", "call_id": "c", "arguments": "{"})),
        Just(json!({"output": [{"type": "message", "content": [{"type": "output_text"}]}, 7]})),
        Just(json!([1, {"type": "reasoning"}])),
    ];
    let member = prop_oneof![
        Just("item"),
        Just("part"),
        Just("delta"),
        Just("text"),
        Just("response"),
        Just("output_index"),
        Just("content_index"),
        Just("arguments"),
        Just("error"),
    ];
    let members = proptest::collection::btree_map(member, value, 0..5);
    (proptest::sample::select(names), any::<bool>(), members).prop_map(|(name, named, members)| {
        let mut object = json!(members);
        if named {
            return (Some(name), object.to_string());
        }
        object["type"] = name.into();
        (None, object.to_string())
    })
}

proptest! {
    #[test]
    fn no_events_panic_and_each_is_written_back(
        events in proptest::collection::vec(any_event(), 0..8),
    ) {
        let (mut decoder, mut chunks) = (ResponsesDecoder::new(), ResponsesDecoder::new());
        for (name, data) in &events {
            let mut seen = 0;
            decoder.push(name.as_deref(), data, |event| {
                seen += 1;
                let text = serde_json::to_string(&event).unwrap();
                let again = Event::parse(Some(event.name()), &text).unwrap();
                assert_eq!(again.into_owned(), event.into_owned());
            }).unwrap();
            prop_assert_eq!(seen, 1);
            chunks.push_chunks(name.as_deref(), data, |_| ()).unwrap();
        }
        prop_assert_eq!(decoder.finish(), chunks.finish());
    }

    #[test]
    fn no_text_panics(name in ".{0,20}", data in ".{0,60}") {
        let mut decoder = ResponsesDecoder::new();
        let _ = decoder.push(Some(&name), &data, |_| ());
        let _ = decoder.push(None, &format!("{{\"type\":\"error\"}}{data}"), |_| ());
        prop_assert!(decoder.finish().is_err());
    }
}
