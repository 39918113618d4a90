//! Models whose transport and client a program chooses.

use locus::auth::{Secret, Signer};
use locus::{Client, Env, Error, Explicit, Family, Format, NativeModel, ResponsesModel, V1Model};
use locus::{IntoModel, Model, ModelBuilder};
use oci_emulator::{Emulator, Sandbox};
use serde_json::Value;

const ENDPOINT: &str = "ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa";

/// An emulator, a home folder with its profile, and an environment that names neither region nor host.
struct Place {
    emulator: Emulator,
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let oci = folder.path().join(".oci");
        std::fs::create_dir(&oci).unwrap();
        let sandbox = Sandbox::create(&oci).unwrap();
        let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
        Self { emulator, sandbox, folder }
    }

    fn env(&self, more: &[(&str, &str)]) -> Env {
        let mut pairs = vec![("HOME", self.folder.path().to_str().unwrap())];
        pairs.extend(more);
        Env::from_pairs(pairs)
    }

    /// A builder in an environment, at the emulator.
    fn at<M: Explicit>(&self, builder: ModelBuilder<M>, more: &[(&str, &str)]) -> ModelBuilder<M> {
        let url = format!("{}/openai/v1/", self.emulator.url());
        builder.client(Client::builder(self.env(more))).base_url(url)
    }

    /// The path, the compartment's and the project's headers, and the body of the last request.
    fn last(&self) -> (String, Option<String>, Option<String>, Value) {
        let sent = self.emulator.requests().pop().unwrap();
        let header = |wanted: &str| {
            let found = sent.headers.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        };
        let (compartment, project) = (header("opc-compartment-id"), header("openai-project"));
        let body = serde_json::from_slice(&sent.body).unwrap();
        (sent.path_and_query, compartment, project, body)
    }
}

async fn ask(client: &Client, model: impl IntoModel) {
    let answer = client.model(model).chat("What is 2x2?").await.unwrap();
    assert_eq!(answer.text(), "2x2 is 4.");
}

#[tokio::test]
async fn each_model_goes_over_its_transport_wherever_an_id_can_stand() {
    let place = Place::new().await;
    // A client of another host, and a transport of the environment: neither counts for a model that was made explicitly.
    let env = place.env(&[("LOCUS_OCI_TRANSPORT", "sdk"), ("OCI_REGION", "uk-london-1")]);
    let elsewhere = Client::builder(env).build().unwrap();
    let v1 = place.at(V1Model::builder("oci:xai.grok-4"), &[]).build().unwrap();
    let responses = place.at(ResponsesModel::builder("xai.grok-4"), &[]).build().unwrap();
    let native = place.at(NativeModel::builder("xai.grok-4"), &[]).build().unwrap();
    ask(&elsewhere, &v1).await;
    assert_eq!(place.last().0, "/openai/v1/chat/completions");
    ask(&elsewhere, &responses).await;
    assert_eq!(place.last().0, "/openai/v1/responses");
    assert_eq!(place.last().3["store"], false);
    ask(&elsewhere, native.clone()).await;
    assert_eq!(place.last().0, "/20231130/actions/chat");
    ask(&elsewhere, Model::from(native)).await;
    // And without a client at all.
    v1.chat("hi").await.unwrap();
    assert_eq!(place.last().0, "/openai/v1/chat/completions");
}

