//! Anthropic's Messages API and OpenAI's Responses API, translated to chat completions.

use oci_emulator::Fault;
use serde_json::{Value, json};

use crate::Desk;
use crate::http::{Answer, post};

async fn messages(desk: &Desk, body: &Value) -> Answer {
    post(desk.address, "/v1/messages", &body.to_string()).await
}

async fn responses(desk: &Desk, body: &Value) -> Answer {
    post(desk.address, "/v1/responses", &body.to_string()).await
}

fn asked() -> Value {
    json!({
        "model": "oci/openai.gpt-5.5",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "What is 2x2?"}],
    })
}

/// The names of the events and their data.
fn named(answer: &Answer) -> Vec<(String, Value)> {
    let events = answer.body.split("\n\n").filter(|event| event.starts_with("event: "));
    events
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            (name.strip_prefix("event: ").unwrap().to_owned(), data)
        })
        .collect()
}

#[tokio::test]
async fn a_message_is_answered() {
    let desk = Desk::open().await;
    let answer = messages(&desk, &asked()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["type"], "message");
    assert_eq!(body["role"], "assistant");
    assert_eq!(body["model"], "oci/openai.gpt-5.5");
    assert_eq!(body["content"], json!([{"type": "text", "text": "2x2 is 4."}]));
    assert_eq!(body["stop_reason"], "end_turn");
    assert!(body["usage"]["output_tokens"].as_u64().unwrap() > 0);
    let sent: Value = serde_json::from_slice(&desk.emulator.requests()[0].body).unwrap();
    let limits = (&sent["max_tokens"], &sent["max_completion_tokens"]);
    assert_eq!(limits, (&Value::Null, &json!(100)), "the name that the family takes");
    let plain = post(desk.address, "/messages", &asked().to_string()).await;
    assert_eq!(plain.status, 200, "without /v1 too");
}

#[tokio::test]
async fn a_message_is_streamed() {
    let desk = Desk::open().await;
    let mut body = asked();
    body["stream"] = json!(true);
    let answer = messages(&desk, &body).await;
    let events = named(&answer);
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.first(), Some(&"message_start"), "{answer:?}");
    assert_eq!(names.last(), Some(&"message_stop"));
    let text: String =
        events.iter().filter_map(|(_, data)| data["delta"]["text"].as_str()).collect();
    assert_eq!(text, "2x2 is 4.");
    assert!(events.iter().all(|(name, data)| data["type"] == name.as_str()));
    let end = events.iter().find(|(name, _)| name == "message_delta").unwrap();
    assert!(end.1["usage"]["output_tokens"].as_u64().unwrap() > 0, "{}", end.1);
}

#[tokio::test]
async fn failures_of_messages_have_their_shape() {
    let desk = Desk::open().await;
    desk.emulator.push_fault(Fault::status(429));
    desk.emulator.push_fault(Fault::status(404));
    // 429 is tried again, then 404 is not.
    let answer = messages(&desk, &asked()).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(answer.json()["type"], "error");
    assert_eq!(answer.json()["error"]["type"], "not_found_error");

    let mut body = asked();
    body["stream"] = json!(true);
    desk.emulator.push_fault(Fault::CutStream { after_events: 2 });
    let events = named(&messages(&desk, &body).await);
    let (name, data) = events.last().unwrap();
    assert_eq!((name.as_str(), &data["type"]), ("error", &json!("error")));
    assert_eq!(messages(&desk, &json!({"model": "x"})).await.json()["type"], "error");
}

#[tokio::test]
async fn what_has_no_counterpart_is_told() {
    let desk = Desk::open().await;
    let mut body = asked();
    body["container"] = json!("c");
    body["api_base"] = json!("https://evil.example");
    let answer = messages(&desk, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("x-locus-losses").unwrap().contains("container"), "{answer:?}");
    let sent = String::from_utf8(desk.emulator.requests()[0].body.to_vec()).unwrap();
    assert!(!sent.contains("evil"), "{sent}");
}

