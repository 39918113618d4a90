//! Single events: chunks, errors, the end, several documents at once.

use oci_wire::chat::{ChatChunk, FinishReason, Found, Role, StreamEvent};
use oci_wire::error::{ErrorBody, ErrorShape};
use serde_json::{Value, json};

use crate::fixtures::{self, without_nulls};

fn chunk(data: &str) -> ChatChunk<'_> {
    ChatChunk::from_json(data).unwrap()
}

fn text_of(event: Result<StreamEvent<'_>, oci_wire::chat::ChunkError>) -> String {
    match event {
        Ok(StreamEvent::Chunk(chunk)) => chunk.text().unwrap_or_default().to_owned(),
        Ok(StreamEvent::Error(error)) => format!("error {error}"),
        Ok(StreamEvent::Done) => "done".to_owned(),
        Err(error) => format!("failed: {error}"),
    }
}

fn all(data: &str) -> Vec<String> {
    StreamEvent::parse_all(data).map(text_of).collect()
}

#[test]
fn every_recorded_chunk_round_trips() {
    for name in fixtures::names("responses/openai", "chat_", ".sse") {
        for data in fixtures::events(&format!("responses/openai/{name}")) {
            if let StreamEvent::Chunk(chunk) = StreamEvent::parse(&data).unwrap() {
                assert!(chunk.extra.is_empty());
                let sent: Value = serde_json::from_str(&data).unwrap();
                assert_eq!(
                    without_nulls(serde_json::to_value(&chunk).unwrap()),
                    without_nulls(sent),
                    "{name}"
                );
                assert_eq!(chunk.clone().into_owned(), chunk);
            }
        }
    }
}

#[test]
fn a_chunk_borrows_what_has_no_escapes() {
    let data = r#"{"id":"a","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"plain","reasoning_content":"a\nb"},"finish_reason":null}],"obfuscation":"xyz"}"#;
    let chunk = chunk(data);
    let delta = chunk.delta().unwrap();
    assert!(chunk.id.as_ref().unwrap().is_borrowed());
    assert!(delta.content.as_ref().unwrap().is_borrowed());
    assert!(!delta.reasoning_content.as_ref().unwrap().is_borrowed());
    assert_eq!(
        (chunk.text(), chunk.reasoning(), chunk.refusal()),
        (Some("plain"), Some("a\nb"), None)
    );
    assert_eq!(delta.role, Some(Role::Assistant));
    assert_eq!(chunk.finish_reason(), None);
}

#[test]
fn both_names_of_reasoning_are_read() {
    for (delta, expected) in [
        (json!({"reasoning": "a"}), Some("a")),
        (json!({"reasoning_content": "a"}), Some("a")),
        (json!({"reasoning": "b", "reasoning_content": "a"}), Some("a")),
        (json!({"reasoning_content": "a", "reasoning": "b"}), Some("a")),
        (json!({"reasoning": "a", "reasoning_content": null}), Some("a")),
        (json!({"reasoning": null}), None),
    ] {
        // `json!` sorts members; the order within the text is what this is about.
        let text = format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#);
        assert_eq!(chunk(&text).reasoning(), expected, "{text}");
    }
    let reversed = r#"{"choices":[{"delta":{"reasoning":"b","reasoning_content":"a"}}]}"#;
    assert_eq!(chunk(reversed).reasoning(), Some("a"));
}

#[test]
fn further_choices_are_kept_in_order() {
    let data = r#"{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"},"finish_reason":"length"},{"index":2,"delta":{}}]}"#;
    let chunk = chunk(data);
    let seen: Vec<_> =
        chunk.choices().map(|choice| (choice.index, choice.delta.content.as_deref())).collect();
    assert_eq!(seen, [(1, Some("b")), (0, Some("a")), (2, None)]);
    assert_eq!((chunk.choices.len(), chunk.choices.is_empty()), (3, false));
    assert_eq!(chunk.choices().nth(1).unwrap().finish_reason, Some(FinishReason::Length));
    let rebuilt: oci_wire::chat::Choices<'_> = chunk.choices().cloned().collect();
    assert_eq!(rebuilt, chunk.choices);
}

