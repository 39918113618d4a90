//! Requests of chat completions as requests of the format `COHEREV2`.

use serde_json::json;

use crate::chat::{self, ChatRequest, NamedToolChoice, Part, ToolChoiceMode};
use crate::family::Family;
use crate::loss::{Losses, Translated};
use crate::native::cohere_v2::{
    self, AssistantMessage, Content, Function, ImageContent, ImageUrl, Message, SystemMessage,
    Tool, ToolCall, ToolMessage, ToolsChoice, UserMessage,
};
use crate::native::translate::cohere_request::{drop_uncommon, note_names, response_format};
use crate::native::translate::generic_messages::detail;
use crate::native::translate::generic_request::functions;
use crate::native::translate::params;
use crate::native::translate::schema::repair;
use crate::raw::RawJson;

/// The request in the format `COHEREV2`.
#[must_use]
pub fn cohere_v2_request(request: &ChatRequest) -> Translated<cohere_v2::ChatRequest> {
    let mut losses = Losses::default();
    params::drop_common(request, &mut losses);
    drop_uncommon(request, &mut losses);
    losses.dropped_if([(request.parallel_tool_calls.is_some(), "parallel_tool_calls")]);
    let messages = request
        .messages
        .iter()
        .enumerate()
        .filter_map(|(at, message)| self::message(message, &format!("messages[{at}]"), &mut losses))
        .collect();
    let (tools, is_strict_tools_enabled) = tools(request, &mut losses);
    let native = cohere_v2::ChatRequest {
        messages,
        tools_choice: tools_choice(request, &mut losses),
        tools,
        is_strict_tools_enabled,
        is_log_probs_enabled: request.logprobs,
        response_format: response_format(request, &mut losses),
        stream_options: params::stream_options(request),
        is_stream: request.stream,
        max_tokens: params::max_tokens(request, &mut losses),
        temperature: request.temperature,
        top_k: params::top_k(request),
        top_p: request.top_p,
        frequency_penalty: request.frequency_penalty,
        presence_penalty: request.presence_penalty,
        seed: request.seed,
        stop_sequences: params::stop(request),
        ..cohere_v2::ChatRequest::default()
    };
    losses.with(native)
}

fn message(message: &chat::Message, path: &str, losses: &mut Losses) -> Option<Message> {
    note_names(message, path, losses);
    let mut content = content(message, path, losses);
    Some(match message {
        chat::Message::System(_) | chat::Message::Developer(_) => {
            losses.approximated_if(matches!(message, chat::Message::Developer(_)), path);
            Message::System(SystemMessage { content, ..SystemMessage::default() })
        }
        chat::Message::User(_) => Message::User(UserMessage { content, ..UserMessage::default() }),
        chat::Message::Assistant(assistant) => {
            content.retain(|part| part.as_text() != Some(""));
            losses.approximated_if(assistant.refusal.is_some(), &format!("{path}.refusal"));
            content.extend(assistant.refusal.as_deref().map(Content::text));
            if let Some(reasoning) = &assistant.reasoning_content {
                content.insert(0, Content::thinking(reasoning.as_str()));
            }
            Message::Assistant(AssistantMessage {
                content,
                tool_calls: calls(assistant, path, losses),
                ..AssistantMessage::default()
            })
        }
        chat::Message::Tool(tool) => Message::Tool(ToolMessage {
            content,
            tool_call_id: tool.tool_call_id.clone(),
            ..ToolMessage::default()
        }),
        chat::Message::Function(function) => {
            losses.approximated(path);
            Message::Tool(ToolMessage {
                content,
                tool_call_id: function.name.clone(),
                ..ToolMessage::default()
            })
        }
        chat::Message::Other(_) => {
            losses.unknown(path);
            return None;
        }
    })
}

