//! Agents over the models of a client.

use locus_agent::{Agent, AgentBuilder};
use oci_router::{IntoModel, Model};

use crate::client::Client;
use crate::error::Result;

impl Client {
    /// An agent over a model: tools, approval, checkpoints, on whatever API the model is reached over. See [`agent`](mod@crate::agent).
    pub fn agent(&self, model: impl IntoModel) -> AgentBuilder<Model> {
        Agent::builder(self.model(model))
    }
}

/// An agent over a model by its id, with a client from the environment of this process.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let agent = locus::agent("oci:openai.gpt-5.5")?.system_prompt("You are a helpful assistant.").build()?;
/// println!("{}", agent.run_to_end("What is 2x2?").await?.text);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`Client::from_env`].
pub fn agent(model: impl IntoModel) -> Result<AgentBuilder<Model>> {
    Ok(Client::from_env()?.agent(model))
}
