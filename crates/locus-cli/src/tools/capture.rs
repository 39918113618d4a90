//! The output of a tool, of which only so much is kept.

use std::collections::VecDeque;

/// The beginning and the end of a text of any length; what lies between is counted.
///
/// Where a command fails is usually told at the end, and what it is doing at the beginning.
#[derive(Debug, Default)]
pub(super) struct Capture {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

impl Capture {
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        let room = PART - self.head.len();
        if room > 0 {
            let (fits, rest) = bytes.split_at(room.min(bytes.len()));
            self.head.extend_from_slice(fits);
            bytes = rest;
        }
        // What would be pushed out at once need not go in.
        let skipped = bytes.len().saturating_sub(PART);
        let (gone, bytes) = bytes.split_at(skipped);
        let pushed_out = (self.tail.len() + bytes.len()).saturating_sub(PART);
        self.tail.drain(..pushed_out.min(self.tail.len()));
        self.tail.extend(bytes);
        self.left_out += (gone.len() + pushed_out) as u64;
    }

    /// The text, with a note where something is missing. What is no UTF-8 is replaced, since a model reads text only.
    pub(super) fn text(self) -> String {
        let tail: Vec<u8> = self.tail.into();
        if self.left_out == 0 {
            return String::from_utf8_lossy(&[self.head, tail].concat()).into_owned();
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&tail));
        format!("{head}\n[… {} bytes are left out here …]\n{tail}", self.left_out)
    }
}

/// A text as a tool of another program gave it, bounded in the same way.
pub(super) fn bounded(text: String) -> String {
    if text.len() <= 2 * PART {
        return text;
    }
    let mut capture = Capture::default();
    capture.push(text.as_bytes());
    capture.text()
}

/// Bytes that are kept of each end: some thousands of tokens, which a conversation can bear several times.
const PART: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_kept_and_the_rest_is_counted() {
        let whole: Vec<u8> = (0..100_000_u32).map(|at| b'a' + (at % 26) as u8).collect();
        for piece in [1, 7, 1000, 16_384, 16_385, 40_000, 100_000] {
            let mut capture = Capture::default();
            whole.chunks(piece).for_each(|piece| capture.push(piece));
            let text = capture.text();
            let note = format!("\n[… {} bytes are left out here …]\n", 100_000 - 2 * PART);
            let (head, tail) = text.split_once(&note).unwrap_or_else(|| panic!("{piece}: no note"));
            assert_eq!(head.as_bytes(), &whole[..PART], "{piece}");
            assert_eq!(tail.as_bytes(), &whole[100_000 - PART..], "{piece}");
        }
    }

    #[test]
    fn what_fits_is_whole_even_where_the_parts_meet() {
        let whole = "ä".repeat(PART);
        let mut capture = Capture::default();
        whole.as_bytes().chunks(3).for_each(|piece| capture.push(piece));
        assert_eq!(capture.text(), whole);
        assert_eq!(bounded(whole.clone()), whole);
        assert!(bounded(whole + "x").contains("[… 1 bytes are left out here …]"));
    }
}
