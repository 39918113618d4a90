//! The native chat operation, and the bodies that official clients send.

use serde_json::{Value, json};

use crate::world::{NATIVE, World};

fn details(text: &str) -> Value {
    json!({
        "compartmentId": "ocid1.compartment.oc1..emulator",
        "servingMode": { "servingType": "ON_DEMAND", "modelId": "google.gemini-2.5-flash" },
        "chatRequest": {
            "apiFormat": "GENERIC",
            "messages": [{ "role": "USER", "content": [{ "type": "TEXT", "text": text }] }],
        },
    })
}

fn with(mut document: Value, pointer: &str, name: &str, value: Value) -> Value {
    document.pointer_mut(pointer).unwrap()[name] = value;
    document
}

const REQUEST: &str = "/chatRequest";

#[tokio::test]
async fn a_whole_answer() {
    let world = World::new().await;
    let answer = world.ask(NATIVE, &details("What is 2x2?")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({
            "modelId": "google.gemini-2.5-flash",
            "modelVersion": "1.0.0",
            "chatResponse": {
                "apiFormat": "GENERIC",
                "timeCreated": "2026-09-06T09:48:01.000Z",
                "choices": [{
                    "index": 0,
                    "message": {
                        "role": "ASSISTANT",
                        "content": [{ "type": "TEXT", "text": "2x2 is 4." }],
                        "name": null,
                        "refusal": null,
                        "toolCalls": null,
                    },
                    "finishReason": "stop",
                    "logprobs": null,
                }],
                "usage": {
                    "promptTokens": 4,
                    "completionTokens": 4,
                    "totalTokens": 8,
                    "promptTokensDetails": null,
                    "completionTokensDetails": null,
                },
            },
        })
    );
}

#[tokio::test]
async fn a_streamed_answer_has_bare_deltas_and_no_end_marker() {
    let world = World::new().await;
    let document = with(details("What is 2x2?"), REQUEST, "isStream", json!(true));
    let answer = world.ask(NATIVE, &document).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(answer.is_whole && !answer.body().contains("[DONE]"));
    let documents = answer.documents();
    assert_eq!(documents.len(), answer.events().len());
    let text: String = documents
        .iter()
        .filter_map(|document| document.pointer("/message/content/0/text")?.as_str())
        .collect();
    assert_eq!(text, "2x2 is 4.");
    let (last, before) = documents.split_last().unwrap();
    assert_eq!(last["finishReason"], "stop");
    assert!(before.iter().all(|document| document.get("finishReason").is_none()));
    assert!(documents.iter().all(|document| document["pad"].is_string()));

    let options = json!({ "isIncludeUsage": true });
    let answer = world.ask(NATIVE, &with(document, REQUEST, "streamOptions", options)).await;
    let documents = answer.documents();
    let (last, before) = documents.split_last().unwrap();
    assert_eq!(last["usage"]["totalTokens"], 8);
    assert_eq!(before.last().unwrap()["finishReason"], "stop");
}

#[tokio::test]
async fn streams_of_llama_end_with_a_marker() {
    let world = World::new().await;
    let document = with(details("1+1"), REQUEST, "isStream", json!(true));
    let model = json!("meta.llama-3.3-70b-instruct");
    let answer = world.ask(NATIVE, &with(document, "/servingMode", "modelId", model)).await;
    assert_eq!(answer.events().last().unwrap(), "[DONE]");
}

#[tokio::test]
async fn limits_stops_and_generations() {
    let world = World::new().await;
    for name in ["maxTokens", "maxCompletionTokens"] {
        let document = with(details("2x2"), REQUEST, name, json!(1));
        let answer = world.ask(NATIVE, &document).await.json();
        let choice = &answer["chatResponse"]["choices"][0];
        assert_eq!(choice["message"]["content"][0]["text"], "2x2");
        // Gemini has a word of its own for it.
        assert_eq!(choice["finishReason"], "max_tokens");
        let document = with(document, "/servingMode", "modelId", json!("xai.grok-4"));
        let answer = world.ask(NATIVE, &document).await.json();
        assert_eq!(answer["chatResponse"]["choices"][0]["finishReason"], "length");
    }
    let document = with(details("a b"), REQUEST, "stop", json!([" b"]));
    let document = with(document, REQUEST, "numGenerations", json!(2));
    let answer = world.ask(NATIVE, &document).await.json();
    let choices = answer["chatResponse"]["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 2);
    assert_eq!(choices[1]["message"]["content"][0]["text"], "You said: a");
}

#[tokio::test]
async fn bodies_that_are_wrong() {
    let world = World::new().await;
    let check = async |document: Value, message: &str| {
        let answer = world.ask(NATIVE, &document).await;
        assert_eq!(answer.status, 400, "{document}");
        assert_eq!(answer.json()["code"], "400");
        let found = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(found.contains(message), "{document}: {found}");
    };
    let format = "Please pass in correct format of request";
    let d = || details("hi");
    check(with(d(), "", "extra", json!(1)), format).await;
    check(with(d(), REQUEST, "max_tokens", json!(1)), format).await;
    check(with(d(), REQUEST, "isStream", json!("true")), format).await;
    check(with(d(), "/chatRequest/messages/0", "tool", json!("x")), format).await;
    check(with(d(), "/chatRequest/messages/0", "content", json!("x")), format).await;
    check(with(d(), "/chatRequest/messages/0/content/0", "txt", json!("x")), format).await;
    let schema = json!({ "type": "JSON_SCHEMA", "jsonSchema": { "name": "a", "strict": true } });
    check(with(d(), REQUEST, "responseFormat", schema), format).await;
    check(with(d(), REQUEST, "messages", json!([])), "messages must be at least 1").await;
    check(with(d(), "/chatRequest/messages/0", "role", json!("user")), "role must be").await;
    check(
        with(d(), REQUEST, "apiFormat", json!("NEW")),
        "apiFormat must be COHERE, COHEREV2, GENERIC",
    )
    .await;
    check(
        with(d(), "/servingMode", "modelId", json!("cohere.command-a")),
        "needs the apiFormat COHERE or COHEREV2",
    )
    .await;
    let mut without = d();
    without.as_object_mut().unwrap().remove("compartmentId");
    check(without, "compartmentId must not be null").await;
    let answer = world.send(&world.post(NATIVE, b"{")).await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("400")));
}

/// What the official clients send is never "wrong format".
#[tokio::test]
async fn captured_requests_of_official_clients_are_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/emulator/sdk_requests.jsonl");
    let rows = std::fs::read_to_string(path).unwrap();
    let world = World::new().await;
    let mut served = 0;
    for row in rows.lines() {
        let mut row: Value = serde_json::from_str(row).unwrap();
        if let Some((_, model)) = OTHER_MODELS.iter().find(|(name, _)| row["name"] == *name) {
            row["body"]["servingMode"]["modelId"] = json!(model);
        } else if row["body"]["model"] == "m" {
            row["body"]["model"] = json!("xai.grok-3");
        }
        let answer = world.ask(row["path"].as_str().unwrap(), &row["body"]).await;
        assert_eq!(answer.status, 200, "{} {}", row["name"], answer.body());
        assert!(answer.is_whole);
        served += 1;
    }
    assert!(served >= 50, "{served}");
}

/// The captures were made of shapes; these name models that do not take them, as `m` is none at all.
const OTHER_MODELS: &[(&str, &str)] = &[
    ("native__cohere_stream_error", "cohere.command-r-08-2024"),
    ("native__coherev2_stream", "cohere.command-a-03-2025"),
    ("native__generic_full", "xai.grok-3"),
];
