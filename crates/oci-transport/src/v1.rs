//! The V1 transport: chat completions, embeddings and models of the OpenAI-compatible API.

use oci_wire::chat::{ChatRequest, ChatResponse};
use oci_wire::resources::{EmbeddingRequest, EmbeddingResponse, Model, ModelList};

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::operation::{CHAT, EMBEDDINGS, MODEL, MODELS};
use crate::path::Path;
use crate::stream::ChatStream;

impl Client {
    /// Sends a chat request and waits for the whole answer.
    ///
    /// A `stream` that asks for a stream is left out, and `stream_options` with it.
    ///
    /// # Errors
    /// [`Error`], after the retries of the client's [`RetryPolicy`](crate::RetryPolicy). Dropping the future cancels the request;
    /// the service may go on with it.
    pub async fn chat(&self, request: &ChatRequest) -> Result<Answer<ChatResponse>, Error> {
        let call = if request.stream == Some(true) {
            let mut whole = request.clone();
            (whole.stream, whole.stream_options) = (None, None);
            Call::json(&CHAT, &request.model, &whole)?
        } else {
            Call::json(&CHAT, &request.model, request)?
        };
        let read = |body: &[u8]| Ok(ChatResponse::from_json(body)?);
        self.whole_read(call, read, |answer| !answer.choices.is_empty()).await
    }

    /// Sends a chat request and returns the stream of its answer as soon as the service accepts it.
    ///
    /// `stream` is set, in a copy if the request does not say it. Token counts come only if the request asks for them with `stream_options`.
    ///
    /// # Errors
    /// [`Error`] if the service refuses; a failure after it accepted comes from the stream.
    pub async fn chat_stream(&self, request: &ChatRequest) -> Result<ChatStream, Error> {
        let call = if request.stream == Some(true) {
            Call::json(&CHAT, &request.model, request)?
        } else {
            let mut streamed = request.clone();
            streamed.stream = Some(true);
            Call::json(&CHAT, &request.model, &streamed)?
        };
        let choices = request.n.unwrap_or(1);
        let wants_usage =
            request.stream_options.as_ref().and_then(|options| options.include_usage) == Some(true);
        Ok(ChatStream::v1(self.streamed(&call).await?, choices, wants_usage))
    }

    /// Embeds texts with a model of the OpenAI-compatible API.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn embeddings(
        &self,
        request: &EmbeddingRequest,
    ) -> Result<Answer<EmbeddingResponse>, Error> {
        let call = Call::json(&EMBEDDINGS, &request.model, request)?;
        self.whole(call, |answer: &EmbeddingResponse| !answer.data.is_empty()).await
    }

    /// The models that the endpoint lists. No page of Oracle's documents this operation; it may not be there for API keys.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn models(&self) -> Result<Answer<ModelList>, Error> {
        let call = Call::at(&MODELS, Path::new(MODELS.path).build()?);
        self.whole(call, |list: &ModelList| list.object.is_some() || list.extra.is_empty()).await
    }

    /// One model that the endpoint lists; see [`models`](Self::models).
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn model(&self, id: &str) -> Result<Answer<Model>, Error> {
        let path = Path::new(MODEL.path).id("model", id)?.build()?;
        self.whole(Call::at(&MODEL, path).about(id), |model: &Model| model.id.is_some()).await
    }
}
