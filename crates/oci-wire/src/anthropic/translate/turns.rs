//! Messages of chat completions as messages.

use serde_json::{Value, json};

use crate::anthropic::block::{Content, ContentBlock, ToolResultBlock};
use crate::anthropic::request::{Message, Role};
use crate::anthropic::translate::{content, drop_members, note_extra};
use crate::arguments::decoded_once;
use crate::chat::{self, Message as ChatMessage, ToolCall};
use crate::loss::Losses;
use crate::nullable::Nullable;
use crate::raw::RawJson;

/// The leading instructions, and the messages behind them.
pub(super) fn from_chat(
    messages: &[ChatMessage],
    losses: &mut Losses,
) -> (Option<Content>, Vec<Message>) {
    let mut writer = Writer { system: None, messages: Vec::new(), open: None, last: None, losses };
    for (index, message) in messages.iter().enumerate() {
        writer.push(message, index);
    }
    writer.close();
    (writer.system, writer.messages)
}

struct Writer<'w> {
    system: Option<Content>,
    messages: Vec<Message>,
    /// Results of tools, which share a message with what the user says next.
    open: Option<Vec<ContentBlock>>,
    /// The made-up id of the last call of the deprecated function interface.
    last: Option<String>,
    losses: &'w mut Losses,
}

impl Writer<'_> {
    fn push(&mut self, message: &ChatMessage, index: usize) {
        let path = format!("messages[{index}]");
        let (extra, name) = match message {
            ChatMessage::System(message) => (&message.extra, message.name.is_some()),
            ChatMessage::Developer(message) => (&message.extra, message.name.is_some()),
            ChatMessage::User(message) => (&message.extra, message.name.is_some()),
            ChatMessage::Assistant(message) => (&message.extra, message.name.is_some()),
            ChatMessage::Tool(message) => (&message.extra, false),
            ChatMessage::Function(message) => (&message.extra, false),
            ChatMessage::Other(_) => return self.losses.unknown(path),
        };
        note_extra(extra, &path, self.losses);
        drop_members(&path, [(name, "name")], self.losses);
        match message {
            ChatMessage::System(message) => self.instruct(&message.content, &path),
            ChatMessage::Developer(message) => {
                self.losses.approximated(&*path);
                self.instruct(&message.content, &path);
            }
            ChatMessage::User(message) => self.say(&message.content, &path),
            ChatMessage::Assistant(message) => self.answer(message, index, &path),
            ChatMessage::Tool(message) => {
                let id = message.tool_call_id.clone();
                self.result(id, &message.content, &path);
            }
            ChatMessage::Function(message) => {
                self.losses.approximated(&*path);
                let id = self.last.take().unwrap_or_else(|| made_up_id(index));
                self.result(id, &message.content, &path);
            }
            ChatMessage::Other(_) => {}
        }
    }

    fn instruct(&mut self, said: &Nullable<chat::Content>, path: &str) {
        let said = self.content(said, path);
        if !self.messages.is_empty() || self.open.is_some() {
            self.close();
            self.messages.push(Message::system(said));
            return;
        }
        self.system = Some(match self.system.take() {
            None => said,
            Some(before) => {
                // There the leading instructions are one.
                self.losses.approximated(path);
                let blocks = into_blocks(before).into_iter().chain(into_blocks(said));
                Content::Blocks(blocks.collect())
            }
        });
    }

    fn say(&mut self, said: &Nullable<chat::Content>, path: &str) {
        let said = self.content(said, path);
        let message = match self.open.take() {
            None => Message::user(said),
            Some(mut blocks) => {
                blocks.extend(into_blocks(said));
                Message::user(Content::Blocks(blocks))
            }
        };
        self.messages.push(message);
    }

    fn result(&mut self, id: String, said: &Nullable<chat::Content>, path: &str) {
        let content = said.as_option().map(|_| self.content(said, path));
        let content = content.filter(|content| *content != Content::default());
        self.open.get_or_insert_default().push(ContentBlock::ToolResult(ToolResultBlock {
            tool_use_id: id,
            content,
            ..ToolResultBlock::default()
        }));
    }

    fn answer(&mut self, message: &chat::AssistantMessage, index: usize, path: &str) {
        self.close();
        let members = [
            // Nobody vouches for these thoughts, so the model would refuse them.
            (message.reasoning_content.is_some(), "reasoning_content"),
            (message.audio.is_some(), "audio"),
        ];
        drop_members(path, members, self.losses);
        let calls = message.tool_calls.as_deref().unwrap_or_default();
        let is_plain =
            calls.is_empty() && message.refusal.is_none() && message.function_call.is_none();
        if let (true, Nullable::Value(chat::Content::Text(text))) = (is_plain, &message.content) {
            return self.messages.push(Message::assistant(text.as_str()));
        }
        let mut blocks = Vec::new();
        if let Some(said) = message.content.as_option() {
            blocks = content::from_chat(said, &format!("{path}.content"), self.losses);
            // An empty text beside calls says nothing, and the API refuses it.
            blocks.retain(|block| block.as_text() != Some(""));
        }
        if let Some(refusal) = &message.refusal {
            self.losses.approximated(format!("{path}.refusal"));
            blocks.push(ContentBlock::text(refusal.clone()));
        }
        for (at, call) in calls.iter().enumerate() {
            let path = format!("{path}.tool_calls[{at}]");
            blocks.extend(call_from_chat(call, &path, self.losses));
        }
        if let Some(call) = &message.function_call {
            self.losses.approximated(format!("{path}.function_call"));
            let id = made_up_id(index);
            let input = input(&call.arguments, path, self.losses);
            blocks.push(ContentBlock::tool_use(id.clone(), call.name.clone(), input));
            self.last = Some(id);
        }
        let content = Content::Blocks(blocks);
        let role = Some(Role::Assistant);
        self.messages.push(Message { role, content, ..Message::default() });
    }

    fn content(&mut self, said: &Nullable<chat::Content>, path: &str) -> Content {
        match said.as_option() {
            None => Content::default(),
            Some(chat::Content::Text(text)) => Content::Text(text.clone()),
            Some(said) => {
                Content::Blocks(content::from_chat(said, &format!("{path}.content"), self.losses))
            }
        }
    }

    fn close(&mut self) {
        if let Some(blocks) = self.open.take() {
            self.messages.push(Message::user(Content::Blocks(blocks)));
        }
    }
}

