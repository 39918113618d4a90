//! Why a model id has no route, and why a call failed.

use crate::table;
use crate::transport::Transport;

/// A call that found no route or failed on it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model is reached over a transport that this release does not have. Nothing was sent, and no other transport is tried:
    /// it would be refused, or worse, answered by another model.
    #[error("{model} is reached over the {transport} transport, which is not supported yet")]
    NotBuilt {
        /// The model id.
        model: String,
        /// The transport.
        transport: Transport,
    },
    /// The model id has no route.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The call failed on its way or was refused.
    #[error(transparent)]
    Transport(#[from] oci_transport::Error),
}

impl Error {
    pub(crate) fn not_built(model: &str, transport: Transport) -> Self {
        Self::NotBuilt { model: model.to_owned(), transport }
    }

    /// What to do about it, as a phrase that can follow the message; `None` where there is nothing to advise.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotBuilt { .. } => Some(format!(
                "use a model whose id begins with {}",
                table::listed(Transport::is_built)
            )),
            Self::Route(RouteError::UnknownVendor { .. }) => {
                Some("write the id as the console shows it, vendor first".to_owned())
            }
            Self::Route(RouteError::NotChat { .. }) => Some("use a chat model".to_owned()),
            Self::Route(_) => {
                Some("write the id as the console shows it, without blanks".to_owned())
            }
            Self::Transport(error) => error.hint(),
        }
    }

    /// The id by which Oracle finds the request, if one was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        match self {
            Self::Transport(error) => error.opc_request_id(),
            _ => None,
        }
    }
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
    /// The model is for another operation than chat.
    #[error("{id} is a model for {operation}, not for chat")]
    NotChat {
        /// The model id.
        id: String,
        /// The operation that it is for.
        operation: &'static str,
    },
    /// No prefix of the table fits.
    #[error("no known vendor in model id {id:?}, known prefixes are {}", table::listed(|_| true))]
    UnknownVendor {
        /// The model id.
        id: String,
    },
}
