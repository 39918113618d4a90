//! [`Agent`] and its builder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use oci_router::wire::chat::{ChatRequest, Content, Message, Tool as OfferedTool};
use oci_router::wire::responses;
use oci_router::{HostedTool, JsonSchema, Warning};
use serde::de::DeserializeOwned;

use crate::checkpoint::{Checkpointer, DynCheckpointer};
use crate::error::{BuildError, Error};
use crate::event::Outcome;
use crate::hook::{DynHook, Hook};
use crate::manager::{ConversationManager, DynManager};
use crate::model::ChatModel;
use crate::output::Output;
use crate::run::Run;
use crate::termination::Termination;
use crate::tool::{Offered, Tool};

/// A model with tools, which it may call until it has an answer. Clones are cheap; any number of runs goes on at a time.
pub struct Agent<M> {
    parts: Arc<Parts<M>>,
}

impl<M: ChatModel> Agent<M> {
    /// An agent over a model, to be told the rest.
    pub fn builder(model: M) -> AgentBuilder<M> {
        AgentBuilder::new(model)
    }

    /// Begins a run with what the user says. Nothing happens before it is polled.
    pub fn run(&self, prompt: impl Into<Content>) -> Run {
        Run::new(Arc::clone(&self.parts), Some(Message::user(prompt)))
    }

    /// The same as `run(prompt).to_end()`.
    ///
    /// # Errors
    /// As for [`Run::to_end`].
    pub async fn run_to_end(&self, prompt: impl Into<Content>) -> Result<Outcome, Error> {
        self.run(prompt).to_end().await
    }

    /// Goes on with a conversation that was interrupted or broken off, without a new prompt: say [which](Run::thread), and what is
    /// [agreed to](Run::approve).
    ///
    /// Calls without a result are run unless they had begun: what is not idempotent is never run twice, and the model is told that
    /// nobody knows what it has done.
    pub fn resume(&self) -> Run {
        Run::new(Arc::clone(&self.parts), None)
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &M {
        &self.parts.model
    }
}

impl<M> Clone for Agent<M> {
    fn clone(&self) -> Self {
        Self { parts: Arc::clone(&self.parts) }
    }
}

impl<M: fmt::Debug> fmt::Debug for Agent<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.fmt(f)
    }
}

/// What an agent is told; everything but the model has a default.
#[must_use = "a builder does nothing until `build` is called"]
pub struct AgentBuilder<M> {
    parts: Parts<M>,
}

/// What runs share.
pub(crate) struct Parts<M> {
    pub(crate) model: M,
    pub(crate) system_prompt: Option<String>,
    /// The request without messages.
    pub(crate) request: ChatRequest,
    pub(crate) hosted: Vec<responses::Tool>,
    pub(crate) tools: Vec<Offered>,
    pub(crate) hooks: Vec<Box<dyn DynHook>>,
    pub(crate) manager: Option<Box<dyn DynManager>>,
    pub(crate) checkpointer: Option<Box<dyn DynCheckpointer>>,
    pub(crate) until: Termination,
    pub(crate) loop_guard: u32,
    pub(crate) concurrency: usize,
    pub(crate) tool_timeout: Duration,
    pub(crate) answer_retries: u32,
    pub(crate) output: Option<Output>,
    /// What schemas do not say that their types do.
    pub(crate) warnings: Vec<Warning>,
}

impl<M: ChatModel> AgentBuilder<M> {
    pub(crate) fn new(model: M) -> Self {
        Self {
            parts: Parts {
                model,
                system_prompt: None,
                request: ChatRequest::new("", []),
                hosted: Vec::new(),
                tools: Vec::new(),
                hooks: Vec::new(),
                manager: None,
                checkpointer: None,
                until: Termination::iterations(ITERATIONS),
                loop_guard: LOOP_GUARD,
                concurrency: CONCURRENCY,
                tool_timeout: TOOL_TIMEOUT,
                answer_retries: 1,
                output: None,
                warnings: Vec::new(),
            },
        }
    }

    /// The instructions, sent with every request and no part of the conversation. Default: none.
    pub fn system_prompt(mut self, text: impl Into<String>) -> Self {
        self.parts.system_prompt = Some(text.into());
        self
    }

    /// Offers a tool: one made by [`tool`](crate::tool), or a [`Tool`] of one's own.
    pub fn tool(mut self, tool: impl Tool) -> Self {
        self.parts.tools.push(Offered::new(tool));
        self
    }

    /// Offers a tool that the service runs itself: web search, file search, code interpreter, MCP servers. Requests then go over the
    /// Responses API.
    pub fn hosted_tool(mut self, tool: impl HostedTool) -> Self {
        self.parts.hosted.push(tool.into_hosted_tool());
        self
    }

