//! Answers with a content coding: undone where it was asked for, refused elsewhere.

use std::future::Future;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, Request, Response};
use http_body_util::Full;
use oci_transport::{
    Body, Client, Endpoint, ErrorKind, HttpService, RawRequest, RetryPolicy, SendError,
};

use crate::captures::key;
use crate::request;

/// Answers everything in one coding, and keeps what the requests said that they take.
#[derive(Clone)]
struct Coded {
    coding: &'static str,
    status: u16,
    body: Vec<u8>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl HttpService for Coded {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let asked = request.headers()["accept-encoding"].to_str().unwrap().to_owned();
        self.asked.lock().unwrap().push(asked);
        Box::pin(async move {
            let response = Response::builder().status(self.status);
            let response = response.header("content-encoding", self.coding);
            let body = Body::new(Full::new(Bytes::from(self.body.clone())));
            Ok(response.header("content-type", "application/json").body(body).unwrap())
        })
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn client(coding: &'static str, status: u16, body: Vec<u8>, limit: usize) -> (Client, Coded) {
    let service = Coded { coding, status, body, asked: Arc::default() };
    let builder = Client::builder(Endpoint::parse("https://h.example").unwrap(), key());
    let builder = builder.retry(RetryPolicy::NEVER).service(service.clone()).body_limit(limit);
    (builder.build().unwrap(), service)
}

const ANSWER: &str = r#"{"choices":[{"message":{"content":"hello hello hello hello hello"}}]}"#;

#[tokio::test]
async fn a_whole_answer_may_come_in_gzip_and_a_stream_may_not() {
    for coding in ["gzip", "GZIP", "x-gzip"] {
        let (client, service) = client(coding, 200, gzip(ANSWER), 10_000);
        assert!(client.chat(&request()).await.unwrap().text().starts_with("hello"), "{coding}");
        let error = client.chat_stream(&request()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{coding}");
        let raw = RawRequest::new(Method::GET, "/openai/v1/models");
        assert_eq!(client.raw(&raw).await.unwrap_err().kind(), ErrorKind::Malformed, "{coding}");
        assert_eq!(*service.asked.lock().unwrap(), ["gzip", "identity", "identity"]);
    }
    let (client, _) = client("zstd", 200, b"...".to_vec(), 10_000);
    assert_eq!(client.chat(&request()).await.unwrap_err().kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn an_error_in_gzip_keeps_its_code() {
    let body = gzip(r#"{"code":"NotAuthorizedOrNotFound","message":"no"}"#);
    let (client, _) = client("gzip", 404, body, 10_000);
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.code(), Some("NotAuthorizedOrNotFound"), "{error:?}");
    let error = client.chat_stream(&request()).await.unwrap_err();
    assert_eq!(error.code(), Some("NotAuthorizedOrNotFound"), "whether it was asked for or not");
}

#[tokio::test]
async fn the_limit_is_that_of_what_is_decoded() {
    let bomb = gzip(&ANSWER.replace("hello ", &"hello ".repeat(10_000)));
    assert!(bomb.len() < 10_000, "{}", bomb.len());
    let (client, _) = client("gzip", 200, bomb, 10_000);
    assert_eq!(client.chat(&request()).await.unwrap_err().kind(), ErrorKind::TooLarge);
}
