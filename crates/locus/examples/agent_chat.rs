//! A chat on a terminal, line by line: `cargo run -p locus-oci --example agent_chat`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{BufRead, Write};

use locus::Client;
use locus::agent::{Conversation, Event, SlidingWindow};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Answers each line of the input, until there is none.
pub(crate) async fn chat(client: &Client, input: impl BufRead, out: &mut impl Write) -> Result<()> {
    let agent = client
        .agent("oci:meta.llama-3.3-70b-instruct")
        .system_prompt("Be brief.")
        .conversation_manager(SlidingWindow::new(20))
        .build()?;
    let mut conversation = Conversation::default();
    for line in input.lines() {
        let mut run = agent.run(line?).after(conversation.clone());
        while let Some(event) = run.next().await {
            match event {
                Ok(Event::Text(text)) => {
                    write!(out, "{text}")?;
                    out.flush()?;
                }
                Ok(Event::Discarded) => write!(out, "\n[that broke off, once more]\n")?,
                Ok(Event::Terminate(outcome)) => conversation = outcome.conversation,
                Ok(_) => {}
                // The conversation goes on without this turn.
                Err(error) => {
                    write!(out, "[{error}; {}]", error.hint().unwrap_or_default())?;
                }
            }
        }
        writeln!(out)?;
    }
    let usage = conversation.usage();
    writeln!(out, "{} tokens in {} answers", usage.total_tokens, usage.calls)?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    chat(&Client::from_env()?, std::io::stdin().lock(), &mut std::io::stdout()).await
}
