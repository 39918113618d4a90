//! Which version of HTTP a client speaks.

/// The version of HTTP that a client speaks with the service. Both need no setting there; over plain http, which is for tests, the
/// server has to be told as well.
///
/// Over TLS both sides agree by ALPN. A client of [`Http1`](Self::Http1) offers nothing, which means HTTP/1.1; a client of
/// [`Http2`](Self::Http2) offers that alone, and where nobody takes it fails with [`Connect`](crate::ErrorKind::Connect).
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
