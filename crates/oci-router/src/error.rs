//! Why a model id has no route, and why a call failed.

use oci_wire::error::ErrorBody;

use crate::answer::ChatAnswer;
use crate::misfit::Misfit;
use crate::table;
use crate::transport::Operation;
use crate::warning::Warning;

/// A call that found no route or failed on it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model id has no route.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The native API names the compartment in each request, and the client has none.
    #[error("expected a compartment, which the native API needs for {model}, found none")]
    NoCompartment {
        /// The model id.
        model: String,
    },
    /// The call was to be [strict](crate::Chat::strict), and the API that serves the model does not have all that was asked.
    /// Nothing was sent.
    #[error("{model} cannot be asked for all of this: {}", listed(warnings))]
    Lossy {
        /// The model id.
        model: String,
        /// What would be different.
        warnings: Vec<Warning>,
    },
    /// The service answered that it gave up.
    #[error("the service gave up the response: {body}")]
    Failed {
        /// Code and message of the service.
        body: Box<ErrorBody>,
        /// The id by which Oracle finds the request.
        opc_request_id: Option<String>,
    },
    /// The answer does not have what belongs to it.
    #[error("expected {expected}, found {found}")]
    Incomplete {
        /// What an answer to this call has.
        expected: String,
        /// How many there were.
        found: usize,
        /// The id by which Oracle finds the request.
        opc_request_id: Option<String>,
    },
    /// The answer is not of the type that was asked for, and asking again did not help.
    #[error("the answer of {model} is not of the type that was asked for")]
    Misfit {
        /// The model id.
        model: String,
        /// Why not.
        #[source]
        misfit: Misfit,
        /// The last answer, as it came.
        answer: Box<ChatAnswer>,
    },
    /// The call failed on its way or was refused.
    #[error(transparent)]
    Transport(#[from] oci_transport::Error),
}

impl Error {
    /// What to do about it, as a phrase that can follow the message; `None` where there is nothing to advise.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Route(RouteError::UnknownVendor { .. }) => {
                "write the id as the console shows it, vendor first, or say the transport"
            }
            Self::Route(RouteError::OtherOperation { is_for, .. }) => match is_for {
                Operation::Chat => "ask it with `chat`",
                Operation::Embeddings => "ask it with `embed`",
                Operation::Rerank => "ask it with `rerank`",
            },
            Self::Route(_) => "write the id as the console shows it, without blanks",
            Self::NoCompartment { .. } => "set OCI_COMPARTMENT_ID or name the compartment",
            Self::Lossy { .. } => "leave it out, or do not ask for a strict call",
            Self::Failed { .. } | Self::Incomplete { .. } => "try again",
            Self::Misfit { misfit, .. } if misfit.is_cut_off() => "raise the limit of tokens",
            Self::Misfit { .. } => {
                "say in the prompt what each member is, or choose a stronger model"
            }
            Self::Transport(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    /// The id by which Oracle finds the request, if one was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        match self {
            Self::Transport(error) => error.opc_request_id(),
            Self::Failed { opc_request_id, .. } | Self::Incomplete { opc_request_id, .. } => {
                opc_request_id.as_deref()
            }
            Self::Misfit { answer, .. } => answer.opc_request_id(),
            _ => None,
        }
    }
}

fn listed(warnings: &[Warning]) -> String {
    let lines: Vec<String> = warnings.iter().map(Warning::to_string).collect();
    lines.join("; ")
}

/// A model id that has no route.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// The id is empty or holds white space or control characters.
    #[error("expected a model id such as oci:openai.gpt-5.5, found {given:?}")]
    MalformedId {
        /// What was given.
        given: String,
    },
    /// The model is for another operation.
    #[error("{id} is a model for {is_for}, not for {wanted}")]
    OtherOperation {
        /// The model id.
        id: String,
        /// The operation that it is for.
        is_for: Operation,
        /// The operation that was called.
        wanted: Operation,
    },
    /// No prefix of the table fits.
    #[error("no known vendor in model id {id:?}, known prefixes are {}", table::listed())]
    UnknownVendor {
        /// The model id.
        id: String,
    },
}
