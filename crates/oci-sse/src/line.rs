//! Where lines end and which field a name is: WHATWG HTML 9.2.5, "Parsing an event stream", the grammar.

/// What follows a line terminator that was just consumed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum After {
    /// The terminator is complete.
    LineStart,
    /// It was a CR at the end of the chunk: a LF that comes next belongs to it.
    Cr,
}

/// The four field names that the standard gives a meaning (9.2.6), compared exactly and case-sensitively.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Field {
    Data,
    Event,
    Id,
    Retry,
}

impl Field {
    /// The only field whose name begins with this byte: no two share their first letter.
    pub(crate) fn by_first_byte(byte: u8) -> Option<Self> {
        match byte {
            b'd' => Some(Self::Data),
            b'e' => Some(Self::Event),
            b'i' => Some(Self::Id),
            b'r' => Some(Self::Retry),
            _ => None,
        }
    }

    pub(crate) const fn name(self) -> &'static [u8] {
        match self {
            Self::Data => b"data",
            Self::Event => b"event",
            Self::Id => b"id",
            Self::Retry => b"retry",
        }
    }
}

/// The length of the line terminator at the start of `bytes`: `end-of-line = ( cr lf / cr / lf )`.
///
/// A CR that is the last byte at hand ends its line at once.
/// Waiting for the next byte would hold back an event that is already complete.
#[inline]
pub(crate) fn terminator(bytes: &[u8]) -> Option<(usize, After)> {
    match bytes {
        [b'\n', ..] => Some((1, After::LineStart)),
        [b'\r', b'\n', ..] => Some((2, After::LineStart)),
        [b'\r'] => Some((1, After::Cr)),
        [b'\r', ..] => Some((1, After::LineStart)),
        _ => None,
    }
}

/// The offset of the first CR or LF.
#[inline]
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    if bytes.len() < SHORT {
        bytes.iter().position(|&byte| byte == b'\n' || byte == b'\r')
    } else {
        memchr::memchr2(b'\n', b'\r', bytes)
    }
}

/// The field and the length of its prefix, for the lines that are most common, if what decides is at hand.
#[inline]
pub(crate) fn value_prefix(bytes: &[u8]) -> Option<(Field, usize)> {
    match bytes {
        [b'd', b'a', b't', b'a', b':', b' ', ..] => Some((Field::Data, 6)),
        [b'd', b'a', b't', b'a', b':', _, ..] => Some((Field::Data, 5)),
        [b'e', b'v', b'e', b'n', b't', b':', b' ', ..] => Some((Field::Event, 7)),
        _ => None,
    }
}

/// Below this many bytes a plain loop is faster than setting up a vector search, which falls back to a loop there too.
const SHORT: usize = 16;
