//! Both versions of HTTP: nobody waits for a stream that somebody else does not read.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use oci_auth::{Secret, Signer};
use oci_transport::{ChatStream, Client, Deadlines, Endpoint, ErrorKind, HttpVersion, RetryPolicy};
use oci_wire::chat::{ChatRequest, Message};
use tokio::net::TcpListener;

/// A server that streams a long answer to the model `long` and a short one to others, and counts its connections.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn start(version: HttpVersion, streams: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (io, service) = (TokioIo::new(socket), service_fn(answer));
                tokio::spawn(async move {
                    // How a connection ends is the client's business.
                    _ = match version {
                        HttpVersion::Http2 => {
                            http2::Builder::new(TokioExecutor::new())
                                .max_concurrent_streams(streams)
                                .serve_connection(io, service)
                                .await
                        }
                        _ => http1::Builder::new().serve_connection(io, service).await,
                    };
                });
            }
        });
        Self { address, connections }
    }

    fn client(&self, version: HttpVersion) -> Client {
        let endpoint = Endpoint::parse(&format!("http://{}", self.address)).unwrap();
        let signer = Signer::bearer(&Secret::from("sk-test")).unwrap();
        let builder = Client::builder(endpoint, signer).retry(RetryPolicy::NEVER);
        // A stream that nobody serves is to fail, and not to hang.
        let deadlines = Deadlines { first_byte: Duration::from_secs(20), ..Deadlines::default() };
        builder.http_version(version).deadlines(deadlines).build().unwrap()
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let asked = request.into_body().collect().await.unwrap().to_bytes();
    let is_long = asked.windows(6).any(|part| part == b"\"long\"");
    let event = format!(
        "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{PIECE}\"}}}}]}}\n\n"
    );
    let events = event.repeat(if is_long { LONG } else { SHORT }) + "data: [DONE]\n\n";
    let response = Response::builder().header("content-type", "text/event-stream");
    Ok(response.body(Full::new(Bytes::from(events))).unwrap())
}

async fn open(client: &Client, model: &str) -> ChatStream {
    let request = ChatRequest::new(model, [Message::user("hi")]);
    client.chat_stream(&request).await.unwrap()
}

/// The pieces of a stream until its end.
async fn pieces(stream: &mut ChatStream) -> usize {
    let mut pieces = 0;
    while let Some(chunk) = stream.next().await {
        assert_eq!(chunk.unwrap().text(), Some(PIECE));
        pieces += 1;
    }
    pieces
}

/// Streams of which the first piece was read and then nothing.
async fn stopped(client: &Client, count: usize) -> Vec<ChatStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let mut stream = open(client, "long").await;
        assert_eq!(stream.next().await.unwrap().unwrap().text(), Some(PIECE));
        streams.push(stream);
    }
    streams
}

async fn check(version: HttpVersion) -> usize {
    let server = Server::start(version, 100).await;
    let client = server.client(version);
    let stopped = stopped(&client, 8).await;
    let others: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { pieces(&mut open(&client, "short").await).await })
        })
        .collect();
    for other in others {
        assert_eq!(other.await.unwrap(), SHORT);
    }
    // Those that stopped lost nothing.
    for mut stream in stopped {
        assert_eq!(pieces(&mut stream).await, LONG - 1);
    }
    server.connections.load(Ordering::SeqCst)
}

#[tokio::test]
async fn readers_that_stop_hold_up_nobody() {
    assert!(check(HttpVersion::Http1).await >= 9, "a connection each");
}

#[tokio::test]
async fn readers_that_stop_hold_up_nobody_over_http_2() {
    let connections = check(HttpVersion::Http2).await;
    assert!((1..=4).contains(&connections), "108 streams, 32 on each: {connections}");
}

/// A stream beyond the limit would wait for one of those that nobody reads.
#[tokio::test]
async fn a_stream_takes_a_connection_only_below_its_limit() {
    let server = Server::start(HttpVersion::Http2, 5).await;
    let client = server.client(HttpVersion::Http2);
    let streams = stopped(&client, 20).await;
    assert_eq!(server.connections.load(Ordering::SeqCst), 4);
    // Where streams have ended there is room again.
    drop(streams);
    assert_eq!(pieces(&mut open(&client, "short").await).await, SHORT);
    assert_eq!(server.connections.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_server_of_the_other_version_is_an_error() {
    let server = Server::start(HttpVersion::Http1, 0).await;
    let request = ChatRequest::new("short", [Message::user("hi")]);
    let error = server.client(HttpVersion::Http2).chat(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
}

const PIECE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// More than the window of a stream.
const LONG: usize = 10_000;
const SHORT: usize = 3;
