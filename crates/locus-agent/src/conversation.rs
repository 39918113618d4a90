//! [`Conversation`]: everything that a run leaves behind for the next one.

use oci_router::ProviderState;
use oci_router::wire::chat::{Message, ToolCall};
use serde::{Deserialize, Serialize};

use crate::event::{Interrupt, Question};
use crate::tool::{ToolFailure, ToolOutput};
use crate::usage::Tally;

/// What was said so far, the calls that have no result yet, and what the service left for the next turn.
///
/// It is written with serde and kept anywhere; a [`Checkpointer`](crate::Checkpointer) does it after every step. The system prompt
/// is the agent's and no part of it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Conversation {
    pub(crate) messages: Vec<Message>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<ProviderState>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pending: Vec<Pending>,
    /// What the user is to say once all calls have their results, because a hook wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reply: Option<String>,
    #[serde(default)]
    pub(crate) usage: Tally,
    #[serde(default)]
    pub(crate) revision: u64,
}

impl Conversation {
    /// The messages in order. The calls of the last one have their results here once all have one.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The tokens of all runs.
    #[must_use]
    pub fn usage(&self) -> &Tally {
        &self.usage
    }

    /// What continues the conversation over the Responses API.
    #[must_use]
    pub fn provider_state(&self) -> Option<&ProviderState> {
        self.state.as_ref()
    }

    /// How often it was saved.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether calls wait for their results, so that it has to be [resumed](crate::Agent::resume).
    #[must_use]
    pub fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The calls that somebody has to agree to.
    #[must_use]
    pub fn interrupt(&self) -> Interrupt {
        let asked = self.pending.iter().filter_map(|pending| match &pending.stage {
            Stage::Asked { question } => {
                Some(Question { call: pending.call.clone(), text: question.clone() })
            }
            _ => None,
        });
        Interrupt { questions: asked.collect() }
    }

    /// Takes the calls of an answer, to be run.
    pub(crate) fn expect(&mut self, calls: &[ToolCall]) {
        let waiting = |call: &ToolCall| Pending { call: call.clone(), stage: Stage::Waiting };
        self.pending = calls.iter().map(waiting).collect();
    }

    /// Makes messages of the results, if all calls have one.
    pub(crate) fn settle(&mut self) -> bool {
        let done = |pending: &Pending| matches!(pending.stage, Stage::Finished(_));
        if !self.pending.iter().all(done) {
            return false;
        }
        for Pending { call, stage } in std::mem::take(&mut self.pending) {
            if let Stage::Finished(output) = stage {
                self.messages.push(Message::tool(call.id(), output.text));
            }
        }
        true
    }

    /// Ends every call that has no result, so that none is left without an answer.
    pub(crate) fn give_up(&mut self, why: &str) {
        for pending in &mut self.pending {
            let output = match &pending.stage {
                Stage::Finished(_) => continue,
                Stage::Started => ToolOutput::failed(
                    ToolFailure::BrokenOff,
                    format!("broken off, it is not known what it has done: {why}"),
                ),
                _ => ToolOutput::failed(ToolFailure::NotRun, format!("not run: {why}")),
            };
            pending.stage = Stage::Finished(output);
        }
        self.settle();
    }
}

/// The beginning of a conversation that was kept in another way.
impl From<Vec<Message>> for Conversation {
    fn from(messages: Vec<Message>) -> Self {
        Self { messages, ..Self::default() }
    }
}

/// A call without a message of its result.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Pending {
    pub(crate) call: ToolCall,
    pub(crate) stage: Stage,
}

/// How far a call is.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) enum Stage {
    /// Nothing was decided.
    Waiting,
    /// Somebody has to agree.
    Asked { question: String },
    /// It may run.
    Allowed,
    /// It was about to run when this was saved; whether it did is not known.
    Started,
    /// It has its result.
    Finished(ToolOutput),
}
