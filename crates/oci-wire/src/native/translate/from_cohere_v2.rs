//! Requests of the format `COHEREV2` as requests of chat completions, for servers that take the native dialect.

use crate::chat::{
    self, AssistantMessage, ChatRequest, FunctionDefinition, ImageDetail, ImagePart, ImageUrl,
    Message as ChatMessage, Part, ReasoningEffort, Stop, Tool, ToolCall, ToolChoiceMode,
};
use crate::loss::{Losses, Translated};
use crate::native::cohere_v2::{self, Content, Message, ThinkingMode, ToolsChoice};
use crate::native::translate::from_cohere::{note_extra, response_format, stream_options};
use crate::nullable::Nullable;
use crate::raw::RawJson;

/// The request of the format `COHEREV2` in the dialect of chat completions; the model comes from the envelope's
/// serving mode.
#[must_use]
pub fn chat_request_from_cohere_v2(
    native: &cohere_v2::ChatRequest,
    model: &str,
) -> Translated<ChatRequest> {
    let mut losses = Losses::default();
    let messages = native
        .messages
        .iter()
        .enumerate()
        .filter_map(|(at, message)| self::message(message, &format!("messages[{at}]"), &mut losses))
        .collect();
    let mut to = ChatRequest {
        model: model.to_owned(),
        messages,
        stream: native.is_stream,
        stream_options: native.stream_options.as_ref().map(stream_options),
        temperature: native.temperature,
        top_p: native.top_p,
        max_tokens: native.max_tokens,
        stop: native.stop_sequences.clone().map(Stop::Many),
        frequency_penalty: native.frequency_penalty,
        presence_penalty: native.presence_penalty,
        logprobs: native.is_log_probs_enabled,
        seed: native.seed,
        tools: tools(native),
        tool_choice: tool_choice(native, &mut losses),
        response_format: native
            .response_format
            .as_ref()
            .and_then(|format| response_format(format, &mut losses)),
        reasoning_effort: effort(native, &mut losses),
        ..ChatRequest::default()
    };
    if let Some(top_k) = native.top_k {
        to.extra.insert("top_k", serde_json::Value::from(top_k));
    }
    losses.dropped_if([
        (native.documents.is_some(), "documents"),
        (native.citation_options.is_some(), "citationOptions"),
        (native.is_search_queries_only == Some(true), "isSearchQueriesOnly"),
        (native.priority.is_some(), "priority"),
        (native.is_raw_prompting == Some(true), "isRawPrompting"),
        (native.safety_mode.is_some(), "safetyMode"),
    ]);
    note_extra(&native.extra, &mut losses);
    losses.with(to)
}

fn message(message: &Message, path: &str, losses: &mut Losses) -> Option<ChatMessage> {
    Some(match message {
        Message::System(message) => {
            ChatMessage::system(content(&message.content, path, losses).unwrap_or_default())
        }
        Message::User(message) => {
            ChatMessage::user(content(&message.content, path, losses).unwrap_or_default())
        }
        Message::Assistant(message) => {
            losses.dropped_if([(message.citations.is_some(), &format!("{path}.citations"))]);
            // The plan is what the model thinks before it calls.
            losses.approximated_if(message.tool_plan.is_some(), &format!("{path}.toolPlan"));
            let thoughts = message.content.iter().filter_map(Content::as_thinking);
            let thoughts: String = thoughts.chain(message.tool_plan.as_deref()).collect();
            let calls = message.tool_calls.as_ref().map(|calls| calls.iter().map(call).collect());
            ChatMessage::Assistant(AssistantMessage {
                content: content(&message.content, path, losses)
                    .map_or(Nullable::Null, Nullable::Value),
                reasoning_content: Some(thoughts).filter(|thoughts| !thoughts.is_empty()),
                tool_calls: calls,
                ..AssistantMessage::default()
            })
        }
        Message::Tool(message) => ChatMessage::tool(
            &*message.tool_call_id,
            content(&message.content, path, losses).unwrap_or_default(),
        ),
        Message::Other(_) => {
            losses.unknown(path);
            return None;
        }
    })
}

/// What is said: one text is written as a string, which every server of chat completions takes.
fn content(content: &[Content], path: &str, losses: &mut Losses) -> Option<chat::Content> {
    let mut parts = Vec::new();
    for (at, part) in content.iter().enumerate() {
        let path = format!("{path}.content[{at}]");
        match part {
            Content::Text(part) => {
                parts.push(Part::text(part.text.as_deref().unwrap_or_default()));
            }
            Content::Image(part) => match &part.image_url {
                Some(image) => parts.push(Part::ImageUrl(ImagePart {
                    image_url: ImageUrl {
                        url: image.url.clone(),
                        detail: image
                            .detail
                            .as_ref()
                            .map(|detail| ImageDetail::from(detail.as_str().to_ascii_lowercase())),
                        ..ImageUrl::default()
                    },
                    ..ImagePart::default()
                })),
                None => losses.dropped(path),
            },
            Content::Document(part) => {
                losses.approximated(path);
                parts.push(Part::text(part.document.as_ref().map_or("", RawJson::get)));
            }
            // Thoughts stand beside the content.
            Content::Thinking(_) => {}
            Content::Other(_) => losses.unknown(path),
        }
    }
    match parts.as_slice() {
        [] => None,
        [Part::Text(part)] => Some(chat::Content::Text(part.text.clone())),
        _ => Some(chat::Content::Parts(parts)),
    }
}

fn call(call: &cohere_v2::ToolCall) -> ToolCall {
    let function = call.function.as_ref();
    ToolCall::function(
        call.id.as_deref().unwrap_or_default(),
        function.and_then(|function| function.name.as_deref()).unwrap_or_default(),
        function.and_then(|function| function.arguments.as_deref()).unwrap_or_default(),
    )
}

fn tools(native: &cohere_v2::ChatRequest) -> Option<Vec<Tool>> {
    let one = |tool: &cohere_v2::Tool| {
        Tool::from(FunctionDefinition {
            name: tool.function.name.clone(),
            description: tool.function.description.clone(),
            parameters: tool.function.parameters.clone(),
            strict: native.is_strict_tools_enabled,
            extra: tool.function.extra.clone(),
        })
    };
    native.tools.as_ref().map(|tools| tools.iter().map(one).collect())
}

fn tool_choice(native: &cohere_v2::ChatRequest, losses: &mut Losses) -> Option<chat::ToolChoice> {
    match native.tools_choice.as_ref()? {
        ToolsChoice::Required => Some(ToolChoiceMode::Required.into()),
        ToolsChoice::None => Some(ToolChoiceMode::None.into()),
        ToolsChoice::Other(_) => {
            losses.unknown("toolsChoice");
            None
        }
    }
}

/// A budget of tokens has no counterpart; that the model does not think has one.
fn effort(native: &cohere_v2::ChatRequest, losses: &mut Losses) -> Option<ReasoningEffort> {
    let thinking = native.thinking.as_ref()?;
    if thinking.kind == Some(ThinkingMode::Disabled) {
        return Some(ReasoningEffort::None);
    }
    losses.dropped("thinking");
    None
}
