//! Every example of this crate, run against the emulator; each is the twin of a snippet of the documentation of another client.

use std::time::Duration;

use locus::{Client, Endpoint, Env, Family, Transport};
use oci_emulator::{Emulator, RecordedRequest, Sandbox};
use serde_json::{Value, json};

use crate::{chat, credentials, embeddings, files, laptop_to_oke, responses, routes, tools};

pub(crate) const ENDPOINT: &str = "ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa";

pub(crate) struct Service {
    pub(crate) emulator: Emulator,
    pub(crate) client: Client,
    folder: tempfile::TempDir,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let oci = folder.path().join(".oci");
        std::fs::create_dir(&oci).unwrap();
        let sandbox = Sandbox::create(&oci).unwrap();
        let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
        let client = Client::builder(Env::from_pairs([("HOME", folder.path().to_str().unwrap())]))
            .compartment_id(sandbox.compartment_id())
            .endpoint(Endpoint::parse(&emulator.url()).unwrap())
            .build()
            .unwrap();
        Self { emulator, client, folder }
    }

    /// The home folder, with a configuration file in it.
    pub(crate) fn home(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    /// An environment with nothing but that.
    pub(crate) fn env(&self) -> Env {
        Env::from_pairs([("HOME", self.home())])
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::parse(&self.emulator.url()).unwrap()
    }

    /// The path and the body of each request so far.
    pub(crate) fn sent(&self) -> Vec<(String, Value)> {
        let read = |request: &RecordedRequest| {
            (request.path_and_query.clone(), serde_json::from_slice(&request.body).unwrap())
        };
        self.emulator.requests().iter().map(read).collect()
    }

    pub(crate) fn last(&self) -> (String, Value) {
        self.sent().pop().unwrap()
    }
}

#[tokio::test]
async fn credentials_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
    let identity = credentials::Identity {
        user: sandbox.user(),
        fingerprint: sandbox.fingerprint(),
        tenancy: sandbox.tenancy(),
        key_file: sandbox.key_file(),
        compartment: sandbox.compartment_id(),
    };
    let endpoint = || Endpoint::parse(&emulator.url()).unwrap();
    let answers = [
        credentials::from_parts(&identity, endpoint()).await.unwrap(),
        credentials::from_signer(&identity, endpoint()).await.unwrap(),
        credentials::from_profile(sandbox.config_file(), sandbox.profile(), endpoint())
            .await
            .unwrap(),
    ];
    assert!(answers.iter().all(|text| text.contains("How's it going?")), "{answers:?}");
    let id = format!("{}/{}/{}", sandbox.tenancy(), sandbox.user(), sandbox.fingerprint());
    for RecordedRequest { headers, .. } in emulator.requests() {
        let signature = headers.iter().find(|(name, _)| name == "authorization");
        assert!(signature.unwrap().1.contains(&format!("keyId=\"{id}\"")), "{signature:?}");
    }
}

#[tokio::test]
async fn chat_answers_whole_and_streamed() {
    let service = Service::start().await;
    for model in
        ["oci:openai.gpt-5.5", "oci:meta.llama-3.3-70b-instruct", "oci:anthropic.claude-sonnet"]
    {
        assert_eq!(chat::whole(&service.client, model).await.unwrap(), "2x2 is 4.");
        let (path, body) = service.last();
        assert_eq!(path, "/openai/v1/chat/completions", "{model}");
        assert_eq!(body["model"], model.strip_prefix("oci:").unwrap());
    }
    let mut shown = Vec::new();
    chat::streamed(&service.client, &mut shown).await.unwrap();
    assert_eq!(String::from_utf8(shown).unwrap(), "You said: Hey! How's it going?");
    assert_eq!(service.last().1["stream"], true);
}

#[tokio::test]
async fn chat_takes_images_effort_and_a_schema() {
    let service = Service::start().await;
    for url in ["https://example.com/dog.jpg", "data:image/png;base64,iVBORw0KGgo="] {
        chat::vision(&service.client, url).await.unwrap();
        let (_, body) = service.last();
        assert_eq!(body.pointer("/messages/0/content/1/image_url/url").unwrap(), url);
    }
    let (_, tokens) = chat::reasoning(&service.client).await.unwrap();
    assert_eq!(service.last().1["reasoning_effort"], "high");
    assert!(tokens.is_some_and(|tokens| tokens > 0), "{tokens:?}");

    let event = chat::calendar_event(&service.client).await.unwrap();
    let format = service.last().1.pointer("/response_format/json_schema").cloned().unwrap();
    assert_eq!(format["name"], "CalendarEvent");
    assert_eq!(format["schema"]["required"], json!(["name", "date", "participants"]));
    let said = [&event.name, &event.date].into_iter().chain(&event.participants);
    assert!(said.count() >= 2, "{event:?}");
}

