//! The layer signs what passes through it, and passes everything else on.

use std::cell::{Cell, RefCell};
use std::future::{Ready, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use http::{HeaderMap, Request};
use oci_auth::{
    BodyDigest, KeyId, PrivateKey, RsaSigner, SignError, SignLayer, SignLayerError, Signer,
    SigningFailed, SigningKey,
};
use tower_layer::Layer as _;
use tower_service::Service;

use crate::tokens::Vault;

/// Keeps the headers that it gets, and answers or fails as it is told.
#[derive(Clone, Debug)]
struct Inner {
    got: Rc<RefCell<Vec<HeaderMap>>>,
    is_ready: Rc<Cell<bool>>,
    answer: Result<&'static str, Broken>,
}

impl Inner {
    fn new(answer: Result<&'static str, Broken>) -> Self {
        Self { got: Rc::default(), is_ready: Rc::new(Cell::new(true)), answer }
    }
}

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("broken")]
struct Broken;

impl<B> Service<Request<B>> for Inner {
    type Response = &'static str;
    type Error = Broken;
    type Future = Ready<Result<&'static str, Broken>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        if self.is_ready.get() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.got.borrow_mut().push(request.headers().clone());
        ready(self.answer.clone())
    }
}

struct Constant(Result<(), SigningFailed>);

impl RsaSigner for Constant {
    fn signature_len(&self) -> usize {
        256
    }

    fn sign(&self, _: &[u8], signature: &mut [u8]) -> Result<(), SigningFailed> {
        signature.fill(1);
        self.0
    }
}

fn signer(outcome: Result<(), SigningFailed>) -> Signer {
    let key = PrivateKey::from_signer(Constant(outcome));
    Signer::new(SigningKey::new(KeyId::verbatim("k".to_owned()).unwrap(), key))
}

fn answer<S: Service<Request<B>>, B>(
    service: &mut S,
    request: Request<B>,
) -> Result<S::Response, S::Error> {
    let mut cx = Context::from_waker(Waker::noop());
    assert!(matches!(service.poll_ready(&mut cx), Poll::Ready(Ok(()))));
    match pin!(service.call(request)).poll(&mut cx) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[test]
fn requests_are_signed_with_the_digest_of_their_bytes() {
    let inner = Inner::new(Ok("answer"));
    let mut service = SignLayer::new(signer(Ok(()))).layer(inner.clone());
    let request = Request::post("https://h.example/x").body("{}").unwrap();
    assert_eq!(answer(&mut service, request), Ok("answer"));
    let request = Request::get("https://h.example/x").body(vec![1, 2]).unwrap();
    assert_eq!(answer(&mut service, request), Ok("answer"));

    let got = inner.got.borrow();
    let [post, get] = got.as_slice() else { panic!("{got:?}") };
    assert_eq!(post["x-content-sha256"], "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=");
    assert!(post.contains_key("authorization") && get.contains_key("authorization"));
    assert!(!get.contains_key("x-content-sha256"));
}

#[test]
fn a_function_of_the_request_says_what_is_signed_of_other_bodies() {
    let inner = Inner::new(Ok("answer"));
    let layer = SignLayer::with_digest(signer(Ok(())), |request: &Request<()>| {
        request.extensions().get::<BodyDigest>().copied().unwrap_or(BodyDigest::EMPTY)
    });
    let mut service = layer.layer(inner.clone());
    let put = || Request::put("https://h.example/n/b/o");
    let request = put().extension(BodyDigest::excluded()).body(()).unwrap();
    assert_eq!(answer(&mut service, request), Ok("answer"));
    assert_eq!(answer(&mut service, put().body(()).unwrap()), Ok("answer"));
    let has_digest: Vec<bool> = inner
        .got
        .borrow()
        .iter()
        .map(|headers| {
            assert!(headers.contains_key("authorization"));
            headers.contains_key("x-content-sha256")
        })
        .collect();
    assert_eq!(has_digest, [false, true]);
}

#[test]
fn what_cannot_be_signed_is_not_sent() {
    let inner = Inner::new(Ok("answer"));
    let request = || Request::post("https://h.example/x").body("{}").unwrap();
    let mut service = SignLayer::new(signer(Err(SigningFailed))).layer(inner.clone());
    let error = answer(&mut service, request()).unwrap_err();
    assert_eq!(error, SignLayerError::Sign(SignError::Key(SigningFailed)));

    let mut service = SignLayer::new(signer(Ok(()))).layer(inner.clone());
    let relative = Request::post("/x").body("{}").unwrap();
    let error = answer(&mut service, relative).unwrap_err();
    assert!(matches!(error, SignLayerError::Sign(SignError::Url(_))), "{error:?}");
    assert!(inner.got.borrow().is_empty());
}

#[test]
fn failures_and_readiness_are_those_of_the_inner_service() {
    let inner = Inner::new(Err(Broken));
    let mut service = SignLayer::new(signer(Ok(()))).layer(inner.clone());
    let request = Request::get("https://h.example/x").body("").unwrap();
    let error = answer(&mut service, request).unwrap_err();
    assert_eq!(error, SignLayerError::Service(Broken));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "broken");

    inner.is_ready.set(false);
    let mut cx = Context::from_waker(Waker::noop());
    let readiness = Service::<Request<&str>>::poll_ready(&mut service, &mut cx);
    assert!(readiness.is_pending());
}

fn request() -> Request<&'static str> {
    Request::get("https://h.example/x").body("").unwrap()
}

fn readiness<S: Service<Request<&'static str>>>(service: &mut S) -> Poll<Result<(), S::Error>> {
    service.poll_ready(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn it_is_ready_when_the_token_is() {
    let vault = Vault::default();
    let inner = Inner::new(Ok("answer"));
    let layer = SignLayer::new(vault.signer(&[("one", 1000)]));
    let mut service = layer.layer(inner.clone());
    assert!(readiness(&mut service).is_pending(), "the token is being fetched");
    assert!(readiness(&mut service).is_ready());
    assert!(readiness(&mut service).is_ready(), "asked again before the call");
    assert_eq!(answer(&mut service, request()), Ok("answer"));
    assert_eq!(answer(&mut service.clone(), request()), Ok("answer"));
    inner.is_ready.set(false);
    assert!(readiness(&mut service).is_pending(), "the inner service is not");
    let got = inner.got.borrow();
    assert!(got.iter().all(|headers| {
        headers["authorization"].to_str().unwrap().contains("keyId=\"ST$one\"")
    }));
    assert_eq!((got.len(), vault.fetches()), (2, 1));
}

#[test]
fn a_token_that_could_not_be_fetched_fails_the_call_and_not_the_service() {
    let vault = Vault::default();
    let inner = Inner::new(Ok("answer"));
    let mut service = SignLayer::new(vault.signer(&[])).layer(inner.clone());
    assert!(readiness(&mut service).is_pending());
    let error = answer(&mut service, request()).unwrap_err();
    assert!(matches!(error, SignLayerError::Sign(SignError::Fetch(_))), "{error:?}");
    assert!(inner.got.borrow().is_empty());

    vault.go_on(&[("one", 1000)], 1);
    assert!(readiness(&mut service).is_pending());
    assert_eq!(answer(&mut service, request()), Ok("answer"));
}

#[test]
fn debug_of_the_layer_shows_no_key() {
    let key = oci_auth::Secret::from("sk-hunter2");
    let layer = SignLayer::new(Signer::bearer(&key).unwrap());
    let shown = format!("{layer:?} {:?}", layer.layer(()));
    assert!(!shown.contains("hunter2"), "{shown}");
}
