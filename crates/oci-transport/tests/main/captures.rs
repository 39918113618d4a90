//! The requests that the official SDKs were seen to send, sent by this client.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_auth::{KeyId, PrivateKey, Secret, Signer, SigningKey};
use oci_transport::{Body, Client, Endpoint, HttpService, Listing, RetryPolicy, SendError};
use serde_json::Value;

use crate::operations::{self, Given};
use crate::resources;

/// Keeps each request and answers nothing of use.
#[derive(Clone, Default)]
pub(crate) struct Recorder(pub(crate) Arc<Mutex<Vec<Request<Bytes>>>>);

impl HttpService for Recorder {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        self.0.lock().unwrap().push(request);
        let answer = Response::new(Body::new(Full::new(Bytes::from_static(b"{}"))));
        Box::pin(async { Ok(answer) })
    }
}

pub(crate) fn client(recorder: &Recorder, signer: Signer) -> Client {
    Client::builder(Endpoint::parse("https://h.example").unwrap(), signer)
        .compartment_id("ocid1.compartment.oc1..aaaaaaaacomp")
        .project("ocid1.generativeaiproject.oc1.us-chicago-1.amaaaaaaproject")
        .retry(RetryPolicy::NEVER)
        .service(recorder.clone())
        .build()
        .unwrap()
}

pub(crate) fn key() -> Signer {
    let pem = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/keys/rsa2048_a.pkcs8.pem"
    ));
    let key = PrivateKey::from_pem(&pem.unwrap(), None).unwrap();
    Signer::new(SigningKey::new(KeyId::verbatim("k".to_owned()).unwrap(), key))
}

pub(crate) fn typed<T: serde::de::DeserializeOwned>(body: &Value) -> T {
    serde_json::from_value(body.clone()).unwrap()
}

/// Calls the operation of a capture with its body; `false` if this crate has no such operation.
pub(crate) async fn call(
    client: &Client,
    path: &str,
    method: &str,
    query: &str,
    body: &Value,
) -> bool {
    let streams = |pointer: &str| body.pointer(pointer) == Some(&Value::Bool(true));
    let parts: Vec<_> = path.split('/').skip(1).collect();
    // The answers are of no use here, so each call fails after it was sent.
    match (method, path) {
        ("POST", "/20231130/actions/chat") if streams("/chatRequest/isStream") => {
            drop(client.native_chat_stream(typed(body)).await);
        }
        ("POST", "/20231130/actions/chat") => drop(client.native_chat(typed(body)).await),
        ("POST", "/20231130/actions/embedText") => drop(client.embed_text(&typed(body)).await),
        ("POST", "/20231130/actions/rerankText") => drop(client.rerank_text(&typed(body)).await),
        ("POST", "/20231130/actions/applyGuardrails") => {
            drop(client.apply_guardrails(&typed(body)).await);
        }
        ("POST", "/20231130/actions/generateText") => {
            drop(client.generate_text(typed(body)).await);
        }
        ("POST", "/20231130/actions/summarizeText") => {
            drop(client.summarize_text(&typed(body)).await);
        }
        ("GET", "/20231130/guardrailVersions") => {
            assert_eq!(query, "state=ACTIVE&limit=10&page=p2");
            drop(client.guardrail_versions(Some("ACTIVE"), Some(10), Some("p2")).await);
        }
        ("POST", "/openai/v1/chat/completions") if streams("/stream") => {
            drop(client.chat_stream(&typed(body)).await);
        }
        ("POST", "/openai/v1/chat/completions") => drop(client.chat(&typed(body)).await),
        ("POST", "/openai/v1/responses") if streams("/stream") => {
            drop(client.stream_response(typed(body)).await);
        }
        ("POST", "/openai/v1/responses") => drop(client.create_response(typed(body)).await),
        ("POST", "/openai/v1/embeddings") => drop(client.embeddings(&typed(body)).await),
        ("GET", "/openai/v1/models") => drop(client.models().await),
        _ => match (method, &parts[..]) {
            ("GET", ["openai", "v1", "models", id]) => drop(client.model(id).await),
            ("GET", ["openai", "v1", "responses", id]) if query.is_empty() => {
                drop(client.response(id).await);
            }
            ("GET", ["openai", "v1", "responses", id]) => {
                assert_eq!(query, "starting_after=3&stream=true");
                drop(client.resume_response(id, Some(3)).await);
            }
            ("DELETE", ["openai", "v1", "responses", id]) => {
                drop(client.delete_response(id).await);
            }
            ("POST", ["openai", "v1", "responses", id, "cancel"]) => {
                drop(client.cancel_response(id).await);
            }
            ("GET", ["openai", "v1", "responses", id, "input_items"]) => {
                drop(client.response_input_items(id, &Listing::default()).await);
            }
            _ => return false,
        },
    }
    true
}

