//! What is not known is not lost, and what is odd is not fatal.

use oci_wire::chat::{
    ChatAccumulator, ChatChunk, ChatRequest, ChatResponse, Message, Part, StreamEvent, Tool,
    ToolCall, Usage,
};
use oci_wire::native::{ApiFormat, ChatDecoder, ChatEvent};
use oci_wire::responses::Event;
use oci_wire::{Extra, Number, RawJson};
use serde_json::json;

/// JSON that a reader through a tree of values would change.
fn fragile() -> Vec<String> {
    vec![
        "1e2".to_owned(),
        "12345678901234567890123".to_owned(),
        "-0.0".to_owned(),
        "0.10000000000000000000001".to_owned(),
        r#"{"a":1,"a":2,"b":null}"#.to_owned(),
        r#""é😀""#.to_owned(),
        format!("{}1{}", "[".repeat(100), "]".repeat(100)),
        format!("{}null{}", r#"{"d":"#.repeat(100), "}".repeat(100)),
        "null".to_owned(),
    ]
}

#[test]
fn unknown_members_keep_their_text_everywhere() {
    for raw in fragile() {
        let response = format!(
            r#"{{"choices":[{{"index":0,"message":{{"content":"x","a":{raw}}},"b":{raw}}}],"usage":{{"total_tokens":1}},"c":{raw}}}"#
        );
        let read = ChatResponse::from_json(response.as_bytes()).unwrap();
        assert_eq!(read.text(), "x");
        assert_eq!(read.extra.get("c").unwrap().get(), raw);
        assert_eq!(serde_json::to_string(&read).unwrap(), response);

        let request = format!(
            r#"{{"model":"m","messages":[{{"role":"user","content":"x","a":{raw}}}],"b":{raw},"b":{raw}}}"#
        );
        let read: ChatRequest = serde_json::from_str(&request).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), request);
    }
}

