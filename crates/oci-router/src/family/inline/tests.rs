//! What is a call and what is text, cut at every place.

use oci_wire::chat::{ChatRequest, Message, ResponseFormat, Tool, ToolChoiceMode};
use serde_json::json;

use super::*;

fn request() -> ChatRequest {
    let mut request = ChatRequest::new("m", [Message::user("?")]);
    let weather = json!({"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city"]});
    let time = json!({"type": "object", "properties": {}});
    request.tools = Some(vec![
        Tool::function("get_weather", "", weather),
        Tool::function("get_time", "", time),
    ]);
    request
}

/// What becomes of a text, the same however it is cut.
#[track_caller]
fn read_with(offered: &Offered, text: &str) -> (String, Said) {
    let whole = pieces(offered, &[text]);
    for (at, _) in text.char_indices() {
        let (left, right) = text.split_at(at);
        assert_eq!(pieces(offered, &[left, right]), whole, "cut at {at}");
    }
    let letters: Vec<String> = text.chars().map(String::from).collect();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    assert_eq!(pieces(offered, &letters), whole, "letter by letter");
    whole
}

/// The text in all, and what is left for the end besides.
fn pieces(offered: &Offered, pieces: &[&str]) -> (String, Said) {
    let mut hold = HoldBack::default();
    let mut text = String::new();
    for piece in pieces {
        text.push_str(&hold.push(piece, offered));
    }
    let mut said = hold.end(offered);
    text.push_str(&std::mem::take(&mut said.text));
    (text, said)
}

#[track_caller]
fn calls(text: &str, prose: &str, expected: &[(&str, &str)]) {
    let (said, end) = read_with(&Offered::of(&request()).unwrap(), text);
    let found: Vec<_> =
        end.calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect();
    assert_eq!(found, expected, "{text}");
    assert_eq!((said.as_str(), end.is_cut_off), (prose, false), "{text}");
}

#[track_caller]
fn text(text: &str) {
    calls(text, text, &[]);
}

#[track_caller]
fn cut_off(text: &str) {
    let (said, end) = read_with(&Offered::of(&request()).unwrap(), text);
    assert_eq!(end, Said { is_cut_off: true, ..Said::default() }, "{text}");
    assert_eq!(said, text, "what was written is still there");
}

