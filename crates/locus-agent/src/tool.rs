//! [`Tool`]: what a model may have done, and what comes of it.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use futures_util::future::BoxFuture;
use oci_router::wire::Loss;
use oci_router::wire::chat::FunctionDefinition;
use serde::{Deserialize, Serialize};

use crate::event::{Event, Events};

/// A function that a model may call. [`tool`](crate::tool) makes one of an async function.
///
/// The calls of one answer run side by side on the task that polls the run: what computes for long belongs on a thread of its own.
/// When the run is dropped or cancelled the future is dropped.
pub trait Tool: Send + Sync + 'static {
    /// Name, purpose and schema of the arguments.
    fn definition(&self) -> FunctionDefinition;

    /// Runs it; `arguments` are what the model wrote, which should be a JSON object and can be anything.
    ///
    /// The text goes to the model, an error as well.
    fn call(
        &self,
        arguments: &str,
        context: ToolContext,
    ) -> impl Future<Output = Result<String, ToolError>> + Send;

    /// What the schema does not say although the function asks for it, told as warnings of each run. Default: nothing.
    fn losses(&self) -> Vec<Loss> {
        Vec::new()
    }

    /// How it is to be treated. Default: [`ToolPolicy::default`].
    fn policy(&self) -> ToolPolicy {
        ToolPolicy::default()
    }
}

/// How a tool is to be treated.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ToolPolicy {
    /// Whether a second run with the same arguments does no harm. Default: not, so that no call runs twice, come what may.
    ///
    /// An idempotent call is run again if the process died under it, and within one run a repetition gets the earlier result.
    pub is_idempotent: bool,
    /// Whether somebody has to agree before it runs. Default: nobody has to.
    pub needs_approval: bool,
    /// How long it may take. Default: the agent's limit.
    pub timeout: Option<Duration>,
}

/// What a tool is told of its call.
#[derive(Clone, Debug)]
pub struct ToolContext {
    pub(crate) call_id: String,
    pub(crate) name: String,
    pub(crate) events: Events,
}

impl ToolContext {
    /// The id of the call, the same if it is run again after the process died: a key for what must not be done twice.
    #[must_use]
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// Tells whoever watches the run how far the call is.
    pub fn progress(&self, text: impl Into<String>) {
        self.events.push(Event::ToolProgress {
            id: self.call_id.clone(),
            name: self.name.clone(),
            text: text.into(),
        });
    }
}

/// Why a tool failed. Every error turns into one with `?`, and a text with `.into()`.
///
/// The model reads its message, so it should hold nothing that the model must not know.
pub struct ToolError(Box<dyn Error + Send + Sync>);

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What came of a call, as the model is told.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ToolOutput {
    /// The result, or what went wrong.
    pub text: String,
    /// Why there is no result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<ToolFailure>,
}

impl ToolOutput {
    pub(crate) fn result(text: String) -> Self {
        Self { text, failure: None }
    }

    pub(crate) fn failed(failure: ToolFailure, text: impl Into<String>) -> Self {
        Self { text: text.into(), failure: Some(failure) }
    }
}

/// Why a call has no result.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub enum ToolFailure {
    /// The process died, or the run was cancelled, while it ran: nobody knows what it has done.
    BrokenOff,
    /// Who was asked did not agree.
    Denied,
    /// It said so itself, arguments that do not fit its schema included.
    Failed,
    /// It was not run, because the run ended.
    NotRun,
    /// It panicked.
    Panicked,
    /// A hook refused it.
    Refused,
    /// It took too long and was dropped.
    TimedOut,
    /// No tool has that name.
    Unknown,
}

/// A tool as the agent keeps it.
pub(crate) struct Offered {
    pub(crate) definition: FunctionDefinition,
    pub(crate) policy: ToolPolicy,
    pub(crate) losses: Vec<Loss>,
    pub(crate) tool: Box<dyn DynTool>,
}

impl Offered {
    pub(crate) fn new(tool: impl Tool) -> Self {
        Self {
            definition: tool.definition(),
            policy: tool.policy(),
            losses: tool.losses(),
            tool: Box::new(tool),
        }
    }
}

/// [`Tool`] with a boxed future, so that tools of any type fit into one list.
pub(crate) trait DynTool: Send + Sync {
    fn call<'a>(
        &'a self,
        arguments: &'a str,
        context: ToolContext,
    ) -> BoxFuture<'a, Result<String, ToolError>>;
}

impl<T: Tool> DynTool for T {
    fn call<'a>(
        &'a self,
        arguments: &'a str,
        context: ToolContext,
    ) -> BoxFuture<'a, Result<String, ToolError>> {
        Box::pin(Tool::call(self, arguments, context))
    }
}
