//! Another service in the place of hyper, and waits under a clock that stands still until everybody waits.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_transport::{
    Body, Client, Deadlines, Endpoint, ErrorKind, HttpService, RetryPolicy, SendError, Timeout,
};
use tokio::time::Instant;

use crate::request;

/// What becomes of one request.
#[derive(Clone, Copy)]
enum Outcome {
    Answer(u16, &'static str),
    NoConnection,
    Broken,
    Silence,
}

/// A request, and when it was sent.
type Asked = (Duration, Request<Bytes>);

/// Answers in order, and keeps what it was asked.
#[derive(Clone, Default)]
struct Scripted {
    outcomes: Arc<Mutex<VecDeque<Outcome>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    start: Option<Instant>,
}

impl HttpService for Scripted {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let outcome = self.outcomes.lock().unwrap().pop_front().unwrap();
        self.asked.lock().unwrap().push((self.start.unwrap().elapsed(), request));
        Box::pin(async move {
            match outcome {
                Outcome::Answer(status, text) => {
                    let body = Body::new(Full::new(Bytes::from_static(text.as_bytes())));
                    Ok(Response::builder().status(status).body(body).unwrap())
                }
                Outcome::NoConnection => Err(SendError::connecting("refused")),
                Outcome::Broken => Err(SendError::sending("reset")),
                Outcome::Silence => std::future::pending().await,
            }
        })
    }
}

const GOOD: Outcome = Outcome::Answer(200, r#"{"choices":[{"message":{"content":"hi"}}]}"#);

fn scripted(outcomes: &[Outcome], retry: RetryPolicy) -> (Client, Scripted) {
    let service = Scripted { start: Some(Instant::now()), ..Scripted::default() };
    service.outcomes.lock().unwrap().extend(outcomes);
    let pem = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/keys/rsa2048_a.pkcs8.pem"
    ));
    let key = oci_auth::PrivateKey::from_pem(&pem.unwrap(), None).unwrap();
    let id = oci_auth::KeyId::verbatim("k".to_owned()).unwrap();
    let signer = oci_auth::Signer::new(oci_auth::SigningKey::new(id, key));
    let builder = Client::builder(Endpoint::parse("https://h.example").unwrap(), signer);
    (builder.retry(retry).service(service.clone()).build().unwrap(), service)
}

#[tokio::test(start_paused = true)]
async fn it_is_handed_requests_that_are_complete_and_signed() {
    let (client, service) = scripted(&[GOOD], RetryPolicy::NEVER);
    assert_eq!(client.chat(&request()).await.unwrap().text(), "hi");
    let asked = service.asked.lock().unwrap();
    let (_, sent) = &asked[0];
    assert_eq!(sent.uri(), "https://h.example/openai/v1/chat/completions");
    assert_eq!(sent.headers()["content-length"], sent.body().len().to_string().as_str());
    assert_eq!(sent.headers()["host"], "h.example");
    assert!(sent.headers()["authorization"].is_sensitive());
}

#[tokio::test(start_paused = true)]
async fn the_waits_between_attempts_are_those_of_the_policy() {
    let failed = Outcome::Answer(503, "");
    let (client, service) = scripted(&[failed, failed, GOOD], RetryPolicy::default());
    client.chat(&request()).await.unwrap();
    let asked = service.asked.lock().unwrap();
    let at = |index: usize| asked[index].0;
    let policy = RetryPolicy::default();
    assert!((policy.base..=policy.base * 3).contains(&(at(1) - at(0))), "{:?}", at(1));
    assert!((policy.base..=policy.cap).contains(&(at(2) - at(1))), "{:?}", at(2));
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_the_deadline_for_the_first_byte_to_itself() {
    let policy = RetryPolicy { after_sending: true, ..RetryPolicy::default() };
    let (client, service) =
        scripted(&[Outcome::Silence, GOOD], RetryPolicy { budget: Duration::MAX, ..policy });
    client.chat(&request()).await.unwrap();
    let second = service.asked.lock().unwrap()[1].0;
    assert!(second >= Deadlines::default().first_byte, "{second:?}");

    let (client, service) = scripted(&[Outcome::Silence], policy);
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::FirstByte), "300 s are beyond the budget");
    assert_eq!(service.asked.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whether_a_connection_was_made_decides_about_another_attempt() {
    let (client, service) = scripted(&[Outcome::NoConnection, GOOD], RetryPolicy::default());
    client.chat(&request()).await.unwrap();
    assert_eq!(service.asked.lock().unwrap().len(), 2);
    let (client, service) = scripted(&[Outcome::Broken, GOOD], RetryPolicy::default());
    assert_eq!(client.chat(&request()).await.unwrap_err().kind(), ErrorKind::Network);
    assert_eq!(service.asked.lock().unwrap().len(), 1);
}

/// Some gateways answer 200 and put the failure into the body.
#[tokio::test(start_paused = true)]
async fn a_failure_under_a_success_status_is_a_failure() {
    let failed = Outcome::Answer(200, r#"{"error":{"message":"no capacity","code":"overloaded"}}"#);
    let odd = Outcome::Answer(200, r#"{"hello":1}"#);
    let (client, _) = scripted(&[failed, failed, odd, odd], RetryPolicy::NEVER);
    for (kind, code) in [(ErrorKind::Service, Some("overloaded")), (ErrorKind::Malformed, None)] {
        for error in [
            client.chat(&request()).await.unwrap_err(),
            client.chat_stream(&request()).await.unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.code()), (kind, code), "{error:?}");
            assert!(!error.raw_body().is_empty());
        }
    }
}
