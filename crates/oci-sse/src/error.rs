//! What can go wrong: only a limit, because the standard gives every sequence of bytes a meaning.

/// A block of the stream that was given up because it is larger than its [`Limits`](crate::Limits).
///
/// The rest of the block is skipped, its id included, and decoding goes on after the next blank line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Data, type and id of one event together are larger than the limit.
    #[error("expected an event of at most {limit} bytes, found a larger one")]
    EventTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// One line is longer than the limit.
    #[error("expected a line of at most {limit} bytes, found a longer one")]
    LineTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// The stream ended inside an event, which the standard discards (9.2.6, end of the stream).
///
/// After a cut connection this tells a complete answer from half of one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a blank line after the last event, found the end of the stream")]
pub struct Truncated;
