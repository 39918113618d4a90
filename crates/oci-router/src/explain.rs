//! [`Explanation`]: how a model would be reached, and why.

use std::fmt;

use crate::capabilities::Capabilities;
use crate::error::Error;
use crate::model_id::ModelId;
use crate::route::{Route, resolve};
use crate::router::Model;
use crate::table;
use crate::transport::{Format, Operation, Serving, Transport};

/// How a model would be reached, and why. Its text is for people.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The id as it is sent.
    pub model: String,
    /// What the model is for, by its id.
    pub operation: Operation,
    /// The way to it.
    pub route: Route,
    /// The endpoint of a dedicated AI cluster that was told; the id may name another itself.
    pub endpoint_id: Option<String>,
    /// The host that is called: that of the client, or in the region that the OCID of a dedicated endpoint names.
    pub host: String,
    /// What the table says where the caller chose another transport.
    pub instead_of: Option<Transport>,
}

impl Model {
    /// How the model would be reached, and why. Nothing is sent.
    ///
    /// # Errors
    /// [`Error`] if the id has no route, or no connection to its region can be prepared.
    pub fn explain(&self) -> Result<Explanation, Error> {
        let id = ModelId::parse(&self.id)?;
        let operation = Capabilities::of(id.as_str()).operation.unwrap_or(Operation::Chat);
        let route = resolve(id, operation, &self.choice)?;
        let row = table::find(id.as_str());
        let client = self.client_for(route, id.as_str())?;
        let by_table = row.map(|row| row.transport);
        Ok(Explanation {
            model: id.to_string(),
            operation,
            route,
            endpoint_id: self.choice.endpoint_id.clone(),
            host: client.endpoint().host().to_owned(),
            instead_of: by_table.filter(|transport| *transport != route.transport),
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, operation, route, .. } = self;
        write!(f, "{model}: {operation} over {}", route.transport)?;
        if route.transport == Transport::Native && *operation == Operation::Chat {
            let format = match route.format {
                Format::Generic => "GENERIC",
                Format::Cohere => "COHERE",
                Format::CohereV2 => "COHEREV2",
            };
            write!(f, ", format {format}")?;
        }
        match (route.serving, &self.endpoint_id) {
            (_, Some(endpoint)) => write!(f, ", on the dedicated endpoint {endpoint}")?,
            (Serving::Dedicated, None) => f.write_str(", on a dedicated AI cluster")?,
            (Serving::OnDemand, None) => f.write_str(", on demand")?,
        }
        match (self.instead_of, route.prefix) {
            (_, "") => f.write_str("; no prefix fits, the transport was told")?,
            (None, prefix) => write!(f, "; its id begins with {prefix}")?,
            (Some(other), prefix) => {
                write!(
                    f,
                    "; told so, an id that begins with {prefix} goes over {other} by itself"
                )?;
            }
        }
        write!(f, "; at {}", self.host)
    }
}
