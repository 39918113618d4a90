//! What keys may spend, and what calls have cost.

use std::path::Path;

use locus_gateway::{ClientKey, KeyStore};
use oci_emulator::Fault;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http::{Answer, get_with, post_with};
use crate::{Desk, question, redirected, streamed};

fn yaml(keys: &str) -> String {
    format!(
        "
general_settings: {{master_key: sk-master, {keys}}}
model_list:
  - {{model_name: grok, litellm_params: {{model: oci/xai.grok-4}}}}
  - {{model_name: unpriced, litellm_params: {{model: oci/xai.grok-99}}}}
  - model_name: told
    model_info: {{input_cost_per_token: 0.5, output_cost_per_token: 0.25}}
    litellm_params: {{model: oci/xai.grok-99}}
  - {{model_name: \"oci/*\", litellm_params: {{model: \"oci/*\"}}}}
"
    )
}

struct Purse {
    desk: Desk,
    store: KeyStore,
    key: String,
    yaml: String,
    _folder: tempfile::TempDir,
}

impl Purse {
    /// A gateway with one key in a file.
    async fn with(key: ClientKey) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        Self::open(folder, KeyStore::file(&path), key, &place("keys_file", &path)).await
    }

    async fn open(folder: tempfile::TempDir, store: KeyStore, key: ClientKey, place: &str) -> Self {
        let key = store.create(key).unwrap();
        let yaml = yaml(place);
        let desk = Desk::with_file(&yaml).await;
        Self { desk, store, key, yaml, _folder: folder }
    }

    async fn chat(&self, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let headers = [("Authorization", bearer.as_str())];
        post_with(self.desk.address, "/v1/chat/completions", &headers, body).await
    }

    fn reload(&self) {
        let config = locus_gateway::Config::parse(&self.yaml, locus::Env::default()).unwrap();
        let config = redirected(config, &self.desk.sandbox, &self.desk.emulator);
        self.desk.gateway.reload(&config).unwrap();
    }

    fn spent(&self) -> f64 {
        self.store.spent().unwrap().values().map(|spent| spent.dollars).sum()
    }
}

fn place(name: &str, path: &Path) -> String {
    format!("{name}: {}", path.display())
}

fn cost(answer: &Answer) -> f64 {
    answer.header("x-locus-cost").unwrap_or_else(|| panic!("{answer:?}")).parse().unwrap()
}

fn is_near(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-9
}

#[tokio::test]
async fn a_call_costs_what_the_catalogue_says() {
    let purse = Purse::with(ClientKey::named("a")).await;
    for model in ["grok", "oci/xai.grok-4"] {
        let answer = purse.chat(&question(model)).await;
        let usage = &answer.json()["usage"];
        let tokens = |name: &str| usage[name].as_f64().unwrap();
        let expected = tokens("prompt_tokens") * 3e-6 + tokens("completion_tokens") * 15e-6;
        assert!(expected > 0.0 && is_near(cost(&answer), expected), "{answer:?}");
    }
    let told = purse.chat(&question("told")).await;
    assert!(cost(&told) > 0.5, "the operator's price, not the catalogue's");
    assert_eq!(purse.chat(&question("unpriced")).await.header("x-locus-cost"), None);
    let key = [("Authorization", "Bearer sk-master")];
    let page = get_with(purse.desk.address, "/metrics", &key).await.body;
    assert!(page.contains("locus_cost_dollars_total{model=\"grok\"}"), "{page}");
}

#[tokio::test]
async fn a_budget_ends_and_outlives_a_reload_and_the_process() {
    let purse = Purse::with(ClientKey::named("a").with_budget(0.001, None)).await;
    let mut paid = 0.0;
    let refused = loop {
        let answer = purse.chat(&question("grok")).await;
        if answer.status != 200 {
            break answer;
        }
        paid += cost(&answer);
        purse.reload();
    };
    assert_eq!((refused.status, refused.code().as_str()), (429, "budget_exceeded"), "{refused:?}");
    // Nobody said how long an answer may be, so the last one goes over the budget by its own length.
    assert!(paid > 0.0005 && paid < 0.0012, "{paid}");
    assert!(is_near(purse.spent(), paid), "a reload has written it down: {}", purse.spent());
    let address = purse.desk.address;
    assert!(TcpStream::connect(address).await.is_ok());

    let again = Desk::with_file(&purse.yaml).await;
    let bearer = format!("Bearer {}", purse.key);
    let headers = [("Authorization", bearer.as_str())];
    let answer =
        post_with(again.address, "/v1/chat/completions", &headers, &question("grok")).await;
    assert_eq!(answer.code(), "budget_exceeded", "{answer:?}");
    assert!(again.emulator.requests().is_empty());
}

#[tokio::test]
async fn what_an_answer_may_cost_is_reserved() {
    let purse = Purse::with(ClientKey::named("a").with_budget(0.01, None)).await;
    let dear = question("grok").replacen('{', r#"{"max_tokens":100000,"#, 1);
    assert_eq!(purse.chat(&dear).await.code(), "budget_exceeded");
    assert!(purse.desk.emulator.requests().is_empty());
    let cheap = question("grok").replacen('{', r#"{"max_tokens":600,"#, 1);
    for _ in 0..3 {
        // Each is taken for almost all of it, and takes little.
        assert_eq!(purse.chat(&cheap).await.status, 200);
    }
    purse.desk.emulator.push_fault(Fault::status(400));
    assert_eq!(purse.chat(&cheap).await.status, 400);
    assert_eq!(purse.chat(&cheap).await.status, 200, "a failure takes nothing");
}

#[tokio::test]
async fn a_model_without_a_price_is_not_for_a_key_with_a_budget() {
    let purse = Purse::with(ClientKey::named("a").with_budget(100.0, None)).await;
    let answer = purse.chat(&question("unpriced")).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "price_unknown"));
    assert!(answer.body.contains("input_cost_per_token"), "{answer:?}");
    assert_eq!(purse.chat(&question("oci/xai.grok-98")).await.status, 403);
    assert_eq!(purse.chat(&question("told")).await.status, 200);
    let free = Purse::with(ClientKey::named("a")).await;
    assert_eq!(
        free.chat(&question("unpriced")).await.status,
        200,
        "without a budget it does not matter"
    );
}

#[tokio::test]
async fn who_leaves_pays_for_what_came() {
    let purse = Purse::with(ClientKey::named("a").with_budget(1.0, None)).await;
    purse.desk.emulator.push_fault(Fault::StallAfter { events: 3 });
    let body = streamed("grok");
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        purse.key,
        body.len()
    );
    let mut client = TcpStream::connect(purse.desk.address).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("data: ") {
        let mut piece = [0; 4096];
        let count = client.read(&mut piece).await.unwrap();
        bytes.extend_from_slice(&piece[..count]);
    }
    drop(client);
    let Purse { desk, store, .. } = purse;
    desk.end().await;
    let spent = store.spent().unwrap();
    let spent = spent.values().next().unwrap();
    // The prompt was guessed from the body, and some of the answer came.
    let prompt = (body.len() / 4) as f64 * 3e-6;
    assert!(spent.dollars >= prompt && spent.dollars < prompt + 1e-3, "{spent:?}");
}

