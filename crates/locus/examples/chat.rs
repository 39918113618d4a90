//! A streamed answer: `cargo run -p locus-oci --example chat -- "What is 2x2?"`.
#![allow(clippy::print_stdout)]

use std::io::Write as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let prompt = std::env::args().nth(1).unwrap_or_else(|| "What is 2x2?".to_owned());
    let client = locus::Client::from_env()?;
    let mut stream = client.model("oci:openai.gpt-5.5").chat(prompt).stream().await?;
    while let Some(chunk) = stream.next().await {
        print!("{}", chunk?.text().unwrap_or_default());
        std::io::stdout().flush()?;
    }
    println!();
    Ok(())
}
