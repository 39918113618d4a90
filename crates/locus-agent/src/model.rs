//! [`ChatModel`]: what an agent talks to.

use std::future::Future;

use oci_router::wire::chat::{ChatChunk, ChatRequest};
use oci_router::wire::responses::{self, Response};
use oci_router::{ChatStream, Error, Format, Model, ProviderState, Transport, Warning};

/// A model that answers chat requests piece by piece. [`Model`] is one; an implementation of one's own can choose among several.
pub trait ChatModel: Send + Sync + 'static {
    /// The answer as it comes.
    type Stream: AnswerStream;

    /// Sends one request.
    fn ask(&self, call: ModelCall) -> impl Future<Output = Result<Self::Stream, Error>> + Send;

    /// Whether a form of the answer can be asked for in a request that offers tools. Default: yes.
    ///
    /// Where not, an agent asks for the form once the model has answered without a call.
    fn formats_beside_tools(&self) -> bool {
        true
    }
}

/// The chunks of an answer, and what belongs to it once it is complete.
pub trait AnswerStream: Send {
    /// The next chunk; `None` when the answer is complete.
    fn next(&mut self) -> impl Future<Output = Option<Result<ChatChunk<'_>, Error>>> + Send;

    /// What continues the conversation, once the answer is complete. Default: nothing, the messages are all there is.
    fn state(&self) -> Option<ProviderState> {
        None
    }

    /// The answer as the Responses API gave it, once it is complete. Default: none.
    fn response(&self) -> Option<&Response> {
        None
    }

    /// What was done differently from what was asked. Default: nothing.
    fn warnings(&self) -> &[Warning] {
        &[]
    }

    /// The id by which Oracle finds the request. Default: none.
    fn opc_request_id(&self) -> Option<&str> {
        None
    }
}

/// One request to a model, as it is about to be sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ModelCall {
    /// The request, whose `model` is filled in when it is sent.
    pub request: ChatRequest,
    /// Tools that the service runs.
    pub hosted: Vec<responses::Tool>,
    /// What the answer before left behind for this one.
    pub state: Option<ProviderState>,
}

impl ModelCall {
    pub(crate) fn new(request: ChatRequest) -> Self {
        Self { request, hosted: Vec::new(), state: None }
    }
}

impl ChatModel for Model {
    type Stream = ChatStream;

    async fn ask(&self, call: ModelCall) -> Result<ChatStream, Error> {
        let ModelCall { request, hosted, state } = call;
        // What another model left behind is of no use to one that is not on Responses; the history is whole all the same.
        let is_on_responses = !hosted.is_empty()
            || request.store == Some(true)
            || self.route()?.transport == Transport::Responses;
        let mut chat = self.chat(request).hosted_tools(hosted);
        if is_on_responses {
            chat = chat.continues(&state.unwrap_or_default());
        }
        chat.stream().await
    }

    /// Cohere's formats of the native API take no form of the answer beside tools.
    fn formats_beside_tools(&self) -> bool {
        let is_cohere = |route: oci_router::Route| {
            route.transport == Transport::Native && route.format != Format::Generic
        };
        !self.route().is_ok_and(is_cohere)
    }
}

impl AnswerStream for ChatStream {
    async fn next(&mut self) -> Option<Result<ChatChunk<'_>, Error>> {
        Self::next(self).await.map(|chunk| chunk.map_err(Error::from))
    }

    fn state(&self) -> Option<ProviderState> {
        Self::state(self)
    }

    fn response(&self) -> Option<&Response> {
        self.as_response()
    }

    fn warnings(&self) -> &[Warning] {
        Self::warnings(self)
    }

    fn opc_request_id(&self) -> Option<&str> {
        Self::opc_request_id(self)
    }
}
