//! Native answers as answers of chat completions.

use serde_json::Value;

use crate::arguments::decoded_once;
use crate::chat::{
    ChatResponse, Choice, Content, FunctionCall, FunctionToolCall, ResponseMessage, Role,
    ServiceTier, ToolCall,
};
use crate::loss::{Losses, Translated};
use crate::native::call_id::call_id;
use crate::native::convert::{annotation_to_chat, finish_reason, logprobs_to_chat, usage_to_chat};
use crate::native::envelope::{BaseChatResponse, ChatResult};
use crate::native::{cohere, cohere_v2, generic, time};
use crate::raw::{Extra, RawJson};

/// The answer in the dialect of chat completions.
///
/// Members without a counterpart, such as Cohere's citations and Gemini's grounding, stay under their native names in
/// the `extra` of message and choice.
/// Calls without an id get one that is the same each time this answer is read; `id`, such as `opc-request-id`, is
/// what makes it differ from the ids of other answers.
#[must_use]
pub fn chat_response(result: &ChatResult, id: &str) -> Translated<ChatResponse> {
    let mut losses = Losses::default();
    let mut response = match &result.chat_response {
        Some(BaseChatResponse::Generic(native)) => from_generic(native, id, &mut losses),
        Some(BaseChatResponse::Cohere(native)) => from_cohere(native, id),
        Some(BaseChatResponse::CohereV2(native)) => from_cohere_v2(native, id, &mut losses),
        Some(BaseChatResponse::Other(_)) => {
            losses.unknown("chatResponse");
            ChatResponse::default()
        }
        None => ChatResponse::default(),
    };
    response.object = Some("chat.completion".to_owned());
    response.model.clone_from(&result.model_id);
    if !id.is_empty() {
        response.id = Some(id.to_owned());
    }
    if let Some(version) = &result.model_version {
        response.extra.insert("modelVersion", Value::from(version.as_str()));
    }
    response.extra.merge(&result.extra);
    losses.with(response)
}

fn from_generic(native: &generic::ChatResponse, id: &str, losses: &mut Losses) -> ChatResponse {
    let mut usage = native.usage.clone();
    let mut choices = Vec::new();
    for (at, choice) in native.choices.iter().enumerate() {
        let path = format!("choices[{at}]");
        let index = choice.index.or_else(|| u32::try_from(at).ok()).unwrap_or_default();
        let mut extra = choice.extra.clone();
        keep(&mut extra, "groundingMetadata", choice.grounding_metadata.as_ref());
        if usage.is_none() && native.choices.len() == 1 {
            usage.clone_from(&choice.usage);
        } else {
            keep(&mut extra, "usage", choice.usage.as_ref());
        }
        let message = match &choice.message {
            Some(message) => generic_message(message, (id, index), &path, losses),
            None => ResponseMessage { role: Some(Role::Assistant), ..ResponseMessage::default() },
        };
        let has_calls = message.tool_calls.is_some();
        choices.push(Choice {
            index,
            message,
            finish_reason: choice
                .finish_reason
                .as_ref()
                .map(|reason| finish_reason(reason.as_str(), has_calls)),
            logprobs: choice.logprobs.as_ref().and_then(logprobs_to_chat),
            extra,
        });
    }
    let tier = native
        .service_tier
        .as_deref()
        .or_else(|| native.choices.iter().find_map(|choice| choice.service_tier.as_deref()));
    ChatResponse {
        created: native.time_created.as_deref().and_then(time::seconds),
        choices,
        usage: usage.map(usage_to_chat),
        service_tier: tier.map(|tier| ServiceTier::from(tier.to_ascii_lowercase())),
        extra: native.extra.clone(),
        ..ChatResponse::default()
    }
}

fn generic_message(
    message: &generic::ResponseMessage,
    (id, choice): (&str, u32),
    path: &str,
    losses: &mut Losses,
) -> ResponseMessage {
    let path = format!("{path}.message");
    let mut extra = message.extra.clone();
    let mut text: Option<String> = None;
    for (at, part) in message.content.iter().flatten().enumerate() {
        match part {
            generic::Content::Text(part) => append(&mut text, part.text.as_deref()),
            generic::Content::Other(_) => losses.unknown(format!("{path}.content[{at}]")),
            _ => losses.dropped(format!("{path}.content[{at}]")),
        }
    }
    // Imported models send a plain string at times, which the typed member does not take.
    let plain = extra.get("content").and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    if let Some(plain) = plain {
        extra.remove("content");
        append(&mut text, Some(&plain));
    }
    let mut calls = Calls::new(id, choice);
    for (at, call) in message.tool_calls.iter().flatten().enumerate() {
        match call {
            generic::ToolCall::Function(call) => {
                let arguments = call.arguments.as_deref().unwrap_or_default();
                calls.add(call.id.as_deref(), call.name.as_deref(), arguments, &call.extra);
            }
            generic::ToolCall::Other(_) => losses.unknown(format!("{path}.toolCalls[{at}]")),
        }
    }
    let annotations = message.annotations.as_ref();
    if let Some(name) = &message.name {
        extra.insert("name", Value::from(name.as_str()));
    }
    ResponseMessage {
        role: Some(Role::Assistant),
        content: text.map(Content::Text),
        reasoning_content: message.reasoning_content.clone(),
        refusal: message.refusal.clone(),
        annotations: annotations
            .map(|annotations| annotations.iter().cloned().map(annotation_to_chat).collect()),
        tool_calls: calls.finish(),
        extra,
        ..ResponseMessage::default()
    }
}

