//! What an event adds, in the pieces of a chunk of chat completions.

use crate::chat::{Annotation, FunctionDelta, ToolCallDelta};
use crate::native::call_id::call_id;
use crate::native::convert::{annotation_to_chat, logprobs_to_chat};
use crate::native::event::{ChatEvent, EventToolCall};
use crate::native::fragments::Placed;
use crate::native::generic;
use crate::raw::{Extra, RawJson};
use crate::text::Text;

/// What is new in the text of a `COHERE` event: events with calls or history repeat everything, and so may the last.
pub(crate) fn fresh_text<'t>(so_far: &str, text: &'t str, event: &ChatEvent<'_>) -> &'t str {
    let repeats = event.chat_history.is_some() || !event.tool_calls.is_empty();
    if so_far.is_empty() || !(repeats || event.finish_reason.is_some()) {
        return text;
    }
    match text.strip_prefix(so_far) {
        Some(more) => more,
        None if repeats || text.trim() == so_far.trim() => "",
        None => text,
    }
}

pub(crate) fn whole_call<'e>(
    seed: &str,
    choice: u32,
    index: usize,
    call: &'e EventToolCall<'_>,
) -> ToolCallDelta<'e> {
    let id = call
        .id
        .as_deref()
        .filter(|id| !id.is_empty())
        .map_or_else(|| call_id(seed, choice, index, call.name(), call.arguments()), str::to_owned);
    fragment_delta(Placed { index, id: Some(id), has_name: true }, call)
}

/// A fragment; the one with an id opens a call.
pub(crate) fn fragment_delta<'e>(placed: Placed, call: &'e EventToolCall<'_>) -> ToolCallDelta<'e> {
    let mut extra = call.extra.clone();
    // They are among what `arguments` gives.
    extra.remove("arguments");
    ToolCallDelta {
        index: u32::try_from(placed.index).ok(),
        kind: placed.id.is_some().then(|| Text::from("function")),
        id: placed.id.map(Text::from),
        function: Some(FunctionDelta {
            name: placed.has_name.then(|| Text::from(call.name())),
            arguments: Some(Text::from(call.arguments())),
            ..FunctionDelta::default()
        }),
        extra,
        ..ToolCallDelta::default()
    }
}

/// Hands on what has no counterpart in chat completions.
///
/// A member that has one by name and is here because of its kind gets another name, or it would pass for the
/// counterpart; padding that is not text is padding all the same.
pub(crate) fn carry(from: &Extra, to: &mut Extra) {
    for (name, value) in from.iter().filter(|(name, _)| *name != "pad") {
        let is_taken = matches!(
            name,
            "annotations" | "content" | "id" | "index" | "logprobs" | "refusal" | "role" | "usage"
        );
        let name = if is_taken { format!("native_{name}") } else { name.to_owned() };
        to.insert(name, value.clone());
    }
}

/// The texts joined; `None` when they are empty. One text is borrowed.
pub(crate) fn join<'e>(texts: impl Iterator<Item = &'e str>) -> Option<Text<'e>> {
    let mut texts = texts.filter(|text| !text.is_empty());
    let first = texts.next()?;
    Some(match texts.next() {
        None => Text::from(first),
        Some(second) => Text::from([first, second].into_iter().chain(texts).collect::<String>()),
    })
}

pub(crate) fn chat_logprobs(raw: &RawJson) -> Option<RawJson> {
    let logprobs: generic::Logprobs = serde_json::from_str(raw.get()).ok()?;
    RawJson::from_serialize(&logprobs_to_chat(&logprobs)?).ok()
}

pub(crate) fn chat_annotations(raw: &RawJson) -> Option<RawJson> {
    let annotations: Vec<generic::Annotation> = serde_json::from_str(raw.get()).ok()?;
    let annotations: Vec<Annotation> = annotations.into_iter().map(annotation_to_chat).collect();
    RawJson::from_serialize(&annotations).ok()
}
