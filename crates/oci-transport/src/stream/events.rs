//! The events of a body, and how long each is waited for. Works on any body, so that it is tested without a network.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use oci_sse::{BodyChunks, Location, SseStream, StreamError};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::body::cut;
use crate::call::Deadline;
use crate::connect::BoxError;
use crate::error::{Error, ErrorKind, Timeout};

/// Where the answer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// The answer is still coming.
    Open,
    /// The answer is complete, except perhaps for its token counts.
    Finished {
        /// Whether they have come, or were not asked for.
        has_counts: bool,
    },
    /// `[DONE]` came. The rest of the body is read so that the connection can serve another request.
    Done,
    /// Nothing more is read.
    Over,
}

impl Phase {
    /// The answer is complete. `has_counts` says that its token counts are there, or were not asked for.
    pub(super) fn finish(&mut self, has_counts: bool) {
        if matches!(self, Self::Open | Self::Finished { .. }) {
            *self = Self::Finished { has_counts };
        }
    }
}

/// The events of one answer. What decodes them borrows `sse` and changes `phase` at the same time.
pub(super) struct Events<B> {
    pub(super) sse: SseStream<BodyChunks<B>>,
    pub(super) phase: Phase,
    deadline: Deadline,
    timer: Option<Pin<Box<Sleep>>>,
    /// When the present wait ends, and which deadline that is; `None` before the wait has begun.
    wait: Option<(Instant, Timeout)>,
}

impl<B> Events<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(body: B, deadline: Deadline) -> Self {
        let sse = SseStream::new(BodyChunks::new(body));
        Self { sse, phase: Phase::Open, deadline, timer: None, wait: None }
    }

    pub(super) fn unknown_lines(&self) -> u64 {
        self.sse.decoder().unknown_lines()
    }

    /// The location of the next event that has data and is not `[DONE]`; `None` when the answer is complete.
    pub(super) fn poll_location(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Location, Error>>> {
        loop {
            if self.phase == Phase::Over {
                return Poll::Ready(None);
            }
            let location = match Pin::new(&mut self.sse).poll_location(cx) {
                Poll::Pending => match self.poll_timer(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(which) => {
                        let deadline = self.deadline;
                        return self.over(|| deadline.passed(which));
                    }
                },
                Poll::Ready(Some(Ok(location))) => location,
                Poll::Ready(Some(Err(StreamError::Transport(source)))) => {
                    return self.over(|| cut(source.into()));
                }
                Poll::Ready(None) => return self.over(ended_early),
                Poll::Ready(Some(Err(error))) => {
                    self.phase = Phase::Over;
                    let message = "an event of the stream is larger than this client takes";
                    let too_large = Error::new(ErrorKind::TooLarge, message);
                    return Poll::Ready(Some(Err(match error {
                        StreamError::Event(source) => too_large.with_source(source),
                        _ => too_large,
                    })));
                }
            };
            self.wait = None;
            let data = self.sse.resolve(location).data().trim_ascii_start();
            if data.starts_with(DONE) {
                self.phase = Phase::Done;
            }
            // Empty data is a heartbeat of some proxies; after `[DONE]` nothing belongs to the answer.
            if !data.is_empty() && self.phase != Phase::Done {
                return Poll::Ready(Some(Ok(location)));
            }
        }
    }

    /// Nothing more will come: a failure if the answer is not complete, else its end.
    fn over<T>(&mut self, failure: impl FnOnce() -> Error) -> Poll<Option<Result<T, Error>>> {
        let complete = self.phase != Phase::Open;
        self.phase = Phase::Over;
        Poll::Ready(if complete { None } else { Some(Err(failure())) })
    }

    /// Ready when the present wait has lasted as long as it may, with the deadline that has passed.
    ///
    /// The time counts only while the caller waits: while nobody polls, nobody is there to be woken at the deadline, and a poll
    /// that comes late finds out by that and starts the wait afresh. The deadline of the whole call counts always.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Timeout> {
        let now = Instant::now();
        let (end, which) = match self.wait {
            Some((end, which)) if now <= end + LATE || which == Timeout::Total => (end, which),
            _ => *self.wait.insert(self.next_wait(now)),
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        // A timer that was set for an earlier wait is not set anew for each event: it wakes too soon, once, and then is.
        if timer.deadline() > end {
            timer.as_mut().reset(end);
        }
        ready!(timer.as_mut().poll(cx));
        if timer.deadline() < end {
            timer.as_mut().reset(end);
            ready!(timer.as_mut().poll(cx));
        }
        Poll::Ready(which)
    }

    /// When a wait that begins now ends, and which deadline that is.
    fn next_wait(&self, now: Instant) -> (Instant, Timeout) {
        let after_finish = self.deadline.deadlines.after_finish;
        match self.phase {
            Phase::Open | Phase::Over => self.deadline.of(Timeout::Idle, now),
            Phase::Finished { has_counts: false } => (now + after_finish, Timeout::Idle),
            Phase::Finished { has_counts: true } | Phase::Done => {
                (now + DRAIN.min(after_finish), Timeout::Idle)
            }
        }
    }
}

fn ended_early() -> Error {
    Error::new(
        ErrorKind::Truncated,
        "the stream ended before the answer was complete, without its finish reason",
    )
}

/// How the service says that nothing follows.
pub(super) const DONE: &str = "[DONE]";

/// How long the end of the body is waited for when nothing else is to come: it is on its way, and a connection that is read to its
/// end serves the next request. A service that holds the connection open costs a quarter of a second, no more.
pub(super) const DRAIN: Duration = Duration::from_millis(250);

/// A timer wakes its task within a few milliseconds; a poll this late was not the timer's.
const LATE: Duration = Duration::from_secs(1);