fn from_cohere(native: &cohere::ChatResponse, id: &str) -> ChatResponse {
    // The history is the request's, with this answer at its end.
    // `chatHistory` repeats what the caller sent, with the answer behind it.
    let mut calls = Calls::new(id, 0);
    for call in native.tool_calls.iter().flatten() {
        let arguments = call.parameters.as_ref().map_or("{}", RawJson::get);
        calls.add(None, Some(&call.name), arguments, &call.extra);
    }
    let mut extra = native.extra.clone();
    keep(&mut extra, "citations", native.citations.as_ref());
    keep(&mut extra, "documents", native.documents.as_ref());
    keep(&mut extra, "searchQueries", native.search_queries.as_ref());
    keep(&mut extra, "isSearchRequired", native.is_search_required.as_ref());
    keep(&mut extra, "prompt", native.prompt.as_ref());
    let message = ResponseMessage {
        role: Some(Role::Assistant),
        content: Some(native.text.clone()).filter(|text| !text.is_empty()).map(Content::Text),
        tool_calls: calls.finish(),
        extra,
        ..ResponseMessage::default()
    };
    let choice = only_choice(message, native.finish_reason.as_deref(), &native.error_message);
    ChatResponse {
        choices: vec![choice],
        usage: native.usage.clone().map(usage_to_chat),
        ..ChatResponse::default()
    }
}

fn from_cohere_v2(native: &cohere_v2::ChatResponse, id: &str, losses: &mut Losses) -> ChatResponse {
    let seed = if id.is_empty() { native.id.as_deref().unwrap_or_default() } else { id };
    let message = native
        .message
        .as_ref()
        .map(|message| cohere_v2_message(message, seed, losses))
        .unwrap_or_default();
    let message = ResponseMessage { role: Some(Role::Assistant), ..message };
    let mut choice = only_choice(message, native.finish_reason.as_deref(), &native.error_message);
    keep(&mut choice.extra, "logProbabilities", native.log_probabilities.as_ref());
    ChatResponse {
        id: native.id.clone(),
        choices: vec![choice],
        usage: native.usage.clone().map(usage_to_chat),
        extra: native.extra.clone(),
        ..ChatResponse::default()
    }
}

fn cohere_v2_message(
    message: &cohere_v2::ResponseMessage,
    id: &str,
    losses: &mut Losses,
) -> ResponseMessage {
    let (mut text, mut reasoning) = (None, None);
    for (at, part) in message.content.iter().flatten().enumerate() {
        match part {
            cohere_v2::Content::Text(part) => append(&mut text, part.text.as_deref()),
            cohere_v2::Content::Thinking(part) => append(&mut reasoning, part.thinking.as_deref()),
            cohere_v2::Content::Other(_) => losses.unknown(format!("message.content[{at}]")),
            _ => losses.dropped(format!("message.content[{at}]")),
        }
    }
    // The plan is what the model thinks before it calls.
    losses.approximated_if(message.tool_plan.is_some(), "message.toolPlan");
    append(&mut reasoning, message.tool_plan.as_deref());
    let mut calls = Calls::new(id, 0);
    for call in message.tool_calls.iter().flatten() {
        let function = call.function.as_ref();
        let name = function.and_then(|function| function.name.as_deref());
        let arguments = function.and_then(|function| function.arguments.as_deref());
        calls.add(call.id.as_deref(), name, arguments.unwrap_or_default(), &call.extra);
    }
    let mut extra = message.extra.clone();
    keep(&mut extra, "citations", message.citations.as_ref());
    ResponseMessage {
        content: text.map(Content::Text),
        reasoning_content: reasoning,
        tool_calls: calls.finish(),
        extra,
        ..ResponseMessage::default()
    }
}

fn only_choice(message: ResponseMessage, reason: Option<&str>, error: &Option<String>) -> Choice {
    let has_calls = message.tool_calls.is_some();
    let mut choice = Choice {
        message,
        finish_reason: reason.map(|reason| finish_reason(reason, has_calls)),
        ..Choice::default()
    };
    keep(&mut choice.extra, "errorMessage", error.as_ref());
    choice
}

/// Calls with an id each, and none twice.
struct Calls<'c> {
    answer: &'c str,
    choice: u32,
    calls: Vec<ToolCall>,
}

impl<'c> Calls<'c> {
    fn new(answer: &'c str, choice: u32) -> Self {
        Self { answer, choice, calls: Vec::new() }
    }

    fn add(&mut self, id: Option<&str>, name: Option<&str>, arguments: &str, extra: &Extra) {
        let name = name.unwrap_or_default();
        let arguments = &*decoded_once(arguments);
        let id = id.filter(|id| !id.is_empty() && self.calls.iter().all(|call| call.id() != *id));
        let id = id.map_or_else(
            || call_id(self.answer, self.choice, self.calls.len(), name, arguments),
            str::to_owned,
        );
        let function = FunctionCall {
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            ..FunctionCall::default()
        };
        let call = FunctionToolCall { id, function, extra: extra.clone() };
        self.calls.push(ToolCall::Function(call));
    }

    fn finish(self) -> Option<Vec<ToolCall>> {
        Some(self.calls).filter(|calls| !calls.is_empty())
    }
}

fn append(text: &mut Option<String>, more: Option<&str>) {
    if let Some(more) = more.filter(|more| !more.is_empty()) {
        text.get_or_insert_default().push_str(more);
    }
}

fn keep(extra: &mut Extra, name: &str, value: Option<&impl serde::Serialize>) {
    if let Some(raw) = value.and_then(|value| RawJson::from_serialize(value).ok()) {
        extra.insert(name, raw);
    }
}
