//! The HTTP pipeline of the OCI Generative AI client.
//!
//! ```text
//! ChatRequest ─► Client ─► attempt: build, sign, send, classify ─► Answer<ChatResponse>
//!                             │                                 └► ChatStream ─► ChatChunk …
//!                             ▼
//!          one pool of connections to one Endpoint, within Deadlines
//! ```
//!
//! This crate knows hyper, TLS, deadlines, paths and headers, and which wire type goes to which operation. It knows neither model
//! families nor routing. Endpoint, identity, compartment and proxy are handed in; of the environment only what says where the
//! system keeps its certificates is looked at, see [`Roots::Platform`].
//!
//! - An [`Endpoint`] is made from configuration only. Operations add a relative path, and redirects are not followed, so no
//!   signature reaches another host. Plain http goes to this machine only.
//! - Every attempt is signed anew, because a signature is valid for five minutes. What is [retried](RetryPolicy) is only what the
//!   service has not done.
//! - A stream that ends early is [`ErrorKind::Truncated`], never a short success.
//! - An [`Error`] has the status, the service's code, the `opc-request-id` and a [`hint`](Error::hint).
//! - The crypto provider of TLS is passed as a value, so other crates of the same program may use another one.
//!
//! What sends the requests is an [`HttpService`], hyper unless another one is given, over TCP and TLS unless another
//! [connector](ClientBuilder::connector) is, and through the [layers](ClientBuilder::layer) that are.
//!
//! Each call is a [`tracing`] span with the attributes of OpenTelemetry's conventions for generative AI, and each attempt an event
//! in it; a [`RequestHook`] is told what was sent. Keys, tokens and signatures are in neither.
//!
//! What is made and managed beside inference, projects, keys, endpoints and the like, is in [`control`].
//!
//! Dropping a future or a stream cancels the request and closes its connection.

mod answer;
mod answers;
mod attempt;
mod body;
mod breaker;
mod build_error;
mod call;
mod client;
mod clock;
mod connect;
pub mod control;
mod deadlines;
mod endpoint;
mod error;
mod hook;
mod http_version;
mod multiplexed;
mod native;
mod operation;
mod path;
mod pooled;
mod proxy;
mod random;
mod raw;
mod resources;
mod responses;
mod retry;
mod service;
mod stream;
mod tls;
mod trace;
mod v1;
mod way;

// The public interface is:
pub use answer::Answer;
pub use breaker::BreakerPolicy;
pub use build_error::BuildError;
pub use client::{Client, ClientBuilder};
pub use connect::ConnectStep;
pub use deadlines::Deadlines;
pub use endpoint::{Endpoint, EndpointError};
pub use error::{Error, ErrorKind, Timeout};
pub use hook::{Attempt, RequestHook};
pub use http_version::HttpVersion;
pub use proxy::{Proxy, ProxyError};
pub use raw::{RawAnswer, RawRequest};
pub use resources::{
    ContainerFiles, Containers, ConversationItems, Conversations, Download, FileBatches, FileBytes,
    FileOnDisk, Files, Items, UploadProgress, UploadStep, VectorStoreFiles, VectorStores,
};
pub use responses::Listing;
pub use retry::RetryPolicy;
pub use service::{Body, HttpService, SendError};
pub use stream::{ChatStream, ResponseStream};
pub use tls::Roots;
pub use way::Transport;
