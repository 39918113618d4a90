//! The tests of oci-sse against the standard, an oracle, and itself.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)]

#[path = "main/support.rs"]
mod support;

#[path = "main/oracle.rs"]
mod oracle;

#[path = "main/cases.rs"]
mod cases;
#[path = "main/corpus.rs"]
mod corpus;
#[path = "main/encoder.rs"]
mod encoder;
#[path = "main/limits.rs"]
mod limits;
#[path = "main/properties.rs"]
mod properties;
#[path = "main/relations.rs"]
mod relations;
#[path = "main/standard.rs"]
mod standard;

#[cfg(feature = "http-body")]
#[path = "main/body.rs"]
mod body;
#[cfg(feature = "stream")]
#[path = "main/stream.rs"]
mod stream;
