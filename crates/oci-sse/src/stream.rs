//! Events from a stream of chunks.

use core::fmt;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::decoder::{Decoder, Location, Place, Way};
use crate::error::{Error, Truncated};
use crate::event::{Event, EventRef};

/// The events of a stream of chunks, lent or owned.
///
/// It holds one chunk at a time and gives it back before it waits for the next one.
/// After a transport error, which is yielded once, and after the end of the chunks it yields nothing more;
/// [`finish`](Self::finish) then tells whether an event was cut off.
///
/// # Cancel safety
///
/// Dropping the future of [`next`](Self::next) loses nothing: all state is in the stream.
#[pin_project]
pub struct SseStream<S> {
    #[pin]
    chunks: S,
    decoder: Decoder,
    chunk: Bytes,
    position: usize,
    /// Set at the end: whether it was a good one.
    end: Option<Result<(), Truncated>>,
}

/// Why a stream has no event to give.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError<E> {
    /// The stream of chunks failed; this was the last item.
    #[error("reading the event stream failed")]
    Transport(#[source] E),
    /// A block of the stream exceeded its limits; the stream goes on behind it.
    #[error(transparent)]
    Event(#[from] Error),
}

impl<S> SseStream<S> {
    /// The events of `chunks`, with the default limits and no last event id.
    pub fn new(chunks: S) -> Self {
        Self::with_decoder(chunks, Decoder::new())
    }

    /// The events of `chunks` as `decoder` finds them: with its limits, last event id and retry time.
    pub fn with_decoder(chunks: S, decoder: Decoder) -> Self {
        Self { chunks, decoder, chunk: Bytes::new(), position: 0, end: None }
    }

    /// The event at a location that the last call yielded.
    #[inline]
    pub fn resolve(&self, location: Location) -> EventRef<'_> {
        self.decoder.resolve(location, &self.chunk)
    }

    /// The next event of what is already here, without asking for another chunk.
    ///
    /// A server that passes events on can write all that came together at once.
    ///
    /// # Errors
    ///
    /// When a block exceeds its limits. There are no transport errors, because the transport is not asked;
    /// the type is that of the other methods so that one `match` serves all.
    pub fn try_next<E>(&mut self) -> Option<Result<EventRef<'_>, StreamError<E>>>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        match self.decoder.decode(&self.chunk, &mut self.position)? {
            Ok(location) => Some(Ok(self.resolve(location))),
            Err(error) => Some(Err(error.into())),
        }
    }

    /// The decoder: last event id, retry time, comments and unknown lines so far.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The decoder without the chunks, for the next connection; see [`Decoder::reconnect`].
    ///
    /// What the held chunk still had is lost.
    pub fn into_decoder(mut self) -> Decoder {
        self.decoder.reconnect();
        self.decoder
    }

    /// Whether the stream is over and its last event was cut off.
    pub fn is_truncated(&self) -> bool {
        self.end == Some(Err(Truncated))
    }

    /// What the end of the stream was like. Before the end it is `Ok`, because nothing is cut off yet.
    ///
    /// # Errors
    ///
    /// [`Truncated`] if the stream is over and its last event was incomplete.
    pub fn finish(&self) -> Result<(), Truncated> {
        self.end.unwrap_or(Ok(()))
    }
}

impl<S, E> SseStream<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    /// Where the next event is: the first of two steps, the second is [`resolve`](Self::resolve).
    ///
    /// A loop that skips events cannot borrow each of them from `self` and then poll again.
    /// It polls locations, which borrow nothing, and resolves the one it keeps.
    #[inline(always)]
    pub fn poll_location(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Location, StreamError<E>>>> {
        loop {
            let this = self.as_mut().project();
            if *this.position < this.chunk.len()
                && let Some(item) = this.decoder.decode(this.chunk, this.position)
            {
                return Poll::Ready(Some(item.map_err(StreamError::Event)));
            }
            match ready!(self.as_mut().poll_chunk(cx)) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(StreamError::Transport(error)))),
                None => return Poll::Ready(None),
            }
        }
    }

    /// Replaces the chunk, which is used up, by the next one.
    fn poll_chunk(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<(), E>>> {
        let mut this = self.project();
        if this.end.is_some() {
            return Poll::Ready(None);
        }
        // While this waits, the memory of the old chunk may go back.
        *this.chunk = Bytes::new();
        *this.position = 0;
        let item = ready!(this.chunks.as_mut().poll_next(cx));
        if !matches!(item, Some(Ok(_))) {
            *this.end = Some(this.decoder.finish());
        }
        Poll::Ready(item.map(|chunk| chunk.map(|chunk| *this.chunk = chunk)))
    }

    /// Where the next event is, when it is not of the most common kind in the chunk at hand.
    #[inline(never)]
    fn poll_place(
        mut self: Pin<&mut Self>,
        way: Way,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Place, StreamError<E>>>> {
        let this = self.as_mut().project();
        let item = match this.decoder.decode_other(way, this.chunk, this.position) {
            Some(item) => Some(item.map_err(StreamError::Event)),
            None => ready!(self.as_mut().poll_location(cx)),
        };
        let this = self.project();
        Poll::Ready(item.map(|item| item.map(|location| this.decoder.place(location, this.chunk))))
    }

    /// The next event, lent until the next call.
    pub fn poll_next_ref(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<EventRef<'_>, StreamError<E>>>> {
        let item = ready!(self.as_mut().poll_location(cx));
        let this = self.into_ref().get_ref();
        Poll::Ready(item.map(|item| item.map(|location| this.resolve(location))))
    }

    /// The next event, lent until the next call.
    ///
    /// # Errors
    ///
    /// When the chunks fail, which ends the stream, or when a block exceeds its limits, which does not.
    pub async fn next(&mut self) -> Option<Result<EventRef<'_>, StreamError<E>>>
    where
        S: Unpin,
    {
        let item = poll_fn(|cx| Pin::new(&mut *self).poll_location(cx)).await;
        item.map(|item| item.map(|location| self.resolve(location)))
    }
}

/// Owned events: their text is a slice of the chunk where it can be, see [`Event::compact`].
impl<S, E> Stream for SseStream<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    type Item = Result<Event, StreamError<E>>;

    #[inline(always)]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.position >= self.chunk.len() {
            match ready!(self.as_mut().poll_chunk(cx)) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(StreamError::Transport(error)))),
                None => return Poll::Ready(None),
            }
        }
        let this = self.as_mut().project();
        let place = match this.decoder.decode_plain(this.chunk, this.position) {
            Ok(data) => Place::plain(data),
            Err(way) => match ready!(self.as_mut().poll_place(way, cx)) {
                Some(Ok(place)) => place,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            },
        };
        let this = self.project();
        Poll::Ready(Some(Ok(this.decoder.own(place, this.chunk, this.position))))
    }
}

impl<S, E> FusedStream for SseStream<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    fn is_terminated(&self) -> bool {
        self.end.is_some() && self.position >= self.chunk.len()
    }
}

impl<S> fmt::Debug for SseStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SseStream")
            .field("decoder", &self.decoder)
            .field("chunk_bytes", &self.chunk.len())
            .field("position", &self.position)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
