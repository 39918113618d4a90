//! From a model id to the transport that reaches the model.

use crate::error::RouteError;
use crate::model_id::ModelId;
use crate::table::{self, Operation};
use crate::transport::{Serving, Transport};

/// How a model is reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Route {
    /// The API that serves the model.
    pub transport: Transport,
    /// Whose capacity it runs on.
    pub serving: Serving,
    /// The row of the [prefix table](prefixes) that decided.
    pub prefix: &'static str,
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
    let row = row.ok_or_else(|| RouteError::UnknownVendor { id: id.to_string() })?;
    match row.operation {
        Operation::Chat(transport, serving) => Ok(Route { transport, serving, prefix: row.prefix }),
        Operation::Other(operation) => Err(RouteError::NotChat { id: id.to_string(), operation }),
    }
}

/// The prefixes of the table, in the order in which they are tried, with the transport of each; `None` is no chat model.
pub fn prefixes() -> impl Iterator<Item = (&'static str, Option<Transport>)> {
    table::ROWS.iter().map(|row| match row.operation {
        Operation::Chat(transport, _) => (row.prefix, Some(transport)),
        Operation::Other(_) => (row.prefix, None),
    })
}
