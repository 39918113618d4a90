//! Where requests go, and where they never go.

use std::time::Duration;

use oci_auth::{Secret, Signer};
use oci_transport::{Client, ConnectStep, Deadlines, Endpoint, ErrorKind, RetryPolicy, Timeout};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::{Service, request};

#[tokio::test]
async fn nobody_listens() {
    let service = Service::start().await;
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let client = Client::builder(endpoint, service.signer.clone())
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert_eq!(error.connect_step(), Some(ConnectStep::Address));
    assert!(error.hint().unwrap().contains("127.0.0.1"));
}

/// The top-level domain `invalid` has no names, by RFC 2606.
#[tokio::test]
async fn a_name_without_an_address_is_told_from_a_host_that_takes_no_connection() {
    let service = Service::start().await;
    let endpoint = Endpoint::parse("https://inference.invalid").unwrap();
    let client = Client::builder(endpoint, service.signer.clone())
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.connect_step(), Some(ConnectStep::Name), "{error:?}");
}

/// `localhost` is judged by what it resolves to, and passes.
#[tokio::test]
async fn a_name_of_this_machine_is_allowed_over_plain_http() {
    let service = Service::start().await;
    let endpoint =
        Endpoint::parse(&format!("http://localhost:{}", service.emulator.address().port()))
            .unwrap();
    let client = Client::builder(endpoint, service.signer.clone())
        .retry(RetryPolicy::NEVER)
        .compartment_id(&service.compartment)
        .build()
        .unwrap();
    assert_eq!(client.chat(&request()).await.unwrap().text(), "2x2 is 4.");
}

/// Where this machine has no IPv6 there is nothing to connect to.
#[tokio::test]
async fn a_service_may_have_an_address_of_ipv6() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else { return };
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap().into());
        }
        let answer = r#"{"object":"list","data":[]}"#;
        let length = answer.len();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{answer}");
        socket.write_all(answer.as_bytes()).await.unwrap();
        head
    });
    let signer = Signer::bearer(&Secret::from("sk-test")).unwrap();
    let client = Client::builder(Endpoint::parse(&url).unwrap(), signer).build().unwrap();
    client.models().await.unwrap();
    let host = url.trim_start_matches("http://");
    let head = serving.await.unwrap();
    assert!(head.contains(&format!("\r\nhost: {host}\r\n")), "{head}");
}

/// A server that accepts and then says nothing: the TLS handshake does not finish.
#[tokio::test]
async fn a_handshake_that_stalls_meets_the_connect_deadline() {
    let service = Service::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint =
        Endpoint::parse(&format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port()))
            .unwrap();
    let deadlines = Deadlines { connect: Duration::from_millis(50), ..Deadlines::default() };
    let client = Client::builder(endpoint, service.signer.clone())
        .retry(RetryPolicy::NEVER)
        .deadlines(deadlines)
        .build()
        .unwrap();
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Connect), "{error:?}");
    assert_eq!(error.to_string(), "no connection within 50ms");
}

#[test]
fn options_that_would_split_a_header_are_refused() {
    let signer = {
        let pem = std::fs::read(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../fixtures/keys/rsa2048_a.pkcs8.pem"
        ))
        .unwrap();
        let key = oci_auth::PrivateKey::from_pem(&pem, None).unwrap();
        Signer::new(oci_auth::SigningKey::new(
            oci_auth::KeyId::verbatim("k".to_owned()).unwrap(),
            key,
        ))
    };
    let builder = || Client::builder(Endpoint::parse("https://h.example").unwrap(), signer.clone());
    for bad in ["", "a b", "a\r\nx: y", "ä"] {
        assert!(
            builder()
                .compartment_id(bad)
                .build()
                .unwrap_err()
                .to_string()
                .starts_with("compartment_id"),
            "{bad:?}"
        );
        assert!(
            builder().project(bad).build().unwrap_err().to_string().starts_with("project"),
            "{bad:?}"
        );
    }
    builder().compartment_id("ocid1.compartment.oc1..a").build().unwrap();
}
