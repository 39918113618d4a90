//! [`ChunkError`]: text that is not the JSON it should be.

use serde_json::error::Category;

/// Text of the service that could not be read as what it had to be.
///
/// It tells what was expected, what was found and where, and never holds any of the text itself, which may be a
/// prompt or an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected {expected}, found {found} at line {line} column {column}")]
pub struct ChunkError {
    expected: &'static str,
    found: Found,
    line: usize,
    column: usize,
}

/// What was found instead.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Found {
    /// The text broke off: a stream was cut, or a proxy shortened the body.
    #[error("the end of the text")]
    End,
    /// Not JSON at all.
    #[error("text that is not JSON")]
    NotJson,
    /// JSON, but not an object.
    #[error("JSON of another kind")]
    OtherJson,
    /// More text after the JSON document; see `StreamEvent::parse_all`.
    #[error("a second document")]
    Trailing,
}

impl ChunkError {
    pub(crate) fn new(expected: &'static str, error: &serde_json::Error) -> Self {
        let found = match error.classify() {
            Category::Eof => Found::End,
            Category::Data => Found::OtherJson,
            Category::Syntax | Category::Io => Found::NotJson,
        };
        Self { expected, found, line: error.line(), column: error.column() }
    }

    pub(crate) fn trailing(expected: &'static str, error: &serde_json::Error) -> Self {
        Self { expected, found: Found::Trailing, line: error.line(), column: error.column() }
    }

    /// Text that has no place to point at.
    pub(crate) fn not_json(expected: &'static str) -> Self {
        Self { expected, found: Found::NotJson, line: 0, column: 0 }
    }

    /// The beginning of more text after the part `before`.
    pub(crate) fn more_after(expected: &'static str, before: &str) -> Self {
        Self { expected, found: Found::Trailing, line: 1, column: 1 }.after(before)
    }

    /// Moves the position by the text that came before the document.
    pub(crate) fn after(mut self, before: &str) -> Self {
        if self.line <= 1 {
            self.column += before.rsplit('\n').next().map_or(0, str::len);
        }
        self.line += before.bytes().filter(|byte| *byte == b'\n').count();
        self
    }

    /// What was found instead of the expected document.
    #[must_use]
    pub fn found(&self) -> Found {
        self.found
    }

    /// The line of the text, from 1; 0 when the position is not known.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in bytes, from 1; 0 when the position is not known.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}
