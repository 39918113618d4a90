//! [`ProviderState`]: what continues a conversation over the Responses API.

use std::sync::OnceLock;

use oci_wire::chat::{AssistantMessage, ChatRequest, Message, ToolCall};
use oci_wire::responses::{Input, Item, Response, ResponsesRequest};
use oci_wire::{Loss, Nullable, Translated};
use serde::{Deserialize, Serialize};

/// What an answer of the Responses API leaves behind for the next turn. It can be written with serde and kept anywhere.
///
/// With `store` the service keeps the conversation: the next call names the response, and only what is newer than the last answer
/// travels. In a [conversation](Self::conversation) of the Conversations API it does so too, under one name for all turns.
/// Without, nothing is kept there: the whole history travels, and each answer's own items, reasoning in its encrypted
/// form included, take the place of the messages that were made of them.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ProviderState {
    /// The conversation that the answers belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conversation_id: Option<String>,
    /// The response to continue, while the service keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_id: Option<String>,
    /// The items of the answers so far, when the service does not keep them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    turns: Vec<Turn>,
}

/// What the state after an answer is made of. It holds items of the answer, so it is made when it is asked for, and once.
#[derive(Clone, Debug)]
pub(crate) struct Continuation {
    before: Option<ProviderState>,
    stores: bool,
    after: OnceLock<ProviderState>,
}

impl Continuation {
    pub(crate) fn new(before: Option<ProviderState>, stores: bool) -> Self {
        Self { before, stores, after: OnceLock::new() }
    }

    /// The state after the answer, which is the same in each call.
    pub(crate) fn after(&self, response: &Response) -> &ProviderState {
        self.after.get_or_init(|| self.to_state(response))
    }

    /// The same for whoever keeps it.
    pub(crate) fn to_state(&self, response: &Response) -> ProviderState {
        ProviderState::after(self.before.as_ref(), response, self.stores)
    }
}

/// Whether the state was asked for already makes no difference.
impl PartialEq for Continuation {
    fn eq(&self, other: &Self) -> bool {
        self.before == other.before && self.stores == other.stores
    }
}

/// An answer, and by what its message is known again.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Turn {
    text: String,
    calls: Vec<String>,
    items: Vec<Item>,
}

impl ProviderState {
    /// A conversation of the Conversations API, which `client.conversations().create` makes and which outlives its answers.
    #[must_use]
    pub fn conversation(id: impl Into<String>) -> Self {
        Self { conversation_id: Some(id.into()), ..Self::default() }
    }

    /// The conversation that the next call belongs to; `None` if it belongs to none.
    #[must_use]
    pub fn conversation_id(&self) -> Option<&str> {
        self.conversation_id.as_deref()
    }

    /// The response that the next call continues; `None` if the service keeps nothing.
    #[must_use]
    pub fn response_id(&self) -> Option<&str> {
        self.response_id.as_deref()
    }

    /// The state after an answer.
    fn after(before: Option<&Self>, response: &Response, stores: bool) -> Self {
        if let Some(id) = before.and_then(Self::conversation_id) {
            return Self::conversation(id);
        }
        if stores {
            return Self { response_id: response.id.clone(), ..Self::default() };
        }
        let mut turns = before.map(|state| state.turns.clone()).unwrap_or_default();
        turns.push(Turn {
            text: response.text(),
            calls: response.output().iter().filter_map(call_id).map(str::to_owned).collect(),
            items: response.output().to_vec(),
        });
        Self { turns, ..Self::default() }
    }

    /// The same without what the service kept, for when it has lost it.
    pub(crate) fn without_service(self) -> Self {
        Self { turns: self.turns, ..Self::default() }
    }

    /// By what the service knows the conversation, if it does.
    pub(crate) fn kept_as(&self) -> Option<&str> {
        self.conversation_id().or_else(|| self.response_id())
    }

