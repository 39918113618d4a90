//! What families of models do differently beyond what a dialect can say; one file each.
//!
//! Order of messages, names of limits and subsets of schemas are matters of the dialects, which `oci_wire` translates by family:
//! Gemini's calls and results in pairs are there.

mod cohere;
mod inline;
mod limits;
mod llama;
mod offered;
mod qwen;

use oci_wire::Family;
use oci_wire::chat::ChatRequest;

use crate::route::Route;
use crate::transport::Transport;
use crate::warning::Warning;

pub(crate) use inline::Inline;
pub(crate) use limits::default_limit;
pub(crate) use offered::Offered;

/// Changes a request by what models of its family are known to need, and tells it.
pub(crate) fn adapt(request: &mut ChatRequest, route: Route) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if route.transport == Transport::Native && route.family == Family::Cohere {
        warnings.extend(cohere::clamp(request, route.serving));
    }
    if route.family == Family::Llama {
        warnings.extend(llama::end_loop(request));
    }
    warnings
}

/// Whether models of the family write calls into their text.
pub(crate) fn writes_calls(family: Family) -> bool {
    // Behind an OCID can be any model, Qwen's and Hermes's among them.
    matches!(family, Family::Llama | Family::Other)
}
