//! An OCI Generative AI service on loopback, which checks every signature as strictly as Oracle documents.
//!
//! It exists so that a client can be run and tested without an account: it answers chat requests from
//! a small deterministic stand-in for a model, streams them, and can be told to fail.
//! It shares no code with the client crates of this workspace, so that a mistake of theirs cannot
//! repeat itself here and go unseen.
//!
//! What it does not do: HTTP/2, HTTP/1.0, TLS but for a cluster's token endpoint, addresses other than loopback,
//! limits by compartment or policy.
//! What it says is no measure of what a model would say.
//!
//! ```
//! use oci_emulator::{Emulator, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! // A config file, a key and a compartment to throw away.
//! let sandbox = Sandbox::create(folder.path())?;
//! let emulator = Emulator::builder().identity(sandbox.identity()).start().await?;
//!
//! println!("config file {}", sandbox.config_file().display());
//! println!("compartment {}", sandbox.compartment_id());
//! println!("base URL    {}/openai/v1", emulator.url());
//! # Ok(())
//! # }
//! ```
//!
//! # Operations
//!
//! | request | what |
//! |---|---|
//! | `POST /openai/v1/chat/completions` | chat completions of OpenAI's shape, whole and streamed |
//! | `POST /openai/v1/responses`, `GET` and `DELETE …/{id}`, `…/{id}/cancel`, `…/{id}/input_items` | the Responses API, whole, streamed and in the background, with what it keeps between requests |
//! | `/openai/v1/conversations`, `…/{id}/items` | conversations for responses |
//! | `/openai/v1/files`, `…/{id}`, `…/{id}/content` | uploads of up to 1 GiB, which lie on the disk beyond 1 MiB, and their download, whole and by `range` |
//! | `/openai/v1/containers`, `…/{id}/files`, `…/{id}/files/{id}/content` | containers, which expire when they are idle, and the files in them; nothing runs there |
//! | `POST /openai/v1/embeddings` | vectors of Cohere's and OpenAI's models |
//! | `GET /openai/v1/models`, `GET /openai/v1/models/{id}` | some models, and any that is known |
//! | the same below `/20231130/actions/v1` | the older base |
//! | `POST /20231130/actions/chat` | the native chat: `GENERIC`, `COHERE`, `COHEREV2`, `ON_DEMAND` and `DEDICATED`, whole and streamed |
//! | `POST /20231130/actions/embedText`, `rerankText` | vectors and ranks that a test can tell beforehand |
//! | `POST /20231130/actions/applyGuardrails`, `GET /20231130/guardrailVersions` | judgements by a few words |
//! | `POST /20231130/actions/generateText`, `summarizeText` | what was there before chat |
//! | `/20231130/generativeAiProjects`, `apikeys`, `endpoints`, `dedicatedAiClusters`, `models`, `modelDiscovery`, `importedModels`, `routingProfiles`, `semanticStores`, `vectorStoreConnectors`, `vectorStoreConnectorFileSyncs`, `workRequests` | the control plane, with etags, retry tokens, pages and work requests that go on each time they are asked for |
//! | `/20260325/semanticStores/{id}/actions`, `enrichmentJobs`, `generateSqlFromNlJobs` | NL2SQL: jobs that go on alike, and a statement that repeats the question |
//! | `/20231130/openai/v1/vector_stores`, `/openai/v1/vector_stores/{id}/files`, `file_batches`, `search` | vector stores over the files, texts and PDFs, searched by BM25 |
//! | `GET /n` | Object Storage's GetNamespace, for tools that sign and do not chat |
//!
//! With an [`Authority`], these as well, which hand out credentials:
//!
//! | request | what |
//! |---|---|
//! | `GET /opc/v2/…` | metadata of an instance, its certificate and key; version 1 is off |
//! | `POST /v1/x509` | that certificate, in either form of the fingerprint, for a token |
//! | `POST /v1/authentication/refresh` | a session's token for a newer one, for 24 hours |
//! | `GET …/resourcePrincipalToken/{id}`, `…V2/{id}`, `…V212/{id}`, `…/parent/{level}` | the proofs of a resource: versions 1.1, 2.1 and 2.1.1, 2.1.2, 3.0 |
//! | `POST /v1/resourcePrincipalSessionToken` | those proofs for a token |
//! | `POST /oauth2/v1/token` | an identity domain's exchange of a foreign token |
//! | `POST /v1/oauth2/scoped` | a token for one that may do less |
//! | `POST /resourcePrincipalSessionTokens`, at [a port of its own](Emulator::cluster_address) with TLS | a Kubernetes service account's token for one of the workload |
//!
//! Each token is bound to the key that was sent for it. `ST$` and the token is a key id everywhere, until the token
//! expires or [is revoked](Emulator::revoke_tokens). `opc-obo-token` has to be signed, and a token of the authority.
//!
//! # What is checked, in this order
//!
//! 1. HTTP/1.1, a head of at most 64 KiB and 100 headers, a body of at most 16 MiB, or a
//!    form with a file of at most 1 GiB.
//! 2. The signature, before anything about the request is told: see [`Rejection`] for all that can be
//!    wrong. The request target, the host and every header count as they were on the wire. At
//!    `/openai/v1` and `/20231130/actions/v1` an [`ApiKey`] will do in place of a signature.
//! 3. The operation and its method: 404 `NotFound`, 405 `MethodNotAllowed`.
//! 4. The [`Fault`], if there is one; services for credentials have [their own](AuthService).
//! 5. The body, against what the official SDKs send.
//!
//! # Panics and limits
//!
//! No request makes it panic. It needs a Tokio runtime with IO and time enabled. It keeps the latest
//! 1024 requests, serves 512 connections at a time, and sends at most 65,536 tokens for a request.

mod access;
mod answerer;
mod authority;
mod body;
mod catalogue;
mod chat;
mod clock;
mod containers;
mod content;
mod control;
mod conversations;
mod credentials;
mod cursor;
mod document;
mod embeddings;
mod emulator;
mod error;
mod fault;
mod files;
mod form;
mod identity;
mod keys;
mod models;
mod native;
mod openai;
mod outcome;
mod prompt;
mod random;
mod record;
mod reply;
mod responses;
mod route;
mod sabotage;
mod sandbox;
mod schema;
mod script;
mod server;
mod sse;
mod state;
mod stream;
mod vector;
mod vector_stores;
mod verify;
mod wire;

// The public interface is:
pub use access::ApiKey;
pub use authority::{Authority, Region};
pub use credentials::Credentials;
pub use emulator::{Builder, Emulator};
pub use error::Error;
pub use fault::{Fault, ParseFaultError};
pub use identity::{AuthService, ParseAuthServiceError, TokenKind};
pub use keys::{Identity, KeyPair, PrivateKeyPem, PublicKey};
pub use record::RecordedRequest;
pub use sandbox::Sandbox;
pub use verify::Rejection;

/// Compiles and runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
