//! From a model id to the transport that reaches the model.

use std::fmt;

use crate::model_id::ModelId;
use crate::table::{self, Operation};

/// How a model is reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Route {
    /// The API that serves the model.
    pub transport: Transport,
    /// Whose capacity it runs on.
    pub serving: Serving,
}

/// An API of the service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Transport {
    /// The native API, `/20231130/actions/chat`.
    Native,
    /// The Responses API, `/openai/v1/responses`.
    Responses,
    /// Chat completions of the OpenAI-compatible API, `/openai/v1/chat/completions`.
    V1,
}

impl Transport {
    /// The name in messages and on the command line: `native`, `responses` or `v1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Responses => "responses",
            Self::V1 => "v1",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whose capacity a model runs on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Serving {
    /// A dedicated AI cluster, named by the OCID of its endpoint.
    Dedicated,
    /// The shared capacity of the region.
    OnDemand,
}

/// Chooses the route of a chat model by the [prefix table](crate::prefixes), in any letter case.
///
/// An id of a known vendor that was never seen before is routed like the vendor's others: when a model appears in the service,
/// its id is all that is needed.
///
/// ```
/// use oci_router::{ModelId, Transport, route};
///
/// assert_eq!(route(ModelId::parse("oci:openai.gpt-5.5")?)?.transport, Transport::V1);
/// assert_eq!(route(ModelId::parse("oci:cohere.command-r-plus")?)?.transport, Transport::Native);
/// # Ok::<(), oci_router::RouteError>(())
/// ```
///
/// # Errors
/// [`RouteError::UnknownVendor`], which lists the known prefixes, and [`RouteError::NotChat`] for models of other operations.
pub fn route(id: ModelId<'_>) -> Result<Route, RouteError> {
    let lower = id.as_str().to_ascii_lowercase();
    let row = table::ROWS.iter().find(|row| lower.starts_with(row.prefix));
    match row.map(|row| row.operation) {
        Some(Operation::Chat(transport, serving)) => Ok(Route { transport, serving }),
        Some(Operation::Other(operation)) => {
            Err(RouteError::NotChat { id: id.to_string(), operation })
        }
        None => Err(RouteError::UnknownVendor { id: id.to_string() }),
    }
}

/// The prefixes of the table, in the order in which they are tried, with the transport of each; `None` is no chat model.
pub fn prefixes() -> impl Iterator<Item = (&'static str, Option<Transport>)> {
    table::ROWS.iter().map(|row| match row.operation {
        Operation::Chat(transport, _) => (row.prefix, Some(transport)),
        Operation::Other(_) => (row.prefix, None),
    })
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
    #[error("no known vendor in model id {id:?}, known prefixes are {}", table::listed())]
    UnknownVendor {
        /// The model id.
        id: String,
    },
}
