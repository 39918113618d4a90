//! hyper itself, the floor that all others stand on: with its own pool, without and with a parser.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::Chat;
use super::parser::{Ask, Lines, text};
use crate::answers::{KEY, MODEL};

#[derive(Clone)]
pub(crate) struct Hyper {
    client: Client<HttpConnector, Full<Bytes>>,
    url: http::Uri,
}

impl Hyper {
    async fn send(&self, model: &str, stream: bool) -> Incoming {
        let mut request = Request::new(Full::new(Ask::json(model, stream).into()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        let headers = request.headers_mut();
        let bearer = format!("Bearer {KEY}").parse().expect("the key is ASCII");
        headers.insert(header::AUTHORIZATION, bearer);
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        let response = self.client.request(request).await.expect("the server answers");
        assert!(response.status().is_success(), "{}", response.status());
        response.into_body()
    }
}

async fn collect(body: Incoming) -> Bytes {
    body.collect().await.expect("the body is complete").to_bytes()
}

/// The data of the next frame.
async fn frame(body: &mut Incoming) -> Option<Bytes> {
    let frame = body.frame().await?.expect("the body is complete");
    Some(frame.into_data().unwrap_or_default())
}

impl Chat for Hyper {
    type Stream = (Incoming, Lines);

    fn new(server: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            url: format!("{server}/v1/chat/completions").parse().expect("the server has a URL"),
        }
    }

    async fn call(&self) -> usize {
        text(&collect(self.send(MODEL, false).await).await)
    }

    async fn open(&self, model: &'static str) -> Self::Stream {
        (self.send(model, true).await, Lines::default())
    }

    async fn next((body, lines): &mut Self::Stream) -> Option<usize> {
        loop {
            if let Some(text) = lines.next_text() {
                return Some(text);
            }
            lines.push(frame(body).await?);
        }
    }
}

/// Reads the same bodies and looks at none of their bytes.
#[derive(Clone)]
pub(crate) struct Blind(Hyper);

impl Chat for Blind {
    type Stream = Incoming;

    const IS_BLIND: bool = true;

    fn new(server: &str) -> Self {
        Self(Hyper::new(server))
    }

    async fn call(&self) -> usize {
        collect(self.0.send(MODEL, false).await).await.len()
    }

    async fn open(&self, model: &'static str) -> Self::Stream {
        self.0.send(model, true).await
    }

    async fn next(body: &mut Self::Stream) -> Option<usize> {
        Some(frame(body).await?.len())
    }
}
