//! The caller's own connections and layers.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use oci_emulator::Fault;
use oci_transport::{
    Body, Client, ConnectStep, Deadlines, Endpoint, ErrorKind, HttpVersion, RetryPolicy, SendError,
    Timeout, Transport,
};
use tokio::net::TcpStream;
use tower_layer::Layer;
use tower_service::Service;

use crate::{Service as Emulated, request, text};

type Connecting = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

/// Leads every connection to one address, whatever host it is for.
#[derive(Clone)]
struct Detour {
    address: String,
    asked: Arc<Mutex<Vec<Uri>>>,
}

impl Service<Uri> for Detour {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        self.asked.lock().unwrap().push(target);
        let address = self.address.clone();
        Box::pin(async move {
            match address.as_str() {
                "nowhere" => Err(io::ErrorKind::ConnectionRefused.into()),
                "never" => std::future::pending().await,
                address => TcpStream::connect(address).await.map(TokioIo::new),
            }
        })
    }
}

fn detour(address: &str) -> Detour {
    Detour { address: address.to_owned(), asked: Arc::default() }
}

#[tokio::test]
async fn connections_of_the_callers_lead_where_the_caller_wants() {
    let service = Emulated::start().await;
    let detour = detour(service.emulator.url().trim_start_matches("http://"));
    let asked = detour.asked.clone();
    let client = Client::builder(Endpoint::parse("https://h.example").unwrap(), service.signer)
        .compartment_id(&service.compartment)
        .connector(detour)
        .build()
        .unwrap();
    client.chat(&request()).await.unwrap();
    assert_eq!(text(&client).await.0, "2x2 is 4.");
    assert_eq!(*asked.lock().unwrap(), ["https://h.example/"], "one connection for both");
    let sent = service.emulator.requests();
    assert_eq!(sent[0].header("host"), Some("h.example"), "the signature is for the endpoint");
}

#[tokio::test(start_paused = true)]
async fn connections_of_the_callers_have_the_same_deadline_and_errors() {
    let signer = oci_auth::Signer::bearer(&oci_auth::Secret::from("sk-test")).unwrap();
    let builder = Client::builder(Endpoint::parse("https://h.example").unwrap(), signer);
    let builder = builder
        .retry(RetryPolicy::NEVER)
        .deadlines(Deadlines { connect: Duration::from_secs(7), ..Deadlines::default() });
    for (address, kind) in
        [("nowhere", ErrorKind::Connect), ("never", ErrorKind::Timeout(Timeout::Connect))]
    {
        let client = builder.clone().connector(detour(address)).build().unwrap();
        let start = tokio::time::Instant::now();
        let error = client.chat(&request()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert_eq!(error.connect_step(), None, "which step it was only the connector knows");
        assert_eq!(start.elapsed().as_secs(), if address == "never" { 7 } else { 0 });
    }
    let both = builder.connector(detour("never")).http_version(HttpVersion::Http2).build();
    assert!(both.unwrap_err().to_string().starts_with("connector cannot be used: "));
}

/// Counts what passes, and lets nothing pass after so many.
#[derive(Clone)]
struct Counter<S = ()> {
    inner: S,
    most: usize,
    passed: Arc<AtomicUsize>,
    name: &'static str,
    seen: Arc<Mutex<Vec<&'static str>>>,
}

impl Counter {
    fn new(name: &'static str, most: usize, seen: &Arc<Mutex<Vec<&'static str>>>) -> Self {
        Self { inner: (), most, passed: Arc::default(), name, seen: seen.clone() }
    }
}

impl Layer<Transport> for Counter {
    type Service = Counter<Transport>;

    fn layer(&self, inner: Transport) -> Counter<Transport> {
        let Self { most, passed, name, seen, .. } = self.clone();
        Counter { inner, most, passed, name, seen }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("enough")]
struct Enough;

impl Service<Request<Body>> for Counter<Transport> {
    type Response = Response<Body>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        assert!(request.headers().contains_key("authorization"), "it is signed");
        self.seen.lock().unwrap().push(self.name);
        if self.passed.fetch_add(1, Ordering::SeqCst) >= self.most {
            return Box::pin(async { Err(Enough.into()) });
        }
        let answer = self.inner.call(request);
        Box::pin(async { answer.await.map_err(Into::into) })
    }
}

#[tokio::test]
async fn every_attempt_passes_through_the_layers_from_the_last_to_the_first() {
    let service = Emulated::start().await;
    let seen = Arc::default();
    let at_once =
        RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() };
    let client = service
        .builder()
        .retry(at_once)
        .layer(Counter::new("inner", 9, &seen))
        .layer(Counter::new("outer", 3, &seen))
        .build()
        .unwrap();
    service.emulator.push_fault(Fault::status(503));
    assert_eq!(client.chat(&request()).await.unwrap().text(), "2x2 is 4.");
    assert_eq!(*seen.lock().unwrap(), ["outer", "inner", "outer", "inner"], "two attempts");
    assert_eq!(text(&client).await.0, "2x2 is 4.");
    assert!(service.emulator.rejections().is_empty(), "what was signed was sent as it was");
    // A layer may have an error of its own, after which the service may have seen the request.
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error:?}");
    assert!(format!("{error:?}").contains("Enough"), "{error:?}");
    assert_eq!(service.emulator.requests().len(), 3);
}

#[tokio::test]
async fn a_layer_does_not_change_what_a_failure_is() {
    let service = Emulated::start().await;
    let layered = || service.builder().layer(Counter::new("one", 9, &Arc::default()));
    service.emulator.set_fault(Some(Fault::HangUp));
    let error = layered().build().unwrap().chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error:?}");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let client = Client::builder(endpoint, service.signer.clone())
        .retry(RetryPolicy::NEVER)
        .layer(Counter::new("one", 9, &Arc::default()))
        .build()
        .unwrap();
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert_eq!(error.connect_step(), Some(ConnectStep::Address), "{error:?}");
    let error = layered().dry_run().build().unwrap().chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DryRun, "{error:?}");
}

/// A layer that is not ready has sent nothing, so the call is tried again.
#[tokio::test]
async fn a_layer_that_is_not_ready_is_asked_again() {
    #[derive(Clone)]
    struct Busy(Arc<AtomicUsize>);

    #[derive(Clone)]
    struct BusyService(Transport, Arc<AtomicUsize>);

    impl Layer<Transport> for Busy {
        type Service = BusyService;

        fn layer(&self, inner: Transport) -> BusyService {
            BusyService(inner, self.0.clone())
        }
    }

    impl Service<Request<Body>> for BusyService {
        type Response = Response<Body>;
        type Error = SendError;
        type Future = <Transport as Service<Request<Body>>>::Future;

        fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SendError>> {
            if self.1.fetch_add(1, Ordering::SeqCst) < 2 {
                return Poll::Ready(Err(SendError::connecting(Enough)));
            }
            self.0.poll_ready(cx)
        }

        fn call(&mut self, request: Request<Body>) -> Self::Future {
            self.0.call(request)
        }
    }

    let service = Emulated::start().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let at_once =
        RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() };
    let client = service.builder().retry(at_once).layer(Busy(asked.clone())).build().unwrap();
    client.chat(&request()).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert_eq!(service.emulator.requests().len(), 1);
}