#[tokio::test]
async fn a_response_is_translated_where_the_model_has_none() {
    let desk = Desk::open().await;
    let body = json!({"model": LLAMA, "input": "What is 2x2?"});
    let answer = responses(&desk, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["object"], "response");
    assert_eq!(body["status"], "completed");
    assert_eq!(body["output"][0]["content"][0]["text"], "2x2 is 4.");
    assert!(body["usage"]["total_tokens"].as_u64().unwrap() > 0);
    assert_eq!(body["tools"], json!([]));
    assert_eq!(desk.emulator.requests()[0].path_and_query, "/openai/v1/chat/completions");
}

#[tokio::test]
async fn a_translated_response_is_streamed() {
    let desk = Desk::open().await;
    let body = json!({"model": LLAMA, "input": "What is 2x2?", "stream": true});
    let events = named(&responses(&desk, &body).await);
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.first(), Some(&"response.created"), "{names:?}");
    assert_eq!(names.last(), Some(&"response.completed"));
    let text: String = events
        .iter()
        .filter(|(name, _)| name == "response.output_text.delta")
        .filter_map(|(_, data)| data["delta"].as_str())
        .collect();
    assert_eq!(text, "2x2 is 4.");
    desk.emulator.push_fault(Fault::CutStream { after_events: 2 });
    let events = named(&responses(&desk, &body).await);
    let (name, data) = events.last().unwrap();
    assert_eq!(name, "response.failed");
    assert_eq!(data["response"]["error"]["code"], "upstream_truncated", "{data}");
}

#[tokio::test]
async fn a_response_that_needs_state_is_refused_by_a_model_that_has_none() {
    let desk = Desk::open().await;
    for (name, value) in [
        ("previous_response_id", json!("resp_1")),
        ("conversation", json!("conv_1")),
        ("background", json!(true)),
    ] {
        let mut body = json!({"model": "oci/cohere.command-latest", "input": "And now?"});
        body[name] = value;
        let answer = responses(&desk, &body).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.json()["error"]["param"], name);
    }
    assert!(desk.emulator.requests().is_empty());
}

/// A model that answers over chat completions.
const LLAMA: &str = "oci/meta.llama-3.3-70b-instruct";

#[tokio::test]
async fn coding_agents_can_ask_how_long_a_prompt_is() {
    let desk = Desk::open().await;
    let count = async |body: &str| post(desk.address, "/v1/messages/count_tokens", body).await;
    let short = r#"{"model": "oci/xai.grok-4", "messages": [{"role": "user", "content": "Hi"}]}"#;
    let long = short.replace("Hi", &"word ".repeat(1000));
    let answer = count(short).await;
    let tokens = |answer: &Answer| answer.json()["input_tokens"].as_u64().unwrap();
    assert!((1..10).contains(&tokens(&answer)), "{answer:?}");
    assert!(answer.header("x-locus-losses").unwrap().contains("guess"), "{answer:?}");
    assert!((1000..1500).contains(&tokens(&count(&long).await)));
    let refused = count(r#"{"model": "oci/xai.grok-4"}"#).await;
    assert_eq!((refused.status, refused.json()["type"].as_str()), (400, Some("error")));
    let count = async |body: &str| post(desk.address, "/v1/responses/input_tokens", body).await;
    let answer =
        count(r#"{"model": "oci/xai.grok-4", "input": "Hi", "previous_response_id": "resp_1"}"#)
            .await;
    assert_eq!(answer.json(), json!({"object": "response.input_tokens", "input_tokens": 1}));
    assert!(
        answer.header("x-locus-losses").unwrap().contains("previous_response_id"),
        "{answer:?}"
    );
    assert!(desk.emulator.requests().is_empty());
}

#[tokio::test]
async fn no_model_is_a_wrong_request_and_not_an_unknown_model() {
    let desk = Desk::open().await;
    for (path, body) in [
        (
            "/v1/chat/completions",
            r#"{"model": "", "messages": [{"role": "user", "content": "Hi"}]}"#,
        ),
        ("/v1/responses", r#"{"input": "Hi"}"#),
        ("/v1/responses/input_tokens", r#"{"input": "Hi"}"#),
    ] {
        let answer = post(desk.address, path, body).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "missing_required_parameter"));
        assert_eq!(answer.json()["error"]["param"], "model", "{path}");
    }
}
