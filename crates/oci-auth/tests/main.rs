//! The tests of `oci-auth` against recorded requests, keys and configuration files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)]

#[path = "main/chain.rs"]
mod chain;
#[path = "main/config_vectors.rs"]
mod config_vectors;
#[path = "main/corpus.rs"]
mod corpus;
#[path = "main/credentials.rs"]
mod credentials;
#[path = "main/guide.rs"]
mod guide;
#[path = "main/keys.rs"]
mod keys;
#[path = "main/published.rs"]
mod published;
#[path = "main/regions.rs"]
mod regions;
#[path = "main/relations.rs"]
mod relations;
#[path = "main/requests.rs"]
mod requests;
#[path = "main/resource_principals.rs"]
mod resource_principals;
#[path = "main/sessions.rs"]
mod sessions;
#[path = "main/signing_vectors.rs"]
mod signing_vectors;
#[path = "main/stages.rs"]
mod stages;
#[path = "main/tokens.rs"]
mod tokens;
#[cfg(feature = "tower")]
#[path = "main/tower.rs"]
mod tower;
#[path = "main/wire.rs"]
mod wire;

use std::path::PathBuf;
use std::task::{Context, Poll, Waker};

/// What a future brings that waits for nothing.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("expected a future that waits for nothing"),
    }
}

/// The path of a file in the workspace's fixtures.
fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures")).join(name)
}