const ROME: (&str, &str) = ("get_weather", r#"{"city":"Rome"}"#);

#[test]
fn tags_are_calls_in_either_form_alone_or_behind_prose() {
    let json = r#"<tool_call>{"name": "get_weather", "arguments": {"city": "Rome"}}</tool_call>"#;
    calls(json, "", &[ROME]);
    calls(&format!("\n{json}\n"), "\n", &[ROME]);
    calls(&format!("Let me look. {json}"), "Let me look. ", &[ROME]);
    calls(&format!("a < b, <tool {json}{json}"), "a < b, <tool ", &[ROME, ROME]);
    calls(&json.replace("tool_call>", "tool_calling>"), "", &[ROME]);
    calls(&json.replace("arguments", "parameters"), "", &[ROME]);
    let twice =
        r#"<tool_call>{"name":"get_weather","arguments":"{\"city\":\"Rome\"}"}</tool_call>"#;
    calls(twice, "", &[ROME]);
    calls(r#"<tool_call>{"name":"get_time"}</tool_call>"#, "", &[("get_time", "{}")]);
    let inside =
        r#"<tool_call>{"name":"get_weather","arguments":{"city":"</tool_call>"}}</tool_call>"#;
    calls(inside, "", &[("get_weather", r#"{"city":"</tool_call>"}"#)]);

    let tags = "<tool_call>\n<function=get_weather>\n<parameter=city>\nRome\n</parameter>\n\
        <parameter=days>2</parameter>\n</function>\n</tool_call>";
    calls(tags, "", &[("get_weather", r#"{"city":"Rome","days":2}"#)]);
    let number = tags.replace("Rome", "12");
    calls(&number, "", &[("get_weather", r#"{"city":"12","days":2}"#)]);
    calls("<tool_call><function=get_time></function></tool_call>", "", &[("get_time", "{}")]);
}

#[test]
fn bare_json_is_a_call_if_it_is_all_there_is() {
    let json = r#"{"name": "get_weather", "parameters": {"city": "Rome"}}"#;
    calls(json, "", &[ROME]);
    calls(&format!("<|python_tag|>{json}<|eom_id|>"), "", &[ROME]);
    calls(&format!("{json}; {json}"), "", &[ROME, ROME]);
    calls(&format!("[{json}, {json}]"), "", &[ROME, ROME]);
    let typed =
        r#"{"type":"function","function":{"name":"get_weather","arguments":{"city":"Rome"}}}"#;
    calls(typed, "", &[ROME]);
    calls(r#"{"type":"function","name":"get_weather","parameters":{"city":"Rome"}}"#, "", &[ROME]);
    text(&format!("You could call {json}"));
    text(&format!("{json} would be the call"));
}

#[test]
fn what_does_not_fit_stays_text() {
    for body in [
        r#"{"name":"get_whether","arguments":{"city":"Rome"}}"#,
        r#"{"name":"get_weather","arguments":{}}"#,
        r#"{"name":"get_weather","arguments":{"city":"Rome","country":"Italy"}}"#,
        r#"{"name":"get_weather","arguments":["Rome"]}"#,
        r#"{"name":"get_weather","arguments":{"city":"Rome"},"why":"because"}"#,
        r#"{"name":"get_weather","arguments":{"city":"Rome"},"parameters":{}}"#,
        r#"{"arguments":{"city":"Rome"}}"#,
    ] {
        text(body);
        text(&format!("<tool_call>{body}</tool_call>"));
    }
    let good = r#"<tool_call>{"name":"get_time"}</tool_call>"#;
    text(&format!("{good} and then some"));
    text(&format!("{good}<tool_call>{{\"name\":\"x\"}}</tool_call>"));
    text("<tool_call>nothing</tool_call>");
    text("<tool_call>{\"name\":\"get_time\"}</tool>");
    let twice = "<parameter=city>Rome</parameter>";
    text(&format!("<tool_call><function=get_weather>{twice}{twice}</function></tool_call>"));
    text("{\"answer\": 42}");
    text("[1, 2]");
    text("<|python_tag|>print(1)");
    text("a <b> c <tool_ d");
    text("  ");
    text("");
}

#[test]
fn the_beginning_of_a_call_is_told() {
    cut_off(r#"Let me see. <tool_call>{"name":"get_weather","arguments":{"ci"#);
    cut_off(r#"<tool_call>{"name":"get_time"}</tool_"#);
    cut_off(r#"<tool_call><function=get_weather><parameter=city>Ro"#);
    cut_off(r#"<tool_call><function=get_we"#);
    cut_off(r#"{"name":"get_weather","parameters":{"city":"R"#);
}

#[test]
fn text_streams_where_it_cannot_become_a_call() {
    let offered = Offered::of(&request()).unwrap();
    let mut hold = HoldBack::default();
    assert_eq!(hold.push("Rome ", &offered), "Rome ");
    assert_eq!(hold.push("is <", &offered), "is ");
    assert_eq!(hold.push("b>warm", &offered), "<b>warm");
    let mut hold = HoldBack::default();
    assert_eq!(hold.push("{\"na", &offered), "");
    assert_eq!(hold.push("mes\": [", &offered), "{\"names\": [", "not a key of a call");
    let mut hold = HoldBack::default();
    assert_eq!(hold.push("{\"name\": \"get_x", &offered), "{\"name\": \"get_x", "not offered");
}

#[test]
fn an_answer_that_was_to_be_json_is_none() {
    let mut request = request();
    request.response_format = Some(ResponseFormat::json_object());
    let offered = Offered::of(&request).unwrap();
    let json = r#"{"name": "get_weather", "parameters": {"city": "Rome"}}"#;
    assert_eq!(read_with(&offered, json), (json.to_owned(), Said::default()));
    let tags = format!("<tool_call>{json}</tool_call>");
    assert_eq!(read_with(&offered, &tags).1.calls.len(), 1, "a tag is no JSON");
}

#[test]
fn nothing_is_offered_where_nothing_may_be_called() {
    let mut request = request();
    request.tool_choice = Some(ToolChoiceMode::None.into());
    assert!(Offered::of(&request).is_none());
    request.tool_choice = None;
    request.tools = None;
    assert!(Offered::of(&request).is_none());
}
