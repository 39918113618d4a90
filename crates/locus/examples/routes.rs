//! Cohere, dedicated AI clusters and a transport for one call: `cargo run -p locus-oci --example routes`.
#![allow(clippy::print_stdout)]

use locus::{Family, prelude::*};

/// Cohere's models are served by the native API only; nothing needs to be said about it.
pub(crate) async fn cohere(client: &Client) -> locus::Result<String> {
    let model = client.model("oci:cohere.command-latest");
    Ok(model.chat("Explain quantum computing").await?.text().to_owned())
}

/// An endpoint of a dedicated AI cluster. Its OCID does not say what it hosts, so the family is told.
pub(crate) async fn dedicated(
    client: &Client,
    endpoint: &str,
    family: Family,
) -> locus::Result<String> {
    let model = client.model(format!("oci:{endpoint}")).of_family(family);
    Ok(model.chat("Hey! How's it going?").await?.text().to_owned())
}

/// The same over an API of choice; the OpenAI-compatible ones are told the endpoint as the model.
pub(crate) async fn dedicated_over(
    client: &Client,
    endpoint: &str,
    transport: Transport,
) -> locus::Result<String> {
    let model = client.model(format!("oci:{endpoint}")).over(transport);
    Ok(model.chat("What is 2x2?").await?.text().to_owned())
}

/// The same the other way round: the model says family and format, the endpoint where it runs.
pub(crate) async fn hosted_model(
    client: &Client,
    model: &str,
    endpoint: &str,
) -> locus::Result<String> {
    let model = client.model(model).at_endpoint(endpoint);
    Ok(model.chat("Hey! How's it going?").await?.text().to_owned())
}

/// One model over each transport: by its prefix, or as told.
pub(crate) async fn transports(client: &Client) -> locus::Result<Vec<String>> {
    let model = client.model("oci:openai.gpt-5.5");
    let mut answers = vec![model.chat("What is 2x2?").await?.text().to_owned()];
    for transport in [Transport::V1, Transport::Responses, Transport::Native] {
        let answer = model.clone().over(transport).chat("What is 2x2?").await?;
        answers.push(answer.text().to_owned());
    }
    Ok(answers)
}

#[tokio::main]
async fn main() -> locus::Result<()> {
    let client = Client::from_env()?;
    println!("{}", client.explain("oci:cohere.command-latest")?);
    println!("{}", cohere(&client).await?);
    println!("{:?}", transports(&client).await?);
    if let Some(endpoint) = std::env::args().nth(1) {
        println!("{}", dedicated(&client, &endpoint, Family::Llama).await?);
        println!("{}", dedicated_over(&client, &endpoint, Transport::Responses).await?);
        println!("{}", hosted_model(&client, "oci:cohere.command-latest", &endpoint).await?);
    }
    Ok(())
}
