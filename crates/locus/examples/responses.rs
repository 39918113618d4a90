//! The Responses API: conversations kept or replayed, tools of the service, files: `cargo run -p locus-oci --example responses`.
#![allow(clippy::print_stdout)]

use locus::prelude::*;
use locus::wire::resources::{ConversationMetadata, CreateConversation};
use locus::wire::responses::{
    HostedChange, McpApproval, McpApprovalMode, McpTool, ReasoningSummary, ResponsesRequest,
    Tool as Hosted,
};

/// Two turns. With `store` the service keeps the first, and the second names it and sends only what is new; without, as tenancies
/// with Zero Data Retention need it, all of it is sent again and nothing stays there.
pub(crate) async fn two_turns(client: &Client, store: bool) -> locus::Result<[String; 2]> {
    let model = client.model("oci:openai.gpt-oss-120b").over(Transport::Responses);
    let mut messages = vec![Message::user("Tell me a joke. Keep it short.")];
    let first = model.chat(&messages).system("Be polite.").store(store).await?;

    messages.extend(first.to_message());
    messages.push(Message::user("Why is it funny?"));
    let mut call = model.chat(&messages).system("Be polite.").store(store);
    if let Some(state) = first.state() {
        call = call.continues(state);
    }
    Ok([first.text().to_owned(), call.await?.text().to_owned()])
}

/// A tool that the service runs itself; it selects the Responses API. The number of the answer's items is told.
pub(crate) async fn mcp(client: &Client, question: &str) -> locus::Result<(String, usize)> {
    let model = client.model("oci:openai.gpt-oss-120b");
    let mut server = McpTool::new("calendar", "https://example.com/mcp");
    // Unless it is told not to, the service asks for consent before each call.
    server.require_approval = Some(McpApproval::Mode(McpApprovalMode::Never));
    let answer = model.chat(question).hosted_tools([server]).await?;
    let items = answer.as_response().map_or(0, |response| response.output().len());
    Ok((answer.text().to_owned(), items))
}

/// Searches the web before it answers.
pub(crate) async fn web_search(client: &Client, question: &str) -> locus::Result<String> {
    let model = client.model("oci:openai.gpt-oss-120b");
    let answer = model.chat(question).hosted_tools([Hosted::web_search()]).await?;
    Ok(answer.text().to_owned())
}

/// What tools of the service do while they do it: the items of the answer, and how far each is.
pub(crate) async fn progress(client: &Client, question: &str) -> locus::Result<Vec<String>> {
    let model = client.model("oci:openai.gpt-oss-120b");
    let mut stream = model.chat(question).hosted_tools([Hosted::web_search()]).stream().await?;
    let mut seen = Vec::new();
    while let Some(chunk) = stream.next().await {
        if let Some(delta) = chunk?.hosted_item() {
            match &delta.change {
                HostedChange::Progress(status) => seen.push(format!("{}: {status}", delta.kind)),
                HostedChange::Done(item) => seen.push(format!("{} is done", item.kind())),
                _ => {}
            }
        }
    }
    Ok(seen)
}

/// Every event of a response, as the service sends it, through the client below; here their names.
pub(crate) async fn all_events(client: &Client) -> locus::Result<Vec<String>> {
    let request = ResponsesRequest::new("openai.gpt-oss-120b", "What are the shapes of OCI GPUs?");
    let mut stream = client.transport().stream_response(request.with_store(false)).await?;
    let mut names = Vec::new();
    while let Some(event) = stream.next().await {
        names.push(event?.name().to_owned());
    }
    Ok(names)
}

/// Only the pieces of text of a stream.
pub(crate) async fn only_text(client: &Client) -> locus::Result<String> {
    let model = client.model("oci:openai.gpt-oss-120b").over(Transport::Responses);
    let mut texts = model.chat("What are the shapes of OCI GPUs?").stream().await?.texts();
    let mut text = String::new();
    while let Some(piece) = texts.next().await {
        text.push_str(piece?);
    }
    Ok(text)
}

/// A file by its address, which selects the Responses API, and no trace of it afterwards.
pub(crate) async fn about_file(client: &Client, url: &str) -> locus::Result<String> {
    let message = Message::user([Part::text("What is in this file?"), Part::file_url(url)]);
    let answer = client.model("oci:google.gemini-2.5-pro").chat(message).await?;
    Ok(answer.output_text().into_owned())
}

/// What the model thought, in few words, beside its answer.
pub(crate) async fn thoughts(client: &Client) -> locus::Result<(Option<String>, String)> {
    let answer = client
        .model("oci:openai.gpt-oss-120b")
        .over(Transport::Responses)
        .chat("What is the answer to 12 * (3 + 9)?")
        .with(|request| request.reasoning_effort = Some(ReasoningEffort::High))
        .reasoning_summary(ReasoningSummary::Auto)
        .await?;
    Ok((answer.reasoning().map(str::to_owned), answer.text().to_owned()))
}

/// A conversation of the Conversations API: the service keeps it, and each turn sends nothing but what is new.
pub(crate) async fn conversation(client: &Client) -> locus::Result<String> {
    let metadata = ConversationMetadata::default().with_label("topic", "demo");
    let new = CreateConversation::new().with_metadata(metadata);
    let made = client.transport().conversations().create(&new).await?;
    let id = made.id.as_deref().unwrap_or_default();

    let model = client.model("oci:openai.gpt-oss-120b");
    let mut text = String::new();
    for question in ["Tell me a joke. Keep it short.", "Why is it funny?"] {
        text = model.chat(question).conversation(id).await?.output_text().into_owned();
    }
    Ok(text)
}

#[tokio::main]
async fn main() -> locus::Result<()> {
    let client = Client::from_env()?;
    println!("{:?}", two_turns(&client, true).await?);
    println!("{:?}", two_turns(&client, false).await?);
    println!("{:?}", mcp(&client, "What events are scheduled for 2026-04-02?").await?);
    println!("{}", web_search(&client, "What is new in Chicago?").await?);
    println!("{:?}", progress(&client, "What is new in Chicago?").await?);
    println!("{:?}", all_events(&client).await?);
    println!("{}", only_text(&client).await?);
    println!("{}", about_file(&client, "https://www.example.com/letters/2025ltr.pdf").await?);
    println!("{:?}", thoughts(&client).await?);
    println!("{}", conversation(&client).await?);
    Ok(())
}
