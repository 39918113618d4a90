//! What is beside chat, embeddings, reranking and guardrails: `cargo run -p locus-oci --example embeddings`.
#![allow(clippy::print_stdout)]

use locus::prelude::*;
use locus::wire::native::{
    ContentModerationConfiguration, EmbedInputType, GuardrailConfigs, GuardrailsInput, Truncate,
};

/// Vectors of texts, on shared capacity or at an endpoint of a dedicated AI cluster.
pub(crate) async fn vectors(
    client: &Client,
    endpoint: Option<&str>,
) -> locus::Result<Vec<Vec<f32>>> {
    let model = client.model("oci:cohere.embed-english-v3.0");
    let model = match endpoint {
        Some(endpoint) => model.at_endpoint(endpoint),
        None => model,
    };
    let embeddings = model
        .embed(["Hello world", "Goodbye world"])
        .input_type(EmbedInputType::SearchDocument)
        .truncate(Truncate::End)
        .await?;
    Ok(embeddings.vectors)
}

/// The document that answers best.
pub(crate) async fn best(
    client: &Client,
    query: &str,
    documents: &[&str],
) -> locus::Result<Option<usize>> {
    let model = client.model("oci:cohere.rerank-v3.5");
    let ranking = model.rerank(query, documents.iter().copied()).top_n(1).await?;
    Ok(ranking.ranks.first().map(|rank| rank.index))
}

/// How harmful a text is, from 0 to 1.
pub(crate) async fn harm(client: &Client, text: &str) -> locus::Result<Option<f64>> {
    let mut checks = GuardrailConfigs::default();
    let mut moderation = ContentModerationConfiguration::default();
    moderation.categories = vec!["OVERALL".to_owned()];
    checks.content_moderation_config = Some(moderation);
    let found = client.guardrails(GuardrailsInput::text(text), checks).await?;
    let moderation = found.results.and_then(|results| results.content_moderation);
    let scores = moderation.into_iter().flat_map(|it| it.categories.into_iter());
    Ok(scores.filter_map(|category| Some(category.score?.as_f64())).reduce(f64::max))
}

#[tokio::main]
async fn main() -> locus::Result<()> {
    let client = Client::from_env()?;
    for vector in vectors(&client, None).await? {
        println!("{} numbers", vector.len());
    }
    let documents = ["a dog barks", "the capital of France is Paris"];
    println!("{:?}", best(&client, "capital of France", &documents).await?);
    println!("{:?}", harm(&client, "Have a nice day").await?);
    Ok(())
}
