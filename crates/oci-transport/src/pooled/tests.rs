//! Connections in memory, so that they can be counted, closed and waited for without a network, under a clock that stands still.

mod slow;

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::StatusCode;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::{Barrier, mpsc};
use tokio::time::{Instant, timeout};

use super::*;

/// Makes connections in memory and hands their other ends out.
#[derive(Clone)]
struct Connector {
    others: mpsc::UnboundedSender<DuplexStream>,
    /// How often it is refused, first of all.
    refusals: Arc<AtomicUsize>,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<DuplexStream>;
    type Error = BoxError;
    type Future = Ready<Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        assert_eq!(target, "http://127.0.0.1:9/", "all connections go to the endpoint");
        let fewer = |left: usize| left.checked_sub(1);
        if self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok() {
            return ready(Err("refused".into()));
        }
        let (here, there) = duplex(16 * LARGEST_READ);
        self.others.send(there).unwrap();
        ready(Ok(TokioIo::new(here)))
    }
}

fn pool() -> (Pooled<Connector>, mpsc::UnboundedReceiver<DuplexStream>) {
    let (others, servers) = mpsc::unbounded_channel();
    let connector = Connector { others, refusals: Arc::default() };
    (Pooled::new(connector, &Endpoint::parse("http://127.0.0.1:9").unwrap()), servers)
}

fn request() -> Request<Bytes> {
    let mut request = Request::new(Bytes::from_static(b"{}"));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = Uri::from_static("http://127.0.0.1:9/openai/v1/models?limit=2");
    request
}

/// Reads one request, its body with it; `None` if the client has closed the connection.
async fn asked(server: &mut DuplexStream) -> Option<String> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(server.read_u8().await.ok()?);
    }
    let mut text = String::from_utf8(text).unwrap();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    server.read_exact(&mut body).await.ok()?;
    text.push_str(&String::from_utf8(body).unwrap());
    Some(text)
}

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
const CLOSING: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
const BEGUN: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n";
const EMPTY: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

/// Answers every request of every connection alike. What it tells: the number of the connection, for each request.
fn answering(
    mut servers: mpsc::UnboundedReceiver<DuplexStream>,
    answer: &'static [u8],
) -> mpsc::UnboundedReceiver<usize> {
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut number = 0;
        while let Some(mut server) = servers.recv().await {
            number += 1;
            let tell = tell.clone();
            tokio::spawn(async move {
                while asked(&mut server).await.is_some() {
                    tell.send(number).unwrap();
                    server.write_all(answer).await.unwrap();
                }
            });
        }
    });
    told
}

/// Sends a request and reads its answer to the end.
async fn call(pool: &Pooled<Connector>) -> Bytes {
    pool.send(request()).await.unwrap().into_body().collect().await.unwrap().to_bytes()
}

