//! Another service in the place of hyper, and waits under a clock that stands still until everybody waits.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_auth::{Fetch, KeyId, PrivateKey, Signer, SigningKey, Snapshot, TokenCache, TokenProvider};
use oci_transport::{
    Body, Client, Deadlines, Endpoint, ErrorKind, HttpService, RetryPolicy, SendError, Timeout,
};
use tokio::time::Instant;

use crate::request;

/// What becomes of one request.
#[derive(Clone, Copy)]
enum Outcome {
    Answer(u16, &'static str),
    /// A status with one header.
    With(u16, &'static str, &'static str),
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
                Outcome::With(status, name, value) => {
                    let response = Response::builder().status(status).header(name, value);
                    Ok(response.body(Body::new(Full::new(Bytes::new()))).unwrap())
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
    signed_by(Signer::new(key("k")), outcomes, retry)
}

fn key(id: &str) -> SigningKey {
    let pem = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/keys/rsa2048_a.pkcs8.pem"
    ));
    let key = PrivateKey::from_pem(&pem.unwrap(), None).unwrap();
    SigningKey::new(KeyId::verbatim(id.to_owned()).unwrap(), key)
}

fn signed_by(signer: Signer, outcomes: &[Outcome], retry: RetryPolicy) -> (Client, Scripted) {
    let service = Scripted { start: Some(Instant::now()), ..Scripted::default() };
    service.outcomes.lock().unwrap().extend(outcomes);
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

/// What repairs a request, or falls back to another operation, spends from the same call.
#[tokio::test(start_paused = true)]
async fn the_operations_of_one_call_share_its_attempts() {
    let failed = Outcome::Answer(503, "");
    let outcomes = [failed, failed, GOOD, failed, failed, GOOD];
    let (client, service) = scripted(&outcomes, RetryPolicy::default());
    let call = client.one_call();
    call.chat(&request()).await.unwrap();
    let error = call.chat(&request()).await.unwrap_err();
    assert!(error.is_server_error() && error.attempts() == 1, "both retries are spent: {error:?}");
    client.chat(&request()).await.unwrap();
    assert_eq!(service.asked.lock().unwrap().len(), outcomes.len());
}

#[tokio::test(start_paused = true)]
async fn the_operations_of_one_call_share_its_time() {
    let service = Scripted { start: Some(Instant::now()), ..Scripted::default() };
    service.outcomes.lock().unwrap().extend([Outcome::Silence; 3]);
    let seconds = Duration::from_secs;
    let deadlines =
        Deadlines { first_byte: seconds(60), total: Some(seconds(100)), ..Deadlines::default() };
    let endpoint = Endpoint::parse("https://h.example").unwrap();
    let client = Client::builder(endpoint, Signer::new(key("k")))
        .deadlines(deadlines)
        .retry(RetryPolicy::NEVER)
        .service(service)
        .build()
        .unwrap();
    let start = Instant::now();
    let call = client.one_call();
    for (which, at) in [(Timeout::FirstByte, 60), (Timeout::Total, 100), (Timeout::Total, 100)] {
        let error = call.chat(&request()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(which), "{error:?}");
        assert_eq!(start.elapsed(), seconds(at));
    }
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

/// Brings tokens that are numbered, each after a second; the last fetch never ends.
struct Numbered(AtomicUsize);

impl TokenProvider for Numbered {
    type Error = &'static str;

    fn fetch(&self) -> Fetch<&'static str> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match number {
                0 => Err("sealed"),
                1 | 2 => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok(Snapshot::new(key(&format!("ST$token{number}")), None))
                }
                _ => std::future::pending().await,
            }
        })
    }
}

/// A client whose provider has been asked so often already.
fn numbered(asked: usize, outcomes: &[Outcome]) -> (Client, Scripted) {
    let cache = TokenCache::new(Numbered(AtomicUsize::new(asked)), || UNIX_EPOCH);
    signed_by(Signer::tokens(cache), outcomes, RetryPolicy::NEVER)
}

