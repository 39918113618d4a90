//! Requests as the official SDKs send them, and every way in which an exchange fails.

use std::time::Duration;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde_json::json;

use super::*;
use crate::TokenError;
use crate::key::{RsaSigner, SigningFailed};

const ENDPOINT: &str = "https://auth.us-chicago-1.oraclecloud.com";

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn certificate(name: &str) -> InstanceCertificate {
    InstanceCertificate::from_pem(&fixture(&format!("federation/{name}.pem"))).unwrap()
}

fn key(name: char) -> PrivateKey {
    PrivateKey::from_pem(&fixture(&format!("keys/rsa2048_{name}.pkcs8.pem")), None).unwrap()
}

fn exchange() -> InstanceFederation {
    let intermediates = [certificate("intermediate")];
    InstanceFederation::new(ENDPOINT, &certificate("cert"), key('a'), &intermediates, &key('b'))
        .unwrap()
}

/// The base64 between the lines of a PEM file.
fn bare(name: &str) -> String {
    let text = String::from_utf8(fixture(name)).unwrap();
    text.lines().filter(|line| !line.starts_with("-----")).collect()
}

fn parameter<'h>(authorization: &'h str, name: &str) -> &'h str {
    let (_, rest) = authorization.split_once(&format!("{name}=\"")).unwrap();
    rest.split_once('"').unwrap().0
}

#[test]
fn the_request_is_signed_by_the_certificate_and_names_the_session_key() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let intermediates = [certificate("intermediate")];
    let sha1 = InstanceFederation::with_sha1(
        ENDPOINT,
        &certificate("cert"),
        key('a'),
        &intermediates,
        &key('b'),
    )
    .unwrap();
    let tenancy = "ocid1.tenancy.oc1..aaaa";
    for (exchange, form, algorithm) in [
        (exchange(), certificate("cert").sha256(), Some("SHA256")),
        (sha1, certificate("cert").sha1(), None),
    ] {
        let request = exchange.next_request(now).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri().to_string(), format!("{ENDPOINT}/v1/x509"));
        assert_eq!(request.headers()["content-type"], "application/json");
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let kind = if algorithm.is_some() { "fed-x509-sha256" } else { "fed-x509" };
        assert_eq!(parameter(authorization, "keyId"), format!("{tenancy}/{kind}/{form}"));
        assert_eq!(
            parameter(authorization, "headers"),
            "date (request-target) content-length content-type x-content-sha256",
            "the host is not signed"
        );

        let mut expected = json!({
            "certificate": bare("federation/cert.pem"),
            "publicKey": bare("keys/rsa2048_b.pub.pem"),
            "intermediateCertificates": [bare("federation/intermediate.pem")],
        });
        if let Some(algorithm) = algorithm {
            expected["fingerprintAlgorithm"] = algorithm.into();
        }
        let sent: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(sent, expected);
    }
}

/// The captured body is signed as it is, since the order of its members is free; what is in it is compared.
#[test]
fn the_request_is_that_of_the_official_sdk() {
    let captured: Value = serde_json::from_slice(&fixture("federation/python_sdk.json")).unwrap();
    let text = |name: &str| captured[name].as_str().unwrap();
    let (cert, intermediates) = (certificate("cert"), [certificate("intermediate")]);
    let exchange =
        InstanceFederation::with_sha1(ENDPOINT, &cert, key('a'), &intermediates, &key('b'));
    let exchange = exchange.unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let mut request = exchange.next_request(now).unwrap();
    assert_eq!(request.uri().to_string(), text("url"));
    assert_eq!(request.headers()["content-type"], text("content_type"));
    assert_eq!(request.headers()["date"], text("date"));
    let [sent, expected] = [request.body().as_slice(), text("body").as_bytes()]
        .map(|body| -> Value { serde_json::from_slice(body).unwrap() });
    assert_eq!(sent, expected);

    *request.body_mut() = text("body").as_bytes().to_vec();
    let digest = BodyDigest::of(request.body());
    exchange.identity.sign_federation(&mut request, &digest, now).unwrap();
    assert_eq!(request.headers()["authorization"], text("authorization"));
}

#[test]
fn without_intermediates_none_are_sent() {
    let exchange =
        InstanceFederation::new(ENDPOINT, &certificate("cert"), key('a'), &[], &key('b')).unwrap();
    let body: Value = serde_json::from_slice(&exchange.body).unwrap();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["certificate", "fingerprintAlgorithm", "publicKey"]);
}

fn token(jwk: Option<char>) -> String {
    let mut claims = json!({ "exp": 1, "res_tenant": "t" });
    if let Some(name) = jwk {
        let text = String::from_utf8(fixture(&format!("session/jwk_{name}.json"))).unwrap();
        claims["jwk"] = text.trim().into();
    }
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn answer(status: u16, body: &str) -> Result<Secret, FederationError> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    exchange().handle_response(&response, SystemTime::UNIX_EPOCH)
}

