//! A count of the bytes that were searched or copied, for the test that shows linear time by counting instead of timing.

/// In a test build the count, in every other build nothing.
#[derive(Debug, Default)]
pub(crate) struct Work {
    #[cfg(test)]
    pub(crate) bytes: usize,
}

impl Work {
    #[cfg(test)]
    pub(crate) fn count(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    #[cfg(not(test))]
    #[inline]
    pub(crate) fn count(&mut self, _bytes: usize) {}
}
