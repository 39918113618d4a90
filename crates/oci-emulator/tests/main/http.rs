//! A raw HTTP/1.1 client that shows how an answer came, not only what it says.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What a connection runs over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// One connection.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    /// Bytes read and not yet used.
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// The body in the pieces in which it was sent; one piece if it was not chunked.
    pub(crate) pieces: Vec<Vec<u8>>,
    /// Whether the body came to its proper end.
    pub(crate) is_whole: bool,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }

    /// A connection that is open already.
    pub(crate) fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self { stream: Box::new(stream), buffer: Vec::new() }
    }

    /// Sends a request and reads the answer to its end.
    pub(crate) async fn request(&mut self, bytes: &[u8], is_head: bool) -> Answer {
        self.send(bytes).await;
        let mut answer = self.read_head().await.expect("an answer");
        self.read_body(&mut answer, is_head).await;
        answer
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).await.unwrap();
    }

    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Reads status line and headers, after any `100 Continue`; `None` if the connection is closed instead.
    pub(crate) async fn read_head(&mut self) -> Option<Answer> {
        loop {
            let answer = self.read_one_head().await?;
            if answer.status != 100 {
                return Some(answer);
            }
        }
    }

    async fn read_one_head(&mut self) -> Option<Answer> {
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            if !self.fill().await {
                return None;
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Some(Answer { status, headers, pieces: Vec::new(), is_whole: false })
    }

    pub(crate) async fn read_body(&mut self, answer: &mut Answer, is_head: bool) {
        // Neither has a body, whatever its length says (RFC 9112 section 6.3).
        if is_head || answer.status == 204 {
            answer.is_whole = true;
        } else if answer.header("transfer-encoding") == Some("chunked") {
            while self.read_chunk(answer).await {}
        } else {
            let length = answer.header("content-length").unwrap().parse().unwrap();
            while self.buffer.len() < length && self.fill().await {}
            let body: Vec<u8> = self.buffer.drain(..length.min(self.buffer.len())).collect();
            answer.is_whole = body.len() == length;
            answer.pieces.push(body);
        }
    }

    /// Reads one chunk; false at the end, proper or not.
    pub(crate) async fn read_chunk(&mut self, answer: &mut Answer) -> bool {
        loop {
            if let Some(line) = find(&self.buffer, b"\r\n") {
                let size = std::str::from_utf8(&self.buffer[..line]).unwrap();
                let size = usize::from_str_radix(size, 16).unwrap();
                if self.buffer.len() >= line + 2 + size + 2 {
                    let piece = self.buffer[line + 2..line + 2 + size].to_vec();
                    self.buffer.drain(..line + 2 + size + 2);
                    if size == 0 {
                        answer.is_whole = true;
                        return false;
                    }
                    answer.pieces.push(piece);
                    return true;
                }
            }
            if !self.fill().await {
                return false;
            }
        }
    }

    /// Reads more; false at the end of the connection, however it came.
    pub(crate) async fn fill(&mut self) -> bool {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer));
        matches!(read.await.expect("bytes or an end in time"), Ok(1..))
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn body(&self) -> String {
        String::from_utf8(self.pieces.concat()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.pieces.concat()).unwrap()
    }

    /// The data of each event, `[DONE]` included.
    pub(crate) fn events(&self) -> Vec<String> {
        let body = self.body();
        body.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
    }

    /// The events that are JSON.
    pub(crate) fn documents(&self) -> Vec<Value> {
        let events = self.events();
        events.iter().filter_map(|event| serde_json::from_str(event).ok()).collect()
    }
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

/// Only a broken emulator takes this long for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
