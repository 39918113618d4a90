//! Bytes that were uploaded, in memory while they are few and on disk beyond that.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// A run of bytes; clones share them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Content {
    source: Source,
    range: Range<u64>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Source {
    Disk(Disk),
    Memory(Bytes),
}

/// A file without a name, which is gone once nobody holds it any more.
#[derive(Clone, Debug)]
pub(crate) struct Disk(Arc<Mutex<File>>);

impl Content {
    /// Bytes in memory.
    pub(crate) fn in_memory(bytes: Bytes) -> Self {
        Self { range: 0..bytes.len() as u64, source: Source::Memory(bytes) }
    }

    /// The first `length` bytes of a file.
    pub(crate) fn on_disk(disk: Disk, length: u64) -> Self {
        Self { source: Source::Disk(disk), range: 0..length }
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// A part of it; what reaches beyond the end is left out.
    pub(crate) fn slice(&self, part: Range<u64>) -> Self {
        let at = |place: u64| self.range.start.saturating_add(place).min(self.range.end);
        let (start, end) = (at(part.start), at(part.end));
        Self { source: self.source.clone(), range: start..end.max(start) }
    }

    /// Takes the first bytes off, at most all of them.
    pub(crate) fn split_to(&mut self, length: u64) -> Self {
        let first = self.slice(0..length);
        self.range.start = first.range.end;
        first
    }

    /// The bytes, if they are in memory.
    pub(crate) fn held(&self) -> Option<Bytes> {
        match &self.source {
            Source::Disk(_) => None,
            Source::Memory(bytes) => {
                let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
                Some(bytes.slice(at(self.range.start)..at(self.range.end)))
            }
        }
    }

    /// All of the bytes, from the disk if they are there; it blocks, and is for short contents.
    pub(crate) fn read(&self) -> io::Result<Bytes> {
        match &self.source {
            Source::Disk(disk) => disk.read(&self.range),
            Source::Memory(_) => Ok(self.held().unwrap_or_default()),
        }
    }
}

impl Disk {
    /// A new file in the folder for temporary files.
    pub(crate) fn create() -> io::Result<Self> {
        Ok(Self(Arc::new(Mutex::new(tempfile::tempfile()?))))
    }

    /// Does something to the file, which no other holder touches meanwhile.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read(&self, range: &Range<u64>) -> io::Result<Bytes> {
        let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.with(|file| {
            file.seek(SeekFrom::Start(range.start))?;
            file.read_exact(&mut bytes)
        })?;
        Ok(bytes.into())
    }
}

impl PartialEq for Disk {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Disk {}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn check(content: &Content) {
        assert_eq!(content.len(), 6);
        assert_eq!(content.read().unwrap(), "abcdef");
        assert_eq!(content.slice(1..3).slice(1..9).read().unwrap(), "c");
        assert_eq!(content.slice(2..2).len(), 0);
        assert_eq!(content.slice(9..12).read().unwrap(), "");
        let mut rest = content.clone();
        assert_eq!(rest.split_to(4).read().unwrap(), "abcd");
        assert_eq!(rest.split_to(4).read().unwrap(), "ef");
        assert_eq!(rest.len(), 0);
    }

    #[test]
    fn parts_are_alike_in_memory_and_on_disk() {
        check(&Content::in_memory(Bytes::from_static(b"abcdef")));
        let disk = Disk::create().unwrap();
        disk.with(|file| file.write_all(b"abcdefgh")).unwrap();
        check(&Content::on_disk(disk.clone(), 6));
        let missing = Content::on_disk(disk, 9).read();
        assert_eq!(missing.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
