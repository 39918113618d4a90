//! [`Answer`]: one complete answer of the model.

use oci_router::ProviderState;
use oci_router::wire::chat::{
    AssistantMessage, ChatResponse, FinishReason, Message, ToolCall, Usage,
};
use oci_router::wire::responses::Item;

/// One complete answer of the model, as hooks may change it before it becomes part of the conversation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// What goes into the conversation.
    pub message: AssistantMessage,
    /// The reasoning before it, where the model showed it. It goes nowhere.
    pub reasoning: Option<String>,
    /// Why it ended.
    pub finish_reason: Option<FinishReason>,
    /// The token counts.
    pub usage: Option<Usage>,
    /// What tools of the service left in it.
    pub hosted: Vec<Item>,
    /// The id by which Oracle finds the request.
    pub opc_request_id: Option<String>,
    /// What continues the conversation behind it.
    pub(crate) state: Option<ProviderState>,
}

impl Answer {
    /// The answer; `None` if the model gave none.
    pub(crate) fn new(response: ChatResponse) -> Option<Self> {
        let usage = response.usage;
        let choice = response.choices.into_iter().next()?;
        let reasoning = choice.message.reasoning().map(str::to_owned);
        let Message::Assistant(mut message) = choice.message.into_message() else { return None };
        name_calls(&mut message);
        Some(Self {
            message,
            reasoning,
            finish_reason: choice.finish_reason.map(|reason| reason.canonical()),
            usage,
            hosted: Vec::new(),
            opc_request_id: None,
            state: None,
        })
    }

    /// The text; empty if it only calls tools.
    #[must_use]
    pub fn text(&self) -> String {
        text_of(&self.message)
    }

    /// The calls that it asks for.
    #[must_use]
    pub fn calls(&self) -> &[ToolCall] {
        self.message.tool_calls.as_deref().unwrap_or_default()
    }
}

/// All text of an answer in a conversation.
pub(crate) fn text_of(message: &AssistantMessage) -> String {
    let content = message.content.as_option();
    content.map(|content| content.text().into_owned()).unwrap_or_default()
}

/// Gives an id of its own to each call that has none or that of another, so that results find their calls.
fn name_calls(message: &mut AssistantMessage) {
    let Some(calls) = &mut message.tool_calls else { return };
    let mut seen: Vec<String> = Vec::new();
    for (index, call) in calls.iter_mut().enumerate() {
        let mut id = call.id().to_owned();
        while id.is_empty() || seen.contains(&id) {
            id = format!("{}_{index}", if id.is_empty() { "call" } else { &id });
        }
        match call {
            ToolCall::Function(call) => call.id.clone_from(&id),
            ToolCall::Custom(call) => call.id.clone_from(&id),
            _ => {}
        }
        seen.push(id);
    }
}
