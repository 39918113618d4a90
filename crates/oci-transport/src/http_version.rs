//! Which version of HTTP a client speaks.

/// The version of HTTP that a client speaks with the service. Both need no setting there; over plain http, which is for tests, the
/// server has to be told as well.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum HttpVersion {
    /// HTTP/1.1: a connection for each answer under way. None can hold up another.
    #[default]
    Http1,
    /// HTTP/2: at most 32 answers under way on each connection, and fewer if the service says so; further ones open another. For
    /// many streams at a time, where each connection costs a handshake and memory.
    Http2,
}
