//! What goes on the wire is what was signed, seen on the wire itself.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use oci_auth::{BodyDigest, KeyId, PrivateKey, RsaSigner, Signer, SigningFailed, SigningKey};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

/// Keeps what it was asked to sign.
struct Recorder(&'static Mutex<Vec<u8>>);

impl RsaSigner for Recorder {
    fn signature_len(&self) -> usize {
        256
    }

    fn sign(&self, message: &[u8], _: &mut [u8]) -> Result<(), SigningFailed> {
        *self.0.lock().unwrap() = message.to_vec();
        Ok(())
    }
}

/// The client's end of a pipe in memory.
struct Pipe(TokioIo<DuplexStream>);

impl Connection for Pipe {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl Write for Pipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// Connects every host to the one pipe.
#[derive(Clone)]
struct Connector(std::sync::Arc<Mutex<Option<Pipe>>>);

impl tower_service::Service<Uri> for Connector {
    type Response = Pipe;
    type Error = io::Error;
    type Future = Ready<io::Result<Pipe>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.lock().unwrap().take().ok_or_else(|| io::Error::other("connected twice")))
    }
}

/// Sends a request and returns the head and the body as they were written.
fn written(request: Request<Full<Bytes>>) -> (Vec<u8>, Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (near, mut far) = tokio::io::duplex(1 << 16);
    let pipe = Pipe(TokioIo::new(near));
    let connector = Connector(std::sync::Arc::new(Mutex::new(Some(pipe))));
    let client = Client::builder(TokioExecutor::new()).build(connector);
    runtime.block_on(async {
        let serve = async {
            let mut bytes = Vec::new();
            loop {
                if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                    let body = bytes.split_off(end + 4);
                    if body.len() >= length(&bytes) {
                        far.write_all(
                            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                        )
                        .await
                        .unwrap();
                        return (bytes, body);
                    }
                    bytes.extend(body);
                }
                assert_ne!(far.read_buf(&mut bytes).await.unwrap(), 0, "the request is cut short");
            }
        };
        // The answer is not waited for: what was written is all that matters.
        tokio::select! {
            biased;
            written = serve => written,
            answer = client.request(request) => panic!("ended before it was written: {answer:?}"),
        }
    })
}

/// The values of a header in a head.
fn values<'h>(head: &'h [u8], name: &str) -> Vec<&'h [u8]> {
    head.split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let line = line.strip_suffix(b"\r")?;
            let colon = line.iter().position(|byte| *byte == b':')?;
            line[..colon]
                .eq_ignore_ascii_case(name.as_bytes())
                .then(|| line[colon + 1..].trim_ascii())
        })
        .collect()
}

fn length(head: &[u8]) -> usize {
    values(head, "content-length")
        .first()
        .map_or(0, |value| str::from_utf8(value).unwrap().parse().unwrap())
}

fn check(
    method: &Method,
    uri: Uri,
    preset: &[(&'static str, &'static str)],
    body: &[u8],
) -> Result<bool, TestCaseError> {
    let signed: &'static Mutex<Vec<u8>> = Box::leak(Box::default());
    let key = PrivateKey::from_signer(Recorder(signed));
    let signer = Signer::new(SigningKey::new(KeyId::verbatim("k".to_owned()).unwrap(), key));
    let shown = uri.to_string();
    let (mut parts, ()) = Request::new(()).into_parts();
    (parts.method, parts.uri) = (method.clone(), uri);
    for (name, value) in preset {
        parts.headers.insert(*name, HeaderValue::from_static(value));
    }
    let mut request = Request::from_parts(parts, Full::new(Bytes::copy_from_slice(body)));
    if signer.sign_digest(&mut request, &BodyDigest::of(body)).is_err() {
        prop_assert!(!request.headers().contains_key("authorization"), "half signed: {}", shown);
        return Ok(false);
    }
    let (head, sent) = written(request);
    prop_assert_eq!(&sent, body);
    let request_line = head.split(|byte| *byte == b'\r').next().unwrap();
    for line in signed.lock().unwrap().split(|byte| *byte == b'\n') {
        let at = line.windows(2).position(|window| window == b": ").unwrap();
        let (name, value) = (str::from_utf8(&line[..at]).unwrap(), &line[at + 2..]);
        if name == "(request-target)" {
            let (verb, target) = value.split_at(method.as_str().len());
            let lower = method.as_str().to_ascii_lowercase();
            prop_assert_eq!(verb, lower.as_bytes());
            let expected = [method.as_str().as_bytes(), target, b" HTTP/1.1"].concat();
            prop_assert_eq!(
                String::from_utf8_lossy(request_line),
                String::from_utf8_lossy(&expected),
                "{}",
                shown
            );
        } else {
            prop_assert_eq!(values(&head, name), vec![value], "{} of {}", name, shown);
        }
    }
    if [Method::POST, Method::PUT, Method::PATCH].contains(method) {
        let digest = STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, &sent));
        prop_assert_eq!(values(&head, "x-content-sha256"), vec![digest.as_bytes()]);
        prop_assert_eq!(length(&head), sent.len());
    }
    Ok(true)
}

#[test]
fn the_edges_of_urls() {
    let check = |url: &str| check(&Method::POST, url.parse().unwrap(), &[], b"{}").unwrap();
    for url in [
        "http://h",
        "http://h/",
        "http://h?a=b",
        "http://h/?",
        "http://h:80/x",
        "http://h:8080/x",
        "http://H.Example/x",
        "http://[::1]/x",
        "http://[::1]:80/x",
        "http://[::1]:81/x",
        "http://h/a/../b//c/./%2e%2E/%7e?x=%20+&x=&x&=",
        "http://h:/x",
    ] {
        assert!(check(url), "{url}");
    }
    for url in ["http://u@h/", "http://u:p@h/x", "/x", "*", "h:80", "http://u@h:80/"] {
        assert!(!check(url), "{url} would not go on the wire as it is signed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_bytes_on_the_wire_are_the_bytes_that_were_signed(
        method in prop::sample::select(vec![Method::GET, Method::HEAD, Method::DELETE, Method::POST, Method::PUT, Method::PATCH]),
        url in "http://([a-zA-Z0-9.-]{1,12}|\\[[0-9a-f:]{2,9}\\])(:[0-9]{0,5})?(/[ -~\u{e4}]{0,24})?(\\?[ -~\u{e4}]{0,24})?",
        preset in prop::sample::subsequence(&PRESET, 0..=PRESET.len()),
        body in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let uri = url.parse::<Uri>();
        prop_assume!(uri.is_ok());
        let describes_body = |name: &str| name.starts_with("content-") || name.starts_with("transfer-");
        let signs_body = [Method::POST, Method::PUT, Method::PATCH].contains(&method);
        // Where the body is not signed, what is said of it is between the caller and the client.
        let preset: Vec<_> =
            preset.into_iter().filter(|(name, _)| signs_body || !describes_body(name)).collect();
        check(&method, uri.unwrap(), &preset, &body)?;
    }
}

/// What a caller may have set before, rightly or wrongly.
const PRESET: [(&str, &str); 8] = [
    ("authorization", "Bearer other"),
    ("content-length", "7"),
    ("content-type", "text/plain; charset=utf-8"),
    ("date", "Mon, 02 Feb 2015 01:02:03 GMT"),
    ("opc-request-id", "r"),
    ("transfer-encoding", "chunked"),
    ("user-agent", "u"),
    ("x-date", "Tue, 03 Feb 2015 01:02:03 GMT"),
];
