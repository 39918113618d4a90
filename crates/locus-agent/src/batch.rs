//! The calls of one answer: decided upon, run side by side, and their results kept in order.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use oci_router::wire::chat::ToolCall;
use tokio::time::{Instant, timeout};

use crate::agent::Parts;
use crate::conversation::Stage;
use crate::engine::{Engine, Stop};
use crate::error::Error;
use crate::event::{Event, Events};
use crate::hook::Decision;
use crate::model::ChatModel;
use crate::tool::{ToolContext, ToolFailure, ToolOutput};

/// What came of a call, by its place among the calls, and how long it took.
type Ran = (usize, ToolOutput, Duration);

impl<M: ChatModel> Engine<M> {
    /// Runs the calls that wait for their results; `false` if some wait for somebody's approval.
    pub(crate) async fn run_tools(&mut self) -> Result<bool, Stop> {
        let canceller = self.canceller.clone();
        canceller.unless(self.decide()).await.ok_or(Stop::Cancelled)??;
        loop {
            let allowed = self.start();
            if allowed.is_empty() {
                break;
            }
            // On record before they run: should the process die, nobody runs them a second time.
            self.save().await?;
            self.run_started(allowed).await?;
        }
        if self.conversation.settle() {
            return Ok(true);
        }
        self.events.emit(Event::Interrupt(self.conversation.interrupt())).await;
        Ok(false)
    }

    /// Decides about the calls of a new answer.
    async fn decide(&mut self) -> Result<(), Error> {
        for index in 0..self.conversation.pending.len() {
            let pending = self.conversation.pending.get(index);
            let Some(pending) = pending.filter(|pending| pending.stage == Stage::Waiting) else {
                continue;
            };
            let call = pending.call.clone();
            let stage = self.verdict(&call).await?;
            if let Stage::Finished(output) = &stage {
                self.complete(&call, output, Duration::ZERO).await;
            }
            self.set(index, stage);
        }
        Ok(())
    }

    async fn verdict(&self, call: &ToolCall) -> Result<Stage, Error> {
        let name = call.name();
        let Some(tool) = self.parts.tool(name) else {
            let names: Vec<&str> =
                self.parts.tools.iter().map(|tool| tool.definition.name.as_str()).collect();
            let text = format!("there is no tool {name:?}, there are: {}", names.join(", "));
            return Ok(Stage::Finished(ToolOutput::failed(ToolFailure::Unknown, text)));
        };
        for hook in &self.parts.hooks {
            match hook.before_tool(call, &self.turn()).await.map_err(Error::Hook)? {
                Decision::Run => {}
                Decision::Ask(question) => return Ok(Stage::Asked { question }),
                Decision::Refuse(why) => {
                    let text = format!("not run: {why}");
                    return Ok(Stage::Finished(ToolOutput::failed(ToolFailure::Refused, text)));
                }
            }
        }
        if tool.policy.needs_approval {
            return Ok(Stage::Asked { question: format!("May the tool {name} run?") });
        }
        Ok(Stage::Allowed)
    }

    /// Marks the calls that may run now as started. Of calls that are the same and idempotent the first runs, and the others have its
    /// result in the next round.
    fn start(&mut self) -> Vec<(usize, ToolCall)> {
        let mut started: Vec<(usize, ToolCall)> = Vec::new();
        for (index, pending) in self.conversation.pending.iter_mut().enumerate() {
            if pending.stage != Stage::Allowed {
                continue;
            }
            let call = &pending.call;
            let is_idempotent =
                self.parts.tool(call.name()).is_some_and(|tool| tool.policy.is_idempotent);
            let is_same = |other: &ToolCall| {
                is_idempotent
                    && other.name() == call.name()
                    && other.arguments() == call.arguments()
            };
            if started.iter().any(|(_, other)| is_same(other)) {
                continue;
            }
            started.push((index, call.clone()));
            pending.stage = Stage::Started;
        }
        started
    }

