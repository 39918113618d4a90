//! The raw operation: what passes, what comes back, and what never changes.

use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream as _;
use http::Method;
use oci_emulator::Fault;
use oci_transport::{Client, Deadlines, Endpoint, ErrorKind, RawRequest, RetryPolicy, Timeout};
use proptest::prelude::*;

use crate::Service;
use crate::captures::{Recorder, key};

const CHAT: &str =
    r#"{"model":"openai.gpt-5.5","messages":[{"role":"user","content":"What is 2x2?"}]}"#;

fn chat() -> RawRequest {
    RawRequest::new(Method::POST, "/openai/v1/chat/completions").body(CHAT)
}

#[tokio::test]
async fn bytes_go_out_and_come_back_as_they_are() {
    let service = Service::start().await;
    let request = chat().query("api version", "1&2").header("opc-retry-token", "t1");
    let answer = service.client().raw(&request).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let id = answer.opc_request_id().unwrap().to_owned();
    let body = answer.bytes().await.unwrap();
    assert!(String::from_utf8(body.to_vec()).unwrap().contains("2x2 is 4."), "{body:?}");

    let sent = &service.emulator.requests()[0];
    assert_eq!((&sent.body[..], sent.rejection.as_ref()), (CHAT.as_bytes(), None));
    assert_eq!(sent.path_and_query, "/openai/v1/chat/completions?api%20version=1%262");
    assert_eq!(sent.opc_request_id, id);
    assert_eq!(sent.header("opc-retry-token"), Some("t1"));
    assert_eq!(sent.header("opc-compartment-id"), Some(service.compartment.as_str()));
}

