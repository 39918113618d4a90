//! Messages of chat completions as messages of the format `GENERIC`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::chat::{self, Content, ImageDetail, Part};
use crate::family::Family;
use crate::loss::Losses;
use crate::native::call_id::call_id;
use crate::native::generic::{
    AssistantMessage, Content as NativeContent, Detail, DeveloperMessage, ImageContent, ImageUrl,
    Message, SystemMessage, ToolCall, ToolMessage, UserMessage,
};
use crate::native::translate::params::{drop_call_extra, drop_extra, drop_part_extra};
use crate::nullable::Nullable;

pub(crate) fn messages(
    messages: &[chat::Message],
    family: Family,
    losses: &mut Losses,
) -> Vec<Message> {
    let mut writer = Writer { family, losses, is_assistant: false, deprecated: BTreeMap::new() };
    let mut native: Vec<Message> = messages
        .iter()
        .enumerate()
        .filter_map(|(at, message)| writer.message(at, message))
        .collect();
    if family == Family::Gemini {
        native = answered_one_by_one(system_first(native));
    }
    native
}

struct Writer<'w> {
    family: Family,
    losses: &'w mut Losses,
    is_assistant: bool,
    /// For each function of the deprecated interface the id that its last call was given.
    deprecated: BTreeMap<String, String>,
}

impl Writer<'_> {
    fn message(&mut self, at: usize, message: &chat::Message) -> Option<Message> {
        let path = format!("messages[{at}]");
        drop_extra(message, &path, self.losses);
        self.is_assistant = matches!(message, chat::Message::Assistant(_));
        if self.family == Family::Gemini
            && let chat::Message::System(chat::SystemMessage { name: Some(_), .. })
            | chat::Message::Developer(chat::DeveloperMessage { name: Some(_), .. }) = message
        {
            // All instructions become one message, which has one name at most.
            self.losses.dropped(format!("{path}.name"));
        }
        Some(match message {
            chat::Message::System(message) => Message::System(SystemMessage {
                content: self.content(&message.content, &path),
                name: message.name.clone(),
                ..SystemMessage::default()
            }),
            chat::Message::Developer(message) => Message::Developer(DeveloperMessage {
                content: self.content(&message.content, &path),
                name: message.name.clone(),
                ..DeveloperMessage::default()
            }),
            chat::Message::User(message) => Message::User(UserMessage {
                content: self.content(&message.content, &path),
                name: message.name.clone(),
                ..UserMessage::default()
            }),
            chat::Message::Assistant(message) => self.assistant(at, message, &path),
            chat::Message::Tool(message) => Message::Tool(ToolMessage {
                content: self.content(&message.content, &path),
                tool_call_id: Some(message.tool_call_id.clone()),
                ..ToolMessage::default()
            }),
            chat::Message::Function(message) => Message::Tool(ToolMessage {
                content: self.content(&message.content, &path),
                tool_call_id: Some(self.deprecated_id(&message.name, &path)),
                ..ToolMessage::default()
            }),
            chat::Message::Other(_) => {
                self.losses.unknown(path);
                return None;
            }
        })
    }

    /// The id of the call that a result of the deprecated interface answers; its name when there was none.
    fn deprecated_id(&mut self, name: &str, path: &str) -> String {
        self.deprecated.get(name).cloned().unwrap_or_else(|| {
            self.losses.approximated(format!("{path}.name"));
            name.to_owned()
        })
    }

    fn assistant(&mut self, at: usize, message: &chat::AssistantMessage, path: &str) -> Message {
        let mut calls = Vec::new();
        for (place, call) in message.tool_calls.iter().flatten().enumerate() {
            let path = format!("{path}.tool_calls[{place}]");
            drop_call_extra(call, &path, self.losses);
            match call {
                chat::ToolCall::Function(call) => calls.push(ToolCall::function(
                    call.id.as_str(),
                    call.function.name.as_str(),
                    call.function.arguments.as_str(),
                )),
                chat::ToolCall::Custom(call) => {
                    self.losses.approximated(path);
                    let arguments = json!({"input": call.custom.input}).to_string();
                    calls.push(ToolCall::function(&*call.id, &*call.custom.name, arguments));
                }
                chat::ToolCall::Other(_) => self.losses.unknown(path),
            }
        }
        if let Some(call) = &message.function_call {
            let id = call_id("", 0, at, &call.name, &call.arguments);
            self.deprecated.insert(call.name.clone(), id.clone());
            calls.push(ToolCall::function(id, &*call.name, &*call.arguments));
        }
        if message.audio.is_some() {
            self.losses.dropped(format!("{path}.audio"));
        }
        let mut refusal = message.refusal.clone();
        let mut content = self.content(&message.content, path).unwrap_or_default();
        if let Some(Content::Parts(parts)) = message.content.as_option() {
            let parts = parts.iter().filter_map(|part| match part {
                Part::Refusal(part) => Some(part.refusal.as_str()),
                _ => None,
            });
            for part in parts {
                refusal.get_or_insert_default().push_str(part);
            }
        }
        content.retain(|part| part.as_text() != Some(""));
        Message::Assistant(AssistantMessage {
            content: self.said(content),
            name: message.name.clone(),
            refusal,
            tool_calls: Some(calls).filter(|calls| !calls.is_empty()),
            reasoning_content: message.reasoning_content.clone(),
            ..AssistantMessage::default()
        })
    }

    /// Oracle's documentation wants `null`, not an empty text; Gemini answers an empty message with a server error.
    fn said(&self, content: Vec<NativeContent>) -> Nullable<Vec<NativeContent>> {
        match (content.is_empty(), self.family) {
            (true, Family::Gemini) => Nullable::Value(vec![NativeContent::text(PLACEHOLDER)]),
            (true, _) => Nullable::Null,
            (false, _) => Nullable::Value(content),
        }
    }

    fn content(&mut self, content: &Nullable<Content>, path: &str) -> Option<Vec<NativeContent>> {
        Some(match content.as_option()? {
            Content::Text(text) => vec![NativeContent::text(text.as_str())],
            Content::Parts(parts) => {
                let one = |(at, part)| self.part(part, &format!("{path}.content[{at}]"));
                parts.iter().enumerate().filter_map(one).collect()
            }
        })
    }

    fn part(&mut self, part: &Part, path: &str) -> Option<NativeContent> {
        drop_part_extra(part, path, self.losses);
        Some(match part {
            Part::Text(part) => NativeContent::text(part.text.as_str()),
            Part::ImageUrl(part) => NativeContent::Image(ImageContent {
                image_url: Some(ImageUrl {
                    url: part.image_url.url.clone(),
                    detail: detail(part.image_url.detail.as_ref(), path, self.losses),
                    ..ImageUrl::default()
                }),
                ..ImageContent::default()
            }),
            Part::InputAudio(part) => {
                let audio = &part.input_audio;
                NativeContent::audio(format!("data:audio/{};base64,{}", audio.format, audio.data))
            }
            Part::File(part) => {
                match part.file.file_data.as_ref().or(part.file.file_url.as_ref()) {
                    Some(url) => {
                        if part.file.filename.is_some() {
                            self.losses.dropped(format!("{path}.file.filename"));
                        }
                        NativeContent::document(url.as_str())
                    }
                    None => {
                        self.losses.dropped(path);
                        return None;
                    }
                }
            }
            // The assistant's goes into its own member.
            Part::Refusal(_) => {
                self.losses.dropped_if([(!self.is_assistant, path)]);
                return None;
            }
            Part::Other(raw) => {
                let video = raw.to_value();
                let url = video.pointer("/video_url/url").and_then(Value::as_str);
                match url {
                    Some(url) => NativeContent::video(url),
                    None => {
                        self.losses.unknown(path);
                        return None;
                    }
                }
            }
        })
    }
}