#[test]
fn unknown_members_of_a_chunk_keep_their_text_unless_null() {
    for raw in fragile().into_iter().filter(|raw| raw != "null") {
        let data = format!(
            r#"{{"choices":[{{"index":0,"delta":{{"content":"x","a":{raw}}},"b":{raw}}}],"usage":{{"total_tokens":1,"d":{raw}}},"c":{raw}}}"#
        );
        let chunk = ChatChunk::from_json(&data).unwrap();
        assert_eq!(chunk.text(), Some("x"));
        assert_eq!(serde_json::to_string(&chunk).unwrap(), data);
    }
    let chunk =
        ChatChunk::from_json(r#"{"choices":[{"delta":{"a":null},"b":null}],"c":null}"#).unwrap();
    assert!(chunk.extra.is_empty());
}

#[test]
fn unknown_kinds_keep_their_text() {
    for raw in fragile() {
        let part = format!(r#"{{"type":"hologram","data":{raw}}}"#);
        let message =
            format!(r#"{{"role":"user","content":[{{"type":"text","text":"x"}},{part}]}}"#);
        let read: Message = serde_json::from_str(&message).unwrap();
        assert_eq!(read.text(), "x");
        assert_eq!(serde_json::to_string(&read).unwrap(), message);

        let message = format!(r#"{{"role":"oracle","content":{raw}}}"#);
        let read: Message = serde_json::from_str(&message).unwrap();
        assert!(matches!(read, Message::Other(_)));
        assert_eq!(read.role().unwrap().as_str(), "oracle");
        assert_eq!(serde_json::to_string(&read).unwrap(), message);

        let tool = format!(r#"{{"type":"web_search","filters":{raw}}}"#);
        assert_eq!(
            serde_json::to_string(&serde_json::from_str::<Tool>(&tool).unwrap()).unwrap(),
            tool
        );
    }
}

#[test]
fn a_known_kind_of_unexpected_shape_keeps_its_text() {
    for text in [
        r#"{"type":"text"}"#,
        r#"{"type":"text","text":7}"#,
        r#"{"type":"image_url","image_url":"u"}"#,
        "7",
    ] {
        let part: Part = serde_json::from_str(text).unwrap();
        assert!(matches!(part, Part::Other(_)), "{text}");
        assert_eq!(serde_json::to_string(&part).unwrap(), text);
    }
    let message: Message = serde_json::from_str(r#"{"role":"tool","content":"x"}"#).unwrap();
    assert!(matches!(message, Message::Other(_)), "a tool message needs an id");
}

#[test]
fn a_known_member_of_unexpected_kind_is_kept_in_extra() {
    let text = r#"{"choices":[{"index":0,"message":{"content":"x","annotations":{"odd":1}},"finish_reason":5,"logprobs":[]}],"created":"yesterday","usage":"much","model":12345678901234567890123}"#;
    let response = ChatResponse::from_json(text.as_bytes()).unwrap();
    assert_eq!(response.text(), "x");
    assert_eq!(response.created, None);
    let written = serde_json::to_string(&response).unwrap();
    assert_eq!(written, text);
}

#[test]
fn nulls_and_gaps_read_as_absent_everywhere() {
    for text in [
        r#"{}"#,
        r#"{"id":null,"object":null,"created":null,"model":null,"choices":null,"usage":null}"#,
        r#"{"choices":[]}"#,
        r#"{"choices":[{}]}"#,
        r#"{"choices":[{"index":null,"message":null,"delta":null,"finish_reason":null,"logprobs":null}]}"#,
        r#"{"choices":[{"message":{"role":null,"content":null,"tool_calls":null,"annotations":null}}]}"#,
        r#"{"usage":{"prompt_tokens":null,"prompt_tokens_details":null,"completion_tokens_details":{"reasoning_tokens":null}}}"#,
    ] {
        let response = ChatResponse::from_json(text.as_bytes()).unwrap();
        assert_eq!((response.text(), response.finish_reason()), ("", None), "{text}");
        let chunk = ChatChunk::from_json(text).unwrap();
        assert_eq!((chunk.text(), chunk.finish_reason()), (None, None), "{text}");
    }
}

#[test]
fn a_chunk_takes_any_kind_anywhere() {
    for odd in
        ["null", "true", "7", "-7", "1.5", r#""text""#, "[]", "[[1]]", "{}", r#"{"a":{"b":1}}"#]
    {
        for template in [
            r#"{"id":ODD,"object":ODD,"created":ODD,"model":ODD,"usage":ODD,"service_tier":ODD,"choices":[{"delta":{"content":"x"}}]}"#,
            r#"{"choices":ODD}"#,
            r#"{"choices":[ODD]}"#,
            r#"{"choices":[{"index":ODD,"delta":ODD,"finish_reason":ODD,"logprobs":ODD}]}"#,
            r#"{"choices":[{"delta":{"role":ODD,"refusal":ODD,"tool_calls":ODD,"function_call":ODD,"audio":ODD}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[ODD,{"index":ODD,"id":ODD,"type":ODD,"function":ODD,"custom":ODD}]}}]}"#,
            r#"{"usage":{"prompt_tokens":ODD,"prompt_tokens_details":ODD,"completion_tokens_details":{"audio_tokens":ODD}}}"#,
        ] {
            let text = template.replace("ODD", odd);
            let chunk =
                ChatChunk::from_json(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            if template.contains(r#""content":"x""#) {
                assert_eq!(chunk.text(), Some("x"));
            }
        }
    }
}

/// A known member of a wrong kind is in the `extra` of its object, with its text, and is written back.
#[test]
fn a_chunk_keeps_what_is_of_the_wrong_kind() {
    for text in [
        r#"{"id":7,"choices":[{"index":0,"delta":{"content":"x"}}],"created":"now"}"#,
        r#"{"choices":[{"index":0,"delta":{"content":{"text":"x","a":1e2,"a":2}}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":{"city":12345678901234567890123}}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":{"index":0}}}]}"#,
        r#"{"choices":[{"index":0,"delta":7,"finish_reason":["stop"]}]}"#,
        r#"{"choices":[],"usage":{"prompt_tokens":-1,"total_tokens":1.5,"prompt_tokens_details":[]}}"#,
        r#"{"choices":"none","model":{"m":1}}"#,
    ] {
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let chunk = ChatChunk::from_json(text).unwrap();
        let written = serde_json::to_string(&chunk).unwrap();
        assert_eq!(read(&written), read(text));
        let twice = format!("{text}\n{text}");
        let events: Vec<_> = StreamEvent::parse_all(&twice).collect();
        let event = Ok(StreamEvent::Chunk(chunk));
        assert_eq!(events, [event.clone(), event]);
        // The kept text is that of the stream, digit for digit.
        for fragile in ["12345678901234567890123", r#""a":1e2,"a":2"#] {
            assert_eq!(text.contains(fragile), written.contains(fragile), "{written}");
        }
    }
}

#[test]
fn a_list_that_fits_in_part_is_kept_whole_beside_what_fits() {
    let text = r#"{"choices":[{"index":0,"delta":{"tool_calls":[7,{"index":0,"id":"1"}]}},"odd"]}"#;
    let chunk = ChatChunk::from_json(text).unwrap();
    assert_eq!(chunk.extra.get("choices").unwrap().get(), &text[11..text.len() - 1]);
    let delta = chunk.delta().unwrap();
    assert_eq!(delta.tool_calls[0].id.as_deref(), Some("1"));
    assert_eq!(delta.extra.get("tool_calls").unwrap().get(), r#"[7,{"index":0,"id":"1"}]"#);
}

/// The parts of a list that are not text are kept beside the text of those that are.
#[test]
fn content_in_parts_loses_no_part() {
    let content = |content: &str| format!(r#"{{"choices":[{{"delta":{{"content":{content}}}}}]}}"#);
    for (parts, text, is_kept) in [
        (r#"["a",{"type":"text","text":"b"},null,{"text":"c"}]"#, Some("abc"), false),
        (r#"[{"type":"text","text":"a\n"}]"#, Some("a\n"), false),
        (r#"[{"type":"text","text":"a","index":0},"b"]"#, Some("ab"), true),
        (r#"[{"type":"thinking","thinking":[]},{"type":"text","text":"a"}]"#, Some("a"), true),
        (r#"[{"type":"image","text":"a"}]"#, None, true),
        (r#"[7]"#, None, true),
        (r#"[]"#, None, false),
    ] {
        let data = content(parts);
        let chunk = ChatChunk::from_json(&data).unwrap();
        assert_eq!(chunk.text(), text, "{parts}");
        let kept = chunk.delta().unwrap().extra.get("content").map(RawJson::get);
        assert_eq!(kept, is_kept.then_some(parts));
    }
}

#[test]
fn events_of_other_dialects_keep_what_is_of_the_wrong_kind() {
    let delta = r#"{"type":"response.output_text.delta","item_id":"m","output_index":"0","delta":{"text":"x"}}"#;
    let Event::OutputTextDelta(read) = Event::parse(None, delta).unwrap() else { panic!() };
    assert_eq!(read.extra.get("output_index").unwrap().get(), r#""0""#);
    assert_eq!(read.extra.get("delta").unwrap().get(), r#"{"text":"x"}"#);
    assert_eq!((read.item_id.as_deref(), read.text()), (Some("m"), ""));

    let native = r#"{"index":"0","message":{"content":[{"type":"TEXT","text":5},8],"toolCalls":[{"id":"1","name":"f","arguments":{"a":1e2}}]}}"#;
    let read = ChatEvent::from_json(native).unwrap();
    assert_eq!(read.extra.get("index").unwrap().get(), r#""0""#);
    let message = read.message.as_ref().unwrap();
    let part = message.content.as_ref().unwrap().iter().next().unwrap();
    assert_eq!(part.extra.get("text").unwrap().get(), "5");
    assert_eq!(message.extra.get("content").unwrap().get(), r#"[{"type":"TEXT","text":5},8]"#);
    assert_eq!(message.tool_calls[0].extra.get("arguments").unwrap().get(), r#"{"a":1e2}"#);

    let usage: Usage = serde_json::from_value(json!({"prompt_tokens": "many"})).unwrap();
    assert_eq!(usage.extra.get("prompt_tokens").unwrap().get(), r#""many""#);
}

/// Arguments that come as an object reach the whole answer.
#[test]
fn an_accumulated_call_keeps_arguments_of_the_wrong_kind() {
    let text = r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":{"a":1}}}]}}]}"#;
    let mut answer = ChatAccumulator::new();
    answer.push(&ChatChunk::from_json(text).unwrap());
    let response = answer.finish();
    let ToolCall::Function(call) = &response.tool_calls()[0] else { panic!("{response:?}") };
    assert_eq!(call.function.extra.get("arguments").unwrap().get(), r#"{"a":1}"#);

    let native = r#"{"message":{"toolCalls":[{"id":"1","name":"f","arguments":{"a":1}}]}}"#;
    let mut decoder = ChatDecoder::new(ApiFormat::Generic);
    decoder.push("", native, &mut |_| {}).unwrap();
    assert_eq!(decoder.answer().clone().finish().tool_calls()[0].arguments(), r#"{"a":1}"#);
}

#[test]
fn counts_come_as_floats_too() {
    let chunk = ChatChunk::from_json(
        r#"{"usage":{"prompt_tokens":12.0,"completion_tokens":-1,"total_tokens":1.5}}"#,
    )
    .unwrap();
    let usage = chunk.usage().unwrap();
    assert_eq!(
        (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens),
        (Some(12), None, None)
    );
    assert_eq!(usage.total(), None);
}

#[test]
fn a_call_without_a_type_is_a_function_call() {
    let text = r#"{"id":"1","function":{"name":"f","arguments":"{}"}}"#;
    assert_eq!(serde_json::from_str::<ToolCall>(text).unwrap(), ToolCall::function("1", "f", "{}"));
    let call: ToolCall =
        serde_json::from_str(r#"{"type":"function","function":{"name":"f"}}"#).unwrap();
    assert_eq!((call.id(), call.name(), call.arguments()), ("", "f", ""));
}

#[test]
fn extra_members_are_a_small_ordered_map() {
    let mut extra = Extra::new();
    extra.insert("b", json!(1));
    extra.insert("a", json!(2));
    extra.insert("b", json!(3));
    let names: Vec<_> = extra.iter().map(|(name, value)| (name, value.get())).collect();
    assert_eq!(names, [("a", "2"), ("b", "3")]);
    assert_eq!((extra.len(), extra.is_empty(), extra.contains("a")), (2, false, true));
    assert_eq!(extra.remove("a"), Some(RawJson::from(json!(2))));
    assert_eq!(extra.get("a"), None);
    assert_eq!(extra.remove("b"), Some(RawJson::from(json!(3))));
    assert_eq!((extra.is_empty(), &extra), (true, &Extra::new()));
}

#[test]
fn raw_json_is_checked_when_it_is_made() {
    assert_eq!(RawJson::parse("{\"a\": 1e2}").unwrap().get(), "{\"a\": 1e2}");
    assert!(RawJson::parse("{\"a\"").is_err());
    assert!(RawJson::parse("1 2").is_err());
    assert!(RawJson::from_serialize(&std::collections::BTreeMap::from([((1, 2), 3)])).is_err());
    assert_eq!(RawJson::from_serialize(&[1, 2]).unwrap().to_value(), json!([1, 2]));
}

#[test]
fn numbers_keep_their_kind_and_every_digit() {
    for text in [
        "0",
        "1",
        "-7",
        "1.0",
        "0.3",
        "104209.81178184149",
        "-0.0",
        "9223372036854775807",
        "5e-324",
    ] {
        let number: Number = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), text);
    }
    assert_eq!(serde_json::from_str::<Number>("-0").unwrap(), Number::Float(-0.0));
    assert_eq!(serde_json::from_str::<Number>("1e2").unwrap().as_f64(), 100.0);
    assert_eq!(
        serde_json::from_str::<Number>("12345678901234567890123").unwrap().as_f64(),
        12_345_678_901_234_567_890_123.0
    );
    for text in ["1e400", "\"1\"", "true", "[]"] {
        assert!(serde_json::from_str::<Number>(text).is_err(), "{text}");
    }
    assert_eq!(serde_json::from_value::<Number>(json!(0.5)).unwrap(), Number::from(0.5));
}
