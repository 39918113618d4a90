//! The matrix of docs/features.md, made by asking each family over each transport for each feature, whole and streamed.

use locus::wire::chat::{ChatAccumulator, ChatResponse};
use locus::wire::resources::{FilePurpose, FileUpload};
use locus::wire::responses::{
    AutoContainer, CodeInterpreterTool, HostedChange, HostedDelta, ImageGenerationTool, Item,
    McpApproval, McpApprovalMode, McpTool, Tool as Hosted,
};
use locus::{Client, Family, FileBytes, Model, Transport, Warning};
use oci_emulator::Emulator;

use crate::columns::{FEATURES, Feature, MORE, UPLOADED};
use crate::examples::Service;
use crate::page;

const ENDPOINT: &str = "ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa";

/// How a row of the matrix is called, and the model that stands for it.
const MODELS: &[(&str, &str)] = &[
    ("OpenAI, hosted", "openai.gpt-5.5"),
    ("OpenAI, open weights", "openai.gpt-oss-120b"),
    ("Meta Llama", "meta.llama-4-maverick-17b-128e-instruct-fp8"),
    ("xAI Grok", "xai.grok-4"),
    ("Google Gemini", "google.gemini-2.5-pro"),
    ("Anthropic Claude", "anthropic.claude-sonnet"),
    ("Cohere, first format", "cohere.command-r-plus"),
    ("Cohere, second format", "cohere.command-a-vision-07-2025"),
    ("a dedicated endpoint", ENDPOINT),
];

/// What comes of a call: `yes`, `told` with a warning, or `refused`; anything else fails.
async fn verdict(
    emulator: &Emulator,
    feature: &Feature,
    model: &Model,
    is_streamed: bool,
) -> String {
    let call = (feature.call)(model);
    let outcome: Result<(ChatResponse, Vec<Warning>), locus::router::Error> = if is_streamed {
        match call.stream().await {
            Ok(mut stream) => {
                let mut answer = ChatAccumulator::new();
                while let Some(chunk) = stream.next().await {
                    answer.push(&chunk.unwrap());
                }
                Ok((answer.finish(), stream.warnings().to_vec()))
            }
            Err(error) => Err(error),
        }
    } else {
        call.await.map(|answer| {
            let warnings = answer.warnings().to_vec();
            (answer.into_inner(), warnings)
        })
    };
    let named = || format!("{} of {} streamed: {is_streamed}", feature.name, model.id());
    let (answer, warnings) = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            assert!(error.hint().is_some(), "{}: {error}", named());
            return "refused".to_owned();
        }
    };
    if !warnings.is_empty() {
        return "told".to_owned();
    }
    let sent = emulator.requests().last().map(|it| String::from_utf8(it.body.to_vec()).unwrap());
    let sent = sent.unwrap();
    assert!((feature.holds)(&answer, &sent), "{}: {answer:?} for {sent}", named());
    "yes".to_owned()
}

#[tokio::test]
async fn every_family_has_its_features_over_every_transport() {
    let service = Service::start().await;
    let (emulator, client) = (&service.emulator, &service.client);
    check("matrix", FEATURES, emulator, client).await;
}

#[tokio::test]
async fn every_input_and_parameter_is_carried_or_told() {
    let upload = FileUpload::new(FilePurpose::UserData);
    let service = Service::start().await;
    let (emulator, client) = (&service.emulator, &service.client);
    let uploaded = client.files().upload(&upload, &FileBytes::new("a.pdf", "%PDF-")).await.unwrap();
    UPLOADED.set(uploaded.id.clone().unwrap()).unwrap();
    check("inputs", MORE, emulator, client).await;
}

