//! Keys of clients: models, limits and their end.

use std::path::Path;

use locus_gateway::{ClientKey, KeyFile};
use oci_emulator::Fault;

use crate::http::{Answer, get_with, post_with};
use crate::{Desk, question, redirected, streamed};

fn yaml(keys: &Path) -> String {
    format!(
        "general_settings: {{master_key: sk-master, keys_file: {}}}\nmodel_list:\n  \
         - {{model_name: grok, litellm_params: {{model: oci/xai.grok-4}}}}\n  \
         - {{model_name: llama, litellm_params: {{model: oci/meta.llama-3.3-70b-instruct}}}}\n",
        keys.display()
    )
}

struct Guarded {
    desk: Desk,
    file: KeyFile,
    folder: tempfile::TempDir,
}

impl Guarded {
    /// A gateway with one key.
    async fn with(key: ClientKey) -> (Self, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let mut file = KeyFile::default();
        let secret = file.create(key).unwrap();
        file.write(&path).unwrap();
        let desk = Desk::with_file(&yaml(&path)).await;
        (Self { desk, file, folder }, secret)
    }

    async fn chat(&self, key: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {key}");
        let headers = [("Authorization", bearer.as_str())];
        post_with(self.desk.address, "/v1/chat/completions", &headers, body).await
    }

    fn reload(&self) {
        let path = self.folder.path().join("keys.json");
        self.file.write(&path).unwrap();
        let config = locus_gateway::Config::parse(&yaml(&path), locus::Env::default()).unwrap();
        let config = redirected(config, &self.desk.sandbox, &self.desk.emulator);
        self.desk.gateway.reload(&config).unwrap();
    }
}

#[tokio::test]
async fn a_key_allows_its_models_and_nothing_of_the_operator() {
    let (guarded, key) = Guarded::with(ClientKey::named("a").with_models(["grok"])).await;
    assert_eq!(guarded.chat(&key, &question("grok")).await.status, 200);
    let answer = guarded.chat(&key, &question("llama")).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "model_not_allowed"));
    assert_eq!(guarded.chat("sk-master", &question("llama")).await.status, 200);
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str())];
    let address = guarded.desk.address;
    let models = get_with(address, "/v1/models", &headers).await.json();
    assert_eq!(models["data"].as_array().unwrap().len(), 1);
    assert_eq!(get_with(address, "/v1/models/llama", &headers).await.status, 404);
    assert_eq!(get_with(address, "/metrics", &headers).await.status, 403);
    assert!(!get_with(address, "/", &headers).await.body.contains("grok"));
    for path in ["/model/info", "/model_group/info"] {
        let info = get_with(address, path, &headers).await.json();
        assert_eq!(info["data"].as_array().unwrap().len(), 1, "{path}: {info}");
    }
    assert!(get_with(address, "/health", &headers).await.json()["healthy_endpoints"].is_null());
}

