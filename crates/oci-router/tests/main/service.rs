//! A running emulator and a router that is known to it.

use oci_auth::{CredentialOptions, Credentials, Env};
use oci_emulator::{Builder, Emulator, RecordedRequest, Sandbox};
use oci_router::{ChatStream, Router};
use oci_transport::{Client, Endpoint, RetryPolicy};
use oci_wire::chat::{ChatAccumulator, ChatResponse, Tool};
use serde_json::Value;

pub(crate) struct Service {
    pub(crate) emulator: Emulator,
    pub(crate) router: Router,
    _folder: tempfile::TempDir,
}

pub(crate) const ENDPOINT: &str = "ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa";
pub(crate) const WHOLE_ONLY: &str = "ocid1.generativeaiendpoint.oc1.us-chicago-1.bbbb";

pub(crate) async fn service() -> Service {
    start(|builder| builder, RetryPolicy::default(), true).await
}

/// One that tries nothing again, so that one fault is one failure.
pub(crate) async fn impatient() -> Service {
    start(|builder| builder, RetryPolicy::NEVER, true).await
}

pub(crate) async fn start(
    change: impl FnOnce(Builder) -> Builder,
    retry: RetryPolicy,
    has_compartment: bool,
) -> Service {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let emulator = Emulator::builder().identity(sandbox.identity()).refuse_streams(WHOLE_ONLY);
    let emulator = change(emulator).start().await.unwrap();
    let options =
        CredentialOptions { config_file: Some(sandbox.config_file()), ..Default::default() };
    let credentials = Credentials::from_env(&Env::default(), &options).unwrap();
    let endpoint = Endpoint::parse(&emulator.url()).unwrap();
    let mut client = Client::builder(endpoint, credentials.into_signer().unwrap()).retry(retry);
    if has_compartment {
        client = client.compartment_id(sandbox.compartment_id());
    }
    Service { router: Router::new(client.build().unwrap()), emulator, _folder: folder }
}

pub(crate) fn body(request: &RecordedRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The path and the body of the last request that was sent.
pub(crate) fn last(service: &Service) -> (String, Value) {
    let sent = service.emulator.requests();
    let last = sent.last().unwrap();
    (last.path_and_query.clone(), body(last))
}

/// The answer that the chunks of a stream make up.
pub(crate) async fn read(mut stream: ChatStream) -> ChatResponse {
    let mut answer = ChatAccumulator::new();
    while let Some(chunk) = stream.next().await {
        answer.push(&chunk.unwrap());
    }
    assert!(answer.is_finished());
    answer.finish()
}

pub(crate) fn weather() -> Tool {
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#;
    let schema: Value = serde_json::from_str(schema).unwrap();
    Tool::function("get_weather", "Tells the weather of a city", schema)
}
