//! Requests that other programs were seen to send, and what they read of the answers.

use oci_emulator::Fault;
use serde_json::{Value, json};

use crate::Desk;
use crate::http::{Answer, post_with};

const CAPTURED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/wire/clients/");

/// A model that answers over chat completions only.
const LLAMA: &str = "oci/meta.llama-3.3-70b-instruct";

fn captured(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(format!("{CAPTURED}{name}.json")).unwrap())
        .unwrap()
}

/// Sends what was captured, as it was but for what `change` does to the body.
async fn send(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let mut request = captured(name);
    change(&mut request["body"]);
    let headers: Vec<(&str, &str)> = request["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let path = request["path"].as_str().unwrap();
    post_with(desk.address, path, &headers, &request["body"].to_string()).await
}

/// The tool runner of Anthropic's SDK sends only what is new once an answer has begun a conversation; without an error that it knows
/// the model would be asked without what was said before.
#[tokio::test]
async fn conversations_that_are_not_kept_are_refused_so_that_the_whole_is_sent() {
    let desk = Desk::open().await;
    for name in ["anthropic_thread_create", "anthropic_thread_continue"] {
        let answer = send(&desk, name, |_| {}).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        let error = &answer.json()["error"];
        assert_eq!(error["type"], "invalid_request_error");
        assert_eq!(error["details"], json!({"error_code": "thread_unsupported_request"}));
    }
    assert!(desk.emulator.requests().is_empty());
    let whole = |body: &mut Value| body["thread"] = Value::Null;
    let answer = send(&desk, "anthropic_thread_create", whole).await;
    assert_eq!(answer.json()["stop_reason"], "tool_use", "{answer:?}");
}

#[tokio::test]
async fn a_turn_of_claude_code_is_answered() {
    let desk = Desk::open().await;
    for model in ["oci/openai.gpt-oss-120b", "oci/google.gemini-2.5-pro", LLAMA] {
        let answer = send(&desk, "claude_code", |body| body["model"] = json!(model)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.ends_with("data: {\"type\":\"message_stop\"}\n\n"), "{answer:?}");
        let told = answer.header("x-locus-losses").unwrap();
        for loss in [
            "system[*].cache_control has no counterpart and was left out (2 times)",
            "tools[*].defer_loading has no counterpart and was left out (2 times)",
            "context_management is of an unknown kind and was left out",
        ] {
            assert!(told.contains(loss), "{told}");
        }
        let sent = String::from_utf8(desk.emulator.requests().last().unwrap().body.to_vec());
        assert!(sent.unwrap().contains("The tool mcp__t__lookup is available now."));
    }
}

/// The calls of a streamed response, each by namespace and name.
fn called(answer: &Answer) -> Vec<(Value, Value)> {
    let events = answer.events();
    let last: Value = serde_json::from_str(events.last().unwrap()).unwrap();
    assert_eq!(last["type"], "response.completed", "{answer:?}");
    let items = last["response"]["output"].as_array().unwrap().iter();
    items
        .filter(|item| item["type"] == "function_call")
        .map(|item| (item["namespace"].clone(), item["name"].clone()))
        .collect()
}

#[tokio::test]
async fn tools_in_namespaces_are_called_whatever_api_the_model_has() {
    let desk = Desk::open().await;
    let mut paths = Vec::new();
    for model in ["oci/openai.gpt-oss-120b", "oci/cohere.command-latest", LLAMA] {
        let answer = send(&desk, "codex", |body| body["model"] = json!(model)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(called(&answer), [(json!("mcp__t"), json!("lookup"))], "{model}");
        paths.push(desk.emulator.requests().last().unwrap().path_and_query.clone());

        let whole = send(&desk, "codex", |body| {
            body["model"] = json!(model);
            body["stream"] = json!(false);
        })
        .await
        .json();
        let items = whole["output"].as_array().unwrap();
        let call = items.iter().find(|item| item["type"] == "function_call").unwrap();
        assert_eq!((&call["namespace"], &call["name"]), (&json!("mcp__t"), &json!("lookup")));
    }
    assert_eq!(
        paths,
        ["/openai/v1/responses", "/20231130/actions/chat", "/openai/v1/chat/completions"],
        "a search of the web that is offered too does not send requests where a model is not served"
    );
}

#[tokio::test]
async fn a_model_without_the_responses_api_says_what_it_cannot_do() {
    let desk = Desk::open().await;
    let kept = |body: &mut Value| {
        body["model"] = json!(LLAMA);
        body["previous_response_id"] = json!("resp_1");
    };
    let answer = send(&desk, "codex", kept).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["error"]["param"], "previous_response_id");
}

#[tokio::test]
async fn requests_have_an_id_where_the_sdks_look_for_it() {
    let desk = Desk::open().await;
    let message = r#"{"model":"oci/xai.grok-4","max_tokens":9,"messages":[{"role":"user","content":"What is 2x2?"}]}"#;
    let lost = message.replace("grok-4", "grok-none");
    for (path, name, body) in [
        ("/v1/messages", "request-id", message),
        ("/v1/chat/completions", "x-request-id", message),
        ("/v1/messages", "request-id", &lost),
        ("/v1/chat/completions", "x-request-id", &lost),
    ] {
        for stream in ["{", r#"{"stream":true,"#] {
            let body = body.replacen('{', stream, 1);
            let answer = post_with(desk.address, path, &[], &body).await;
            let id = answer.header("opc-request-id").unwrap();
            assert_eq!(answer.header(name), Some(id), "{answer:?}");
            if answer.status != 200 && name == "request-id" {
                assert_eq!(answer.json()["request_id"], id);
            }
        }
    }
}

#[tokio::test]
async fn agents_are_told_what_another_attempt_will_not_change() {
    let file = "
model_list: [{model_name: grok, litellm_params: {model: oci/xai.grok-4}}]
general_settings: {master_key: sk-right}
router_settings: {num_retries: 0}
";
    let desk = Desk::with_file(file).await;
    let body =
        r#"{"model":"grok","max_tokens":9,"messages":[{"role":"user","content":"What is 2x2?"}]}"#;
    let ask = async |path: &str, key: &str, body: &str| {
        post_with(desk.address, path, &[("authorization", &format!("Bearer {key}"))], body).await
    };
    for path in ["/v1/messages", "/v1/chat/completions"] {
        for (key, body, status) in [
            ("sk-wrong", body, 401),
            ("sk-right", &*body.replace("grok", "nobody"), 404),
            ("sk-right", "{}", 400),
        ] {
            let answer = ask(path, key, body).await;
            assert_eq!(answer.status, status, "{answer:?}");
            assert_eq!(answer.header("x-should-retry"), Some("false"), "{answer:?}");
        }
        for status in [429, 500] {
            desk.emulator.push_fault(Fault::status(status));
            let answer = ask(path, "sk-right", body).await;
            assert_eq!((answer.status, answer.header("x-should-retry")), (status, None));
        }
    }
}
