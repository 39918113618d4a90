//! TLS works whatever other crates of the program do with crypto providers, and through a proxy.

use std::sync::Arc;

use oci_transport::{
    Client, ConnectStep, Deadlines, Endpoint, ErrorKind, Proxy, RetryPolicy, Roots,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::{Service, request};

/// The configuration of a TLS server for a host name, and its certificate as PEM.
pub(crate) fn config(host: &str) -> (ServerConfig, String) {
    let issued = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(issued.signing_key.serialize_der().into());
    // The server uses the other provider, which is linked into this program as well.
    let config = ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![issued.cert.der().clone()], key)
    .unwrap();
    (config, issued.cert.pem())
}

/// A TLS server for a host name that answers every connection with one chat completion, and its certificate as PEM.
async fn server(host: &str) -> (u16, String) {
    let (config, pem) = config(host);
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            // A client that does not trust the certificate ends the handshake.
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let mut head = [0; 8192];
            let _ = stream.read(&mut head).await;
            let body = r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"over TLS"},"finish_reason":"stop"}]}"#;
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, pem)
}

fn client(service: &Service, port: u16, roots: Roots) -> Client {
    let endpoint = Endpoint::parse(&format!("https://localhost:{port}")).unwrap();
    Client::builder(endpoint, service.signer.clone())
        .retry(RetryPolicy::NEVER)
        .roots(roots)
        .deadlines(Deadlines::default())
        .build()
        .unwrap()
}

/// With two providers linked and none installed, anything that looks for a process-wide one would panic.
#[tokio::test]
async fn a_call_over_tls_while_another_provider_is_linked() {
    assert!(
        rustls::crypto::aws_lc_rs::default_provider().cipher_suites.len() > 1,
        "the other provider is really there"
    );
    let service = Service::start().await;
    let (port, pem) = server("localhost").await;
    let answer =
        client(&service, port, Roots::Pem(pem.into_bytes())).chat(&request()).await.unwrap();
    assert_eq!(answer.text(), "over TLS");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_refused() {
    let service = Service::start().await;
    let (port, _) = server("localhost").await;
    for roots in [Roots::Platform, Roots::Bundled] {
        let error = client(&service, port, roots).chat(&request()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert_eq!(error.connect_step(), Some(ConnectStep::Tls), "{error:?}");
        assert!(error.hint().unwrap().contains("certificates"));
    }
}

/// A proxy that opens one kind of tunnel, whatever it is asked for, and tells what it was asked.
async fn proxy(answer: &'static str, target: u16) -> (String, tokio::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://ada:hunter2@{}", listener.local_addr().unwrap());
    let (tell, told) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await.unwrap());
            }
            tell.send(String::from_utf8(head).unwrap()).await.unwrap();
            client.write_all(answer.as_bytes()).await.unwrap();
            if answer.contains(" 200 ") {
                let mut server =
                    tokio::net::TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            }
        }
    });
    (url, told)
}

fn proxied(service: &Service, proxy: &str, pem: String) -> Client {
    Client::builder(Endpoint::parse("https://h.example").unwrap(), service.signer.clone())
        .retry(RetryPolicy::NEVER)
        .proxy(Proxy::new(proxy, None).unwrap())
        .roots(Roots::Pem(pem.into_bytes()))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_proxy_carries_the_call_and_sees_neither_signature_nor_prompt() {
    let service = Service::start().await;
    let (port, pem) = server("h.example").await;
    let (url, mut told) = proxy("HTTP/1.1 200 Connection established\r\n\r\n", port).await;
    let answer = proxied(&service, &url, pem).chat(&request()).await.unwrap();
    assert_eq!(answer.text(), "over TLS");
    let asked = told.recv().await.unwrap().to_ascii_lowercase();
    assert!(asked.starts_with("connect h.example:443 http/1.1\r\n"), "{asked}");
    assert!(asked.contains("proxy-authorization: basic "), "{asked}");
    assert!(!asked.contains("signature") && !asked.contains("2x2"), "{asked}");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_from_a_service_that_refuses() {
    let service = Service::start().await;
    let (port, pem) = server("h.example").await;
    let (url, _told) = proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", port).await;
    let error = proxied(&service, &url, pem).chat(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Connect, None), "{error:?}");
    assert_eq!(error.connect_step(), Some(ConnectStep::Proxy), "{error:?}");
    let shown = format!("{error:?}");
    assert!(shown.contains("ProxyAuthRequired") && !shown.contains("hunter2"), "{shown}");
}
