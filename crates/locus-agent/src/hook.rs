//! [`Hook`]: what somebody else does before and after the calls of a run.

use std::error::Error;
use std::future::Future;

use futures_util::future::BoxFuture;
use oci_router::wire::chat::{Message, ToolCall};

use crate::answer::Answer;
use crate::model::ModelCall;
use crate::tool::ToolOutput;
use crate::usage::Tally;

/// What somebody else does before and after the calls of a run: memory, critique, grounding, guardrails.
///
/// Hooks are asked in the order in which they were given. Each method is an `async fn` with a default that does nothing; an error
/// ends the run.
pub trait Hook: Send + Sync + 'static {
    /// Before a request is sent. What is changed concerns this request, not the conversation.
    fn before_model(
        &self,
        call: &mut ModelCall,
        turn: &Turn<'_>,
    ) -> impl Future<Output = HookResult<()>> + Send {
        let _ = (call, turn);
        async { Ok(()) }
    }

    /// Before a complete answer becomes part of the conversation.
    fn after_model(
        &self,
        answer: &mut Answer,
        turn: &Turn<'_>,
    ) -> impl Future<Output = HookResult<Next>> + Send {
        let _ = (answer, turn);
        async { Ok(Next::Accept) }
    }

    /// Before a tool is called.
    fn before_tool(
        &self,
        call: &ToolCall,
        turn: &Turn<'_>,
    ) -> impl Future<Output = HookResult<Decision>> + Send {
        let _ = (call, turn);
        async { Ok(Decision::Run) }
    }

    /// After a tool was called, before the model reads its output.
    fn after_tool(
        &self,
        call: &ToolCall,
        output: &mut ToolOutput,
        turn: &Turn<'_>,
    ) -> impl Future<Output = HookResult<()>> + Send {
        let _ = (call, output, turn);
        async { Ok(()) }
    }
}

/// What a hook returns; its error ends the run.
pub type HookResult<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Where a run is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Turn<'a> {
    /// The answer of the run that this is about, from 1.
    pub iteration: u32,
    /// The conversation so far, without the system prompt.
    pub messages: &'a [Message],
    /// The tokens of the run so far.
    pub usage: &'a Tally,
}

/// What happens with an answer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Next {
    /// It becomes part of the conversation.
    #[default]
    Accept,
    /// It does not count, and the model is asked again; at most five times in a row.
    Again,
    /// It becomes part of the conversation, and the user replies with this text, so that the run goes on. Calls have their results
    /// before.
    Reply(String),
}

/// What happens with a call.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// It runs, if its tool needs no approval.
    #[default]
    Run,
    /// Somebody is asked this first.
    Ask(String),
    /// It does not run, and the model is told why.
    Refuse(String),
}

/// [`Hook`] with boxed futures, so that hooks of any type fit into one list.
pub(crate) trait DynHook: Send + Sync {
    fn before_model<'a>(
        &'a self,
        call: &'a mut ModelCall,
        turn: &'a Turn<'_>,
    ) -> BoxFuture<'a, HookResult<()>>;

    fn after_model<'a>(
        &'a self,
        answer: &'a mut Answer,
        turn: &'a Turn<'_>,
    ) -> BoxFuture<'a, HookResult<Next>>;

    fn before_tool<'a>(
        &'a self,
        call: &'a ToolCall,
        turn: &'a Turn<'_>,
    ) -> BoxFuture<'a, HookResult<Decision>>;

    fn after_tool<'a>(
        &'a self,
        call: &'a ToolCall,
        output: &'a mut ToolOutput,
        turn: &'a Turn<'_>,
    ) -> BoxFuture<'a, HookResult<()>>;
}

impl<T: Hook> DynHook for T {
    fn before_model<'a>(
        &'a self,
        call: &'a mut ModelCall,
        turn: &'a Turn<'_>,
    ) -> BoxFuture<'a, HookResult<()>> {
        Box::pin(Hook::before_model(self, call, turn))
    }

    fn after_model<'a>(
        &'a self,
        answer: &'a mut Answer,
        turn: &'a Turn<'_>,
    ) -> BoxFuture<'a, HookResult<Next>> {
        Box::pin(Hook::after_model(self, answer, turn))
    }

    fn before_tool<'a>(
        &'a self,
        call: &'a ToolCall,
        turn: &'a Turn<'_>,
    ) -> BoxFuture<'a, HookResult<Decision>> {
        Box::pin(Hook::before_tool(self, call, turn))
    }

    fn after_tool<'a>(
        &'a self,
        call: &'a ToolCall,
        output: &'a mut ToolOutput,
        turn: &'a Turn<'_>,
    ) -> BoxFuture<'a, HookResult<()>> {
        Box::pin(Hook::after_tool(self, call, output, turn))
    }
}
