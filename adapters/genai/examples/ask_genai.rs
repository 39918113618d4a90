//! Asks in all ways that the adapter has, and prints a line that begins with `ok` for each: `ask_genai URL`, the URL being the emulator's.

use futures_util::StreamExt as _;
use genai::chat::{ChatMessage, ChatRequest, ChatStreamEvent};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn expect(name: &str, text: &str, part: &str) -> Result<(), Failure> {
    if !text.contains(part) {
        return Err(format!("{name}: expected {part:?}, found {text:?}").into());
    }
    println!("ok genai {name}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let url = std::env::args().nth(1).ok_or("expected the URL of an emulator")?;
    let env = locus::Env::process();
    let client = genai::Client::builder()
        .with_auth_resolver(locus_genai::auth_resolver(&env)?)
        .with_service_target_resolver(locus_genai::target_resolver(
            &env,
            &locus::Endpoint::parse(&url)?,
        )?)
        .build()?;
    let request = || ChatRequest::new(vec![ChatMessage::user("What is 2x2?")]);

    let answer = client.exec_chat("oci:openai.gpt-5.5", request(), None).await?;
    expect("whole", answer.first_text().unwrap_or_default(), "2x2 is 4.")?;

    let mut stream = client.exec_chat_stream("oci:xai.grok-4", request(), None).await?.stream;
    let (mut text, mut chunks) = (String::new(), 0);
    while let Some(event) = stream.next().await {
        if let ChatStreamEvent::Chunk(chunk) = event? {
            text += &chunk.content;
            chunks += 1;
        }
    }
    expect("streamed", &format!("{text} in {} chunks", chunks.min(3)), "2x2 is 4. in 3 chunks")?;

    match client.exec_chat("oci:openai.no-such-model", request(), None).await {
        Err(error) => expect("refused", &format!("{error:?}"), "no-such-model"),
        Ok(answer) => Err(format!("refused: expected an error, found {answer:?}").into()),
    }
}
