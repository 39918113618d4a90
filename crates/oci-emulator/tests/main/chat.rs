//! Chat completions, whole and streamed.

use serde_json::{Value, json};

use crate::signer::Message;
use crate::world::{CHAT, World, now, two_by_two};

fn question(text: &str) -> Value {
    json!({ "model": "xai.grok-3", "messages": [{ "role": "user", "content": text }] })
}

fn with(mut document: Value, name: &str, value: Value) -> Value {
    document[name] = value;
    document
}

fn contents(documents: &[Value], index: u64) -> String {
    let choices = documents.iter().flat_map(|document| document["choices"].as_array().unwrap());
    choices
        .filter(|choice| choice["index"] == index)
        .filter_map(|choice| choice["delta"]["content"].as_str())
        .collect()
}

#[tokio::test]
async fn a_whole_answer() {
    let world = World::new().await;
    let answer = world.ask_two_by_two(false).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let mut document = answer.json();
    let id = document["id"].take();
    assert!(id.as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!(
        document,
        json!({
            "id": null,
            "object": "chat.completion",
            "created": 1_788_688_081,
            "model": "openai.gpt-5.5",
            "system_fingerprint": "fp_emulator",
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": "2x2 is 4.", "refusal": null },
                "finish_reason": "stop",
                "logprobs": null,
            }],
            "usage": {
                "prompt_tokens": 4,
                "completion_tokens": 4,
                "total_tokens": 8,
                "prompt_tokens_details": { "cached_tokens": 0 },
                "completion_tokens_details": { "reasoning_tokens": 0 },
            },
        })
    );
}

#[tokio::test]
async fn a_streamed_answer_event_by_event() {
    let world = World::new().await;
    let answer = world.ask_two_by_two(true).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(answer.is_whole);
    let choices: Vec<Value> =
        answer.documents().iter().map(|document| document["choices"][0].clone()).collect();
    let delta = |delta: Value, finish: Value| json!({ "index": 0, "delta": delta, "finish_reason": finish });
    assert_eq!(
        choices,
        [
            delta(json!({ "role": "assistant", "content": "" }), Value::Null),
            delta(json!({ "content": "2x2" }), Value::Null),
            delta(json!({ "content": " is" }), Value::Null),
            delta(json!({ "content": " 4" }), Value::Null),
            delta(json!({ "content": "." }), Value::Null),
            delta(json!({}), json!("stop")),
        ]
    );
    let documents = answer.documents();
    assert!(documents.iter().all(|document| document["object"] == "chat.completion.chunk"));
    assert!(documents.iter().all(|document| document["id"] == documents[0]["id"]));
    assert!(documents.iter().all(|document| document.get("usage").is_none()));
    assert_eq!(answer.events().last().unwrap(), "[DONE]");
    // Each event left the server on its own.
    assert_eq!(answer.pieces.len(), answer.events().len());
    assert!(answer.pieces.iter().all(|piece| piece.ends_with(b"\n\n")));
}

#[tokio::test]
async fn usage_in_a_stream_when_asked_for() {
    let world = World::new().await;
    let document = with(two_by_two(true), "stream_options", json!({ "include_usage": true }));
    let answer = world.ask(CHAT, &document).await;
    let documents = answer.documents();
    let (last, before) = documents.split_last().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["total_tokens"], 8);
    assert!(before.iter().all(|document| document["usage"].is_null()));
    assert_eq!(answer.events().last().unwrap(), "[DONE]");
}

#[tokio::test]
async fn the_older_base_and_the_project_header() {
    let world = World::new().await;
    let body = two_by_two(false).to_string();
    let answer = world.ask("/20231130/actions/v1/chat/completions", &two_by_two(false)).await;
    assert_eq!(answer.status, 200);

    let mut message = Message::new("POST", CHAT, body.as_bytes(), now());
    world.signer.sign_usual(&mut message);
    let answer = world.send(&message).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["code"], "MissingParameter");
    let text = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(text.contains("opc-compartment-id") && text.contains("openai-project"), "{text}");

    message.set("OpenAI-Project", "ocid1.generativeaiproject.oc1..emulator");
    assert_eq!(world.send(&message).await.status, 200);
}

