//! Spans of calls reach a collector of OpenTelemetry.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::locus;
use crate::serve::{chat, serve};

/// The head and the body of the next request, which is answered.
fn received(listener: &TcpListener) -> (String, Vec<u8>) {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut stream: TcpStream = reader.into_inner();
    stream.write_all(b"HTTP/1.0 200 OK\r\ncontent-type: application/x-protobuf\r\n\r\n").unwrap();
    (head, body)
}

#[test]
fn a_collector_gets_a_span_of_each_call() {
    let home = tempfile::tempdir().unwrap();
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", collector.local_addr().unwrap());
    let mut served = serve(home.path(), &["--json", "--otlp", &url]);
    assert!(chat(&served.url, "oci/xai.grok-4").contains("2x2 is 4."));
    // What is not sent yet goes out at the end.
    drop(served.child.stdin.take());
    let (head, body) = received(&collector);
    assert!(served.child.wait().unwrap().success());
    assert!(head.starts_with("POST /v1/traces HTTP/1."), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/x-protobuf"), "{head}");
    // Texts stand in a message of protobuf as they are.
    let text = String::from_utf8_lossy(&body);
    for expected in [
        "service.name",
        "chat xai.grok-4",
        "gen_ai.system",
        "gen_ai.operation.name",
        "gen_ai.request.model",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "opc-request-id",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    for secret in ["2x2", "Signature", "keyId"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[test]
fn a_collector_that_is_not_there_holds_up_nobody() {
    let home = tempfile::tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut served = serve(home.path(), &["--json", "--otlp", &format!("http://{closed}")]);
    assert!(chat(&served.url, "oci/xai.grok-4").contains("2x2 is 4."));
    drop(served.child.stdin.take());
    assert!(served.child.wait().unwrap().success());
    let wrong = locus(home.path()).args(["serve", "--otlp", "localhost:4318"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}
