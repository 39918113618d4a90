//! Answers, both ways.

use std::collections::BTreeSet;

use crate::anthropic::block::ContentBlock;
use crate::anthropic::response::{MessagesResponse, StopReason};
use crate::anthropic::translate::{content, drop_members, note_extra, turns};
use crate::anthropic::usage::Usage;
use crate::chat::{self, ChatResponse, Choice, FinishReason, Role, ToolCall};
use crate::loss::{Losses, Translated};
use crate::native::unique_id;
use crate::nullable::Nullable;
use crate::raw::RawJson;

impl MessagesResponse {
    /// An answer of chat completions in the form of the Messages API: its first choice.
    ///
    /// The time at which it was made is left behind without a word, since no answer of that API has one.
    #[must_use]
    pub fn from_chat(response: &ChatResponse) -> Translated<Self> {
        let mut losses = Losses::default();
        let id = response.id.as_deref().unwrap_or_default();
        let mut to = Self::begin(id, response.model.as_deref().unwrap_or_default());
        for index in 1..response.choices.len() {
            losses.dropped(format!("choices[{index}]"));
        }
        losses.dropped_if([
            (response.system_fingerprint.is_some(), "system_fingerprint"),
            (response.service_tier.is_some(), "service_tier"),
            (response.metadata.is_some(), "metadata"),
            (response.moderation.is_some(), "moderation"),
        ]);
        note_extra(&response.extra, "response", &mut losses);
        if let Some(choice) = response.choices.first() {
            to.content = blocks(choice, &mut losses);
            name_calls(&mut to.content, id);
            let has_calls = to.content.iter().any(|it| matches!(it, ContentBlock::ToolUse(_)));
            if let Some(reason) = &choice.finish_reason {
                to.stop_reason = Nullable::Value(match stop_reason(reason, has_calls) {
                    StopReason::EndTurn if choice.message.refusal.is_some() => StopReason::Refusal,
                    reason => reason,
                });
            }
        }
        let mut usage = response.usage.as_ref().map(Usage::from_chat).unwrap_or_default();
        usage.input_tokens.get_or_insert(0);
        usage.output_tokens.get_or_insert(0);
        to.usage = Some(usage);
        losses.with(to)
    }

    /// The answer in the form of chat completions: one choice.
    ///
    /// What tools of the provider did has no place there; what they found is in the text.
    #[must_use]
    pub fn to_chat(&self) -> Translated<ChatResponse> {
        let mut losses = Losses::default();
        let mut choice = Choice::default();
        let (mut text, mut thoughts) = (None::<String>, None::<String>);
        for (index, block) in self.content.iter().enumerate() {
            let path = format!("content[{index}]");
            match block {
                ContentBlock::Text(block) => {
                    let part = content::text_to_chat(block, &path, &mut losses);
                    text.get_or_insert_default().push_str(part.as_text().unwrap_or_default());
                }
                ContentBlock::Thinking(block) => {
                    note_extra(&block.extra, &path, &mut losses);
                    let is_signed = !block.signature.is_empty();
                    drop_members(&path, [(is_signed, "signature")], &mut losses);
                    thoughts.get_or_insert_default().push_str(&block.thinking);
                }
                ContentBlock::ToolUse(call) => {
                    note_extra(&call.extra, &path, &mut losses);
                    let input = call.input.as_ref().map_or("{}", RawJson::get);
                    let call = ToolCall::function(&*call.id, &*call.name, input);
                    choice.message.tool_calls.get_or_insert_default().push(call);
                }
                ContentBlock::Other(_) => losses.unknown(path),
                _ => losses.dropped(path),
            }
        }
        choice.message.role = Some(Role::Assistant);
        choice.message.content = text.map(chat::Content::Text);
        choice.message.reasoning_content = thoughts;
        choice.finish_reason = self.stop_reason.as_option().map(finish_reason);
        losses.dropped_if([
            (self.stop_sequence.as_option().is_some(), "stop_sequence"),
            (self.stop_details.is_some(), "stop_details"),
            (self.container.is_some(), "container"),
        ]);
        note_extra(&self.extra, "message", &mut losses);
        losses.with(ChatResponse {
            id: self.id.clone(),
            object: Some("chat.completion".to_owned()),
            model: self.model.clone(),
            choices: vec![choice],
            usage: self.usage.as_ref().map(Usage::to_chat),
            ..ChatResponse::default()
        })
    }
}

