//! A tool that somebody has to agree to: `cargo run -p locus-oci --example agent_approval`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::Write as _;

use locus::agent::{Outcome, Question, Reason, tool};
use locus::{Client, JsonSchema};
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A payment.
#[derive(Deserialize, JsonSchema)]
struct Payment {
    /// In cents.
    amount: u32,
}

/// Runs to an answer; whenever the model wants to pay, `agrees` is asked. Between question and answer nothing has to stay in memory:
/// the conversation can be kept anywhere as JSON.
pub(crate) async fn pay(
    client: &Client,
    prompt: &str,
    agrees: impl Fn(&Question) -> bool,
) -> Result<Outcome> {
    let pay = tool("pay", "Pays an amount.", async |payment: Payment| {
        Ok(format!("{} cents were paid", payment.amount))
    });
    let agent = client.agent("oci:openai.gpt-5.5").tool(pay.needs_approval()).build()?;
    let mut outcome = agent.run_to_end(prompt).await?;
    while outcome.reason == Reason::Interrupted {
        let kept = serde_json::to_string(&outcome.conversation)?;
        let mut run = agent.resume();
        for question in outcome.interrupt().questions {
            let id = question.call.id();
            run = if agrees(&question) { run.approve(id) } else { run.deny(id, "not now") };
        }
        let conversation: locus::agent::Conversation = serde_json::from_str(&kept)?;
        outcome = run.after(conversation).to_end().await?;
    }
    Ok(outcome)
}

#[tokio::main]
async fn main() -> Result<()> {
    let agrees = |question: &Question| {
        print!("{} {} [y/N] ", question.text, question.call.arguments());
        std::io::stdout().flush().ok();
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).ok();
        line.trim() == "y"
    };
    let outcome = pay(&Client::from_env()?, "Pay my bill of 12 dollars.", agrees).await?;
    println!("{}", outcome.text);
    Ok(())
}
