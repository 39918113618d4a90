//! Asks in all ways that the adapter has, and prints a line that begins with `ok` for each: `ask_async_openai URL`, the URL being the emulator's.

use async_openai::types::chat::{
    ChatCompletionRequestUserMessageArgs, CreateChatCompletionRequest,
    CreateChatCompletionRequestArgs,
};
use async_openai::types::embeddings::CreateEmbeddingRequestArgs;
use async_openai::types::responses::CreateResponseArgs;
use futures_util::StreamExt as _;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn request(model: &str) -> Result<CreateChatCompletionRequest, Failure> {
    let message =
        ChatCompletionRequestUserMessageArgs::default().content("What is 2x2?").build()?;
    let mut request = CreateChatCompletionRequestArgs::default();
    Ok(request.model(model).messages([message.into()]).build()?)
}

fn expect(name: &str, text: &str, part: &str) -> Result<(), Failure> {
    if !text.contains(part) {
        return Err(format!("{name}: expected {part:?}, found {text:?}").into());
    }
    println!("ok async-openai {name}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let url = std::env::args().nth(1).ok_or("expected the URL of an emulator")?;
    let endpoint = locus::Endpoint::parse(&url)?;
    let client = locus::Client::builder(locus::Env::process()).endpoint(endpoint).build()?;
    let client = locus_async_openai::client(&client);

    let whole = client.chat().create(request("openai.gpt-5.5")?).await?;
    let text = whole.choices.first().and_then(|choice| choice.message.content.clone());
    expect("whole", &text.unwrap_or_default(), "4")?;

    let mut stream = client.chat().create_stream(request("xai.grok-4")?).await?;
    let (mut text, mut chunks) = (String::new(), 0);
    while let Some(chunk) = stream.next().await {
        chunks += 1;
        for choice in chunk?.choices {
            text += &choice.delta.content.unwrap_or_default();
        }
    }
    expect("streamed", &format!("{text} in {} chunks", chunks.min(3)), "4. in 3 chunks")?;

    let asked =
        CreateResponseArgs::default().model("openai.gpt-5.5").input("What is 2x2?").build()?;
    let answer = client.responses().create(asked).await?;
    expect("responses", &answer.output_text().unwrap_or_default(), "4")?;

    let asked = CreateEmbeddingRequestArgs::default()
        .model("cohere.embed-english-v3.0")
        .input(["one", "two"])
        .build()?;
    let vectors = client.embeddings().create(asked).await?.data;
    expect("embeddings", &format!("{} vectors", vectors.len()), "2 vectors")?;

    // What the service refuses is the host's own error.
    let refused = client.chat().create(request("openai.no-such-model")?).await;
    match refused {
        Err(async_openai::error::OpenAIError::ApiError(error)) => {
            expect("refused", &error.to_string(), "not found")?;
        }
        other => {
            return Err(format!("refused: expected an error of the API, found {other:?}").into());
        }
    }
    Ok(())
}