    /// Adds a hook behind the others.
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.parts.hooks.push(Box::new(hook));
        self
    }

    /// What becomes of a conversation that grows. Default: it grows until the service refuses it.
    pub fn conversation_manager(mut self, manager: impl ConversationManager) -> Self {
        self.parts.manager = Some(Box::new(manager));
        self
    }

    /// Where conversations are kept that have a [thread](Run::thread). Default: nowhere.
    pub fn checkpointer(mut self, checkpointer: impl Checkpointer) -> Self {
        self.parts.checkpointer = Some(Box::new(checkpointer));
        self
    }

    /// When a run ends although the model would go on. Default: after 20 answers; what is set takes the place of that.
    pub fn until(mut self, condition: Termination) -> Self {
        self.parts.until = condition;
        self
    }

    /// After how many answers with the very same calls in a row a run ends, the last ones not being run. Default: 3.
    pub fn loop_guard(mut self, answers: u32) -> Self {
        self.parts.loop_guard = answers;
        self
    }

    /// How many tools run at a time. Default: 10; with 1 they run in the order of the calls.
    pub fn concurrency(mut self, tools: usize) -> Self {
        self.parts.concurrency = tools;
        self
    }

    /// How long a tool may take that says nothing else. Default: 60 seconds.
    pub fn tool_timeout(mut self, limit: Duration) -> Self {
        self.parts.tool_timeout = limit;
        self
    }

    /// How often an answer that broke off is asked for again. Default: once. What the lost answer took is billed and counted as
    /// [unmetered](crate::Tally::unmetered). With tools that the service runs nothing is asked twice.
    pub fn answer_retries(mut self, retries: u32) -> Self {
        self.parts.answer_retries = retries;
        self
    }

    /// Whether the service keeps the conversation, so that only the newest messages travel. Requests then go over the Responses API,
    /// and there is nothing for a [conversation manager](Self::conversation_manager) to do. Default: not.
    pub fn store(mut self, store: bool) -> Self {
        self.parts.request.store = Some(store);
        self
    }

    /// Has the last answer come as JSON of this type: [`Outcome::parsed`]. An answer that is none is sent back to the model with what
    /// is wrong, twice at most.
    pub fn answers_as<T: DeserializeOwned + JsonSchema>(mut self) -> Self {
        self.parts.output = Some(Output::of::<T>());
        self
    }

    /// Changes what requests have beside messages and tools: temperature, limits, effort.
    pub fn with(mut self, change: impl FnOnce(&mut ChatRequest)) -> Self {
        change(&mut self.parts.request);
        self
    }

    /// Makes the agent. Nothing is sent.
    ///
    /// # Errors
    /// [`BuildError`] if the tools cannot be told apart or none could run.
    pub fn build(mut self) -> Result<Agent<M>, BuildError> {
        let tools = &self.parts.tools;
        for (index, tool) in tools.iter().enumerate() {
            let name = &tool.definition.name;
            let fits = |found: char| found.is_ascii_alphanumeric() || "_-".contains(found);
            if !(1..=64).contains(&name.len()) || !name.chars().all(fits) {
                return Err(BuildError::ToolName { name: name.clone() });
            }
            if tools.iter().skip(index + 1).any(|other| other.definition.name == *name) {
                return Err(BuildError::TwoTools { name: name.clone() });
            }
        }
        if self.parts.concurrency == 0 {
            return Err(BuildError::NoConcurrency);
        }
        let offered = tools.iter().map(|tool| OfferedTool::from(tool.definition.clone()));
        let offered: Vec<OfferedTool> = offered.collect();
        let losses = tools.iter().enumerate().flat_map(|(index, tool)| {
            let path = format!("tools[{index}].function.parameters");
            tool.losses.iter().cloned().map(move |mut loss| {
                loss.path = format!("{path}.{}", loss.path);
                Warning::Request(loss)
            })
        });
        self.parts.warnings = losses.collect();
        if !offered.is_empty() {
            self.parts.request.tools.get_or_insert_with(Vec::new).extend(offered);
        }
        self.parts.warnings.extend(self.parts.output.iter().flat_map(Output::warnings));
        Ok(Agent { parts: Arc::new(self.parts) })
    }
}

impl<M> Parts<M> {
    pub(crate) fn tool(&self, name: &str) -> Option<&Offered> {
        self.tools.iter().find(|tool| tool.definition.name == name)
    }
}

impl<M: fmt::Debug> fmt::Debug for AgentBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.fmt(f)
    }
}

impl<M: fmt::Debug> fmt::Debug for Parts<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> =
            self.tools.iter().map(|tool| tool.definition.name.as_str()).collect();
        f.debug_struct("Agent")
            .field("model", &self.model)
            .field("tools", &names)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Enough for research with many steps, few enough to notice a run that gets nowhere.
const ITERATIONS: u32 = 20;

/// Twice can be a retry by the model itself.
const LOOP_GUARD: u32 = 3;

/// As many as models usually call at once.
const CONCURRENCY: usize = 10;

/// Longer than an interactive program should wait for one tool.
const TOOL_TIMEOUT: Duration = Duration::from_secs(60);
