//! What is done with the events: the same for every parser.

use std::hint::black_box;

/// A consumer of data.
pub trait Sink: Default {
    fn data(&mut self, data: &[u8]);
}

/// Reads every byte: whether a parser is right.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Checksum {
    pub events: u64,
    pub sum: u64,
}

impl Sink for Checksum {
    fn data(&mut self, data: &[u8]) {
        self.events += 1;
        for &byte in data {
            self.sum = self.sum.wrapping_mul(31).wrapping_add(byte.into());
        }
        // So that a moved event boundary shows.
        self.sum = self.sum.wrapping_mul(31).wrapping_add(data.len() as u64);
    }
}

/// Looks at the length and the first byte, which costs next to nothing: for the timed runs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Touch {
    pub events: u64,
    pub sum: u64,
}

impl Sink for Touch {
    #[inline]
    fn data(&mut self, data: &[u8]) {
        let data = black_box(data);
        self.events += 1;
        self.sum += data.len() as u64 + u64::from(data.first().copied().unwrap_or_default());
    }
}
