//! The tests of `oci-router`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "main/calls.rs"]
mod calls;
#[path = "main/routes.rs"]
mod routes;
