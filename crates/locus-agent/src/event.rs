//! [`Event`]: what happens in a run, and [`Outcome`]: what came of it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use oci_router::wire::chat::ToolCall;
use oci_router::wire::responses::{HostedDelta, Item};
use oci_router::{JsonSchema, Misfit, Schema, Warning};
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::conversation::Conversation;
use crate::tool::ToolOutput;
use crate::usage::Tally;

/// Something that happened in a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A piece of the text of the answer that is being given.
    Text(String),
    /// A piece of the reasoning before it, where the model shows it.
    Reasoning(String),
    /// A piece of a refusal.
    Refusal(String),
    /// What was shown of this answer does not count: it broke off, or a hook wants another.
    Discarded,
    /// A tool that the service ran itself is done and left this in the answer.
    Hosted(Box<Item>),
    /// A tool that the service runs itself begins, tells how far it is, or more of what it is called with.
    HostedProgress(Box<HostedDelta<'static>>),
    /// An answer is complete, with its token counts and the calls that come next.
    Answer(Box<Answer>),
    /// A call did something differently from what was asked. Each difference is told once in a run.
    Warning(Warning),
    /// A tool begins.
    ToolStart {
        /// What is called, and with what.
        call: ToolCall,
    },
    /// A tool tells how far it is.
    ToolProgress {
        /// The id of the call.
        id: String,
        /// The tool.
        name: String,
        /// What it says.
        text: String,
    },
    /// A call has its result, or will have none. They come in the order in which they end; the model reads them in the order of the
    /// calls.
    ToolComplete {
        /// What was called.
        call: ToolCall,
        /// What came of it.
        output: ToolOutput,
        /// How long it ran; zero for a call that did not.
        took: Duration,
    },
    /// Somebody has to answer before the run can go on: see [`Agent::resume`](crate::Agent::resume).
    Interrupt(Interrupt),
    /// The end of the run.
    Terminate(Box<Outcome>),
}

/// The calls that somebody has to agree to.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Interrupt {
    /// Each with what is asked.
    pub questions: Vec<Question>,
}

/// A call that somebody has to agree to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Question {
    /// What is to be called, and with what.
    pub call: ToolCall,
    /// What is asked.
    pub text: String,
}

/// What came of a run that did not fail.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// Why it ended.
    pub reason: Reason,
    /// The text of the last answer; empty if there is none.
    pub text: String,
    /// Everything that was said so far: the beginning of a next run.
    pub conversation: Conversation,
    /// The tokens of this run; [`Conversation::usage`] has those of all.
    pub usage: Tally,
    /// How many answers the model gave in it.
    pub iterations: u32,
    /// What calls did differently from what was asked, each once.
    pub warnings: Vec<Warning>,
}

impl Outcome {
    /// Whether the model said all that it wanted to say.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.reason == Reason::Answered
    }

    /// What somebody has to agree to before the run can go on; nothing unless it was interrupted.
    #[must_use]
    pub fn interrupt(&self) -> Interrupt {
        self.conversation.interrupt()
    }

    /// The answer as a value of the type that was asked for with [`AgentBuilder::answers_as`](crate::AgentBuilder::answers_as).
    ///
    /// # Errors
    /// Where the text is no such value, as after a run that ended before its answer.
    pub fn parsed<T: DeserializeOwned + JsonSchema>(&self) -> Result<T, Misfit> {
        Schema::strict_of::<T>().read(&self.text)
    }
}

/// Why a run ended.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The model answered without calling a tool.
    Answered,
    /// [`Run::canceller`](crate::Run::canceller) was used.
    Cancelled,
    /// The service withheld content.
    Filtered,
    /// Somebody has to agree to a call.
    Interrupted,
    /// The answer reached the limit of its tokens and is cut.
    Length,
    /// The model made the same calls over and over.
    Loop,
    /// The model refused.
    Refused,
    /// [`Termination::iterations`](crate::Termination::iterations).
    Iterations(u32),
    /// [`Termination::tokens`](crate::Termination::tokens).
    Tokens(u64),
    /// [`Termination::time`](crate::Termination::time).
    Time(Duration),
    /// [`Termination::tool_called`](crate::Termination::tool_called).
    ToolCalled(String),
    /// [`Termination::text`](crate::Termination::text).
    Text(String),
    /// [`Termination::when`](crate::Termination::when), by its name.
    Condition(String),
    /// Two conditions that had to hold together.
    Both(Box<Self>, Box<Self>),
}

/// The way of events from a run to whoever polls it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Arc<Mutex<VecDeque<Event>>>);

impl Events {
    /// Puts an event behind the others.
    pub(crate) fn push(&self, event: Event) {
        self.queue().push_back(event);
    }

    /// The same, and waits until all of them were taken, so that a run is no faster than whoever watches it.
    pub(crate) async fn emit(&self, event: Event) {
        self.push(event);
        // No waker is needed: whoever takes the last event polls the run again for the next.
        poll_fn(|_| if self.queue().is_empty() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Takes the oldest event.
    pub(crate) fn pop(&self) -> Option<Event> {
        self.queue().pop_front()
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
