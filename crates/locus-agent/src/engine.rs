//! The loop: ask the model, run the tools, until there is an answer or a reason to end.

use std::sync::Arc;

use oci_router::Warning;
use oci_router::wire::chat::{AssistantMessage, FinishReason, Message};
use tokio::time::Instant;

use crate::agent::Parts;
use crate::answer::{Answer, text_of};
use crate::cancel::Canceller;
use crate::conversation::{Conversation, Stage};
use crate::error::Error;
use crate::event::{Event, Events, Outcome, Reason};
use crate::hook::{Next, Turn};
use crate::model::ChatModel;
use crate::run::{Setup, Verdict};
use crate::termination::Progress;
use crate::tool::{ToolFailure, ToolOutput};
use crate::usage::Tally;

/// What a run comes to; a failed one leaves its conversation behind.
pub(crate) type Finished = Result<Outcome, (Error, Box<Conversation>)>;

/// Runs to the end, and saves what is left.
pub(crate) async fn run<M: ChatModel>(
    parts: Arc<Parts<M>>,
    setup: Setup,
    events: Events,
    canceller: Canceller,
) -> Finished {
    let mut engine = Engine::new(parts, events, canceller);
    let reason = match engine.drive(setup).await {
        Ok(reason) => reason,
        Err(Stop::Cancelled) => {
            engine.conversation.give_up("the run was cancelled");
            Reason::Cancelled
        }
        Err(Stop::Failed(error)) => {
            // The failure that ended the run is what counts, not that its last state could not be kept.
            if !matches!(error, Error::Store(_)) {
                let _ = engine.save().await;
            }
            return Err((error, Box::new(engine.conversation)));
        }
    };
    match engine.save().await {
        Ok(()) => Ok(engine.outcome(reason)),
        Err(error) => Err((error, Box::new(engine.conversation))),
    }
}

/// One run under way.
pub(crate) struct Engine<M> {
    pub(crate) parts: Arc<Parts<M>>,
    pub(crate) events: Events,
    pub(crate) canceller: Canceller,
    pub(crate) conversation: Conversation,
    /// Where the conversation is kept, once it is known what is kept there.
    thread: Option<String>,
    began: Instant,
    /// The tokens of this run.
    pub(crate) usage: Tally,
    pub(crate) iterations: u32,
    warnings: Vec<Warning>,
    /// Results of idempotent calls of this run: name, arguments, result.
    pub(crate) earlier: Vec<(String, String, String)>,
    /// The text of the last answer.
    text: String,
    /// What the last answer called.
    tools: Vec<String>,
    /// The calls of the last answer, and how many answers in a row had them.
    repeated: (Vec<(String, String)>, u32),
    /// Answers that did not have the form.
    pub(crate) misses: u32,
    /// Whether the last request asked for the form.
    pub(crate) asks_form: bool,
    /// How often the form was asked for and not given.
    failures: u32,
}

