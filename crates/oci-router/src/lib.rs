//! Model ids to routes, and one chat API over every transport of OCI Generative AI.
//!
//! A model id decides how its model is reached; [`route`] reads it off a [prefix table](prefixes), and [`Router`] sends the call:
//!
//! | id begins with | transport |
//! |---|---|
//! | `ocid1.generativeaiendpoint.` | native, on a dedicated AI cluster |
//! | `ocid1.generativeaimodel.` | native |
//! | `cohere.` | native |
//! | `openai.gpt-5.5-pro` | Responses |
//! | `openai.` `meta.` `xai.` `mistral.` `google.` `anthropic.` | V1 |
//!
//! A new id of a known vendor needs no new release. Only an unknown vendor is an error, which lists the known ones.
//! V1 is built in this release; a call over another transport is [`Error::NotBuilt`] and never goes elsewhere.
//!
//! Requests and answers are those of [`oci_wire::chat`], whatever the transport. This crate knows neither sockets nor signatures
//! and reads no environment.

mod error;
mod model_id;
mod route;
mod router;
mod table;
mod transport;

// The public interface is:
pub use error::{Error, RouteError};
pub use model_id::ModelId;
pub use route::{Route, prefixes, route};
pub use router::{Chat, ChatInput, Model, Router};
pub use transport::{Serving, Transport};
