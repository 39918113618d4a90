//! The text of an owned event: a handle on its chunk with the feature `bytes`, a `String` without.

use alloc::string::String;
use core::ops::Range;

#[cfg(feature = "bytes")]
use bytes::Bytes;

/// Type and data of an event in one buffer, and where in it they are.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    #[cfg(feature = "bytes")]
    source: Bytes,
    #[cfg(not(feature = "bytes"))]
    source: String,
    kind: (usize, usize),
    data: (usize, usize),
}

impl Payload {
    pub(crate) fn copy(kind: &str, data: &str) -> Self {
        let mut text = String::with_capacity(data.len() + kind.len());
        text.push_str(data);
        text.push_str(kind);
        let (data, kind) = ((0, data.len()), (data.len(), text.len()));
        #[cfg(feature = "bytes")]
        let text = Bytes::from(text);
        Self { source: text, kind, data }
    }

    /// The type and the data at these places of `source`, whether they are text or not.
    #[cfg(feature = "stream")]
    #[inline]
    pub(crate) fn new(source: Bytes, kind: (usize, usize), data: (usize, usize)) -> Self {
        Self { source, kind, data }
    }

    /// `None` if the bytes are not text. Without unsafe code there is no way to know that they are but to look.
    #[inline]
    pub(crate) fn kind(&self) -> Option<&str> {
        self.text(self.kind)
    }

    /// The same for the data.
    #[inline]
    pub(crate) fn data(&self) -> Option<&str> {
        self.text(self.data)
    }

    #[cfg(feature = "stream")]
    pub(crate) fn kind_bytes(&self) -> &[u8] {
        self.source.get(range(self.kind)).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn data_bytes(&self) -> &[u8] {
        let (start, end) = self.data;
        let source: &[u8] = self.source.as_ref();
        source.get(start..end).unwrap_or_default()
    }

    #[cfg(feature = "bytes")]
    pub(crate) fn into_data_bytes(self) -> Bytes {
        self.source.slice(range(self.data))
    }

    /// The data alone, in the buffer they are in: they come first in it.
    #[cfg(not(feature = "bytes"))]
    pub(crate) fn into_data(mut self) -> String {
        self.source.truncate(self.data.1);
        self.source
    }

    #[cfg(feature = "bytes")]
    #[inline]
    fn text(&self, at: (usize, usize)) -> Option<&str> {
        crate::utf8::check(self.source.get(range(at)).unwrap_or_default())
    }

    #[cfg(not(feature = "bytes"))]
    fn text(&self, at: (usize, usize)) -> Option<&str> {
        self.source.get(range(at))
    }

    #[cfg(feature = "bytes")]
    pub(crate) fn compact(&mut self) {
        let kind = self.source.get(range(self.kind)).unwrap_or_default();
        let data = self.data_bytes();
        let (data_end, end) = (data.len(), data.len() + kind.len());
        self.source = [data, kind].concat().into();
        (self.data, self.kind) = ((0, data_end), (data_end, end));
    }

    #[cfg(not(feature = "bytes"))]
    pub(crate) fn compact(&mut self) {
        self.source.shrink_to_fit();
    }
}

#[inline]
fn range((start, end): (usize, usize)) -> Range<usize> {
    start..end
}
