//! [`ChatStream`]: an answer piece by piece, with what was different from what was asked.

use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use oci_transport::Error as TransportError;
use oci_wire::chat::{ChatAccumulator, ChatChunk};
use oci_wire::responses::Response;

use crate::answer::{ChatAnswer, Kept};
use crate::chat::cut_at_default;
use crate::error::Error;
use crate::family::Inline;
use crate::state::{Continuation, ProviderState};
use crate::text_stream::TextStream;
use crate::warning::{Warning, of_answer};

/// The chunks of an answer in the dialect of chat completions, whatever the transport, in two forms: [`next`](Self::next) lends
/// each chunk, and the [`Stream`] implementation yields owned ones.
///
/// What tools that the service runs do is told while they do it: [`ChatChunk::hosted_item`] of chunks that say nothing else.
///
/// ```no_run
/// # async fn run(model: oci_router::Model) -> Result<(), oci_router::Error> {
/// use oci_router::wire::responses::WebSearchTool;
///
/// let mut stream = model.chat("What is new in Chicago?").hosted_tools([WebSearchTool::default()]).stream().await?;
/// while let Some(chunk) = stream.next().await {
///     let chunk = chunk?;
///     if let Some(delta) = chunk.hosted_item()
///         && let Some(status) = delta.progress()
///     {
///         eprintln!("{} {}: {status}", delta.output_index, delta.kind);
///     }
///     print!("{}", chunk.text().unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
///
/// It ends when the answer is complete, and never early: see [`oci_transport::ChatStream`]. Dropping it cancels the request.
#[derive(Debug)]
pub struct ChatStream {
    source: Source,
    rest: Rest,
    continuation: Option<Continuation>,
    /// The warnings with those of the answer, once it is over.
    all_warnings: OnceLock<Vec<Warning>>,
}

/// What is done to each chunk, and noted of it.
#[derive(Debug, Default)]
struct Rest {
    warnings: Vec<Warning>,
    /// What takes calls out of the text, for models that write them there.
    inline: Option<Box<Inline>>,
    /// The limit of tokens that nobody set.
    limit: Option<u64>,
    is_over: bool,
}

impl Rest {
    fn see(&mut self, next: &mut Option<Result<ChatChunk<'_>, TransportError>>) {
        let Some(Ok(chunk)) = next else {
            self.is_over = true;
            return;
        };
        if self.limit.is_some() {
            let reasons = chunk.choices().map(|choice| choice.finish_reason.as_ref());
            if let Some(cut) = cut_at_default(self.limit, reasons) {
                self.warnings.push(cut);
                self.limit = None;
            }
        }
        if let Some(inline) = &mut self.inline {
            inline.chunk(chunk);
            self.warnings.extend(inline.warnings());
        }
    }
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
        Self::new(Source::Streamed(stream), warnings)
    }

    pub(crate) fn continuing(self, continuation: Continuation) -> Self {
        Self { continuation: Some(continuation), ..self }
    }

    pub(crate) fn whole(answer: ChatAnswer) -> Self {
        let warnings = answer.warnings.clone();
        Self::new(Source::Whole { answer: Box::new(answer), is_read: false }, warnings)
    }

    fn new(source: Source, warnings: Vec<Warning>) -> Self {
        let rest = Rest { warnings, ..Rest::default() };
        Self { source, rest, continuation: None, all_warnings: OnceLock::new() }
    }

    /// The same with calls taken out of the text, and with a warning if it ends at a limit that nobody set.
    pub(crate) fn rewritten(mut self, inline: Option<Inline>, limit: Option<u64>) -> Self {
        self.rest.limit = limit;
        match (&mut self.source, inline) {
            (Source::Whole { answer, .. }, Some(mut inline)) => {
                inline.read(&mut answer.response);
                self.rest.warnings.extend(inline.warnings());
            }
            (_, inline) => self.rest.inline = inline.map(Box::new),
        }
        self
    }

    /// The next chunk; `None` when the answer is complete.
    ///
    /// # Errors
    /// The stream is then over. What came before is no full answer.
    pub async fn next(&mut self) -> Option<Result<ChatChunk<'_>, TransportError>> {
        let Self { source, rest, .. } = self;
        match source {
            Source::Streamed(stream) => {
                let mut next = stream.next().await;
                rest.see(&mut next);
                next
            }
            Source::Whole { answer, is_read } => {
                if std::mem::replace(is_read, true) {
                    rest.is_over = true;
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
        let opc_request_id = self.opc_request_id().map(str::to_owned);
        let warnings = self.warnings().to_vec();
        let kept = match self.source {
            Source::Streamed(stream) => stream.response().cloned().zip(self.continuation),
            Source::Whole { answer, .. } => return Ok(ChatAnswer { warnings, ..*answer }),
        };
        let kept = kept.map(|(response, continuation)| Box::new(Kept { response, continuation }));
        let response = match &kept {
            Some(kept) => kept.response.to_chat().value,
            None => pieces.finish(),
        };
        Ok(ChatAnswer { response, warnings, kept, opc_request_id })
    }

    /// What the call did differently from what was asked; empty when it did all of it. Once the answer is complete, what of it has
    /// no form in chat completions is there too.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        let warnings = &self.rest.warnings;
        let Source::Streamed(stream) = &self.source else { return warnings };
        if !self.rest.is_over {
            return warnings;
        }
        self.all_warnings.get_or_init(|| {
            let losses = match stream.response() {
                Some(response) => response.to_chat().losses,
                None => stream.losses().to_vec(),
            };
            warnings.iter().cloned().chain(of_answer(losses)).collect()
        })
    }

    /// What continues the conversation, once the answer is complete; `None` over other APIs than Responses.
    #[must_use]
    pub fn state(&self) -> Option<ProviderState> {
        Some(self.continuation.as_ref()?.to_state(self.as_response()?))
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
        let Self { source, rest, .. } = &mut *self;
        let mut next = match source {
            Source::Streamed(stream) => ready!(Pin::new(stream).poll_next(cx)),
            Source::Whole { answer, is_read } => {
                let first = !std::mem::replace(is_read, true);
                first.then(|| Ok(answer.to_chunk()))
            }
        };
        rest.see(&mut next);
        Poll::Ready(next)
    }
}
