//! A value that is being collected: a range of the chunk as long as possible, a reused buffer otherwise.

use alloc::vec::Vec;

/// Where a value is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Span {
    /// There is none.
    #[default]
    Absent,
    /// In the chunk at hand, from `start` to before `end`.
    Input { start: usize, end: usize },
    /// In the decoder's buffer.
    Buffer,
}

/// One value and the buffer it moves to when the chunk is not enough.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slot {
    span: Span,
    buffer: Vec<u8>,
}

impl Slot {
    #[inline]
    pub(crate) fn is_absent(&self) -> bool {
        self.span == Span::Absent
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        match self.span {
            Span::Absent => 0,
            Span::Input { start, end } => end - start,
            Span::Buffer => self.buffer.len(),
        }
    }

    /// Replaces the value by a range of the chunk at hand.
    #[inline]
    pub(crate) fn set(&mut self, start: usize, end: usize) {
        self.span = Span::Input { start, end };
    }

    /// Replaces the value by what is at a place.
    #[inline]
    pub(crate) fn put(&mut self, span: Span) {
        self.span = span;
    }

    /// Hands out the place of the value and forgets it; the buffer keeps its bytes until the next value needs it.
    #[inline]
    pub(crate) fn take(&mut self) -> Span {
        core::mem::take(&mut self.span)
    }

    /// Replaces the value by an empty one in the buffer.
    pub(crate) fn begin(&mut self) {
        self.clear_buffer();
        self.span = Span::Buffer;
    }

    /// Makes room for one more line: what is there moves to the buffer, followed by a LF.
    ///
    /// The standard appends the LF after every line and removes the last one at dispatch, which comes to the same.
    /// Returns how many bytes were copied.
    pub(crate) fn begin_line(&mut self, chunk: &[u8]) -> usize {
        if self.is_absent() {
            self.begin();
            return 0;
        }
        let copied = self.spill(chunk);
        self.buffer.push(b'\n');
        copied
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Moves a range of the chunk to the buffer, because the chunk is about to go. Returns how many bytes were copied.
    pub(crate) fn spill(&mut self, chunk: &[u8]) -> usize {
        let Span::Input { start, end } = self.span else { return 0 };
        self.begin();
        self.push(chunk.get(start..end).unwrap_or_default());
        end - start
    }

    pub(crate) fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    /// The buffer itself, for an owner who wants to keep the value without copying it.
    #[cfg(feature = "stream")]
    pub(crate) fn take_buffer(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.buffer)
    }

    fn clear_buffer(&mut self) {
        if self.buffer.capacity() > RETAINED {
            self.buffer = Vec::new();
        } else {
            self.buffer.clear();
        }
    }
}

/// A larger buffer is given back after use: one image in a stream of tokens must not hold megabytes for hours.
/// Filling a new one costs a few doublings, which is still linear in the size of the event.
const RETAINED: usize = 1 << 20;
