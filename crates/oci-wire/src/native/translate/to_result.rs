//! Answers of chat completions as answers of the format `GENERIC`, for servers that speak it.

use crate::chat::{ChatResponse, Choice, Content, Part};
use crate::loss::{Losses, Translated};
use crate::native::convert::{annotation_to_native, logprobs_to_native, usage_to_native};
use crate::native::generic::{
    self, ChatChoice, Content as NativeContent, FunctionCall, GroundingMetadata, ResponseMessage,
    ToolCall,
};
use crate::native::time;

/// The answer in the format `GENERIC`.
///
/// The model goes into the envelope, [`ChatResult`](crate::native::ChatResult).
#[must_use]
pub fn generic_response(response: &ChatResponse) -> Translated<generic::ChatResponse> {
    let mut losses = Losses::default();
    losses.dropped_if([
        (response.id.is_some(), "id"),
        (response.system_fingerprint.is_some(), "system_fingerprint"),
        (response.metadata.is_some(), "metadata"),
        (response.moderation.is_some(), "moderation"),
    ]);
    let choices = response
        .choices
        .iter()
        .enumerate()
        .map(|(at, choice)| self::choice(choice, &format!("choices[{at}]"), &mut losses))
        .collect();
    let native = generic::ChatResponse {
        time_created: response.created.map(time::text),
        choices,
        usage: response.usage.as_ref().map(usage_to_native),
        service_tier: response.service_tier.as_ref().map(|tier| tier.as_str().to_owned()),
        extra: {
            let mut extra = response.extra.clone();
            // It belongs to the envelope.
            extra.remove("modelVersion");
            extra
        },
    };
    losses.with(native)
}

fn choice(choice: &Choice, path: &str, losses: &mut Losses) -> ChatChoice {
    let message = &choice.message;
    let path = format!("{path}.message");
    losses.dropped_if([
        (message.audio.is_some(), &format!("{path}.audio")),
        (message.function_call.is_some(), &format!("{path}.function_call")),
    ]);
    let content = message.content.as_ref().map(|content| match content {
        Content::Text(text) => vec![NativeContent::text(text.as_str())],
        Content::Parts(parts) => {
            let mut native = Vec::new();
            for (at, part) in parts.iter().enumerate() {
                match part {
                    Part::Text(part) => native.push(NativeContent::text(part.text.as_str())),
                    Part::Other(_) => losses.unknown(format!("{path}.content[{at}]")),
                    _ => losses.dropped(format!("{path}.content[{at}]")),
                }
            }
            native
        }
    });
    let mut calls = Vec::new();
    for (at, call) in message.tool_calls.iter().flatten().enumerate() {
        match call {
            crate::chat::ToolCall::Function(call) => calls.push(ToolCall::Function(FunctionCall {
                id: Some(call.id.clone()),
                name: Some(call.function.name.clone()),
                arguments: Some(call.function.arguments.clone()),
                extra: call.extra.clone(),
            })),
            crate::chat::ToolCall::Custom(_) => {
                losses.dropped(format!("{path}.tool_calls[{at}]"));
            }
            crate::chat::ToolCall::Other(_) => {
                losses.unknown(format!("{path}.tool_calls[{at}]"));
            }
        }
    }
    let mut extra = message.extra.clone();
    let name = extra.remove("name").and_then(|raw| serde_json::from_str(raw.get()).ok());
    let mut choice_extra = choice.extra.clone();
    let grounding: Option<GroundingMetadata> = choice_extra
        .remove("groundingMetadata")
        .and_then(|raw| serde_json::from_str(raw.get()).ok());
    ChatChoice {
        index: Some(choice.index),
        message: Some(ResponseMessage {
            role: Some("ASSISTANT".to_owned()),
            content,
            name,
            refusal: message.refusal.clone(),
            tool_calls: message.tool_calls.as_ref().map(|_| calls),
            annotations: message
                .annotations
                .as_ref()
                .map(|annotations| annotations.iter().map(annotation_to_native).collect()),
            reasoning_content: message.reasoning().map(str::to_owned),
            extra,
        }),
        finish_reason: choice.finish_reason.clone(),
        logprobs: choice.logprobs.as_ref().and_then(logprobs_to_native),
        usage: None,
        grounding_metadata: grounding,
        service_tier: None,
        extra: choice_extra,
    }
}
