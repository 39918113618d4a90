//! How long each step of a call may take.

use std::time::Duration;

/// The longest time that each step of a call may take. Each has an error of its own, see [`Timeout`](crate::Timeout).
///
/// The defaults are generous, because reasoning models are silent for a long time. The official Python SDK waits 10 s for a
/// connection and 60 s for each read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deadlines {
    /// Resolving the host, connecting and the TLS handshake. Default: 10 s. Too short a value fails on the first call in a new
    /// region, where no connection is pooled yet.
    pub connect: Duration,
    /// From sending the request, or the last piece of a file that is uploaded, to the headers of the answer. Default: 300 s. An answer that is not streamed begins when the
    /// model has finished, so too short a value loses, and pays for, long answers.
    pub first_byte: Duration,
    /// Between two pieces of an answer's body, counted only while the caller waits for the next one, and between two pieces of a file
    /// that is uploaded. Default: 120 s.
    pub idle: Duration,
    /// Between the finish reason of a streamed answer and the end of the stream, in which the usage arrives. When it has passed
    /// the answer counts as complete: some models of the service leave the connection open. Default: 5 s.
    pub after_finish: Duration,
    /// The whole call: all its attempts with the waits between them, and the whole of a streamed answer. Default: none.
    pub total: Option<Duration>,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(300),
            idle: Duration::from_secs(120),
            after_finish: Duration::from_secs(5),
            total: None,
        }
    }
}
