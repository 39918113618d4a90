//! A response body that leaves in prescribed steps: bytes, pauses, and endings that no client wants.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;

use crate::content::Content;
use crate::sabotage::{Deed, Sabotage};

/// One step of a body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Closes the connection, so that the body has no proper end.
    Break,
    /// Lets what was sent so far reach the socket before anything more is written.
    Flush,
    /// Waits.
    Pause(Duration),
    /// Sends bytes from the disk.
    Read(Content),
    /// Resets the connection.
    Reset,
    /// Sends bytes.
    Send(Bytes),
    /// Sends nothing before stalled answers are released.
    Stall,
}

impl Step {
    /// How many bytes it sends.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Read(content) => content.len(),
            Self::Send(bytes) => bytes.len() as u64,
            Self::Break | Self::Flush | Self::Pause(_) | Self::Reset | Self::Stall => 0,
        }
    }

    /// Takes the first bytes of it off, at most all of them.
    pub(crate) fn split_to(&mut self, size: u64) -> Self {
        match self {
            Self::Read(content) => Self::Read(content.split_to(size)),
            Self::Send(bytes) => {
                let size = usize::try_from(size).unwrap_or(usize::MAX).min(bytes.len());
                Self::Send(bytes.split_to(size))
            }
            Self::Break | Self::Flush | Self::Pause(_) | Self::Reset | Self::Stall => {
                Self::Send(Bytes::new())
            }
        }
    }
}

/// Waits until stalled answers are released, once.
#[derive(Clone, Debug)]
pub(crate) struct Held(watch::Receiver<()>);

impl Held {
    /// Waits for the next change of `released`.
    pub(crate) fn new(released: &watch::Sender<()>) -> Self {
        Self(released.subscribe())
    }

    /// Ends at the first release after this value was made.
    pub(crate) async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            // The emulator is gone, and nobody will release anything.
            std::future::pending::<()>().await;
        }
    }
}

/// The body that carries out the steps.
pub(crate) struct Script {
    steps: VecDeque<Step>,
    held: Held,
    sabotage: Sabotage,
    /// A pause or a stall that is under way.
    pause: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// A piece of a file that is being read.
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    length: Option<u64>,
    when_sent: Option<Box<dyn FnOnce() + Send>>,
}

impl Script {
    /// A body of known or unknown length; `when_sent` is called once its last step was handed out.
    pub(crate) fn new(
        steps: Vec<Step>,
        length: Option<u64>,
        held: Held,
        sabotage: Sabotage,
        when_sent: impl FnOnce() + Send + 'static,
    ) -> Self {
        let mut script = Self {
            steps: steps.into(),
            held,
            sabotage,
            pause: None,
            reading: None,
            length,
            when_sent: Some(Box::new(when_sent)),
        };
        script.note_progress();
        script
    }

    fn note_progress(&mut self) {
        if self.steps.is_empty()
            && let Some(when_sent) = self.when_sent.take()
        {
            when_sent();
        }
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            if let Some(reading) = &mut self.reading {
                let bytes = std::task::ready!(Pin::new(reading).poll(cx));
                self.reading = None;
                self.note_progress();
                // Neither the task nor the disk fails but with all of the machine.
                return Poll::Ready(Some(match bytes {
                    Ok(Ok(bytes)) => Ok(Frame::data(bytes)),
                    Ok(Err(_)) | Err(_) => Err(Broken),
                }));
            }
            match self.steps.pop_front() {
                Some(Step::Read(mut content)) => {
                    let piece = content.split_to(PIECE);
                    if content.len() > 0 {
                        self.steps.push_front(Step::Read(content));
                    }
                    self.reading = Some(spawn_blocking(move || piece.read()));
                }
                Some(Step::Send(bytes)) => {
                    self.note_progress();
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Step::Flush) => {
                    self.note_progress();
                    // The server writes to the socket when its body has nothing to give for now.
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Step::Pause(time)) => self.pause = Some(Box::pin(sleep(time))),
                Some(Step::Stall) => {
                    let mut held = self.held.clone();
                    self.pause = Some(Box::pin(async move { held.wait().await }));
                }
                Some(Step::Reset) => {
                    self.sabotage.set(Deed::Reset);
                    return Poll::Ready(Some(Err(Broken)));
                }
                Some(Step::Break) => return Poll::Ready(Some(Err(Broken))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("steps", &self.steps)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// The error by which a body makes the server close the connection.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
pub(crate) struct Broken;

/// How much of a file is in memory at a time.
const PIECE: u64 = 256 * 1024;
