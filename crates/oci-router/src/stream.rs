//! [`ChatStream`]: an answer piece by piece, with what was different from what was asked.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use oci_transport::Error as TransportError;
use oci_wire::chat::{ChatAccumulator, ChatChunk};
use oci_wire::responses::Response;

use crate::answer::ChatAnswer;
use crate::error::Error;
use crate::state::ProviderState;
use crate::text_stream::TextStream;
use crate::warning::{Warning, of_answer};

/// The chunks of an answer in the dialect of chat completions, whatever the transport, in two forms: [`next`](Self::next) lends
/// each chunk, and the [`Stream`] implementation yields owned ones.
///
/// It ends when the answer is complete, and never early: see [`oci_transport::ChatStream`]. Dropping it cancels the request.
#[derive(Debug)]
pub struct ChatStream {
    source: Source,
    warnings: Vec<Warning>,
    /// The state before the answer, and whether the service keeps the conversation.
    continues: Option<(Option<ProviderState>, bool)>,
}

#[derive(Debug)]
enum Source {
    Streamed(oci_transport::ChatStream),
    /// An answer that came whole, until it has been handed on.
    Whole {
        answer: Box<ChatAnswer>,
        is_read: bool,
    },
}

impl ChatStream {
    pub(crate) fn streamed(stream: oci_transport::ChatStream, warnings: Vec<Warning>) -> Self {
        Self { source: Source::Streamed(stream), warnings, continues: None }
    }

    pub(crate) fn continuing(self, before: Option<ProviderState>, stores: bool) -> Self {
        Self { continues: Some((before, stores)), ..self }
    }

    pub(crate) fn whole(answer: ChatAnswer) -> Self {
        let warnings = answer.warnings.clone();
        let source = Source::Whole { answer: Box::new(answer), is_read: false };
        Self { source, warnings, continues: None }
    }

    /// The next chunk; `None` when the answer is complete.
    ///
    /// # Errors
    /// The stream is then over. What came before is no full answer.
    pub async fn next(&mut self) -> Option<Result<ChatChunk<'_>, TransportError>> {
        match &mut self.source {
            Source::Streamed(stream) => stream.next().await,
            Source::Whole { answer, is_read } => {
                if std::mem::replace(is_read, true) {
                    None
                } else {
                    Some(Ok(answer.to_chunk()))
                }
            }
        }
    }

    /// Only the text of the answer, piece by piece.
    pub fn texts(self) -> TextStream {
        TextStream::new(self)
    }

    /// Reads the stream to its end and puts the pieces together: the answer as it would have come whole.
    ///
    /// Call it first; pieces that were read before are not in it, unless the answer comes from the Responses API.
    ///
    /// # Errors
    /// [`Error::Transport`] if the stream fails or ends early.
    pub async fn collect(mut self) -> Result<ChatAnswer, Error> {
        let mut pieces = ChatAccumulator::new();
        while let Some(chunk) = self.next().await {
            pieces.push(&chunk?);
        }
        let state = self.state();
        let opc_request_id = self.opc_request_id().map(str::to_owned);
        let Self { source, mut warnings, .. } = self;
        let stream = match source {
            Source::Streamed(stream) => stream,
            Source::Whole { answer, .. } => return Ok(*answer),
        };
        let items = stream.response().cloned().map(Box::new);
        let response = match &items {
            Some(items) => {
                let translated = items.to_chat();
                warnings.extend(of_answer(translated.losses));
                translated.value
            }
            None => pieces.finish(),
        };
        Ok(ChatAnswer { response, warnings, state, items, opc_request_id })
    }

    /// What the call did differently from what was asked; empty when it did all of it.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What continues the conversation, once the answer is complete; `None` over other APIs than Responses.
    #[must_use]
    pub fn state(&self) -> Option<ProviderState> {
        let (before, stores) = self.continues.as_ref()?;
        Some(ProviderState::after(before.as_ref(), self.as_response()?, *stores))
    }

    /// The answer as the Responses API gave it, once it is complete, with the calls of tools that the service ran itself.
    #[must_use]
    pub fn as_response(&self) -> Option<&Response> {
        match &self.source {
            Source::Streamed(stream) => stream.response(),
            Source::Whole { answer, .. } => answer.as_response(),
        }
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        match &self.source {
            Source::Streamed(stream) => stream.opc_request_id(),
            Source::Whole { answer, .. } => answer.opc_request_id(),
        }
    }

    /// The lines of the stream so far that are no field of an event; see [`oci_transport::ChatStream::unknown_lines`].
    #[must_use]
    pub fn unknown_lines(&self) -> u64 {
        match &self.source {
            Source::Streamed(stream) => stream.unknown_lines(),
            Source::Whole { .. } => 0,
        }
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatChunk<'static>, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.source {
            Source::Streamed(stream) => Pin::new(stream).poll_next(cx),
            Source::Whole { answer, is_read } => {
                let first = !std::mem::replace(is_read, true);
                Poll::Ready(first.then(|| Ok(answer.to_chunk())))
            }
        }
    }
}
