//! Native streams: every fixture gives its answer under every split, and the families' ways of sending are put right.

use oci_wire::chat::{ChatResponse, StreamEvent};
use oci_wire::native::{ApiFormat, ChatDecoder, Truncated};

use crate::fixtures;

/// What a stream says, flattened for comparison.
#[derive(Debug, Default, PartialEq)]
struct Said {
    text: String,
    reasoning: String,
    /// Name, arguments and id of the calls; the id is left out where it is made up.
    calls: Vec<(String, String, String)>,
    finish: String,
    total: Option<u64>,
}

fn said(response: &ChatResponse) -> Said {
    let call = |call: &oci_wire::chat::ToolCall| {
        (call.name().to_owned(), call.arguments().to_owned(), call.id().to_owned())
    };
    Said {
        text: response.text().to_owned(),
        reasoning: response.reasoning().unwrap_or_default().to_owned(),
        calls: response.tool_calls().iter().map(call).collect(),
        finish: response.finish_reason().map(ToString::to_string).unwrap_or_default(),
        total: response.usage.as_ref().and_then(|usage| usage.total_tokens),
    }
}

fn format(name: &str) -> ApiFormat {
    match name.split('_').next().unwrap() {
        "generic" => ApiFormat::Generic,
        "cohere" => ApiFormat::Cohere,
        "coherev2" => ApiFormat::CohereV2,
        _ => panic!("{name} has no format"),
    }
}

