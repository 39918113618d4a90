//! What each family of models refuses, and how it is told.

use serde_json::{Value, json};

use crate::signer::Message;
use crate::world::{CHAT, NATIVE, World, chat_details, merged, now, refusal, two_by_two};

fn generic(more: Value) -> Value {
    let content = json!([{ "type": "TEXT", "text": "hi" }]);
    let messages = json!([{ "role": "USER", "content": content }]);
    merged(json!({ "apiFormat": "GENERIC", "messages": messages }), more)
}

fn chat(model: &str, more: Value) -> Value {
    merged(merged(two_by_two(false), json!({ "model": model })), more)
}

#[tokio::test]
async fn unknown_models_are_not_found() {
    let world = World::new().await;
    for model in ["openai.nothing-1", "acme.x", ""] {
        let native = world.ask(NATIVE, &chat_details(model, generic(json!({})))).await;
        let openai = world.ask(CHAT, &chat(model, json!({}))).await;
        for answer in [native, openai] {
            assert_eq!(answer.status, 404, "{model}");
            assert_eq!(refusal(&answer), "Authorization failed or requested resource not found.");
        }
    }
}

#[tokio::test]
async fn openais_reasoning_models_want_other_parameters() {
    let world = World::new().await;
    let check = async |openai: Value, native: Value, param: &str, code: &str| {
        let answer = world.ask(CHAT, &chat("openai.gpt-5.5", openai)).await;
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!(param)));
        assert_eq!(answer.json()["error"]["code"], code);
        // Over the native operation the same comes as text within the envelope.
        let answer = world.ask(NATIVE, &chat_details("openai.gpt-5", generic(native))).await;
        assert_eq!(answer.status, 400);
        let inner: Value = serde_json::from_str(&refusal(&answer)).unwrap();
        assert_eq!(
            (&inner["error"]["param"], &inner["error"]["code"]),
            (&json!(param), &json!(code))
        );
    };
    let (parameter, value) = ("unsupported_parameter", "unsupported_value");
    check(json!({ "max_tokens": 9 }), json!({ "maxTokens": 9 }), "max_tokens", parameter).await;
    check(json!({ "temperature": 0.3 }), json!({ "temperature": 0.3 }), "temperature", value).await;
    check(json!({ "stop": "a" }), json!({ "stop": ["a"] }), "stop", parameter).await;
    for more in [json!({ "temperature": 1 }), json!({ "max_completion_tokens": 9 })] {
        assert_eq!(world.ask(CHAT, &chat("openai.gpt-5.5", more)).await.status, 200);
    }
}

#[tokio::test]
async fn xais_reasoning_models_take_no_effort() {
    let world = World::new().await;
    let answer = world.ask(CHAT, &chat("xai.grok-4", json!({ "reasoning_effort": "low" }))).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["param"]),
        (400, &json!("reasoning_effort"))
    );
    let request = generic(json!({ "reasoningEffort": "LOW" }));
    let answer = world.ask(NATIVE, &chat_details("xai.grok-4", request.clone())).await;
    assert_eq!(refusal(&answer), "Argument not supported on this model: reasoning_effort");
    assert_eq!(world.ask(NATIVE, &chat_details("xai.grok-3-mini", request)).await.status, 200);
}

#[tokio::test]
async fn schemas_with_references_are_the_wrong_format_for_some() {
    let world = World::new().await;
    let schema = json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/a" } } });
    let request = generic(json!({
        "tools": [{ "type": "FUNCTION", "name": "f", "parameters": schema }],
    }));
    for (model, status) in
        [("google.gemini-2.5-pro", 400), ("meta.llama-3.3-70b-instruct", 400), ("xai.grok-4", 200)]
    {
        let answer = world.ask(NATIVE, &chat_details(model, request.clone())).await;
        assert_eq!(answer.status, status, "{model}");
    }
    // At chat completions Gemini alone has trouble, and with references alone.
    let function = json!({ "name": "f", "parameters": schema });
    let tools = json!({ "tools": [{ "type": "function", "function": function }] });
    let answer = world.ask(CHAT, &chat("google.gemini-2.5-pro", tools.clone())).await;
    assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!("tools")));
    assert_eq!(world.ask(CHAT, &chat("xai.grok-4", tools)).await.status, 200);
}

