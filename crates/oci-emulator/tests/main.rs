//! The emulator from outside: raw sockets, a signer of the tests' own, no code of the client crates.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)]

#[path = "main/accepted.rs"]
mod accepted;
#[path = "main/api_keys.rs"]
mod api_keys;
#[path = "main/auth.rs"]
mod auth;
#[path = "main/auth_faults.rs"]
mod auth_faults;
#[path = "main/auth_federation.rs"]
mod auth_federation;
#[path = "main/auth_files.rs"]
mod auth_files;
#[path = "main/auth_tokens.rs"]
mod auth_tokens;
#[path = "main/auth_workload.rs"]
mod auth_workload;
#[path = "main/chat.rs"]
mod chat;
#[path = "main/cohere.rs"]
mod cohere;
#[path = "main/collections.rs"]
mod collections;
#[path = "main/containers.rs"]
mod containers;
#[path = "main/control.rs"]
mod control;
#[path = "main/conversations.rs"]
mod conversations;
#[path = "main/dialects.rs"]
mod dialects;
#[path = "main/families.rs"]
mod families;
#[path = "main/faults.rs"]
mod faults;
#[path = "main/files.rs"]
mod files;
#[path = "main/hostile.rs"]
mod hostile;
#[path = "main/http.rs"]
mod http;
#[path = "main/lifecycle.rs"]
mod lifecycle;
#[path = "main/native.rs"]
mod native;
#[path = "main/refused.rs"]
mod refused;
#[path = "main/responses.rs"]
mod responses;
#[path = "main/signer.rs"]
mod signer;
#[path = "main/texts.rs"]
mod texts;
#[path = "main/tools.rs"]
mod tools;
#[path = "main/vector_stores.rs"]
mod vector_stores;
#[path = "main/vectors.rs"]
mod vectors;
#[path = "main/world.rs"]
mod world;
