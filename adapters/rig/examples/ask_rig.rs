//! Asks in all ways that the adapter has, and prints a line that begins with `ok` for each: `ask_rig URL`, the URL being the emulator's.

use futures_util::StreamExt as _;
use rig_core::completion::CompletionRequest;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn expect(name: &str, text: &str, part: &str) -> Result<(), Failure> {
    if !text.contains(part) {
        return Err(format!("{name}: expected {part:?}, found {text:?}").into());
    }
    println!("ok rig {name}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let url = std::env::args().nth(1).ok_or("expected the URL of an emulator")?;
    let endpoint = locus::Endpoint::parse(&url)?;
    let client = locus::Client::builder(locus::Env::process()).endpoint(endpoint).build()?;

    let model = locus_rig::completion(&client, "oci:openai.gpt-5.5");
    let answer = model.call(CompletionRequest::new("What is 2x2?")).await?;
    expect("whole", &format!("{answer:?}"), "2x2 is 4.")?;

    let model = locus_rig::completion(&client, "oci:xai.grok-4");
    let mut stream = model.stream(CompletionRequest::new("What is 2x2?"))?;
    let mut events = 0;
    while let Some(event) = stream.next().await {
        event?;
        events += 1;
    }
    expect("streamed", &format!("{} events or more", events.min(4)), "4 events")?;

    let model = locus_rig::responses(&client, "oci:openai.gpt-5.5");
    let answer = model.call(CompletionRequest::new("What is 2x2?")).await?;
    expect("responses", &format!("{answer:?}"), "2x2 is 4.")?;

    let model = locus_rig::embedding(&client, "oci:cohere.embed-english-v3.0", None);
    let vectors = model.call(vec!["one".to_owned(), "two".to_owned()]).await?;
    expect("embeddings", &format!("{} dimensions", model.capabilities().ndims), "1024 dimensions")?;
    expect("embeddings", &format!("{vectors:?}").len().min(2048).to_string(), "2048")?;

    let model = locus_rig::completion(&client, "oci:openai.no-such-model");
    match model.call(CompletionRequest::new("What is 2x2?")).await {
        Err(error) => expect("refused", &format!("{error:?}"), "Some(404)"),
        Ok(answer) => Err(format!("refused: expected an error, found {answer:?}").into()),
    }
}