const REFUSED: Outcome = Outcome::Answer(401, r#"{"code":"NotAuthenticated","message":"no"}"#);

#[tokio::test(start_paused = true)]
async fn a_token_is_fetched_before_the_request_and_once_after_a_401() {
    let (client, service) = numbered(1, &[GOOD, REFUSED, GOOD, REFUSED]);
    client.chat(&request()).await.unwrap();
    client.chat(&request()).await.unwrap();
    {
        let asked = service.asked.lock().unwrap();
        let tokens: Vec<bool> = asked
            .iter()
            .map(|(_, sent)| sent.headers()["authorization"].to_str().unwrap().contains("token1"))
            .collect();
        assert_eq!(
            tokens,
            [true, true, false],
            "the second call is sent again with the next token"
        );
        let seconds: Vec<u64> = asked.iter().map(|(at, _)| at.as_secs()).collect();
        assert_eq!(seconds, [1, 1, 2]);
    }
    // The fetch after the next 401 never ends; the call does.
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::FirstByte));
    assert_eq!(service.asked.lock().unwrap().len(), 4);
}

/// Brings tokens of ten minutes, each named after the second at which it ends.
struct Short(Instant);

impl TokenProvider for Short {
    type Error = &'static str;

    fn fetch(&self) -> Fetch<&'static str> {
        let end = self.0.elapsed() + Duration::from_secs(600);
        let snapshot =
            Snapshot::new(key(&format!("ST${}.", end.as_secs())), Some(UNIX_EPOCH + end));
        Box::pin(async { Ok(snapshot) })
    }
}

/// An hour and a half of calls, one a minute: each is signed with a token that is still good, and is sent once.
#[tokio::test(start_paused = true)]
async fn tokens_that_expire_in_the_middle_of_the_work_are_replaced_before_that() {
    let start = Instant::now();
    let cache = TokenCache::new(Short(start), move || UNIX_EPOCH + start.elapsed());
    let (client, service) = signed_by(Signer::tokens(cache), &[GOOD; 90], RetryPolicy::NEVER);
    for _ in 0..90 {
        client.chat(&request()).await.unwrap();
        tokio::time::advance(Duration::from_secs(60)).await;
    }
    let asked = service.asked.lock().unwrap();
    let ends: Vec<u64> = asked
        .iter()
        .map(|(at, sent)| {
            let authorization = sent.headers()["authorization"].to_str().unwrap();
            let end = authorization.split("ST$").nth(1).unwrap().split('.').next().unwrap();
            let end = end.parse().unwrap();
            assert!(at.as_secs() < end, "signed at {at:?} with what ended at {end} s");
            end
        })
        .collect();
    let tokens = ends.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert!((9..=20).contains(&tokens), "{tokens} tokens of ten minutes in 90");
}

#[tokio::test(start_paused = true)]
async fn without_a_token_nothing_is_sent() {
    let (client, service) = numbered(0, &[]);
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let mut causes =
        std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    assert!(causes.any(|cause| cause.to_string() == "sealed"), "{error:?}");
    let (client, _) = numbered(3, &[]);
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::FirstByte), "a fetch that never ends");
    assert!(service.asked.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_the_service_asks_for_is_kept_to() {
    for (name, value, wait) in [
        ("retry-after", "7", Duration::from_secs(7)),
        ("retry-after-ms", "1500", Duration::from_millis(1500)),
        // A date that has passed asks for no wait.
        ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", Duration::ZERO),
    ] {
        for status in [429, 503] {
            let limited = Outcome::With(status, name, value);
            let (client, service) = scripted(&[limited, GOOD], RetryPolicy::default());
            client.chat(&request()).await.unwrap();
            let asked = service.asked.lock().unwrap();
            let waited = asked[1].0 - asked[0].0;
            assert!(
                (wait..wait + Duration::from_millis(10)).contains(&waited),
                "{value}: {waited:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_with_both_times() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let (client, _) = scripted(&[Outcome::With(401, "date", date)], RetryPolicy::NEVER);
    let error = client.chat(&request()).await.unwrap_err();
    assert!(error.is_auth());
    let hint = error.hint().unwrap();
    assert!(
        hint.starts_with("set the clock of this machine: it says ") && hint.contains(date),
        "{hint}"
    );
    assert!(hint.matches(" GMT").count() == 2, "{hint}");
    // A right clock, an unreadable date and another status have nothing to do with it.
    let now = Box::leak(httpdate::fmt_http_date(std::time::SystemTime::now()).into_boxed_str());
    for (status, date) in [(401, &*now), (401, "yesterday"), (500, date)] {
        let (client, _) = scripted(&[Outcome::With(status, "date", date)], RetryPolicy::NEVER);
        let hint = client.chat(&request()).await.unwrap_err().hint().unwrap();
        assert!(!hint.contains("set the clock"), "{hint}");
    }
}
