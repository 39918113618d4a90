//! The tests of `oci-router`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "main/calls.rs"]
mod calls;
#[path = "main/defects.rs"]
mod defects;
#[path = "main/embeddings.rs"]
mod embeddings;
#[path = "main/families.rs"]
mod families;
#[path = "main/gotchas.rs"]
mod gotchas;
#[path = "main/hosted.rs"]
mod hosted;
#[path = "main/messages.rs"]
mod messages;
#[path = "main/pages.rs"]
mod pages;
#[path = "main/regions.rs"]
mod regions;
#[path = "main/responses.rs"]
mod responses;
#[path = "main/routes.rs"]
mod routes;
#[path = "main/service.rs"]
mod service;
#[path = "main/structured.rs"]
mod structured;