#[tokio::test]
async fn limits_stops_and_several_choices() {
    let world = World::new().await;
    let ask = async |document: Value| world.ask(CHAT, &document).await.json();
    for name in ["max_tokens", "max_completion_tokens"] {
        let answer = ask(with(question("What is 2x2?"), name, json!(2))).await;
        assert_eq!(answer["choices"][0]["message"]["content"], "2x2 is");
        assert_eq!(answer["choices"][0]["finish_reason"], "length");
        assert_eq!(answer["usage"]["completion_tokens"], 2);
    }
    let answer = ask(with(question("a b"), "stop", json!(["zzz", " b"]))).await;
    assert_eq!(answer["choices"][0]["message"]["content"], "You said: a");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    let answer = ask(with(question("a b"), "stop", json!("said"))).await;
    assert_eq!(answer["choices"][0]["message"]["content"], "You ");

    let answer = ask(with(question("2*3"), "n", json!(3))).await;
    assert_eq!(answer["choices"].as_array().unwrap().len(), 3);
    assert_eq!(answer["choices"][2]["index"], 2);
    let streamed = with(with(question("2*3"), "n", json!(2)), "stream", json!(true));
    let documents = world.ask(CHAT, &streamed).await.documents();
    assert_eq!(contents(&documents, 0), "2*3 is 6.");
    assert_eq!(contents(&documents, 1), "2*3 is 6.");
}

#[tokio::test]
async fn the_last_message_of_the_user_counts_in_any_shape() {
    let world = World::new().await;
    let ask = async |messages: Value| {
        let answer = world.ask(CHAT, &json!({ "model": "xai.grok-3", "messages": messages })).await;
        assert_eq!(answer.status, 200, "{}", answer.body());
        answer.json()["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
    };
    let parts = json!([
        { "type": "text", "text": "What is " },
        { "type": "image_url", "image_url": { "url": "data:," } },
        { "type": "text", "text": "6 \u{d7} 7?" },
    ]);
    let messages = json!([
        { "role": "system", "content": "be brief" },
        { "role": "user", "content": "1+1" },
        { "role": "assistant", "content": null, "tool_calls": [] },
        { "role": "tool", "tool_call_id": "1", "content": "x" },
        { "role": "user", "content": parts },
        { "role": "assistant", "content": "3+3" },
    ]);
    assert_eq!(ask(messages).await, "6 \u{d7} 7 is 42.");
    assert_eq!(
        ask(json!([{ "role": "developer", "content": "Gr\u{fc}\u{df}e \u{1f600}" }])).await,
        "You said: Gr\u{fc}\u{df}e \u{1f600}"
    );
    assert_eq!(
        ask(json!([{ "role": "user", "content": "5/0" }])).await,
        "5/0 has no value, because it divides by zero."
    );
}

#[tokio::test]
async fn bodies_that_are_wrong() {
    let world = World::new().await;
    let check = async |document: Value, param: Value, code: &str| {
        let answer = world.ask(CHAT, &document).await;
        let error = answer.json()["error"].clone();
        assert_eq!(answer.status, 400, "{document}");
        assert_eq!(
            (&error["param"], &error["code"]),
            (&param, &json!(code)),
            "{document}: {error}"
        );
        assert_eq!(error["type"], "invalid_request_error");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()));
    };
    let q = || question("hi");
    check(json!([]), Value::Null, "invalid_type").await;
    check(json!({ "messages": [] }), json!("model"), "missing_required_parameter").await;
    check(json!({ "model": "m" }), json!("messages"), "missing_required_parameter").await;
    check(with(q(), "model", json!(1)), json!("model"), "invalid_type").await;
    check(with(q(), "model", json!("cohere.command-a")), json!("model"), "model_not_supported")
        .await;
    check(with(q(), "messages", json!([])), json!("messages"), "invalid_value").await;
    check(with(q(), "messages", json!({})), json!("messages"), "invalid_type").await;
    check(with(q(), "messages", json!(["hi"])), json!("messages[0]"), "invalid_type").await;
    let message = |message: Value| with(q(), "messages", json!([message]));
    check(message(json!({})), json!("messages[0].role"), "missing_required_parameter").await;
    check(
        message(json!({ "role": "USER", "content": "x" })),
        json!("messages[0].role"),
        "invalid_value",
    )
    .await;
    check(
        message(json!({ "role": "user" })),
        json!("messages[0].content"),
        "missing_required_parameter",
    )
    .await;
    check(
        message(json!({ "role": "user", "content": 1 })),
        json!("messages[0].content"),
        "invalid_type",
    )
    .await;
    check(
        message(json!({ "role": "tool", "content": "" })),
        json!("messages[0].tool_call_id"),
        "missing_required_parameter",
    )
    .await;
    let part = |part: Value| message(json!({ "role": "user", "content": [part] }));
    check(
        part(json!({ "type": "TEXT", "text": "x" })),
        json!("messages[0].content[0].type"),
        "invalid_value",
    )
    .await;
    check(
        part(json!({ "type": "text" })),
        json!("messages[0].content[0].text"),
        "missing_required_parameter",
    )
    .await;
    for (name, value, code) in [
        ("stream", json!("yes"), "invalid_type"),
        ("temperature", json!("hot"), "invalid_type"),
        ("temperature", json!(2.1), "invalid_value"),
        ("top_p", json!(-0.1), "invalid_value"),
        ("max_tokens", json!(0), "invalid_value"),
        ("max_tokens", json!(1.5), "invalid_type"),
        ("max_completion_tokens", json!("9"), "invalid_type"),
        ("n", json!(0), "invalid_value"),
        ("n", json!(129), "invalid_value"),
        ("seed", json!("x"), "invalid_type"),
        ("stop", json!(1), "invalid_type"),
        ("stream_options", json!({ "include_usage": true }), "invalid_value"),
        ("tools", json!({}), "invalid_type"),
    ] {
        check(with(q(), name, value), json!(name), code).await;
    }
    check(with(q(), "stop", json!([1])), json!("stop[0]"), "invalid_type").await;
    check(with(q(), "tools", json!([{}])), json!("tools[0].type"), "missing_required_parameter")
        .await;

    for body in [&b""[..], b"{", b"\xff\xfe", b"{} {}", b"nul", &b"[".repeat(10_000)] {
        let answer = world.send(&world.post(CHAT, body)).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"]["code"], "invalid_json");
    }
}

