//! Which version of HTTP is spoken over TLS, which both sides agree upon by ALPN (RFC 7301).

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use oci_auth::{Secret, Signer};
use oci_transport::{
    Client, ConnectStep, Endpoint, Error, ErrorKind, HttpVersion, RetryPolicy, Roots,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::server::Acceptor;

use crate::request;
use crate::tls::config;

/// Asks a server that takes these protocols for an answer, which is the version it was asked with. With what the client offered.
async fn ask(client: HttpVersion, takes: &[&str]) -> (Result<String, Error>, Vec<String>) {
    let (mut config, pem) = config("localhost");
    config.alpn_protocols = takes.iter().map(|name| name.as_bytes().to_vec()).collect();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (tell, mut told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let start = LazyConfigAcceptor::new(Acceptor::default(), socket).await.unwrap();
            let offered = start.client_hello().alpn().into_iter().flatten();
            let offered = offered.map(|name| String::from_utf8(name.to_vec()).unwrap());
            tell.send(offered.collect::<Vec<_>>()).unwrap();
            // Where nothing is agreed upon the handshake ends, which the client is asked about.
            let Ok(stream) = start.into_stream(config.clone()).await else { continue };
            let is_http_2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            let (io, service) = (TokioIo::new(stream), service_fn(answer));
            tokio::spawn(async move {
                _ = if is_http_2 {
                    http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await
                } else {
                    http1::Builder::new().serve_connection(io, service).await
                };
            });
        }
    });
    let signer = Signer::bearer(&Secret::from("sk-test")).unwrap();
    let client = Client::builder(Endpoint::parse(&url).unwrap(), signer)
        .http_version(client)
        .roots(Roots::Pem(pem.into_bytes()))
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let answer = client.chat(&request()).await.map(|answer| answer.text().to_owned());
    (answer, told.recv().await.unwrap())
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let version = if request.version() == Version::HTTP_2 { "HTTP/2" } else { "HTTP/1.1" };
    let body = format!(r#"{{"choices":[{{"index":0,"message":{{"content":"{version}"}}}}]}}"#);
    Ok(Response::new(Full::new(Bytes::from(body))))
}

#[tokio::test]
async fn http_2_is_spoken_where_it_is_chosen_and_agreed_upon() {
    let (answer, offered) = ask(HttpVersion::Http2, &["h2", "http/1.1"]).await;
    assert_eq!(answer.unwrap(), "HTTP/2");
    assert_eq!(offered, ["h2"]);
}

#[tokio::test]
async fn http_1_is_spoken_otherwise_even_by_a_server_that_would_rather_not() {
    for takes in [&["h2", "http/1.1"][..], &["http/1.1"], &[]] {
        let (answer, offered) = ask(HttpVersion::Http1, takes).await;
        assert_eq!(answer.unwrap(), "HTTP/1.1", "{takes:?}");
        assert!(offered.is_empty(), "whoever offers nothing speaks HTTP/1.1: {offered:?}");
    }
}

/// The service may refuse the handshake, or agree to nothing and go on.
#[tokio::test]
async fn http_2_that_was_chosen_is_not_replaced_in_silence() {
    for (takes, step) in [(&["http/1.1"][..], Some(ConnectStep::Tls)), (&[], None)] {
        let error = ask(HttpVersion::Http2, takes).await.0.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{takes:?}: {error:?}");
        assert_eq!(error.connect_step(), step, "{takes:?}: {error:?}");
        let shown = format!("{error:?}");
        let reason = if takes.is_empty() { "speaks HTTP/2" } else { "NoApplicationProtocol" };
        assert!(shown.contains(reason), "{takes:?}: {shown}");
    }
}
