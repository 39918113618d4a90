//! Answers of every kind over loopback, from a server that says what the test tells it to.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// Sends a request to a server that answers with these bytes and hangs up; returns the outcome and what the server saw.
fn ask(
    answer: &'static [u8],
    client: &HyperClient,
) -> (Result<Response<Vec<u8>>, HttpError>, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/x?y=z", listener.local_addr().unwrap());
        let request = Request::post(url).header("x-test", "1").body(b"body".to_vec()).unwrap();
        let server = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"body") {
                let read = socket.read_buf(&mut seen).await.unwrap();
                assert!(read > 0, "the client hung up");
            }
            // A client that has seen enough hangs up first.
            let _ = socket.write_all(answer).await;
            String::from_utf8(seen).unwrap()
        };
        tokio::join!(client.send(request), server)
    })
}

fn loopback() -> HyperClient {
    HyperClient::builder().bundled_roots().build().unwrap()
}

#[test]
fn requests_go_out_as_they_are_and_answers_come_back_whole() {
    let answer = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 5\r\ndate: d\r\n\r\nhello";
    for client in [loopback(), HyperClient::metadata()] {
        let (response, seen) = ask(answer, &client);
        let response = response.unwrap();
        assert_eq!((response.status().as_u16(), response.body().as_slice()), (401, &b"hello"[..]));
        assert_eq!(response.headers()["date"], "d");
        assert!(seen.starts_with("POST /v1/x?y=z HTTP/1.1\r\n"), "{seen}");
        assert!(seen.contains("host: 127.0.0.1:") && seen.contains("x-test: 1"), "{seen}");
    }
}

#[test]
fn redirects_are_answers() {
    let answer =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let (response, _) = ask(answer, &loopback());
    assert_eq!(response.unwrap().status().as_u16(), 302);
}

#[test]
fn answers_that_are_cut_or_none_are_errors() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhell",
        b"\x16\x03\x01",
    ] {
        let (response, _) = ask(answer, &loopback());
        let error = response.unwrap_err();
        assert!(!error.is_connecting(), "{error:?}");
        assert_eq!(error.to_string(), "no answer came");
    }
}

#[test]
fn an_answer_without_end_is_refused() {
    let mut long = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    long.resize(LONGEST_ANSWER + 1000, b'x');
    let (response, _) = ask(Vec::leak(long), &loopback());
    assert!(!response.unwrap_err().is_connecting());
}

fn refused(client: &HyperClient, url: &str) -> HttpError {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = Request::get(url).body(Vec::new()).unwrap();
    runtime.block_on(client.send(request)).unwrap_err()
}

/// What plain http would carry is a token or a key.
#[test]
fn plain_http_goes_to_this_machine_only() {
    for url in ["http://192.0.2.1/", "http://[2001:db8::1]/", "ftp://127.0.0.1/", "/v1"] {
        let error = refused(&loopback(), url);
        assert!(error.is_connecting(), "{url}: {error:?}");
        let shown = format!("{error:?}");
        assert!(!shown.contains("TimedOut"), "it was not even tried: {shown}");
    }
    let error = refused(&HyperClient::metadata(), "https://127.0.0.1/");
    assert!(error.is_connecting(), "the metadata service has no TLS");
}

#[test]
fn a_connection_and_an_answer_are_waited_for_so_long() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(refused(&loopback(), &format!("http://{closed}/")).is_connecting());

    // It listens and accepts nothing; the system completes the connection.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = HyperClient::builder().bundled_roots().timeout(Duration::ZERO).build().unwrap();
    let error = refused(&client, &format!("http://{}/", listener.local_addr().unwrap()));
    assert!(format!("{error:?}").contains("TimedOut") && !error.is_connecting(), "{error:?}");
}

#[test]
fn authorities_that_are_none_are_refused_and_a_file_is_read_when_it_is_needed() {
    for pem in ["", "text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        HyperClient::builder().pem_roots(pem).build().unwrap_err();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = Request::get("https://127.0.0.1:1/").body(Vec::new()).unwrap();
    let sending = TrustingFile::new(Path::new("/nowhere/ca.crt")).send(request);
    let error = runtime.block_on(sending).unwrap_err();
    assert!(format!("{error:?}").contains("/nowhere/ca.crt"), "{error:?}");
}

#[test]
fn debug_shows_no_password() {
    let hop = Hop::new(
        "http://ada:hunter2@proxy.example:3128".parse().unwrap(),
        Some(HeaderValue::from_static("Basic hunter2")),
    );
    let shown = format!("{hop:?}");
    assert!(shown.contains("proxy.example") && !shown.contains("hunter2"), "{shown}");
}

/// The proxy sees the host and no more, and is asked only where one is named.
#[test]
fn https_goes_through_the_tunnel_of_a_proxy() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let seen = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy: Uri = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let client = HyperClient::builder().bundled_roots().proxy(move |target| {
            let through = target.host() == Some("auth.example");
            let authorization = HeaderValue::from_static("Basic eDp5");
            through.then(|| Hop::new(proxy.clone(), Some(authorization)))
        });
        let client = client.build().unwrap();
        let request = |url: &str| {
            Request::post(url).header("authorization", "hunter2").body(Vec::new()).unwrap()
        };
        let server = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"\r\n\r\n") {
                assert!(socket.read_buf(&mut seen).await.unwrap() > 0, "the client hung up");
            }
            let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
            socket.write_all(refusal).await.unwrap();
            String::from_utf8(seen).unwrap()
        };
        let through = client.send(request("https://auth.example/v1/x509"));
        let (outcome, seen) = tokio::join!(through, server);
        assert!(outcome.unwrap_err().is_connecting());
        // Where no proxy is named none is asked: this port is closed.
        let direct = client.send(request("https://127.0.0.1:1/"));
        assert!(direct.await.unwrap_err().is_connecting());
        seen
    });
    assert!(seen.starts_with("CONNECT auth.example:443 HTTP/1.1\r\n"), "{seen}");
    assert!(seen.to_ascii_lowercase().contains("proxy-authorization: basic edp5"), "{seen}");
    assert!(!seen.contains("hunter2"), "{seen}");
}
