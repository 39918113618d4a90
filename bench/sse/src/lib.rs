//! Every parser of server-sent events that can be called, with the workloads and the chunkings they are compared on.
//!
//! All of them get the same chunks and the same consumer, in one process.
//! What a parser delivered is compared with what the workload holds, in every run, timed or not.

mod parsers;
mod sink;
mod workload;

pub use parsers::{CEILINGS, PARSERS, Parser};
pub use sink::{Checksum, Sink, Touch};
pub use workload::{Chunking, Workload, chunks, long_line, workloads};
