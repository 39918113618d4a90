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
    if bytes.len() < SHORT { short_end(bytes) } else { memchr::memchr2(b'\n', b'\r', bytes) }
}

/// The same, eight bytes at a time.
#[inline]
fn short_end(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks();
    for (at, word) in words.iter().enumerate() {
        if let Some(offset) = end_in(*word) {
            return Some(at * WORD + offset);
        }
    }
    match bytes.last_chunk() {
        _ if rest.is_empty() => None,
        // It overlaps with the word before it, in which there is nothing to find.
        Some(word) => end_in(*word).map(|offset| bytes.len() - WORD + offset),
        None => bytes.iter().position(|&byte| byte == b'\n' || byte == b'\r'),
    }
}

/// The offset of the first CR or LF of a word.
///
/// After an exclusive or it is the lowest byte that is zero, and subtracting one sets the highest bit of that byte.
/// Bytes above it may be marked because of the borrow; bytes below it are not.
#[inline]
fn end_in(word: [u8; WORD]) -> Option<usize> {
    let word = u64::from_le_bytes(word);
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH_BITS;
    let ends = zeros(word ^ (ONES * b'\n' as u64)) | zeros(word ^ (ONES * b'\r' as u64));
    (ends != 0).then(|| ends.trailing_zeros() as usize / 8)
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

/// Below this many bytes words are faster than setting up a vector search.
const SHORT: usize = 32;

const WORD: usize = size_of::<u64>();
const ONES: u64 = u64::from_le_bytes([1; WORD]);
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; WORD]);

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    /// Both ways to search against a plain loop: every length, every place, and the bytes next to CR and LF everywhere else.
    #[test]
    fn a_line_ends_at_its_first_cr_or_lf() {
        for length in 0..2 * SHORT {
            for filler in [0, 9, 11, 12, 14, 0x80, 0x8a, 0x8d, 0xff] {
                let mut bytes = vec![filler; length];
                assert_eq!(end(&bytes), None, "{bytes:?}");
                for at in (0..length).rev() {
                    bytes[at] = [b'\n', b'\r'][at % 2];
                    assert_eq!(end(&bytes), Some(at), "{bytes:?}");
                }
            }
        }
    }
}
