//! When a stream ends, and what each of its events means. Works on any body, so that it is tested without a network.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use oci_sse::{BodyChunks, Location, SseStream, StreamError};
use oci_wire::chat::{ChatChunk, StreamEvent};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::attempt::cut;
use crate::connect::BoxError;
use crate::deadlines::Deadlines;
use crate::error::{Error, ErrorKind, Timeout};

/// The chunks of one answer's body.
pub(super) struct Chunks<B> {
    events: SseStream<BodyChunks<B>>,
    phase: Phase,
    deadlines: Deadlines,
    /// How many choices were asked for, and the indices of those whose finish reason has come.
    choices: u32,
    finished: Vec<u32>,
    /// An event whose data holds more documents, and where the next one begins.
    more: Option<(Location, usize)>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether the timer runs for the present wait.
    armed: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Choices are still being answered.
    Open,
    /// Each choice has its finish reason; the usage may follow.
    Finished,
    /// `[DONE]` came. The rest of the body is read so that the connection can serve another request.
    Done,
    /// Nothing more comes.
    Over,
}

/// An event to decode and where in its data to begin.
#[derive(Clone, Copy)]
pub(super) struct Place {
    location: Location,
    offset: usize,
}

impl<B> Chunks<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(body: B, deadlines: Deadlines, choices: u32) -> Self {
        Self {
            events: SseStream::new(BodyChunks::new(body)),
            phase: Phase::Open,
            deadlines,
            choices,
            finished: Vec::new(),
            more: None,
            timer: None,
            armed: false,
        }
    }

    pub(super) fn unknown_lines(&self) -> u64 {
        self.events.decoder().unknown_lines()
    }

    /// The place of the next chunk. It is to be [decoded](Self::decode) before this is called again.
    ///
    /// Two steps, because a loop that skips events cannot lend one of them.
    pub(super) fn poll_location(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Place, Error>>> {
        loop {
            if self.phase == Phase::Over {
                return Poll::Ready(None);
            }
            let (location, offset) = match self.more.take() {
                Some(more) => more,
                None => match Pin::new(&mut self.events).poll_location(cx) {
                    Poll::Pending => match self.poll_timer(cx) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(limit) => return self.over(|| idle(limit)),
                    },
                    Poll::Ready(Some(Ok(location))) => (location, 0),
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
                },
            };
            self.armed = false;
            let event = self.events.resolve(location);
            let data = event.data().get(offset..).unwrap_or_default().trim_ascii_start();
            if data.starts_with(DONE) {
                self.phase = Phase::Done;
            }
            // Empty data is a heartbeat of some proxies; after `[DONE]` nothing belongs to the answer.
            if data.is_empty() || self.phase == Phase::Done {
                continue;
            }
            return Poll::Ready(Some(Ok(Place { location, offset })));
        }
    }

    /// Reads the chunk at a place and notes what it says about the end of the answer.
    pub(super) fn decode(&mut self, place: Place) -> Result<ChatChunk<'_>, Error> {
        let data = self.events.resolve(place.location).data();
        let document = data.get(place.offset..).unwrap_or_default();
        let mut documents = StreamEvent::parse_all(document);
        let raw = |error: Error| error.with_raw_body(Bytes::copy_from_slice(document.as_bytes()));
        match documents.next() {
            Some(Ok(StreamEvent::Chunk(chunk))) => {
                let rest = documents.rest();
                if !rest.trim_ascii().is_empty() {
                    self.more = Some((place.location, data.len() - rest.len()));
                }
                for choice in chunk.choices().filter(|choice| choice.finish_reason.is_some()) {
                    if !self.finished.contains(&choice.index) {
                        self.finished.push(choice.index);
                    }
                }
                if self.phase == Phase::Open && self.finished.len() >= self.choices.max(1) as usize
                {
                    self.phase = Phase::Finished;
                }
                Ok(chunk)
            }
            Some(Ok(StreamEvent::Error(body))) => {
                self.phase = Phase::Over;
                Err(Error::in_stream(&body, document))
            }
            Some(Err(source)) => {
                self.phase = Phase::Over;
                let message =
                    format!("an event of the stream cannot be read, {} bytes", document.len());
                Err(raw(Error::new(ErrorKind::Malformed, message).with_source(source)))
            }
            // `poll_location` takes blank events and `[DONE]` out.
            Some(Ok(StreamEvent::Done)) | None => {
                self.phase = Phase::Over;
                Err(raw(Error::new(ErrorKind::Malformed, "an event of the stream holds no chunk")))
            }
        }
    }

    /// Nothing more will come: a failure if the answer is not complete, else its end.
    fn over<T>(&mut self, failure: impl FnOnce() -> Error) -> Poll<Option<Result<T, Error>>> {
        let complete = self.phase != Phase::Open;
        self.phase = Phase::Over;
        Poll::Ready(if complete { None } else { Some(Err(failure())) })
    }

    /// Ready when the present wait has lasted as long as it may.
    ///
    /// The time counts only while the caller waits: while nobody polls, nobody is there to be woken at the deadline, and a poll
    /// that comes late finds out by that and starts the wait afresh.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Duration> {
        let limit = match self.phase {
            Phase::Open | Phase::Over => self.deadlines.idle,
            Phase::Finished => self.deadlines.after_finish,
            Phase::Done => DRAIN.min(self.deadlines.after_finish),
        };
        let now = Instant::now();
        let deadline = now + limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if !self.armed || now > timer.deadline() + LATE {
            timer.as_mut().reset(deadline);
            self.armed = true;
        }
        timer.as_mut().poll(cx).map(|()| limit)
    }
}

fn idle(limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout(Timeout::Idle), format!("nothing received for {limit:?}"))
}

fn ended_early() -> Error {
    Error::new(
        ErrorKind::Truncated,
        "the stream ended before the answer was complete, without finish reason and [DONE]",
    )
}

/// How the service says that nothing follows.
const DONE: &str = "[DONE]";

/// How long the end of the body is waited for after `[DONE]`: it is on its way, and a connection that is read to its end serves
/// the next request. A service that holds the connection open costs a quarter of a second, no more.
const DRAIN: Duration = Duration::from_millis(250);

/// A timer wakes its task within a few milliseconds; a poll this late was not the timer's.
const LATE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