fn expected(name: &str) -> Said {
    let call = |name: &str, arguments: &str, id: &str| {
        vec![(name.to_owned(), arguments.to_owned(), id.to_owned())]
    };
    let text = |text: &str| Said { text: text.to_owned(), ..Said::default() };
    let stop = |said: Said| Said { finish: "stop".to_owned(), ..said };
    let calls = |calls: Vec<(String, String, String)>| Said {
        calls,
        finish: "tool_calls".to_owned(),
        ..Said::default()
    };
    match name {
        "cohere_stream.sse" => stop(text("Rome is the capital of Italy.")),
        "coherev2_stream.sse" => stop(text("Hi!")),
        "coherev2_stream_tools.sse" => Said {
            text: "Checking ".to_owned(),
            reasoning: "Reason".to_owned(),
            total: Some(29),
            ..calls(call("get_weather", r#"{"city": "Paris"}"#, "call-1"))
        },
        "generic_stream.sse"
        | "generic_stream_llama_done.sse"
        | "generic_stream_single_newline.sse" => stop(text("Hello")),
        "generic_stream_usage.sse" => Said { total: Some(20), ..stop(text("Hello")) },
        "generic_stream_reasoning.sse" => {
            Said { reasoning: "First, 2x2.".to_owned(), ..stop(text("4")) }
        }
        "generic_stream_tools_gemini.sse" => {
            calls(call("get_weather", r#"{"location": "Boston"}"#, GEMINI_ID))
        }
        "generic_stream_tools_gptoss.sse" => {
            calls(call("get_weather", r#"{"location": "NYC"}"#, "call_abc123"))
        }
        "generic_stream_tools_grok.sse" => {
            let mut both = call("get_weather", r#"{"location": "Tokyo"}"#, "call_weather");
            both.extend(call("get_time", r#"{"timezone": "PST"}"#, "call_time"));
            calls(both)
        }
        _ => panic!("{name} has no answer in this test"),
    }
}

/// Ids are made of what the service sent, so this one holds as long as the fixture and the function do.
const GEMINI_ID: &str = "call_made_up";

/// Pushes each datum as one event; the chunks folded by a consumer must be the decoder's own answer.
fn decode(format: ApiFormat, data: &[String]) -> (Vec<String>, Result<ChatResponse, Truncated>) {
    let mut decoder = ChatDecoder::new(format).with_id("answer-1").with_model("m");
    let mut consumer = oci_wire::chat::ChatAccumulator::new();
    let mut errors = Vec::new();
    for datum in data {
        let mut sink = |event: StreamEvent<'_>| match event {
            StreamEvent::Chunk(chunk) => {
                let text = serde_json::to_string(&chunk).unwrap();
                assert!(!text.contains("\"pad\""), "{text}");
                let read = oci_wire::chat::ChatChunk::from_json(&text).unwrap();
                consumer.push(&read);
            }
            StreamEvent::Error(error) => errors.push(error.to_string()),
            StreamEvent::Done => {}
        };
        decoder.push("message", datum, &mut sink).unwrap();
    }
    let answer = decoder.finish();
    match &answer {
        Ok(answer) => assert_eq!(&consumer.finish(), answer),
        Err(truncated) => assert_eq!(&consumer.finish(), truncated.partial.as_ref()),
    }
    (errors, answer)
}

#[track_caller]
fn check(name: &str, data: &[String]) {
    let (errors, answer) = decode(format(name), data);
    assert!(errors.is_empty(), "{name}: {errors:?}");
    let mut said = said(&answer.unwrap());
    for call in &mut said.calls {
        assert!(!call.2.is_empty(), "{name}: a call without an id");
        if expected(name).calls.iter().any(|expected| expected.2 == GEMINI_ID) {
            GEMINI_ID.clone_into(&mut call.2);
        }
    }
    assert_eq!(said, expected(name), "{name}");
}

fn streams() -> Vec<String> {
    let mut names = fixtures::names("responses/native", "", ".sse");
    names.retain(|name| name != "generic_stream_error_event.sse");
    assert!(names.len() >= 11, "{names:?}");
    names
}

#[test]
fn every_stream_gives_its_answer_under_every_event_split() {
    for name in streams() {
        let events = fixtures::events(&format!("responses/native/{name}"));
        // Each bit tells whether an event ends there or goes on with the next document.
        for ends in 0..1_u32 << (events.len() - 1) {
            let mut data: Vec<String> = Vec::new();
            for (at, event) in events.iter().enumerate() {
                if at > 0 && ends & (1 << (at - 1)) != 0 {
                    let last = data.last_mut().unwrap();
                    last.push('\n');
                    last.push_str(event);
                } else {
                    data.push(event.clone());
                }
            }
            check(&name, &data);
        }
    }
}

#[test]
fn every_stream_gives_its_answer_under_every_byte_split() {
    for name in streams() {
        let text = fixtures::text(&format!("responses/native/{name}"));
        for ending in ["\n", "\r\n"] {
            let text = text.replace('\n', ending);
            for at in 0..=text.len() {
                let (before, after) = text.as_bytes().split_at(at);
                check(&name, &split(&[before, after]));
            }
            let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            check(&name, &split(&single));
        }
    }
}

/// A slow, obvious reader of event streams: the data of each event, for any split of the bytes.
fn split(pieces: &[&[u8]]) -> Vec<String> {
    let (mut line, mut data, mut events) = (Vec::new(), Vec::new(), Vec::new());
    let mut end_line = |line: &mut Vec<u8>| {
        let text = String::from_utf8(std::mem::take(line)).unwrap();
        let text = text.trim_end_matches('\r');
        if let Some(datum) = text.strip_prefix("data: ") {
            data.push(datum.to_owned());
        } else if text.is_empty() && !data.is_empty() {
            events.push(std::mem::take(&mut data).join("\n"));
        }
    };
    for byte in pieces.iter().copied().flatten() {
        if *byte == b'\n' {
            end_line(&mut line);
        } else {
            line.push(*byte);
        }
    }
    // The fixtures that lack the last empty line are whole all the same.
    end_line(&mut line);
    end_line(&mut line);
    events
}

#[track_caller]
fn generic(data: &[&str]) -> Said {
    said(&answer(ApiFormat::Generic, data))
}

#[track_caller]
fn answer(format: ApiFormat, data: &[&str]) -> ChatResponse {
    let data: Vec<String> = data.iter().map(|datum| (*datum).to_owned()).collect();
    let (errors, answer) = decode(format, &data);
    assert!(errors.is_empty(), "{errors:?}");
    answer.unwrap()
}

#[track_caller]
fn check_calls(data: &[&str], expected: &[(&str, &str)]) {
    let said = generic(data);
    let calls: Vec<(&str, &str)> =
        said.calls.iter().map(|(name, arguments, _)| (name.as_str(), arguments.as_str())).collect();
    assert_eq!(calls, expected);
    assert_eq!(said.finish, "tool_calls");
    let ids: std::collections::BTreeSet<&String> = said.calls.iter().map(|call| &call.2).collect();
    assert_eq!(ids.len(), expected.len(), "ids repeat: {said:?}");
    assert!(said.calls.iter().all(|call| !call.2.is_empty()));
}

#[test]
fn calls_are_put_together_as_the_families_send_them() {
    // xAI: whole calls, told apart by id alone.
    check_calls(
        &[
            r#"{"index":0,"message":{"role":"ASSISTANT","toolCalls":[{"type":"FUNCTION","id":"call_1","name":"f","arguments":"{\"a\":1}"}]},"pad":"x"}"#,
            r#"{"index":0,"message":{"role":"ASSISTANT","toolCalls":[{"type":"FUNCTION","id":"call_2","name":"f","arguments":"{\"a\":2}"}]}}"#,
            r#"{"finishReason":"tool_calls","pad":"xx"}"#,
        ],
        &[("f", r#"{"a":1}"#), ("f", r#"{"a":2}"#)],
    );
    // OpenAI and Llama: an opener with id and name, then fragments with an empty name or none.
    check_calls(
        &[
            r#"{"message":{"toolCalls":[{"id":"A","name":"f","arguments":""}]}}"#,
            r#"{"message":{"toolCalls":[{"name":"","arguments":"{\"a\""}]}}"#,
            r#"{"message":{"toolCalls":[{"id":"","arguments":":1}"}]}}"#,
            r#"{"message":{"toolCalls":[{"id":"B","name":"g","arguments":""}]}}"#,
            r#"{"message":{"toolCalls":[{"arguments":"{}"}]}}"#,
            r#"{"finishReason":"tool_calls"}"#,
        ],
        &[("f", r#"{"a":1}"#), ("g", "{}")],
    );
    // Several places in one event: fragments go on where their call stands.
    check_calls(
        &[
            r#"{"message":{"toolCalls":[{"id":"A","name":"f","arguments":"{"},{"id":"B","name":"g","arguments":"{"}]}}"#,
            r#"{"message":{"toolCalls":[{"arguments":"\"a\":1}"},{"arguments":"\"b\":2}"}]}}"#,
            r#"{"finishReason":"stop"}"#,
        ],
        &[("f", r#"{"a":1}"#), ("g", r#"{"b":2}"#)],
    );
    // Gemini: whole calls without ids, the same function twice with the same arguments.
    check_calls(
        &[
            r#"{"message":{"content":[{"type":"TEXT"}],"toolCalls":[{"name":"f","arguments":"{}"}]}}"#,
            r#"{"message":{"content":[{"type":"TEXT"}],"toolCalls":[{"name":"f","arguments":"{}"}]}}"#,
            r#"{"message":{"content":[{"type":"TEXT"}]},"finishReason":"STOP"}"#,
        ],
        &[("f", "{}"), ("f", "{}")],
    );
    // A repeated whole call adds nothing.
    check_calls(
        &[
            r#"{"message":{"toolCalls":[{"id":"A","name":"f","arguments":"{\"a\":1}"}]}}"#,
            r#"{"message":{"toolCalls":[{"id":"A","name":"f","arguments":"{\"a\":1}"}]},"finishReason":"stop"}"#,
        ],
        &[("f", r#"{"a":1}"#)],
    );
    // An id in every fragment, and two calls that share one.
    check_calls(
        &[
            r#"{"message":{"toolCalls":[{"id":"A","name":"f","arguments":"{"}]}}"#,
            r#"{"message":{"toolCalls":[{"id":"A","name":"f","arguments":"}"}]}}"#,
            r#"{"message":{"toolCalls":[{"id":"A","name":"g","arguments":"{}"}]}}"#,
            r#"{"finishReason":"tool_calls"}"#,
        ],
        &[("f", "{}"), ("g", "{}")],
    );
}

#[test]
fn made_up_ids_are_stable_and_follow_the_answer() {
    let event =
        r#"{"message":{"toolCalls":[{"name":"f","arguments":"{}"}]},"finishReason":"stop"}"#;
    let id = |answer: &str| {
        let mut decoder = ChatDecoder::new(ApiFormat::Generic).with_id(answer);
        decoder.push("", event, &mut |_| {}).unwrap();
        decoder.finish().unwrap().tool_calls()[0].id().to_owned()
    };
    assert_eq!(id("1"), id("1"));
    assert_ne!(id("1"), id("2"));
}

#[test]
fn several_answers_keep_apart() {
    let response = answer(
        ApiFormat::Generic,
        &[
            r#"{"index":0,"message":{"content":[{"type":"TEXT","text":"a"}]}}"#,
            r#"{"index":1,"message":{"content":[{"type":"TEXT","text":"b"}]}}"#,
            r#"{"finishReason":"stop"}"#,
            r#"{"index":0,"finishReason":"max_tokens"}"#,
        ],
    );
    let reasons: Vec<String> = response
        .choices
        .iter()
        .map(|choice| choice.finish_reason.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(reasons, ["length", "stop"]);
}

const CALL: &str = r#"{"name":"get_weather","parameters":{"city":"Paris"}}"#;

#[test]
fn cohere_says_text_and_calls_once() {
    let repeated = [
        r#"{"apiFormat":"COHERE","text":"I will"}"#.to_owned(),
        r#"{"apiFormat":"COHERE","text":" check."}"#.to_owned(),
        format!(r#"{{"apiFormat":"COHERE","text":"I will check.","toolCalls":[{CALL}]}}"#),
        format!(
            r#"{{"apiFormat":"COHERE","text":"I will check.","chatHistory":[],"finishReason":"COMPLETE","toolCalls":[{CALL}]}}"#
        ),
    ];
    let (_, response) = decode(ApiFormat::Cohere, &repeated);
    let said = said(&response.unwrap());
    assert_eq!((said.text.as_str(), said.finish.as_str()), ("I will check.", "tool_calls"));
    assert_eq!(said.calls.len(), 1);
    assert_eq!(said.calls[0].1, r#"{"city":"Paris"}"#);

    // The same call twice is two calls; repeating them later is not four.
    let twice = [
        format!(r#"{{"apiFormat":"COHERE","toolCalls":[{CALL},{CALL}]}}"#),
        format!(
            r#"{{"apiFormat":"COHERE","text":"","chatHistory":[],"finishReason":"COMPLETE","toolCalls":[{CALL},{CALL}]}}"#
        ),
    ];
    let (_, response) = decode(ApiFormat::Cohere, &twice);
    let calls = response.unwrap().tool_calls().to_vec();
    assert_eq!(calls.len(), 2);
    assert_ne!(calls[0].id(), calls[1].id());
}

#[test]
fn cohere_texts() {
    #[track_caller]
    fn check(data: &[&str], text: &str, finish: &str) {
        let said = said(&answer(ApiFormat::Cohere, data));
        assert_eq!((said.text.as_str(), said.finish.as_str()), (text, finish));
    }
    // All at once, without any delta before.
    check(
        &[r#"{"apiFormat":"COHERE","text":"All.","chatHistory":[],"finishReason":"COMPLETE"}"#],
        "All.",
        "stop",
    );
    // The repeating event and the ending one apart.
    check(
        &[
            r#"{"apiFormat":"COHERE","text":"ha"}"#,
            r#"{"apiFormat":"COHERE","text":"ha"}"#,
            r#"{"apiFormat":"COHERE","text":"haha","chatHistory":[]}"#,
            r#"{"apiFormat":"COHERE","finishReason":"MAX_TOKENS"}"#,
        ],
        "haha",
        "length",
    );
    // A message beside the text does not take it away.
    check(
        &[
            r#"{"apiFormat":"COHERE","text":"a","message":{"role":"CHATBOT"},"finishReason":"COMPLETE"}"#,
        ],
        "a",
        "stop",
    );
    // The ending event holds the last piece, or a repetition that lost its outer blanks.
    check(&[r#"{"text":"a"}"#, r#"{"text":"b","finishReason":"COMPLETE"}"#], "ab", "stop");
    check(
        &[r#"{"text":" a"}"#, r#"{"text":"a","finishReason":"ERROR_TOXIC","errorMessage":"no"}"#],
        " a",
        "content_filter",
    );
}

#[test]
fn errors_are_told_and_leave_the_answer_truncated() {
    #[track_caller]
    fn check(format: ApiFormat, event: &str, expected: &str) {
        let first = r#"{"message":{"content":[{"type":"TEXT","text":"Hel"}]}}"#;
        let (errors, answer) = decode(format, &[first.to_owned(), event.to_owned()]);
        assert_eq!(errors, [expected]);
        let truncated = answer.unwrap_err();
        assert_eq!(truncated.error.unwrap().to_string(), expected);
        assert_eq!(truncated.partial.text(), "Hel");
    }
    let fixture =
        fixtures::events("responses/native/generic_stream_error_event.sse").pop().unwrap();
    check(ApiFormat::Generic, &fixture, "500: Internal server error");
    check(ApiFormat::Generic, r#"{"error":{"message":"no","code":"x"}}"#, "x: no");
    check(ApiFormat::Generic, r#"{"message":"only words"}"#, "only words");
    check(
        ApiFormat::CohereV2,
        r#"{"apiFormat":"COHEREV2","finishReason":"ERROR","errorMessage":"broken"}"#,
        "ERROR: broken",
    );
    check(
        ApiFormat::Cohere,
        r#"{"apiFormat":"COHERE","finishReason":"ERROR","errorMessage":"broken"}"#,
        "ERROR: broken",
    );

    let mut decoder = ChatDecoder::new(ApiFormat::Generic);
    let mut told = 0;
    decoder
        .push("error", r#"{"detail":"gone"}"#, &mut |event| {
            told += usize::from(matches!(event, StreamEvent::Error(_)));
        })
        .unwrap();
    assert_eq!(told, 1);
}

#[test]
fn what_is_cut_is_truncated_and_what_is_not_json_is_an_error() {
    let open = r#"{"message":{"content":[{"type":"TEXT","text":"Hel"}]}}"#;
    for data in [vec![], vec![open.to_owned()], vec![open.to_owned(), "[DONE]".to_owned()]] {
        let (_, answer) = decode(ApiFormat::Generic, &data);
        assert!(answer.unwrap_err().error.is_none());
    }
    let mut decoder = ChatDecoder::new(ApiFormat::Generic);
    let error = decoder.push("", &format!("{open}\n<html>"), &mut |_| {}).unwrap_err();
    assert_eq!(error.line(), 2);
    assert_eq!(decoder.answer().text(), "Hel");
    assert!(!decoder.is_answered());
}

/// Members that are newer than this crate are handed on, in the message and in its calls.
#[test]
fn unknown_members_are_kept() {
    let response = answer(
        ApiFormat::Generic,
        &[
            r#"{"message":{"mood":"good","toolCalls":[{"id":"1","name":"f","arguments":"{}","thoughtSignature":"s"}]}}"#,
            r#"{"finishReason":"stop","weight":3,"pad":"x"}"#,
        ],
    );
    let body = serde_json::to_value(&response).unwrap();
    let choice = &body["choices"][0];
    assert_eq!(choice["message"]["mood"], "good");
    assert_eq!(choice["message"]["tool_calls"][0]["thoughtSignature"], "s");
    assert_eq!(choice["weight"], 3);
}

#[test]
fn unexpected_kinds_and_members_do_not_lose_the_answer() {
    let said = generic(&[
        r#"{"index":"0","message":{"role":7,"content":"plain"},"pad":[1]}"#,
        r#"{"message":{"content":[{"type":"SMELL","smell":"rose"},{"type":"TEXT","text":" text"},null]},"x":{"y":1}}"#,
        r#"{"finishReason":"tired","usage":"none"}"#,
    ]);
    assert_eq!((said.text.as_str(), said.finish.as_str()), ("plain text", "tired"));
}
