//! A streamed answer on its way to the client: everything that is there goes out in one write.
//!
//! A write and a wake-up for every event cost ten times what translating the event does. So each poll takes all events that the
//! service has sent so far, and hands them over as one piece. hyper hands over one piece of a body at a time, each after another turn
//! of the task that reads the connection; so before a write this task lets that one have its turn, and looks again.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use oci_sse::Encoder;
use tokio::time::{Instant, Sleep, sleep, timeout};

use crate::failure::{Cause, Failure};
use crate::record::Record;
use http::StatusCode;

/// Where events come from, already in the form that the client reads.
pub(crate) trait Source: Send {
    /// Writes the next event, if there is one.
    fn poll_fill(&mut self, cx: &mut Context<'_>, output: &mut Encoder) -> Poll<Step>;

    /// Writes what tells the client that the answer is not complete.
    fn fail(&mut self, failure: &Failure, output: &mut Encoder);

    /// Notes what the stream has told about itself, when it is over.
    fn note(&self, record: &mut Record);
}

/// What a [`Source`] has done.
#[derive(Debug)]
pub(crate) enum Step {
    /// An event was taken in; it may have added nothing to the output.
    Event,
    /// The answer is complete, and so is the output.
    End,
    /// Nothing more comes, and the answer is not complete.
    Failed(Failure),
}

/// A future that is ready when streams must end because the gateway does.
pub(crate) type Closing = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The body of a streamed answer.
///
/// Dropping it drops the source, which cancels the call of the service.
pub(crate) struct EventStream {
    source: Box<dyn Source>,
    output: Encoder,
    is_over: bool,
    /// Whether anything was written since the timer was set.
    is_busy: bool,
    /// How often the reader of the connection could have had a turn since the last event came.
    waited: u8,
    timer: Pin<Box<Sleep>>,
    closing: Closing,
    record: Record,
}

impl EventStream {
    /// Waits a little for the first event, so that a stream that fails at once is a failed call: it has a status, and another
    /// deployment may take it.
    pub(crate) async fn first(
        source: &mut dyn Source,
        output: &mut Encoder,
    ) -> Result<First, Failure> {
        let first = std::future::poll_fn(|cx| source.poll_fill(cx, output));
        match timeout(FIRST_EVENT, first).await {
            // A model that thinks for long; the headers go out, so that nobody in between loses patience.
            Err(_) => Ok(First::Later),
            Ok(Step::Event) => Ok(First::Event),
            Ok(Step::End) => Ok(First::End),
            Ok(Step::Failed(failure)) => Err(failure),
        }
    }

    pub(crate) fn new(
        source: Box<dyn Source>,
        output: Encoder,
        first: First,
        closing: Closing,
        record: Record,
    ) -> Self {
        let mut stream = Self {
            source,
            output,
            is_over: false,
            is_busy: false,
            // The first event is here, and somebody waits for it.
            waited: TURNS,
            timer: Box::pin(sleep(KEEP_ALIVE)),
            closing,
            record,
        };
        if first == First::End {
            stream.over();
        }
        stream
    }

    /// The next piece of the body.
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        while !self.is_over && self.output.as_bytes().len() < LARGEST_WRITE {
            match self.source.poll_fill(cx, &mut self.output) {
                Poll::Pending => break,
                Poll::Ready(Step::Event) => self.waited = 0,
                Poll::Ready(Step::End) => self.over(),
                Poll::Ready(Step::Failed(failure)) => self.failed(&failure),
            }
        }
        if !self.is_over && self.closing.as_mut().poll(cx).is_ready() {
            self.failed(&shutting_down());
        }
        if !self.is_over && self.output.as_bytes().is_empty() {
            self.keep_alive(cx);
        }
        let is_full = self.output.as_bytes().len() >= LARGEST_WRITE;
        if !self.is_over && !is_full && self.waited < TURNS {
            self.waited += 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !self.output.as_bytes().is_empty() {
            self.is_busy = true;
            self.record.first_byte();
            return Poll::Ready(Some(Bytes::from(self.output.take())));
        }
        if self.is_over { Poll::Ready(None) } else { Poll::Pending }
    }

    /// Writes a comment when nothing else was written for a while.
    ///
    /// The timer is not set anew for every event, which would cost more than the event: it looks back when it fires.
    fn keep_alive(&mut self, cx: &mut Context<'_>) {
        while self.timer.as_mut().poll(cx).is_ready() {
            if !std::mem::take(&mut self.is_busy) {
                self.output.comment("keep-alive").end();
            }
            self.timer.as_mut().reset(Instant::now() + KEEP_ALIVE);
        }
    }

    fn over(&mut self) {
        self.is_over = true;
        self.source.note(&mut self.record);
        self.record.complete();
    }

    fn failed(&mut self, failure: &Failure) {
        self.is_over = true;
        self.source.note(&mut self.record);
        self.source.fail(failure, &mut self.output);
        self.record.failed(failure);
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        if !self.is_over {
            // The client has left; what it has received was counted all the same.
            self.source.note(&mut self.record);
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("is_over", &self.is_over).finish_non_exhaustive()
    }
}

/// How a stream began.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum First {
    Event,
    End,
    Later,
}

fn shutting_down() -> Failure {
    Failure {
        cause: Cause::Unavailable,
        ..Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "shutting_down",
            "the gateway is shutting down, the answer is not complete",
        )
    }
}

/// Longer than a network needs, shorter than the 60 s after which load balancers close a silent connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Most failures come within a second; no proxy gives up on headers before 30.
const FIRST_EVENT: Duration = Duration::from_secs(10);

/// hyper looks at a body twice in a turn of its own, so that the reader has had one only after the second look.
const TURNS: u8 = 2;

/// What one write carries at most, so that a client that does not read holds no more than this.
const LARGEST_WRITE: usize = 32 * 1024;

#[cfg(test)]
mod tests;