#[tokio::test]
async fn optional_parameters_may_be_null_and_others_are_let_through() {
    let world = World::new().await;
    let mut document = with(question("1+1"), "top_k", json!(5));
    for name in ["stream", "stream_options", "temperature", "n", "stop", "tools", "max_tokens"] {
        document[name] = Value::Null;
    }
    let answer = world.ask(CHAT, &document).await;
    assert_eq!(answer.json()["choices"][0]["message"]["content"], "1+1 is 2.");
}

#[tokio::test]
async fn content_types_methods_and_routes() {
    let world = World::new().await;
    let mut message = world.post(CHAT, two_by_two(false).to_string().as_bytes());
    message.set("content-type", "Application/JSON; charset=utf-8");
    world.signer.sign_usual(&mut message);
    assert_eq!(world.send(&message).await.status, 200);
    message.set("content-type", "text/plain");
    world.signer.sign_usual(&mut message);
    assert_eq!(world.send(&message).await.status, 415);

    let mut message = Message::new("GET", CHAT, b"", now());
    world.signer.sign_usual(&mut message);
    let answer = world.send(&message).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));

    let answer = world.ask("/openai/v1/images", &json!({})).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["code"], "NotFound");
}

#[tokio::test]
async fn request_ids() {
    let world = World::new().await;
    let mut message = world.post(CHAT, two_by_two(false).to_string().as_bytes());
    message.set("opc-request-id", "MINE");
    let id = world.send(&message).await.header("opc-request-id").unwrap().to_owned();
    let parts: Vec<&str> = id.split('/').collect();
    assert_eq!((parts.len(), parts[0]), (3, "MINE"));
    assert_eq!(world.emulator.requests()[0].opc_request_id, id);
    assert_ne!(world.send(&message).await.header("opc-request-id").unwrap(), id);
    message.set("opc-request-id", &"x".repeat(300));
    assert!(world.send(&message).await.header("opc-request-id").unwrap().len() < 100);
}

#[tokio::test]
async fn a_huge_message_gets_an_answer_of_bounded_length() {
    let world = World::new().await;
    let document = with(question(&"word ".repeat(1_000_000)), "n", json!(128));
    let answer = world.ask(CHAT, &document).await.json();
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    assert_eq!(answer["usage"]["completion_tokens"], 65_536);
}
