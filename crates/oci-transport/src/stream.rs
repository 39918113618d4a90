//! A streamed answer: events of the body, decoded, until the answer is complete.

mod chunks;
mod decoded;
mod events;
mod response;
#[cfg(test)]
mod scripted;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use oci_wire::Loss;
use oci_wire::chat::ChatChunk;
use oci_wire::native::{ApiFormat, ChatDecoder};
use oci_wire::responses::Response;

use crate::attempt::Opened;
use crate::call::Deadline;
use crate::error::{Error, Place};
use crate::service::Body;
use crate::trace::Trace;
use chunks::Chunks;
use decoded::{Decoded, Native, Responses};

pub use response::ResponseStream;

/// The chunks of a streamed answer, whatever dialect the service speaks, in two forms: [`next`](Self::next) lends each chunk,
/// and the [`Stream`] implementation yields owned ones. A chunk of the V1 transport is lent without copying its text.
///
/// The stream ends when the answer is complete: at `[DONE]`, or when each choice has its finish reason and the body ends or
/// [`Deadlines::after_finish`](crate::Deadlines::after_finish) has passed. An end of the body before that is the error
/// [`Truncated`](crate::ErrorKind::Truncated). After an error nothing more comes.
///
/// Dropping it closes the connection, which cancels the request. Dropping the future of [`next`](Self::next) loses nothing.
///
/// ```no_run
/// # async fn run(client: oci_transport::Client) -> Result<(), oci_transport::Error> {
/// use oci_wire::chat::{ChatRequest, Message};
///
/// let request = ChatRequest::new("openai.gpt-5.5", [Message::user("What is 2x2?")]);
/// let mut stream = client.chat_stream(&request).await?;
/// while let Some(chunk) = stream.next().await {
///     print!("{}", chunk?.text().unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ChatStream {
    dialect: Dialect,
    about: About,
}

/// The dialect of the body.
enum Dialect {
    V1(Box<Chunks<Body>>),
    Native(Box<Decoded<Body, Native>>),
    Responses(Box<Decoded<Body, Responses>>),
}

/// What an error of the stream is completed with.
struct About {
    opc_request_id: Option<String>,
    place: Place,
    status: http::StatusCode,
    trace: Trace,
}

impl About {
    fn split(opened: Box<Opened>) -> (Body, Deadline, Self) {
        let Opened { status, body, opc_request_id, place, deadline, trace, .. } = *opened;
        (body, deadline, Self { opc_request_id, place, status, trace })
    }

    fn complete(&self, error: Error) -> Error {
        let error = error
            .with_status(self.status)
            .with_request_id(self.opc_request_id.as_deref())
            .at(&self.place);
        self.trace.failed(&error);
        error
    }

    /// Notes the token counts, if a chunk has them, and completes an error.
    fn counted<'a>(&self, mut chunk: Result<ChatChunk<'a>, Error>) -> Result<ChatChunk<'a>, Error> {
        // A chunk is large, so it stays where it is.
        match &chunk {
            Ok(ChatChunk { usage: Some(usage), .. }) => self.trace.counted(usage),
            Ok(_) => {}
            Err(_) => chunk = chunk.map_err(|error| self.complete(error)),
        }
        chunk
    }
}

impl ChatStream {
    pub(crate) fn v1(opened: Box<Opened>, choices: u32, wants_usage: bool) -> Self {
        let (body, deadline, about) = About::split(opened);
        let chunks = Box::new(Chunks::new(body, deadline, choices, wants_usage));
        Self { dialect: Dialect::V1(chunks), about }
    }

    pub(crate) fn native(opened: Box<Opened>, format: ApiFormat, wants_usage: bool) -> Self {
        let (body, deadline, about) = About::split(opened);
        let id = about.opc_request_id.clone().unwrap_or_default();
        let decoder = ChatDecoder::new(format).with_id(id).with_model(&*about.place.model);
        let dialect = Native { decoder, wants_usage };
        let decoded = Box::new(Decoded::new(body, deadline, dialect));
        Self { dialect: Dialect::Native(decoded), about }
    }

    pub(crate) fn responses(opened: Box<Opened>) -> Self {
        let (body, deadline, about) = About::split(opened);
        let decoded = Box::new(Decoded::new(body, deadline, Responses::default()));
        Self { dialect: Dialect::Responses(decoded), about }
    }

    /// The next chunk; `None` when the answer is complete.
    ///
    /// # Errors
    /// [`Error`], after which the stream is over. What came before is then no full answer.
    pub async fn next(&mut self) -> Option<Result<ChatChunk<'_>, Error>> {
        let about = &self.about;
        let chunk = match &mut self.dialect {
            Dialect::V1(chunks) => {
                let place = std::future::poll_fn(|cx| chunks.poll_location(cx)).await?;
                place.and_then(|place| chunks.decode(place))
            }
            Dialect::Native(chunks) => std::future::poll_fn(|cx| chunks.poll_chunk(cx)).await?,
            Dialect::Responses(chunks) => std::future::poll_fn(|cx| chunks.poll_chunk(cx)).await?,
        };
        Some(about.counted(chunk))
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        self.about.opc_request_id.as_deref()
    }

    /// The whole response with its items, once a stream of the Responses API has ended; `None` before, and for other APIs.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        match &self.dialect {
            Dialect::Responses(chunks) => chunks.dialect().response.as_ref(),
            Dialect::V1(_) | Dialect::Native(_) => None,
        }
    }

    /// What the answer so far has that has no form in chat completions, of a native stream. Of a stream of the Responses API
    /// [`Response::to_chat`] tells it, once it has ended.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        match &self.dialect {
            Dialect::Native(chunks) => chunks.dialect().decoder.losses(),
            Dialect::V1(_) | Dialect::Responses(_) => &[],
        }
    }

    /// The lines of the stream so far that are no field of an event, which the standard ignores. Any number above 0 means that
    /// something between here and the service changes what is sent.
    #[must_use]
    pub fn unknown_lines(&self) -> u64 {
        match &self.dialect {
            Dialect::V1(chunks) => chunks.unknown_lines(),
            Dialect::Native(chunks) => chunks.unknown_lines(),
            Dialect::Responses(chunks) => chunks.unknown_lines(),
        }
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatChunk<'static>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let chunk = match &mut this.dialect {
            Dialect::V1(chunks) => {
                let place = ready!(chunks.poll_location(cx));
                place.map(|place| {
                    place.and_then(|place| chunks.decode(place).map(ChatChunk::into_owned))
                })
            }
            Dialect::Native(chunks) => ready!(chunks.poll_chunk(cx)),
            Dialect::Responses(chunks) => ready!(chunks.poll_chunk(cx)),
        };
        Poll::Ready(chunk.map(|chunk| this.about.counted(chunk)))
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("opc_request_id", &self.about.opc_request_id)
            .finish_non_exhaustive()
    }
}
