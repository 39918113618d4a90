//! The failures that users of the service meet most, as its Python integrations list them: what each is here, and its advice.

use oci_auth::{Secret, Signer};
use oci_emulator::{Emulator, Fault, Sandbox};
use oci_transport::{Client, Endpoint, Error, ErrorKind, RetryPolicy};
use oci_wire::chat::{ChatRequest, Message};
use oci_wire::native::ChatDetails;
use serde_json::json;

use crate::{Service, request};

const ENDPOINT: &str = "ocid1.generativeaiendpoint.oc1.us-chicago-1.amaaaaaaendpoint";

fn about(model: &str) -> ChatRequest {
    ChatRequest::new(model, [Message::user("What is 2x2?")])
}

fn details(service: &Service, is_stream: bool) -> ChatDetails {
    serde_json::from_value(json!({
        "compartmentId": service.compartment,
        "servingMode": {"servingType": "DEDICATED", "endpointId": ENDPOINT},
        "chatRequest": {
            "apiFormat": "GENERIC",
            "isStream": is_stream,
            "messages": [{"role": "USER", "content": [{"type": "TEXT", "text": "What is 2x2?"}]}],
        },
    }))
    .unwrap()
}

#[track_caller]
fn check(error: &Error, predicate: fn(&Error) -> bool, hints: &[&str]) {
    assert!(predicate(error), "{error:?}");
    let hint = error.hint().unwrap();
    for part in hints {
        assert!(hint.contains(part), "{part} is not in {hint}");
    }
}

/// "404 Not Authorized (yes, 404 not 403)".
#[tokio::test]
async fn a_missing_policy_looks_like_a_missing_resource() {
    let service = Service::start().await;
    let client = service.client();
    service.emulator.set_fault(Some(Fault::status(404)));
    let policies = [
        (
            client.chat(&request()).await.unwrap_err(),
            "group GROUP to use generative-ai-family in compartment",
        ),
        (
            client.chat(&about(ENDPOINT)).await.unwrap_err(),
            "group GROUP to inspect generative-ai-endpoints in compartment",
        ),
        (
            client.native_chat(details(&service, false)).await.unwrap_err(),
            "inspect generative-ai-endpoints",
        ),
        (
            client.response("resp_1").await.unwrap_err(),
            "group GROUP to manage generative-ai-response in compartment",
        ),
    ];
    for (error, policy) in policies {
        check(
            &error,
            Error::is_not_authorized_or_not_found,
            &[policy, "127.0.0.1", &service.compartment],
        );
    }
}

/// The same for a key of the service's own, which no group has.
#[tokio::test]
async fn the_policy_of_an_api_key_names_its_kind_of_principal() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let builder = Emulator::builder().api_key(sandbox.api_key().clone());
    let emulator = builder.fault(Fault::status(404)).start().await.unwrap();
    let key = Signer::bearer(&Secret::new(sandbox.api_key().as_str().to_owned())).unwrap();
    let endpoint = Endpoint::parse(&emulator.url()).unwrap();
    let client = Client::builder(endpoint, key).retry(RetryPolicy::NEVER).build().unwrap();
    let error = client.chat(&request()).await.unwrap_err();
    let parts = ["request.principal.type='generativeaiapikey'", "any-user", "newer than the key"];
    check(&error, Error::is_not_authorized_or_not_found, &parts);
}

/// "model_id not found".
#[tokio::test]
async fn a_model_of_another_region_comes_with_the_command_that_lists_them() {
    let service = Service::start().await;
    service.emulator.push_fault(Fault::openai_error(404));
    let error = service.client().chat(&request()).await.unwrap_err();
    let parts =
        ["openai.gpt-5.5 is not offered at", "oci generative-ai model list --compartment-id"];
    check(&error, Error::is_model_not_found, &parts);
}

/// "compartment_id is required": a project will do for models on demand, and not for a dedicated AI cluster.
#[tokio::test]
async fn a_dedicated_endpoint_wants_a_compartment() {
    let service = Service::start().await;
    let endpoint = Endpoint::parse(&service.emulator.url()).unwrap();
    let client = Client::builder(endpoint, service.signer.clone())
        .project("ocid1.generativeaiproject.oc1..p")
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    client.chat(&request()).await.unwrap();
    let error = client.chat(&about(ENDPOINT)).await.unwrap_err();
    check(
        &error,
        |error| error.code() == Some("MissingParameter"),
        &["set the compartment", "dedicated AI cluster"],
    );
}

/// "Streaming yields one big chunk": the refusal is told, where others hide it behind a whole answer.
#[tokio::test]
async fn an_endpoint_that_does_not_stream_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let service = Service::start_with(
        Emulator::builder().identity(sandbox.identity()).refuse_streams(ENDPOINT),
        sandbox,
        folder,
    )
    .await;
    let client = service.client();
    let error = client.native_chat_stream(details(&service, true)).await.unwrap_err();
    check(
        &error,
        |error| error.kind() == ErrorKind::Service,
        &["does not stream", "ask for the whole answer"],
    );
    client.native_chat(details(&service, false)).await.unwrap();
}

/// "Cohere R model fails on V1".
#[tokio::test]
async fn a_model_of_cohere_is_sent_to_the_native_api() {
    let service = Service::start().await;
    let error = service.client().chat(&about("cohere.command-r-plus-08-2024")).await.unwrap_err();
    check(&error, |error| error.kind() == ErrorKind::Service, &["LOCUS_OCI_TRANSPORT=sdk"]);
}
