//! Relations that hold for any bytes: the fuzz targets call them, and `corpus` replays through them what fuzzing kept.

use oci_wire::chat::{ChatAccumulator, ChatChunk, ChatResponse, StreamEvent};
use oci_wire::error::ErrorBody;
use oci_wire::native::{ApiFormat, BaseChatResponse, ChatDecoder, ChatEvent, ChatResult};
use oci_wire::responses::{Event, Response, ResponsesDecoder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Whole answers of chat completions.
pub(crate) fn chat_response(input: &[u8]) {
    if let Ok(response) = ChatResponse::from_json(input) {
        let _ = (response.text(), response.tool_calls(), response.finish_reason());
    }
    whole::<ChatResponse>(input);
}

/// Chunks of chat completions, alone, in streams and put together.
pub(crate) fn chat_chunk(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let chunk = ChatChunk::from_json(text);
    // The one takes the quick way where it can, the other never does.
    assert_eq!(chunk.as_ref().ok(), serde_json::from_str::<ChatChunk<'_>>(text).as_ref().ok());
    if let Ok(chunk) = chunk {
        let written = serde_json::to_string(&chunk).unwrap();
        let again = ChatChunk::from_json(&written).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), written);
        assert_names_kept(text, &written);
        assert_eq!(chunk.clone().into_owned(), chunk);
        let twice = format!("{text}\n{text}");
        assert_eq!(StreamEvent::parse_all(&twice).count(), 2);
    }
    let mut answer = ChatAccumulator::new();
    for event in StreamEvent::parse_all(text).flatten() {
        if let StreamEvent::Chunk(chunk) = event {
            answer.push(&chunk);
        }
    }
    let _ = answer.finish();
}

/// Whole answers of the Responses API.
pub(crate) fn response(input: &[u8]) {
    if let Some(response) = whole::<Response>(input) {
        let _ = (response.text(), response.failure());
    }
}

/// Events of the Responses API, one a line, alone and put together.
pub(crate) fn response_event(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let mut events = ResponsesDecoder::new();
    let mut chunks = ResponsesDecoder::new();
    for line in text.lines() {
        if let Ok(event) = Event::parse(None, line) {
            let written = serde_json::to_string(&event).unwrap();
            let again = Event::parse(Some(event.name()), &written).unwrap();
            assert_eq!(serde_json::to_string(&again).unwrap(), written);
            assert_names_kept(line, &written);
            assert_eq!(event.clone().into_owned(), event);
        }
        let _ = events.push(None, line, |_| {});
        let _ = chunks.push_chunks(None, line, |_| {});
    }
    let (events, chunks) = (events.finish(), chunks.finish());
    assert_eq!(events.is_ok(), chunks.is_ok());
}

/// Whole native answers, in the envelope and without it.
pub(crate) fn native_answer(input: &[u8]) {
    whole::<ChatResult>(input);
    whole::<BaseChatResponse>(input);
}

/// Events of native streams, put together in each of the formats.
pub(crate) fn native_event(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let event = ChatEvent::from_json(text);
    assert_eq!(event.as_ref().ok(), serde_json::from_str::<ChatEvent<'_>>(text).as_ref().ok());
    if let Ok(event) = event {
        let written = serde_json::to_string(&event).unwrap();
        let again = ChatEvent::from_json(&written).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), written);
        assert_names_kept(text, &written);
    }
    for format in [ApiFormat::Generic, ApiFormat::Cohere, ApiFormat::CohereV2] {
        let mut decoder = ChatDecoder::new(format);
        let _ = decoder.push("", text, &mut |event| {
            if let StreamEvent::Chunk(chunk) = event {
                let written = serde_json::to_string(&chunk).unwrap();
                assert!(ChatChunk::from_json(&written).is_ok(), "{written}");
            }
        });
        let _ = decoder.finish();
    }
}

/// Bodies of failed calls, which are always read.
pub(crate) fn error_body(input: &[u8]) {
    let body = ErrorBody::parse(input);
    assert_eq!(ErrorBody::parse(input), body);
    let shown = body.to_string();
    assert!(!shown.is_empty());
}

/// What is read and written is read and written the same, and has every member.
fn whole<T: DeserializeOwned + Serialize>(input: &[u8]) -> Option<T> {
    let text = str::from_utf8(input).ok()?;
    let value: T = serde_json::from_str(text).ok()?;
    let written = serde_json::to_string(&value).unwrap();
    let again: T = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    assert_names_kept(text, &written);
    Some(value)
}

/// Every member of the object that says something is in what was written.
#[track_caller]
fn assert_names_kept(read: &str, written: &str) {
    // A tree of values has its own limits of depth and numbers; what it cannot hold is not compared.
    let Ok(read) = serde_json::from_str::<Map<String, Value>>(read) else { return };
    let written: Map<String, Value> = serde_json::from_str(written).unwrap();
    for (name, value) in read {
        let says_nothing = value.is_null() || value == Value::Array(Vec::new());
        assert!(says_nothing || written.contains_key(&name), "{name} is lost: {written:?}");
    }
}
