//! The clients: requests over a connection each, and commands of the store.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Result;

/// The answer of a gateway.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn code(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        let code = body.pointer("/error/code").and_then(serde_json::Value::as_str);
        code.unwrap_or_default().to_owned()
    }

    pub(crate) fn cost(&self) -> f64 {
        self.header("x-locus-cost").and_then(|cost| cost.parse().ok()).unwrap_or_default()
    }
}

/// A question whose answer has at most so many tokens.
pub(crate) fn question(model: &str, is_streamed: bool, tokens: u32) -> String {
    format!(
        "{{\"model\":\"{model}\",\"stream\":{is_streamed},\"max_tokens\":{tokens},\
         \"messages\":[{{\"role\":\"user\",\"content\":\"What is 2x2?\"}}]}}"
    )
}

/// Sends a question and reads the whole answer.
pub(crate) async fn ask(to: SocketAddr, key: &str, body: &str) -> Result<Answer> {
    let mut stream = sent(to, key, "POST /v1/chat/completions", body).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    parsed(&bytes)
}

/// The same for a page.
pub(crate) async fn get(to: SocketAddr, path: &str, key: &str) -> Result<Answer> {
    let mut stream = sent(to, key, &format!("GET {path}"), "").await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    parsed(&bytes)
}

/// Sends a question and reads until the first event of its answer, or all of a refusal. The stream is open as long as the result.
pub(crate) async fn open(to: SocketAddr, key: &str, body: &str) -> Result<(Answer, TcpStream)> {
    let mut stream = sent(to, key, "POST /v1/chat/completions", body).await?;
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await?;
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
        if count == 0 || bytes.windows(6).any(|window| window == b"data: ") {
            return Ok((parsed(&bytes)?, stream));
        }
    }
}

async fn sent(to: SocketAddr, key: &str, line: &str, body: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(to).await?;
    let request = format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

fn parsed(bytes: &[u8]) -> Result<Answer> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or("an answer without a head")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Answer {
        status: status.ok_or("an answer without a status")?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// Has the store run a script, and returns the text that it answers with.
pub(crate) async fn eval(port: u16, script: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let command = format!("*3\r\n$4\r\nEVAL\r\n${}\r\n{script}\r\n$1\r\n0\r\n", script.len());
    stream.write_all(command.as_bytes()).await?;
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await?;
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
        let text = String::from_utf8_lossy(&bytes);
        if let Some((size, rest)) = text.strip_prefix('$').and_then(|text| text.split_once("\r\n"))
        {
            let size: usize = size.parse().map_err(|_| "the store has no answer")?;
            if rest.len() >= size + 2 {
                return Ok(rest.get(..size).unwrap_or_default().to_owned());
            }
        }
        if count == 0 || text.starts_with('-') {
            return Err(format!("the store says {text}").into());
        }
    }
}
