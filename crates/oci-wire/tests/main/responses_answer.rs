//! Answers of the Responses API: canned ones read and written back, and what is kept of the unknown.

use oci_wire::responses::{
    Event, Item, ItemStatus, McpError, MessageContent, Part, Response, ResponseStatus, Tool,
    ToolChoice,
};
use serde_json::{Value, json};

use crate::fixtures::{self, without_nulls};

fn canned(name: &str) -> Response {
    Response::from_json(fixtures::text(&format!("responses/openai/{name}")).as_bytes()).unwrap()
}

#[test]
fn every_canned_answer_survives() {
    for name in fixtures::names("responses/openai", "responses_", ".json") {
        if name == "responses_input_items.json" {
            continue;
        }
        let value = fixtures::json(&format!("responses/openai/{name}"));
        let response = canned(&name);
        assert_eq!(
            without_nulls(serde_json::to_value(&response).unwrap()),
            without_nulls(value),
            "{name}"
        );
        let shown = format!("{response:?}");
        assert!(!shown.contains("Extra([("), "{name}: {shown}");
    }
}

#[test]
fn every_event_of_every_canned_stream_survives() {
    for name in fixtures::names("responses/openai", "responses_", ".sse") {
        for data in fixtures::events(&format!("responses/openai/{name}")) {
            if data == "[DONE]" {
                continue;
            }
            let event = Event::parse(None, &data).unwrap();
            let value: Value = serde_json::from_str(&data).unwrap();
            let written = serde_json::to_value(&event).unwrap();
            assert_eq!(without_nulls(written), without_nulls(value), "{name}");
            let shown = format!("{event:?}");
            assert!(!shown.contains("Extra([("), "{name}: {shown}");
        }
    }
}

#[test]
fn an_answer_tells_what_it_holds() {
    let response = canned("responses_full.json");
    assert_eq!(response.text(), "See [1]");
    assert_eq!(response.refusal(), Some("no"));
    assert_eq!(response.reasoning_text().as_deref(), Some("raw"));
    let calls: Vec<&str> = response.function_calls().map(|call| call.name.as_str()).collect();
    assert_eq!(calls, ["get_weather"]);
    assert_eq!(response.tool_choice, Some(ToolChoice::function("get_weather")));
    assert_eq!(response.usage.unwrap().total_tokens, Some(26));
    assert_eq!(response.status, Some(ResponseStatus::Completed));
}

#[test]
fn failures_are_told_apart() {
    assert!(canned("responses_failed.json").is_failure());
    assert!(!canned("responses_incomplete.json").is_failure());
    assert!(!canned("responses_cancel.json").is_failure());
    // A success by its status line, seen from a public adapter.
    let body = br#"{"error":{"code":"invalid_request","message":"no"}}"#;
    assert!(Response::from_json(body).unwrap().is_failure());
    let response = Response::from_json(body).unwrap();
    assert_eq!(response.failure().unwrap().to_string(), "invalid_request: no");
    let body = br#"{"error":"no"}"#;
    assert_eq!(Response::from_json(body).unwrap().failure().unwrap().to_string(), "no");
    assert_eq!(canned("responses_minimal.json").failure(), None);
}

/// Written as it was read, character by character.
#[track_caller]
fn check_verbatim(text: &str) {
    let item: Item = serde_json::from_str(text).unwrap();
    assert!(item.as_unknown().is_some(), "{item:?}");
    assert_eq!(serde_json::to_string(&item).unwrap(), text);
    let input = format!(r#"[{text}]"#);
    let items: Vec<Item> = serde_json::from_str(&input).unwrap();
    assert_eq!(serde_json::to_string(&items).unwrap(), input);
}

#[test]
fn unknown_items_keep_their_text() {
    check_verbatim(r#"{"type":"new_item", "n":1e2,"big":12345678901234567890123,"n":1.50}"#);
    check_verbatim(r#"{"n":[1.0,{"a":null}],"type":"new_item"}"#);
    check_verbatim(&format!(r#"{{"type":"deep","x":{}{}}}"#, "[".repeat(100), "]".repeat(100)));
    check_verbatim(r#"{"type":7}"#.replace('7', r#""\u0078y""#).as_str());
}

#[test]
fn unknown_parts_tools_and_events_keep_their_text() {
    let text = r#"{"type":"output_hologram","x":1e2,"x":1E2}"#;
    let part: Part = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&part).unwrap(), text);
    let tool: Tool = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&tool).unwrap(), text);
    let event = Event::parse(Some("response.hologram.delta"), text).unwrap();
    assert_eq!(event.name(), "output_hologram");
    assert_eq!(serde_json::to_string(&event).unwrap(), text);
    let event = Event::parse(Some("response.hologram.delta"), r#"{"x":1e2}"#).unwrap();
    assert_eq!(event.name(), "response.hologram.delta");
    assert_eq!(serde_json::to_string(&event).unwrap(), r#"{"x":1e2}"#);
}

#[test]
fn unknown_members_of_known_items_are_kept() {
    let text = r#"{"type":"function_call","call_id":"c","name":"f","arguments":"{}","n":1e2,"m":12345678901234567890123}"#;
    let item: Item = serde_json::from_str(text).unwrap();
    assert_eq!(item.as_function_call().unwrap().name, "f");
    assert_eq!(serde_json::to_string(&item).unwrap(), text);
}

#[test]
fn nothing_is_needed_and_null_is_nothing() {
    let response: Response = serde_json::from_value(json!({})).unwrap();
    assert_eq!(response, Response::default());
    let nulls = json!({"id": null, "output": null, "usage": null, "status": null, "tools": null,
        "text": null, "error": null, "created_at": null, "conversation": null});
    assert_eq!(serde_json::from_value::<Response>(nulls).unwrap(), Response::default());
    let item: Item =
        serde_json::from_value(json!({"type": "function_call", "name": null})).unwrap();
    assert_eq!(item.as_function_call().unwrap().name, "");
    let message: Item = serde_json::from_value(json!({"role": "assistant"})).unwrap();
    assert_eq!(message.as_message().unwrap().text(), "");
}

#[test]
fn members_of_another_kind_do_not_lose_the_rest() {
    let body = json!({"id": 7, "status": "resting", "created_at": "now", "output": [
        {"type": "message", "status": "dozing", "content": [{"type": "output_text", "text": "hi"}]},
        {"type": "mcp_call", "name": "f", "error": "older form"},
        {"type": "message", "content": 7},
    ]});
    let response: Response = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(response.text(), "hi");
    assert_eq!(response.status, Some(ResponseStatus::Other("resting".into())));
    let message = response.output()[0].as_message().unwrap();
    assert_eq!(message.status, Some(ItemStatus::Other("dozing".into())));
    let Item::McpCall(call) = &response.output()[1] else { panic!() };
    assert_eq!(call.error, Some(McpError::Text("older form".into())));
    assert!(matches!(
        response.output()[2].as_message().unwrap().content,
        Some(MessageContent::Other(_))
    ));
    crate::responses_schema::assert_carried(
        &body,
        &serde_json::to_value(&response).unwrap(),
        "answer",
    );
}
