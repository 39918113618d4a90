//! Messages of chat completions as items.

use std::collections::BTreeSet;

use crate::chat::{self, Message as ChatMessage};
use crate::loss::Losses;
use crate::nullable::Nullable;
use crate::responses::item::Item;
use crate::responses::item_function::{CustomToolCall, FunctionCall};
use crate::responses::item_message::{Message, MessageContent, MessageRole};
use crate::responses::part::Part;
use crate::responses::translate::{content, note_extra};

/// The messages as items, in order.
pub(super) fn from_messages(messages: &[ChatMessage], losses: &mut Losses) -> Vec<Item> {
    let mut writer =
        Writer { items: Vec::new(), custom_calls: BTreeSet::new(), last: None, losses };
    for (index, message) in messages.iter().enumerate() {
        writer.push(message, index);
    }
    writer.items
}

struct Writer<'w> {
    items: Vec<Item>,
    /// Ids of calls of custom tools, whose results are items of another kind.
    custom_calls: BTreeSet<String>,
    /// The made-up id of the last call of the deprecated function interface.
    last: Option<String>,
    losses: &'w mut Losses,
}

impl Writer<'_> {
    fn push(&mut self, message: &ChatMessage, index: usize) {
        let path = format!("messages[{index}]");
        let extra = match message {
            ChatMessage::System(message) => &message.extra,
            ChatMessage::Developer(message) => &message.extra,
            ChatMessage::User(message) => &message.extra,
            ChatMessage::Assistant(message) => &message.extra,
            ChatMessage::Tool(message) => &message.extra,
            ChatMessage::Function(message) => &message.extra,
            ChatMessage::Other(_) => return self.losses.unknown(path),
        };
        note_extra(extra, &path, self.losses);
        match message {
            ChatMessage::System(message) => {
                self.say(MessageRole::System, &message.content, message.name.as_ref(), &path);
            }
            ChatMessage::Developer(message) => {
                self.say(MessageRole::Developer, &message.content, message.name.as_ref(), &path);
            }
            ChatMessage::User(message) => {
                self.say(MessageRole::User, &message.content, message.name.as_ref(), &path);
            }
            ChatMessage::Assistant(message) => self.push_assistant(message, index, &path),
            ChatMessage::Tool(message) => {
                let output = message.content.as_option().map_or_else(
                    || "".into(),
                    |content| {
                        content::output_from_chat(content, &format!("{path}.content"), self.losses)
                    },
                );
                let id = message.tool_call_id.as_str();
                self.items.push(if self.custom_calls.contains(id) {
                    Item::custom_tool_call_output(id, output)
                } else {
                    Item::function_call_output(id, output)
                });
            }
            ChatMessage::Function(message) => {
                self.losses.approximated(&*path);
                let output = message.content.as_option().map(chat::Content::text);
                let id = self.last.take().unwrap_or_else(|| made_up_id(index));
                self.items.push(Item::function_call_output(id, &*output.unwrap_or_default()));
            }
            ChatMessage::Other(_) => {}
        }
    }

    fn say(
        &mut self,
        role: MessageRole,
        content: &Nullable<chat::Content>,
        name: Option<&String>,
        path: &str,
    ) {
        if name.is_some() {
            self.losses.dropped(format!("{path}.name"));
        }
        let content = match content.as_option() {
            Some(content) => {
                content::from_chat(content, false, &format!("{path}.content"), self.losses)
            }
            None => MessageContent::from(""),
        };
        self.items.push(Item::Message(Message::new(role, content)));
    }

    fn push_assistant(&mut self, message: &chat::AssistantMessage, index: usize, path: &str) {
        for (is_there, name) in [
            (message.name.is_some(), "name"),
            // Thoughts can be replayed only in the form in which the Responses API gave them.
            (message.reasoning_content.is_some(), "reasoning_content"),
            (message.audio.is_some(), "audio"),
        ] {
            if is_there {
                self.losses.dropped(format!("{path}.{name}"));
            }
        }
        let mut content = message.content.as_option().map(|content| {
            content::from_chat(content, true, &format!("{path}.content"), self.losses)
        });
        if let Some(refusal) = &message.refusal {
            let mut parts = match content {
                Some(MessageContent::Parts(parts)) => parts,
                Some(MessageContent::Text(text)) => vec![Part::output_text(text)],
                Some(MessageContent::Other(_)) | None => Vec::new(),
            };
            parts.push(Part::refusal(refusal.clone()));
            content = Some(MessageContent::Parts(parts));
        }
        if let Some(content) = content {
            self.items.push(Item::assistant(content));
        }
        for (at, call) in message.tool_calls.iter().flatten().enumerate() {
            self.push_call(call, &format!("{path}.tool_calls[{at}]"));
        }
        if let Some(call) = &message.function_call {
            self.losses.approximated(format!("{path}.function_call"));
            let id = made_up_id(index);
            self.items.push(Item::function_call(&*id, &*call.name, &*call.arguments));
            self.last = Some(id);
        }
    }

    fn push_call(&mut self, call: &chat::ToolCall, path: &str) {
        match call {
            chat::ToolCall::Function(call) => {
                note_extra(&call.extra, path, self.losses);
                note_extra(&call.function.extra, &format!("{path}.function"), self.losses);
            }
            chat::ToolCall::Custom(call) => {
                note_extra(&call.extra, path, self.losses);
                note_extra(&call.custom.extra, &format!("{path}.custom"), self.losses);
            }
            chat::ToolCall::Other(_) => {}
        }
        self.items.push(match call {
            chat::ToolCall::Function(call) => Item::FunctionCall(FunctionCall {
                call_id: call.id.clone(),
                name: call.function.name.clone(),
                arguments: call.function.arguments.clone(),
                ..FunctionCall::default()
            }),
            chat::ToolCall::Custom(call) => {
                self.custom_calls.insert(call.id.clone());
                Item::CustomToolCall(CustomToolCall {
                    call_id: call.id.clone(),
                    name: call.custom.name.clone(),
                    input: call.custom.input.clone(),
                    ..CustomToolCall::default()
                })
            }
            chat::ToolCall::Other(_) => return self.losses.unknown(path),
        });
    }
}

/// The id of a call that has none: the same for the same place in the conversation.
fn made_up_id(index: usize) -> String {
    format!("call_{index}")
}
