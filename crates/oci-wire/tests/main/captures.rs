//! Over all dialects: every shared capture and event is covered, and nothing unknown changes on the way through.

use std::fmt::Debug;

use oci_wire::chat::{ChatAccumulator, ChatChunk, ChatResponse, FinishReason, Message};
use oci_wire::native::{
    ApiFormat, BaseChatResponse, ChatDecoder, ChatEvent, ChatResult, cohere, cohere_v2, generic,
};
use oci_wire::responses::{
    Annotation, Event, Item, NamedToolChoice, Part, Response, ResponsesDecoder, TextFormat, Tool,
};
use oci_wire::{control, nl2sql, resources};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fixtures;

/// Each prefix has a test that goes over all its captures and fails at one without a builder.
const REPRODUCED: [(&str, usize); 7] = [
    ("control__", 8),
    ("native__", 41),
    ("nl2sql__", 2),
    ("openai__chat_", 5),
    ("openai__error_", 7),
    ("openai__responses_", 9),
    // The rest of `openai__`: what is stored, and embeddings.
    ("openai__", 8),
];

#[test]
fn every_capture_with_a_json_body_is_reproduced() {
    let mut counts = REPRODUCED.map(|(prefix, _)| (prefix, 0));
    for name in fixtures::names("requests", "", ".json") {
        if fixtures::json(&format!("requests/{name}"))["body"].is_null() {
            continue;
        }
        let group = counts.iter_mut().find(|(prefix, _)| name.starts_with(prefix));
        group.unwrap_or_else(|| panic!("{name} is reproduced by no test")).1 += 1;
    }
    assert_eq!(counts, REPRODUCED);
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), 80);
}

#[test]
fn every_event_of_every_native_stream_survives() {
    let mut count = 0;
    for name in fixtures::names("responses/native", "", ".sse") {
        let events = fixtures::events(&format!("responses/native/{name}"));
        for document in events.iter().flat_map(|event| event.lines()) {
            if document == "[DONE]" {
                continue;
            }
            count += 1;
            let read = ChatEvent::from_json(document).unwrap();
            let written = fixtures::without_nulls(serde_json::to_value(&read).unwrap());
            let sent = fixtures::without_nulls(serde_json::from_str(document).unwrap());
            assert_eq!(written, sent, "{name}");
        }
    }
    assert!(count >= 46, "only {count} events");
}

/// JSON that a reader through a tree of values would change.
fn fragile() -> [String; 6] {
    [
        "1e2".to_owned(),
        "12345678901234567890123".to_owned(),
        "-0.0".to_owned(),
        r#"{"a":1,"a":2,"b":null}"#.to_owned(),
        format!("{}1{}", "[".repeat(100), "]".repeat(100)),
        format!("{}1{}", r#"{"d":"#.repeat(100), "}".repeat(100)),
    ]
}

/// The text is read and written back unchanged, whatever stands for `RAW`.
#[track_caller]
fn verbatim<T: Debug + DeserializeOwned + Serialize>(template: &str) {
    for raw in fragile() {
        let text = template.replace("RAW", &raw);
        let read: T = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text, "{read:?}");
    }
}