#[test]
fn the_token_of_the_answer_is_taken_if_it_is_for_the_session_key() {
    let brought = |token: &str| answer(200, &json!({ "token": token }).to_string());
    for token in [token(None), token(Some('b'))] {
        assert_eq!(brought(&token).unwrap().expose(), token);
    }
    let issuer = Issuer::Authentication;
    let fails = |token: &str| match brought(token).unwrap_err() {
        FederationError::Exchange(error) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(fails(&token(Some('a'))), ExchangeError::OtherKey { issuer });
    assert_eq!(fails("x"), ExchangeError::Token { issuer, source: TokenError::Form });
}

#[test]
fn failures_say_what_the_service_said_and_no_token() {
    for body in ["", "{}", "[]", r#"{"token":1}"#, "<html>"] {
        let malformed = ExchangeError::Malformed { issuer: Issuer::Authentication };
        assert_eq!(answer(200, body).unwrap_err(), malformed.into(), "{body}");
    }
    let refused = answer(401, r#"{"code":"NotAuthenticated","message":"hunter2"}"#).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the authentication service answered 401 Unauthorized (NotAuthenticated)"
    );
    assert!(refused.hint().contains("clock"), "{}", refused.hint());
    for status in [201, 302, 404, 429, 503] {
        let error = answer(status, r#"{"token":"a.e30.c","code":"hunter2 x"}"#).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2") && !error.hint().is_empty());
        assert!(
            matches!(error, FederationError::Exchange(ExchangeError::Refused { code: None, .. })),
            "{error:?}"
        );
    }
}

/// The first thing to know of such a refusal, and what nobody sees in a certificate.
#[test]
fn a_clock_that_is_off_is_told_with_both_times() {
    let refused = |status: u16, date: &str| {
        let response = Response::builder().status(status).header("date", date).body("{}").unwrap();
        let here = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        exchange().handle_response(&response, here).unwrap_err()
    };
    for (date, skew) in
        [("Thu, 01 Jan 2026 00:05:01 GMT", 301), ("Wed, 31 Dec 2025 23:54:59 GMT", 301)]
    {
        let error = refused(401, date);
        let text = error.to_string();
        assert!(text.contains("the clock here says Thu, 01 Jan 2026 00:00:00 GMT"), "{text}");
        assert!(text.contains(&format!("that of the service {date}")), "{text}");
        assert!(error.hint().contains("set the clock"), "{}", error.hint());
        let FederationError::Exchange(error) = error else { panic!("{error:?}") };
        let clocks = error.clocks().unwrap();
        assert_eq!(clocks.skew(), Duration::from_secs(skew));
        assert_eq!(clocks.correct(clocks.here), clocks.there);
    }
    for (status, date) in [
        (401, "Thu, 01 Jan 2026 00:05:00 GMT"),
        (401, "yesterday"),
        (503, "Thu, 01 Jan 2026 00:09:00 GMT"),
    ] {
        let text = refused(status, date).to_string();
        assert!(!text.contains("clock"), "{status} {date}: {text}");
    }
}

struct Elsewhere;

impl RsaSigner for Elsewhere {
    fn signature_len(&self) -> usize {
        256
    }

    fn sign(&self, _: &[u8], _: &mut [u8]) -> Result<(), SigningFailed> {
        Err(SigningFailed)
    }
}

#[test]
fn what_does_not_fit_is_told_before_anything_is_sent() {
    let build = |endpoint: &str, name: &str, leaf: PrivateKey, session: PrivateKey| {
        InstanceFederation::new(endpoint, &certificate(name), leaf, &[], &session).map(|_| ())
    };
    for endpoint in ["", "auth", "/v1", "https://h/v1", "https://h?x", "https://", "h:443"] {
        let error = build(endpoint, "cert", key('a'), key('b')).unwrap_err();
        assert_eq!(error, ExchangeError::Endpoint.into(), "{endpoint}");
    }
    let fails = |name, leaf, session| build("https://h/", name, leaf, session).unwrap_err();
    assert_eq!(fails("no_tenancy", key('a'), key('b')), FederationError::NoTenancy);
    assert_eq!(fails("cert", key('b'), key('b')), FederationError::Pair);
    let elsewhere = || PrivateKey::from_signer(Elsewhere);
    assert_eq!(fails("cert", key('a'), elsewhere()), FederationError::NoPublicKey);
    // A key of the caller's that does not tell its public half may be the right one.
    build("https://h/", "cert", elsewhere(), key('b')).unwrap();
}

#[test]
fn debug_shows_who_asks_and_no_key() {
    let shown = format!("{:?}", exchange());
    assert!(shown.contains("auth.us-chicago-1") && shown.contains("fed-x509-sha256"), "{shown}");
    assert!(shown.contains("<redacted>") && !shown.contains("MII"), "{shown}");
}
