//! Requests of the `http` crate: what is signed is what is sent, and what cannot be sent is refused.

use http::{HeaderMap, HeaderValue, Method, Request};
use oci_auth::{
    BodyDigest, KeyId, PrivateKey, RequestParts, RsaSigner, SignError, Signer, SigningFailed,
    SigningKey, sign,
};
use proptest::prelude::*;

use crate::fixture;

fn key() -> SigningKey {
    let pem = std::fs::read(fixture("keys/rsa2048_a.pkcs8.pem")).unwrap();
    SigningKey::new(
        KeyId::api_key("t", "u", "f").unwrap(),
        PrivateKey::from_pem(&pem, None).unwrap(),
    )
}

fn signing_string<B>(request: &Request<B>) -> Result<String, SignError> {
    let now = std::time::SystemTime::UNIX_EPOCH;
    let signed = sign(&RequestParts::of(request)?, &BodyDigest::EMPTY, &key(), now)?;
    Ok(signed.signing_string().to_owned())
}

#[track_caller]
fn check(url: &str, target: &str, host: &str) {
    let request = Request::get(url).body(()).unwrap();
    let expected = format!(
        "date: Thu, 01 Jan 1970 00:00:00 GMT\n(request-target): get {target}\nhost: {host}"
    );
    assert_eq!(signing_string(&request).unwrap(), expected, "{url}");
}

#[test]
fn host_and_target_are_those_that_clients_send() {
    check("https://h.example/a?b=1", "/a?b=1", "h.example");
    check("https://h.example", "/", "h.example");
    check("https://h.example?b=1", "/?b=1", "h.example");
    check("https://h.example:443/a", "/a", "h.example");
    check("http://h.example:80/a", "/a", "h.example");
    check("http://h.example:443/a", "/a", "h.example:443");
    check("http://127.0.0.1:8080/a//b?", "/a//b?", "127.0.0.1:8080");
    check("http://[::1]:8080/%7Ea", "/%7Ea", "[::1]:8080");
    check("https://h.example/a#fragment", "/a", "h.example");
}

#[track_caller]
fn check_refused(request: &Request<()>, message: &str) {
    let error = signing_string(request).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn what_would_not_be_sent_as_signed_is_refused() {
    check_refused(&Request::get("/only/a/path").body(()).unwrap(), "no host");
    check_refused(
        &Request::get("https://user:pass@h.example/").body(()).unwrap(),
        "user information",
    );
    check_refused(&Request::get("https://user@h.example/").body(()).unwrap(), "user information");
    check_refused(&Request::builder().method("OPTIONS").uri("*").body(()).unwrap(), "no host");
    check_refused(
        &Request::builder().method("OPTIONS").uri("https://h.example/").body(()).unwrap(),
        "found OPTIONS",
    );
    check_refused(
        &Request::get("https://h.example/").header("host", "evil.example").body(()).unwrap(),
        "differs from the Host",
    );
    let twice = Request::get("https://h.example/")
        .header("date", "a")
        .header("date", "b")
        .body(())
        .unwrap();
    check_refused(&twice, "more than once");
    let latin1 = HeaderValue::from_bytes(b"caf\xe9").unwrap();
    check_refused(
        &Request::get("https://h.example/").header("date", latin1).body(()).unwrap(),
        "cannot be signed",
    );
}

#[test]
fn a_request_that_cannot_be_signed_is_left_as_it_was() {
    struct Broken;
    impl RsaSigner for Broken {
        fn signature_len(&self) -> usize {
            256
        }
        fn sign(&self, _: &[u8], _: &mut [u8]) -> Result<(), SigningFailed> {
            Err(SigningFailed)
        }
    }
    let signer = Signer::new(SigningKey::new(
        KeyId::verbatim("k".to_owned()).unwrap(),
        PrivateKey::from_signer(Broken),
    ));
    let mut request =
        Request::post("https://h.example/").header("accept", "x").body("body").unwrap();
    assert_eq!(signer.sign(&mut request), Err(SignError::Key(SigningFailed)));
    assert_eq!(request.headers().len(), 1, "{:?}", request.headers());
}

#[test]
fn signing_again_replaces_what_the_first_signature_set() {
    let signer = Signer::new(key());
    let mut request = Request::post("https://h.example/").body("one".to_owned()).unwrap();
    signer.sign(&mut request).unwrap();
    let first = request.headers().clone();
    request.headers_mut().insert("date", HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"));
    "two!".clone_into(request.body_mut());
    signer.sign(&mut request).unwrap();
    let second = request.headers();
    assert_ne!(
        second["date"], "Thu, 01 Jan 1970 00:00:00 GMT",
        "a stale date is refused by the service"
    );
    assert_ne!(second["x-content-sha256"], first["x-content-sha256"]);
    assert_eq!(second["content-length"], "4");
    assert_eq!(second.len(), first.len());
}

#[test]
fn signing_again_without_the_body_takes_its_digest_away() {
    let signer = Signer::new(key());
    let mut request = Request::put("https://h.example/n/b/o").body("one").unwrap();
    signer.sign(&mut request).unwrap();
    signer.sign_digest(&mut request, &BodyDigest::excluded()).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains(r#"headers="date (request-target) host","#), "{authorization}");
    assert!(!request.headers().contains_key("x-content-sha256"));
}

#[test]
fn debug_of_a_signed_request_and_of_a_signer_shows_no_signature_and_no_key() {
    let signer = Signer::new(key());
    let mut request = Request::get("https://h.example/").body("").unwrap();
    signer.sign(&mut request).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap().to_owned();
    let shown = format!("{:?} {signer:?}", request.headers());
    assert!(!shown.contains(&authorization) && shown.contains("Sensitive"), "{shown}");
    assert!(!shown.contains("BEGIN"), "{shown}");
}

#[test]
fn an_empty_post_signs_and_sends_its_empty_body() {
    let mut request = Request::post("https://h.example/").body("").unwrap();
    Signer::new(key()).sign(&mut request).unwrap();
    assert_eq!(request.headers()["content-length"], "0");
    assert_eq!(
        request.headers()["x-content-sha256"],
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    );
    assert_eq!(request.headers()["content-type"], "application/json");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is preset, the signed headers are on the request, once, with the value that was signed.
    #[test]
    fn what_is_signed_is_what_is_set(
        method in prop::sample::select(vec![Method::GET, Method::HEAD, Method::DELETE, Method::POST, Method::PUT, Method::PATCH]),
        path in "/[!-~&&[^?#<>\"`{}\\\\^|\\[\\]]]{0,20}",
        query in prop::option::of("[!-~&&[^#<>\"`{}\\\\^|\\[\\]]]{0,20}"),
        content_type in prop::option::of("[a-z]{1,8}/[a-z; =-]{1,8}[a-z]"),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let target = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
        let mut preset = HeaderMap::new();
        if let Some(content_type) = content_type {
            preset.insert("content-type", HeaderValue::try_from(content_type).unwrap());
        }
        let parts = RequestParts::new(&method, "h.example", &target, &preset);
        let signed = sign(&parts, &BodyDigest::of(&body), &key(), std::time::SystemTime::UNIX_EPOCH).unwrap();
        let string = signed.signing_string().to_owned();
        let mut headers = preset.clone();
        signed.apply(&mut headers);
        for line in string.lines() {
            let (name, value) = line.split_once(": ").unwrap();
            if name == "(request-target)" {
                prop_assert_eq!(value, format!("{} {target}", method.as_str().to_ascii_lowercase()));
            } else {
                let all: Vec<_> = headers.get_all(name).iter().collect();
                prop_assert_eq!(all, vec![value]);
            }
        }
    }
}
