//! MCP servers that have an address.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::{Desk, run, stderr, stdout};

/// A server with one tool, which answers with JSON or with events, and what it was sent.
struct Server {
    url: String,
    /// Method, headers and body of each request.
    requests: Arc<Mutex<Vec<(String, String, Value)>>>,
}

impl Server {
    async fn start(events: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp?tenant=1", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<_>>>::default();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, events, Arc::clone(&seen)));
            }
        });
        Self { url, requests }
    }

    fn sent(&self, method: &str) -> Vec<(String, Value)> {
        let requests = self.requests.lock().unwrap();
        let sent = requests.iter().filter(|(line, _, _)| line.starts_with(method));
        sent.map(|(_, headers, body)| (headers.clone(), body.clone())).collect()
    }
}

type Seen = Arc<Mutex<Vec<(String, String, Value)>>>;

async fn serve(stream: TcpStream, events: bool, seen: Seen) {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut line, mut headers) = (String::new(), String::new());
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        while !headers.ends_with("\r\n\r\n") && headers != "\r\n" {
            stream.read_line(&mut headers).await.unwrap();
        }
        let headers = headers.to_ascii_lowercase();
        let length = headers.lines().find_map(|header| header.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
        stream.read_exact(&mut body).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let answer = answer(&line, &body, events);
        seen.lock().unwrap().push((line, headers, body));
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

fn answer(line: &str, body: &Value, events: bool) -> String {
    let plain = |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
    if line.starts_with("GET") {
        return plain("405 Method Not Allowed");
    }
    if line.starts_with("DELETE") {
        return plain("204 No Content");
    }
    let result = match body["method"].as_str().unwrap_or_default() {
        "initialize" => json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "far", "version": "1"},
        }),
        "tools/list" => {
            let schema = json!({"type": "object", "properties": {}});
            let tool = |name: &str| json!({"name": name, "inputSchema": schema});
            json!({"tools": [tool("greet"), tool("refuse")]})
        }
        "tools/call" if body["params"]["name"] == "refuse" => return plain("500 Oops"),
        "tools/call" => json!({"content": [{"type": "text", "text": "hello from afar"}]}),
        _ => return plain("202 Accepted"),
    };
    let message = json!({"jsonrpc": "2.0", "id": body["id"], "result": result});
    let (kind, text) = if events && body["method"] != "initialize" {
        ("text/event-stream", format!(": hello\n\nevent: message\ndata: {message}\n\n"))
    } else {
        ("application/json; charset=utf-8", message.to_string())
    };
    let length = text.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nmcp-session-id: s1\r\ncontent-length: {length}\r\n\r\n{text}"
    )
}

#[tokio::test]
async fn its_tools_are_called_in_a_session_that_is_ended() {
    for events in [false, true] {
        let desk = Desk::new().await;
        let server = Server::start(events).await;
        let mut command =
            desk.chat(&["--mcp", &server.url, "--mcp-token-env", "TOKEN", "--yes", "greet {}"]);
        command.env("TOKEN", "t0ken").env("OCI_SECRET", "not-for-others");
        let output = run(command).await;
        assert_eq!(stdout(&output), "The tools returned: hello from afar\n", "{}", stderr(&output));
        let posted = server.sent("POST /mcp?tenant=1 ");
        let methods: Vec<&str> =
            posted.iter().filter_map(|(_, body)| body["method"].as_str()).collect();
        assert_eq!(
            methods,
            ["initialize", "notifications/initialized", "tools/list", "tools/call"]
        );
        for (at, (headers, _)) in posted.iter().enumerate() {
            assert!(headers.contains("authorization: bearer t0ken\r\n"), "{headers}");
            assert!(!headers.contains("opc-") && !headers.contains("not-for-others"), "{headers}");
            assert_eq!(headers.contains("mcp-session-id: s1\r\n"), at > 0, "{headers}");
            assert_eq!(
                headers.contains("mcp-protocol-version: 2025-06-18\r\n"),
                at > 0,
                "{headers}"
            );
        }
        assert_eq!(server.sent("DELETE").len(), 1, "events: {events}");
    }
}

#[tokio::test]
async fn a_server_that_fails_is_a_failed_call() {
    let desk = Desk::new().await;
    let server = Server::start(false).await;
    let output = run(desk.chat(&["--mcp", &server.url, "--yes", "refuse {}"])).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("error: the MCP server far: "), "{}", stdout(&output));
    assert!(stdout(&output).contains("500"), "{}", stdout(&output));
}

#[tokio::test]
async fn an_address_that_cannot_be_used_is_told_before_anything_is_asked() {
    let desk = Desk::new().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (url, told) in [
        (format!("http://{free}/mcp"), "refused"),
        ("http://192.0.2.1/mcp".to_owned(), "plain http is for loopback addresses only"),
    ] {
        let output = run(desk.chat(&["--mcp", &url, "hi"])).await;
        assert_eq!(output.status.code(), Some(1), "{url}");
        assert!(stderr(&output).contains(told), "{url}: {}", stderr(&output));
    }
    assert!(desk.emulator.requests().is_empty());
}
