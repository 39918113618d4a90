//! A streamed answer: events of the body, decoded, until the answer is complete.

mod chunks;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use oci_wire::chat::ChatChunk;

use crate::attempt::Opened;
use crate::deadlines::Deadlines;
use crate::error::{Error, Place};
use crate::service::Body;
use chunks::Chunks;

/// The chunks of a streamed answer, in two forms: [`next`](Self::next) lends each chunk without copying its text, and the
/// [`Stream`] implementation yields owned ones.
///
/// The stream ends when the answer is complete: at `[DONE]`, or when each choice has its finish reason and the body ends or
/// [`Deadlines::after_finish`] has passed. An end of the body before that is the error
/// [`Truncated`](crate::ErrorKind::Truncated). After an error nothing more comes.
///
/// Dropping it closes the connection, which cancels the request. Dropping the future of [`next`](Self::next) loses nothing.
///
/// ```no_run
/// # async fn run(client: oci_transport::Client) -> Result<(), oci_transport::Error> {
/// use oci_wire::chat::{ChatRequest, Message};
///
/// let request = ChatRequest::new("openai.gpt-5.5", [Message::user("What is 2x2?")]);
/// let mut stream = client.chat_stream(request).await?;
/// while let Some(chunk) = stream.next().await {
///     print!("{}", chunk?.text().unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ChatStream {
    chunks: Chunks<Body>,
    about: About,
}

/// What an error of the stream is completed with.
struct About {
    opc_request_id: Option<String>,
    place: Place,
    status: http::StatusCode,
}

impl About {
    fn complete(&self, error: Error) -> Error {
        error
            .with_status(self.status)
            .with_request_id(self.opc_request_id.as_deref())
            .at(&self.place)
    }
}

impl ChatStream {
    pub(crate) fn new(opened: Opened, deadlines: Deadlines, choices: u32) -> Self {
        let Opened { status, body, opc_request_id, place, .. } = opened;
        Self {
            chunks: Chunks::new(body, deadlines, choices),
            about: About { opc_request_id, place, status },
        }
    }

    /// The next chunk, borrowed from the bytes that were received; `None` when the answer is complete.
    ///
    /// # Errors
    /// [`Error`], after which the stream is over. What came before is then no full answer.
    pub async fn next(&mut self) -> Option<Result<ChatChunk<'_>, Error>> {
        let location = std::future::poll_fn(|cx| self.chunks.poll_location(cx)).await?;
        let about = &self.about;
        Some(
            location
                .and_then(|location| self.chunks.decode(location))
                .map_err(|error| about.complete(error)),
        )
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        self.about.opc_request_id.as_deref()
    }

    /// The lines of the stream so far that are no field of an event, which the standard ignores. Any number above 0 means that
    /// something between here and the service changes what is sent.
    #[must_use]
    pub fn unknown_lines(&self) -> u64 {
        self.chunks.unknown_lines()
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatChunk<'static>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(location) = ready!(this.chunks.poll_location(cx)) else {
            return Poll::Ready(None);
        };
        let chunk =
            location.and_then(|location| this.chunks.decode(location)).map(ChatChunk::into_owned);
        Poll::Ready(Some(chunk.map_err(|error| this.about.complete(error))))
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("opc_request_id", &self.about.opc_request_id)
            .finish_non_exhaustive()
    }
}
