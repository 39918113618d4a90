//! Native chat in both of Cohere's formats.

use serde_json::{Value, json};

use crate::world::{NATIVE, World, chat_details, merged, refusal};

const R: &str = "cohere.command-r-08-2024";

fn v1(request: Value) -> Value {
    merged(json!({ "apiFormat": "COHERE" }), request)
}

fn v2(question: &str, request: Value) -> Value {
    let content = json!([{ "type": "TEXT", "text": question }]);
    let messages = json!([{ "role": "USER", "content": content }]);
    merged(json!({ "apiFormat": "COHEREV2", "messages": messages }), request)
}

fn tools() -> Value {
    json!([{
        "name": "get_weather",
        "description": "Weather",
        "parameterDefinitions": {
            "city": { "type": "str", "isRequired": true },
            "days": { "type": "int" },
            "tags": { "type": "List[str]" },
        },
    }])
}

#[tokio::test]
async fn a_whole_answer() {
    let world = World::new().await;
    let request = v1(json!({ "message": "What is 2x2?", "documents": [{ "title": "sums" }] }));
    let answer = world.ask(NATIVE, &chat_details(R, request)).await;
    assert_eq!(
        answer.json(),
        json!({
            "modelId": R,
            "modelVersion": "1.0.0",
            "chatResponse": {
                "apiFormat": "COHERE",
                "text": "2x2 is 4.",
                "chatHistory": [
                    { "role": "USER", "message": "What is 2x2?" },
                    { "role": "CHATBOT", "message": "2x2 is 4." },
                ],
                "citations": [{ "start": 0, "end": 3, "text": "2x2", "documentIds": ["doc_0"] }],
                "documents": [{ "title": "sums" }],
                "finishReason": "COMPLETE",
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
async fn the_last_event_repeats_everything() {
    let world = World::new().await;
    let request = json!({
        "message": "get_weather {\"city\": \"Oslo\"}",
        "isStream": true,
        "streamOptions": { "isIncludeUsage": true },
        "tools": tools(),
    });
    let answer = world.ask(NATIVE, &chat_details(R, v1(request))).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let documents = answer.documents();
    let calls = json!([{ "name": "get_weather", "parameters": { "city": "Oslo" } }]);
    let [deltas @ .., restated, last] = documents.as_slice() else { panic!("two events at least") };
    let text: String = deltas.iter().map(|delta| delta["text"].as_str().unwrap()).collect();
    assert_eq!(text, "I will use get_weather.");
    assert_eq!((&restated["text"], &restated["toolCalls"]), (&json!(text), &calls));
    assert_eq!((&last["text"], &last["toolCalls"]), (&json!(text), &calls));
    assert_eq!(last["finishReason"], "COMPLETE");
    assert_eq!(last["chatHistory"][1]["role"], "CHATBOT");
    assert!(last["usage"]["totalTokens"].as_u64() > Some(0));
    assert!(
        documents.iter().all(|event| event["apiFormat"] == "COHERE" && event["pad"].is_string())
    );
    assert!(!answer.body().contains("[DONE]"));
}

#[tokio::test]
async fn results_of_tools_are_at_the_top() {
    let world = World::new().await;
    let call = json!({ "name": "get_weather", "parameters": { "city": "Oslo" } });
    let results = json!([{ "call": call, "outputs": [{ "temperature": "3C" }] }]);
    let history = json!([{ "role": "USER", "message": "get_weather" }]);
    let request = v1(json!({
        "message": "", "chatHistory": history, "toolResults": results, "tools": tools(),
    }));
    let answer = world.ask(NATIVE, &chat_details(R, request)).await.json();
    assert_eq!(answer["chatResponse"]["text"], "The tools returned: 3C");
}

#[tokio::test]
async fn arguments_are_made_up_from_the_definitions() {
    let world = World::new().await;
    let request = v1(json!({ "message": "get_weather", "tools": tools() }));
    let answer = world.ask(NATIVE, &chat_details(R, request)).await.json();
    let expected = json!({ "city": "city", "days": 1, "tags": [] });
    assert_eq!(answer["chatResponse"]["toolCalls"][0]["parameters"], expected);
}

#[tokio::test]
async fn what_cohere_refuses() {
    let world = World::new().await;
    let check = async |request: Value, message: &str| {
        let answer = world.ask(NATIVE, &chat_details(R, v1(request))).await;
        let found = refusal(&answer);
        assert!(answer.status == 400 && found.contains(message), "{message}: {found}");
    };
    let results = json!([{ "call": { "name": "f", "parameters": {} }, "outputs": [] }]);
    let tool_turn = json!([{ "role": "TOOL", "toolResults": results }]);
    check(json!({ "message": "" }), "message must be at least 1 token long").await;
    check(json!({ "message": "a", "toolResults": results }), "in multistep mode").await;
    check(json!({ "message": "a", "chatHistory": tool_turn }), "last entry in chat history").await;
    check(json!({ "message": "a", "maxTokens": 4001 }), "at most 4000").await;
    check(json!({ "message": "a", "toolChoice": "NONE" }), "correct format").await;
    check(json!({}), "chatRequest.message must not be null").await;
    let ok = json!({ "message": "a", "toolResults": results, "isForceSingleStep": true });
    assert_eq!(world.ask(NATIVE, &chat_details(R, v1(ok))).await.status, 200);
}

#[tokio::test]
async fn the_second_format_whole() {
    let world = World::new().await;
    let model = "cohere.command-a-reasoning-08-2025";
    let request = v2("2x2", json!({ "thinking": { "type": "ENABLED", "tokenBudget": 9 } }));
    let answer = world.ask(NATIVE, &chat_details(model, request)).await.json();
    let response = &answer["chatResponse"];
    assert_eq!(
        response["message"]["content"],
        json!([
            { "type": "THINKING", "thinking": "The user says: 2x2" },
            { "type": "TEXT", "text": "2x2 is 4." },
        ])
    );
    assert_eq!(response["finishReason"], "COMPLETE");
    let request = v2("a b c", json!({ "stopSequences": [" b"] }));
    let answer = world.ask(NATIVE, &chat_details(model, request)).await.json();
    assert_eq!(answer["chatResponse"]["finishReason"], "STOP_SEQUENCE");
}

#[tokio::test]
async fn the_second_format_streamed() {
    let world = World::new().await;
    let function = json!({ "name": "f", "parameters": {} });
    let request = v2(
        "f {\"a\":1} and f",
        json!({
            "isStream": true,
            "streamOptions": { "isIncludeUsage": true },
            "tools": [{ "type": "FUNCTION", "function": function }],
        }),
    );
    let events =
        world.ask(NATIVE, &chat_details("cohere.command-a-03-2025", request)).await.documents();
    let last = events.last().unwrap();
    assert_eq!(last["finishReason"], "TOOL_CALL");
    let calls = last["message"]["toolCalls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["function"], json!({ "name": "f", "arguments": "{\"a\":1}" }));
    assert!(calls[0]["id"] != calls[1]["id"]);
    assert!(last["usage"]["promptTokens"].is_u64());

    let request = v2("2x2", json!({ "isStream": true }));
    let events =
        world.ask(NATIVE, &chat_details("cohere.command-a-03-2025", request)).await.documents();
    let text: String = events
        .iter()
        .filter_map(|event| event.pointer("/message/content/0/text")?.as_str())
        .collect();
    assert_eq!(text, "2x2 is 4.");
    assert_eq!(events.last().unwrap()["message"], json!({ "role": "ASSISTANT" }));
}
