//! The Responses API: whole, streamed, kept, continued, cancelled, refused.

use serde_json::{Value, json};

use crate::http::Answer;
use crate::signer::Message;
use crate::world::{World, merged, now};

pub(crate) const RESPONSES: &str = "/openai/v1/responses";

async fn create(world: &World, more: Value) -> Answer {
    let document = merged(json!({ "model": "openai.gpt-oss-120b", "input": "What is 2x2?" }), more);
    world.ask(RESPONSES, &document).await
}

/// A request without a body.
pub(crate) async fn send(world: &World, method: &str, target: &str) -> Answer {
    let mut message = Message::new(method, target, b"", now());
    message.set("opc-compartment-id", world.sandbox.compartment_id());
    world.signer.sign_usual(&mut message);
    world.send(&message).await
}

fn id(response: &Value) -> String {
    response["id"].as_str().unwrap().to_owned()
}

/// The types of the items of an output.
fn kinds(response: &Value) -> Vec<&str> {
    let output = response["output"].as_array().unwrap();
    output.iter().map(|item| item["type"].as_str().unwrap()).collect()
}

fn said(response: &Value) -> &str {
    let last = response["output"].as_array().unwrap().last().unwrap();
    last["content"][0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn a_whole_answer_and_what_is_kept_of_it() {
    let world = World::new().await;
    let response = create(&world, json!({ "metadata": { "a": "b" } })).await.json();
    assert_eq!((said(&response), &response["status"]), ("2x2 is 4.", &json!("completed")));
    assert_eq!(response["metadata"], json!({ "a": "b" }));
    assert_eq!(response["usage"]["total_tokens"], 8);

    let target = format!("{RESPONSES}/{}", id(&response));
    assert_eq!(send(&world, "GET", &target).await.json(), response);
    let items = send(&world, "GET", &format!("{target}/input_items")).await.json();
    assert_eq!(items["data"][0]["content"][0]["text"], "What is 2x2?");
    assert_eq!((&items["first_id"], &items["has_more"]), (&items["data"][0]["id"], &json!(false)));
    let deleted = send(&world, "DELETE", &target).await.json();
    assert_eq!(deleted["deleted"], true);
    for (method, target) in [
        ("GET", target.clone()),
        ("DELETE", target.clone()),
        ("GET", format!("{target}/input_items")),
    ] {
        let answer = send(&world, method, &target).await;
        assert_eq!(answer.status, 404);
        assert!(answer.json()["error"]["message"].as_str().unwrap().contains("not found"));
    }
}

/// Every event of a stream, checked against the rules that hold for all of them.
fn events(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.header("content-type"), Some("text/event-stream"), "{}", answer.body());
    let events = answer.documents();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    events
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_streamed_answer_event_by_event() {
    let world = World::new().await;
    let answer = create(&world, json!({ "stream": true })).await;
    let found = events(&answer);
    assert_eq!(
        types(&found),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let deltas: String = found.iter().filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(deltas, "2x2 is 4.");
    assert_eq!(found[0]["response"]["output"], json!([]));
    let last = found.last().unwrap();
    assert_eq!(said(&last["response"]), "2x2 is 4.");
    assert!(!answer.body().contains("[DONE]"));

    // The same once more, from the middle.
    let target = format!("{RESPONSES}/{}?stream=true&starting_after=9", id(&last["response"]));
    let rest = send(&world, "GET", &target).await.documents();
    assert_eq!(rest, found[10..]);
}

#[tokio::test]
async fn a_limit_makes_it_incomplete() {
    let world = World::new().await;
    let long = "word ".repeat(40);
    let more = json!({ "input": long, "max_output_tokens": 16, "stream": true });
    let found = events(&create(&world, more).await);
    let last = found.last().unwrap();
    assert_eq!(last["type"], "response.incomplete");
    assert_eq!(last["response"]["incomplete_details"]["reason"], "max_output_tokens");
}

#[tokio::test]
async fn calls_and_their_outputs() {
    let world = World::new().await;
    let tools = json!([{ "type": "function", "name": "f" }, { "type": "custom", "name": "grep" }]);
    let input = json!([{ "role": "user", "content": "f {\"a\":1} grep {\"b\":2}" }]);
    let more = json!({ "tools": tools, "input": input, "stream": true });
    let found = events(&create(&world, more).await);
    let response = &found.last().unwrap()["response"];
    assert_eq!(kinds(response), ["function_call", "custom_tool_call"]);
    let done = found.iter().find(|event| event["type"] == "response.function_call_arguments.done");
    assert_eq!(done.unwrap()["arguments"], "{\"a\":1}");
    assert_eq!(response["output"][1]["input"], "{\"b\":2}");

    let outputs: Vec<Value> = response["output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            let kind = format!("{}_output", call["type"].as_str().unwrap());
            json!({ "type": kind, "call_id": call["call_id"], "output": "done" })
        })
        .collect();
    let previous = id(response);
    let more = json!({ "previous_response_id": previous, "input": outputs, "tools": tools });
    assert_eq!(said(&create(&world, more).await.json()), "The tools returned: done; done");

    let check = async |more: Value, message: &str| {
        let answer = create(&world, more).await;
        assert_eq!(answer.status, 400, "{}", answer.body());
        let found = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(found.contains(message), "{found}");
    };
    let more = json!({ "previous_response_id": previous, "input": outputs[..1] });
    check(more, "No tool output found for function call call_").await;
    let more = json!({ "previous_response_id": previous, "input": "hi" });
    check(more, "No tool output found for function call call_").await;
    check(json!({ "input": outputs }), "No tool call found for function call output").await;
}

#[tokio::test]
async fn calls_of_tools_in_namespaces_name_both() {
    let world = World::new().await;
    let tools = json!([
        { "type": "function", "name": "f" },
        { "type": "namespace", "name": "n", "tools": [{ "type": "function", "name": "g" }, { "type": "custom", "name": "h" }] },
    ]);
    let input = "f {\"a\":1} g {\"b\":2} h {\"c\":3}";
    let answer = create(&world, json!({ "tools": tools, "input": input })).await.json();
    assert_eq!(kinds(&answer), ["function_call", "function_call", "custom_tool_call"]);
    let names: Vec<_> = (0..3)
        .map(|at| (&answer["output"][at]["namespace"], &answer["output"][at]["name"]))
        .collect();
    let (n, f, g, h) = (json!("n"), json!("f"), json!("g"), json!("h"));
    assert_eq!(names, [(&Value::Null, &f), (&n, &g), (&n, &h)]);
}

#[tokio::test]
async fn the_server_remembers_unless_told_not_to() {
    let world = World::new().await;
    let first = create(&world, json!({ "input": "hello" })).await.json();
    let input = json!([{ "role": "assistant", "content": "and then?" }]);
    let more = json!({ "previous_response_id": id(&first), "input": input });
    // The last thing that the user said is in the first request.
    let second = create(&world, more).await.json();
    assert_eq!(said(&second), "You said: hello");
    assert_eq!(second["previous_response_id"], first["id"]);

    let loose = create(&world, json!({ "store": false })).await.json();
    assert_eq!(loose["store"], false);
    for previous in [id(&loose), "resp_never".to_owned()] {
        let answer = create(&world, json!({ "previous_response_id": previous })).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]["code"]),
            (400, &json!("previous_response_not_found"),)
        );
        assert_eq!(send(&world, "GET", &format!("{RESPONSES}/{previous}")).await.status, 404);
    }
}

