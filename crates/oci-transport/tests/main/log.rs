//! Spans and the request log: what they tell, and that no secret is in them.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use oci_auth::{Secret, Signer};
use oci_emulator::{Emulator, Fault, Sandbox};
use oci_transport::{Attempt, Client, Endpoint, RequestHook, RetryPolicy};
use oci_wire::chat::StreamOptions;
use tracing::dispatcher::Dispatch;
use tracing_subscriber::Registry;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::{Service, request};

/// A log in memory.
#[derive(Clone, Debug, Default)]
struct Log {
    text: Arc<Mutex<Vec<u8>>>,
    bodies: bool,
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.text.lock().unwrap().clone()).unwrap()
    }

    fn line(&self, line: &str) {
        let mut text = self.text.lock().unwrap();
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl RequestHook for Log {
    fn attempted(&self, attempt: &Attempt<'_>) {
        self.line(&format!(
            "{} {} {} {:?} {:?} {:?} {:?} {:?} {:?}",
            attempt.number(),
            attempt.method(),
            attempt.url(),
            attempt.status(),
            attempt.opc_request_id(),
            attempt.returned_opc_request_id(),
            attempt.headers().collect::<Vec<_>>(),
            attempt.answer_headers().collect::<Vec<_>>(),
            String::from_utf8_lossy(attempt.body()),
        ));
        self.line(&format!("{attempt:?}"));
    }

    fn wants_bodies(&self) -> bool {
        self.bodies
    }

    fn received(&self, _: Option<&str>, piece: &[u8]) {
        self.line(&String::from_utf8_lossy(piece));
    }
}

/// Listens to everything in this thread, at the most talkative level.
fn listen(log: &Log) -> tracing::subscriber::DefaultGuard {
    // With a single subscriber in the process, a span that another test enters first is judged by that test's thread, which has
    // none, and is off for everybody from then on. With two, all are asked.
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Registry::default()));
    LazyLock::force(&SECOND);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_default(subscriber)
}

fn at_once() -> RetryPolicy {
    RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() }
}

/// The last line that closes a span, which has all its attributes.
#[track_caller]
fn check_closed(log: &Log, expected: &[&str]) {
    let text = log.text();
    let closed =
        text.lines().rfind(|line| line.contains("oci_generative_ai") && line.contains("close"));
    let closed = closed.unwrap_or_else(|| panic!("no span was closed: {text}"));
    for part in expected {
        assert!(closed.contains(part), "{part} is not in {closed}");
    }
}

#[tokio::test]
async fn a_call_is_a_span_and_each_attempt_an_event_in_it() {
    let service = Service::start().await;
    let log = Log::default();
    let _guard = listen(&log);
    let client = service.builder().retry(at_once()).build().unwrap();
    let common = [
        "gen_ai.system=\"oci\"",
        "gen_ai.operation.name=\"chat\"",
        "gen_ai.request.model=\"openai.gpt-5.5\"",
    ];

    service.emulator.push_fault(Fault::status(503));
    let answer = client.chat(&request()).await.unwrap();
    let usage = answer.usage.clone().unwrap();
    let counts = format!(
        "gen_ai.usage.input_tokens={} gen_ai.usage.output_tokens={}",
        usage.prompt_tokens.unwrap(),
        usage.completion_tokens.unwrap()
    );
    let id = format!("opc-request-id=\"{}\"", answer.opc_request_id().unwrap());
    check_closed(&log, &common);
    check_closed(
        &log,
        &[
            &counts,
            &id,
            "http.response.status_code=200",
            "server.address=\"127.0.0.1\"",
            "otel.name=\"chat openai.gpt-5.5\"",
        ],
    );
    let events = log
        .text()
        .lines()
        .filter(|line| line.contains(": attempt "))
        .map(str::to_owned)
        .collect::<Vec<_>>();
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(
        events[0].contains("attempt=1") && events[0].contains("error.type=\"503\""),
        "{events:?}"
    );
    assert!(
        events[1].contains("attempt=2") && events[1].contains("http.response.status_code=200"),
        "{events:?}"
    );

    let mut counted = request();
    counted.stream_options = Some(StreamOptions::usage());
    let mut stream = client.chat_stream(&counted).await.unwrap();
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    drop(stream);
    check_closed(&log, &common);
    check_closed(&log, &[&counts]);

    service.emulator.push_fault(Fault::CutStream { after_events: 2 });
    let mut stream = client.chat_stream(&request()).await.unwrap();
    while let Some(Ok(_)) = stream.next().await {}
    drop(stream);
    check_closed(&log, &["error.type=\"Truncated\"", "http.response.status_code=200"]);

    service.emulator.set_fault(Some(Fault::status(404)));
    client.chat(&request()).await.unwrap_err();
    check_closed(&log, &["error.type=\"404\"", "http.response.status_code=404", "opc-request-id="]);
    client.response("resp_1").await.unwrap_err();
    let text = log.text();
    let closed = text.lines().rfind(|line| line.contains("close")).unwrap();
    assert!(
        closed.contains("stored response") && !closed.contains("gen_ai.request.model"),
        "an id is no model: {closed}"
    );
}

