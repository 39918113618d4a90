//! A world in memory for the tests of the providers: who answers, what time it is, which keys are made.
//!
//! The clock is tokio's, paused: it moves when everybody waits, and no socket is ever met.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::http_client::{HttpError, Sending};
use crate::key::PrivateKey;
use crate::network::{Clock, Network, Sleep};
use crate::session_keys::KeyToCome;

/// What a world answers to a request, after some time.
pub(super) struct Reply {
    after: Duration,
    outcome: Result<Response<Vec<u8>>, HttpError>,
}

impl Reply {
    pub(super) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let response = Response::builder().status(status).body(body.into()).unwrap();
        Self { after: Duration::ZERO, outcome: Ok(response) }
    }

    pub(super) fn token(token: &str) -> Self {
        Self::new(200, json!({ "token": token }).to_string())
    }

    pub(super) fn unreachable() -> Self {
        Self { after: Duration::ZERO, outcome: Err(HttpError::connecting("unreachable")) }
    }

    pub(super) fn hung_up() -> Self {
        Self { after: Duration::ZERO, outcome: Err(HttpError::sending("hung up")) }
    }

    pub(super) fn after(mut self, seconds: u64) -> Self {
        self.after = Duration::from_secs(seconds);
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(response) = &mut self.outcome {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        self
    }
}

/// A request as it was sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// Whether it went around any proxy.
    pub(super) is_direct: bool,
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) headers: http::HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Sent {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn key_id(&self) -> &str {
        let (_, rest) = self.header("authorization").split_once("keyId=\"").unwrap();
        rest.split_once('"').unwrap().0
    }
}

type Answers = dyn FnMut(&Sent, usize) -> Reply + Send;

#[derive(Clone)]
pub(super) struct World(Arc<Inner>);

struct Inner {
    began: Instant,
    answers: Mutex<Box<Answers>>,
    sent: Mutex<Vec<Sent>>,
    keys: AtomicUsize,
}

impl World {
    /// A world that answers so; the number is how often this address was asked before.
    pub(super) fn new(answers: impl FnMut(&Sent, usize) -> Reply + Send + 'static) -> Self {
        Self(Arc::new(Inner {
            began: Instant::now(),
            answers: Mutex::new(Box::new(answers)),
            sent: Mutex::default(),
            keys: AtomicUsize::new(0),
        }))
    }

    pub(super) fn network(&self) -> Network {
        let [direct, service] = [true, false].map(|is_direct| {
            let world = self.clone();
            move |request| world.send(request, is_direct)
        });
        let keys = self.clone();
        Network::new(direct, service, self.clone(), move || keys.next_key())
    }

    fn send(&self, request: Request<Vec<u8>>, is_direct: bool) -> Sending {
        let (head, body) = request.into_parts();
        let (method, uri) = (head.method.to_string(), head.uri.to_string());
        let sent = Sent { is_direct, method, uri, headers: head.headers, body };
        let world = self.clone();
        Box::pin(async move {
            // As a socket would: not ready at once.
            tokio::task::yield_now().await;
            let before = world.count(&sent.uri);
            world.0.sent.lock().unwrap().push(sent.clone());
            let reply = (world.0.answers.lock().unwrap())(&sent, before);
            tokio::time::sleep(reply.after).await;
            reply.outcome
        })
    }

    fn next_key(&self) -> KeyToCome {
        self.0.keys.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            tokio::task::yield_now().await;
            Ok(key('b'))
        })
    }

    pub(super) fn sent(&self) -> Vec<Sent> {
        self.0.sent.lock().unwrap().clone()
    }

    /// How often an address that ends so was asked.
    pub(super) fn count(&self, ends: &str) -> usize {
        self.0.sent.lock().unwrap().iter().filter(|sent| sent.uri.ends_with(ends)).count()
    }

    pub(super) fn keys(&self) -> usize {
        self.0.keys.load(Ordering::SeqCst)
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.0.began.elapsed()
    }
}

impl Clock for World {
    fn now(&self) -> SystemTime {
        begin() + self.0.began.elapsed()
    }

    fn sleep(&self, wait: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// A token of this name that ends so many seconds after the world began, for a key.
pub(super) fn token(name: &str, ends: i64, key: char) -> String {
    let jwk = fixture(&format!("session/jwk_{key}.json"));
    let begin = begin().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let claims =
        json!({ "sub": name, "exp": begin.checked_add_signed(ends).unwrap(), "jwk": jwk.trim() });
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

pub(super) fn key(name: char) -> PrivateKey {
    let pem = fixture(&format!("keys/rsa2048_{name}.pkcs8.pem"));
    PrivateKey::from_pem(pem.as_bytes(), None).unwrap()
}

pub(super) fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}

/// An error with its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The first second of 2026.
fn begin() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}