async fn check(table: &str, features: &[Feature], emulator: &Emulator, client: &Client) {
    let names: Vec<&str> = features.iter().map(|feature| feature.name).collect();
    let mut lines = vec![
        format!("| family | transport | {} |", names.join(" | ")),
        format!("|---|---|{}", "---|".repeat(names.len())),
    ];
    for (family, id) in MODELS {
        let is_cohere = id.starts_with("cohere.");
        for transport in [Transport::V1, Transport::Responses, Transport::Native] {
            // Cohere is served by the native API only, which a test of the hints shows.
            if is_cohere && transport != Transport::Native {
                continue;
            }
            let mut cells = Vec::new();
            for feature in features {
                // What is learnt from a refusal stays with the client's clones, so each cell has a model that knows nothing.
                let mut model = locus::router::Router::new(client.transport().clone())
                    .model(*id)
                    .over(transport);
                if *id == ENDPOINT {
                    model = model.of_family(Family::Llama);
                }
                let whole = verdict(emulator, feature, &model, false).await;
                let streamed = verdict(emulator, feature, &model, true).await;
                cells.push(if whole == streamed {
                    whole
                } else {
                    format!("{whole}, streamed {streamed}")
                });
            }
            let by_itself = client.model(*id).route().unwrap().transport == transport;
            let mark = if by_itself { format!("**{transport}**") } else { transport.to_string() };
            lines.push(format!("| {family} | {mark} | {} |", cells.join(" | ")));
        }
    }
    page::check("features.md", table, &lines);
}

/// A tool of the service, how it is called, and a question that makes the emulator use it.
fn tools_of_the_service() -> [(&'static str, Hosted, &'static str); 6] {
    let server = |mode| {
        let mut server = McpTool::new("dice", "https://dice.example/mcp");
        server.require_approval = Some(McpApproval::Mode(mode));
        server.into()
    };
    let code = CodeInterpreterTool::new(AutoContainer::default());
    [
        ("web search", Hosted::web_search(), "Use web_search."),
        ("file search", Hosted::file_search(["vs_1"]), "Use file_search."),
        ("code interpreter", code.into(), "Use code_interpreter."),
        ("image generation", ImageGenerationTool::default().into(), "Use image_generation."),
        ("an MCP server", server(McpApprovalMode::Never), "Ask dice."),
        ("an MCP server that asks for consent", server(McpApprovalMode::Always), "Ask dice."),
    ]
}

/// What is told of an item, without repetition.
fn told(delta: &HostedDelta<'_>) -> String {
    match &delta.change {
        HostedChange::Begun(_) => "begins".to_owned(),
        HostedChange::Progress(status) => format!("`{status}`"),
        HostedChange::Arguments(_) => "pieces of arguments".to_owned(),
        HostedChange::Code(_) => "pieces of code".to_owned(),
        HostedChange::Done(_) => "whole".to_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_tool_of_the_service_is_told_whole_and_streamed() {
    let service = Service::start().await;
    let client = &service.client;
    let mut lines =
        vec!["| tool | item | while it streams |".to_owned(), "|---|---|---|".to_owned()];
    for (name, tool, question) in tools_of_the_service() {
        let call = client.model("oci:openai.gpt-oss-120b").chat(question).hosted_tools([tool]);
        let whole = call.clone().await.unwrap();
        let items = whole.as_response().unwrap().output().iter();
        let items = items.filter(|item| !matches!(item, Item::Message(_) | Item::Reasoning(_)));
        let kinds: Vec<String> = items.map(|item| item.kind().to_string()).collect();

        let mut stream = call.stream().await.unwrap();
        let mut streamed: Vec<(String, Vec<String>)> = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.unwrap();
            let Some(delta) = chunk.hosted_item() else { continue };
            let place = streamed.iter_mut().find(|(kind, _)| *kind == delta.kind.as_str());
            match place {
                Some((_, changes)) => changes.push(told(delta)),
                None => streamed.push((delta.kind.to_string(), vec![told(delta)])),
            }
        }
        let found: Vec<String> = streamed.iter().map(|(kind, _)| kind.clone()).collect();
        assert_eq!(found, kinds, "{name}: a stream tells of the same items");
        for (kind, mut changes) in streamed {
            changes.dedup();
            lines.push(format!("| {name} | `{kind}` | {} |", changes.join(", ")));
        }
    }
    page::check("features.md", "tools of the service", &lines);
}
