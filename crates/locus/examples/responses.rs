//! The Responses API: conversations kept or replayed, tools of the service, files: `cargo run -p locus-oci --example responses`.
#![allow(clippy::print_stdout)]

use locus::prelude::*;
use locus::wire::resources::{ConversationMetadata, CreateConversation};
use locus::wire::responses::{
    Item, McpApproval, McpApprovalMode, McpTool, Part as ItemPart, Reasoning, ReasoningSummary,
    ResponsesRequest, Tool as Hosted,
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

/// What chat completions have no word for is asked through the client below, here only the pieces of text of a stream.
pub(crate) async fn only_text(client: &Client) -> locus::Result<String> {
    let request = ResponsesRequest::new("openai.gpt-oss-120b", "What are the shapes of OCI GPUs?");
    let mut stream = client.transport().stream_response_as_chat(request.with_store(false)).await?;
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        text.push_str(chunk?.text().unwrap_or_default());
    }
    Ok(text)
}

/// A file by its address, and no trace of it afterwards.
pub(crate) async fn about_file(client: &Client, url: &str) -> locus::Result<String> {
    let message =
        Item::user([ItemPart::input_text("What is in this file?"), ItemPart::input_file_url(url)]);
    let request = ResponsesRequest::new("google.gemini-2.5-pro", [message]).with_store(false);
    Ok(client.transport().create_response(request).await?.text())
}

/// What the model thought, in few words, beside its answer.
pub(crate) async fn thoughts(client: &Client) -> locus::Result<(Option<String>, String)> {
    let mut reasoning = Reasoning::default();
    reasoning.effort = Some(ReasoningEffort::High);
    reasoning.summary = Some(ReasoningSummary::Auto);
    let question = "What is the answer to 12 * (3 + 9)?";
    let request = ResponsesRequest::new("openai.gpt-oss-120b", question).with_store(false);
    let answer = client.transport().create_response(request.with_reasoning(reasoning)).await?;
    Ok((answer.reasoning_text(), answer.text()))
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
    println!("{}", only_text(&client).await?);
    println!("{}", about_file(&client, "https://www.example.com/letters/2025ltr.pdf").await?);
    println!("{:?}", thoughts(&client).await?);
    println!("{}", conversation(&client).await?);
    Ok(())
}
