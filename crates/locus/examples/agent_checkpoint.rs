//! A conversation that survives the process: `cargo run -p locus-oci --features sqlite --example agent_checkpoint`.
//!
//! End it at any time and run it again: it goes on where it was, and no tool runs twice that must not.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use locus::agent::{Agent, Checkpointer as _, Event, Outcome, SqliteStore, ToolContext, tool};
use locus::{Client, JsonSchema, Model};
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A number of pages.
#[derive(Deserialize, JsonSchema)]
struct Pages {
    pages: u32,
}

/// An agent whose conversations are in a file.
fn printer(client: &Client, store: SqliteStore) -> Result<Agent<Model>> {
    let print = tool("print", "Prints pages.", async |wanted: Pages, context: ToolContext| {
        for page in 1..=wanted.pages {
            context.progress(format!("page {page}"));
            // Here a printer would be waited for.
            tokio::task::yield_now().await;
        }
        Ok(format!("{} pages", wanted.pages))
    });
    let agent = client.agent("oci:openai.gpt-5.5").tool(print).checkpointer(store);
    Ok(agent.build()?)
}

/// One turn of a thread. What was broken off there, by an error or the end of the process, comes to its end before.
pub(crate) async fn turn(
    client: &Client,
    file: &Path,
    thread: &str,
    prompt: &str,
) -> Result<Outcome> {
    let store = SqliteStore::open(file)?;
    let agent = printer(client, store.clone())?;
    if store.load(thread).await?.is_some() {
        agent.resume().thread(thread).to_end().await?;
    }
    Ok(agent.run(prompt).thread(thread).to_end().await?)
}

/// Begins a turn and drops it in the middle of a tool, as the end of the process would.
pub(crate) async fn broken_off(
    client: &Client,
    file: &Path,
    thread: &str,
    prompt: &str,
) -> Result<()> {
    let agent = printer(client, SqliteStore::open(file)?)?;
    let mut run = agent.run(prompt).thread(thread);
    while let Some(event) = run.next().await {
        if matches!(event?, Event::ToolProgress { .. }) {
            break;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let client = Client::from_env()?;
    let file = Path::new("threads.db");
    if !file.exists() {
        broken_off(&client, file, "printer", "Print three pages.").await?;
    }
    let outcome =
        turn(&client, file, "printer", "Print three pages, then tell me what you did.").await?;
    println!("{} (saved {} times)", outcome.text, outcome.conversation.revision());
    Ok(())
}
