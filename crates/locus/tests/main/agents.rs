//! Every example of agents, run against the emulator.

use locus::agent::Reason;
use locus::{Client, Endpoint, Env, ResponsesModel};
use oci_emulator::{Authority, Emulator, Sandbox};
use serde_json::Value;

use crate::examples::{ENDPOINT, Service};
use crate::{agent, agent_approval, agent_chat, agent_hooks};

#[tokio::test]
async fn agents_of_one_line_answer_over_every_api() {
    let service = Service::start().await;
    for (model, path) in [
        ("oci:openai.gpt-5.5", "/openai/v1/chat/completions"),
        ("oci:meta.llama-3.3-70b-instruct", "/openai/v1/chat/completions"),
        ("oci:anthropic.claude-sonnet", "/openai/v1/chat/completions"),
        ("oci:cohere.command-r-plus", "/20231130/actions/chat"),
        ("oci:openai.gpt-5.5-pro", "/openai/v1/responses"),
    ] {
        assert_eq!(agent::of_any_vendor(&service.client, model).await.unwrap(), "2x2 is 4.");
        let (sent, body) = service.last();
        assert_eq!(sent, path, "{model}");
        assert!(body["stream"] == true || body.pointer("/chatRequest/isStream").is_some());
    }
    let text = agent::dedicated(&service.client, ENDPOINT).await.unwrap();
    assert_eq!(text, "2x2 is 4.");
    assert_eq!(service.last().1.pointer("/servingMode/endpointId").unwrap(), ENDPOINT);

    let shown =
        agent::with_a_tool(&service.client, "Call get_weather {\"city\":\"Boston\"}.").await;
    let shown = shown.unwrap();
    assert_eq!(shown[..2], ["[get_weather …]", "[21 degrees in Boston]"]);
    assert!(shown.concat().contains("The tools returned: 21 degrees in Boston"), "{shown:?}");
}

#[tokio::test]
async fn an_agent_over_responses_is_kept_or_replayed() {
    let service = Service::start().await;
    for store in [true, false] {
        let client = Client::builder(service.env()).endpoint(service.endpoint());
        let model = ResponsesModel::builder("openai.gpt-5.5-pro").client(client).store(store);
        let [first, second] = agent::over_responses(model).await.unwrap();
        assert!(first.contains("joke") && second.contains("funny"), "{first} {second}");
        let (path, body) = service.last();
        assert_eq!(path, "/openai/v1/responses");
        assert_eq!(body.get("previous_response_id").is_some(), store, "{body}");
        assert_eq!(body["store"], store);
        assert_eq!(body.to_string().contains("Tell me a joke."), !store);
        assert!(body.to_string().contains("Be polite."), "instructions travel every turn: {body}");
    }
}

#[tokio::test]
async fn from_laptop_to_oke_is_one_variable() {
    let folder = tempfile::tempdir().unwrap();
    let oci = folder.path().join(".oci");
    std::fs::create_dir(&oci).unwrap();
    let sandbox = Sandbox::create(&oci).unwrap();
    let authority = Authority::generate().unwrap();
    let emulator = Emulator::builder().identity(sandbox.identity()).authority(authority);
    let emulator = emulator.start().await.unwrap();
    let mut key_ids = Vec::new();
    for auth_type in ["api_key", "instance_principal"] {
        // All but the one variable is the same; where the metadata and the tokens are is the emulator's instead of the cloud's.
        let env = Env::from_pairs([
            ("HOME", folder.path().to_str().unwrap()),
            ("OCI_AUTH_TYPE", auth_type),
            ("OCI_METADATA_BASE_URL", &emulator.metadata_url()),
            ("OCI_CLI_FEDERATION_ENDPOINT", &emulator.federation_url()),
        ]);
        let endpoint = Endpoint::parse(&emulator.url()).unwrap();
        let builder = Client::builder(env).endpoint(endpoint);
        assert_eq!(agent::on_any_machine(builder).await.unwrap(), "2x2 is 4.");
        let sent = emulator.requests();
        let chat = sent.iter().rfind(|sent| sent.path_and_query.ends_with("/chat/completions"));
        key_ids.push(chat.unwrap().header("authorization").unwrap().to_owned());
    }
    assert!(key_ids[0].contains("keyId=\"ocid1.tenancy."), "{}", key_ids[0]);
    assert!(key_ids[1].contains("keyId=\"ST$"), "a token of the instance: {}", key_ids[1]);
    assert!(emulator.rejections().is_empty());
}

#[tokio::test]
async fn a_chat_answers_line_by_line() {
    let service = Service::start().await;
    let mut out = Vec::new();
    let input = "What is 2x2?\nHey! How's it going?\n";
    agent_chat::chat(&service.client, input.as_bytes(), &mut out).await.unwrap();
    let shown = String::from_utf8(out).unwrap();
    assert!(shown.starts_with("2x2 is 4.\nYou said: Hey! How's it going?\n"), "{shown}");
    assert!(shown.ends_with("tokens in 2 answers\n"), "{shown}");
    let messages = service.last().1["messages"].clone();
    assert_eq!(
        messages.as_array().unwrap().len(),
        4,
        "instructions, a turn, a question: {messages}"
    );
}

#[tokio::test]
async fn payments_wait_for_consent() {
    let service = Service::start().await;
    let prompt = "Call pay {\"amount\":1200} and pay {\"amount\":5}.";
    let small = |question: &locus::agent::Question| question.call.arguments().contains(":5");
    let outcome = agent_approval::pay(&service.client, prompt, small).await.unwrap();
    assert_eq!(outcome.reason, Reason::Answered);
    assert!(outcome.text.contains("5 cents were paid"), "{}", outcome.text);
    assert!(outcome.text.contains("does not agree: not now"), "{}", outcome.text);
    assert!(!outcome.text.contains("1200"));
}

#[tokio::test]
async fn hooks_remember_criticize_and_ground() {
    let service = Service::start().await;
    let memory = agent_hooks::Memory::default();
    let outcome = agent_hooks::memory(&service.client, &memory).await.unwrap();
    assert_eq!(outcome.conversation.messages().len(), 2, "it is in no conversation");
    assert!(service.last().1.to_string().contains("remember of the user:\\nI like tea."));

    let outcome = agent_hooks::reflexion(&service.client, 2).await.unwrap();
    assert_eq!(outcome.iterations, 3);
    let texts: Vec<Value> = service.sent().into_iter().map(|(_, body)| body).collect();
    assert!(texts.iter().any(|body| body.to_string().contains("Say OK if the answer is right")));
    assert!(outcome.text.contains("Improve it:"), "{}", outcome.text);

    let outcome = agent_hooks::grounding(&service.client, "I think it is 35 degrees.").await;
    let outcome = outcome.unwrap();
    assert_eq!(outcome.text, "The tools returned: 21");
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_thread_survives_in_a_file() {
    use crate::agent_checkpoint::{broken_off, turn};
    let service = Service::start().await;
    let file = std::path::Path::new(service.home()).join("threads.db");
    let prompt = "Call print {\"pages\":3}.";
    broken_off(&service.client, &file, "t", prompt).await.unwrap();
    let outcome = turn(&service.client, &file, "t", "What is 2x2?").await.unwrap();
    assert_eq!(outcome.text, "2x2 is 4.");
    let said = serde_json::to_string(&outcome.conversation).unwrap();
    assert!(said.contains("not known what it has done"), "{said}");
    let outcome = turn(&service.client, &file, "t", prompt).await.unwrap();
    assert_eq!(outcome.text, "The tools returned: 3 pages");
}