#[tokio::test]
async fn without_retention_nothing_is_remembered() {
    let world = World::with(oci_emulator::Builder::zero_data_retention).await;
    let first = create(&world, json!({})).await.json();
    assert_eq!(first["store"], false);
    let answer = create(&world, json!({ "previous_response_id": id(&first) })).await;
    assert_eq!(answer.status, 400);
    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("Zero Data Retention"), "{message}");
}

#[tokio::test]
async fn thoughts_travel_sealed() {
    let world = World::new().await;
    let thinking = json!({
        "store": false,
        "input": "hi",
        "reasoning": { "effort": "high", "summary": "auto" },
        "include": ["reasoning.encrypted_content"],
    });
    let response = create(&world, thinking.clone()).await.json();
    assert_eq!(kinds(&response), ["reasoning", "message"]);
    let thought = &response["output"][0];
    assert_eq!(thought["summary"][0]["text"], "The user says: hi");
    assert_eq!(thought["content"][0]["text"], "The user says: hi");
    assert_eq!(response["usage"]["output_tokens_details"]["reasoning_tokens"], 5);

    let again = |thought: Value| {
        let mut input = json!([{ "role": "user", "content": "hi" }, thought]);
        input.as_array_mut().unwrap().push(json!({ "role": "user", "content": "2x2" }));
        json!({ "store": false, "input": input })
    };
    let answer = create(&world, again(thought.clone())).await;
    assert_eq!(said(&answer.json()), "2x2 is 4.");
    let mut torn = thought.clone();
    torn["encrypted_content"] = json!("gAAAAA!");
    let answer = create(&world, again(torn)).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (400, &json!("invalid_encrypted_content"),)
    );
    let mut bare = thought.clone();
    bare.as_object_mut().unwrap().remove("encrypted_content");
    let answer = create(&world, again(bare)).await;
    assert_eq!(answer.status, 404);
    assert!(answer.body().contains("not persisted when `store` is set to false"));

    let mut streamed = thinking;
    streamed["stream"] = json!(true);
    let found = events(&create(&world, streamed).await);
    for kind in
        ["reasoning_summary_text.delta", "reasoning_summary_part.done", "reasoning_text.done"]
    {
        let kind = format!("response.{kind}");
        assert!(types(&found).contains(&kind.as_str()), "{kind}");
    }
}

