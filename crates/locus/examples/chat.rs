//! Prompts, messages, streams, images, reasoning and JSON: `cargo run -p locus-oci --example chat`.
#![allow(clippy::print_stdout)]

use std::io::Write as _;

use locus::prelude::*;
use serde::Deserialize;

/// A whole answer, of any vendor by its id.
pub(crate) async fn whole(client: &Client, model: &str) -> locus::Result<String> {
    let answer = client.model(model).chat("What is 2x2?").system("Be brief.").await?;
    Ok(answer.text().to_owned())
}

/// The text as it arrives.
pub(crate) async fn streamed(client: &Client, out: &mut impl std::io::Write) -> locus::Result<()> {
    let messages = [Message::system("Be brief."), Message::user("Hey! How's it going?")];
    let mut stream = client.model("oci:xai.grok-4").chat(messages).stream().await?;
    while let Some(chunk) = stream.next().await {
        // What cannot be shown need not stop the answer.
        out.write_all(chunk?.text().unwrap_or_default().as_bytes()).ok();
    }
    Ok(())
}

/// A picture beside the question, as an address or as a `data:` URL.
pub(crate) async fn vision(client: &Client, url: &str) -> locus::Result<String> {
    let message = Message::user([Part::text("What is in this image?"), Part::image_url(url)]);
    let model = client.model("oci:meta.llama-4-maverick-17b-128e-instruct-fp8");
    Ok(model.chat(message).await?.text().to_owned())
}

/// How hard the model thinks, and the tokens that it took.
pub(crate) async fn reasoning(client: &Client) -> locus::Result<(String, Option<u64>)> {
    let answer = client
        .model("oci:openai.gpt-5.5")
        .chat("If 3x + 7 = 22, what is x?")
        .with(|request| request.reasoning_effort = Some(ReasoningEffort::High))
        .await?;
    let tokens = answer.usage.as_ref().and_then(locus::wire::chat::Usage::reasoning_tokens);
    Ok((answer.text().to_owned(), tokens))
}

/// What is to be found in a text.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "locus::schemars")]
pub(crate) struct CalendarEvent {
    pub(crate) name: String,
    pub(crate) date: String,
    pub(crate) participants: Vec<String>,
}

/// An answer that is a value of a type.
pub(crate) async fn calendar_event(client: &Client) -> locus::Result<CalendarEvent> {
    let chat = client
        .model("oci:openai.gpt-oss-120b")
        .chat("Alice and Bob are going to a science fair on Friday.")
        .system("Extract the event information.");
    Ok(chat.structured::<CalendarEvent>().await?.into_inner())
}

#[tokio::main]
async fn main() -> locus::Result<()> {
    let client = Client::from_env()?;
    for model in
        ["oci:openai.gpt-5.5", "oci:meta.llama-3.3-70b-instruct", "oci:anthropic.claude-sonnet"]
    {
        println!("{model}: {}", whole(&client, model).await?);
    }
    let mut out = std::io::stdout();
    streamed(&client, &mut out).await?;
    out.flush().ok();
    println!("\n{}", vision(&client, "https://picsum.photos/id/237/200/300").await?);
    let (text, tokens) = reasoning(&client).await?;
    println!("{text} ({tokens:?} tokens of reasoning)");
    let CalendarEvent { name, date, participants } = calendar_event(&client).await?;
    println!("{name} on {date} with {}", participants.join(", "));
    Ok(())
}
