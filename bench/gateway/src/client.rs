//! One connection, and what is read from it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use memchr::memmem::Finder;
use tokio::net::TcpStream;

use crate::ask::Ask;

/// Where requests go, and what is in all of them.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) model: String,
    pub(crate) key: String,
    pub(crate) is_native: bool,
}

/// A connection that is kept.
pub(crate) struct Connection {
    target: Target,
    sender: SendRequest<Full<Bytes>>,
}

/// What came of a request.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) status: u16,
    /// The text of the answer, or of its pieces.
    pub(crate) text: String,
    pub(crate) is_done: bool,
    /// Whether an event, or the body, is an error.
    pub(crate) has_error: bool,
    pub(crate) first: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(target: &Target) -> Result<Self, String> {
        let text = |error: &dyn std::error::Error| error.to_string();
        let stream = TcpStream::connect(&target.host).await.map_err(|error| text(&error))?;
        stream.set_nodelay(true).map_err(|error| text(&error))?;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| text(&error))?;
        tokio::spawn(connection);
        Ok(Self { target: target.clone(), sender })
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        ask: &Ask,
        is_streamed: bool,
    ) -> Result<http::Response<Incoming>, String> {
        let Target { host, path, model, key, is_native } = self.target.clone();
        let body = if is_native {
            format!(
                "{{\"compartmentId\":\"c\",\"servingMode\":{{\"servingType\":\"ON_DEMAND\",\"modelId\":\"{model}\"}},\
                 \"chatRequest\":{{\"apiFormat\":\"GENERIC\",\"isStream\":{is_streamed},\"messages\":[{{\"role\":\"USER\",\
                 \"content\":[{{\"type\":\"TEXT\",\"text\":\"{ask}\"}}]}}]}}}}"
            )
        } else {
            format!(
                "{{\"model\":\"{model}\",\"stream\":{is_streamed},\"messages\":[{{\"role\":\"system\",\"content\":\
                 \"Be brief.\"}},{{\"role\":\"user\",\"content\":\"{ask}\"}}]}}"
            )
        };
        let request = Request::post(path)
            .header("host", host)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {key}"))
            .body(Full::new(Bytes::from(body)))
            .expect("the parts are of our making");
        if self.sender.ready().await.is_err() {
            // Servers close connections that were idle for some seconds; clients then make another one.
            let target = self.target.clone();
            *self = Self::open(&target).await?;
            self.sender.ready().await.map_err(|error| error.to_string())?;
        }
        self.sender.send_request(request).await.map_err(|error| error.to_string())
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, ask: &Ask, is_streamed: bool) -> Result<Received, String> {
        let begun = Instant::now();
        let answer = self.send(ask, is_streamed).await?;
        Reading::new(answer, begun).finish().await
    }
}

/// An answer that is being read.
pub(crate) struct Reading {
    body: Incoming,
    begun: Instant,
    received: Received,
}

impl Reading {
    pub(crate) fn new(answer: http::Response<Incoming>, begun: Instant) -> Self {
        let status = answer.status().as_u16();
        let received = Received { status, ..Received::default() };
        Self { body: answer.into_body(), begun, received }
    }

    /// Reads the next piece; false if there is none.
    pub(crate) async fn next(&mut self) -> Result<bool, String> {
        let Some(frame) = self.body.frame().await else { return Ok(false) };
        let frame = frame.map_err(|error| format!("the answer ended early: {error}"))?;
        if let Ok(data) = frame.into_data() {
            let begun = self.begun;
            self.received.first.get_or_insert_with(|| begun.elapsed());
            self.received.body.extend_from_slice(&data);
        }
        Ok(true)
    }

    /// Reads the rest.
    pub(crate) async fn finish(mut self) -> Result<Received, String> {
        while self.next().await? {}
        self.received.understand();
        Ok(self.received)
    }
}

impl Received {
    /// Takes the texts out: words have no escapes, so that nothing has to be parsed, and time goes to what is measured.
    fn understand(&mut self) {
        for name in ["\"content\":", "\"text\":"] {
            for at in Finder::new(name).find_iter(&self.body) {
                let rest = self.body.get(at + name.len()..).unwrap_or_default().trim_ascii_start();
                let Some(rest) = rest.strip_prefix(b"\"") else { continue };
                let end = memchr::memchr(b'"', rest).unwrap_or(rest.len());
                self.text.push_str(&String::from_utf8_lossy(&rest[..end]));
            }
        }
        self.is_done = memchr::memmem::find(&self.body, b"data: [DONE]").is_some();
        self.has_error = memchr::memmem::find(&self.body, b"\"error\":").is_some();
    }

    /// What is wrong with it, if something is.
    pub(crate) fn judge(&self, ask: &Ask, is_streamed: bool, has_end: bool) -> Result<(), String> {
        let expected = ask.text(ask.words);
        let is_right = self.status == 200
            && !self.has_error
            && self.text.trim_end() == expected
            && (!is_streamed || !has_end || self.is_done);
        if is_right {
            return Ok(());
        }
        let body = String::from_utf8_lossy(&self.body);
        let end: String =
            body.chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect();
        Err(format!("another answer to {ask}: {} {end}", self.status))
    }
}