/// Sends a request and answers it on a new connection.
async fn exchange(
    pool: &Pooled<Connector>,
    servers: &mut mpsc::UnboundedReceiver<DuplexStream>,
    answer: &[u8],
) -> (Response<Body>, DuplexStream) {
    let served = async {
        let mut server = servers.recv().await.unwrap();
        asked(&mut server).await.unwrap();
        server.write_all(answer).await.unwrap();
        server
    };
    // The clock stands still, so this waits only for what never comes.
    let served = timeout(Duration::from_secs(1), served);
    let (response, server) = tokio::join!(pool.send(request()), served);
    (response.unwrap(), server.expect("the request came over a new connection"))
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_used_again_whatever_form_the_answer_has() {
    for (answer, text) in [(GOOD, "hi"), (CHUNKED, "hi"), (EMPTY, "")] {
        let (pool, servers) = pool();
        let mut told = answering(servers, answer);
        for _ in 0..100 {
            assert_eq!(call(&pool).await, text);
            assert_eq!(told.recv().await, Some(1), "{text:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_names_its_path_and_its_host() {
    let (pool, mut servers) = pool();
    let sending = tokio::spawn(async move { pool.send(request()).await.unwrap().status() });
    let mut server = servers.recv().await.unwrap();
    let text = asked(&mut server).await.unwrap();
    assert!(text.starts_with("POST /openai/v1/models?limit=2 HTTP/1.1\r\n"), "{text}");
    assert_eq!(text.matches("host: 127.0.0.1:9\r\n").count(), 1, "{text}");
    server.write_all(GOOD).await.unwrap();
    assert_eq!(sending.await.unwrap(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_signed_is_sent_as_it_is() {
    let (pool, mut servers) = pool();
    let mut signed = request();
    signed.headers_mut().insert(HOST, HeaderValue::from_static("signed.example"));
    let sending = tokio::spawn(async move { pool.send(signed).await.map(|_| ()) });
    let text = asked(&mut servers.recv().await.unwrap()).await.unwrap();
    assert!(text.contains("host: signed.example\r\n") && !text.contains("127.0.0.1"), "{text}");
    sending.await.unwrap().unwrap_err();
}

/// The answer's bytes are all there, and nobody asks whether more will come.
#[tokio::test(start_paused = true)]
async fn a_body_of_known_length_need_not_be_read_beyond_its_bytes() {
    let (pool, servers) = pool();
    let mut told = answering(servers, GOOD);
    for _ in 0..10 {
        let mut body = pool.send(request()).await.unwrap().into_body();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "hi");
        drop(body);
        assert_eq!(told.recv().await, Some(1));
        // The connection comes back as soon as it asks for the next request.
        tokio::task::yield_now().await;
    }
}

/// hyper reads as much at once as was there before, and a connection keeps what it was read into.
#[tokio::test(start_paused = true)]
async fn what_is_read_at_once_has_a_largest_size() {
    const LENGTH: usize = 8 << 20;
    let (pool, mut servers) = pool();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n");
    let (response, mut server) = exchange(&pool, &mut servers, head.as_bytes()).await;
    let written = tokio::spawn(async move { server.write_all(&vec![b'a'; LENGTH]).await });
    let (mut body, mut largest, mut length) = (response.into_body(), 0, 0);
    while let Some(frame) = body.frame().await {
        let piece = frame.unwrap().into_data().unwrap();
        largest = largest.max(piece.len());
        length += piece.len();
    }
    written.await.unwrap().unwrap();
    assert_eq!(length, LENGTH);
    // What is left of the memory for the piece before may be added to it.
    assert!((LARGEST_READ..=2 * LARGEST_READ).contains(&largest), "{largest}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_is_too_large_is_an_error_and_no_common_one_is() {
    let (pool, mut servers) = pool();
    for (bytes, is_good) in [(24 * 1024, true), (4 * LARGEST_READ, false)] {
        let long = "a".repeat(bytes);
        let answer = format!("HTTP/1.1 200 OK\r\nx-long: {long}\r\ncontent-length: 2\r\n\r\nhi");
        let sending = pool.send(request());
        let served = async {
            let mut server = servers.recv().await.unwrap();
            asked(&mut server).await.unwrap();
            server.write_all(answer.as_bytes()).await.unwrap();
        };
        let (response, ()) = tokio::join!(sending, served);
        match response {
            Ok(response) => assert!(is_good && response.headers()["x-long"] == long),
            Err(error) => {
                assert!(!is_good && format!("{error:?}").contains("TooLarge"), "{error:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_have_a_connection_each_and_then_share_those_that_are_kept() {
    let (pool, mut servers) = pool();
    let connections = Arc::new(AtomicUsize::new(0));
    let (count, all) = (connections.clone(), Arc::new(Barrier::new(CALLERS)));
    tokio::spawn(async move {
        while let Some(mut server) = servers.recv().await {
            count.fetch_add(1, Ordering::SeqCst);
            let all = all.clone();
            tokio::spawn(async move {
                while asked(&mut server).await.is_some() {
                    // Nobody is answered before everybody has asked.
                    all.wait().await;
                    server.write_all(GOOD).await.unwrap();
                }
            });
        }
    });
    let pool = Arc::new(pool);
    for round in 0..2 {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { call(&pool).await })
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), "hi");
        }
        let made = CALLERS + round * (CALLERS - idle::MOST);
        assert_eq!(connections.load(Ordering::SeqCst), made, "in round {round}");
    }
}

const CALLERS: usize = 1000;

#[tokio::test(start_paused = true)]
async fn the_service_may_close_after_each_answer() {
    let (pool, servers) = pool();
    let mut told = answering(servers, CLOSING);
    let mut connections = BTreeSet::new();
    for _ in 0..10 {
        assert_eq!(call(&pool).await, "hi");
        connections.insert(told.recv().await.unwrap());
    }
    assert_eq!(connections.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn the_service_may_close_what_is_idle() {
    let (pool, mut servers) = pool();
    for _ in 0..10 {
        let (response, server) = exchange(&pool, &mut servers, GOOD).await;
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hi");
        drop(server);
        // The client's task for the connection notices.
        tokio::task::yield_now().await;
    }
}

/// The connection is gone before the client's task for it has had its turn to notice.
#[tokio::test(start_paused = true)]
async fn a_request_that_was_handed_to_a_dead_connection_is_sent_on_another() {
    let (pool, mut servers) = pool();
    let (response, mut server) = exchange(&pool, &mut servers, GOOD).await;
    response.into_body().collect().await.unwrap();
    server.shutdown().await.unwrap();
    drop(server);
    // No other task has its turn before the request is handed over.
    let (response, _server) = exchange(&pool, &mut servers, GOOD).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_received_is_not_sent_again() {
    let (pool, mut servers) = pool();
    let (sent, ()) = tokio::join!(pool.send(request()), async {
        let mut server = servers.recv().await.unwrap();
        asked(&mut server).await.unwrap();
    });
    assert!(!sent.unwrap_err().connecting);
    assert!(servers.try_recv().is_err(), "no second connection");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_not_made_is_told_and_the_next_one_is() {
    let (pool, servers) = pool();
    pool.connector.refusals.store(1, Ordering::SeqCst);
    let _told = answering(servers, GOOD);
    let error = pool.send(request()).await.unwrap_err();
    assert!(error.connecting, "{error:?}");
    assert_eq!(error.source.to_string(), "refused");
    assert_eq!(call(&pool).await, "hi");
}

/// Reads until the client has closed its side.
async fn closed(server: &mut DuplexStream) {
    assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 0, "the client sends nothing more");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_dropped_closes_its_connection() {
    let (pool, mut servers) = pool();
    let (response, mut server) = exchange(&pool, &mut servers, BEGUN).await;
    let mut body = response.into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "hi");
    drop(body);
    closed(&mut server).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_dropped_closes_its_connection() {
    let (pool, mut servers) = pool();
    let mut server = {
        let serving = async {
            let mut server = servers.recv().await.unwrap();
            asked(&mut server).await.unwrap();
            server
        };
        tokio::select! {
            _ = pool.send(request()) => panic!("nobody answers"),
            server = serving => server,
        }
    };
    closed(&mut server).await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_before_the_service_does() {
    let (pool, mut servers) = pool();
    let (response, mut server) = exchange(&pool, &mut servers, GOOD).await;
    response.into_body().collect().await.unwrap();
    let start = Instant::now();
    closed(&mut server).await;
    assert_eq!(start.elapsed().as_secs(), idle::LONGEST.as_secs());
    assert!(idle::LONGEST < Duration::from_secs(65), "Oracle's load balancers close after 65 s");
    // And again, after everything has been closed once.
    let (response, mut server) = exchange(&pool, &mut servers, GOOD).await;
    response.into_body().collect().await.unwrap();
    closed(&mut server).await;
}

#[tokio::test(start_paused = true)]
async fn idle_connections_go_with_their_client() {
    let (pool, mut servers) = pool();
    let (response, mut server) = exchange(&pool, &mut servers, GOOD).await;
    response.into_body().collect().await.unwrap();
    drop(pool);
    let start = Instant::now();
    closed(&mut server).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

/// A client may outlive the runtime in which its connections were made.
#[test]
fn another_runtime_makes_connections_of_its_own() {
    let (pool, servers) = pool();
    let servers = Arc::new(tokio::sync::Mutex::new(servers));
    for _ in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut servers = servers.lock().await;
            let (text, _server) = tokio::join!(call(&pool), async {
                let mut server = servers.recv().await.unwrap();
                asked(&mut server).await.unwrap();
                server.write_all(GOOD).await.unwrap();
                server
            });
            assert_eq!(text, "hi");
        });
    }
}

/// The service may answer before it has all of the request; the connection is then not ready for the next one.
#[tokio::test(start_paused = true)]
async fn an_answer_that_overtakes_its_request_does_not_give_its_connection_back() {
    let (pool, mut servers) = pool();
    let (pieces, mut sent) = mpsc::unbounded_channel::<Bytes>();
    let body = StreamBody::new(PollFn(move |cx: &mut Context<'_>| {
        sent.poll_recv(cx).map(|piece| piece.map(|piece| Ok::<_, BoxError>(Frame::data(piece))))
    }));
    pieces.send(Bytes::from_static(b"begin")).unwrap();
    let upload = request().map(|_| Body::new(body));
    let (response, _server) = tokio::join!(pool.send_streamed(upload), async {
        let mut server = servers.recv().await.unwrap();
        let mut text = Vec::new();
        while !text.ends_with(b"begin\r\n") {
            text.push(server.read_u8().await.unwrap());
        }
        server.write_all(GOOD).await.unwrap();
        server
    });
    assert_eq!(response.unwrap().into_body().collect().await.unwrap().to_bytes(), "hi");
    let (response, _server) = exchange(&pool, &mut servers, GOOD).await;
    assert_eq!(response.status(), StatusCode::OK, "over a second connection");
    drop(pieces);
}

/// A stream from a function.
struct PollFn<F>(F);

impl<F, T> futures_core::Stream for PollFn<F>
where
    F: FnMut(&mut Context<'_>) -> Poll<Option<T>> + Unpin,
{
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        (self.0)(cx)
    }
}
