//! reqwest with the parser that hyper has here.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::header;
use reqwest::{Client, Response};

use super::Chat;
use super::parser::{Ask, Lines, text};
use crate::answers::{KEY, MODEL};

#[derive(Clone)]
pub(crate) struct Reqwest {
    client: Client,
    url: String,
}

impl Reqwest {
    async fn send(&self, model: &str, stream: bool) -> Response {
        let request = self
            .client
            .post(&self.url)
            .bearer_auth(KEY)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Ask::json(model, stream));
        request.send().await.expect("the server answers").error_for_status().expect("with success")
    }
}

impl Chat for Reqwest {
    type Stream = (Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>, Lines);

    fn new(server: &str) -> Self {
        Self { client: client(), url: format!("{server}/v1/chat/completions") }
    }

    async fn call(&self) -> usize {
        text(&self.send(MODEL, false).await.bytes().await.expect("the body is complete"))
    }

    async fn open(&self, model: &'static str) -> Self::Stream {
        (Box::pin(self.send(model, true).await.bytes_stream()), Lines::default())
    }

    async fn next((body, lines): &mut Self::Stream) -> Option<usize> {
        loop {
            if let Some(text) = lines.next_text() {
                return Some(text);
            }
            lines.push(body.next().await?.expect("the body is complete"));
        }
    }
}

/// Whatever the environment says, the server is on this machine.
pub(super) fn client() -> Client {
    Client::builder().no_proxy().build().expect("without TLS there is nothing to fail")
}
