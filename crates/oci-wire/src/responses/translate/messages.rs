//! Items as messages of chat completions.

use crate::chat::{self, AssistantMessage, Message as ChatMessage, ToolCall};
use crate::loss::Losses;
use crate::nullable::Nullable;
use crate::responses::item::Item;
use crate::responses::item_function::ToolOutput;
use crate::responses::item_message::{Message, MessageRole};
use crate::responses::namespaces::joined;
use crate::responses::translate::{content, note_extra};

/// The items as messages; what the model said and called in a row is one message.
pub(super) fn from_items(items: &[Item], losses: &mut Losses) -> Vec<ChatMessage> {
    let mut to = Conversation::default();
    for (index, item) in items.iter().enumerate() {
        push(item, &format!("input[{index}]"), &mut to, losses);
    }
    to.show();
    to.messages
}

#[derive(Default)]
struct Conversation {
    messages: Vec<ChatMessage>,
    /// What of the latest results is no text: it follows them in a message of the user, since nothing may come between results.
    shown: Vec<chat::Part>,
}

impl Conversation {
    fn show(&mut self) {
        if !self.shown.is_empty() {
            self.messages.push(ChatMessage::user(std::mem::take(&mut self.shown)));
        }
    }
}

fn push(item: &Item, path: &str, to: &mut Conversation, losses: &mut Losses) {
    if matches!(item, Item::Message(_) | Item::FunctionCall(_) | Item::CustomToolCall(_)) {
        to.show();
    }
    let Conversation { messages, shown } = to;
    match item {
        Item::Message(message) => note_extra(&message.extra, path, losses),
        Item::FunctionCall(call) => note_extra(&call.extra, path, losses),
        Item::CustomToolCall(call) => note_extra(&call.extra, path, losses),
        Item::FunctionCallOutput(output) => note_extra(&output.extra, path, losses),
        Item::CustomToolCallOutput(output) => note_extra(&output.extra, path, losses),
        _ => {}
    }
    match item {
        Item::Message(message) => push_message(message, path, messages, losses),
        Item::FunctionCall(call) => {
            let name = called(call.namespace.as_deref(), &call.name);
            let call = ToolCall::function(&*call.call_id, name, &*call.arguments);
            push_call(call, messages);
        }
        Item::CustomToolCall(call) => {
            let name = called(call.namespace.as_deref(), &call.name);
            let call = ToolCall::custom(&*call.call_id, name, &*call.input);
            push_call(call, messages);
        }
        Item::FunctionCallOutput(output) => match &output.call_id {
            Some(id) => {
                push_output(id, output.output.as_ref(), path, (messages, shown), losses);
            }
            None => losses.dropped(path),
        },
        Item::CustomToolCallOutput(output) => {
            push_output(&output.call_id, output.output.as_ref(), path, (messages, shown), losses);
        }
        Item::Other(_) => losses.unknown(path),
        _ => losses.dropped(path),
    }
}

fn push_message(
    message: &Message,
    path: &str,
    messages: &mut Vec<ChatMessage>,
    losses: &mut Losses,
) {
    losses.dropped_if([(message.phase.is_some(), &*format!("{path}.phase"))]);
    let content_path = format!("{path}.content");
    let content = message
        .content
        .as_ref()
        .and_then(|content| content::to_chat(content, &content_path, losses));
    let said = content.unwrap_or_default();
    match &message.role {
        Some(MessageRole::System) => messages.push(ChatMessage::system(said)),
        Some(MessageRole::Developer) => messages.push(ChatMessage::developer(said)),
        Some(MessageRole::User) | None => messages.push(ChatMessage::user(said)),
        Some(MessageRole::Assistant) => messages.push(ChatMessage::assistant(said)),
        Some(_) => losses.dropped(path),
    }
}

/// The name by which chat completions knows a tool.
fn called(namespace: Option<&str>, name: &str) -> String {
    namespace.map_or_else(|| name.to_owned(), |namespace| joined(namespace, name))
}

/// A call belongs to the message of the model before it.
fn push_call(call: ToolCall, messages: &mut Vec<ChatMessage>) {
    if let Some(ChatMessage::Assistant(message)) = messages.last_mut() {
        message.tool_calls.get_or_insert_default().push(call);
        return;
    }
    messages.push(ChatMessage::Assistant(AssistantMessage {
        content: Nullable::Null,
        tool_calls: Some(vec![call]),
        ..AssistantMessage::default()
    }));
}

fn push_output(
    id: &str,
    output: Option<&ToolOutput>,
    path: &str,
    (messages, shown): (&mut Vec<ChatMessage>, &mut Vec<chat::Part>),
    losses: &mut Losses,
) {
    let path = format!("{path}.output");
    let content = output.and_then(|output| content::output_to_chat(output, &path, shown, losses));
    messages.push(ChatMessage::tool(id, content.unwrap_or_else(|| chat::Content::from(""))));
}