#[tokio::test]
async fn hosted_tools_leave_items() {
    let world = World::new().await;
    let tools = json!([
        { "type": "web_search" },
        { "type": "file_search", "vector_store_ids": ["vs_1"] },
        { "type": "code_interpreter", "container": { "type": "auto" } },
        { "type": "mcp", "server_label": "dice", "server_url": "https://m.example/", "require_approval": "never" },
    ]);
    let input = "web_search, file_search, code_interpreter and dice";
    let more = json!({
        "tools": tools,
        "input": input,
        "stream": true,
        "include": ["file_search_call.results", "code_interpreter_call.outputs"],
    });
    let found = events(&create(&world, more).await);
    let response = &found.last().unwrap()["response"];
    let hosted = [
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "mcp_list_tools",
        "mcp_call",
        "message",
    ];
    assert_eq!(kinds(response), hosted);
    let annotations = response["output"][5]["content"][0]["annotations"].as_array().unwrap();
    assert_eq!(annotations.len(), 2);
    for kind in [
        "web_search_call.searching",
        "file_search_call.completed",
        "code_interpreter_call_code.done",
        "mcp_list_tools.completed",
        "mcp_call.completed",
        "output_text.annotation.added",
    ] {
        assert!(types(&found).contains(&format!("response.{kind}").as_str()), "{kind}");
    }
}

#[tokio::test]
async fn servers_may_want_an_approval() {
    let world = World::new().await;
    let tools = json!([{ "type": "mcp", "server_label": "dice", "allowed_tools": ["roll"] }]);
    let first = create(&world, json!({ "tools": tools, "input": "dice" })).await.json();
    assert_eq!(kinds(&first), ["mcp_list_tools", "mcp_approval_request"]);
    let answer = |approve: bool| {
        json!({
            "tools": tools,
            "previous_response_id": first["id"],
            "input": [{
                "type": "mcp_approval_response",
                "approval_request_id": first["output"][1]["id"],
                "approve": approve,
            }],
        })
    };
    // The list is known by now.
    let second = create(&world, answer(true)).await.json();
    assert_eq!(kinds(&second), ["mcp_call", "message"]);
    assert_eq!(second["output"][0]["approval_request_id"], first["output"][1]["id"]);
    assert_eq!(kinds(&create(&world, answer(false)).await.json()), ["message"]);
}

