//! Calls of tools and thoughts, as each family has them.

use serde_json::{Value, json};

use crate::world::{CHAT, NATIVE, World, chat_details, merged, refusal};

fn generic(text: &str, more: Value) -> Value {
    let request = json!({
        "apiFormat": "GENERIC",
        "messages": [{ "role": "USER", "content": [{ "type": "TEXT", "text": text }] }],
        "tools": [{ "type": "FUNCTION", "name": "f" }, { "type": "FUNCTION", "name": "g" }],
    });
    merged(request, more)
}

async fn events(world: &World, model: &str, request: Value) -> Vec<Value> {
    let answer = world.ask(NATIVE, &chat_details(model, request)).await;
    assert_eq!(answer.status, 200, "{}", answer.body());
    answer.documents()
}

/// The calls of all events, one after the other, without the ids' random part.
fn calls(events: &[Value]) -> Vec<(Option<bool>, Option<&str>, &str)> {
    events
        .iter()
        .filter_map(|event| event.pointer("/message/toolCalls")?.as_array())
        .flatten()
        .map(|call| {
            let id = call["id"].as_str().map(|id| id.starts_with("call_"));
            (id, call["name"].as_str(), call["arguments"].as_str().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn streams_of_each_family() {
    let world = World::new().await;
    let request = || generic("f {\"a\":1} g", json!({ "isStream": true }));

    let found = events(&world, "xai.grok-4", request()).await;
    let whole = [(Some(true), Some("f"), "{\"a\":1}"), (Some(true), Some("g"), "{}")];
    assert_eq!(calls(&found), whole);
    assert_eq!(found.last().unwrap()["finishReason"], "tool_calls");

    let found = events(&world, "openai.gpt-oss-120b", request()).await;
    let pieces = [
        (Some(true), Some("f"), ""),
        (None, None, "{\"a"),
        (None, None, "\":1}"),
        (Some(true), Some("g"), ""),
        (None, None, "{"),
        (None, None, "}"),
    ];
    assert_eq!(calls(&found), pieces);

    let found = events(&world, "google.gemini-2.5-pro", request()).await;
    assert_eq!(calls(&found), [(None, Some("f"), "{\"a\":1}"), (None, Some("g"), "{}")]);
    assert_eq!(found.last().unwrap()["finishReason"], "stop");
    assert_eq!(found[1]["message"]["content"], json!([{ "type": "TEXT" }]));
}

#[tokio::test]
async fn a_whole_round() {
    let world = World::new().await;
    let request = generic("f g", json!({ "toolChoice": { "type": "REQUIRED" } }));
    let answer = world.ask(NATIVE, &chat_details("openai.gpt-oss-20b", request)).await.json();
    let message = &answer["chatResponse"]["choices"][0]["message"];
    assert_eq!(message["content"], Value::Null);
    let calls = message["toolCalls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);

    let mut request = generic("f g", json!({}));
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "ASSISTANT", "toolCalls": calls }));
    for call in calls {
        let content = json!([{ "type": "TEXT", "text": format!("{} said so", call["name"]) }]);
        messages.push(json!({ "role": "TOOL", "toolCallId": call["id"], "content": content }));
    }
    let answer =
        world.ask(NATIVE, &chat_details("openai.gpt-oss-20b", request.clone())).await.json();
    assert_eq!(
        answer["chatResponse"]["choices"][0]["message"]["content"][0]["text"],
        "The tools returned: \"f\" said so; \"g\" said so"
    );
    // Gemini does not take two calls at once over this operation.
    let answer = world.ask(NATIVE, &chat_details("google.gemini-2.5-pro", request.clone())).await;
    assert!(refusal(&answer).contains("number of function response parts"));
    // OpenAI wants every call answered, and says so within the envelope.
    request["messages"].as_array_mut().unwrap().pop();
    let answer = world.ask(NATIVE, &chat_details("openai.gpt-oss-20b", request)).await;
    let inner: Value = serde_json::from_str(&refusal(&answer)).unwrap();
    assert!(inner["error"]["message"].as_str().unwrap().contains("did not have response messages"));
}

#[tokio::test]
async fn one_call_at_a_time() {
    let world = World::new().await;
    let request = generic("f g", json!({ "isParallelToolCalls": false }));
    let answer = world.ask(NATIVE, &chat_details("xai.grok-4", request)).await.json();
    let calls = &answer["chatResponse"]["choices"][0]["message"]["toolCalls"];
    assert_eq!(calls.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn thoughts_are_shown_by_some_and_counted_by_others() {
    let world = World::new().await;
    let thinking =
        |stream: bool| generic("hi", json!({ "reasoningEffort": "HIGH", "isStream": stream }));
    let answer = world.ask(NATIVE, &chat_details("xai.grok-3-mini", thinking(false))).await.json();
    let choice = &answer["chatResponse"]["choices"][0];
    assert_eq!(choice["message"]["reasoningContent"], "The user says: hi");
    assert_eq!(choice["message"]["content"][0]["text"], "You said: hi");

    let found = events(&world, "xai.grok-3-mini", thinking(true)).await;
    let thoughts: String = found
        .iter()
        .filter_map(|event| event.pointer("/message/reasoningContent")?.as_str())
        .collect();
    assert_eq!(thoughts, "The user says: hi");

    let answer = world.ask(NATIVE, &chat_details("openai.gpt-5", thinking(false))).await.json();
    let response = &answer["chatResponse"];
    assert!(response["choices"][0]["message"].get("reasoningContent").is_none());
    assert_eq!(response["usage"]["completionTokensDetails"]["reasoningTokens"], 5);
}

#[tokio::test]
async fn chat_completions_tell_the_place_of_a_call() {
    let world = World::new().await;
    let function = |name: &str| json!({ "type": "function", "function": { "name": name } });
    let ask = |model: &str, stream: bool| {
        json!({
            "model": model,
            "messages": [{ "role": "user", "content": "f {\"a\":1} g" }],
            "tools": [function("f"), function("g")],
            "stream": stream,
        })
    };
    let answer = world.ask(CHAT, &ask("openai.gpt-5.5", false)).await.json();
    let choice = &answer["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(choice["message"]["content"], Value::Null);
    assert_eq!(choice["message"]["tool_calls"][0]["function"]["arguments"], "{\"a\":1}");

    for (model, pieces) in [("openai.gpt-5.5", 6), ("xai.grok-4", 2)] {
        let documents = world.ask(CHAT, &ask(model, true)).await.documents();
        let mut arguments = [String::new(), String::new()];
        let mut count = 0;
        for call in
            documents.iter().filter_map(|chunk| chunk.pointer("/choices/0/delta/tool_calls/0"))
        {
            let index = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
            arguments[index].push_str(call["function"]["arguments"].as_str().unwrap());
            count += 1;
        }
        assert_eq!((arguments, count), (["{\"a\":1}".to_owned(), "{}".to_owned()], pieces));
    }
}

#[tokio::test]
async fn pictures_behind_results_are_no_new_question() {
    let world = World::new().await;
    let call =
        json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let picture =
        json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } });
    let messages = json!([
        { "role": "user", "content": "f" },
        { "role": "assistant", "content": null, "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "c", "content": "seen" },
        { "role": "user", "content": [picture] },
    ]);
    let request = json!({ "model": "google.gemini-2.5-pro", "messages": messages });
    let answer = world.ask(CHAT, &request).await.json();
    assert_eq!(answer["choices"][0]["message"]["content"], "The tools returned: seen");
}