    /// A request that continues from here; the messages are back in their place when it is made.
    pub(crate) fn continued(&self, request: &mut ChatRequest) -> Translated<ResponsesRequest> {
        if self.kept_as().is_none() {
            return self.replayed(request);
        }
        let newest = since_last_answer(&request.messages);
        let messages = std::mem::replace(&mut request.messages, newest);
        let mut translated = ResponsesRequest::from_chat(request);
        request.messages = messages;
        match (&self.conversation_id, &self.response_id) {
            (Some(id), _) => translated.value = translated.value.with_conversation(id.as_str()),
            (None, id) => {
                translated.value.previous_response_id =
                    id.clone().map_or(Nullable::Absent, Nullable::Value);
            }
        }
        translated
    }

    /// The whole history, with the items of our own answers in the place of their messages.
    fn replayed(&self, request: &ChatRequest) -> Translated<ResponsesRequest> {
        let mut rest = request.clone();
        rest.messages = Vec::new();
        let mut translated = ResponsesRequest::from_chat(&rest);
        let mut items: Vec<Item> = Vec::new();
        let mut losses = std::mem::take(&mut translated.losses);
        let mut flush = |messages: &mut Vec<Message>, from: usize, items: &mut Vec<Item>| {
            if messages.is_empty() {
                return;
            }
            rest.messages = std::mem::take(messages);
            let part = ResponsesRequest::from_chat(&rest);
            if let Some(Input::Items(part)) = part.value.input {
                items.extend(part);
            }
            let moved = part.losses.into_iter().map(|loss| moved(loss, from));
            losses.extend(moved.filter(|loss| loss.path.starts_with("messages[")));
        };
        let (mut pending, mut from) = (Vec::new(), 0);
        for (index, message) in request.messages.iter().enumerate() {
            let turn = match message {
                Message::Assistant(answer) => self.turns.iter().find(|turn| turn.is(answer)),
                _ => None,
            };
            match turn {
                Some(turn) => {
                    flush(&mut pending, from, &mut items);
                    items.extend(turn.items.iter().cloned());
                    from = index + 1;
                }
                None => pending.push(message.clone()),
            }
        }
        flush(&mut pending, from, &mut items);
        rename_outputs(&mut items);
        translated.value.input = Some(Input::Items(items));
        translated.losses = losses;
        translated
    }
}

impl Turn {
    fn is(&self, message: &AssistantMessage) -> bool {
        let text = message.content.as_option().map(|content| content.text().into_owned());
        let calls = message.tool_calls.iter().flatten();
        text.unwrap_or_default() == self.text
            && calls.map(ToolCall::id).eq(self.calls.iter().map(String::as_str))
    }
}

/// The id of an item that is a call of a caller's tool.
fn call_id(item: &Item) -> Option<&str> {
    match item {
        Item::FunctionCall(call) => Some(&call.call_id),
        Item::CustomToolCall(call) => Some(&call.call_id),
        _ => None,
    }
}

/// Outputs of custom tools, whose calls are in the items of an answer and were not seen when the outputs were translated.
fn rename_outputs(items: &mut [Item]) {
    let mut custom = Vec::new();
    for item in items {
        match item {
            Item::CustomToolCall(call) => custom.push(call.call_id.clone()),
            Item::FunctionCallOutput(call) => {
                if let Some(id) = call.call_id.clone().filter(|id| custom.contains(id))
                    && let Some(output) = call.output.take()
                {
                    *item = Item::custom_tool_call_output(id, output);
                }
            }
            _ => {}
        }
    }
}

/// The messages that the service has not seen: those behind the last answer, and all instructions, which it does not keep.
fn since_last_answer(messages: &[Message]) -> Vec<Message> {
    let last = messages.iter().rposition(|message| matches!(message, Message::Assistant(_)));
    let seen = last.map_or(0, |index| index + 1);
    let is_new = |(index, message): &(usize, &Message)| {
        *index >= seen || matches!(message, Message::System(_) | Message::Developer(_))
    };
    messages.iter().enumerate().filter(is_new).map(|(_, message)| message.clone()).collect()
}

/// A loss of a part of the messages, with the index that it has in the whole.
fn moved(mut loss: Loss, from: usize) -> Loss {
    let index = loss.path.strip_prefix("messages[").and_then(|rest| rest.split_once(']'));
    if let Some((index, rest)) = index
        && let Ok(index) = index.parse::<usize>()
    {
        loss.path = format!("messages[{}]{rest}", index + from);
    }
    loss
}