fn blocks(choice: &Choice, losses: &mut Losses) -> Vec<ContentBlock> {
    let message = &choice.message;
    note_extra(&choice.extra, "choices[0]", losses);
    note_extra(&message.extra, "choices[0].message", losses);
    let has_sources = message.annotations.as_ref().is_some_and(|all| !all.is_empty());
    losses.dropped_if([
        (choice.logprobs.is_some(), "choices[0].logprobs"),
        (has_sources, "choices[0].message.annotations"),
        (message.audio.is_some(), "choices[0].message.audio"),
    ]);
    let mut blocks = Vec::new();
    if let Some(thoughts) = message.reasoning().filter(|thoughts| !thoughts.is_empty()) {
        blocks.push(ContentBlock::thinking(thoughts, ""));
    }
    let said = message.content.as_ref().map(chat::Content::text);
    if let Some(text) = said.filter(|text| !text.is_empty()) {
        blocks.push(ContentBlock::text(text));
    }
    if let Some(refusal) = message.refusal.as_ref().filter(|refusal| !refusal.is_empty()) {
        blocks.push(ContentBlock::text(refusal.clone()));
    }
    for (at, call) in message.tool_calls.iter().flatten().enumerate() {
        let path = format!("choices[0].message.tool_calls[{at}]");
        blocks.extend(turns::call_from_chat(call, &path, losses));
    }
    if let Some(call) = &message.function_call {
        losses.approximated("choices[0].message.function_call");
        let call = ToolCall::function("call_0", &*call.name, &*call.arguments);
        blocks.extend(turns::call_from_chat(&call, "choices[0].message.function_call", losses));
    }
    blocks
}

/// Gives each call an id that no other has, since several models give none.
fn name_calls(blocks: &mut [ContentBlock], answer: &str) {
    let mut ids = BTreeSet::new();
    let calls = blocks.iter_mut().filter_map(|block| match block {
        ContentBlock::ToolUse(call) => Some(call),
        _ => None,
    });
    for (at, call) in calls.enumerate() {
        call.id = unique_id(&mut ids, &call.id, &call.name, answer, at);
    }
}

/// Why the Messages API would say that an answer ended.
pub(crate) fn stop_reason(reason: &FinishReason, has_calls: bool) -> StopReason {
    if reason.as_str().eq_ignore_ascii_case("stop_sequence") {
        return StopReason::StopSequence;
    }
    match reason.canonical() {
        FinishReason::Stop if has_calls => StopReason::ToolUse,
        FinishReason::Stop => StopReason::EndTurn,
        FinishReason::Length => StopReason::MaxTokens,
        FinishReason::ToolCalls | FinishReason::FunctionCall => StopReason::ToolUse,
        FinishReason::ContentFilter => StopReason::Refusal,
        FinishReason::Other(reason) => StopReason::from(reason),
    }
}

/// Why chat completions would say that an answer ended.
fn finish_reason(reason: &StopReason) -> FinishReason {
    match reason {
        StopReason::EndTurn | StopReason::StopSequence => FinishReason::Stop,
        StopReason::MaxTokens | StopReason::ContextWindowExceeded => FinishReason::Length,
        StopReason::ToolUse => FinishReason::ToolCalls,
        StopReason::Refusal => FinishReason::ContentFilter,
        StopReason::PauseTurn => FinishReason::from("pause_turn"),
        StopReason::Other(reason) => FinishReason::from(reason.as_str()),
    }
}
