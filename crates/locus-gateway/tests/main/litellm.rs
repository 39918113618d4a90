//! What scripts written for LiteLLM's proxy ask for, say and look at.

use oci_emulator::Fault;
use serde_json::json;

use crate::http::{get, get_with, post, post_with};
use crate::{Desk, question};

const FILE: &str = "
general_settings: {master_key: sk-master}
model_list:
  - model_name: grok
    litellm_params: {model: oci/xai.grok-4, oci_region: us-chicago-1}
    model_info: {id: first, mode: chat, supports_vision: true, team: red}
  - {model_name: llama, litellm_params: {model: oci/meta.llama-3.3-70b-instruct}}
  - {model_name: \"oci/*\", litellm_params: {model: \"oci/*\"}}
  - {model_name: gpt-4o, litellm_params: {model: openai/gpt-4o, api_key: sk-secret}}
";

const KEY: (&str, &str) = ("x-litellm-api-key", "Bearer sk-master");

async fn chat(desk: &Desk, more: &str) -> crate::Answer {
    let body = question("grok").replacen('{', &format!("{{{more}"), 1);
    post_with(desk.address, "/v1/chat/completions", &[KEY], &body).await
}

#[tokio::test]
async fn answers_have_the_headers_that_scripts_read() {
    let desk = Desk::with_file(FILE).await;
    desk.emulator.push_fault("status=429,retry-after=0s".parse().unwrap());
    let answer = chat(&desk, "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    for (name, value) in [
        ("x-litellm-model-id", "first"),
        ("x-litellm-model-group", "grok"),
        ("x-litellm-attempted-retries", "1"),
        ("x-litellm-attempted-fallbacks", "0"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("x-litellm-response-cost"), answer.header("x-locus-cost"));
    assert_eq!(answer.header("x-litellm-call-id"), answer.header("opc-request-id"));
    assert!(answer.header("x-litellm-response-cost").is_some());
    assert!(answer.header("x-litellm-call-id").is_some());
}

#[tokio::test]
async fn models_are_told_with_what_the_file_says_of_them() {
    let desk = Desk::with_file(FILE).await;
    for path in ["/model/info", "/v1/model/info", "/model_group/info"] {
        assert_eq!(get(desk.address, path).await.status, 401, "{path}");
    }
    let all = get_with(desk.address, "/v1/model/info", &[KEY]).await;
    assert!(!all.body.contains("secret"), "{all:?}");
    let all = all.json();
    let names: Vec<&str> = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["model_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["grok", "llama", "oci/*"]);
    let first = &all["data"][0];
    assert_eq!(first["litellm_params"], json!({"model": "oci/xai.grok-4"}));
    let info = &first["model_info"];
    assert_eq!((&info["id"], &info["mode"]), (&json!("first"), &json!("chat")));
    assert_eq!((&info["supports_vision"], &info["team"]), (&json!(true), &json!("red")));
    assert_eq!(info["input_cost_per_token"], json!(3e-6));
    assert_eq!(all["data"][2]["litellm_params"]["model"], "oci/*");
    let one = get_with(desk.address, "/model/info?litellm_model_id=first", &[KEY]).await.json();
    assert_eq!(one["data"].as_array().unwrap().len(), 1);
    let groups = get_with(desk.address, "/model_group/info", &[KEY]).await.json();
    assert_eq!(groups["data"][0]["model_group"], "grok");
    assert_eq!(groups["data"][0]["providers"], json!(["oci"]));
    assert!(desk.emulator.requests().is_empty(), "nothing is asked of the service");
}

#[tokio::test]
async fn health_counts_for_everybody_and_lists_for_the_operator() {
    let desk = Desk::with_file(FILE).await;
    let answer = get(desk.address, "/health").await.json();
    assert_eq!(answer, json!({"healthy_count": 3, "unhealthy_count": 0}));
    let answer = get_with(desk.address, "/health", &[KEY]).await.json();
    assert_eq!(answer["healthy_endpoints"][0]["model"], "oci/xai.grok-4");
    assert_eq!(answer["unhealthy_endpoints"], json!([]));
}

#[tokio::test]
async fn tokens_are_guessed() {
    let desk = Desk::with_file(FILE).await;
    let count =
        async |body: &str| post_with(desk.address, "/utils/token_counter", &[KEY], body).await;
    let answer = count(&question("grok")).await.json();
    assert_eq!(answer["total_tokens"], 7);
    assert_eq!(answer["tokenizer_type"], "guess");
    assert_eq!(answer["model_used"], "oci/xai.grok-4");
    let answer = count(r#"{"model": "grok", "prompt": "12345678"}"#).await.json();
    assert_eq!(answer["total_tokens"], 2);
    assert_eq!(count(&question("nobody")).await.status, 404);
}

#[tokio::test]
async fn paths_that_are_not_here_say_what_to_do() {
    let desk = Desk::with_file(FILE).await;
    for (path, words) in [
        ("/key/generate", "locus keys create"),
        ("/user/new", "locus keys create"),
        ("/model/new", "SIGHUP"),
        ("/v1/images/generations", "embeddings"),
        ("/openai/deployments/grok/images/generations?api-version=1", "chat/completions"),
    ] {
        let answer = post(desk.address, path, "{}").await;
        assert_eq!(answer.status, 404, "{path}");
        let hint = answer.json()["error"]["hint"].as_str().unwrap_or_default().to_owned();
        assert!(hint.contains(words), "{path}: {hint}");
    }
}

#[tokio::test]
async fn the_paths_of_azure_name_the_model() {
    let desk = Desk::with_file(FILE).await;
    let key = ("api-key", "sk-master");
    let ask = async |path: &str, body: &str| post_with(desk.address, path, &[key], body).await;
    let version = "?api-version=2025-03-01-preview";
    for (path, model, group) in [
        ("/openai/deployments/grok/chat/completions", "grok", "grok"),
        ("/openai/deployments/grok/chat/completions", "gpt-3.5-turbo", "grok"),
        ("/engines/llama/chat/completions", "llama", "llama"),
        ("/openai/deployments/oci/xai.grok-3/chat/completions", "x", "oci/*"),
        ("/openai/deployments/oci%2Fxai.grok-3/chat/completions", "x", "oci/*"),
        ("/openai/v1/chat/completions", "grok", "grok"),
        ("/openai/chat/completions", "grok", "grok"),
    ] {
        let answer = ask(&format!("{path}{version}"), &question(model)).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.header("x-litellm-model-group"), Some(group), "{path}");
    }
    let sent = desk.emulator.requests();
    let asked = |request: &oci_emulator::RecordedRequest| {
        String::from_utf8_lossy(&request.body).contains(r#""xai.grok-3""#)
    };
    assert_eq!(sent.iter().filter(|request| asked(request)).count(), 2, "by the name of the path");
    // LangChain says no model at all there.
    let body = question("grok").replace("\"grok\"", "null");
    let answer = ask("/openai/deployments/grok/chat/completions", &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = r#"{"input": "a", "model": "x"}"#;
    let answer = ask("/openai/deployments/oci/cohere.embed-v4.0/embeddings", body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["model"], "oci/cohere.embed-v4.0");
    let answer = ask("/openai/deployments/grok/completions", r#"{"prompt": "2x2?"}"#).await;
    assert_eq!(answer.json()["object"], "text_completion");
    let body = r#"{"model": "grok", "input": "2x2?"}"#;
    for path in ["/openai/responses", "/openai/v1/responses"] {
        let answer = ask(&format!("{path}{version}"), body).await;
        assert_eq!(answer.json()["object"], "response", "{path}: {answer:?}");
        // What is kept is found there again.
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let found = get_with(desk.address, &format!("{path}/{id}{version}"), &[key]).await;
        assert_eq!((found.status, &found.json()["id"]), (200, &json!(id)), "{path}: {found:?}");
    }
    for path in ["/openai/files", "/openai/v1/files", "/openai/models", "/openai/v1/models"] {
        let found = get_with(desk.address, &format!("{path}{version}"), &[key]).await;
        assert_eq!((found.status, &found.json()["object"]), (200, &json!("list")), "{path}");
    }
    // A key is asked for here as well, and what is no model is none.
    let path = "/openai/deployments/grok/chat/completions";
    assert_eq!(post(desk.address, path, &question("grok")).await.status, 401);
    let answer = ask("/openai/deployments/nobody/chat/completions", &question("grok")).await;
    assert_eq!(answer.status, 404);
    for path in ["/openai/deployments/grok", "/engines//chat/completions", "/openai/deployments/"] {
        assert_eq!(ask(path, &question("grok")).await.status, 404, "{path}");
    }
    assert_eq!(ask(path, "[]").await.status, 400);
    for path in ["/openai/deployments/%FF/chat/completions", "/engines/%FF/embeddings"] {
        let answer = ask(path, &question("grok")).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
    let answer = get_with(desk.address, "/v1/models/%FF", &[key]).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "model_not_found"));
}

#[tokio::test]
async fn a_model_of_another_provider_is_told_apart_from_one_that_nobody_knows() {
    let desk = Desk::with_file(FILE).await;
    let ask = async |model: &str| {
        let path = "/v1/chat/completions";
        post_with(desk.address, path, &[KEY], &question(model)).await.json()["error"].clone()
    };
    let known = ask("gpt-4o").await;
    assert!(known["hint"].as_str().unwrap().contains("openai/gpt-4o"), "{known}");
    assert!(ask("nobody").await["hint"].as_str().unwrap().contains("/v1/models"));
}

#[tokio::test]
async fn requests_choose_their_stand_ins_and_retries() {
    let desk = Desk::with_file(FILE).await;
    desk.emulator.push_fault(Fault::status(503));
    let more = r#""num_retries": 0, "fallbacks": ["gpt-4o", "llama"], "tags": ["a"], "#;
    let answer = chat(&desk, more).await;
    assert_eq!((answer.status, answer.header("x-litellm-model-group")), (200, Some("llama")));
    let losses = answer.header("x-locus-losses").unwrap();
    assert!(losses.contains("gpt-4o") && losses.contains("tags"), "{losses}");
    let sent = String::from_utf8(desk.emulator.requests()[0].body.to_vec()).unwrap();
    assert!(!sent.contains("tags") && !sent.contains("fallbacks"), "{sent}");

    desk.emulator.push_fault(Fault::status(503));
    let answer = chat(&desk, r#""num_retries": 0, "#).await;
    assert_eq!(answer.status, 503, "it has none in the configuration");
}

#[tokio::test]
async fn metadata_for_callbacks_is_no_reason_to_refuse() {
    let desk = Desk::with_file(FILE).await;
    let more = r#""metadata": {"tags": ["a"], "trace": "t", "depth": 1}, "#;
    let answer = chat(&desk, more).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let losses = answer.header("x-locus-losses").unwrap();
    assert!(losses.contains("metadata.depth, metadata.tags left out"), "{losses}");
    let body = r#"{"model": "grok", "input": "What is 2x2?", "metadata": {"tags": ["a"]}}"#;
    let answer = post_with(desk.address, "/v1/responses", &[KEY], body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_made_up_answer_is_refused_rather_than_billed() {
    let desk = Desk::with_file(FILE).await;
    let answer = chat(&desk, r#""mock_response": "hi", "#).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"));
    assert!(answer.json()["error"]["hint"].as_str().unwrap().contains("--emulator"));
    assert!(desk.emulator.requests().is_empty());
}