/// The level of detail, where the native API knows it.
pub(crate) fn detail(
    detail: Option<&ImageDetail>,
    path: &str,
    losses: &mut Losses,
) -> Option<Detail> {
    match detail? {
        ImageDetail::Auto => Some(Detail::Auto),
        ImageDetail::Low => Some(Detail::Low),
        ImageDetail::High => Some(Detail::High),
        ImageDetail::Original => {
            losses.approximated(format!("{path}.image_url.detail"));
            Some(Detail::High)
        }
        ImageDetail::Other(_) => {
            losses.unknown(format!("{path}.image_url.detail"));
            None
        }
    }
}

/// Gemini takes one system message, and that first.
fn system_first(messages: Vec<Message>) -> Vec<Message> {
    let mut instructions = Vec::new();
    let mut rest = Vec::new();
    for message in messages {
        match message {
            Message::System(SystemMessage { content, .. })
            | Message::Developer(DeveloperMessage { content, .. }) => {
                instructions.extend(content.unwrap_or_default());
            }
            message => rest.push(message),
        }
    }
    if !instructions.is_empty() {
        let system = SystemMessage { content: Some(instructions), ..SystemMessage::default() };
        rest.insert(0, system.into());
    }
    rest
}

/// Gemini wants each call answered right after it, so parallel calls become calls one after the other.
fn answered_one_by_one(messages: Vec<Message>) -> Vec<Message> {
    let mut ordered = Vec::with_capacity(messages.len());
    let mut messages = messages.into_iter().peekable();
    while let Some(message) = messages.next() {
        let mut assistant = match message {
            Message::Assistant(assistant) => assistant,
            message => {
                ordered.push(message);
                continue;
            }
        };
        let mut results: Vec<ToolMessage> = Vec::new();
        while let Some(Message::Tool(_)) = messages.peek() {
            if let Some(Message::Tool(result)) = messages.next() {
                results.push(result);
            }
        }
        let calls = assistant.tool_calls.take().unwrap_or_default();
        if calls.len() < 2 || results.is_empty() {
            assistant.tool_calls = Some(calls).filter(|calls| !calls.is_empty());
            ordered.push(assistant.into());
            ordered.extend(results.into_iter().map(Message::from));
            continue;
        }
        for call in calls {
            let ToolCall::Function(function) = &call else { continue };
            let at = results.iter().position(|result| result.tool_call_id == function.id);
            let next = AssistantMessage {
                content: Nullable::Value(vec![NativeContent::text(PLACEHOLDER)]),
                ..AssistantMessage::default()
            };
            let mut one = std::mem::replace(&mut assistant, next);
            one.tool_calls = Some(vec![call]);
            ordered.push(one.into());
            ordered.extend(at.map(|at| Message::from(results.remove(at))));
        }
        ordered.extend(results.into_iter().map(Message::from));
    }
    ordered
}

/// What an assistant's message says that must not be empty.
const PLACEHOLDER: &str = ".";
