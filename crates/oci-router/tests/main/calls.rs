//! Calls through the router against the emulator.

use oci_auth::{CredentialOptions, Credentials, Env};
use oci_emulator::{Emulator, Sandbox};
use oci_router::{Error, Router, Transport};
use oci_transport::{Client, Endpoint};
use oci_wire::chat::{ChatRequest, Message};

/// A running emulator and a router that is known to it.
struct Service {
    emulator: Emulator,
    router: Router,
    _folder: tempfile::TempDir,
}

async fn service() -> Service {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
    let options =
        CredentialOptions { config_file: Some(sandbox.config_file()), ..Default::default() };
    let credentials = Credentials::from_env(&Env::default(), &options).unwrap();
    let endpoint = Endpoint::parse(&emulator.url()).unwrap();
    let client = Client::builder(endpoint, credentials.into_signer().unwrap())
        .compartment_id(sandbox.compartment_id());
    Service { router: Router::new(client.build().unwrap()), emulator, _folder: folder }
}

/// The `model` of the bodies that were sent.
fn models_sent(service: &Service) -> Vec<String> {
    let body =
        |request: &oci_emulator::RecordedRequest| String::from_utf8(request.body.to_vec()).unwrap();
    let model = |body: String| {
        body.split("\"model\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    service.emulator.requests().iter().map(body).map(model).collect()
}

#[tokio::test]
async fn whole_and_streamed_answers_are_the_same() {
    let service = service().await;
    let model = service.router.model("oci:openai.gpt-5.5");
    let whole = model.chat("What is 2x2?").await.unwrap();
    assert!(whole.text().contains('4'), "{}", whole.text());
    assert!(whole.opc_request_id().is_some());

    let mut streamed = String::new();
    let mut pieces = 0;
    let mut stream = model.stream("What is 2x2?").await.unwrap();
    while let Some(chunk) = stream.next().await {
        streamed.push_str(chunk.unwrap().text().unwrap_or_default());
        pieces += 1;
    }
    assert_eq!(streamed, whole.text());
    assert!(pieces > 2, "{pieces} pieces");
    assert_eq!(models_sent(&service), ["openai.gpt-5.5", "openai.gpt-5.5"], "without the prefix");
}

#[tokio::test]
async fn every_form_of_input_is_taken() {
    let service = service().await;
    let model = service.router.model("oci/OpenAI.gpt-9-Invented");
    model.chat(String::from("hi")).await.unwrap();
    model.chat([Message::user("hi")]).system("be brief").await.unwrap();
    model
        .chat(vec![Message::user("hi")])
        .with(|request| request.max_tokens = Some(3))
        .await
        .unwrap();
    model.chat(ChatRequest::new("replaced", [Message::user("hi")])).await.unwrap();
    assert_eq!(models_sent(&service), ["OpenAI.gpt-9-Invented"; 4], "as it was written");
    let second = String::from_utf8(service.emulator.requests()[1].body.to_vec()).unwrap();
    assert!(second.find("be brief").unwrap() < second.find("hi").unwrap(), "{second}");
}

#[tokio::test]
async fn a_transport_that_is_not_built_sends_nothing() {
    let service = service().await;
    for (id, transport) in [
        ("oci:cohere.command-r-plus", Transport::Native),
        ("oci:ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa", Transport::Native),
        ("oci:openai.gpt-5.5-pro", Transport::Responses),
    ] {
        let error = service.router.model(id).chat("hi").await.unwrap_err();
        assert!(
            matches!(&error, Error::NotBuilt { transport: found, .. } if *found == transport),
            "{id}: {error}"
        );
        assert!(error.to_string().contains(transport.name()), "{error}");
        assert!(error.hint().unwrap().contains("openai."));
    }
    assert!(matches!(service.router.model("oci:acme.x").stream("hi").await, Err(Error::Route(_))));
    assert!(service.emulator.requests().is_empty());
}
