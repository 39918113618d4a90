//! Good calls: what is sent, what comes back, and how connections are used.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream as _;
use oci_wire::chat::StreamOptions;

use crate::{Service, request, text};

#[tokio::test]
async fn whole_and_streamed_answers_agree_in_text_and_usage() {
    let service = Service::start().await;
    let client = service.client();
    let whole = client.chat(&request()).await.unwrap();
    assert_eq!(whole.text(), "2x2 is 4.");
    assert!(whole.opc_request_id().is_some());

    let mut counted = request();
    counted.stream_options = Some(StreamOptions::usage());
    let mut stream = client.chat_stream(&counted).await.unwrap();
    assert!(stream.opc_request_id().is_some());
    let (mut streamed, mut usage) = (String::new(), None);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.unwrap();
        streamed.push_str(chunk.text().unwrap_or_default());
        usage = chunk.usage().cloned().or(usage);
    }
    assert_eq!(streamed, whole.text());
    assert_eq!(usage, whole.usage);
    assert!(stream.next().await.is_none(), "the end stays the end");
}

#[tokio::test]
async fn the_owned_stream_yields_the_same_chunks() {
    let service = Service::start().await;
    let mut stream = service.client().chat_stream(&request()).await.unwrap();
    let mut streamed = String::new();
    while let Some(chunk) = std::future::poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await {
        streamed.push_str(chunk.unwrap().text().unwrap_or_default());
    }
    assert_eq!(streamed, "2x2 is 4.");
}

#[tokio::test]
async fn headers_and_body_are_those_of_the_operation() {
    let service = Service::start().await;
    let client = service.builder().project("ocid1.generativeaiproject.oc1..p").build().unwrap();
    client.chat(&request()).await.unwrap();
    let mut counted = request();
    counted.stream_options = Some(StreamOptions::usage());
    client.chat_stream(&counted).await.unwrap();
    client.chat_stream(&request()).await.unwrap();

    let sent = service.emulator.requests();
    let body = |index: usize| String::from_utf8(sent[index].body.to_vec()).unwrap();
    let plain =
        r#"{"model":"openai.gpt-5.5","messages":[{"role":"user","content":"What is 2x2?"}]"#;
    assert_eq!(body(0), format!("{plain}}}"));
    for part in [r#""stream":true"#, r#""stream_options":{"include_usage":true}"#] {
        assert!(body(1).contains(part), "{}", body(1));
    }
    assert!(!body(2).contains("include_usage"), "{}", body(2));
    for request in &sent {
        assert_eq!(
            (request.method.as_str(), request.path_and_query.as_str()),
            ("POST", "/openai/v1/chat/completions")
        );
        assert_eq!(request.header("opc-compartment-id"), Some(service.compartment.as_str()));
        assert_eq!(request.header("openai-project"), Some("ocid1.generativeaiproject.oc1..p"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert!(request.header("user-agent").unwrap().starts_with("locus-rust/"));
        assert_eq!(request.header("opc-request-id").unwrap().len(), 32);
        assert_eq!(request.header("accept"), Some("application/json"), "as the official SDK says");
    }
    let codings: Vec<_> = sent.iter().map(|sent| sent.header("accept-encoding")).collect();
    assert_eq!(codings, [Some("gzip"), Some("identity"), Some("identity")]);
    assert_ne!(sent[0].header("opc-request-id"), sent[1].header("opc-request-id"));
}

#[tokio::test]
async fn connections_are_used_again_also_after_streams() {
    let service = Service::start().await;
    let client = service.client();
    for _ in 0..100 {
        assert_eq!(text(&client).await.0, "2x2 is 4.");
    }
    client.chat(&request()).await.unwrap();
    let connections: std::collections::BTreeSet<u64> =
        service.emulator.requests().iter().map(|sent| sent.connection).collect();
    assert!(connections.len() <= 2, "{connections:?}");
}

#[tokio::test]
async fn many_calls_at_once_are_not_mixed_up() {
    let service = Service::start().await;
    let client = service.client();
    let calls = (0..40).map(|n| {
        let client = client.clone();
        tokio::spawn(async move {
            let request = oci_wire::chat::ChatRequest::new(
                "openai.gpt-5.5",
                [oci_wire::chat::Message::user(format!("{n}+1"))],
            );
            (n, client.chat(&request).await.unwrap().text().to_owned())
        })
    });
    for call in calls.collect::<Vec<_>>() {
        let (n, answer) = call.await.unwrap();
        assert!(answer.contains(&(n + 1).to_string()), "{n}: {answer}");
    }
}

/// The emulator sees the connection end when a stream is dropped in the middle.
#[tokio::test]
async fn dropping_a_stream_cancels_the_request() {
    let service = Service::start().await;
    service.emulator.set_fault(Some(oci_emulator::Fault::StallAfter { events: 2 }));
    let mut stream = service.client().chat_stream(&request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    service.emulator.set_fault(None);
    // A stalled answer would otherwise hold the emulator's shutdown for ever.
    service.emulator.shutdown().await;
}

#[tokio::test]
async fn a_dropped_wait_loses_nothing() {
    let service = Service::start().await;
    let mut stream = service.client().chat_stream(&request()).await.unwrap();
    let mut streamed = String::new();
    loop {
        // One poll, then the future is dropped, as `select!` does with the branch that loses.
        let polled = {
            let mut next = std::pin::pin!(stream.next());
            match next.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(chunk) => {
                    Some(chunk.map(|chunk| chunk.unwrap().text().unwrap_or_default().to_owned()))
                }
                Poll::Pending => None,
            }
        };
        match polled {
            Some(Some(piece)) => streamed.push_str(&piece),
            Some(None) => break,
            None => tokio::task::yield_now().await,
        }
    }
    assert_eq!(streamed, "2x2 is 4.");
}
