//! A function that the model calls and the program runs: `cargo run -p locus-oci --example tools`.
#![allow(clippy::print_stdout)]

use locus::prelude::*;
use serde_json::json;

/// What the model is told of the function.
fn weather() -> Tool {
    let schema = json!({
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "The city, such as Boston"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["location"],
    });
    Tool::function("get_current_weather", "Get the current weather in a given location", schema)
}

/// The function itself.
fn run(_arguments: &str) -> String {
    json!({"celsius": 21, "sky": "clear"}).to_string()
}

/// Asks, runs what the model calls, and asks again with the results: the same for every family.
pub(crate) async fn round_trip(
    client: &Client,
    model: &str,
    question: &str,
) -> locus::Result<String> {
    let model = client.model(model);
    let mut messages = vec![Message::user(question)];
    for _ in 0..5 {
        let answer = model.chat(&messages).tools([weather()]).await?;
        if answer.tool_calls().is_empty() {
            return Ok(answer.text().to_owned());
        }
        messages.extend(answer.to_message());
        for call in answer.tool_calls() {
            messages.push(Message::tool(call.id(), run(call.arguments())));
        }
    }
    Ok("the model does not stop calling tools".to_owned())
}

/// The same question streamed: text is shown as it comes, calls are put together from their pieces.
pub(crate) async fn streamed(
    client: &Client,
    question: &str,
) -> locus::Result<Vec<(String, String)>> {
    let model = client.model("oci:openai.gpt-5.5");
    let mut stream = model.chat(question).tools([weather()]).stream().await?;
    let mut answer = ChatAccumulator::new();
    while let Some(chunk) = stream.next().await {
        answer.push(&chunk?);
    }
    let answer = answer.finish();
    let calls = answer.tool_calls().iter();
    Ok(calls.map(|call| (call.name().to_owned(), call.arguments().to_owned())).collect())
}

#[tokio::main]
async fn main() -> locus::Result<()> {
    let client = Client::from_env()?;
    let question = "What's the weather in Boston today? Ask get_current_weather.";
    for model in ["oci:xai.grok-4", "oci:cohere.command-r-plus", "oci:google.gemini-2.5-pro"] {
        println!("{model}: {}", round_trip(&client, model, question).await?);
    }
    println!("{:?}", streamed(&client, question).await?);
    Ok(())
}
