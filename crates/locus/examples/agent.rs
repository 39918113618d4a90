//! Agents of one line, over every API of the service: `cargo run -p locus-oci --example agent`, with the OCID of a dedicated
//! endpoint behind it if there is one.
//!
//! The last function is one program for every machine. On a laptop: `OCI_AUTH_TYPE=api_key`. In a pod of OKE, which acts as its
//! node: `OCI_AUTH_TYPE=instance_principal`, and neither profile nor key file.
#![allow(clippy::print_stdout)]

use std::error::Error;

use locus::agent::{Agent, Event, ToolError, tool};
use locus::{Client, ClientBuilder, JsonSchema, Model, ModelBuilder, ResponsesModel};
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A model of any vendor by its id.
pub(crate) async fn of_any_vendor(client: &Client, model: &str) -> Result<String> {
    let agent = client.agent(model).build()?;
    Ok(agent.run_to_end("What is 2x2?").await?.text)
}

/// A model that is on Responses only. With `store(true)` the service keeps the conversation, and only the newest turn travels;
/// without, as Zero Data Retention needs it, all of it does.
pub(crate) async fn over_responses(model: ModelBuilder<ResponsesModel>) -> Result<[String; 2]> {
    let agent = Agent::builder(Model::from(model.build()?));
    let agent = agent.system_prompt("Be polite.").build()?;
    let first = agent.run_to_end("Tell me a joke. Keep it short.").await?;
    let second = agent.run("Why is it funny?").after(first.conversation).to_end().await?;
    Ok([first.text, second.text])
}

/// An endpoint of a dedicated AI cluster by its OCID.
pub(crate) async fn dedicated(client: &Client, endpoint_id: &str) -> Result<String> {
    let agent = client.agent(format!("oci:{endpoint_id}")).build()?;
    Ok(agent.run_to_end("What is 2x2?").await?.text)
}

/// The weather of a place.
#[derive(Deserialize, JsonSchema)]
struct Place {
    /// A city, such as Boston.
    city: String,
}

async fn weather(place: Place) -> std::result::Result<String, ToolError> {
    Ok(format!("21 degrees in {}", place.city))
}

/// A tool, and all that happens as it happens.
pub(crate) async fn with_a_tool(client: &Client, prompt: &str) -> Result<Vec<String>> {
    let weather = tool("get_weather", "Tells the weather of a city.", weather).idempotent();
    let agent = client.agent("oci:openai.gpt-5.5").tool(weather).build()?;
    let mut run = agent.run(prompt);
    let mut shown = Vec::new();
    while let Some(event) = run.next().await {
        match event? {
            Event::Text(text) => shown.push(text),
            Event::ToolStart { call } => shown.push(format!("[{} …]", call.name())),
            Event::ToolComplete { output, .. } => shown.push(format!("[{}]", output.text)),
            Event::Terminate(outcome) => {
                shown.push(format!("[{} tokens]", outcome.usage.total_tokens));
            }
            _ => {}
        }
    }
    Ok(shown)
}

/// The same for every environment.
pub(crate) async fn on_any_machine(client: ClientBuilder) -> Result<String> {
    let agent = client
        .connect()
        .await?
        .agent("oci:openai.gpt-5.5")
        .system_prompt("You are a helpful assistant.")
        .build()?;
    Ok(agent.run_to_end("What is 2x2?").await?.text)
}

#[tokio::main]
async fn main() -> Result<()> {
    let client = Client::from_env()?;
    for model in
        ["oci:openai.gpt-5.5", "oci:meta.llama-3.3-70b-instruct", "oci:anthropic.claude-sonnet"]
    {
        println!("{model}: {}", of_any_vendor(&client, model).await?);
    }
    let model = ResponsesModel::builder("openai.gpt-5.5-pro").store(false);
    println!("{:?}", over_responses(model).await?);
    if let Some(endpoint_id) = std::env::args().nth(1) {
        println!("{}", dedicated(&client, &endpoint_id).await?);
    }
    println!("{}", with_a_tool(&client, "What is the weather in Boston?").await?.concat());
    println!("{}", on_any_machine(Client::builder(locus::Env::process())).await?);
    Ok(())
}
