//! Why an agent could not be made, and why a run failed.

use crate::checkpoint::StoreError;

/// A run that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model could not be asked, or its answer broke off.
    #[error(transparent)]
    Model(#[from] oci_router::Error),
    /// The model gave no answer at all.
    #[error("expected an answer of the model, found none")]
    NoAnswer,
    /// The model did not answer in the form that was asked for, however often it was told.
    #[error("expected an answer in the form {name}, found none in {attempts} attempts")]
    Form {
        /// The name of the form.
        name: String,
        /// How many answers were read.
        attempts: u32,
    },
    /// A hook failed.
    #[error("a hook failed")]
    Hook(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A hook wanted another answer too often.
    #[error("expected an answer that the hooks accept, found none in {attempts} attempts")]
    NotAccepted {
        /// How many answers were asked for.
        attempts: u32,
    },
    /// The conversation could not be loaded or saved.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A thread was named, and the agent has no checkpointer.
    #[error("expected an agent with a checkpointer, which a thread needs, found one without")]
    NoCheckpointer,
    /// A prompt came while calls of the conversation wait for their results.
    #[error("expected a conversation whose calls have results, found {calls} without")]
    Pending {
        /// How many.
        calls: usize,
    },
    /// Nothing was said yet that could be resumed.
    #[error("expected a conversation to resume, found none")]
    NothingToResume,
    /// The run was over before it was to be run to its end.
    #[error("expected a run that goes on, found one that is over")]
    Over,
    /// An answer was given to a question that nobody asked.
    #[error("expected the id of a call that waits for approval, found {id:?}")]
    UnknownCall {
        /// The id.
        id: String,
    },
}

impl Error {
    /// What to do about it, as a phrase that can follow the message; `None` where there is nothing to advise.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Model(error) => return error.hint(),
            Self::Store(error) => return error.hint().map(str::to_owned),
            Self::NoAnswer => "try again",
            Self::Form { .. } => "describe the form in the system prompt, or take another model",
            Self::NoCheckpointer => "give it one with `checkpointer`",
            Self::Pending { .. } => "resume the conversation first",
            Self::NothingToResume => "run it with a prompt",
            Self::UnknownCall { .. } => "take the ids from the interrupt",
            Self::Hook(_) | Self::NotAccepted { .. } | Self::Over => return None,
        };
        Some(hint.to_owned())
    }
}

/// An agent that could not be made.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Two tools have one name.
    #[error("expected tools of different names, found {name:?} twice")]
    TwoTools {
        /// The name.
        name: String,
    },
    /// The name of a tool is none that the service takes.
    #[error("expected 1 to 64 letters, digits, `_` and `-` as the name of a tool, found {name:?}")]
    ToolName {
        /// The name.
        name: String,
    },
    /// No call could run.
    #[error("expected room for at least one call at a time, found none")]
    NoConcurrency,
}
