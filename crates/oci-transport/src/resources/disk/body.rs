//! The body of one attempt, read while it is sent.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use ring::digest::{Context, SHA256};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::{Measured, UnreadFile, UploadStep, blocks, open};
use crate::connect::BoxError;
use crate::service::Body;

impl Measured {
    /// The body of one attempt. The file is opened again, and read by a thread of its own, a few blocks ahead of the connection.
    ///
    /// Its last piece is held back until all that was read has the digest that was signed. So what is sent is either the file that
    /// was hashed, or no whole request.
    pub(crate) fn body(self: Arc<Self>, tracker: Arc<Tracker>) -> Body {
        let (sender, blocks) = channel(AHEAD);
        let reader = Arc::clone(&self);
        // Nobody waits for it: it ends when the body is dropped, or has been read.
        drop(spawn_blocking(move || reader.read(&sender)));
        let left = self.total();
        Body::new(FileBody { measured: self, blocks, left, tracker })
    }

    fn read(&self, sender: &Sender<Result<Bytes, UnreadFile>>) {
        // A body that was dropped wants nothing more, and nobody is left to be told.
        if let Err(unread) = self.read_into(sender) {
            drop(sender.blocking_send(Err(unread)));
        }
    }

    fn read_into(&self, sender: &Sender<Result<Bytes, UnreadFile>>) -> Result<(), UnreadFile> {
        let mut hashed = Context::new(&SHA256);
        let mut send = |piece: Bytes| {
            hashed.update(&piece);
            sender.blocking_send(Ok(piece)).is_ok()
        };
        if !send(self.head.clone()) {
            return Ok(());
        }
        let (file, length) = open(&self.path)?;
        if length != self.length {
            return Err(UnreadFile::Changed);
        }
        blocks(&file, &self.path, length, send)?;
        hashed.update(&self.end);
        if hashed.finish().as_ref() != self.sha256 {
            return Err(UnreadFile::Changed);
        }
        drop(sender.blocking_send(Ok(self.end.clone())));
        Ok(())
    }
}

struct FileBody {
    measured: Arc<Measured>,
    blocks: Receiver<Result<Bytes, UnreadFile>>,
    /// How many bytes are still to come.
    left: u64,
    tracker: Arc<Tracker>,
}

impl http_body::Body for FileBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let Some(block) = ready!(self.blocks.poll_recv(cx)) else {
            let source = std::io::Error::other("the thread that reads it ended");
            let path = self.measured.path.clone();
            return Poll::Ready(Some(Err(UnreadFile::Io { path, source }.into())));
        };
        Poll::Ready(Some(match block {
            Ok(block) => {
                self.left = self.left.saturating_sub(block.len() as u64);
                self.tracker.sent(self.left == 0);
                self.measured.tell(UploadStep::Sending, self.measured.total() - self.left);
                Ok(Frame::data(block))
            }
            Err(unread) => Err(unread.into()),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// When the connection last took a piece of a body, so that sending is given up when it stands still and not because it is long.
#[derive(Debug)]
pub(crate) struct Tracker(Mutex<(Instant, bool)>);

impl Tracker {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new((Instant::now(), false))))
    }

    fn sent(&self, is_all: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), is_all);
    }

    /// When the last piece was taken, and whether it was the last of all.
    pub(crate) fn last(&self) -> (Instant, bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many blocks are read ahead.
const AHEAD: usize = 4;
