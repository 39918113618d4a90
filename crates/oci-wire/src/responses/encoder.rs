//! [`ResponsesEncoder`]: chunks of chat completions told as the events of a response.

use crate::chat::{self, ChatChunk, ChunkChoice, FinishReason, ServiceTier};
use crate::error_body::ErrorBody;
use crate::loss::{Loss, LossKind, Losses};
use crate::number::Number;
use crate::raw::{Extra, RawJson};
use crate::responses::encode_calls::CallWriter;
use crate::responses::encode_items::ItemWriter;
use crate::responses::event::Event;
use crate::responses::event_whole::ResponseEvent;
use crate::responses::item_message::ItemStatus;
use crate::responses::namespaces::Namespaces;
use crate::responses::part::Part;
use crate::responses::request::ResponsesRequest;
use crate::responses::response::{IncompleteDetails, Response, ResponseError, ResponseStatus};
use crate::responses::translate::status;
use crate::responses::usage::ResponseUsage;

/// Turns the chunks of a streamed answer into the events that a client of the Responses API expects.
///
/// An item ends when another one begins; only a call whose arguments are not whole yet goes on beside the others.
/// Only the first choice is told.
///
/// ```
/// use oci_wire::chat::ChatChunk;
/// use oci_wire::responses::{ResponsesDecoder, ResponsesEncoder};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut events = Vec::new();
/// let mut encoder = ResponsesEncoder::new();
/// let chunk = r#"{"id":"c","choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}"#;
/// encoder.push(&ChatChunk::from_json(chunk)?, |event| events.push(serde_json::to_string(&event)));
/// encoder.finish(|event| events.push(serde_json::to_string(&event)));
///
/// let mut decoder = ResponsesDecoder::new();
/// for event in events {
///     decoder.push(None, &event?, |_event| {})?;
/// }
/// assert_eq!(decoder.finish()?.text(), "4");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ResponsesEncoder {
    response: Response,
    has_begun: bool,
    has_ended: bool,
    /// The place of the next event in the stream.
    sequence: u64,
    items: ItemWriter,
    calls: CallWriter,
    finish_reason: Option<FinishReason>,
    losses: Losses,
}

/// Where events go, each with its place in the stream.
pub(crate) struct Numbered<'s, S> {
    sequence: &'s mut u64,
    sink: S,
}

impl<S: FnMut(Event<'_>)> Numbered<'_, S> {
    pub(crate) fn emit<'e>(&mut self, event: impl FnOnce(Option<u64>) -> Event<'e>) {
        let number = *self.sequence;
        *self.sequence += 1;
        (self.sink)(event(Some(number)));
    }
}

impl ResponsesEncoder {
    /// Nothing pushed yet, and nothing known of the request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same for the answer to a request, which the answer echoes as the service does.
    #[must_use]
    pub fn for_request(request: &ResponsesRequest) -> Self {
        let tools = request.tools.as_deref().unwrap_or_default();
        Self {
            response: Response::echo(request),
            calls: CallWriter::with_namespaces(Namespaces::of(tools)),
            ..Self::default()
        }
    }

