//! Parameters that all native formats treat alike.

use crate::chat::{
    ChatRequest, Message, Modality, Part, ReasoningEffort, ResponseFormat, Stop, ToolCall,
};
use crate::loss::Losses;
use crate::native::envelope::StreamOptions;
use crate::native::generic;
use crate::raw::Extra;

/// Notes what no native format has.
pub(crate) fn drop_common(request: &ChatRequest, losses: &mut Losses) {
    let speaks = request
        .modalities
        .as_ref()
        .is_some_and(|modalities| modalities.iter().any(|modality| *modality != Modality::Text));
    losses.dropped_if([
        (speaks, "modalities"),
        (request.audio.is_some(), "audio"),
        (request.moderation.is_some(), "moderation"),
        (request.store == Some(true), "store"),
        (request.prompt_cache_key.is_some(), "prompt_cache_key"),
        (request.prompt_cache_options.is_some(), "prompt_cache_options"),
        (request.prompt_cache_retention.is_some(), "prompt_cache_retention"),
        (request.safety_identifier.is_some(), "safety_identifier"),
        (request.user.is_some(), "user"),
        (
            request
                .stream_options
                .as_ref()
                .is_some_and(|options| options.include_obfuscation.is_some()),
            "stream_options.include_obfuscation",
        ),
    ]);
    if let Some(options) = &request.stream_options {
        drop_members(&options.extra, "stream_options", losses);
    }
    if let Some(ResponseFormat::JsonSchema(format)) = &request.response_format {
        drop_members(&format.extra, "response_format", losses);
        drop_members(&format.json_schema.extra, "response_format.json_schema", losses);
    }
    if let Some(options) = &request.web_search_options {
        drop_members(&options.extra, "web_search_options", losses);
    }
    for (name, _) in request.extra.iter().filter(|(name, _)| *name != TOP_K) {
        losses.dropped(name);
    }
    if request.extra.contains(TOP_K) && top_k(request).is_none() {
        losses.unknown(TOP_K);
    }
}

/// Notes members of a message that are not of chat completions, such as another provider's `cache_control`.
pub(crate) fn drop_extra(message: &Message, path: &str, losses: &mut Losses) {
    let extra = match message {
        Message::System(message) => &message.extra,
        Message::Developer(message) => &message.extra,
        Message::User(message) => &message.extra,
        Message::Assistant(message) => &message.extra,
        Message::Tool(message) => &message.extra,
        Message::Function(message) => &message.extra,
        Message::Other(_) => return,
    };
    drop_members(extra, path, losses);
}

/// The same for a part of the content.
pub(crate) fn drop_part_extra(part: &Part, path: &str, losses: &mut Losses) {
    let (extra, breakpoint) = match part {
        Part::Text(part) => (&part.extra, &part.prompt_cache_breakpoint),
        Part::ImageUrl(part) => (&part.extra, &part.prompt_cache_breakpoint),
        Part::InputAudio(part) => (&part.extra, &part.prompt_cache_breakpoint),
        Part::File(part) => (&part.extra, &part.prompt_cache_breakpoint),
        Part::Refusal(part) => (&part.extra, &None),
        Part::Other(_) => return,
    };
    drop_members(extra, path, losses);
    if breakpoint.is_some() {
        losses.dropped(format!("{path}.prompt_cache_breakpoint"));
    }
}

/// The same for a call, such as Google's `thought_signature`.
pub(crate) fn drop_call_extra(call: &ToolCall, path: &str, losses: &mut Losses) {
    match call {
        ToolCall::Function(call) => {
            drop_members(&call.extra, path, losses);
            drop_members(&call.function.extra, &format!("{path}.function"), losses);
        }
        ToolCall::Custom(call) => drop_members(&call.extra, path, losses),
        ToolCall::Other(_) => {}
    }
}

fn drop_members(extra: &Extra, path: &str, losses: &mut Losses) {
    for (name, _) in extra.iter() {
        losses.dropped(format!("{path}.{name}"));
    }
}

/// Sampling from the likeliest tokens, which many servers of chat completions take beside OpenAI's parameters.
pub(crate) fn top_k(request: &ChatRequest) -> Option<i64> {
    serde_json::from_str(request.extra.get(TOP_K)?.get()).ok()
}

const TOP_K: &str = "top_k";

pub(crate) fn stream_options(request: &ChatRequest) -> Option<StreamOptions> {
    let include_usage = request.stream_options.as_ref()?.include_usage?;
    Some(StreamOptions { is_include_usage: Some(include_usage), ..StreamOptions::default() })
}

pub(crate) fn stop(request: &ChatRequest) -> Option<Vec<String>> {
    Some(match request.stop.as_ref()? {
        Stop::One(sequence) => vec![sequence.clone()],
        Stop::Many(sequences) => sequences.clone(),
    })
}

/// The limit where there is only one: the newer of the two parameters wins.
pub(crate) fn max_tokens(request: &ChatRequest, losses: &mut Losses) -> Option<u64> {
    match (request.max_tokens, request.max_completion_tokens) {
        (Some(old), Some(new)) if old != new => {
            losses.dropped("max_tokens");
            Some(new)
        }
        (old, new) => new.or(old),
    }
}

/// The effort; `disable`, which LiteLLM's users send, means none.
pub(crate) fn effort(
    effort: &ReasoningEffort,
    losses: &mut Losses,
) -> Option<generic::ReasoningEffort> {
    use generic::ReasoningEffort as Native;
    Some(match effort.as_str().to_ascii_lowercase().as_str() {
        "none" | "disable" => Native::None,
        "minimal" => Native::Minimal,
        "low" => Native::Low,
        "medium" => Native::Medium,
        "high" => Native::High,
        "xhigh" | "max" => {
            losses.approximated("reasoning_effort");
            Native::High
        }
        _ => {
            losses.unknown("reasoning_effort");
            return None;
        }
    })
}
