//! Messages as messages of chat completions.

use crate::anthropic::block::{Content, ContentBlock, ToolResultBlock};
use crate::anthropic::request::{Message, Role};
use crate::anthropic::translate::content::{content_of, part_to_chat, system_to_chat};
use crate::anthropic::translate::{drop_members, note_extra};
use crate::chat::{self, AssistantMessage, Message as ChatMessage, Part, ToolCall};
use crate::loss::Losses;
use crate::nullable::Nullable;
use crate::raw::RawJson;

/// The messages, each as one or several.
pub(super) fn to_chat(messages: &[Message], losses: &mut Losses) -> Vec<ChatMessage> {
    let mut all = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let path = format!("messages[{index}]");
        note_extra(&message.extra, &path, losses);
        let content = format!("{path}.content");
        match &message.role {
            Some(Role::User) | None => {
                User { messages: &mut all, parts: Vec::new(), has_text: false, losses }
                    .push(&message.content, &content);
            }
            Some(Role::Assistant) => {
                if index + 1 == messages.len() {
                    // There the answer continues this message; chat completions begins a new one.
                    losses.approximated(&*path);
                }
                all.extend(assistant(&message.content, &content, losses));
            }
            Some(Role::System) => {
                let said = system_to_chat(&message.content, &content, losses);
                all.extend(said.map(ChatMessage::system));
            }
            Some(Role::Other(_)) => losses.unknown(path),
        }
    }
    all
}

/// A message of the user, in which chat completions tells results of tools and the user's words apart.
struct User<'u> {
    messages: &'u mut Vec<ChatMessage>,
    /// What the user says, and what of the results is no text.
    parts: Vec<Part>,
    has_text: bool,
    losses: &'u mut Losses,
}

impl User<'_> {
    fn push(mut self, content: &Content, path: &str) {
        match content {
            Content::Text(text) => self.messages.push(ChatMessage::user(text.clone())),
            Content::Blocks(blocks) => {
                for (at, block) in blocks.iter().enumerate() {
                    self.push_block(block, &format!("{path}[{at}]"));
                }
                self.flush();
            }
            Content::Other(_) => self.losses.unknown(path),
        }
    }

    fn push_block(&mut self, block: &ContentBlock, path: &str) {
        match block {
            ContentBlock::ToolResult(result) => {
                if self.has_text {
                    // Results have to follow the calls at once, so they overtake the user's words.
                    self.losses.approximated(path);
                }
                self.push_result(result, path);
            }
            ContentBlock::System(block) => {
                note_extra(&block.extra, path, self.losses);
                drop_members(path, [(block.cache_control.is_some(), "cache_control")], self.losses);
                self.flush();
                let content = Content::Blocks(block.content.clone());
                let said = system_to_chat(&content, &format!("{path}.content"), self.losses);
                self.messages.extend(said.map(ChatMessage::system));
            }
            block => {
                if let Some(parts) = part_to_chat(block, path, self.losses) {
                    self.has_text = true;
                    self.parts.extend(parts);
                }
            }
        }
    }

    fn push_result(&mut self, result: &ToolResultBlock, path: &str) {
        note_extra(&result.extra, path, self.losses);
        let members = [
            (result.is_error == Some(true), "is_error"),
            (result.cache_control.is_some(), "cache_control"),
        ];
        drop_members(path, members, self.losses);
        let path = format!("{path}.content");
        let content = match &result.content {
            Some(Content::Text(text)) => chat::Content::Text(text.clone()),
            Some(Content::Blocks(blocks)) => self.result(blocks, &path),
            Some(Content::Other(_)) => {
                self.losses.unknown(path);
                chat::Content::default()
            }
            None => chat::Content::default(),
        };
        self.messages.push(ChatMessage::tool(result.tool_use_id.clone(), content));
    }

    /// The text of a result; images and documents go into the message of the user behind the results.
    fn result(&mut self, blocks: &[ContentBlock], path: &str) -> chat::Content {
        let mut texts = Vec::new();
        let mut is_attached = false;
        for (at, block) in blocks.iter().enumerate() {
            let path = format!("{path}[{at}]");
            for part in part_to_chat(block, &path, self.losses).into_iter().flatten() {
                if matches!(part, Part::Text(_)) {
                    texts.push(part);
                } else {
                    self.losses.approximated(&*path);
                    self.parts.push(part);
                    is_attached = true;
                }
            }
        }
        match (texts.is_empty(), is_attached) {
            (true, true) => chat::Content::from(ATTACHED),
            (true, false) => chat::Content::default(),
            (false, _) => content_of(texts),
        }
    }

    fn flush(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        if !parts.is_empty() {
            self.messages.push(ChatMessage::user(content_of(parts)));
        }
        self.has_text = false;
    }
}

/// What the model said and called; `None` when nothing of it has a translation.
fn assistant(content: &Content, path: &str, losses: &mut Losses) -> Option<ChatMessage> {
    let blocks = match content {
        Content::Text(text) => return Some(ChatMessage::assistant(text.clone())),
        Content::Blocks(blocks) => blocks,
        Content::Other(_) => {
            losses.unknown(path);
            return None;
        }
    };
    let (mut texts, mut calls) = (Vec::new(), Vec::new());
    for (at, block) in blocks.iter().enumerate() {
        let path = format!("{path}[{at}]");
        match block {
            ContentBlock::ToolUse(call) => {
                note_extra(&call.extra, &path, losses);
                let members = [
                    (call.caller.is_some(), "caller"),
                    (call.cache_control.is_some(), "cache_control"),
                ];
                drop_members(&path, members, losses);
                let input = call.input.as_ref().map_or("{}", RawJson::get);
                calls.push(ToolCall::function(&*call.id, &*call.name, input));
            }
            ContentBlock::Text(_) => {
                texts.extend(part_to_chat(block, &path, losses).into_iter().flatten());
            }
            ContentBlock::Other(_) => losses.unknown(path),
            // Thoughts can be replayed only to the model that thought them.
            _ => losses.dropped(path),
        }
    }
    if texts.is_empty() && calls.is_empty() {
        return None;
    }
    Some(ChatMessage::Assistant(AssistantMessage {
        content: if texts.is_empty() { Nullable::Null } else { Nullable::Value(content_of(texts)) },
        tool_calls: (!calls.is_empty()).then_some(calls),
        ..AssistantMessage::default()
    }))
}

/// What a result says whose images are in the message behind it, since some models refuse an empty one.
const ATTACHED: &str = "The result is in the next message.";