    /// Gives the answer an id, whatever the chunks call it; stored answers are continued by it.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.response.id = Some(id.into());
        self
    }

    /// Tells what a chunk adds; the first one begins the answer.
    pub fn push(&mut self, chunk: &ChatChunk<'_>, sink: impl FnMut(Event<'_>)) {
        if self.has_ended {
            return;
        }
        let Self { response, has_begun, sequence, items, calls, finish_reason, losses, .. } = self;
        let mut out = Numbered { sequence, sink };
        if !*has_begun {
            *has_begun = true;
            begin(response, chunk);
            let begun = || {
                Box::new(ResponseEvent { response: response.clone(), ..ResponseEvent::default() })
            };
            out.emit(|number| Event::Created(numbered(begun(), number)));
            out.emit(|number| Event::InProgress(numbered(begun(), number)));
        }
        if let Some(usage) = &chunk.usage {
            response.usage = Some(ResponseUsage::from_chat(usage));
        }
        if let Some(tier) = &chunk.service_tier {
            response.service_tier = Some(ServiceTier::from(tier.as_str()));
        }
        let answer = response.id.as_deref().unwrap_or_default();
        drop_extra(&chunk.extra, "", losses);
        if chunk.hosted_item.is_some() {
            losses.once(LossKind::Dropped, "hosted_item".to_owned());
        }
        for choice in chunk.choices() {
            if choice.index != 0 {
                losses.once(LossKind::Dropped, format!("choices[{}]", choice.index));
                continue;
            }
            push_choice(choice, answer, (items, calls), losses, &mut out);
            if choice.finish_reason.is_some() {
                finish_reason.clone_from(&choice.finish_reason);
            }
        }
    }

    /// Ends the answer, after the last chunk: `response.completed`, or `response.incomplete` where it was broken off.
    ///
    /// Counts come after the finish reason, which is why the end waits for this call.
    /// An answer without a finish reason was cut: it ends with `response.failed`, so that no client takes it for
    /// whole.
    pub fn finish(&mut self, sink: impl FnMut(Event<'_>)) {
        if self.has_ended {
            return;
        }
        let Some(reason) = self.finish_reason.clone() else {
            let error = ErrorBody {
                code: Some("server_error".to_owned()),
                message: Some("the answer was cut before its end".to_owned()),
                ..ErrorBody::default()
            };
            return self.fail(&error, sink);
        };
        self.has_ended = true;
        let (status, incomplete) = status(Some(&reason));
        let item = match &status {
            ResponseStatus::Incomplete => ItemStatus::Incomplete,
            _ => ItemStatus::Completed,
        };
        let answer = self.response.id.clone().unwrap_or_default();
        let mut out = Numbered { sequence: &mut self.sequence, sink };
        self.items.close(&item, &mut out);
        self.calls.finish(&mut self.items, &answer, &item, &mut out);
        let mut response = std::mem::take(&mut self.response);
        response.output = Some(self.items.take_output());
        response.incomplete_details = incomplete.map(|reason| IncompleteDetails {
            reason: Some(reason),
            ..IncompleteDetails::default()
        });
        response.status = Some(status);
        let is_complete = response.incomplete_details.is_none();
        let end = Box::new(ResponseEvent { response, ..ResponseEvent::default() });
        out.emit(|number| {
            let end = numbered(end, number);
            if is_complete { Event::Completed(end) } else { Event::Incomplete(end) }
        });
    }

    /// Ends the answer with a failure: `response.failed`, with the items that were whole before.
    pub fn fail(&mut self, error: &ErrorBody, sink: impl FnMut(Event<'_>)) {
        if self.has_ended {
            return;
        }
        self.has_ended = true;
        let mut out = Numbered { sequence: &mut self.sequence, sink };
        let mut response = std::mem::take(&mut self.response);
        if !self.has_begun {
            // Clients refuse a stream that does not begin so.
            begin(&mut response, &ChatChunk::default());
            let begun = ResponseEvent { response: response.clone(), ..ResponseEvent::default() };
            out.emit(|number| Event::Created(numbered(Box::new(begun), number)));
        }
        response.status = Some(ResponseStatus::Failed);
        response.error = Some(ResponseError {
            code: error.code.clone().or_else(|| Some("server_error".to_owned())),
            message: Some(error.message.clone().unwrap_or_else(|| error.to_string())),
            kind: error.kind.clone(),
            param: error.param.clone(),
            ..ResponseError::default()
        });
        response.output = Some(self.items.take_output());
        let end = Box::new(ResponseEvent { response, ..ResponseEvent::default() });
        out.emit(|number| Event::Failed(numbered(end, number)));
    }

    /// What the events could not carry so far.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        self.losses.as_slice()
    }
}

fn begin(response: &mut Response, chunk: &ChatChunk<'_>) {
    if response.id.is_none() {
        response.id = Some(chunk.id.as_deref().unwrap_or_default().to_owned());
    }
    response.object = Some(OBJECT.to_owned());
    if let Some(model) = &chunk.model {
        response.model = Some(model.as_str().to_owned());
    }
    let created = chunk.created.and_then(|at| i64::try_from(at).ok());
    response.created_at = created.map(Number::Integer).or(response.created_at);
    response.status = Some(ResponseStatus::InProgress);
    response.output = Some(Vec::new());
}

