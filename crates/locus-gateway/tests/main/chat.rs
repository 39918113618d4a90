//! Chat completions, whole and streamed.

use oci_emulator::Fault;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::http::{get, post};
use crate::{Desk, question, streamed};

#[tokio::test]
async fn a_question_is_answered_under_both_paths() {
    let desk = Desk::open().await;
    for path in ["/v1/chat/completions", "/chat/completions"] {
        let answer = post(desk.address, path, &question("oci/openai.gpt-5.5")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        assert_eq!(body["choices"][0]["message"]["content"], "2x2 is 4.");
        assert!(body["usage"]["total_tokens"].as_u64().unwrap() > 0);
        assert_eq!(answer.header("x-locus-attempts"), Some("1"));
        let requests = desk.emulator.requests();
        let id = &requests.last().unwrap().opc_request_id;
        assert_eq!(answer.header("opc-request-id"), Some(id.as_str()));
    }
}

#[tokio::test]
async fn a_stream_arrives_whole_and_ends_with_done() {
    let desk = Desk::open().await;
    let answer = desk.chat(&streamed("oci:openai.gpt-5.5")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(answer.header("opc-request-id").is_some());
    let mut events = answer.events();
    assert_eq!(events.pop(), Some("[DONE]"));
    let chunks: Vec<Value> =
        events.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    let text: String = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(text, "2x2 is 4.");
    // Nobody asked for the usage, so no chunk has it, and none is without choices.
    assert!(chunks.iter().all(|chunk| chunk["usage"].is_null()));
    assert!(chunks.iter().all(|chunk| !chunk["choices"].as_array().unwrap().is_empty()));
    let reasons: Vec<_> =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str()).collect();
    assert_eq!(reasons, ["stop"]);
}

#[tokio::test]
async fn the_usage_of_a_stream_is_shown_to_who_asks_and_counted_for_all() {
    let desk = Desk::open().await;
    let body = streamed("openai.gpt-5.5");
    desk.chat(&body).await;
    let asking = body.replacen('{', r#"{"stream_options":{"include_usage":true},"#, 1);
    let answer = desk.chat(&asking).await;
    let usage: Vec<Value> = answer
        .events()
        .iter()
        .filter_map(|data| serde_json::from_str::<Value>(data).ok())
        .filter(|chunk| chunk["usage"].is_object())
        .collect();
    assert_eq!(usage.len(), 1, "{answer:?}");
    let total = usage[0]["usage"]["total_tokens"].as_u64().unwrap();
    let page = get(desk.address, "/metrics").await.body;
    let count = |kind: &str| -> u64 {
        let start = format!("locus_tokens_total{{model=\"*\",kind=\"{kind}\"}} ");
        let line = page.lines().find_map(|line| line.strip_prefix(start.as_str()));
        line.unwrap_or_else(|| panic!("{page}")).parse().unwrap()
    };
    assert_eq!(count("prompt") + count("completion"), 2 * total);
}

#[tokio::test]
async fn what_the_service_says_reaches_the_client() {
    let desk = Desk::open().await;
    for (status, code, kind) in [
        (400, "InvalidParameter", "invalid_request_error"),
        (401, "NotAuthenticated", "authentication_error"),
        (404, "NotAuthorizedOrNotFound", "invalid_request_error"),
    ] {
        for body in [question("openai.gpt-5.5"), streamed("openai.gpt-5.5")] {
            desk.emulator.push_fault(Fault::status(status));
            let answer = desk.chat(&body).await;
            assert_eq!(answer.status, status);
            let error = &answer.json()["error"];
            assert_eq!(error["code"], code);
            assert_eq!(error["type"], kind);
            assert!(error["hint"].is_string(), "{error}");
            assert_eq!(error["opc_request_id"].as_str(), answer.header("opc-request-id"));
            assert!(answer.header("opc-request-id").is_some());
        }
    }
}

#[tokio::test]
async fn a_stream_that_fails_at_once_is_a_failed_call() {
    let desk = Desk::open().await;
    desk.emulator.push_fault(Fault::Garbage { after_events: 0 });
    let answer = desk.chat(&streamed("openai.gpt-5.5")).await;
    assert_eq!(answer.status, 502, "{answer:?}");
    assert_eq!(answer.code(), "upstream_error");
}

#[tokio::test]
async fn a_stream_that_fails_later_ends_with_an_error_event() {
    let desk = Desk::open().await;
    for fault in [
        Fault::StreamError { after_events: 2 },
        Fault::CutStream { after_events: 2 },
        Fault::EndStream { after_events: 2 },
        Fault::Garbage { after_events: 2 },
    ] {
        desk.emulator.push_fault(fault.clone());
        let answer = desk.chat(&streamed("openai.gpt-5.5")).await;
        let events = answer.events();
        let last: Value = serde_json::from_str(events.last().unwrap()).unwrap();
        assert!(last["error"]["message"].is_string(), "{fault:?}: {answer:?}");
        assert!(last["error"]["opc_request_id"].is_string(), "{fault:?}: {last}");
        assert!(!events.contains(&"[DONE]"), "{fault:?}: it would say that all is there");
        assert!(answer.body.ends_with("\n\n"));
    }
}

#[tokio::test]
async fn a_client_that_leaves_cancels_the_call() {
    let desk = Desk::open().await;
    for fault in [Fault::StallAfter { events: 2 }, Fault::Stall] {
        let before = desk.emulator.requests().len();
        desk.emulator.push_fault(fault);
        let body = streamed("openai.gpt-5.5");
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut client = TcpStream::connect(desk.address).await.unwrap();
        client.write_all(request.as_bytes()).await.unwrap();
        desk.emulator.wait_until(|requests| requests.len() > before).await;
        drop(client);
        // The call is over here when its connection is: the count of calls under way says so.
        loop {
            let page = get(desk.address, "/metrics").await.body;
            if page.contains("locus_in_flight 0") {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let page = get(desk.address, "/metrics").await.body;
    assert!(page.contains("status=\"499\""), "{page}");
}

#[tokio::test]
async fn calls_of_tools_are_streamed_one_by_one_by_every_model() {
    let desk = Desk::open().await;
    // The first sends all calls in one event.
    for model in ["oci/cohere.command-latest", "oci/openai.gpt-5.5"] {
        let body = json!({
            "model": model,
            "stream": true,
            "messages": [{"role": "user", "content": r#"find {"of":"a"} find {"of":"b"}"#}],
            "tools": [{"type": "function", "function": {"name": "find", "parameters": {
                "type": "object", "properties": {"of": {"type": "string"}},
            }}}],
        });
        let answer = desk.chat(&body.to_string()).await;
        let mut begun = Vec::new();
        for data in answer.events().iter().filter(|data| **data != "[DONE]") {
            let chunk: Value = serde_json::from_str(data).unwrap();
            let Some(calls) = chunk["choices"][0]["delta"]["tool_calls"].as_array() else {
                continue;
            };
            assert_eq!(calls.len(), 1, "{model}: {chunk}");
            begun.extend(calls[0]["id"].is_string().then(|| calls[0]["index"].clone()));
        }
        assert_eq!(begun, [json!(0), json!(1)], "{model}");
    }
}