    async fn run_started(&mut self, started: Vec<(usize, ToolCall)>) -> Result<(), Stop> {
        let canceller = self.canceller.clone();
        let runs = started.into_iter().map(|(index, call)| {
            let earlier = self.earlier(&call);
            run(Arc::clone(&self.parts), self.events.clone(), index, call, earlier)
        });
        let runs: Vec<_> = runs.collect();
        let mut runs = stream::iter(runs).buffer_unordered(self.parts.concurrency);
        while let Some((index, mut output, took)) =
            canceller.unless(runs.next()).await.ok_or(Stop::Cancelled)?
        {
            let Some(pending) = self.conversation.pending.get(index) else { continue };
            let call = pending.call.clone();
            self.keep(&call, &output);
            let changed = canceller.unless(self.changed(&call, &mut output)).await;
            // The tool has run: whatever becomes of the hooks, its result is on record.
            self.set(index, Stage::Finished(output.clone()));
            self.save().await?;
            changed.ok_or(Stop::Cancelled)??;
            self.complete(&call, &output, took).await;
        }
        Ok(())
    }

    /// Has the hooks look at an output.
    async fn changed(&self, call: &ToolCall, output: &mut ToolOutput) -> Result<(), Error> {
        for hook in &self.parts.hooks {
            hook.after_tool(call, output, &self.turn()).await.map_err(Error::Hook)?;
        }
        Ok(())
    }

    async fn complete(&self, call: &ToolCall, output: &ToolOutput, took: Duration) {
        let (call, output) = (call.clone(), output.clone());
        self.events.emit(Event::ToolComplete { call, output, took }).await;
    }

    fn set(&mut self, index: usize, stage: Stage) {
        if let Some(pending) = self.conversation.pending.get_mut(index) {
            pending.stage = stage;
        }
    }

    /// The result that the same call had before in this run, if its tool is idempotent.
    fn earlier(&self, call: &ToolCall) -> Option<String> {
        let same = |(name, arguments, _): &&(String, String, String)| {
            name == call.name() && arguments == call.arguments()
        };
        self.earlier.iter().find(same).map(|(_, _, text)| text.clone())
    }

    fn keep(&mut self, call: &ToolCall, output: &ToolOutput) {
        let tool = self.parts.tool(call.name());
        if output.failure.is_none() && tool.is_some_and(|tool| tool.policy.is_idempotent) {
            let name = call.name().to_owned();
            self.earlier.push((name, call.arguments().to_owned(), output.text.clone()));
        }
    }
}

/// Runs one call, come what may.
async fn run<M: ChatModel>(
    parts: Arc<Parts<M>>,
    events: Events,
    index: usize,
    call: ToolCall,
    earlier: Option<String>,
) -> Ran {
    let Some(tool) = parts.tool(call.name()) else {
        // An agent with other tools resumes the conversation.
        let text = "there is no such tool any more";
        return (index, ToolOutput::failed(ToolFailure::Unknown, text), Duration::ZERO);
    };
    if let Some(text) = earlier {
        return (index, ToolOutput::result(text), Duration::ZERO);
    }
    events.push(Event::ToolStart { call: call.clone() });
    let context =
        ToolContext { call_id: call.id().to_owned(), name: call.name().to_owned(), events };
    let limit = tool.policy.timeout.unwrap_or(parts.tool_timeout);
    let began = Instant::now();
    // The block makes a panic before the first await one of the future's.
    let work = async { tool.tool.call(call.arguments(), context).await };
    let output = match timeout(limit, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(Ok(text))) => ToolOutput::result(text),
        Ok(Ok(Err(error))) => ToolOutput::failed(ToolFailure::Failed, format!("error: {error}")),
        // What it says in its panic may be for no model to know.
        Ok(Err(_)) => ToolOutput::failed(ToolFailure::Panicked, "error: the tool crashed"),
        Err(_) => {
            let text = format!(
                "error: the tool took longer than {limit:?} and was broken off, it is not known what it has done"
            );
            ToolOutput::failed(ToolFailure::TimedOut, text)
        }
    };
    (index, output, began.elapsed())
}
