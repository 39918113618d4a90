//! Memory, Reflexion and grounding, each as a hook: `cargo run -p locus-oci --example agent_hooks`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use locus::agent::{Answer, Hook, HookResult, ModelCall, Next, Outcome, Turn, tool};
use locus::wire::chat::Message;
use locus::{Client, JsonSchema, Model};
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What the agent keeps in mind over all conversations.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<String>>>);

/// A fact.
#[derive(Deserialize, JsonSchema)]
struct Fact {
    fact: String,
}

impl Memory {
    fn facts(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Hook for Memory {
    /// Puts what is known in front of each request; the conversation itself stays as it is.
    async fn before_model(&self, call: &mut ModelCall, _: &Turn<'_>) -> HookResult<()> {
        let facts = self.facts();
        if !facts.is_empty() {
            let known = format!("What you remember of the user:\n{}", facts.join("\n"));
            call.request.messages.insert(0, Message::system(known));
        }
        Ok(())
    }
}

/// Two conversations; what was said in the first is known in the second.
pub(crate) async fn memory(client: &Client, memory: &Memory) -> Result<Outcome> {
    let kept = memory.clone();
    let remember = tool("remember", "Remembers a fact about the user.", move |fact: Fact| {
        kept.0.lock().unwrap_or_else(PoisonError::into_inner).push(fact.fact);
        async { Ok("remembered") }
    });
    let agent = client.agent("oci:openai.gpt-5.5").tool(remember).hook(memory.clone()).build()?;
    agent.run_to_end("Please remember {\"fact\":\"I like tea.\"}").await?;
    Ok(agent.run_to_end("What do I like?").await?)
}

/// Has a second model criticize each answer, and the first one try again.
struct Reflexion {
    critic: Model,
    rounds: u32,
}

impl Hook for Reflexion {
    async fn after_model(&self, answer: &mut Answer, turn: &Turn<'_>) -> HookResult<Next> {
        if !answer.calls().is_empty() || turn.iteration > self.rounds {
            return Ok(Next::Accept);
        }
        let question = turn.messages.first().map(|message| message.text().into_owned());
        let prompt = format!(
            "Question: {}\nAnswer: {}\nSay OK if the answer is right and complete, else what is missing.",
            question.unwrap_or_default(),
            answer.text()
        );
        let critique = self.critic.chat(prompt).await?;
        let is_fine = critique.text().trim() == "OK";
        Ok(if is_fine {
            Next::Accept
        } else {
            Next::Reply(format!("Improve it: {}", critique.text()))
        })
    }
}

/// An answer that was criticized `rounds` times at most.
pub(crate) async fn reflexion(client: &Client, rounds: u32) -> Result<Outcome> {
    let critic = client.model("oci:xai.grok-4");
    let agent = client.agent("oci:openai.gpt-5.5").hook(Reflexion { critic, rounds }).build()?;
    Ok(agent.run_to_end("Why is the sky blue?").await?)
}

/// Lets no number pass that no tool has returned.
struct Grounded;

impl Hook for Grounded {
    async fn after_model(&self, answer: &mut Answer, turn: &Turn<'_>) -> HookResult<Next> {
        let results = turn.messages.iter().filter(|message| matches!(message, Message::Tool(_)));
        let known: String = results.map(|message| message.text().into_owned()).collect();
        let text = answer.text();
        let mut numbers = text.split(|found: char| !found.is_ascii_digit());
        match numbers.find(|number| !number.is_empty() && !known.contains(number)) {
            Some(number) if answer.calls().is_empty() => Ok(Next::Reply(format!(
                "Where is {number} from? Use get_temperature, and say only what it returns."
            ))),
            _ => Ok(Next::Accept),
        }
    }
}

/// An answer whose numbers come from a tool.
pub(crate) async fn grounding(client: &Client, prompt: &str) -> Result<Outcome> {
    let temperature = tool("get_temperature", "Tells the temperature.", async |_: ()| Ok(21));
    let agent = client.agent("oci:openai.gpt-5.5").tool(temperature).hook(Grounded).build()?;
    Ok(agent.run_to_end(prompt).await?)
}

#[tokio::main]
async fn main() -> Result<()> {
    let client = Client::from_env()?;
    println!("{}", memory(&client, &Memory::default()).await?.text);
    println!("{}", reflexion(&client, 2).await?.text);
    println!("{}", grounding(&client, "How warm is it?").await?.text);
    Ok(())
}
