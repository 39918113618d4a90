//! [`TextStream`]: nothing but the text of an answer, piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use oci_transport::Error as TransportError;

use crate::stream::ChatStream;

/// Nothing but the text of the first choice of an answer, piece by piece, in two forms: [`next`](Self::next) lends each piece, and
/// the [`Stream`] implementation yields owned ones. No piece is empty.
///
/// Reasoning, refusals and calls of tools are no text; whoever needs them reads the [`ChatStream`].
///
/// ```no_run
/// # async fn run(model: oci_router::Model) -> Result<(), oci_router::Error> {
/// let mut texts = model.chat("Tell me a story.").stream().await?.texts();
/// while let Some(text) = texts.next().await {
///     print!("{}", text?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TextStream {
    stream: ChatStream,
    /// The piece that is lent, so that nothing is allocated for each.
    piece: String,
}

impl TextStream {
    pub(crate) fn new(stream: ChatStream) -> Self {
        Self { stream, piece: String::new() }
    }

    /// The next piece; `None` when the answer is complete.
    ///
    /// # Errors
    /// The stream is then over. What came before is no full answer.
    pub async fn next(&mut self) -> Option<Result<&str, TransportError>> {
        self.piece.clear();
        while self.piece.is_empty() {
            match self.stream.next().await? {
                Ok(chunk) => self.piece.push_str(chunk.text().unwrap_or_default()),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(&self.piece))
    }

    /// The stream itself, with its warnings, state and request id.
    #[must_use]
    pub fn as_stream(&self) -> &ChatStream {
        &self.stream
    }
}

impl Stream for TextStream {
    type Item = Result<String, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(Ok(chunk)) => {
                    if let Some(text) = chunk.text().filter(|text| !text.is_empty()) {
                        return Poll::Ready(Some(Ok(text.to_owned())));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