#[tokio::test]
async fn tools_are_called_run_and_answered() {
    let service = Service::start().await;
    let question = "Call get_current_weather {\"location\":\"Boston\"} please.";
    for model in ["oci:xai.grok-4", "oci:cohere.command-r-plus", "oci:google.gemini-2.5-pro"] {
        let answer = tools::round_trip(&service.client, model, question).await.unwrap();
        assert!(answer.contains("21"), "{model}: {answer}");
    }
    let calls = tools::streamed(&service.client, question).await.unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].0, "get_current_weather");
    let arguments: Value = serde_json::from_str(&calls[0].1).unwrap();
    assert_eq!(arguments["location"], "Boston");
}

#[tokio::test]
async fn routes_are_by_prefix_by_endpoint_or_told() {
    let service = Service::start().await;
    let format = || service.last().1.pointer("/chatRequest/apiFormat").cloned().unwrap();
    let answer = routes::cohere(&service.client).await.unwrap();
    assert!(answer.contains("Explain quantum computing"), "{answer}");
    assert_eq!((service.last().0.as_str(), format()), ("/20231130/actions/chat", "COHERE".into()));

    routes::dedicated(&service.client, ENDPOINT, Family::Llama).await.unwrap();
    assert_eq!(format(), "GENERIC");
    assert_eq!(service.last().1.pointer("/servingMode/endpointId").unwrap(), ENDPOINT);
    routes::hosted_model(&service.client, "oci:cohere.command-latest", ENDPOINT).await.unwrap();
    assert_eq!(format(), "COHERE");
    assert_eq!(service.last().1.pointer("/servingMode/endpointId").unwrap(), ENDPOINT);

    for transport in [Transport::Responses, Transport::V1] {
        routes::dedicated_over(&service.client, ENDPOINT, transport).await.unwrap();
        let (path, body) = service.last();
        assert!(path.starts_with("/openai/v1/"), "{path}");
        assert_eq!(body["model"], ENDPOINT);
    }

    let before = service.sent().len();
    let answers = routes::transports(&service.client).await.unwrap();
    assert!(answers.iter().all(|text| text.contains("2x2 is 4.")), "{answers:?}");
    let paths: Vec<String> = service.sent().drain(before..).map(|(path, _)| path).collect();
    let v1 = "/openai/v1/chat/completions";
    assert_eq!(paths, [v1, v1, "/openai/v1/responses", "/20231130/actions/chat"]);
}

#[tokio::test]
async fn responses_keep_or_replay_and_run_tools() {
    let service = Service::start().await;
    for store in [true, false] {
        let [first, second] = responses::two_turns(&service.client, store).await.unwrap();
        assert!(first.contains("joke") && second.contains("funny"), "{first} {second}");
        let (path, body) = service.last();
        assert_eq!(path, "/openai/v1/responses");
        assert_eq!(body.get("previous_response_id").is_some(), store, "{body}");
        assert_eq!(body["store"], store);
        assert!(body.to_string().contains("Be polite."), "instructions travel every turn: {body}");
    }
    let (text, items) = responses::mcp(&service.client, "Ask calendar what is on.").await.unwrap();
    assert!(!text.is_empty());
    assert!(items > 1, "the call of the server is an item of its own");
    assert_eq!(service.last().1.pointer("/tools/0/server_label").unwrap(), "calendar");
    responses::web_search(&service.client, "Use web_search.").await.unwrap();
    assert_eq!(service.last().1.pointer("/tools/0/type").unwrap(), "web_search");
    let seen = responses::progress(&service.client, "Use web_search.").await.unwrap();
    assert_eq!(seen[1..3], ["web_search_call: searching", "web_search_call: completed"]);
    assert_eq!(seen.last().unwrap(), "web_search_call is done");
    let names = responses::all_events(&service.client).await.unwrap();
    assert_eq!(names.first().unwrap(), "response.created");
    assert!(names.iter().any(|name| name == "response.output_text.delta"), "{names:?}");
    assert_eq!(names.last().unwrap(), "response.completed");
    let text = responses::only_text(&service.client).await.unwrap();
    assert!(text.contains("shapes of OCI GPUs"), "{text}");
    let file = "https://www.example.com/letters/2025ltr.pdf";
    responses::about_file(&service.client, file).await.unwrap();
    let (_, body) = service.last();
    assert_eq!(body.pointer("/input/0/content/1/file_url").unwrap(), file);
    assert_eq!(body["store"], false);
    let (thoughts, _) = responses::thoughts(&service.client).await.unwrap();
    assert_eq!(service.last().1.pointer("/reasoning/summary").unwrap(), "auto");
    assert!(thoughts.is_some_and(|text| !text.is_empty()));
    let text = responses::conversation(&service.client).await.unwrap();
    assert!(text.contains("funny"), "{text}");
    let conversation = service.last().1["conversation"].as_str().unwrap().to_owned();
    assert!(conversation.starts_with("conv_"), "{conversation}");
}