#[tokio::test]
async fn in_the_background() {
    let world = World::new().await;
    let queued = create(&world, json!({ "background": true })).await.json();
    assert_eq!((&queued["status"], &queued["output"]), (&json!("queued"), &json!([])));
    let target = format!("{RESPONSES}/{}", id(&queued));
    assert_eq!(send(&world, "GET", &target).await.json()["status"], "in_progress");
    let done = send(&world, "GET", &target).await.json();
    assert_eq!((said(&done), &done["status"]), ("2x2 is 4.", &json!("completed")));
    // Too late.
    let cancelled = send(&world, "POST", &format!("{target}/cancel")).await.json();
    assert_eq!(cancelled["status"], "completed");

    let queued = create(&world, json!({ "background": true })).await.json();
    let target = format!("{RESPONSES}/{}", id(&queued));
    assert_eq!(
        send(&world, "POST", &format!("{target}/cancel")).await.json()["status"],
        "cancelled"
    );
    assert_eq!(send(&world, "GET", &target).await.json()["status"], "cancelled");

    let whole = create(&world, json!({})).await.json();
    let answer = send(&world, "POST", &format!("{RESPONSES}/{}/cancel", id(&whole))).await;
    assert_eq!(answer.status, 400);
    let found = events(&create(&world, json!({ "background": true, "stream": true })).await);
    assert_eq!(types(&found)[0], "response.queued");
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::new().await;
    let check = async |more: Value, status: u16, param: Value, code: Value| {
        let answer = create(&world, more).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["param"], &error["code"]), (status, &param, &code));
    };
    let unsupported = || json!("unsupported_parameter");
    check(json!({ "max_tokens": 9 }), 400, json!("max_tokens"), unsupported()).await;
    check(json!({ "response_format": {} }), 400, json!("response_format"), unsupported()).await;
    check(
        json!({ "model": "openai.gpt-5.5", "temperature": 0.5 }),
        400,
        json!("temperature"),
        unsupported(),
    )
    .await;
    check(
        json!({ "max_output_tokens": 1 }),
        400,
        json!("max_output_tokens"),
        json!("invalid_value"),
    )
    .await;
    check(
        json!({ "previous_response_id": "a", "conversation": "b" }),
        400,
        json!("conversation"),
        json!("mutually_exclusive_parameters"),
    )
    .await;
    let nothing = json!({ "input": null });
    check(nothing.clone(), 400, json!("input"), json!("missing_required_parameter")).await;
    check(
        json!({ "model": "meta.llama-3.3-70b-instruct" }),
        400,
        json!("model"),
        json!("model_not_supported"),
    )
    .await;
    check(
        json!({ "input": [{ "type": "invented" }] }),
        400,
        json!("input[0].type"),
        json!("invalid_value"),
    )
    .await;
    let answer = create(&world, merged(nothing, json!({ "model": "xai.grok-4" }))).await;
    assert_eq!((answer.status, answer.header("content-type")), (422, Some("text/plain")));
    assert_eq!(create(&world, json!({ "model": "acme.x" })).await.status, 404);
    assert_eq!(create(&world, json!({ "model": "openai.gpt-5.5-pro" })).await.status, 200);
}

#[tokio::test]
async fn formats_are_kept_to() {
    let world = World::new().await;
    let schema = json!({ "type": "object", "properties": { "answer": { "type": "string" } } });
    let format = json!({ "type": "json_schema", "name": "a", "schema": schema });
    let response = create(&world, json!({ "text": { "format": format } })).await.json();
    assert_eq!(said(&response), "{\"answer\":\"2x2 is 4.\"}");
}

#[tokio::test]
async fn conversations_go_on() {
    let world = World::new().await;
    let items = json!([{ "type": "message", "role": "user", "content": "hello" }]);
    let conversations = "/openai/v1/conversations";
    let made =
        world.ask(conversations, &json!({ "items": items, "metadata": { "a": "b" } })).await.json();
    let target = format!("{conversations}/{}", id(&made));
    assert_eq!(send(&world, "GET", &target).await.json(), made);

    let input = json!([{ "role": "system", "content": "go on" }]);
    let more = json!({ "conversation": { "id": made["id"] }, "input": input });
    let response = create(&world, more).await.json();
    assert_eq!(
        (said(&response), &response["conversation"]),
        ("You said: hello", &json!({ "id": made["id"] }))
    );
    let list = send(&world, "GET", &format!("{target}/items?order=asc&limit=2")).await.json();
    assert_eq!((list["data"].as_array().unwrap().len(), &list["has_more"]), (2, &json!(true)));
    let after = list["last_id"].as_str().unwrap();
    let rest = send(&world, "GET", &format!("{target}/items?order=asc&after={after}")).await.json();
    assert_eq!(rest["data"][0]["role"], "assistant");

    let item = format!("{target}/items/{after}");
    assert_eq!(send(&world, "GET", &item).await.json()["role"], "system");
    assert_eq!(send(&world, "DELETE", &item).await.json()["id"], made["id"]);
    assert_eq!(send(&world, "GET", &item).await.status, 404);
    let added = world.ask(&format!("{target}/items"), &json!({ "items": items })).await.json();
    assert_eq!(added["data"].as_array().unwrap().len(), 1);
    let updated = world.ask(&target, &json!({ "metadata": { "c": "d" } })).await.json();
    assert_eq!(updated["metadata"], json!({ "c": "d" }));
    assert_eq!(send(&world, "DELETE", &target).await.json()["object"], "conversation.deleted");
    assert_eq!(send(&world, "GET", &target).await.status, 404);
    assert_eq!(create(&world, json!({ "conversation": id(&made) })).await.status, 404);
}
