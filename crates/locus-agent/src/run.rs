//! [`Run`]: one run of an agent, as a stream of events.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use oci_router::wire::chat::Message;

use crate::agent::Parts;
use crate::cancel::Canceller;
use crate::conversation::Conversation;
use crate::engine;
use crate::error::Error;
use crate::event::{Event, Events, Outcome};
use crate::model::ChatModel;

/// One run of an agent: a stream of [events](Event), of which [`Event::Terminate`] is the last, or an error.
///
/// It does something only while it is polled, and dropping it drops the answer and the tools that are under way.
#[must_use = "a run does nothing until it is polled"]
pub struct Run {
    setup: Setup,
    events: Events,
    canceller: Canceller,
    stage: Stage,
    conversation: Option<Conversation>,
}

/// What a run begins with.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    pub(crate) prompt: Option<Message>,
    pub(crate) thread: Option<String>,
    pub(crate) conversation: Option<Conversation>,
    pub(crate) verdicts: Vec<(Option<String>, Verdict)>,
}

/// What somebody said about a call.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    Approved,
    Denied(String),
}

type Launch =
    Box<dyn FnOnce(Setup, Events, Canceller) -> BoxFuture<'static, engine::Finished> + Send>;

enum Stage {
    Ready(Launch),
    Running(BoxFuture<'static, engine::Finished>),
    Failed(Error),
    Over,
}

impl Run {
    pub(crate) fn new<M: ChatModel>(parts: Arc<Parts<M>>, prompt: Option<Message>) -> Self {
        let launch: Launch = Box::new(move |setup, events, canceller| {
            Box::pin(engine::run(parts, setup, events, canceller))
        });
        Self {
            setup: Setup { prompt, ..Setup::default() },
            events: Events::default(),
            canceller: Canceller::default(),
            stage: Stage::Ready(launch),
            conversation: None,
        }
    }

    /// Goes on with the conversation that the checkpointer keeps under this name, and keeps it there.
    pub fn thread(mut self, name: impl Into<String>) -> Self {
        self.setup.thread = Some(name.into());
        self
    }

    /// Goes on with this conversation, whatever the checkpointer keeps.
    pub fn after(mut self, conversation: impl Into<Conversation>) -> Self {
        self.setup.conversation = Some(conversation.into());
        self
    }

    /// Agrees to a call, by its id.
    pub fn approve(mut self, call_id: impl Into<String>) -> Self {
        self.setup.verdicts.push((Some(call_id.into()), Verdict::Approved));
        self
    }

    /// Agrees to every call that waits for it.
    pub fn approve_all(mut self) -> Self {
        self.setup.verdicts.push((None, Verdict::Approved));
        self
    }

    /// Does not agree to a call; the model is told why.
    pub fn deny(mut self, call_id: impl Into<String>, why: impl Into<String>) -> Self {
        self.setup.verdicts.push((Some(call_id.into()), Verdict::Denied(why.into())));
        self
    }

    /// What ends the run from elsewhere.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// The next event; `None` after the last.
    ///
    /// # Errors
    /// The run is then over, and [`Self::take_conversation`] has what came of it so far.
    pub async fn next(&mut self) -> Option<Result<Event, Error>> {
        StreamExt::next(self).await
    }

    /// Runs to the end, without looking at events.
    ///
    /// # Errors
    /// As the stream gives it.
    pub async fn to_end(mut self) -> Result<Outcome, Error> {
        loop {
            match self.next().await {
                Some(Ok(Event::Terminate(outcome))) => return Ok(*outcome),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Err(Error::Over),
            }
        }
    }

    /// The conversation as it was when the run failed, to be [resumed](crate::Agent::resume). `None` before, and for a run that did
    /// not fail: its [outcome](Outcome) has it.
    pub fn take_conversation(&mut self) -> Option<Conversation> {
        self.conversation.take()
    }
}

impl Stream for Run {
    type Item = Result<Event, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.events.pop() {
                return Poll::Ready(Some(Ok(event)));
            }
            match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Ready(launch) => {
                    let setup = std::mem::take(&mut self.setup);
                    let running = launch(setup, self.events.clone(), self.canceller.clone());
                    self.stage = Stage::Running(running);
                }
                Stage::Running(mut running) => match running.as_mut().poll(cx) {
                    Poll::Ready(Ok(outcome)) => {
                        self.events.push(Event::Terminate(Box::new(outcome)));
                    }
                    Poll::Ready(Err((error, conversation))) => {
                        self.conversation = Some(*conversation);
                        self.stage = Stage::Failed(error);
                    }
                    Poll::Pending => {
                        self.stage = Stage::Running(running);
                        match self.events.pop() {
                            Some(event) => return Poll::Ready(Some(Ok(event))),
                            None => return Poll::Pending,
                        }
                    }
                },
                Stage::Failed(error) => return Poll::Ready(Some(Err(error))),
                Stage::Over => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("thread", &self.setup.thread).finish_non_exhaustive()
    }
}
