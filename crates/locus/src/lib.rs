//! # locus
#![doc = include_str!("../README.md")]

mod agents;
mod client;
mod error;
mod identity;
mod log;
mod model;

/// What most programs need: `use locus::prelude::*;`.
pub mod prelude {
    pub use crate::{Client, Error, JsonSchema, Schema, Transport};
    pub use oci_wire::chat::{
        ChatAccumulator, ChatRequest, Message, Part, ReasoningEffort, ResponseFormat, Tool,
    };
}

// The public interface is:
pub use agents::agent;
pub use client::{Client, ClientBuilder, PREFIXES};
pub use error::{Error, Result};
pub use model::{Explicit, ModelBuilder, NativeModel, ResponsesModel, V1Model};

pub use oci_auth::{Backend, Env, Region};
pub use oci_router::{
    CallerTool, Capabilities, Chat, ChatAnswer, ChatInput, ChatStream, Embed, Embeddings,
    Explanation, Format, HostedTool, IntoModel, JsonSchema, Misfit, Model, ModelId, Operation,
    ProviderState, Rank, Ranking, Rerank, Route, RouteError, Row, Schema, Serving, Structured,
    StructuredChat, TextStream, Transport, Warning, prefixes, route, schemars,
};
pub use oci_transport::{
    Answer, Attempt, BreakerPolicy, Deadlines, Endpoint, ErrorKind, FileBytes, FileOnDisk, Items,
    Listing, RequestHook, RetryPolicy, Roots, Timeout, control,
};
pub use oci_wire::Family;

/// The agent loop: a model with tools, which it may call until it has an answer.
pub use locus_agent as agent;

/// The crates below, whole.
pub use {oci_auth as auth, oci_router as router, oci_transport as transport, oci_wire as wire};

/// The front page of the workspace, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;

/// The pages of the documentation with examples, compiled.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../docs/dac.md")]
    struct Dac;
    #[doc = include_str!("../../../docs/debugging.md")]
    struct Debugging;
    #[doc = include_str!("../../../docs/features.md")]
    struct Features;
    #[doc = include_str!("../../../docs/gotchas.md")]
    struct Gotchas;
    #[doc = include_str!("../../../docs/models.md")]
    struct Models;
    #[doc = include_str!("../../../docs/regions.md")]
    struct Regions;
    #[doc = include_str!("../../../docs/responses.md")]
    struct Responses;
}
