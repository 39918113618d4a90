//! Answers, both ways.

use crate::chat::{self, ChatResponse, Choice, FinishReason, ResponseMessage, Role};
use crate::loss::{Losses, Translated};
use crate::number::Number;
use crate::responses::annotation::{Annotation, UrlCitation};
use crate::responses::chunks::incomplete_reason;
use crate::responses::item::Item;
use crate::responses::item_function::{CustomToolCall, FunctionCall};
use crate::responses::item_message::{ItemStatus, Message, MessageRole};
use crate::responses::item_reasoning::ReasoningItem;
use crate::responses::part::{OutputText, Part};
use crate::responses::response::{IncompleteDetails, IncompleteReason, Response, ResponseStatus};
use crate::responses::translate::note_extra;
use crate::responses::usage::ResponseUsage;

impl Response {
    /// The answer in the form of chat completions: one choice.
    ///
    /// What the service's own tools did has no place there; what they found is in the text.
    /// The echo of the request is left behind without a word, since the caller has the request.
    #[must_use]
    pub fn to_chat(&self) -> Translated<ChatResponse> {
        let mut losses = Losses::default();
        let mut choice = Choice::default();
        let mut text: Option<String> = None;
        let mut logprobs = Vec::new();
        let message = &mut choice.message;
        message.role = Some(Role::Assistant);
        for (index, item) in self.output().iter().enumerate() {
            let path = format!("output[{index}]");
            match item {
                Item::Message(said) => {
                    for (at, part) in said.parts().iter().enumerate() {
                        let path = format!("{path}.content[{at}]");
                        match part {
                            Part::OutputText(part) => {
                                text.get_or_insert_default().push_str(&part.text);
                                logprobs.extend(part.logprobs.iter().flatten().cloned());
                                annotate(message, part, &path, &mut losses);
                            }
                            Part::Refusal(part) => {
                                message.refusal.get_or_insert_default().push_str(&part.refusal);
                            }
                            Part::Other(_) => losses.unknown(path),
                            _ => losses.dropped(path),
                        }
                    }
                }
                Item::FunctionCall(call) => {
                    message.tool_calls.get_or_insert_default().push(chat::ToolCall::function(
                        &*call.call_id,
                        &*call.name,
                        &*call.arguments,
                    ));
                }
                Item::CustomToolCall(call) => {
                    message.tool_calls.get_or_insert_default().push(chat::ToolCall::custom(
                        &*call.call_id,
                        &*call.name,
                        &*call.input,
                    ));
                }
                Item::Reasoning(thought) => {
                    losses.dropped_if([(
                        thought.encrypted_content.is_some(),
                        &*format!("{path}.encrypted_content"),
                    )]);
                }
                Item::Other(_) => losses.unknown(path),
                _ => losses.dropped(path),
            }
        }
        message.reasoning_content = self.reasoning_text();
        message.content = text.map(chat::Content::Text);
        let has_calls = message.tool_calls.is_some();
        if !logprobs.is_empty() {
            choice.logprobs =
                Some(chat::Logprobs { content: Some(logprobs), ..chat::Logprobs::default() });
        }
        choice.finish_reason = self.finish_reason(has_calls, &mut losses);
        note_extra(&self.extra, "response", &mut losses);
        losses.dropped_if([
            (self.error.is_some(), "error"),
            (self.conversation.is_some(), "conversation"),
            (self.previous_response_id.is_some(), "previous_response_id"),
        ]);
        losses.with(ChatResponse {
            id: self.id.clone(),
            object: Some("chat.completion".to_owned()),
            created: self.created_at.map(|at| at.as_f64() as u64),
            model: self.model.clone(),
            choices: vec![choice],
            usage: self.usage.as_ref().map(ResponseUsage::to_chat),
            service_tier: self.service_tier.clone(),
            metadata: self.metadata.clone().filter(|metadata| !metadata.is_empty()),
            moderation: self.moderation.clone(),
            ..ChatResponse::default()
        })
    }

    fn finish_reason(&self, has_calls: bool, losses: &mut Losses) -> Option<FinishReason> {
        match &self.status {
            Some(ResponseStatus::Completed) | None if has_calls => Some(FinishReason::ToolCalls),
            Some(ResponseStatus::Completed) | None => Some(FinishReason::Stop),
            Some(ResponseStatus::Incomplete) => Some(incomplete_reason(self)),
            Some(_) => {
                losses.dropped("status");
                None
            }
        }
    }