/// Headers that the service reads, besides those of the signature.
const HEADERS: [&str; 6] =
    ["accept", "content-type", "if-match", "opc-compartment-id", "openai-beta", "openai-project"];

#[tokio::test]
async fn requests_are_those_of_the_official_clients() {
    let recorder = Recorder::default();
    let signed = client(&recorder, key());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/wire");
    let files = |kind: &str| std::fs::read_dir(format!("{folder}/{kind}")).unwrap();
    let operations = operations::operations();
    let mut compared = 0;
    for entry in files("requests").chain(files("bodyless")) {
        let file = entry.unwrap().path();
        let capture: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let text = |name: &str| capture[name].as_str().unwrap_or_default();
        let (method, path, query) = (text("method"), text("path"), text("query"));
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let known = operations.iter().find(|((_, known), _)| known == text("sdk_call"));
        let was_sent = match known {
            Some(((part, operation), row)) if part != "inference" => {
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
                let given = Given {
                    ids: operations::ids(row["path"].as_str().unwrap(), path),
                    filter: operations::filter(pairs),
                    body: &capture["body"],
                    if_match: header_of(&capture, "if-match"),
                };
                operations::call(&signed, operation, &given).await
            }
            _ => {
                call(&signed, path, method, query, &capture["body"]).await
                    || resources::call(&signed, method, path, query, &capture).await
            }
        };
        assert!(was_sent, "{name}: {method} {path}");
        let sent = recorder.0.lock().unwrap().pop().unwrap();
        assert_eq!(sent.method(), method, "{name}");
        assert_eq!(sent.uri().path(), path, "{name}");
        // The package adds the cursor of a later page at the end.
        let parameters = |query: &str| query.split('&').map(str::to_owned).collect::<BTreeSet<_>>();
        let ours = parameters(sent.uri().query().unwrap_or_default());
        assert_eq!(ours, parameters(query), "{name}");
        if let Some(parts) = capture["multipart"].as_array() {
            assert_eq!(resources::parts(&sent), resources::in_lower_case(parts), "{name}");
        } else {
            let body: Value = serde_json::from_slice(sent.body()).unwrap_or_default();
            assert_eq!(body, capture["body"], "{name}");
        }
        for header in HEADERS {
            let ours = sent.headers().get(header).map(|value| value.to_str().unwrap());
            let theirs = header_of(&capture, header);
            // The SDKs name a type, or accept none in particular, also where there is no body.
            if header == "content-type" && sent.body().is_empty() || theirs == Some("*/*") {
                continue;
            }
            let ours = ours.map(|ours| ours.split_once("boundary=").map_or(ours, |(kind, _)| kind));
            let theirs = theirs.map(|theirs| theirs.trim_end_matches("boundary=<volatile>"));
            assert_eq!(ours, theirs, "{name}: {header}");
        }
        compared += 1;
    }
    assert!(compared >= 120, "{compared} captures");
}

fn header_of<'c>(capture: &'c Value, header: &str) -> Option<&'c str> {
    let pairs = capture["headers"].as_array().unwrap();
    let of = |pair: &&Value| pair[0].as_str().is_some_and(|name| name.eq_ignore_ascii_case(header));
    pairs.iter().find(of)?[1].as_str()
}

#[tokio::test]
async fn an_api_key_is_sent_in_place_of_a_signature() {
    let recorder = Recorder::default();
    let signer = Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap();
    let client = client(&recorder, signer);
    drop(client.models().await);
    let sent = recorder.0.lock().unwrap().pop().unwrap();
    assert_eq!(sent.headers()["authorization"], "Bearer sk-test");
    assert!(sent.headers()["authorization"].is_sensitive());
    assert!(
        !sent.headers().contains_key("date") && !sent.headers().contains_key("x-content-sha256")
    );
}

#[tokio::test]
async fn no_id_changes_where_a_request_goes() {
    let recorder = Recorder::default();
    let client = client(&recorder, key());
    for id in ["//evil.example/", "@evil.example", "..%2f..", "a?b#c", "x y", "\r\nhost: evil"] {
        drop(client.response(id).await);
        let sent = recorder.0.lock().unwrap().pop().unwrap();
        assert_eq!(sent.uri().authority().unwrap(), "h.example", "{id}");
        let (folder, segment) = sent.uri().path().rsplit_once('/').unwrap();
        assert_eq!(folder, "/openai/v1/responses", "{id}");
        assert!(!segment.contains(['?', '#', '@']), "{id}");
    }
    assert!(client.response("..").await.is_err());
    assert!(recorder.0.lock().unwrap().is_empty(), "nothing was sent");
}
