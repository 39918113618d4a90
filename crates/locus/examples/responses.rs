//! The Responses API: conversations kept or replayed, tools of the service, files: `cargo run -p locus-oci --example responses`.
#![allow(clippy::print_stdout)]

use locus::prelude::*;
use locus::wire::responses::{
    McpApproval, McpApprovalMode, McpTool, ResponsesRequest, Tool as Hosted,
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

#[tokio::main]
async fn main() -> locus::Result<()> {
    let client = Client::from_env()?;
    println!("{:?}", two_turns(&client, true).await?);
    println!("{:?}", two_turns(&client, false).await?);
    println!("{:?}", mcp(&client, "What events are scheduled for 2026-04-02?").await?);
    println!("{}", web_search(&client, "What is new in Chicago?").await?);
    println!("{}", only_text(&client).await?);
    Ok(())
}
