//! The operations of the gateway.

mod answer;
mod chat;
mod completion;
mod counting;
mod health;
mod kept;
mod listing;
mod messages;
mod moderations;
mod passing;
mod resources;
mod responses;
mod status;
mod texts;
mod vectors;

pub(crate) use chat::chat;
pub(crate) use counting::{count_input_tokens, count_tokens};
pub(crate) use health::{alive, method_not_allowed, metrics, not_found, ready};
pub(crate) use kept::kept;
pub(crate) use listing::{model, models};
pub(crate) use messages::messages;
pub(crate) use moderations::moderations;
pub(crate) use resources::resources;
pub(crate) use responses::responses;
pub(crate) use status::{status, status_with_key};
pub(crate) use texts::completions;
pub(crate) use vectors::{embeddings, rerank};
