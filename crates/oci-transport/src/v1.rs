//! The V1 transport: chat completions of the OpenAI-compatible API.

use bytes::Bytes;
use oci_wire::chat::{ChatRequest, ChatResponse, StreamOptions};
use oci_wire::error::{ErrorBody, ErrorShape};

use crate::answer::Answer;
use crate::attempt::{Call, EVENT_STREAM, JSON, Opened, media_type};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::stream::ChatStream;

impl Client {
    /// Sends a chat request and waits for the whole answer.
    ///
    /// `stream` and `stream_options` of the request are left out, whatever they are.
    ///
    /// # Errors
    /// [`Error`], after the retries of the client's [`RetryPolicy`](crate::RetryPolicy). Dropping the future cancels the request;
    /// the service may go on with it.
    pub async fn chat(&self, mut request: ChatRequest) -> Result<Answer<ChatResponse>, Error> {
        request.stream = None;
        request.stream_options = None;
        let mut opened = self.open(&request, JSON).await?;
        let body = match self.inner.collect(&mut opened.body, self.inner.body_limit).await {
            Ok(body) => body,
            Err(error) => return Err(opened.error(error)),
        };
        let response = decode(&opened, body).map_err(|error| opened.error(error))?;
        Ok(Answer::new(response, opened.opc_request_id))
    }

    /// Sends a chat request and returns the stream of its answer as soon as the service accepts it.
    ///
    /// `stream` is set, and so is `stream_options.include_usage` unless the request says something else.
    ///
    /// # Errors
    /// [`Error`] if the service refuses; a failure after it accepted comes from the stream.
    pub async fn chat_stream(&self, mut request: ChatRequest) -> Result<ChatStream, Error> {
        request.stream = Some(true);
        request.stream_options.get_or_insert_with(StreamOptions::usage);
        let choices = request.n.unwrap_or(1);
        let opened = self.open(&request, EVENT_STREAM).await?;
        if media_type(&opened.headers) != EVENT_STREAM {
            return Err(self.no_stream(opened).await);
        }
        Ok(ChatStream::new(opened, self.inner.deadlines, choices))
    }

    /// The error that an answer of another kind than a stream stands for, with what the service said.
    async fn no_stream(&self, mut opened: Opened) -> Error {
        let found = media_type(&opened.headers);
        let body = match self.inner.collect(&mut opened.body, self.inner.body_limit).await {
            Ok(body) => body,
            Err(error) => return opened.error(error),
        };
        if let Some(failure) = failure(&opened, &body) {
            return opened.error(failure);
        }
        let message =
            format!("expected a stream ({EVENT_STREAM}), found {} bytes of {found}", body.len());
        opened.error(Error::new(ErrorKind::Malformed, message).with_raw_body(body))
    }

    async fn open(&self, request: &ChatRequest, accept: &'static str) -> Result<Opened, Error> {
        let body = serde_json::to_vec(request).map_err(|source| {
            Error::new(ErrorKind::Request, "the request cannot be written as JSON")
                .with_source(source)
        })?;
        self.inner
            .send(Call {
                path: CHAT_COMPLETIONS,
                accept,
                model: &request.model,
                body: Bytes::from(body),
            })
            .await
    }
}

/// Reads a whole answer; an error object under a success status is the error that it is.
fn decode(opened: &Opened, body: Bytes) -> Result<ChatResponse, Error> {
    match serde_json::from_slice::<ChatResponse>(&body) {
        Ok(response) if !response.choices.is_empty() => Ok(response),
        Ok(_) => Err(failure(opened, &body).unwrap_or_else(|| {
            let message = "expected a chat completion, found an answer without choices";
            Error::new(ErrorKind::Malformed, message).with_raw_body(body)
        })),
        Err(source) => {
            let message = format!(
                "expected a chat completion ({JSON}), found {} bytes of {}",
                body.len(),
                media_type(&opened.headers)
            );
            Err(Error::new(ErrorKind::Malformed, message).with_source(source).with_raw_body(body))
        }
    }
}

/// The failure that a JSON body under a success status tells of, if it does.
fn failure(opened: &Opened, body: &Bytes) -> Option<Error> {
    let failure = ErrorBody::parse(body);
    let tells =
        matches!(failure.shape, ErrorShape::Oci | ErrorShape::OpenAi | ErrorShape::OpenAiInOci);
    tells.then(|| Error::service(opened.status, &failure, body.clone()))
}

const CHAT_COMPLETIONS: &str = "/openai/v1/chat/completions";
