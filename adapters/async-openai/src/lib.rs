//! Clients of `async-openai` whose requests are signed and sent by locus.
//!
#![doc = include_str!("../README.md")]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use http_body_util::BodyExt as _;
use locus_openai_http::OpenAiHttp;
use tower_service::Service;

/// A client of `async-openai` whose requests are signed and sent by a client of locus.
#[must_use]
pub fn client(client: &locus::Client) -> Client<OpenAIConfig> {
    let service = SignedService::new(client);
    // The key stands where the crate wants one, and is never sent.
    let config =
        OpenAIConfig::new().with_api_base(service.http.base_url()).with_api_key("signed-instead");
    Client::with_config(config).with_http_service(service)
}

/// Executes the requests of `async-openai`: to be wrapped in layers of one's own and given to `Client::with_http_service`.
#[derive(Clone, Debug)]
pub struct SignedService {
    http: OpenAiHttp,
}

impl SignedService {
    /// A service over a client of locus.
    #[must_use]
    pub fn new(client: &locus::Client) -> Self {
        Self { http: OpenAiHttp::new(client) }
    }

    async fn send(self, factory: HttpRequestFactory) -> Result<reqwest::Response, OpenAIError> {
        let request = factory.build().await?;
        let mut whole = http::Request::new(());
        *whole.method_mut() = request.method().clone();
        *whole.uri_mut() = request.url().as_str().parse().map_err(boxed)?;
        *whole.headers_mut() = request.headers().clone();
        let body = match request.body() {
            None => bytes::Bytes::new(),
            Some(body) => match body.as_bytes() {
                Some(bytes) => bytes::Bytes::copy_from_slice(bytes),
                // A form is made up piece by piece, and the signature covers all of it.
                None => collected(factory.build().await?).await?,
            },
        };
        let (parts, ()) = whole.into_parts();
        let answer = self.http.send(http::Request::from_parts(parts, body)).await.map_err(boxed)?;
        Ok(answer.map(reqwest::Body::wrap_stream).into())
    }
}

impl Service<HttpRequestFactory> for SignedService {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        Box::pin(self.clone().send(factory))
    }
}

/// A body that is a stream.
async fn collected(mut request: reqwest::Request) -> Result<bytes::Bytes, OpenAIError> {
    let Some(body) = request.body_mut().take() else { return Ok(bytes::Bytes::new()) };
    Ok(body.collect().await?.to_bytes())
}

fn boxed(error: impl std::error::Error + Send + Sync + 'static) -> OpenAIError {
    OpenAIError::Boxed(Box::new(error))
}
