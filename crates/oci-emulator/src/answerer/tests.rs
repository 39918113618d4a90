//! What the stand-in says, thinks and calls.

use serde_json::json;

use super::*;

#[track_caller]
fn check_tokens(text: &str, expected: &[&str]) {
    assert_eq!(tokens(text).collect::<Vec<_>>(), expected);
    assert_eq!(tokens(text).collect::<String>(), text);
}

fn ask(question: &str) -> Ask {
    Ask { question: question.to_owned(), copies: 1, ..Ask::default() }
}

#[test]
fn texts_fall_into_words_and_punctuation() {
    check_tokens("", &[]);
    check_tokens("2x2 is 4.", &["2x2", " is", " 4", "."]);
    check_tokens("  a\n\nb  ", &["  a", "\n\nb", "  "]);
    check_tokens("–über 😀!", &["–", "über", " 😀", "!"]);
}

#[test]
fn a_limit_and_a_stop_sequence_cut() {
    let cut = |max_tokens, stop: &[&str]| {
        let stop = stop.iter().map(|stop| (*stop).to_owned()).collect();
        let completion = Completion::new(&Ask { max_tokens, stop, ..ask("a b c") });
        (completion.text(), completion.finish)
    };
    assert_eq!(cut(None, &[]), ("You said: a b c".into(), Finish::Stop));
    assert_eq!(cut(Some(6), &[]), ("You said: a b c".into(), Finish::Stop));
    assert_eq!(cut(Some(5), &[]), ("You said: a b".into(), Finish::Length));
    assert_eq!(cut(Some(5), &[" b", "c"]), ("You said: a".into(), Finish::StopSequence));
    assert_eq!(cut(None, &["", "zzz"]), ("You said: a b c".into(), Finish::Stop));
}

#[test]
fn sums_are_answered_and_the_rest_is_repeated() {
    assert_eq!(answer("What is 2x2?"), "2x2 is 4.");
    assert_eq!(answer("  hello "), "You said: hello");
    assert_eq!(answer(" \n"), "You said nothing.");
}

#[test]
fn thoughts_come_first_and_count() {
    let completion = Completion::new(&Ask { thinks: true, max_tokens: Some(6), ..ask("hi") });
    assert_eq!(completion.thought(), "The user says: hi");
    assert_eq!((completion.text().as_str(), completion.finish), ("You", Finish::Length));
    let completion = Completion::new(&Ask { thinks: true, max_tokens: Some(2), ..ask("hi") });
    assert_eq!((completion.tokens.len(), completion.finish), (0, Finish::Length));
}

fn with_tools(question: &str) -> Ask {
    let tool = |name: &str, parameters| Tool { name: name.to_owned(), parameters };
    let city = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    Ask { tools: vec![tool("get", json!({})), tool("get_weather", city)], ..ask(question) }
}

#[track_caller]
fn check_calls(ask: &Ask, expected: &[(&str, &str)]) {
    let completion = Completion::new(ask);
    let calls = completion.calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str()));
    assert_eq!(calls.collect::<Vec<_>>(), expected);
    assert_eq!(completion.finish == Finish::ToolCalls, !expected.is_empty());
}

#[test]
fn tools_are_called_by_their_name() {
    check_calls(&with_tools("hello"), &[]);
    check_calls(&with_tools("gets get_weathers target"), &[]);
    check_calls(&with_tools("get_weather please"), &[("get_weather", r#"{"city":"city"}"#)]);
    let two = r#"get_weather {"city": "Rome"}, get_weather{"city":"Oslo"} and get."#;
    let all = [
        ("get_weather", r#"{"city": "Rome"}"#),
        ("get_weather", r#"{"city":"Oslo"}"#),
        ("get", "{}"),
    ];
    check_calls(&with_tools(two), &all);
    check_calls(&Ask { one_call: true, ..with_tools(two) }, &all[..1]);
    check_calls(&Ask { choice: Choice::Never, ..with_tools(two) }, &[]);
    check_calls(&Ask { choice: Choice::Required, ..with_tools("hi") }, &[("get", "{}")]);
    let choice = Choice::Named("get_weather".into());
    check_calls(&Ask { choice, ..with_tools("get") }, &[("get_weather", r#"{"city":"city"}"#)]);
}

#[test]
fn what_tools_returned_is_told() {
    let ask = Ask { results: vec!["18C".into(), "rain".into()], ..with_tools("get_weather") };
    check_calls(&ask, &[]);
    assert_eq!(Completion::new(&ask).text(), "The tools returned: 18C; rain");
}

#[test]
fn formats_are_kept_to() {
    let text = |format| Completion::new(&Ask { format, ..ask("2x2") }).text();
    assert_eq!(text(Format::Json), r#"{"answer":"2x2 is 4."}"#);
    let schema = json!({
        "type": "object",
        "properties": {
            "a": { "$ref": "#/$defs/word" },
            "b": { "type": ["null", "integer"], "minimum": 3 },
            "c": { "anyOf": [{ "type": "null" }, { "enum": ["x", "y"] }] },
            "d": { "type": "array", "items": { "type": "boolean" } },
            "left_out": { "type": "string" },
        },
        "required": ["a", "b", "c", "d"],
        "$defs": { "word": { "type": "string" } },
    });
    assert_eq!(text(Format::Schema(schema)), r#"{"a":"2x2 is 4.","b":3,"c":"x","d":[true]}"#);
    let endless = json!({ "properties": { "a": { "$ref": "#" } } });
    assert!(text(Format::Schema(endless)).starts_with(r#"{"a":{"a":"#));
}
