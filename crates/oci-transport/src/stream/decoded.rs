//! Streams of other dialects as chunks of chat completions: their decoders say zero or more chunks per event.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Body;
use oci_wire::chat::{ChatChunk, ChunkError, StreamEvent};
use oci_wire::error::ErrorBody;
use oci_wire::native::ChatDecoder;
use oci_wire::responses::{Response, ResponsesDecoder};

use super::chunks::unreadable;
use super::events::{Events, Phase};
use crate::call::Deadline;
use crate::connect::BoxError;
use crate::error::Error;

/// A decoder of a dialect whose events become chunks.
pub(super) trait Dialect {
    /// Reads one event.
    fn push(&mut self, name: &str, data: &str, sink: &mut Sink<'_>) -> Result<(), ChunkError>;

    /// Whether the answer is complete, and whether its token counts are there or not to come.
    fn end(&self) -> Option<bool>;
}

/// Takes what an event says.
pub(super) type Sink<'s> = dyn FnMut(Result<ChatChunk<'static>, ErrorBody>) + 's;

/// The chunks of one answer.
pub(super) struct Decoded<B, D> {
    events: Events<B>,
    dialect: D,
    ready: VecDeque<Result<ChatChunk<'static>, Error>>,
}

impl<B, D> Decoded<B, D>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
    D: Dialect,
{
    pub(super) fn new(body: B, deadline: Deadline, dialect: D) -> Self {
        Self { events: Events::new(body, deadline), dialect, ready: VecDeque::new() }
    }

    pub(super) fn unknown_lines(&self) -> u64 {
        self.events.unknown_lines()
    }

    pub(super) fn dialect(&self) -> &D {
        &self.dialect
    }

    /// The next chunk; `None` when the answer is complete.
    pub(super) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<ChatChunk<'static>, Error>>> {
        loop {
            match self.ready.pop_front() {
                Some(Err(error)) => {
                    self.ready.clear();
                    self.events.phase = Phase::Over;
                    return Poll::Ready(Some(Err(error)));
                }
                Some(chunk) => return Poll::Ready(Some(chunk)),
                None => {}
            }
            let location = match ready!(self.events.poll_location(cx)) {
                Some(Ok(location)) => location,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            let event = self.events.sse.resolve(location);
            let data = event.data();
            let ready = &mut self.ready;
            let read = self.dialect.push(event.event(), data, &mut |said| {
                ready.push_back(said.map_err(|body| Error::in_stream(&body, data)));
            });
            if let Err(source) = read {
                let raw = Bytes::copy_from_slice(data.as_bytes());
                ready.push_back(Err(unreadable(data).with_source(source).with_raw_body(raw)));
            }
            if let Some(has_counts) = self.dialect.end() {
                self.events.phase.finish(has_counts);
            }
        }
    }
}

/// A native stream of any format.
#[derive(Debug)]
pub(super) struct Native {
    pub(super) decoder: ChatDecoder,
    pub(super) wants_usage: bool,
}

impl Dialect for Native {
    fn push(&mut self, name: &str, data: &str, sink: &mut Sink<'_>) -> Result<(), ChunkError> {
        self.decoder.push(name, data, &mut |event| match event {
            StreamEvent::Chunk(chunk) => sink(Ok(chunk.into_owned())),
            StreamEvent::Error(body) => sink(Err(body)),
            StreamEvent::Done => {}
        })
    }

    fn end(&self) -> Option<bool> {
        let answer = &self.decoder;
        answer
            .is_answered()
            .then(|| !self.wants_usage || answer.is_done() || answer.answer().usage().is_some())
    }
}

/// The events of the Responses API.
#[derive(Debug, Default)]
pub(super) struct Responses {
    decoder: ResponsesDecoder,
    is_finished: bool,
    /// The whole answer, once it is complete.
    pub(super) response: Option<Response>,
}

impl Dialect for Responses {
    fn push(&mut self, name: &str, data: &str, sink: &mut Sink<'_>) -> Result<(), ChunkError> {
        self.decoder.push_chunks(Some(name), data, |chunk| sink(Ok(chunk.into_owned())))?;
        if let Some(error) = self.decoder.error() {
            sink(Err(error.clone()));
        }
        if self.decoder.is_finished() {
            self.is_finished = true;
            self.response = std::mem::take(&mut self.decoder).finish().ok();
        }
        Ok(())
    }

    fn end(&self) -> Option<bool> {
        self.is_finished.then_some(true)
    }
}

#[cfg(test)]
mod tests;