#[tokio::test]
async fn embeddings_ranks_and_guardrails_come_from_the_same_client() {
    let service = Service::start().await;
    for endpoint in [None, Some(ENDPOINT)] {
        let vectors = embeddings::vectors(&service.client, endpoint).await.unwrap();
        assert_eq!(vectors.iter().map(Vec::len).collect::<Vec<_>>(), [1024, 1024]);
        let named = service.last().1.pointer("/servingMode/endpointId").cloned();
        assert_eq!(named, endpoint.map(Value::from));
    }
    let documents = ["a dog barks", "the capital of France is Paris"];
    let best = embeddings::best(&service.client, "capital of France", &documents).await.unwrap();
    assert_eq!(best, Some(1));
    let harm = embeddings::harm(&service.client, "Have a nice day").await.unwrap();
    assert_eq!(harm, Some(0.0));
}

#[tokio::test]
async fn a_laptop_needs_nothing_but_its_environment() {
    let service = Service::start().await;
    let laptop = [
        ("HOME", service.folder.path().to_str().unwrap()),
        ("OCI_PROFILE", "DEFAULT"),
        ("OCI_AUTH_TYPE", "api_key"),
    ];
    let endpoint = Endpoint::parse(&service.emulator.url()).unwrap();
    let builder = Client::builder(Env::from_pairs(laptop)).endpoint(endpoint);
    assert_eq!(laptop_to_oke::ask(builder).await.unwrap(), "2x2 is 4.");
}

#[tokio::test]
async fn a_route_is_explained_with_its_reason_and_the_compartments_origin() {
    let service = Service::start().await;
    let told = |id: &str| service.client.explain(id).unwrap();
    let native = told("oci:cohere.command-r-plus");
    assert!(native.contains("chat over native, format COHERE, on demand"), "{native}");
    assert!(native.contains("begins with cohere."), "{native}");
    assert!(native.contains("127.0.0.1") && native.contains("(as given)"), "{native}");
    assert!(told("cohere.embed-v4.0").contains("embeddings over native, on demand"));
    let error = service.client.explain("oci:acme.x").unwrap_err();
    assert!(error.to_string().contains("acme.x"), "{error}");
    let model = service.client.model("oci:xai.grok-4").over(Transport::Native);
    let told = model.explain().unwrap().to_string();
    assert!(told.contains("over native") && told.contains("goes over v1 by itself"), "{told}");
    assert!(service.sent().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn files_are_uploaded_searched_and_asked_about() {
    let service = Service::start().await;
    let path = service.folder.path().join("weather.txt");
    std::fs::write(&path, "Snow falls in Chicago from November on.").unwrap();
    assert!(!files::about_upload(&service.client, &path).await.unwrap().is_empty());
    assert!(files::names(&service.client).await.unwrap().is_empty(), "nothing stays there");
    let asked = service.emulator.requests();
    let asked = asked.iter().find(|sent| sent.path_and_query == "/openai/v1/responses").unwrap();
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(body.pointer("/input/0/content/0/type").unwrap(), "input_file");

    let question = "When does snow fall in Chicago?";
    let (store, first, answer) =
        files::search(&service.client, &path, question, Duration::ZERO).await.unwrap();
    assert_eq!(first, "Snow falls in Chicago from November on.");
    assert!(!answer.is_empty());
    let (sent, body) = {
        let asked = service.emulator.requests();
        let last = asked.last().unwrap();
        (last.path_and_query.clone(), serde_json::from_slice::<Value>(&last.body).unwrap())
    };
    assert_eq!(sent, "/openai/v1/responses");
    assert_eq!(body.pointer("/tools/0/vector_store_ids/0").unwrap(), store.as_str());
    assert_eq!(files::names(&service.client).await.unwrap(), ["weather.txt"]);

    let compartment = service.client.compartment_id().unwrap().value.clone();
    let made = files::project(&service.client, &compartment, Duration::ZERO).await.unwrap();
    assert!(made.0.starts_with("ocid1.generativeaiproject") && made.1 == 1, "{made:?}");
}
