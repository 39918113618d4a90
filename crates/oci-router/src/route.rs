//! From a model id to the transport that reaches the model.

use oci_wire::Family;

use crate::error::RouteError;
use crate::model_id::ModelId;
use crate::table::{self, Row};
use crate::transport::{Format, Operation, Serving, Transport};

/// How a model is reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Route {
    /// The API that serves the model.
    pub transport: Transport,
    /// Whose capacity it runs on.
    pub serving: Serving,
    /// The format in which the native API takes the call, if it goes there.
    pub format: Format,
    /// The family whose differences the model shares.
    pub family: Family,
    /// Whether nothing says which family the model is of: an OCID does not, and none was given.
    pub family_is_assumed: bool,
    /// The row of the [prefix table](prefixes) that decided; empty if the caller did.
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
/// [`RouteError::UnknownVendor`], which lists the known prefixes, and [`RouteError::OtherOperation`] for models of other operations.
pub fn route(id: ModelId<'_>) -> Result<Route, RouteError> {
    resolve(id, Operation::Chat, &Choice::default())
}

/// The prefix table, in the order in which its rows are tried.
pub fn prefixes() -> impl Iterator<Item = &'static Row> {
    table::ROWS.iter()
}

/// What the caller decides instead of the table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Choice {
    pub(crate) transport: Option<Transport>,
    pub(crate) family: Option<Family>,
    pub(crate) format: Option<Format>,
    /// The endpoint of a dedicated AI cluster that hosts the model.
    pub(crate) endpoint_id: Option<String>,
}

pub(crate) fn resolve(
    id: ModelId<'_>,
    operation: Operation,
    choice: &Choice,
) -> Result<Route, RouteError> {
    let row = match table::find(id.as_str()) {
        Some(row) => *row,
        // Who says both transport and family knows the model.
        None => match choice.transport {
            Some(transport) => Row {
                prefix: "",
                operation,
                transport,
                serving: Serving::OnDemand,
                format: Format::Generic,
                family: Family::Other,
            },
            None => return Err(RouteError::UnknownVendor { id: id.to_string() }),
        },
    };
    let is_ocid = id.begins_with("ocid1.");
    if row.operation != operation && !is_ocid {
        return Err(RouteError::OtherOperation {
            id: id.to_string(),
            is_for: row.operation,
            wanted: operation,
        });
    }
    let family = choice.family.unwrap_or(row.family);
    let format = choice.format.unwrap_or(match (choice.family, row.format) {
        (Some(Family::Cohere), Format::Generic) => Format::Cohere,
        (_, format) => format,
    });
    let dedicated = choice.endpoint_id.is_some();
    Ok(Route {
        transport: choice.transport.unwrap_or(if dedicated {
            Transport::Native
        } else {
            row.transport
        }),
        serving: if dedicated { Serving::Dedicated } else { row.serving },
        format,
        family,
        family_is_assumed: is_ocid && choice.family.is_none() && choice.format.is_none(),
        prefix: row.prefix,
    })
}