/// Why a run does not come to a regular end.
pub(crate) enum Stop {
    Cancelled,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl<M: ChatModel> Engine<M> {
    fn new(parts: Arc<Parts<M>>, events: Events, canceller: Canceller) -> Self {
        Self {
            parts,
            events,
            canceller,
            conversation: Conversation::default(),
            thread: None,
            began: Instant::now(),
            usage: Tally::default(),
            iterations: 0,
            warnings: Vec::new(),
            earlier: Vec::new(),
            text: String::new(),
            tools: Vec::new(),
            repeated: (Vec::new(), 0),
            misses: 0,
            asks_form: false,
            failures: 0,
        }
    }

    async fn drive(&mut self, setup: Setup) -> Result<Reason, Stop> {
        let parts = Arc::clone(&self.parts);
        self.warn(&parts.warnings);
        if let Some(reason) = self.begin(setup).await? {
            return Ok(reason);
        }
        loop {
            if self.conversation.is_pending() && !self.run_tools().await? {
                return Ok(Reason::Interrupted);
            }
            if let Some(text) = self.conversation.reply.take() {
                self.conversation.messages.push(Message::user(text));
            }
            if let Some(reason) = self.parts.until.met(&self.progress()) {
                return Ok(reason);
            }
            let (answer, next) = self.ask().await?;
            if let Some(reason) = self.take(&answer, next)? {
                return Ok(reason);
            }
        }
    }

    /// Loads the conversation and puts the prompt or the verdicts into it; a reason if there is nothing left to do.
    async fn begin(&mut self, setup: Setup) -> Result<Option<Reason>, Stop> {
        let Setup { prompt, thread, conversation, verdicts } = setup;
        if let Some(thread) = thread {
            let parts = Arc::clone(&self.parts);
            let checkpointer = parts.checkpointer.as_ref().ok_or(Error::NoCheckpointer)?;
            let kept = self.canceller.unless(checkpointer.load(&thread)).await;
            let kept = kept.ok_or(Stop::Cancelled)?.map_err(Error::from)?;
            self.conversation = kept.unwrap_or_default();
            self.thread = Some(thread);
        }
        if let Some(given) = conversation {
            let revision = self.conversation.revision;
            self.conversation = given;
            if self.thread.is_some() {
                self.conversation.revision = revision;
            }
        }
        for (id, verdict) in verdicts {
            self.judge(id.as_deref(), &verdict)?;
        }
        match prompt {
            Some(prompt) => {
                let calls = self.conversation.pending.len();
                if calls > 0 {
                    return Err(Error::Pending { calls }.into());
                }
                self.conversation.messages.push(prompt);
                self.save().await?;
                Ok(None)
            }
            None => self.take_up(),
        }
    }

    /// Applies what somebody said about one call, or about all.
    fn judge(&mut self, id: Option<&str>, verdict: &Verdict) -> Result<(), Error> {
        let asked = self.conversation.pending.iter_mut().filter(|pending| {
            matches!(pending.stage, Stage::Asked { .. })
                && id.is_none_or(|id| id == pending.call.id())
        });
        let mut found = false;
        for pending in asked {
            found = true;
            pending.stage = match verdict {
                Verdict::Approved => Stage::Allowed,
                Verdict::Denied(why) => {
                    let text = format!("not run, the user does not agree: {why}");
                    Stage::Finished(ToolOutput::failed(ToolFailure::Denied, text))
                }
            };
        }
        match id {
            Some(id) if !found => Err(Error::UnknownCall { id: id.to_owned() }),
            _ => Ok(()),
        }
    }

    /// Goes on where a run ended or died.
    fn take_up(&mut self) -> Result<Option<Reason>, Stop> {
        let Conversation { messages, pending, .. } = &mut self.conversation;
        for pending in pending.iter_mut().filter(|pending| pending.stage == Stage::Started) {
            let tool = self.parts.tool(pending.call.name());
            let is_idempotent = tool.is_some_and(|tool| tool.policy.is_idempotent);
            pending.stage = if is_idempotent {
                Stage::Allowed
            } else {
                let text = "broken off with the process, it is not known what it has done";
                Stage::Finished(ToolOutput::failed(ToolFailure::BrokenOff, text))
            };
        }
        let last = messages.iter().rev().find_map(|message| match message {
            Message::Assistant(answer) => Some(answer),
            _ => None,
        });
        if let Some(answer) = last {
            self.text = text_of(answer);
        }
        self.tools = pending.iter().map(|pending| pending.call.name().to_owned()).collect();
        match messages.last() {
            None => Err(Error::NothingToResume.into()),
            Some(Message::Assistant(answer)) if pending.is_empty() => {
                let reason = end_of(answer, None);
                Ok(Some(reason))
            }
            Some(_) => Ok(None),
        }
    }

    /// Makes an answer part of the conversation; a reason if it is the last.
    fn take(&mut self, answer: &Answer, next: Next) -> Result<Option<Reason>, Error> {
        self.text = answer.text();
        self.tools = answer.calls().iter().map(|call| call.name().to_owned()).collect();
        self.conversation.messages.push(Message::Assistant(answer.message.clone()));
        self.conversation.state.clone_from(&answer.state);
        if !answer.calls().is_empty() {
            self.conversation.expect(answer.calls());
            if let Next::Reply(text) = next {
                self.conversation.reply = Some(text);
            }
            return Ok(self.is_loop(answer).then(|| {
                self.conversation.give_up("the same calls were made over and over");
                Reason::Loop
            }));
        }
        self.repeated = (Vec::new(), 0);
        if let Next::Reply(text) = next {
            self.conversation.messages.push(Message::user(text));
            return Ok(None);
        }
        let reason = end_of(&answer.message, answer.finish_reason.as_ref());
        let output = self.parts.output.as_ref().filter(|_| reason == Reason::Answered);
        let Some((output, problem)) =
            output.and_then(|output| Some((output, output.problem(&self.text)?)))
        else {
            return Ok(Some(reason));
        };
        self.misses += 1;
        self.failures += u32::from(self.asks_form);
        if self.failures > REPAIRS {
            return Err(Error::Form { name: output.name().to_owned(), attempts: self.misses });
        }
        self.conversation.messages.push(Message::user(problem));
        Ok(None)
    }

    /// Whether the model goes round in circles.
    fn is_loop(&mut self, answer: &Answer) -> bool {
        let calls = answer.calls().iter();
        let calls: Vec<_> =
            calls.map(|call| (call.name().to_owned(), call.arguments().to_owned())).collect();
        let (last, times) = &mut self.repeated;
        *times = if *last == calls { *times + 1 } else { 1 };
        *last = calls;
        *times >= self.parts.loop_guard
    }

    fn progress(&self) -> Progress<'_> {
        Progress {
            iterations: self.iterations,
            tokens: self.usage.total_tokens,
            elapsed: self.began.elapsed(),
            tools: &self.tools,
            text: &self.text,
        }
    }

    /// Tells what was done differently from what was asked, each difference once.
    pub(crate) fn warn(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
                self.events.push(Event::Warning(warning.clone()));
            }
        }
    }

    /// What hooks are told.
    pub(crate) fn turn(&self) -> Turn<'_> {
        Turn {
            iteration: self.iterations,
            messages: &self.conversation.messages,
            usage: &self.usage,
        }
    }

    /// Keeps the conversation as it is, if it has a thread.
    pub(crate) async fn save(&mut self) -> Result<(), Error> {
        if let (Some(thread), Some(checkpointer)) = (&self.thread, &self.parts.checkpointer) {
            self.conversation.revision += 1;
            checkpointer.save(thread, &self.conversation).await?;
        }
        Ok(())
    }

    fn outcome(self, reason: Reason) -> Outcome {
        Outcome {
            reason,
            text: self.text,
            conversation: self.conversation,
            usage: self.usage,
            iterations: self.iterations,
            warnings: self.warnings,
        }
    }
}

/// Why an answer without calls ended.
fn end_of(message: &AssistantMessage, finish: Option<&FinishReason>) -> Reason {
    match finish {
        Some(FinishReason::Length) => Reason::Length,
        Some(FinishReason::ContentFilter) => Reason::Filtered,
        _ if message.refusal.as_ref().is_some_and(|text| !text.is_empty()) => Reason::Refused,
        _ => Reason::Answered,
    }
}

/// How often a model is told that its answer has not the form that was asked for.
const REPAIRS: u32 = 2;