#[tokio::test]
async fn stand_ins_of_a_request_are_those_of_its_key() {
    let (guarded, key) = Guarded::with(ClientKey::named("a").with_models(["grok"])).await;
    let body = question("grok").replacen('{', r#"{"fallbacks":["llama"],"num_retries":0,"#, 1);
    guarded.desk.emulator.push_fault(Fault::status(503));
    assert_eq!(guarded.chat(&key, &body).await.status, 503);
    assert_eq!(guarded.desk.emulator.requests().len(), 1);
    let answer = guarded.chat(&key, &body).await;
    assert!(answer.header("x-locus-losses").unwrap().contains("llama"), "{answer:?}");
    guarded.desk.emulator.push_fault(Fault::status(503));
    let answer = guarded.chat("sk-master", &body).await;
    assert_eq!(answer.header("x-litellm-model-group"), Some("llama"), "{answer:?}");
}

#[tokio::test]
async fn calls_of_a_minute_are_limited_also_after_a_reload() {
    let (mut guarded, key) = Guarded::with(ClientKey::named("a").with_rpm(2)).await;
    assert_eq!(guarded.chat(&key, &question("grok")).await.status, 200);
    guarded.file.create(ClientKey::named("b")).unwrap();
    guarded.reload();
    assert_eq!(guarded.chat(&key, &question("grok")).await.status, 200);
    let answer = guarded.chat(&key, &question("grok")).await;
    assert_eq!((answer.status, answer.code().as_str()), (429, "rate_limit_exceeded"));
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(guarded.desk.emulator.requests().len(), 2);
}

#[tokio::test]
async fn tokens_are_guessed_before_and_settled_after() {
    let (guarded, key) = Guarded::with(ClientKey::named("a").with_tpm(200)).await;
    let greedy = question("grok").replacen('{', r#"{"max_tokens":80,"#, 1);
    // Each is taken for more than half of the limit, and takes little of it.
    for _ in 0..3 {
        assert_eq!(guarded.chat(&key, &greedy).await.status, 200);
    }
    guarded.desk.emulator.push_fault(Fault::status(400));
    assert_eq!(guarded.chat(&key, &greedy).await.status, 400);
    assert_eq!(guarded.chat(&key, &greedy).await.status, 200, "a failure takes nothing");
    let too_greedy = greedy.replace("80", "100000");
    let answer = guarded.chat(&key, &too_greedy).await;
    assert_eq!(answer.status, 429, "{answer:?}");
}

#[tokio::test]
async fn calls_at_a_time_are_limited() {
    let (guarded, key) = Guarded::with(ClientKey::named("a").with_parallel(1)).await;
    guarded.desk.emulator.push_fault(Fault::Stall);
    let address = guarded.desk.address;
    let bearer = format!("Bearer {key}");
    let stalled = tokio::spawn(async move {
        let headers = [("Authorization", bearer.as_str())];
        post_with(address, "/v1/chat/completions", &headers, &streamed("grok")).await
    });
    guarded.desk.emulator.wait_until(|requests| requests.len() == 1).await;
    assert_eq!(guarded.chat(&key, &question("grok")).await.status, 429);
    stalled.abort();
    assert!(stalled.await.is_err());
    // The client has left, which the gateway notices when it may.
    while guarded.chat(&key, &question("grok")).await.status == 429 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn revoked_and_expired_keys_are_refused() {
    let (mut guarded, key) = Guarded::with(ClientKey::named("a")).await;
    assert_eq!(guarded.chat(&key, &question("grok")).await.status, 200);
    let past = std::time::SystemTime::UNIX_EPOCH;
    let expired = guarded.file.create(ClientKey::named("b").with_expiry(past)).unwrap();
    let id = guarded.file.keys()[0].id().to_owned();
    assert!(guarded.file.revoke(&id) && !guarded.file.revoke(&id));
    guarded.reload();
    for key in [key, expired] {
        assert_eq!(guarded.chat(&key, &question("grok")).await.status, 401);
    }
}

#[tokio::test]
async fn what_the_service_keeps_is_for_the_key_that_it_was_made_with() {
    let (guarded, key) = Guarded::with(ClientKey::named("a")).await;
    let address = guarded.desk.address;
    let create = async |key: &str, before: Option<&str>| {
        let bearer = format!("Bearer {key}");
        let body = serde_json::json!({"model": "grok", "input": "What is 2x2?", "previous_response_id": before});
        let headers = [("Authorization", bearer.as_str())];
        post_with(address, "/v1/responses", &headers, &body.to_string()).await
    };
    let read = async |key: &str, id: &str| {
        let bearer = format!("Bearer {key}");
        let headers = [("Authorization", bearer.as_str())];
        get_with(address, &format!("/v1/responses/{id}"), &headers).await.status
    };
    let own = create(&key, None).await.json()["id"].as_str().unwrap().to_owned();
    let other = create("sk-master", None).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!((read(&key, &own).await, read("sk-master", &own).await), (200, 200));
    assert_eq!((read(&key, &other).await, read("sk-master", &other).await), (404, 200));
    assert_eq!(create(&key, Some(&own)).await.status, 200);
    let refused = create(&key, Some(&other)).await;
    assert_eq!((refused.status, refused.code().as_str()), (404, "response_not_found"));
    let asked = guarded.desk.emulator.requests().len();
    assert_eq!(read(&key, "resp_guessed").await, 404);
    assert_eq!(guarded.desk.emulator.requests().len(), asked, "nothing was sent");
}
