//! The limit of tokens where the service's own cuts answers short.
//!
//! Without a limit the native API stops after a few tokens, around 20 of them, which LiteLLM found and answers with a limit of its
//! own. The OpenAI-compatible API has no such default, so nothing is sent there that was not set.

use oci_wire::Family;
use oci_wire::chat::ChatRequest;

use crate::route::Route;
use crate::transport::Transport;

/// Sets a limit if the request has none and the API would cut the answer; returns it.
pub(crate) fn default_limit(request: &mut ChatRequest, route: Route) -> Option<u64> {
    if route.transport != Transport::Native
        || request.max_tokens.is_some()
        || request.max_completion_tokens.is_some()
    {
        return None;
    }
    let limit = if route.family == Family::Cohere { COHERE_ON_DEMAND } else { GENERIC };
    request.max_completion_tokens = Some(limit);
    Some(limit)
}

/// What LiteLLM and locus for Python send, so that every model is known to take it.
const GENERIC: u64 = 4_096;

/// The most that Cohere's models give on demand; Oracle's documentation.
pub(super) const COHERE_ON_DEMAND: u64 = 4_000;
