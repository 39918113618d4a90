//! The token endpoint of a cluster, over TLS with the cluster's own authority.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oci_emulator::{AuthService, Authority, Fault, Rejection, TokenKind};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::auth::{AUTHORITY, SESSION, Tenancy, bare_key, bearer, claims};
use crate::http::{Answer, Connection};
use crate::signer::Message;

const PATH: &str = "/resourcePrincipalSessionTokens";

/// Opens a connection whose other end must be certified by the authority of a cluster.
async fn connect(tenancy: &Tenancy, authority: &Authority) -> std::io::Result<Connection> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(authority.cluster_ca_pem().as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = tenancy.world.emulator.cluster_address().unwrap();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::from(address.ip());
    Ok(Connection::over(TlsConnector::from(Arc::new(config)).connect(name, stream).await?))
}

impl Tenancy {
    fn pod(&self, service_account: &str) -> Message {
        let body = json!({ "podKey": bare_key(SESSION.public_key()) }).to_string();
        let mut message = Message::new("POST", PATH, body.as_bytes(), self.now());
        message.remove("date");
        message.remove("x-content-sha256");
        message.set("authorization", &format!("Bearer {service_account}"));
        message
    }

    fn service_account(&self) -> String {
        self.world.emulator.issue_token(TokenKind::ServiceAccount).unwrap()
    }

    async fn ask_cluster(&self, message: &Message) -> Answer {
        let mut connection = connect(self, &AUTHORITY).await.unwrap();
        connection.request(&message.to_bytes(), false).await
    }
}

/// The token within base64 within double quotes.
fn workload_token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body());
    let body = answer.body();
    let inner = body.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
    let document: Value = serde_json::from_slice(&STANDARD.decode(inner).unwrap()).unwrap();
    document["token"].as_str().unwrap().strip_prefix("ST$").unwrap().to_owned()
}

#[tokio::test]
async fn a_service_account_gets_the_token_of_its_workload() {
    let tenancy = Tenancy::new().await;
    let answer = tenancy.ask_cluster(&tenancy.pod(&tenancy.service_account())).await;
    let token = workload_token(&answer);
    assert_eq!(claims(&token)["res_tenant"], AUTHORITY.tenancy());
    assert_eq!(tenancy.ask_as(&token).await, 200);
    let request = tenancy.world.emulator.requests().pop().unwrap();
    assert_eq!(request.caller.as_deref(), Some(AUTHORITY.cluster_id()));

    let mut caching = tenancy.pod(&tenancy.service_account());
    caching.target.push_str("WithCaching");
    workload_token(&tenancy.ask_cluster(&caching).await);
    // The Go SDK sends its key with the lines of PEM.
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        bare_key(SESSION.public_key())
    );
    let body = json!({ "podKey": pem }).to_string();
    let mut armoured = tenancy.pod(&tenancy.service_account());
    armoured.set("content-length", &body.len().to_string());
    armoured.body = body.into_bytes();
    workload_token(&tenancy.ask_cluster(&armoured).await);
}

#[tokio::test]
async fn what_is_no_token_of_a_service_account_is_refused() {
    let tenancy = Tenancy::new().await;
    let emulator = &tenancy.world.emulator;
    let instance = emulator.issue_token(TokenKind::Instance(SESSION.public_key())).unwrap();
    let old = emulator.issue_token_for(TokenKind::ServiceAccount, Duration::ZERO).unwrap();
    for (token, expected) in [
        ("nonsense", Rejection::Token("is no JWT")),
        (&instance, Rejection::TokenKind { expected: "sa", found: "x509" }),
        (&old, Rejection::TokenExpired),
    ] {
        assert_eq!(tenancy.ask_cluster(&tenancy.pod(token)).await.status, 401);
        assert_eq!(tenancy.last_rejection(), expected);
    }
    let mut without = tenancy.pod("");
    without.remove("authorization");
    assert_eq!(tenancy.ask_cluster(&without).await.status, 401);
    assert_eq!(tenancy.last_rejection(), Rejection::NoAuthorization);
    let mut signed = tenancy.pod("");
    bearer(&instance).sign(&mut signed, "(request-target)");
    assert_eq!(tenancy.ask_cluster(&signed).await.status, 401);

    let mut without_key = tenancy.pod(&tenancy.service_account());
    without_key.body = b"{}".to_vec();
    without_key.set("content-length", "2");
    assert_eq!(tenancy.ask_cluster(&without_key).await.status, 400);
}