#[tokio::test]
async fn the_environment_holds_for_each() {
    let place = Place::new().await;
    let set = [("OCI_PROFILE", "DEFAULT"), ("OCI_COMPARTMENT_ID", "ocid1.compartment.oc1..env")];
    let v1 = place.at(V1Model::builder("xai.grok-4"), &set).build().unwrap();
    v1.chat("hi").await.unwrap();
    assert_eq!(place.last().1.as_deref(), Some("ocid1.compartment.oc1..env"));
    let responses = place.at(ResponsesModel::builder("xai.grok-4"), &set).build().unwrap();
    responses.chat("hi").await.unwrap();
    assert_eq!(place.last().1.as_deref(), Some("ocid1.compartment.oc1..env"));
    let native = place.at(NativeModel::builder("xai.grok-4"), &set).build().unwrap();
    native.chat("hi").await.unwrap();
    assert_eq!(place.last().3["compartmentId"], "ocid1.compartment.oc1..env");

    #[track_caller]
    fn check<M: Explicit + std::ops::Deref<Target = Model>>(builder: ModelBuilder<M>, env: Env) {
        let model = builder.client(Client::builder(env)).build().ok().unwrap();
        let host = model.explain().unwrap().host;
        assert_eq!(host, "inference.generativeai.uk-london-1.oci.oraclecloud.com");
    }
    let env = || place.env(&[("OCI_REGION", "uk-london-1")]);
    check(V1Model::builder("xai.grok-4"), env());
    check(ResponsesModel::builder("xai.grok-4"), env());
    check(NativeModel::builder("xai.grok-4"), env());
    check(V1Model::builder("xai.grok-4").region("x"), place.env(&[("OCI_REGION", "uk-london-1")]));
}

#[tokio::test]
async fn what_is_told_is_sent() {
    let place = Place::new().await;
    let model = place.at(ResponsesModel::builder("openai.gpt-5.5-pro"), &[]);
    let model = model
        .profile("DEFAULT")
        .config_file(place.sandbox.config_file())
        .compartment_id("ocid1.compartment.oc1..told")
        .project("ocid1.generativeaiproject.oc1..told")
        .store(true)
        .build()
        .unwrap();
    let first = model.chat("I am Ada.").await.unwrap();
    let (_, compartment, project, body) = place.last();
    assert_eq!(compartment.as_deref(), Some("ocid1.compartment.oc1..told"));
    assert_eq!(project.as_deref(), Some("ocid1.generativeaiproject.oc1..told"));
    assert_eq!(body["store"], true);
    assert!(first.state().unwrap().response_id().is_some());

    let model = place.at(NativeModel::builder(ENDPOINT), &[]).of_family(Family::Cohere);
    model.build().unwrap().chat("hi").await.unwrap();
    assert_eq!(place.last().3["chatRequest"]["apiFormat"], "COHERE");
    let model = place.at(NativeModel::builder("cohere.command-a-03-2025"), &[]);
    let model = model.in_format(Format::CohereV2).at_endpoint(ENDPOINT).build().unwrap();
    model.chat("hi").await.unwrap();
    let (_, _, _, body) = place.last();
    assert_eq!(body["chatRequest"]["apiFormat"], "COHEREV2");
    assert_eq!(body["servingMode"]["endpointId"], ENDPOINT);
}

#[tokio::test]
async fn a_signer_stands_in_for_a_profile() {
    let place = Place::new().await;
    let signer = || Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap();
    let env = [("OCI_REGION", "uk-london-1"), ("LOCUS_OCI_COMPARTMENT_ID", "ocid1.c.oc1..env")];
    let client = Client::builder(Env::from_pairs(env)).signer(signer()).build().unwrap();
    assert!(client.endpoint().host().contains("uk-london-1"));
    assert_eq!(client.compartment_id().unwrap().value, "ocid1.c.oc1..env");
    let client = Client::builder(Env::default()).signer(signer()).region("us-chicago-1");
    assert!(client.build().unwrap().compartment_id().is_none());

    let error = Client::builder(Env::default()).signer(signer()).build().unwrap_err();
    assert!(error.to_string().contains("no region"), "{error}");
    let both = V1Model::builder("xai.grok-4").signer(signer()).profile("DEFAULT").build();
    assert!(matches!(both, Err(Error::TwoIdentities)));
    let path = V1Model::builder("xai.grok-4").base_url("https://h.example/v2").build().unwrap_err();
    assert!(matches!(&path, Error::BaseUrl(_)) && path.hint().is_some(), "{path}");

    let model = place.at(V1Model::builder("xai.grok-4"), &[]).signer(signer()).build().unwrap();
    drop(model.chat("hi").await);
    let sent = place.emulator.requests().pop().unwrap();
    assert!(
        sent.headers
            .iter()
            .any(|(name, value)| name == "authorization" && value == "Bearer sk-test")
    );
}
