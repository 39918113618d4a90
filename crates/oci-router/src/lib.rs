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
//! The caller can choose otherwise: [`Model::over`] a transport, [`Model::of_family`], [`Model::at_endpoint`] of a dedicated AI
//! cluster; and [`Model::looked_up`] asks which model an OCID stands for.
//!
//! Requests and answers are those of [`oci_wire::chat`], whatever the transport. What a transport cannot carry is a
//! [`Warning`] of the answer, never silent, or an error of a [strict](Chat::strict) call. This crate knows neither sockets nor
//! signatures and reads no environment.
//!
//! The Responses API is used where a model is offered there only, and where a call asks for what chat completions do not have: tools
//! that the service runs ([`Chat::hosted_tools`]), a conversation that it keeps ([`Chat::store`], [`Chat::continues`]), or a file by
//! its address ([`Part::file_url`](oci_wire::chat::Part::file_url)). Unless it is told to, it stores nothing.

mod addresses;
mod answer;
mod capabilities;
mod chat;
mod embed;
mod error;
mod explain;
mod family;
mod guardrails;
mod input;
mod lookup;
mod misfit;
mod model_id;
mod repairs;
mod rerank;
mod route;
mod router;
mod schema;
mod state;
mod stream;
mod structured;
mod table;
mod text_stream;
mod transport;
mod warning;

// The public interface is:
pub use answer::ChatAnswer;
pub use capabilities::Capabilities;
pub use chat::Chat;
pub use embed::{Embed, Embeddings};
pub use error::{Error, RouteError};
pub use explain::Explanation;
pub use input::{CallerTool, ChatInput, HostedTool, IntoModel};
pub use misfit::Misfit;
pub use model_id::ModelId;
pub use rerank::{Rank, Ranking, Rerank};
pub use route::{Route, prefixes, route};
pub use router::{Model, Router};
pub use schema::Schema;
pub use state::ProviderState;
pub use stream::ChatStream;
pub use structured::{Structured, StructuredChat};
pub use table::Row;
pub use text_stream::TextStream;
pub use transport::{Format, Operation, Serving, Transport, UnknownTransport};
pub use warning::Warning;

/// The wire types that calls and answers are made of, for crates that know the router only.
pub use oci_wire as wire;
/// The crate that derives schemas, for `#[schemars(crate = "…")]` in programs that do not name it in their manifest.
pub use schemars;
/// The trait of types that have a schema, and its derive macro.
pub use schemars::JsonSchema;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