fn content(message: &chat::Message, path: &str, losses: &mut Losses) -> Vec<Content> {
    let parts = match message.content() {
        None => return Vec::new(),
        Some(chat::Content::Text(text)) => return vec![Content::text(text.as_str())],
        Some(chat::Content::Parts(parts)) => parts,
    };
    let mut content = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let path = format!("{path}.content[{at}]");
        params::drop_part_extra(part, &path, losses);
        match part {
            Part::Text(part) => content.push(Content::text(part.text.as_str())),
            Part::ImageUrl(part) => content.push(Content::Image(ImageContent {
                image_url: Some(ImageUrl {
                    url: part.image_url.url.clone(),
                    detail: detail(part.image_url.detail.as_ref(), &path, losses),
                    ..ImageUrl::default()
                }),
                ..ImageContent::default()
            })),
            Part::Refusal(part) => content.push(Content::text(part.refusal.as_str())),
            Part::Other(_) => losses.unknown(path),
            Part::InputAudio(_) | Part::File(_) => losses.dropped(path),
        }
    }
    content
}

fn calls(
    message: &chat::AssistantMessage,
    path: &str,
    losses: &mut Losses,
) -> Option<Vec<ToolCall>> {
    let mut calls = Vec::new();
    for (at, call) in message.tool_calls.iter().flatten().enumerate() {
        let path = format!("{path}.tool_calls[{at}]");
        params::drop_call_extra(call, &path, losses);
        match call {
            chat::ToolCall::Function(_) => {
                calls.push(ToolCall::function(call.id(), call.name(), call.arguments()));
            }
            chat::ToolCall::Custom(_) => {
                losses.approximated(path);
                let arguments = json!({"input": call.arguments()}).to_string();
                calls.push(ToolCall::function(call.id(), call.name(), arguments));
            }
            chat::ToolCall::Other(_) => losses.unknown(path),
        }
    }
    // The deprecated interface tells calls apart by name alone, so the name is the id.
    calls.extend(message.function_call.as_ref().map(|call| {
        ToolCall::function(call.name.as_str(), call.name.as_str(), call.arguments.as_str())
    }));
    Some(calls).filter(|calls| !calls.is_empty())
}

fn tools(request: &ChatRequest, losses: &mut Losses) -> (Option<Vec<Tool>>, Option<bool>) {
    let functions = functions(request, losses);
    let strict = functions.iter().filter(|(function, _)| function.strict == Some(true)).count();
    // The format has one switch for all tools.
    if strict > 0 && strict < functions.len() {
        losses.approximated("tools.strict");
    }
    let mut tools = Vec::new();
    for (function, path) in functions {
        let path = format!("{path}.parameters");
        let parameters = match &function.parameters {
            Some(schema) => repair(schema, Family::Cohere, &path, losses),
            // The service wants a schema even for a function without arguments.
            None => RawJson::from(json!({"type": "object", "properties": {}})),
        };
        let function = Function {
            name: function.name.clone(),
            description: function.description.clone(),
            parameters: Some(parameters),
            ..Function::default()
        };
        tools.push(Tool { function, ..Tool::default() });
    }
    (Some(tools).filter(|tools| !tools.is_empty()), (strict > 0).then_some(true))
}

fn tools_choice(request: &ChatRequest, losses: &mut Losses) -> Option<ToolsChoice> {
    let mode = match request.tool_choice.as_ref()? {
        chat::ToolChoice::Mode(mode) => Some(mode),
        chat::ToolChoice::Named(NamedToolChoice::Function(_)) => {
            losses.approximated("tool_choice");
            Some(&ToolChoiceMode::Required)
        }
        chat::ToolChoice::Named(NamedToolChoice::AllowedTools(choice)) => {
            losses.approximated("tool_choice.allowed_tools");
            choice.allowed_tools.mode.as_ref()
        }
        chat::ToolChoice::Named(NamedToolChoice::Custom(_)) => {
            losses.dropped("tool_choice");
            None
        }
        chat::ToolChoice::Named(NamedToolChoice::Other(_)) => {
            losses.unknown("tool_choice");
            None
        }
    };
    match mode? {
        ToolChoiceMode::None => Some(ToolsChoice::None),
        ToolChoiceMode::Required => Some(ToolsChoice::Required),
        ToolChoiceMode::Auto => None,
        ToolChoiceMode::Other(_) => {
            losses.unknown("tool_choice");
            None
        }
    }
}