#[tokio::test]
async fn some_models_are_served_elsewhere() {
    let world = World::new().await;
    let answer = world.ask(CHAT, &chat("openai.gpt-5.5-pro", json!({}))).await;
    assert_eq!(answer.status, 404);
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("v1/responses"));
    let answer = world.ask(CHAT, &chat("cohere.command-r-08-2024", json!({}))).await;
    assert_eq!(answer.json()["error"]["code"], "model_not_supported");
    let check = async |model: &str, request: Value, message: &str| {
        let answer = world.ask(NATIVE, &chat_details(model, request)).await;
        assert!(refusal(&answer).contains(message), "{}", answer.body());
    };
    check("cohere.command-r-08-2024", generic(json!({})), "apiFormat COHERE or COHEREV2").await;
    check("openai.gpt-5.5-pro", generic(json!({})), "does not support this operation").await;
    let cohere = json!({ "apiFormat": "COHERE", "message": "hi" });
    check("cohere.command-a-vision-07-2025", cohere.clone(), "needs the apiFormat COHEREV2").await;
    check("xai.grok-4", cohere, "needs the apiFormat GENERIC").await;
}

#[tokio::test]
async fn dedicated_endpoints_take_any_format_and_may_refuse_to_stream() {
    let (plain, stiff) =
        ("ocid1.generativeaiendpoint.oc1..plain", "ocid1.generativeaiendpoint.oc1..stiff");
    let world = World::with(|builder| builder.refuse_streams(stiff)).await;
    let details = |endpoint: &str, request: Value| {
        let mut document = chat_details("", request);
        document["servingMode"] = json!({ "servingType": "DEDICATED", "endpointId": endpoint });
        document
    };
    let cohere =
        |stream: bool| json!({ "apiFormat": "COHERE", "message": "2x2", "isStream": stream });
    for request in [generic(json!({ "maxTokens": 9000 })), cohere(false), cohere(true)] {
        assert_eq!(world.ask(NATIVE, &details(plain, request)).await.status, 200);
    }
    assert_eq!(world.ask(NATIVE, &details(stiff, cohere(false))).await.status, 200);
    let answer = world.ask(NATIVE, &details(stiff, cohere(true))).await;
    assert!(answer.status == 400 && refusal(&answer).contains("isStream"));
    // Neither is a model an endpoint, nor an endpoint a model.
    assert_eq!(world.ask(NATIVE, &details("xai.grok-4", generic(json!({})))).await.status, 404);
    assert_eq!(world.ask(NATIVE, &chat_details(plain, generic(json!({})))).await.status, 404);
    let mut without = details(plain, generic(json!({})));
    without["compartmentId"] = json!("");
    let answer = world.ask(NATIVE, &without).await;
    assert_eq!(refusal(&answer), "compartmentId must not be null");
    // The OpenAI-compatible operations take its OCID for a model.
    assert_eq!(world.ask(CHAT, &chat(plain, json!({}))).await.status, 200);
    // A project is not enough for it.
    let send = async |model: &str| {
        let body = chat(model, json!({})).to_string();
        let mut message = Message::new("POST", CHAT, body.as_bytes(), now());
        message.set("openai-project", "ocid1.generativeaiproject.oc1..emulator");
        world.signer.sign_usual(&mut message);
        world.send(&message).await
    };
    assert_eq!(send("xai.grok-4").await.status, 200);
    assert_eq!(send(plain).await.json()["message"], "compartment_id is required");
}

#[tokio::test]
async fn models_are_listed_and_got() {
    let world = World::new().await;
    let get = async |target: &str| {
        let mut message = Message::new("GET", target, b"", now());
        message.set("opc-compartment-id", world.sandbox.compartment_id());
        world.signer.sign_usual(&mut message);
        world.send(&message).await
    };
    let list = get("/openai/v1/models").await.json();
    assert_eq!(list["object"], "list");
    let first = &list["data"][0];
    let one = get(&format!("/openai/v1/models/{}", first["id"].as_str().unwrap())).await.json();
    assert_eq!(&one, first);
    assert_eq!(get("/openai/v1/models/xai.grok-99").await.status, 200);
    assert_eq!(get("/openai/v1/models/acme.x").await.status, 404);
}
