//! A running emulator, and the five ways to reach a model of it.

use std::fmt;

use locus_agent::{Agent, AgentBuilder, Event, Outcome, Run, ToolError, tool};
use oci_auth::{CredentialOptions, Credentials, Env};
use oci_emulator::{Emulator, RecordedRequest, Sandbox};
use oci_router::{Model, Router, Transport};
use oci_transport::{Client, Endpoint, RetryPolicy};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub(crate) struct Service {
    pub(crate) emulator: Emulator,
    pub(crate) router: Router,
    _folder: tempfile::TempDir,
}

impl Service {
    /// One whose client tries nothing again, so that one fault is one failure.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(folder.path()).unwrap();
        let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
        let router = router(&emulator.url(), sandbox.config_file(), sandbox.compartment_id());
        Self { emulator, router, _folder: folder }
    }

    pub(crate) fn sent(&self) -> Vec<Value> {
        let body = |request: &RecordedRequest| serde_json::from_slice(&request.body).unwrap();
        self.emulator.requests().iter().map(body).collect()
    }

    pub(crate) fn last(&self) -> Value {
        self.sent().pop().unwrap()
    }
}

/// A router to an emulator by its address and a configuration file, as another process has it as well.
pub(crate) fn router(url: &str, config_file: &std::path::Path, compartment_id: &str) -> Router {
    let options = CredentialOptions { config_file: Some(config_file), ..Default::default() };
    let credentials = Credentials::from_env(&Env::default(), &options).unwrap();
    let client = Client::builder(Endpoint::parse(url).unwrap(), credentials.into_signer().unwrap())
        .retry(RetryPolicy::NEVER)
        .compartment_id(compartment_id);
    Router::new(client.build().unwrap())
}

/// A way to reach a model.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lane {
    V1,
    Cohere,
    Generic,
    Stateful,
    Stateless,
}

impl Lane {
    pub(crate) const ALL: [Self; 5] =
        [Self::V1, Self::Cohere, Self::Generic, Self::Stateful, Self::Stateless];

    pub(crate) fn model(self, service: &Service) -> Model {
        let model = |id: &str| service.router.model(id);
        match self {
            Self::V1 => model("oci:openai.gpt-5.5"),
            Self::Cohere => model("oci:cohere.command-r-plus"),
            Self::Generic => model("oci:xai.grok-4").over(Transport::Native),
            Self::Stateful | Self::Stateless => {
                model("oci:openai.gpt-5.5").over(Transport::Responses)
            }
        }
    }

    pub(crate) fn agent(self, service: &Service) -> AgentBuilder<Model> {
        let builder = Agent::builder(self.model(service)).system_prompt("Be brief.");
        if self == Self::Stateful { builder.store(true) } else { builder }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// What a run showed, and what came of it.
pub(crate) async fn watch(mut run: Run) -> (Vec<Event>, Outcome) {
    let mut events = Vec::new();
    loop {
        match run.next().await.unwrap().unwrap() {
            Event::Terminate(outcome) => {
                assert!(run.next().await.is_none(), "nothing comes after the end");
                return (events, *outcome);
            }
            event => events.push(event),
        }
    }
}

/// A number, as most tools here take it.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Number {
    pub(crate) n: u32,
}

/// A tool that says its number.
pub(crate) fn echo(name: &str) -> locus_agent::FunctionTool {
    tool(name, "Says a number.", async |number: Number| {
        Ok::<_, ToolError>(format!("got {}", number.n))
    })
}

/// The texts of the results in a conversation, in order.
pub(crate) fn results(outcome: &Outcome) -> Vec<String> {
    let messages = outcome.conversation.messages().iter();
    let results =
        messages.filter(|message| matches!(message, oci_router::wire::chat::Message::Tool(_)));
    results.map(|message| message.text().into_owned()).collect()
}
