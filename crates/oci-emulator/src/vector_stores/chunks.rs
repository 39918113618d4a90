//! Texts cut into pieces that overlap, counted in tokens.

use serde_json::{Value, json};

use super::pdf;
use crate::answerer::tokens;
use crate::content::Content;
use crate::openai::invalid;
use crate::reply::Reply;

/// How a text is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Strategy {
    /// The most tokens of a piece.
    size: usize,
    /// How many of them it shares with the piece before.
    overlap: usize,
}

impl Strategy {
    /// The strategy that was asked for, or the usual one; the error is the answer to give.
    pub(super) fn of(asked: Option<&Value>) -> Result<Self, Reply> {
        let number = |name: &str| {
            let number = asked?.get("static")?.get(name)?.as_u64()?;
            usize::try_from(number).ok()
        };
        let (size, overlap) = (number("max_chunk_size_tokens"), number("chunk_overlap_tokens"));
        let (Some(size), Some(overlap)) = (size, overlap) else { return Ok(USUAL) };
        if overlap > size / 2 {
            let name = "chunking_strategy.static.chunk_overlap_tokens";
            let message = format!("Invalid value for '{name}': expected at most half the size.");
            return Err(invalid(Some(name), "invalid_value", &message));
        }
        Ok(Self { size, overlap })
    }

    /// As it is told with a file.
    pub(super) fn shown(self) -> Value {
        json!({ "type": "static", "static": {
            "max_chunk_size_tokens": self.size,
            "chunk_overlap_tokens": self.overlap,
        } })
    }

    /// Cuts a text.
    pub(super) fn split(self, text: &str) -> Vec<String> {
        let text = text.trim();
        let ends: Vec<usize> = tokens(text)
            .scan(0, |end, token| {
                *end += token.len();
                Some(*end)
            })
            .collect();
        let mut pieces = Vec::new();
        let mut first = 0;
        while first < ends.len() {
            let after = (first + self.size).min(ends.len());
            // Where a token begins is where the one before it ends.
            let end_of = |count: usize| match count.checked_sub(1) {
                Some(last) => ends.get(last).copied().unwrap_or(text.len()),
                None => 0,
            };
            let piece = text.get(end_of(first)..end_of(after)).unwrap_or_default();
            pieces.push(piece.trim().to_owned());
            if after == ends.len() {
                break;
            }
            first = after - self.overlap;
        }
        pieces
    }
}

/// The text of a file; the error says why there is none.
pub(super) fn text_of(content: &Content) -> Result<String, &'static str> {
    if content.len() > MAX_TEXT {
        return Err("The file is larger than 16 MiB.");
    }
    let bytes = content.read().map_err(|_| "The file could not be read.")?;
    if pdf::is_pdf(&bytes) {
        return pdf::text_of(&bytes);
    }
    String::from_utf8(bytes.to_vec()).map_err(|_| "The file is neither a PDF nor a text in UTF-8.")
}

/// OpenAI's reference of the operation.
const USUAL: Strategy = Strategy { size: 800, overlap: 400 };

/// As much as is read of a file at once.
const MAX_TEXT: u64 = 16 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_overlap_and_leave_nothing_out() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(Strategy { size: 4, overlap: 2 }.split(text), expected, "{text:?}");
        };
        check("", &[]);
        check("a b", &["a b"]);
        check("a b c d", &["a b c d"]);
        check("a b c d e", &["a b c d", "c d e"]);
        check("a b c d e f g", &["a b c d", "c d e f", "e f g"]);
        check(" é, ü! ", &["é, ü!"]);
    }
}
