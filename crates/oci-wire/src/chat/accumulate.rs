//! [`ChatAccumulator`]: chunks folded into the whole answer.

use std::collections::BTreeMap;

use crate::chat::accumulate_calls::{CallAssembler, fill};
use crate::chat::chunk::{ChatChunk, ChunkChoice};
use crate::chat::content::Content;
use crate::chat::delta::Delta;
use crate::chat::message::Role;
use crate::chat::options::ServiceTier;
use crate::chat::response::{
    Annotation, ChatResponse, Choice, Logprobs, ResponseAudio, ResponseMessage, TokenLogprob,
};
use crate::chat::tool::FunctionCall;
use crate::finish::FinishReason;
use crate::raw::{Extra, RawJson};
use crate::usage::Usage;

/// Puts the chunks of a stream together into the answer that the service would have sent whole.
///
/// It knows nothing of time and keeps everything it is given, so a bound on the length of an answer is the caller's.
/// Whether the stream was complete is the caller's to tell as well: see [`Self::is_finished`].
/// Memory is linear in what was pushed.
///
/// ```
/// use oci_wire::chat::{ChatAccumulator, ChatChunk};
///
/// # fn main() -> Result<(), oci_wire::chat::ChunkError> {
/// let mut answer = ChatAccumulator::new();
/// for data in [r#"{"choices":[{"delta":{"content":"Hel"}}]}"#, r#"{"choices":[{"delta":{"content":"lo"}}]}"#] {
///     answer.push(&ChatChunk::from_json(data)?);
/// }
/// assert_eq!(answer.finish().text(), "Hello");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ChatAccumulator {
    id: String,
    model: String,
    created: Option<u64>,
    service_tier: Option<ServiceTier>,
    system_fingerprint: Option<String>,
    moderation: Option<RawJson>,
    usage: Option<Usage>,
    extra: Extra,
    choices: BTreeMap<u32, PartialChoice>,
}

#[derive(Clone, Debug, Default)]
struct PartialChoice {
    role: Option<Role>,
    content: Option<String>,
    reasoning: Option<String>,
    refusal: Option<String>,
    calls: CallAssembler,
    function_call: Option<FunctionCall>,
    audio: Option<ResponseAudio>,
    annotations: Option<Vec<Annotation>>,
    logprobs: Option<Logprobs>,
    finish_reason: Option<FinishReason>,
    message_extra: Extra,
    extra: Extra,
}

impl ChatAccumulator {
    /// Nothing pushed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a chunk.
    pub fn push(&mut self, chunk: &ChatChunk<'_>) {
        fill(&mut self.id, chunk.id.as_deref());
        fill(&mut self.model, chunk.model.as_deref());
        self.created = self.created.or(chunk.created);
        if let Some(tier) = &chunk.service_tier {
            self.service_tier = Some(ServiceTier::from(tier.as_str()));
        }
        if let Some(fingerprint) = &chunk.system_fingerprint {
            self.system_fingerprint = Some(fingerprint.as_str().to_owned());
        }
        // Some servers repeat the counts in every chunk, grown; the last ones hold.
        if chunk.usage.is_some() {
            self.usage = chunk.usage().cloned();
        }
        if chunk.moderation.is_some() {
            self.moderation.clone_from(&chunk.moderation);
        }
        self.extra.merge(&chunk.extra);
        for choice in chunk.choices() {
            self.choices.entry(choice.index).or_default().push(choice);
        }
    }

    /// Whether there is a choice and every choice has its finish reason.
    ///
    /// A stream that ends before was cut, whatever it ended with; a usage chunk may still follow after.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        !self.choices.is_empty()
            && self.choices.values().all(|choice| choice.finish_reason.is_some())
    }

    /// The token counts so far.
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    /// The text of the first choice so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.choices
            .values()
            .next()
            .and_then(|choice| choice.content.as_deref())
            .unwrap_or_default()
    }

    /// The whole answer; of a stream that was cut, what arrived.
    ///
    /// Finish reasons are as they were sent.
    #[must_use]
    pub fn finish(self) -> ChatResponse {
        ChatResponse {
            id: Some(self.id).filter(|id| !id.is_empty()),
            object: Some("chat.completion".to_owned()),
            created: self.created,
            model: Some(self.model).filter(|model| !model.is_empty()),
            choices: self.choices.into_iter().map(|(index, choice)| choice.finish(index)).collect(),
            usage: self.usage,
            service_tier: self.service_tier,
            system_fingerprint: self.system_fingerprint,
            metadata: None,
            moderation: self.moderation,
            extra: self.extra,
        }
    }
}

impl PartialChoice {
    fn push(&mut self, choice: &ChunkChoice<'_>) {
        self.push_delta(&choice.delta);
        if choice.finish_reason.is_some() {
            self.finish_reason.clone_from(&choice.finish_reason);
        }
        if let Some(logprobs) = choice.logprobs.as_ref().and_then(read::<Logprobs>) {
            let all = self.logprobs.get_or_insert_default();
            append_tokens(&mut all.content, logprobs.content);
            append_tokens(&mut all.refusal, logprobs.refusal);
            all.extra.merge(&logprobs.extra);
        }
        self.extra.merge(&choice.extra);
    }

    fn push_delta(&mut self, delta: &Delta<'_>) {
        if self.role.is_none() {
            self.role.clone_from(&delta.role);
        }
        append(&mut self.content, delta.content.as_deref());
        append(&mut self.reasoning, delta.reasoning_content.as_deref());
        append(&mut self.refusal, delta.refusal.as_deref());
        for fragment in &delta.tool_calls {
            self.calls.push(fragment);
        }
        if let Some(fragment) = &delta.function_call {
            let call = self.function_call.get_or_insert_default();
            fill(&mut call.name, fragment.name.as_deref());
            call.arguments.push_str(fragment.arguments.as_deref().unwrap_or_default());
            call.extra.merge(&fragment.extra);
        }
        if let Some(fragment) = delta.audio.as_ref().and_then(read::<ResponseAudio>) {
            let audio = self.audio.get_or_insert_default();
            audio.id = audio.id.take().or(fragment.id);
            audio.expires_at = fragment.expires_at.or(audio.expires_at);
            append(&mut audio.data, fragment.data.as_deref());
            append(&mut audio.transcript, fragment.transcript.as_deref());
            audio.extra.merge(&fragment.extra);
        }
        if let Some(annotations) = delta.annotations.as_ref().and_then(read::<Vec<Annotation>>) {
            self.annotations.get_or_insert_default().extend(annotations);
        }
        self.message_extra.merge(&delta.extra);
    }

    fn finish(self, index: u32) -> Choice {
        let message = ResponseMessage {
            role: Some(self.role.unwrap_or(Role::Assistant)),
            content: self.content.map(Content::Text),
            reasoning_content: self.reasoning,
            reasoning: None,
            refusal: self.refusal,
            annotations: self.annotations,
            audio: self.audio,
            tool_calls: self.calls.finish(),
            function_call: self.function_call,
            extra: self.message_extra,
        };
        Choice {
            index,
            message,
            finish_reason: self.finish_reason,
            logprobs: self.logprobs,
            extra: self.extra,
        }
    }
}

fn append(place: &mut Option<String>, more: Option<&str>) {
    if let Some(more) = more {
        place.get_or_insert_default().push_str(more);
    }
}

fn append_tokens(place: &mut Option<Vec<TokenLogprob>>, more: Option<Vec<TokenLogprob>>) {
    if let Some(more) = more {
        place.get_or_insert_default().extend(more);
    }
}

fn read<T: serde::de::DeserializeOwned>(raw: &RawJson) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}
