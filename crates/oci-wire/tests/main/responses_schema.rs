//! No event, item, part, tool or field of the OpenAI package 3.52.0 is without a typed counterpart.

use std::fmt::Debug;

use oci_wire::responses::{
    Annotation, Event, Item, NamedToolChoice, Part, Response, ResponseError, ResponseUsage,
    ResponsesRequest, TextFormat, Tool,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fixtures;

/// Every member of `sample` is in `written`, with the same value.
#[track_caller]
pub(crate) fn assert_carried(sample: &Value, written: &Value, what: &str) {
    match (sample, written) {
        (Value::Object(sample), Value::Object(written)) => {
            for (name, value) in sample {
                let Some(found) = written.get(name) else { panic!("{what} lost {name}") };
                assert_carried(value, found, what);
            }
        }
        (Value::Array(sample), Value::Array(written)) if sample.len() == written.len() => {
            for (value, found) in sample.iter().zip(written) {
                assert_carried(value, found, what);
            }
        }
        _ => assert_eq!(sample, written, "{what}"),
    }
}

/// Reads a sample, checks that all its members have fields, and that writing gives them back.
#[track_caller]
pub(crate) fn check<T: Debug + DeserializeOwned + Serialize>(sample: &Value, what: &str) -> T {
    let read: T = serde_json::from_value(sample.clone())
        .unwrap_or_else(|error| panic!("{what}: {error} in {sample}"));
    let shown = format!("{read:?}");
    assert!(!shown.contains("Extra([("), "{what} has a member without a field: {shown}");
    assert_carried(sample, &serde_json::to_value(&read).unwrap(), what);
    read
}

/// The samples of a union.
fn samples(union: &str) -> Vec<(String, Value)> {
    let index = fixtures::json("openai_schema.json");
    let members = index[union].as_array().unwrap();
    let sample =
        |member: &Value| (format!("{union} {}", member["class"]), member["sample"].clone());
    let samples: Vec<_> = members.iter().map(sample).collect();
    assert!(samples.len() > 1, "{union}");
    samples
}

#[test]
fn every_stream_event_is_typed() {
    let samples = samples("responses.stream_events");
    assert_eq!(samples.len(), 59);
    for (what, sample) in samples {
        let text = sample.to_string();
        let name = sample["type"].as_str().unwrap();
        let by_type = Event::parse(None, &text).unwrap();
        let by_name = Event::parse(Some(name), &text).unwrap();
        assert_eq!(by_type, by_name, "{what}");
        assert_eq!(by_type.name(), name);
        assert!(!matches!(by_type, Event::Other(_)), "{what} has no type");
        let shown = format!("{by_type:?}");
        assert!(!shown.contains("Extra([("), "{what} has a member without a field: {shown}");
        assert_carried(&sample, &serde_json::to_value(&by_type).unwrap(), &what);
        assert_eq!(by_type.sequence_number(), Some(7), "{what}");
        assert_eq!(by_type.clone().into_owned(), by_type);
    }
}

#[test]
fn every_item_is_typed() {
    let unions = [
        "responses.output_items",
        "responses.input_items",
        "responses.stored_items",
        "conversations.items",
    ];
    for union in unions {
        for (what, sample) in samples(union) {
            let item: Item = check(&sample, &what);
            assert!(item.as_unknown().is_none(), "{what} has no type");
        }
    }
}

#[test]
fn every_content_part_is_typed() {
    let unions = [
        "responses.input_content_parts",
        "responses.output_message_content",
        "responses.stream_content_parts",
        "conversations.message_content",
    ];
    for union in unions {
        for (what, sample) in samples(union) {
            let part: Part = check(&sample, &what);
            assert!(!matches!(part, Part::Other(_)), "{what} has no type");
        }
    }
}

#[test]
fn every_annotation_is_typed() {
    for (what, sample) in samples("responses.annotations") {
        let annotation: Annotation = check(&sample, &what);
        assert!(!matches!(annotation, Annotation::Other(_)), "{what} has no type");
    }
}

#[test]
fn every_tool_is_typed() {
    for (what, sample) in samples("responses.tools") {
        let tool: Tool = check(&sample, &what);
        assert!(!matches!(tool, Tool::Other(_)), "{what} has no type");
    }
}

#[test]
fn every_tool_choice_is_typed() {
    for (what, sample) in samples("responses.tool_choice") {
        let choice: NamedToolChoice = check(&sample, &what);
        assert!(!matches!(choice, NamedToolChoice::Other(_)), "{what} has no type");
    }
}

#[test]
fn every_text_format_is_typed() {
    for (what, sample) in samples("responses.text_format") {
        let format: TextFormat = check(&sample, &what);
        assert!(!matches!(format, TextFormat::Other(_)), "{what} has no type");
    }
}

#[test]
fn every_field_of_an_answer_is_typed() {
    let objects = &fixtures::json("openai_schema.json")["objects"];
    let _: Response = check(&objects["responses.Response"], "Response");
    let _: ResponseUsage = check(&objects["responses.ResponseUsage"], "ResponseUsage");
    let _: ResponseError = check(&objects["responses.ResponseError"], "ResponseError");
}

#[test]
fn every_parameter_is_a_field() {
    let mut sample =
        fixtures::json("openai_schema.json")["objects"]["responses.create.params"].clone();
    // The one parameter whose object has a member that a request cannot leave out.
    sample["moderation"] = serde_json::json!({"model": "s"});
    sample["stream"] = true.into();
    let _: ResponsesRequest = check(&sample, "ResponsesRequest");
}
