//! The operations of the gateway.

mod absent;
mod answer;
mod chat;
mod completion;
mod controls;
mod counting;
mod deployments;
mod health;
mod info;
mod kept;
mod listing;
mod messages;
mod moderations;
mod passing;
mod resources;
mod responses;
mod status;
mod target;
mod texts;
mod vectors;

pub(crate) use answer::Way;
pub(crate) use chat::chat;
pub(crate) use counting::{count_input_tokens, count_tokens, token_counter};
pub(crate) use deployments::deployments;
pub(crate) use health::{alive, method_not_allowed, metrics, not_found, ready};
pub(crate) use info::{health, model_group_info, model_info};
pub(crate) use kept::kept;
pub(crate) use listing::{model, models};
pub(crate) use messages::messages;
pub(crate) use moderations::moderations;
pub(crate) use resources::resources;
pub(crate) use responses::responses;
pub(crate) use status::{status, status_with_key};
pub(crate) use texts::completions;
pub(crate) use vectors::{embeddings, rerank};