#[tokio::test]
async fn a_stream_comes_piece_by_piece_by_either_way() {
    let service = Service::start().await;
    let request = chat().body(CHAT.replacen('{', r#"{"stream":true,"#, 1));
    let client = service.client();
    let (mut lent, mut pieces) = (Vec::new(), 0);
    let mut answer = client.raw(&request).await.unwrap();
    while let Some(piece) = answer.piece().await {
        lent.extend_from_slice(&piece.unwrap());
        pieces += 1;
    }
    assert!(answer.piece().await.is_none(), "the end stays the end");
    assert!(lent.ends_with(b"data: [DONE]\n\n") && pieces > 1, "{pieces}");
    let (mut streamed, mut answer) = (Vec::new(), client.raw(&request).await.unwrap());
    while let Some(piece) = std::future::poll_fn(|cx| Pin::new(&mut answer).poll_next(cx)).await {
        streamed.extend_from_slice(&piece.unwrap());
    }
    assert!(streamed.ends_with(b"data: [DONE]\n\n"));
}

#[tokio::test]
async fn failures_retries_and_deadlines_are_those_of_every_call() {
    let service = Service::start().await;
    let retry = RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..Default::default() };
    let deadlines = Deadlines { idle: Duration::from_millis(50), ..Deadlines::default() };
    let client = service.builder().retry(retry).deadlines(deadlines).build().unwrap();
    service.emulator.push_fault(Fault::status(503));
    client.raw(&chat()).await.unwrap().bytes().await.unwrap();
    assert_eq!(service.emulator.requests().len(), 2, "tried again");

    service.emulator.push_fault(Fault::status(404));
    let error = client.raw(&chat()).await.unwrap_err();
    assert!(error.is_not_authorized_or_not_found() && error.hint().is_some(), "{error:?}");

    for (fault, kind) in [
        (Fault::CutBody, ErrorKind::Truncated),
        (Fault::StallAfter { events: 1 }, ErrorKind::Timeout(Timeout::Idle)),
    ] {
        service.emulator.push_fault(fault.clone());
        let error = client.raw(&chat()).await.unwrap().bytes().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        service.emulator.push_fault(fault);
        let mut answer = client.raw(&chat()).await.unwrap();
        let error = loop {
            match answer.piece().await.unwrap() {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.opc_request_id().is_some() && answer.piece().await.is_none());
    }
}

#[tokio::test]
async fn what_could_lead_elsewhere_is_refused_before_anything_is_sent() {
    let recorder = Recorder::default();
    let client = client(&recorder);
    for path in [
        "",
        "openai/v1/models",
        "//evil.example/x",
        "https://evil.example/x",
        "/a/../b",
        "/a/%2E%2e/b",
        "/.",
        "/a?b=c",
        "/a#b",
        "/a\\b",
        "/a b",
        "/a\r\nhost: evil.example",
        "/ä",
        "@evil.example",
        "*",
    ] {
        let error = client.raw(&RawRequest::new(Method::GET, path)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{path:?}");
    }
    for name in [
        "authorization",
        "Host",
        "date",
        "x-content-sha256",
        "content-length",
        "opc-request-id",
        "opc-obo-token",
        "cookie",
        "transfer-encoding",
        "accept-encoding",
        "connection",
        "proxy-authorization",
        "a b",
        "",
        "x-date",
    ] {
        let error = client.raw(&chat().header(name, "v")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{name:?}");
    }
    for value in ["a\r\nhost: evil.example", "\0"] {
        let error = client.raw(&chat().header("opc-x", value)).await.unwrap_err();
        assert!(!error.to_string().contains("evil"), "{error}");
    }
    let trace = RawRequest::new(Method::TRACE, "/openai/v1/models");
    assert_eq!(client.raw(&trace).await.unwrap_err().kind(), ErrorKind::Request);
    let get = RawRequest::new(Method::GET, "/openai/v1/models").body("x");
    assert_eq!(client.raw(&get).await.unwrap_err().kind(), ErrorKind::Request);
    assert!(recorder.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_prompt_is_not_shown() {
    assert!(!format!("{:?}", chat()).contains("2x2"));
}

fn client(recorder: &Recorder) -> Client {
    Client::builder(Endpoint::parse("https://h.example").unwrap(), key())
        .retry(RetryPolicy::NEVER)
        .service(recorder.clone())
        .build()
        .unwrap()
}

/// Texts that look like parts of URLs and headers, and any others.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "//",
        "/",
        "@",
        "evil.example",
        ":443",
        "https:",
        "\\",
        "?",
        "#",
        "%2f",
        "%2e",
        "..",
        "\r\n",
        "host: evil.example",
        "\0",
        "ä",
        "a",
    ]);
    prop_oneof![
        prop::collection::vec(parts, 0..8).prop_map(|parts| parts.concat()),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever an id, a cursor, a path or a header holds, a request that is sent is sent to the endpoint, and signed for it.
    #[test]
    fn nothing_changes_the_authority_of_a_signed_request(id in hostile(), cursor in hostile(), rest in hostile()) {
        let recorder = Recorder::default();
        let client = client(&recorder);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let listing = oci_transport::Listing { after: Some(cursor.clone()), include: vec![rest.clone()], ..Default::default() };
            // The answers are of no use, so most of these fail after they were sent.
            drop(client.response(&id).await);
            drop(client.response_input_items(&id, &listing).await);
            drop(client.delete_response(&id).await);
            drop(client.resume_response(&id, Some(1)).await);
            drop(client.model(&id).await);
            drop(client.guardrail_versions(Some(&rest), None, Some(&cursor)).await);
            drop(client.chat(&oci_wire::chat::ChatRequest::new(&id, [])).await);
            for path in [rest.clone(), format!("/{rest}"), format!("/openai/v1/files/{id}")] {
                let request = RawRequest::new(Method::GET, path).query(&id, &cursor);
                drop(client.raw(&request).await);
                drop(client.raw(&request.header("opc-x", &rest)).await);
                drop(client.raw(&RawRequest::new(Method::GET, "/a").header(&rest, &id)).await);
            }
        });
        let sent = recorder.0.lock().unwrap();
        prop_assert!(!sent.is_empty());
        for request in sent.iter() {
            let uri = request.uri();
            prop_assert_eq!(uri.scheme_str(), Some("https"));
            prop_assert_eq!(uri.authority().map(http::uri::Authority::as_str), Some("h.example"));
            prop_assert!(!uri.path().starts_with("//") && !uri.path().contains("/../"));
            prop_assert_eq!(request.headers().get_all("host").iter().collect::<Vec<_>>(), ["h.example"]);
            let signed = request.headers()["authorization"].to_str().unwrap();
            prop_assert!(signed.contains(" host"), "{}", signed);
        }
    }
}
