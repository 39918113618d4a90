//! The published vectors, stage by stage.

use std::path::Path;
use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request};
use oci_auth::{
    BodyDigest, KeyId, PrivateKey, RequestParts, Secret, SigningKey, sign, sign_federation,
};
use serde_json::Value;

use crate::fixture;

/// A request as it is written down: request line, headers, a blank line, the body.
fn parse(text: &str) -> Request<String> {
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let method: Method = first.next().unwrap().parse().unwrap();
    let target = first.next().unwrap();
    assert_eq!((first.next(), first.next()), (Some("HTTP/1.1"), None));
    let mut request = Request::new(body.to_owned());
    *request.method_mut() = method;
    *request.uri_mut() = target.parse().unwrap();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let name: HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
    }
    request
}

fn key(context: &Value) -> SigningKey {
    let text = |name: &str| context[name].as_str();
    let file = format!("{}.pkcs8.pem", text("key").unwrap());
    let pem = std::fs::read(fixture("keys").join(file)).unwrap();
    let id = KeyId::verbatim(text("key_id").unwrap().to_owned()).unwrap();
    let key = SigningKey::new(id, PrivateKey::from_pem(&pem, None).unwrap());
    match text("delegation_token") {
        Some(token) => key.with_delegation_token(Secret::from(token)).unwrap(),
        None => key,
    }
}

fn check(case: &Path) {
    let name = case.file_name().unwrap().to_str().unwrap();
    let read = |file: &str| std::fs::read_to_string(case.join(file)).unwrap();
    let context: Value = serde_json::from_str(&read("context.json")).unwrap();
    let request = parse(&read("request.http"));
    let mut headers = request.headers().clone();
    let host = headers.remove("host").unwrap();

    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(context["timestamp"].as_u64().unwrap());
    let digest = match context["body"].as_str() {
        Some("excluded") => BodyDigest::excluded(),
        _ => BodyDigest::of(request.body().as_bytes()),
    };
    let target = request.uri().path_and_query().unwrap().as_str();
    let parts = RequestParts::new(request.method(), host.to_str().unwrap(), target, &headers);
    let form = if context["form"] == "federation" { sign_federation } else { sign };
    let signed = form(&parts, &digest, &key(&context), now).unwrap();
    assert_eq!(signed.signing_string(), read("signing-string.txt"), "{name}");

    let mut sent: HeaderMap = headers.clone();
    signed.apply(&mut sent);
    assert_eq!(sent["authorization"].to_str().unwrap(), read("authorization.txt"), "{name}");
    let expected = parse(&read("signed-request.http"));
    assert_eq!((expected.method(), expected.uri()), (request.method(), request.uri()), "{name}");
    assert_eq!(expected.body(), request.body(), "{name}");
    for (header, value) in expected.headers() {
        assert_eq!(sent.get(header), Some(value), "{name}: {header}");
    }
    assert_eq!(sent.len(), expected.headers().len(), "{name}: {sent:?}");
}

#[test]
fn every_stage_of_every_case_is_reproduced() {
    let folders = std::fs::read_dir(fixture("signing/stages")).unwrap();
    let cases: Vec<_> =
        folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    assert!(cases.len() >= 18, "{} cases", cases.len());
    for case in cases {
        check(&case);
    }
}