#[test]
fn unknown_kinds_keep_their_text_in_every_union() {
    let kind = r#"{"type":"hologram","x":RAW}"#;
    verbatim::<Item>(kind);
    verbatim::<Part>(kind);
    verbatim::<Tool>(kind);
    verbatim::<NamedToolChoice>(kind);
    verbatim::<TextFormat>(kind);
    verbatim::<Annotation>(kind);
    verbatim::<oci_wire::chat::Part>(kind);
    verbatim::<oci_wire::chat::Tool>(kind);
    verbatim::<resources::ChunkingStrategy>(kind);
    verbatim::<generic::Content>(kind);
    verbatim::<cohere_v2::Content>(kind);
    verbatim::<Message>(r#"{"role":"oracle","x":RAW}"#);
    verbatim::<generic::Message>(r#"{"role":"ORACLE","x":RAW}"#);
    verbatim::<cohere::Message>(r#"{"role":"ORACLE","x":RAW}"#);
    verbatim::<cohere_v2::Message>(r#"{"role":"ORACLE","x":RAW}"#);
    verbatim::<BaseChatResponse>(r#"{"apiFormat":"NEWEST","x":RAW}"#);
    verbatim::<control::ConnectorConfiguration>(kind);
    verbatim::<control::DataSource>(kind);
    verbatim::<control::ModelDataSource>(r#"{"sourceType":"FTP","x":RAW}"#);
    verbatim::<nl2sql::JobOutput>(r#"{"jobOutputLocation":"BUCKET","x":RAW}"#);
}

#[test]
fn unknown_members_keep_their_text_in_every_answer() {
    verbatim::<ChatResponse>(r#"{"choices":[],"x":RAW}"#);
    verbatim::<Response>(r#"{"id":"r","output":[{"type":"reasoning","x":RAW}],"x":RAW}"#);
    verbatim::<ChatResult>(
        r#"{"modelId":"m","chatResponse":{"apiFormat":"COHERE","text":"","x":RAW},"x":RAW}"#,
    );
    verbatim::<BaseChatResponse>(r#"{"apiFormat":"COHEREV2","x":RAW}"#);
    verbatim::<BaseChatResponse>(r#"{"apiFormat":"GENERIC","choices":[],"x":RAW}"#);
    verbatim::<resources::VectorStore>(r#"{"id":"vs_1","x":RAW}"#);
    verbatim::<control::Project>(r#"{"id":"p","definedTags":{"ns":{"k":RAW}},"x":RAW}"#);
    verbatim::<nl2sql::GenerateSqlJob>(r#"{"id":"j","x":RAW}"#);
}

#[test]
fn unknown_events_and_members_keep_their_text_in_every_stream() {
    for raw in fragile() {
        let text = format!(r#"{{"type":"response.hologram.delta","x":{raw}}}"#);
        let event = Event::parse(None, &text).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), text);

        let text = format!(
            r#"{{"type":"response.output_text.delta","delta":"a","sequence_number":1,"x":{raw}}}"#
        );
        let event = Event::parse(None, &text).unwrap();
        assert!(matches!(event, Event::OutputTextDelta(_)));
        assert_eq!(serde_json::to_string(&event).unwrap(), text);

        let text = format!(r#"{{"index":0,"message":{{"x":{raw}}},"y":{raw}}}"#);
        let event = ChatEvent::from_json(&text).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
}

#[test]
fn a_new_finish_reason_does_not_lose_the_answer() {
    let tired = FinishReason::Other("tired".to_owned());
    let chunk = r#"{"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"tired"}]}"#;
    let mut answer = ChatAccumulator::new();
    answer.push(&ChatChunk::from_json(chunk).unwrap());
    let streamed = answer.finish();
    let whole: ChatResponse = serde_json::from_str(
        r#"{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"tired"}]}"#,
    )
    .unwrap();
    for answer in [streamed, whole] {
        assert_eq!((answer.text(), answer.finish_reason()), ("hi", Some(&tired)));
    }

    for (format, event) in [
        (
            ApiFormat::Generic,
            r#"{"message":{"content":[{"type":"TEXT","text":"hi"}]},"finishReason":"tired"}"#,
        ),
        (ApiFormat::Cohere, r#"{"apiFormat":"COHERE","text":"hi","finishReason":"tired"}"#),
        (
            ApiFormat::CohereV2,
            r#"{"apiFormat":"COHEREV2","message":{"content":[{"type":"TEXT","text":"hi"}]},"finishReason":"tired"}"#,
        ),
    ] {
        let mut decoder = ChatDecoder::new(format);
        decoder.push("", event, &mut |_| {}).unwrap();
        let answer = decoder.finish().unwrap();
        assert_eq!((answer.text(), answer.finish_reason()), ("hi", Some(&tired)), "{event}");
    }

    let mut decoder = ResponsesDecoder::new();
    for data in [
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"hi"}"#,
        r#"{"type":"response.completed","response":{"id":"r","status":"tired","output":[{"type":"message","content":[{"type":"output_text","text":"hi"}]}]}}"#,
    ] {
        decoder.push_chunks(None, data, |_| {}).unwrap();
    }
    let answer = decoder.finish().unwrap();
    assert_eq!((answer.text().as_ref(), answer.status.unwrap().as_str()), ("hi", "tired"));
}
