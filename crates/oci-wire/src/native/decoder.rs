//! [`ChatDecoder`]: the events of a native stream as chunks of chat completions.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::chat::{
    ChatAccumulator, ChatChunk, ChatResponse, ChunkChoice, ChunkError, Role, StreamEvent,
};
use crate::error_body::{ErrorBody, ErrorShape};
use crate::lenient::first_document;
use crate::loss::{Loss, LossKind, Losses};
use crate::native::convert::{finish_reason, usage_to_chat};
use crate::native::deltas::{
    carry, chat_annotations, chat_logprobs, fragment_delta, fresh_text, join, whole_call,
};
use crate::native::envelope::ApiFormat;
use crate::native::event::{ChatEvent, EXPECTED, EventContent, EventMessage};
use crate::native::fragments::CallFragments;
use crate::native::time;
use crate::raw::RawJson;
use crate::text::Text;

/// Reads a native stream of any format and speaks the dialect of chat completions.
///
/// It puts right what the formats and families do differently: calls get indices and, where the service gave none,
/// ids; text and calls that Cohere repeats are said once; `stop` becomes `tool_calls` when calls were made; counts
/// may come after the end of the answer; padding is ignored.
/// It knows neither bytes nor time, and keeps the answer so far, so a bound on its length is the caller's.
///
/// ```
/// use oci_wire::chat::StreamEvent;
/// use oci_wire::native::{ApiFormat, ChatDecoder};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut decoder = ChatDecoder::new(ApiFormat::Cohere);
/// let mut shown = String::new();
/// for data in [
///     r#"{"apiFormat":"COHERE","text":"Hel"}"#,
///     r#"{"apiFormat":"COHERE","text":"lo"}"#,
///     r#"{"apiFormat":"COHERE","text":"Hello","chatHistory":[],"finishReason":"COMPLETE"}"#,
/// ] {
///     decoder.push("message", data, &mut |event| {
///         if let StreamEvent::Chunk(chunk) = event {
///             shown.push_str(chunk.text().unwrap_or_default());
///         }
///     })?;
/// }
/// assert_eq!(shown, "Hello");
/// assert_eq!(decoder.finish()?.text(), "Hello");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ChatDecoder {
    format: ApiFormat,
    id: String,
    model: String,
    created: Option<u64>,
    choices: BTreeMap<u32, Progress>,
    last_index: u32,
    answer: ChatAccumulator,
    losses: Losses,
    error: Option<ErrorBody>,
    is_done: bool,
}

/// What was said of one choice.
#[derive(Clone, Debug, Default)]
struct Progress {
    has_role: bool,
    fragments: CallFragments,
    /// Name and parameters of `COHERE` calls that were handed on.
    calls: Vec<(String, Value)>,
}

impl ChatDecoder {
    /// A decoder for the format of the request; an event that names another format is read as that.
    #[must_use]
    pub fn new(format: ApiFormat) -> Self {
        Self {
            format,
            id: String::new(),
            model: String::new(),
            created: None,
            choices: BTreeMap::new(),
            last_index: 0,
            answer: ChatAccumulator::new(),
            losses: Losses::default(),
            error: None,
            is_done: false,
        }
    }

    /// Sets the id of the answer, such as `opc-request-id`; made-up ids of calls are unique only as far as it is.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets the model that the chunks name; native events do not.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// Sets the time of the answer, in seconds since 1970; native events do not tell it.
    #[must_use]
    pub fn with_created(mut self, seconds: u64) -> Self {
        self.created = Some(seconds);
        self
    }

    /// Reads the data of one server-sent event and hands what it means to `sink`, in order.
    ///
    /// The data may be several JSON documents, since the service separates some events by a single line feed.
    /// `event_name` is the event's type; native events have none, which parsers report as `message` or empty.
    ///
    /// # Errors
    /// When a document is not a JSON object; what came before it has been handed on.
    pub fn push(
        &mut self,
        event_name: &str,
        data: &str,
        sink: &mut impl FnMut(StreamEvent<'_>),
    ) -> Result<(), ChunkError> {
        let mut rest = data;
        loop {
            let document = rest.trim_ascii_start();
            if document.is_empty() {
                return Ok(());
            }
            if let Some(after) = document.strip_prefix("[DONE]") {
                self.is_done = true;
                sink(StreamEvent::Done);
                rest = after;
                continue;
            }
            let mut event = ChatEvent::default();
            match first_document(&mut event, document) {
                None => return Ok(()),
                Some(Err(error)) => {
                    let before = data.strip_suffix(document).unwrap_or_default();
                    return Err(ChunkError::new(EXPECTED, &error).after(before));
                }
                Some(Ok(end)) => {
                    let (document, after) =
                        document.split_at_checked(end).unwrap_or((document, ""));
                    self.take(event_name, document, event, sink);
                    rest = after;
                }
            }
        }
    }

    /// Whether every choice has ended; only the counts may still follow.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.answer.is_finished()
    }

