//! The tests of the facade.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "main/client.rs"]
mod client;