    /// An answer of chat completions in the form of the Responses API: its first choice.
    ///
    /// Ids of items are made from the id of the answer, the same for the same answer.
    #[must_use]
    pub fn from_chat(response: &ChatResponse) -> Translated<Self> {
        let mut losses = Losses::default();
        for index in 1..response.choices.len() {
            losses.dropped(format!("choices[{index}]"));
        }
        losses.dropped_if([(response.system_fingerprint.is_some(), "system_fingerprint")]);
        note_extra(&response.extra, "response", &mut losses);
        let choice = response.choices.first();
        if let Some(choice) = choice {
            note_extra(&choice.extra, "choices[0]", &mut losses);
            note_extra(&choice.message.extra, "choices[0].message", &mut losses);
        }
        let (status, reason) = status(choice.and_then(|choice| choice.finish_reason.as_ref()));
        let id = response.id.as_deref().unwrap_or_default();
        let output = choice.map(|choice| output(choice, id, &status, &mut losses));
        losses.with(Self {
            id: response.id.clone(),
            object: Some("response".to_owned()),
            created_at: response
                .created
                .map(|at| i64::try_from(at).map_or(Number::Float(at as f64), Number::Integer)),
            status: Some(status),
            incomplete_details: reason.map(|reason| IncompleteDetails {
                reason: Some(reason),
                ..IncompleteDetails::default()
            }),
            model: response.model.clone(),
            output: Some(output.unwrap_or_default()),
            usage: response.usage.as_ref().map(ResponseUsage::from_chat),
            service_tier: response.service_tier.clone(),
            metadata: response.metadata.clone(),
            moderation: response.moderation.clone(),
            ..Self::default()
        })
    }
}

fn annotate(message: &mut ResponseMessage, part: &OutputText, path: &str, losses: &mut Losses) {
    for (index, annotation) in part.annotations.iter().flatten().enumerate() {
        match annotation {
            Annotation::UrlCitation(citation) => {
                message.annotations.get_or_insert_default().push(chat::Annotation {
                    kind: Some("url_citation".to_owned()),
                    url_citation: Some(citation.to_chat()),
                    ..chat::Annotation::default()
                });
            }
            Annotation::Other(_) => losses.unknown(format!("{path}.annotations[{index}]")),
            _ => losses.dropped(format!("{path}.annotations[{index}]")),
        }
    }
}

/// How the Responses API would say that an answer ended.
pub(crate) fn status(reason: Option<&FinishReason>) -> (ResponseStatus, Option<IncompleteReason>) {
    match reason.map(FinishReason::canonical) {
        Some(FinishReason::Length) => {
            (ResponseStatus::Incomplete, Some(IncompleteReason::MaxOutputTokens))
        }
        Some(FinishReason::ContentFilter) => {
            (ResponseStatus::Incomplete, Some(IncompleteReason::ContentFilter))
        }
        _ => (ResponseStatus::Completed, None),
    }
}

fn output(choice: &Choice, id: &str, status: &ResponseStatus, losses: &mut Losses) -> Vec<Item> {
    let message = &choice.message;
    let mut items = Vec::new();
    if let Some(thought) = message.reasoning() {
        items.push(Item::Reasoning(ReasoningItem {
            id: Some(format!("rs_{id}")),
            summary: Some(Vec::new()),
            content: Some(vec![Part::reasoning_text(thought)]),
            ..ReasoningItem::default()
        }));
    }
    let parts = parts(choice, losses);
    if !parts.is_empty() {
        let mut said = Message::new(MessageRole::Assistant, parts);
        said.id = Some(format!("msg_{id}"));
        said.status = Some(match status {
            ResponseStatus::Incomplete => ItemStatus::Incomplete,
            _ => ItemStatus::Completed,
        });
        items.push(Item::Message(said));
    }
    for (index, call) in message.tool_calls.iter().flatten().enumerate() {
        let path = format!("choices[0].message.tool_calls[{index}]");
        items.push(match call {
            chat::ToolCall::Function(call) => {
                called(&call.id, &call.function.name, &call.function.arguments)
            }
            chat::ToolCall::Custom(call) => Item::CustomToolCall(CustomToolCall {
                id: Some(format!("ctc_{}", call.id)),
                call_id: call.id.clone(),
                name: call.custom.name.clone(),
                input: call.custom.input.clone(),
                ..CustomToolCall::default()
            }),
            chat::ToolCall::Other(_) => {
                losses.unknown(path);
                continue;
            }
        });
    }
    if let Some(call) = &message.function_call {
        losses.approximated("choices[0].message.function_call");
        items.push(called(&format!("call_{id}"), &call.name, &call.arguments));
    }
    losses.dropped_if([(message.audio.is_some(), "choices[0].message.audio")]);
    items
}

fn called(call_id: &str, name: &str, arguments: &str) -> Item {
    Item::FunctionCall(FunctionCall {
        id: Some(format!("fc_{call_id}")),
        call_id: call_id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        status: Some(ItemStatus::Completed),
        ..FunctionCall::default()
    })
}

fn parts(choice: &Choice, losses: &mut Losses) -> Vec<Part> {
    let message = &choice.message;
    let mut parts = Vec::new();
    let text = message.content.as_ref().map(chat::Content::text).unwrap_or_default();
    if !text.is_empty() {
        let mut annotations = Vec::new();
        for (index, annotation) in message.annotations.iter().flatten().enumerate() {
            match &annotation.url_citation {
                Some(citation) => {
                    annotations.push(Annotation::UrlCitation(UrlCitation::from_chat(citation)));
                }
                None => losses.unknown(format!("choices[0].message.annotations[{index}]")),
            }
        }
        parts.push(Part::OutputText(OutputText {
            text: text.into_owned(),
            annotations: Some(annotations),
            logprobs: choice.logprobs.as_ref().and_then(|logprobs| logprobs.content.clone()),
            ..OutputText::default()
        }));
    }
    if let Some(refusal) = &message.refusal {
        parts.push(Part::refusal(refusal.clone()));
    }
    parts
}