fn numbered(mut event: Box<ResponseEvent>, number: Option<u64>) -> Box<ResponseEvent> {
    event.sequence_number = number;
    event
}

fn push_choice<S: FnMut(Event<'_>)>(
    choice: &ChunkChoice<'_>,
    answer: &str,
    (items, calls): (&mut ItemWriter, &mut CallWriter),
    losses: &mut Losses,
    out: &mut Numbered<'_, S>,
) {
    let delta = &choice.delta;
    drop_extra(&choice.extra, "choices[0].", losses);
    drop_extra(&delta.extra, "choices[0].delta.", losses);
    if let Some(thought) = &delta.reasoning_content {
        calls.make_way(items, thought, out);
        items.say(Part::reasoning_text(""), thought, answer, None, out);
    }
    if let Some(text) = &delta.content {
        let logprobs = choice.logprobs.as_ref().and_then(token_logprobs);
        calls.make_way(items, text, out);
        items.say(Part::output_text(""), text, answer, logprobs, out);
    }
    if let Some(refusal) = &delta.refusal {
        calls.make_way(items, refusal, out);
        items.say(Part::refusal(""), refusal, answer, None, out);
    }
    if let Some(annotations) = &delta.annotations {
        match serde_json::from_str::<Vec<chat::Annotation>>(annotations.get()) {
            Ok(annotations) => items.annotate(&annotations, answer, losses, out),
            Err(_) => losses.once(LossKind::Unknown, "choices[0].delta.annotations".to_owned()),
        }
    }
    for fragment in &delta.tool_calls {
        calls.push(fragment, items, answer, losses, out);
    }
    for (is_there, name) in
        [(delta.audio.is_some(), "audio"), (delta.function_call.is_some(), "function_call")]
    {
        if is_there {
            losses.once(LossKind::Dropped, format!("choices[0].delta.{name}"));
        }
    }
}

fn token_logprobs(logprobs: &RawJson) -> Option<Vec<RawJson>> {
    #[derive(serde::Deserialize)]
    struct Tokens {
        content: Option<Vec<RawJson>>,
    }
    serde_json::from_str::<Tokens>(logprobs.get()).ok()?.content
}

fn drop_extra(extra: &Extra, path: &str, losses: &mut Losses) {
    for (name, _) in extra.iter() {
        losses.once(LossKind::Unknown, format!("{path}{name}"));
    }
}

impl Response {
    /// What an answer repeats of its request.
    fn echo(request: &ResponsesRequest) -> Self {
        Self {
            model: request.model.clone(),
            background: request.background.as_option().copied(),
            conversation: request.conversation.as_option().cloned(),
            previous_response_id: request.previous_response_id.as_option().cloned(),
            instructions: request.instructions.as_option().cloned().map(Into::into),
            metadata: Some(request.metadata.as_option().cloned().unwrap_or_default()),
            parallel_tool_calls: Some(
                request.parallel_tool_calls.as_option().copied().unwrap_or(true),
            ),
            max_output_tokens: request.max_output_tokens.as_option().copied(),
            max_tool_calls: request.max_tool_calls.as_option().copied(),
            temperature: request.temperature.as_option().copied(),
            top_p: request.top_p.as_option().copied(),
            top_logprobs: request.top_logprobs.as_option().copied(),
            tools: Some(request.tools.clone().unwrap_or_default()),
            tool_choice: Some(
                request.tool_choice.clone().unwrap_or_else(|| chat::ToolChoiceMode::Auto.into()),
            ),
            reasoning: request.reasoning.as_option().cloned(),
            text: request.text.clone(),
            truncation: request.truncation.as_option().cloned(),
            store: request.store.as_option().copied(),
            service_tier: request.service_tier.as_option().cloned(),
            prompt: request.prompt.as_option().cloned(),
            prompt_cache_key: request.prompt_cache_key.as_option().cloned(),
            prompt_cache_options: request.prompt_cache_options.clone(),
            prompt_cache_retention: request.prompt_cache_retention.as_option().cloned(),
            safety_identifier: request.safety_identifier.as_option().cloned(),
            user: request.user.clone(),
            ..Self::default()
        }
    }
}

/// The `object` of an answer.
const OBJECT: &str = "response";
