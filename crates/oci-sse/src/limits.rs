//! How much one line and one event may hold.

/// How much one line and one event may hold, in bytes as received.
///
/// The limits do not depend on how the stream is cut into chunks.
/// An event that arrives complete in one chunk is measured like one that trickles in.
/// Comments and lines that the standard ignores are never stored, so they have no limit.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Limits {
    pub(crate) line: usize,
    pub(crate) event: usize,
}

impl Limits {
    /// 16 MiB for a line and for an event: enough for the images that models and MCP servers send in one line.
    pub const DEFAULT: Self = Self { line: DEFAULT_BYTES, event: DEFAULT_BYTES };

    /// The default limits.
    pub const fn new() -> Self {
        Self::DEFAULT
    }

    /// Limits one `data`, `event`, `id` or `retry` line: its name, colon and value, without the terminator.
    ///
    /// Too small a value loses events, too large a one lets a hostile server fill the memory up to it.
    #[must_use]
    pub const fn with_line_bytes(mut self, bytes: usize) -> Self {
        self.line = bytes;
        self
    }

    /// Limits what is held for one event: its data with the line feeds between the lines, its type and its id.
    ///
    /// Too small a value loses events, too large a one lets a hostile server fill the memory up to it.
    #[must_use]
    pub const fn with_event_bytes(mut self, bytes: usize) -> Self {
        self.event = bytes;
        self
    }

    /// The limit of one line, in bytes.
    pub const fn line_bytes(&self) -> usize {
        self.line
    }

    /// The limit of one event, in bytes.
    pub const fn event_bytes(&self) -> usize {
        self.event
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const DEFAULT_BYTES: usize = 16 << 20;
