//! A streamed answer of the Responses API, event by event.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use oci_sse::Location;
use oci_wire::responses::{Event, Response, ResponsesDecoder};

use super::About;
use super::chunks::unreadable;
use super::events::{Events, Phase};
use crate::attempt::Opened;
use crate::error::Error;
use crate::service::Body;

/// The events of a streamed response: [`next`](Self::next) lends each without copying its text, the [`Stream`] implementation
/// yields owned ones.
///
/// It ends after the event that says how the response ended: completed, incomplete, failed, or an error. The last two are events
/// here, not errors; [`response`](Self::response) has the status. An end of the body before that is the error
/// [`Truncated`](crate::ErrorKind::Truncated).
///
/// Dropping it closes the connection; a response that was asked for with `background` goes on.
pub struct ResponseStream {
    events: Events<Body>,
    decoder: ResponsesDecoder,
    response: Option<Response>,
    /// Further events of data that held several.
    queue: VecDeque<Result<Event<'static>, Error>>,
    about: About,
}

/// Where the next event is.
enum Place {
    At(Location),
    Decoded(Box<Event<'static>>),
}

impl ResponseStream {
    pub(crate) fn new(opened: Box<Opened>) -> Self {
        let (body, deadline, about) = About::split(opened);
        Self {
            events: Events::new(body, deadline),
            decoder: ResponsesDecoder::new(),
            response: None,
            queue: VecDeque::new(),
            about,
        }
    }

    /// The next event, borrowed from the bytes that were received; `None` when the response has ended.
    ///
    /// # Errors
    /// [`Error`], after which the stream is over.
    pub async fn next(&mut self) -> Option<Result<Event<'_>, Error>> {
        let place = std::future::poll_fn(|cx| self.poll_place(cx)).await?;
        Some(place.and_then(|place| self.decode(place)))
    }

    /// The whole response, once it has ended; what was streamed of its output is in it even if the last event left it out.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.response.as_ref()
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        self.about.opc_request_id.as_deref()
    }

    fn poll_place(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Place, Error>>> {
        let found = match self.queue.pop_front() {
            Some(event) => Some(event.map(|event| Place::Decoded(Box::new(event)))),
            None => ready!(self.events.poll_location(cx)).map(|found| found.map(Place::At)),
        };
        Poll::Ready(found.map(|found| {
            found.map_err(|error| {
                self.events.phase = Phase::Over;
                self.about.complete(error)
            })
        }))
    }

    fn decode(&mut self, place: Place) -> Result<Event<'_>, Error> {
        let location = match place {
            Place::At(location) => location,
            Place::Decoded(event) => return Ok(*event),
        };
        let event = self.events.sse.resolve(location);
        let data = event.data();
        let mut first = None;
        let queue = &mut self.queue;
        let read = self.decoder.push(Some(event.event()), data, |event| match first {
            None => first = Some(event),
            Some(_) => queue.push_back(Ok(event.into_owned())),
        });
        if self.decoder.is_finished() {
            self.events.phase.finish(true);
            self.response = std::mem::take(&mut self.decoder).finish().ok();
            if let Some(usage) = self.response.as_ref().and_then(|response| response.usage.as_ref())
            {
                self.about.trace.record_counts(usage.input_tokens, usage.output_tokens);
            }
        }
        let failure = match (read, &first) {
            (Ok(()), Some(_)) => None,
            (read, _) => {
                let raw = Bytes::copy_from_slice(data.as_bytes());
                let error = unreadable(data).with_raw_body(raw);
                Some(match read {
                    Ok(()) => error,
                    Err(source) => error.with_source(source),
                })
            }
        };
        match (first, failure) {
            (Some(first), failure) => {
                queue.extend(failure.map(Err));
                Ok(first)
            }
            (None, failure) => {
                self.events.phase = Phase::Over;
                Err(self.about.complete(failure.unwrap_or_else(|| unreadable(data))))
            }
        }
    }
}

impl Stream for ResponseStream {
    type Item = Result<Event<'static>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let place = ready!(this.poll_place(cx));
        Poll::Ready(
            place.map(|place| place.and_then(|place| this.decode(place).map(Event::into_owned))),
        )
    }
}

impl fmt::Debug for ResponseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStream")
            .field("opc_request_id", &self.about.opc_request_id)
            .finish_non_exhaustive()
    }
}