#[tokio::test]
async fn the_request_log_tells_both_ids_and_bodies_only_when_asked() {
    let service = Service::start().await;
    for bodies in [false, true] {
        let log = Log { bodies, ..Log::default() };
        let client =
            service.builder().retry(at_once()).hook(Arc::new(log.clone())).build().unwrap();
        service.emulator.push_fault(Fault::status(429));
        client.chat(&request()).await.unwrap();
        let mut stream = client.chat_stream(&request()).await.unwrap();
        while let Some(chunk) = stream.next().await {
            chunk.unwrap();
        }
        let text = log.text();
        let sent = service.emulator.requests();
        for request in &sent[sent.len() - 3..] {
            assert!(text.contains(request.header("opc-request-id").unwrap()));
            assert!(text.contains(&request.opc_request_id));
            assert!(text.contains(&format!("Some({})", request.status.unwrap())), "{text}");
        }
        assert!(text.contains("1 POST http://127.0.0.1:") && text.contains("\n2 POST "), "{text}");
        for part in ["What is 2x2?", "2x2 is 4.", "[DONE]", "TooManyRequests"] {
            let is_of_bodies = part != "TooManyRequests" || bodies;
            assert!(
                !is_of_bodies || text.contains(part) == bodies,
                "{part}, bodies {bodies}: {text}"
            );
        }
    }
}

/// Every level, every failure, both kinds of identity.
#[tokio::test]
async fn no_key_token_or_signature_is_in_any_log() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let builder = Emulator::builder().identity(sandbox.identity());
    let emulator = builder.api_key(sandbox.api_key().clone()).start().await.unwrap();
    let service = Service::start().await;
    let api_key = sandbox.api_key().as_str().to_owned();
    let bearer = Signer::bearer(&Secret::new(api_key.clone())).unwrap();
    let log = Log { bodies: true, ..Log::default() };
    let _guard = listen(&log);
    let hook = || Arc::new(log.clone());
    let by_key = Client::builder(Endpoint::parse(&emulator.url()).unwrap(), bearer)
        .retry(at_once())
        .hook(hook())
        .build()
        .unwrap();
    let by_signature = service.builder().retry(at_once()).hook(hook()).build().unwrap();
    for (client, emulator) in [(by_key, &emulator), (by_signature, &service.emulator)] {
        client.chat(&request()).await.unwrap();
        for fault in [
            Fault::status(401),
            Fault::status(503),
            Fault::HangUp,
            Fault::Html(502),
            Fault::CutBody,
        ] {
            emulator.set_fault(Some(fault));
            client.chat(&request()).await.unwrap_err();
            drop(client.chat_stream(&request()).await);
            emulator.set_fault(None);
        }
        let text = log.text();
        assert!(text.contains("[redacted]") && text.contains("oci_generative_ai"));
        for sent in emulator.requests() {
            let secret = sent.header("authorization").unwrap();
            assert!(!text.contains(secret));
            let signature =
                secret.split("signature=\"").nth(1).map(|rest| rest.trim_end_matches('"'));
            assert!(!signature.is_some_and(|signature| text.contains(signature)));
        }
        assert!(!text.contains(&api_key) && !text.contains("PRIVATE KEY"));
    }
}
