//! [`ChatAnswer`]: an answer with what was different from what was asked.

use std::ops::Deref;

use oci_wire::chat::{ChatResponse, Message};
use oci_wire::responses::Response;

use crate::state::ProviderState;
use crate::warning::Warning;

/// A whole answer in the dialect of chat completions, whatever the transport. It dereferences to the [`ChatResponse`].
#[derive(Clone, Debug, PartialEq)]
pub struct ChatAnswer {
    pub(crate) response: ChatResponse,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) state: Option<ProviderState>,
    pub(crate) items: Option<Box<Response>>,
    pub(crate) opc_request_id: Option<String>,
}

impl ChatAnswer {
    /// What the call did differently from what was asked; empty when it did all of it.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What continues the conversation with [`Chat::continues`](crate::Chat::continues); `None` over other APIs than Responses.
    #[must_use]
    pub fn state(&self) -> Option<&ProviderState> {
        self.state.as_ref()
    }

    /// The answer as the Responses API gave it, with the calls of tools that the service ran itself.
    #[must_use]
    pub fn as_response(&self) -> Option<&Response> {
        self.items.as_deref()
    }

    /// The message of the answer, to be appended to a history; `None` for an answer without one.
    #[must_use]
    pub fn to_message(&self) -> Option<Message> {
        self.response.message().cloned().map(oci_wire::chat::ResponseMessage::into_message)
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        self.opc_request_id.as_deref()
    }

    /// The answer itself.
    #[must_use]
    pub fn into_inner(self) -> ChatResponse {
        self.response
    }
}

impl Deref for ChatAnswer {
    type Target = ChatResponse;

    fn deref(&self) -> &ChatResponse {
        &self.response
    }
}