#[tokio::test]
async fn only_the_authority_of_the_cluster_vouches_for_it() {
    let tenancy = Tenancy::new().await;
    let other = Authority::generate().unwrap();
    let error = connect(&tenancy, &other).await.err().expect("no trust");
    assert!(error.to_string().contains("certificate"), "{error}");
    // Nothing else is served there, and nothing without TLS.
    let mut chat = tenancy.chat(&tenancy.federate().await);
    assert_eq!(tenancy.ask_cluster(&chat).await.status, 404);
    chat.target = "/v1/x509".into();
    assert_eq!(tenancy.ask_cluster(&chat).await.status, 404);
    let address = tenancy.world.emulator.cluster_address().unwrap();
    let mut plain = Connection::open(address).await;
    plain.send(&tenancy.pod("x").to_bytes()).await;
    while plain.fill().await {}
    let requests = tenancy.world.emulator.requests();
    assert!(requests.iter().all(|request| request.header("authorization") != Some("Bearer x")));
}

#[tokio::test]
async fn several_requests_over_one_connection() {
    let tenancy = Tenancy::new().await;
    let mut connection = connect(&tenancy, &AUTHORITY).await.unwrap();
    for _ in 0..3 {
        let message = tenancy.pod(&tenancy.service_account());
        workload_token(&connection.request(&message.to_bytes(), false).await);
    }
    let requests = tenancy.world.emulator.requests();
    let numbers: Vec<u64> = requests.iter().map(|request| request.connection).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] == pair[1]), "{numbers:?}");
}

#[tokio::test]
async fn every_fault_over_tls() {
    let tenancy = Tenancy::new().await;
    let pod = tenancy.pod(&tenancy.service_account());
    let fault = |text: &str| {
        tenancy.world.emulator.push_auth_fault(AuthService::Workload, text.parse().unwrap());
    };
    // 403 is what a cluster says that is not an enhanced one.
    for (text, status) in
        [("status=403", 403), ("status=404", 404), ("status=500", 500), ("html=502", 502)]
    {
        fault(text);
        assert_eq!(tenancy.ask_cluster(&pod).await.status, status, "{text}");
    }
    fault("garbage=0");
    assert!(STANDARD.decode(tenancy.ask_cluster(&pod).await.body().trim_matches('"')).is_err());
    for text in ["cut-body", "cut-bytes=1"] {
        fault(text);
        assert!(!tenancy.ask_cluster(&pod).await.is_whole, "{text}");
    }
    for text in ["hang-up", "reset", "half-head"] {
        fault(text);
        let mut connection = connect(&tenancy, &AUTHORITY).await.unwrap();
        connection.send(&pod.to_bytes()).await;
        assert!(connection.read_head().await.is_none(), "{text}");
    }
    for text in ["slow-body=10,1ms", "delay=1ms", "rotate"] {
        fault(text);
        workload_token(&tenancy.ask_cluster(&pod).await);
    }
    fault("expired-token");
    let expired = workload_token(&tenancy.ask_cluster(&pod).await);
    assert_eq!(tenancy.refusal(&tenancy.chat(&expired)).await, Rejection::TokenExpired);
    fault("garbage-token");
    let garbage = workload_token(&tenancy.ask_cluster(&pod).await);
    assert!(matches!(tenancy.refusal(&tenancy.chat(&garbage)).await, Rejection::Token(_)));
    fault("foreign-token");
    let foreign = workload_token(&tenancy.ask_cluster(&pod).await);
    assert!(matches!(tenancy.refusal(&tenancy.chat(&foreign)).await, Rejection::Signature { .. }));

    // A fault that stays befalls nobody else.
    let emulator = &tenancy.world.emulator;
    emulator.set_auth_fault(AuthService::Workload, Some(Fault::HangUp));
    assert_eq!(tenancy.ask_as(&tenancy.federate().await).await, 200);
}

#[tokio::test]
async fn a_stalled_cluster_holds_up_nobody_else() {
    let tenancy = Tenancy::new().await;
    let emulator = &tenancy.world.emulator;
    emulator.push_auth_fault(AuthService::Workload, Fault::Stall);
    let mut stalled = connect(&tenancy, &AUTHORITY).await.unwrap();
    stalled.send(&tenancy.pod(&tenancy.service_account()).to_bytes()).await;
    emulator.wait_until(|requests| requests.len() == 1).await;
    workload_token(&tenancy.ask_cluster(&tenancy.pod(&tenancy.service_account())).await);
    emulator.release();
    let mut answer = stalled.read_head().await.unwrap();
    stalled.read_body(&mut answer, false).await;
    workload_token(&answer);
}