fn into_blocks(content: Content) -> Vec<ContentBlock> {
    match content {
        Content::Text(text) if text.is_empty() => Vec::new(),
        Content::Text(text) => vec![ContentBlock::text(text)],
        Content::Blocks(blocks) => blocks,
        Content::Other(_) => Vec::new(),
    }
}

/// A call as a block; free-form input becomes the only member of an object.
pub(super) fn call_from_chat(
    call: &ToolCall,
    path: &str,
    losses: &mut Losses,
) -> Option<ContentBlock> {
    match call {
        ToolCall::Function(call) => {
            note_extra(&call.extra, path, losses);
            note_extra(&call.function.extra, &format!("{path}.function"), losses);
            let input = input(&call.function.arguments, &format!("{path}.function"), losses);
            Some(ContentBlock::tool_use(call.id.clone(), call.function.name.clone(), input))
        }
        ToolCall::Custom(call) => {
            losses.approximated(path);
            let input = RawJson::from(json!({"input": call.custom.input}));
            Some(ContentBlock::tool_use(call.id.clone(), call.custom.name.clone(), input))
        }
        ToolCall::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

/// Arguments as an object; what is none becomes the only member of one.
fn input(arguments: &str, path: &str, losses: &mut Losses) -> RawJson {
    let decoded = decoded_once(arguments);
    let text = decoded.trim();
    if text.is_empty() {
        return RawJson::from(Value::Object(serde_json::Map::new()));
    }
    match RawJson::parse(text) {
        Ok(input) if text.starts_with('{') => input,
        _ => {
            losses.approximated(format!("{path}.arguments"));
            RawJson::from(json!({"arguments": arguments}))
        }
    }
}

/// The id of a call that has none: the same for the same place in the conversation.
fn made_up_id(index: usize) -> String {
    format!("call_{index}")
}