#[tokio::test]
async fn embeddings_cost_too() {
    let purse = Purse::with(ClientKey::named("a").with_budget(1.0, None)).await;
    let bearer = format!("Bearer {}", purse.key);
    let headers = [("Authorization", bearer.as_str())];
    let body = r#"{"model": "oci/cohere.embed-v4.0", "input": ["Hello world", "Goodbye world"]}"#;
    let answer = post_with(purse.desk.address, "/v1/embeddings", &headers, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    purse.reload();
    let spent = purse.spent();
    assert!(spent > 0.0 && spent < 1e-4, "{spent}");
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn gateways_with_one_database_share_the_budgets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.db");
    let store = KeyStore::database(&path).unwrap();
    let key = ClientKey::named("a").with_budget(0.001, None);
    let purse = Purse::open(folder, store, key, &place("keys_db", &path)).await;
    while purse.chat(&question("grok")).await.status == 200 {}
    purse.reload();
    assert!(purse.spent() > 0.0005, "{}", purse.spent());
    let other = Desk::with_file(&purse.yaml).await;
    let bearer = format!("Bearer {}", purse.key);
    let headers = [("Authorization", bearer.as_str())];
    let answer =
        post_with(other.address, "/v1/chat/completions", &headers, &question("grok")).await;
    assert_eq!(answer.code(), "budget_exceeded", "{answer:?}");
}

#[cfg(not(feature = "sqlite"))]
#[test]
fn a_database_needs_the_feature() {
    let yaml = yaml("keys_db: keys.db")
        .replace("oci/xai.grok-4}", "oci/xai.grok-4, oci_api_key: k, oci_region: us-chicago-1}");
    let config = locus_gateway::Config::parse(&yaml, locus::Env::default()).unwrap();
    let config = config.redirected(
        locus::Endpoint::parse("http://127.0.0.1:9").unwrap(),
        locus::Env::from_pairs([("OCI_GENAI_API_KEY", "k")]),
    );
    let error = locus_gateway::Gateway::builder(config).build().unwrap_err();
    assert!(matches!(error, locus_gateway::Error::Keys { .. }), "{error:?}");
}
