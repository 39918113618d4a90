//! What somebody with bad intentions would try, and what comes of it.

use std::time::Duration;

use locus_gateway::{Config, GatewayBuilder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http::{get, get_with, post_with, raw};
use crate::{Desk, question};

const KEYED: &str = "
general_settings: {master_key: sk-master-0123456789}
model_list:
  - {model_name: m, litellm_params: {model: oci/xai.grok-4}}
  - {model_name: \"oci/*\", litellm_params: {model: \"oci/*\"}}
";

#[tokio::test]
async fn wrong_missing_and_truncated_keys() {
    let desk = Desk::with_file(KEYED).await;
    let chat = async |headers: &[(&str, &str)]| {
        post_with(desk.address, "/v1/chat/completions", headers, &question("m")).await
    };
    for headers in [
        vec![],
        vec![("Authorization", "Bearer sk-master-012345678")],
        vec![("Authorization", "Bearer sk-master-01234567890")],
        vec![("Authorization", "Bearer ")],
        vec![("Authorization", "Bearer null")],
        vec![("Authorization", "sk-master-0123456789")],
        vec![("Authorization", "Bearer SK-MASTER-0123456789")],
        vec![("x-api-key", "sk-master")],
        vec![("Cookie", "sk-master-0123456789")],
    ] {
        let answer = chat(&headers).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert_eq!(answer.code(), "invalid_api_key");
        assert!(!answer.body.contains("sk-m"), "{answer:?}");
    }
    assert!(desk.emulator.requests().is_empty());
    let answer = chat(&[("Authorization", "Bearer sk-master-0123456789")]).await;
    assert_eq!(answer.status, 200);
    let in_the_query = "/v1/models?api_key=sk-master-0123456789&key=sk-master-0123456789";
    assert_eq!(get(desk.address, in_the_query).await.status, 401);
}

#[tokio::test]
async fn a_page_of_the_web_reaches_nothing_without_a_key() {
    let desk = Desk::open().await;
    let body = question("openai.gpt-5.5");
    let send = async |head: &str| {
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\n{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        raw(desk.address, request.as_bytes()).await.status
    };
    let json = "Content-Type: application/json\r\n";
    assert_eq!(send(&format!("Host: rebound.example\r\n{json}")).await, 403);
    assert_eq!(
        send(&format!("Host: localhost\r\nOrigin: https://evil.example\r\n{json}")).await,
        403
    );
    assert_eq!(send("Host: localhost\r\nContent-Type: text/plain\r\n").await, 415);
    assert_eq!(send(&format!("Host: localhost\r\n{json}")).await, 200);
    for path in ["/v1/models", "/metrics"] {
        let answer = get_with(desk.address, path, &[("Origin", "https://evil.example")]).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    assert_eq!(desk.emulator.requests().len(), 1);
}

#[tokio::test]
async fn nothing_of_the_head_reaches_the_signature() {
    let desk = Desk::with_file(KEYED).await;
    let headers = [
        ("Authorization", "Bearer sk-master-0123456789"),
        ("opc-compartment-id", "ocid1.compartment.oc1..evil"),
        ("OpenAI-Project", "ocid1.evil"),
        ("opc-obo-token", "evil"),
        ("X-Forwarded-Host", "evil.example"),
        ("x-content-sha256", "evil"),
        ("Cookie", "evil"),
    ];
    let path = "/v1/chat/completions?api_base=https://evil.example&api_key=evil";
    let answer = post_with(desk.address, path, &headers, &question("m")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let requests = desk.emulator.requests();
    let shown: String =
        requests[0].headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    assert!(!shown.contains("evil") && !shown.contains("sk-master"), "{shown}");
    assert_eq!(requests[0].path_and_query, "/openai/v1/chat/completions");
    assert_eq!(requests[0].header("opc-compartment-id"), Some(desk.sandbox.compartment_id()));
}

#[tokio::test]
async fn nothing_of_the_body_chooses_the_way() {
    let desk = Desk::open().await;
    let body = question("openai.gpt-5.5").replacen(
        '{',
        r#"{"api_base":"https://evil.example","base_url":"https://evil.example","api_key":"evil","oci_region":"evil","oci_key":"evil","extra_headers":{"a":"evil"},"#,
        1,
    );
    let answer = desk.chat(&body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let losses = answer.header("x-locus-losses").unwrap();
    for name in ["api_base", "base_url", "api_key", "oci_region", "oci_key", "extra_headers"] {
        assert!(losses.contains(name), "{losses}");
    }
    let sent = String::from_utf8(desk.emulator.requests()[0].body.to_vec()).unwrap();
    assert!(!sent.contains("evil"), "{sent}");
}

#[tokio::test]
async fn no_model_id_leads_to_another_host() {
    let desk = Desk::open().await;
    for id in [
        "openai.x@evil.example",
        "openai.x:443",
        "openai.x/../../evil",
        "openai.x%2F..%2F..",
        "openai.[::1]",
        "openai.2130706433",
        "openai.x?host=evil",
        "openai.x#evil",
        "openai.x\\\\evil",
    ] {
        let answer = desk.chat(&question(id)).await;
        let request = desk.emulator.requests().last().cloned();
        if answer.status == 200 {
            assert_eq!(request.unwrap().path_and_query, "/openai/v1/chat/completions", "{id}");
        }
    }
    for id in ["http://evil.example", "//evil.example", "evil.example", "", "a b", "oci/\\u0000"] {
        let answer = desk.chat(&question(id)).await;
        assert!(matches!(answer.status, 400 | 404), "{id}: {answer:?}");
    }
    for id in [
        "http:%2F%2Fevil.example",
        "openai.x@evil.example",
        "openai.x%2F..%2F..%2Fevil",
        "..",
        "%2e%2e",
    ] {
        let path = format!("/openai/deployments/{id}/chat/completions");
        let answer = post_with(desk.address, &path, &[], &question("m")).await;
        if answer.status == 200 {
            let request = desk.emulator.requests().last().cloned();
            assert_eq!(request.unwrap().path_and_query, "/openai/v1/chat/completions", "{id}");
        }
    }
    let hosts: Vec<_> = desk
        .emulator
        .requests()
        .iter()
        .map(|request| request.header("host").unwrap().to_owned())
        .collect();
    let own = desk.emulator.address().to_string();
    assert!(hosts.iter().all(|host| *host == own), "{hosts:?}");
}

#[tokio::test]
async fn bodies_that_are_too_large_or_too_deep() {
    let desk = Desk::open().await;
    let told = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 99999999999\r\nConnection: close\r\n\r\n{";
    assert_eq!(raw(desk.address, told.as_bytes()).await.status, 413);

    let deep = format!(
        r#"{{"model":"openai.x","messages":[],"metadata":{}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(desk.chat(&deep).await.status, 400);
    for body in ["", "{", "[]", "null", "\"\"", "{\"model\":1,\"messages\":[]}", "\u{0}"] {
        assert_eq!(desk.chat(body).await.status, 400, "{body}");
    }
    assert!(desk.emulator.requests().is_empty());
}

#[tokio::test]
async fn a_head_has_a_largest_size() {
    let desk = Desk::open().await;
    let answer_to = async |bytes: usize| {
        let head = format!(
            "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: {}\r\n\r\n",
            "a".repeat(bytes)
        );
        raw(desk.address, head.as_bytes()).await.status
    };
    assert_eq!(answer_to(60_000).await, 200);
    assert_eq!(answer_to(200_000).await, 431);
}

#[tokio::test]
async fn a_body_without_a_told_length_has_the_same_limit() {
    let desk = Desk::open().await;
    let mut client = TcpStream::connect(desk.address).await.unwrap();
    let head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();
    let piece = format!("100000\r\n{}\r\n", " ".repeat(0x10_0000));
    let mut sent = 0;
    // The gateway stops reading at its limit, so that sending fails, or answers before all is sent.
    while sent < 64 && client.write_all(piece.as_bytes()).await.is_ok() {
        sent += 1;
    }
    let mut answer = Vec::new();
    let _ = client.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(desk.emulator.requests().is_empty());
}

#[tokio::test]
async fn who_sends_too_slowly_is_cut_off() {
    let patience = |gateway: GatewayBuilder| gateway.patience(Duration::from_millis(50));
    let desk = Desk::with(|env| Config::from_env(env).unwrap(), patience).await;
    for (sent, expected) in [
        ("", ""),
        ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", ""),
        (
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: 100\r\n\r\n{\"model\"",
            "HTTP/1.1 408",
        ),
    ] {
        let mut client = TcpStream::connect(desk.address).await.unwrap();
        client.write_all(sent.as_bytes()).await.unwrap();
        // It ends only because the gateway closes the connection.
        let mut answer = Vec::new();
        let _ = client.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(expected), "{sent}: {answer}");
    }
    assert_eq!(desk.chat(&question("openai.gpt-5.5")).await.status, 200);
}

#[tokio::test]
async fn tricks_with_paths_and_framing() {
    let desk = Desk::with_file(KEYED).await;
    for path in [
        "/v1/../v1/models",
        "/v1//models",
        "/%76%31/models",
        "/v1/models/..;/x",
        "/metrics/",
        "/health/../metrics",
        "/V1/models",
        "//v1/models",
    ] {
        let status = get(desk.address, path).await.status;
        assert!(matches!(status, 400 | 401 | 404), "{path}: {status}");
    }
    for request in [
        "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n",
        "GET  /v1/models HTTP/1.1\r\n\r\n",
    ] {
        let answer = raw(desk.address, request.as_bytes()).await;
        assert!(matches!(answer.status, 0 | 400 | 401), "{request}: {answer:?}");
    }
    assert!(desk.emulator.requests().is_empty());
}

#[tokio::test]
async fn no_secret_is_on_any_page() {
    let desk = Desk::with_file(KEYED).await;
    let key = [("Authorization", "Bearer sk-master-0123456789")];
    desk.emulator.push_fault(oci_emulator::Fault::status(404));
    let failed = post_with(desk.address, "/v1/chat/completions", &key, &question("m")).await;
    let mut shown = failed.body;
    for path in ["/metrics", "/v1/models", "/health/readiness", "/"] {
        shown.push_str(&get_with(desk.address, path, &key).await.body);
    }
    let pem = std::fs::read_to_string(desk.sandbox.key_file()).unwrap();
    for secret in ["sk-master", desk.sandbox.fingerprint(), pem.lines().nth(2).unwrap()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn no_client_makes_up_labels() {
    let desk = Desk::with_file(KEYED).await;
    let key = [("Authorization", "Bearer sk-master-0123456789")];
    for id in ["made-up", "oci/openai.made-up", "oci/nobody.made-up"] {
        post_with(desk.address, "/v1/chat/completions", &key, &question(id)).await;
    }
    let page = get_with(desk.address, "/metrics", &key).await.body;
    assert!(!page.contains("made-up"), "{page}");
}

#[tokio::test]
async fn no_request_writes_headers_of_its_answer() {
    let desk = Desk::open().await;
    let body = question("openai.gpt-5.5").replacen(
        '{',
        r#"{"oci_x\r\nSet-Cookie: evil=1\r\n\r\n<html>":1,"#,
        1,
    );
    let answer = desk.chat(&body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("set-cookie"), None, "{answer:?}");
    assert!(answer.header("x-locus-losses").unwrap().contains("oci_x??Set-Cookie"), "{answer:?}");
    let answer = desk.chat(&question("oci/x\\r\\nSet-Cookie: evil=1")).await;
    assert!(answer.status != 200 && answer.header("set-cookie").is_none(), "{answer:?}");
}

#[test]
fn every_attack_of_the_table_has_its_test() {
    let table = include_str!("../../../../docs/gateway.md");
    let sources = [
        include_str!("attacks.rs"),
        include_str!("budgets.rs"),
        include_str!("cors.rs"),
        include_str!("keys.rs"),
        include_str!("lifecycle.rs"),
        include_str!("store.rs"),
        include_str!("../../src/event_stream/tests.rs"),
        include_str!("../../src/guard.rs"),
        include_str!("../../src/keys/tests.rs"),
        include_str!("../../src/routes/kept.rs"),
        include_str!("../../src/shared/tls.rs"),
        include_str!("../../../locus-cli/tests/main/serve.rs"),
    ];
    let (_, table) = table.split_once("| attack |").unwrap();
    let rows: Vec<&str> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 15, "{rows:?}");
    for row in rows {
        let tests = row.rsplit(" | ").next().unwrap();
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            let test = format!("fn {name}()");
            assert!(sources.iter().any(|source| source.contains(&test)), "{name}");
        }
    }
}
