//! Models of `rig` whose requests are signed and sent by locus.
//!
#![doc = include_str!("../README.md")]
#![allow(clippy::result_large_err, reason = "the error is the host's")]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use locus_openai_http::{Body, OpenAiHttp};
use rig_core::Model;
use rig_core::http_client::{
    DynHttpClient, Error, HttpClientExt, LazyBody, MultipartForm, Result, StreamingResponse,
};
use rig_core::providers::openai::OpenAI;
use rig_core::providers::openai::responses_api::wire::Responses;
use rig_core::providers::openai::wire::{Chat, Embeddings, OpenAIConfig};

/// A completion model over chat completions, by its id with or without `oci:`.
#[must_use]
pub fn completion(client: &locus::Client, model: &str) -> Model<Chat> {
    provider(client).chat(id(model))
}

/// A completion model over the Responses API, by its id with or without `oci:`.
#[must_use]
pub fn responses(client: &locus::Client, model: &str) -> Model<Responses> {
    provider(client).responses(id(model))
}

/// An embedding model, by its id with or without `oci:`. The number of dimensions is that of the model if it is known, else what is
/// told.
#[must_use]
pub fn embedding(
    client: &locus::Client,
    model: &str,
    dimensions: Option<usize>,
) -> Model<Embeddings> {
    let known = locus::Capabilities::of(model).dimensions.and_then(|known| known.try_into().ok());
    provider(client).embedding(id(model), dimensions.or(known))
}

/// The provider itself, for what is not here.
#[must_use]
pub fn provider(client: &locus::Client) -> OpenAI {
    let http = SignedHttp::new(client);
    // The key stands where the crate wants one, and is never sent.
    OpenAIConfig::new("signed-instead")
        .with_base_url(http.0.base_url())
        .connect(DynHttpClient::new(http))
}

/// The id as the service has it.
fn id(model: &str) -> &str {
    locus::ModelId::parse(model).map_or(model, |id| id.as_str())
}

/// Sends the requests of rig, signed.
#[derive(Clone, Debug)]
pub struct SignedHttp(OpenAiHttp);

impl SignedHttp {
    /// Requests through a client of locus.
    #[must_use]
    pub fn new(client: &locus::Client) -> Self {
        Self(OpenAiHttp::new(client))
    }

    async fn open(self, request: Request<Bytes>) -> Result<Response<Body>> {
        let answer = self.0.send(request).await.map_err(Error::instance)?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let (parts, body) = answer.into_parts();
        let body = body.bytes().await.map_err(Error::instance)?;
        let text = String::from_utf8_lossy(&body).into_owned();
        Err(Error::non_success_with_details(parts.status, parts.headers, text))
    }
}

impl HttpClientExt for SignedHttp {
    fn send<T, U>(
        &self,
        request: Request<T>,
    ) -> impl Future<Output = Result<Response<LazyBody<U>>>> + Send + 'static
    where
        T: Into<Bytes> + Send,
        U: From<Bytes> + Send + 'static,
    {
        let opened = self.clone().open(request.map(Into::into));
        async move {
            let answer = opened.await?;
            Ok(answer.map(|body| -> LazyBody<U> {
                Box::pin(async move { Ok(U::from(body.bytes().await.map_err(Error::instance)?)) })
            }))
        }
    }

    fn send_multipart<U>(
        &self,
        _: Request<MultipartForm>,
    ) -> impl Future<Output = Result<Response<LazyBody<U>>>> + Send + 'static
    where
        U: From<Bytes> + Send + 'static,
    {
        // OCI has no operation that rig sends a form to.
        std::future::ready(Err(Error::Instance(
            "expected no form, which OCI has no use for".into(),
        )))
    }

    fn send_streaming<T>(
        &self,
        request: Request<T>,
    ) -> impl Future<Output = Result<StreamingResponse>> + Send
    where
        T: Into<Bytes> + Send,
    {
        let opened = self.clone().open(request.map(Into::into));
        async move {
            let answer = opened.await?;
            Ok(answer.map(|body| -> rig_core::http_client::BoxedStream { Box::pin(Pieces(body)) }))
        }
    }
}

/// The pieces of a body, with the host's error.
struct Pieces(Body);

impl futures_core::Stream for Pieces {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        Pin::new(&mut self.0)
            .poll_next(cx)
            .map(|piece| piece.map(|piece| piece.map_err(Error::instance)))
    }
}
