//! Requests that the official Python SDK 2.189.0 signed, reproduced byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request};
use oci_auth::{
    BodyDigest, KeyId, PrivateKey, RequestParts, Secret, SignedHeaders, SigningKey, sign,
    sign_federation,
};
use serde_json::Value;

use crate::fixture;

#[derive(Clone)]
struct Vector(Value);

impl Vector {
    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_else(|| panic!("{} has no text {key}", self.0["id"]))
    }

    fn method(&self) -> Method {
        self.text("method").parse().unwrap()
    }

    fn body(&self) -> Vec<u8> {
        STANDARD.decode(self.text("body_b64")).unwrap()
    }

    /// The headers that the caller preset, and the content type that the Python SDK gives to file-like bodies.
    fn preset(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in self.0["headers_in"].as_object().unwrap() {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
        }
        if self.text("body_kind") == "stream" {
            headers
                .entry("content-type")
                .or_insert(HeaderValue::from_static("application/octet-stream"));
        }
        headers
    }

    fn digest(&self) -> BodyDigest {
        if self.0["exclude_body"] == true {
            BodyDigest::excluded()
        } else {
            BodyDigest::of(&self.body())
        }
    }

    fn key(&self) -> SigningKey {
        let pem =
            std::fs::read(fixture("keys").join(format!("{}.pkcs8.pem", self.text("key_name"))))
                .unwrap();
        let id = KeyId::verbatim(self.text("key_id").to_owned()).unwrap();
        let key = SigningKey::new(id, PrivateKey::from_pem(&pem, None).unwrap());
        match self.0["delegation_token"].as_str() {
            Some(token) => key.with_delegation_token(Secret::from(token)).unwrap(),
            None => key,
        }
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0["timestamp"].as_u64().unwrap())
    }

    fn sign(&self, parts: &RequestParts<'_>) -> SignedHeaders {
        let form = if self.text("signer") == "x509_federation" { sign_federation } else { sign };
        form(parts, &self.digest(), &self.key(), self.now()).unwrap()
    }
}

fn vectors(name: &str) -> Vec<Vector> {
    let text = std::fs::read_to_string(fixture("signing").join(name)).unwrap();
    // The first line describes the file.
    text.lines().skip(1).map(|line| Vector(serde_json::from_str(line).unwrap())).collect()
}

#[test]
fn every_recorded_request_is_reproduced_byte_for_byte() {
    reproduce("requests.jsonl", 219);
}

/// Odd paths, queries, hosts, ports, bodies and preset headers, among them those that are wrong.
#[test]
fn every_odd_request_is_reproduced_byte_for_byte() {
    reproduce("odd.jsonl", 300);
}

#[track_caller]
fn reproduce(name: &str, expected: usize) {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let vectors = vectors(name);
    for vector in &vectors {
        let id = vector.text("id");
        let (method, preset) = (vector.method(), vector.preset());
        let parts =
            RequestParts::new(&method, vector.text("host"), vector.text("path_and_query"), &preset);
        let signed = vector.sign(&parts);
        assert_eq!(signed.signing_string(), vector.text("signing_string"), "{id}");

        let mut headers = preset.clone();
        signed.apply(&mut headers);
        assert_eq!(
            headers["authorization"].to_str().unwrap(),
            vector.text("authorization"),
            "{id}"
        );
        assert!(headers["authorization"].is_sensitive(), "{id}");
        let signs_body = matches!(method, Method::POST | Method::PUT | Method::PATCH)
            && vector.0["exclude_body"] != true;
        let compared: &[&str] = if signs_body {
            &["date", "host", "content-type", "x-content-sha256", "content-length", "opc-obo-token"]
        } else {
            &["date", "host", "opc-obo-token"]
        };
        for name in compared {
            let ours = headers.get(*name).map(|value| value.to_str().unwrap());
            assert_eq!(ours, vector.0["headers_out"][name].as_str(), "{id} {name}");
        }
        seen.entry(method.to_string()).or_default().insert(vector.text("category").to_owned());
    }
    assert_eq!(vectors.len(), expected, "the whole file was read");
    assert_eq!(
        seen.keys().map(String::as_str).collect::<Vec<_>>(),
        ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
    );
}

/// The same through a URL: what `http::Uri` makes of it is what is signed.
#[test]
fn every_recorded_url_that_the_uri_type_accepts_gives_the_same_signature() {
    let mut tried = 0;
    let all = [vectors("requests.jsonl"), vectors("odd.jsonl")].concat();
    for vector in all.iter().filter(|vector| vector.text("signer") != "x509_federation") {
        let Ok(builder) =
            Request::builder().method(vector.method()).uri(vector.text("url")).body(())
        else {
            continue;
        };
        let (mut parts, ()) = builder.into_parts();
        parts.headers = vector.preset();
        let request = Request::from_parts(parts, ());
        // The Python SDK signs a default port, which clients of this type do not send.
        let host = vector.text("host");
        let default = if request.uri().scheme_str() == Some("https") { ":443" } else { ":80" };
        if host.ends_with(default) {
            continue;
        }
        let signed = vector.sign(&RequestParts::of(&request).unwrap());
        assert_eq!(signed.signing_string(), vector.text("signing_string"), "{}", vector.text("id"));
        tried += 1;
    }
    assert!(tried >= 400, "only {tried} URLs were accepted");
}