#[test]
fn content_as_parts_reads_as_their_text() {
    let data = r#"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"},"b",3]}}]}"#;
    assert_eq!(chunk(data).text(), Some("ab"));
    assert_eq!(chunk(r#"{"choices":[{"delta":{"content":{"no":"text"}}}]}"#).text(), None);
}

#[test]
fn errors_in_a_stream_are_told_apart() {
    let openai = r#"{"error":{"message":"upstream failed","type":"server_error","param":null,"code":"internal"}}"#;
    let StreamEvent::Error(error) = StreamEvent::parse(openai).unwrap() else {
        panic!("not an error")
    };
    assert_eq!(error, ErrorBody::parse(openai.as_bytes()));
    assert_eq!(error.shape, ErrorShape::OpenAi);
    for (data, expected) in [
        (r#"{"code":"429","message":"slow down"}"#, "error 429: slow down"),
        (r#"{"error":"overloaded"}"#, "error overloaded"),
        (r#"{"message":"broken"}"#, "error broken"),
        (r#"{"choices":[{"delta":{"content":"x"}}],"error":{"message":"late"}}"#, "error late"),
        (r#"{"choices":[{"delta":{"content":"x"}}],"error":null}"#, "x"),
        (r#"{"choices":[{"delta":{"content":"x"}}],"error":{}}"#, "x"),
        (r#"{"choices":[{"delta":{"content":"x"}}],"code":7,"message":"fine"}"#, "x"),
        (r#"{"object":"chat.completion.chunk","choices":[],"message":"fine"}"#, ""),
    ] {
        assert_eq!(text_of(StreamEvent::parse(data)), expected, "{data}");
    }
}

#[test]
fn the_end_has_one_spelling() {
    for data in ["[DONE]", " [DONE]\n"] {
        assert_eq!(StreamEvent::parse(data), Ok(StreamEvent::Done));
    }
    assert_eq!(StreamEvent::parse("DONE").unwrap_err().found(), Found::NotJson);
    assert_eq!(StreamEvent::parse("[DONE] or not").unwrap_err().found(), Found::Trailing);
}

#[test]
fn several_documents_in_one_event_all_arrive() {
    let a = r#"{"choices":[{"delta":{"content":"a"}}]}"#;
    let b = "{\n \"choices\": [\n {\"delta\":{\"content\":\"b\"}}]}";
    assert_eq!(all(a), ["a"]);
    assert_eq!(all(&format!("{a}\n{b}\n\n{a}\r\n[DONE]\n")), ["a", "b", "a", "done"]);
    assert_eq!(all(&format!("{a}\n{{\"error\":{{\"message\":\"no\"}}}}")), ["a", "error no"]);
    assert_eq!(all(" \n"), Vec::<String>::new());
    let broken = all(&format!("{a}\n{{\"choices\":[tru"));
    assert_eq!(
        broken,
        [
            "a",
            "failed: expected a chat completion chunk, found the end of the text at line 2 column 15"
        ]
    );
    assert_eq!(all(&format!("oops\n{a}")).len(), 1, "nothing is read after an error");
}

#[test]
fn a_single_document_is_insisted_on() {
    let two = "{\"choices\":[]}\n{\"choices\":[]}";
    for error in [StreamEvent::parse(two).unwrap_err(), ChatChunk::from_json(two).unwrap_err()] {
        assert_eq!((error.found(), error.line(), error.column()), (Found::Trailing, 2, 1));
    }
    for (data, found) in [
        ("", Found::End),
        ("{\"choices\"", Found::End),
        ("[1]", Found::OtherJson),
        ("{,}", Found::NotJson),
    ] {
        assert_eq!(StreamEvent::parse(data).unwrap_err().found(), found, "{data}");
        assert_eq!(ChatChunk::from_json(data).unwrap_err().found(), found, "{data}");
    }
}

#[test]
fn an_error_never_quotes_the_text() {
    for data in
        [r#""the prompt""#, "the prompt", r#"{"id":"the prompt"#, r#"{"choices":[]} the prompt"#]
    {
        for error in
            [StreamEvent::parse(data).unwrap_err(), ChatChunk::from_json(data).unwrap_err()]
        {
            assert!(!format!("{error} {error:?}").contains("prompt"), "{error}");
        }
    }
}
