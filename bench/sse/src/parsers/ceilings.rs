//! How fast line ends can be found: no parser that looks at every line can be faster for long.

use bytes::Bytes;

use crate::sink::Sink;

pub(super) fn memchr_line_feeds<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    for chunk in chunks.iter() {
        memchr::memchr_iter(b'\n', chunk)
            .for_each(|end| sink.data(chunk.get(..end).unwrap_or_default()));
    }
    sink
}

pub(super) fn memchr2_line_ends<S: Sink>(chunks: &mut Vec<Bytes>) -> S {
    let mut sink = S::default();
    for chunk in chunks.iter() {
        memchr::memchr2_iter(b'\n', b'\r', chunk)
            .for_each(|end| sink.data(chunk.get(..end).unwrap_or_default()));
    }
    sink
}