    /// Whether the service said that nothing follows; most families never do.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// The answer so far.
    #[must_use]
    pub fn answer(&self) -> &ChatAccumulator {
        &self.answer
    }

    /// What of the answer so far has no form in chat completions, each kind once.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        self.losses.as_slice()
    }

    /// The whole answer, once the stream has ended.
    ///
    /// # Errors
    /// When the stream ended before the answer did, however it ended: by an error, a cut, or `[DONE]`.
    pub fn finish(self) -> Result<ChatResponse, Truncated> {
        if self.answer.is_finished() {
            return Ok(self.answer.finish());
        }
        Err(Truncated { error: self.error.map(Box::new), partial: Box::new(self.answer.finish()) })
    }

    fn take(
        &mut self,
        event_name: &str,
        document: &str,
        event: ChatEvent<'_>,
        sink: &mut impl FnMut(StreamEvent<'_>),
    ) {
        if let Some(error) = error_of(event_name, document, &event) {
            self.fail(error, sink);
            return;
        }
        if self.id.is_empty() {
            self.id.push_str(event.id.as_deref().unwrap_or_default());
        }
        self.created =
            self.created.or_else(|| event.time_created.as_deref().and_then(time::seconds));
        let index = event.index.unwrap_or(self.last_index);
        self.last_index = index;

        let mut choice = ChunkChoice { index, ..ChunkChoice::default() };
        let format =
            event.api_format.as_deref().map_or_else(|| self.format.clone(), ApiFormat::from);
        // The format only decides what no member can: the shape of an event tells the rest.
        if format == ApiFormat::Cohere || event.text.is_some() || !event.tool_calls.is_empty() {
            self.add_cohere(&event, &mut choice);
        }
        if let Some(message) = &event.message {
            self.add_message(message, &event, &mut choice);
        }
        carry(&event.extra, &mut choice.extra);
        choice.logprobs = event.logprobs.as_ref().and_then(chat_logprobs);
        if let Some(grounding) = &event.grounding_metadata {
            choice.extra.insert("groundingMetadata", grounding.clone());
        }
        let failure = self.end(&event, &mut choice);
        self.emit_choice(choice, event.service_tier.as_deref(), sink);
        if let Some(usage) = event.usage {
            let chunk = ChatChunk { usage: Some(usage_to_chat(usage)), ..ChatChunk::default() };
            self.emit(chunk, sink);
        }
        if let Some(error) = failure {
            self.fail(error, sink);
        }
    }

    /// Notes the end of the choice; returns the error if it ended by one.
    fn end(&self, event: &ChatEvent<'_>, choice: &mut ChunkChoice<'_>) -> Option<ErrorBody> {
        let reason = event.finish_reason.as_deref().filter(|reason| !reason.is_empty())?;
        if reason.eq_ignore_ascii_case("error") {
            return Some(ErrorBody {
                code: Some(reason.to_owned()),
                message: event.error_message.as_deref().map(str::to_owned),
                shape: ErrorShape::OtherJson,
                ..ErrorBody::default()
            });
        }
        if let Some(message) = event.error_message.as_deref() {
            choice.extra.insert("errorMessage", Value::from(message));
        }
        let has_calls = !choice.delta.tool_calls.is_empty()
            || self.choices.get(&choice.index).is_some_and(Progress::has_calls);
        choice.finish_reason = Some(finish_reason(reason, has_calls));
        None
    }

    fn add_message<'e>(
        &mut self,
        message: &'e EventMessage<'_>,
        event: &ChatEvent<'_>,
        choice: &mut ChunkChoice<'e>,
    ) {
        let parts = || message.content.iter().flat_map(EventContent::iter);
        let text = join(parts().filter_map(|part| part.text.as_deref()));
        // An ending event of Cohere's may repeat the whole text.
        let is_repeated = event.finish_reason.is_some()
            && event.api_format.as_deref() == Some(ApiFormat::CohereV2.as_str())
            && text.as_deref() == Some(self.answer.text());
        if let Some(text) = text.filter(|_| !is_repeated) {
            choice.delta.content = Some(text);
        }

        let thinking = parts().filter_map(|part| part.thinking.as_deref());
        let reasoning = message.reasoning_content.as_deref().into_iter();
        let plan = message.tool_plan.as_deref().into_iter();
        choice.delta.reasoning_content = join(reasoning.chain(thinking).chain(plan));
        choice.delta.refusal = join(message.refusal.as_deref().into_iter());
        choice.delta.annotations = message.annotations.as_ref().and_then(chat_annotations);
        if message.tool_plan.is_some() {
            // The plan is what the model thinks before it calls.
            self.losses.once(LossKind::Approximated, "message.toolPlan".to_owned());
        }
        for (at, _) in parts().enumerate().filter(|(_, part)| part.is_foreign()) {
            self.losses.once(LossKind::Dropped, format!("message.content[{at}]"));
        }
        if let Some(citations) = &message.citations {
            choice.delta.extra.insert("citations", citations.clone());
        }
        carry(&message.extra, &mut choice.delta.extra);

        let fragments = &mut self.choices.entry(choice.index).or_default().fragments;
        for (position, call) in message.tool_calls.iter().enumerate() {
            let fragment = (call.id.as_deref().unwrap_or_default(), call.name(), call.arguments());
            let Some(placed) = fragments.push(&self.id, choice.index, position, fragment) else {
                continue;
            };
            choice.delta.tool_calls.push(fragment_delta(placed, call));
        }
    }

    fn add_cohere<'e>(&mut self, event: &'e ChatEvent<'_>, choice: &mut ChunkChoice<'e>) {
        let text = event.text.as_deref().map(|text| fresh_text(self.answer.text(), text, event));
        choice.delta.content = text.filter(|text| !text.is_empty()).map(Text::from);
        for (name, raw) in [
            ("citations", &event.citations),
            ("documents", &event.documents),
            ("searchQueries", &event.search_queries),
        ] {
            if let Some(raw) = raw {
                choice.delta.extra.insert(name, raw.clone());
            }
        }

        let progress = self.choices.entry(choice.index).or_default();
        let mut known = progress.calls.clone();
        for call in &event.tool_calls {
            let parameters = call.parameters.as_ref().map_or(Value::Null, RawJson::to_value);
            let pair = (call.name().to_owned(), parameters);
            // Each list is the list so far, so what is in it once more is a second call.
            if let Some(at) = known.iter().position(|known| *known == pair) {
                known.remove(at);
                continue;
            }
            let index = progress.calls.len();
            progress.calls.push(pair);
            let delta = whole_call(&self.id, choice.index, index, call);
            choice.delta.tool_calls.push(delta);
        }
    }

    fn emit_choice(
        &mut self,
        mut choice: ChunkChoice<'_>,
        service_tier: Option<&str>,
        sink: &mut impl FnMut(StreamEvent<'_>),
    ) {
        if choice == (ChunkChoice { index: choice.index, ..ChunkChoice::default() })
            && service_tier.is_none()
        {
            return;
        }
        let progress = self.choices.entry(choice.index).or_default();
        if !progress.has_role {
            progress.has_role = true;
            choice.delta.role = Some(Role::Assistant);
        }
        let mut chunk =
            ChatChunk { service_tier: service_tier.map(Text::from), ..ChatChunk::default() };
        chunk.choices.push(choice);
        self.emit(chunk, sink);
    }

    fn emit(&mut self, chunk: ChatChunk<'_>, sink: &mut impl FnMut(StreamEvent<'_>)) {
        let chunk = ChatChunk {
            id: Some(Text::from(self.id.as_str())).filter(|id| !id.is_empty()),
            model: Some(Text::from(self.model.as_str())).filter(|model| !model.is_empty()),
            created: self.created,
            object: Some(Text::from("chat.completion.chunk")),
            ..chunk
        };
        self.answer.push(&chunk);
        sink(StreamEvent::Chunk(chunk));
    }

    fn fail(&mut self, error: ErrorBody, sink: &mut impl FnMut(StreamEvent<'_>)) {
        self.error = Some(error.clone());
        sink(StreamEvent::Error(error));
    }
}

impl Progress {
    fn has_calls(&self) -> bool {
        !self.fragments.is_empty() || !self.calls.is_empty()
    }
}

/// The stream ended before the answer did.
#[derive(Clone, Debug, thiserror::Error)]
#[error("expected a finish reason, found the end of the stream")]
pub struct Truncated {
    /// Why, when the service said so.
    pub error: Option<Box<ErrorBody>>,
    /// What arrived; it must not be taken for the answer.
    pub partial: Box<ChatResponse>,
}

/// The error that a document is, if it is one.
///
/// Oracle documents none for streams; seen are OCI's and OpenAI's bodies.
fn error_of(event_name: &str, document: &str, event: &ChatEvent<'_>) -> Option<ErrorBody> {
    let has_error = event.extra.get("error").is_some_and(|error| !error.is_falsy());
    if event_name == "error" || has_error {
        return Some(ErrorBody::parse(document.as_bytes()));
    }
    if !event.says_nothing() {
        return None;
    }
    let body = ErrorBody::parse(document.as_bytes());
    (!body.is_empty() && body.shape != ErrorShape::OtherJson).then_some(body)
}
