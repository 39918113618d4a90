//! Damage below HTTP, which the connection does to what the HTTP library wants to send.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What is to be done to a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Deed {
    /// Nothing.
    None,
    /// Nothing more is written, since the damage is done.
    Close,
    /// Something else is written in place of the next answer, then nothing.
    GarbageHead,
    /// Half of the next head is written, then nothing.
    HalfHead,
    /// The connection ends with a reset in place of a proper end.
    Reset,
}

/// A deed that a request asks of its connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sabotage(Arc<AtomicU8>);

impl Sabotage {
    pub(crate) fn set(&self, deed: Deed) {
        self.0.store(deed as u8, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> Deed {
        let number = self.0.load(Ordering::Relaxed);
        let deeds = [Deed::Close, Deed::GarbageHead, Deed::HalfHead, Deed::Reset];
        deeds.into_iter().find(|deed| *deed as u8 == number).unwrap_or(Deed::None)
    }
}

/// What is written of `bytes`, which begin with a head; `None` where all of it is.
pub(crate) fn damaged(deed: Deed, bytes: &[u8]) -> Option<&[u8]> {
    match deed {
        Deed::None | Deed::Reset => None,
        Deed::Close => Some(&[]),
        Deed::GarbageHead => Some(GARBAGE),
        Deed::HalfHead => {
            let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
            bytes.get(..end.unwrap_or(bytes.len()) / 2)
        }
    }
}

/// The beginning of an SSH session, for instance.
const GARBAGE: &[u8] = b"SSH-2.0-OpenSSH_9.6\r\n\x00\xff\xfe no such protocol here\r\n";
