//! [`ChatAnswer`]: an answer with what was different from what was asked.

use std::borrow::Cow;
use std::ops::Deref;

use oci_wire::chat::{ChatResponse, Content, FinishReason, Message};
use oci_wire::responses::Response;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::misfit::Misfit;
use crate::schema::Schema;
use crate::state::{Continuation, ProviderState};
use crate::warning::Warning;

/// A whole answer in the dialect of chat completions, whatever the transport. It dereferences to the [`ChatResponse`].
#[derive(Clone, Debug, PartialEq)]
pub struct ChatAnswer {
    pub(crate) response: ChatResponse,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) kept: Option<Box<Kept>>,
    pub(crate) opc_request_id: Option<String>,
}

/// What an answer of the Responses API has beside. In a box, because an answer is moved and most have none of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) response: Response,
    pub(crate) continuation: Continuation,
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
        let kept = self.kept.as_deref()?;
        Some(kept.continuation.after(&kept.response))
    }

    /// The answer as the Responses API gave it, with the calls of tools that the service ran itself.
    #[must_use]
    pub fn as_response(&self) -> Option<&Response> {
        self.kept.as_deref().map(|kept| &kept.response)
    }

    /// All the text of the answer, of every part of its content; empty for one that has none.
    #[must_use]
    pub fn output_text(&self) -> Cow<'_, str> {
        let content = self.response.message().and_then(|message| message.content.as_ref());
        content.map(Content::text).unwrap_or_default()
    }

    /// The answer as a value of the type that it was asked for in: see [`Chat::structured`](crate::Chat::structured), which also
    /// asks again.
    ///
    /// # Errors
    /// [`Misfit`] if the model refused, the answer broke off, or its text is not JSON of this type.
    pub fn parse<T: DeserializeOwned + JsonSchema>(&self) -> Result<T, Misfit> {
        self.fit(&Schema::strict_of::<T>())
    }

    pub(crate) fn fit<T: DeserializeOwned>(&self, schema: &Schema) -> Result<T, Misfit> {
        if let Some(refusal) = self.response.refusal() {
            return Err(Misfit::refused(refusal));
        }
        if !self.response.tool_calls().is_empty() {
            return Err(Misfit::calls());
        }
        match self.response.finish_reason() {
            None | Some(FinishReason::Stop) => {}
            Some(reason) => match reason.canonical() {
                FinishReason::Stop => {}
                reason => {
                    // Some servers end with another word an answer that is whole all the same.
                    return schema.read(&self.output_text()).map_err(|_| Misfit::cut_off(reason));
                }
            },
        }
        schema.read(&self.output_text())
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
