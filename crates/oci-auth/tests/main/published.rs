//! Oracle's published examples, and oddities of the official Python SDK that are not to be copied.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use oci_auth::{BodyDigest, KeyId, PrivateKey, RequestParts, SigningKey, sign};
use ring::signature::{RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use serde_json::Value;

use crate::fixture;

fn key(id: &str) -> SigningKey {
    let pem = std::fs::read(fixture("keys/rsa2048_a.pkcs8.pem")).unwrap();
    let id = KeyId::verbatim(id.to_owned()).unwrap();
    SigningKey::new(id, PrivateKey::from_pem(&pem, None).unwrap())
}

/// The private key of these examples is not published, so the string is compared and Oracle's signature of it is verified.
#[test]
fn the_examples_of_oracles_documentation() {
    let file: Value =
        serde_json::from_slice(&std::fs::read(fixture("signing/oracle_doc_vectors.json")).unwrap())
            .unwrap();
    let public = STANDARD.decode(file["pkcs1_public_der_b64"].as_str().unwrap()).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 2);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let method: Method = text("method").parse().unwrap();
        let uri: Uri = text("url").parse().unwrap();
        let mut preset = HeaderMap::new();
        // The weekday of the published date is wrong, so it cannot come from a clock.
        preset.insert("date", text("date").parse().unwrap());
        if let Some(kind) = vector["content_type"].as_str() {
            preset.insert("content-type", kind.parse().unwrap());
        }
        let target = uri.path_and_query().unwrap().as_str();
        let parts = RequestParts::new(&method, uri.host().unwrap(), target, &preset);
        let digest = BodyDigest::of(text("body").as_bytes());
        let signed = sign(&parts, &digest, &key(text("key_id")), SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(signed.signing_string(), text("signing_string"), "{}", text("id"));
        UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, &public)
            .verify(
                signed.signing_string().as_bytes(),
                &STANDARD.decode(text("signature")).unwrap(),
            )
            .unwrap();
    }
}

/// Nothing panics on them; where the SDK counts characters instead of bytes, the signature must differ from its.
#[test]
fn oddities_of_the_python_sdk() {
    let text = std::fs::read_to_string(fixture("signing/quirks.jsonl")).unwrap();
    let mut counted_characters = 0;
    for line in text.lines().skip(1) {
        let vector: Value = serde_json::from_str(line).unwrap();
        let (Some(method), Some(host)) = (vector["method"].as_str(), vector["host"].as_str())
        else {
            continue;
        };
        let method: Method = method.parse().unwrap();
        let mut preset = HeaderMap::new();
        for (name, value) in vector["headers_in"].as_object().unwrap() {
            let name: HeaderName = name.parse().unwrap();
            preset.append(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
        }
        let body = STANDARD.decode(vector["body_b64"].as_str().unwrap()).unwrap();
        let digest = if vector["exclude_body"] == true {
            BodyDigest::excluded()
        } else {
            BodyDigest::of(&body)
        };
        let now =
            SystemTime::UNIX_EPOCH + Duration::from_secs(vector["timestamp"].as_u64().unwrap());
        let target = vector["path_and_query"].as_str().unwrap();
        let parts = RequestParts::new(&method, host, target, &preset);
        let signed = sign(&parts, &digest, &key(vector["key_id"].as_str().unwrap()), now).unwrap();
        let theirs = vector["signing_string"].as_str().unwrap();
        if vector["quirk"].as_str().unwrap().contains("counts characters") {
            assert!(signed.signing_string().contains(&format!("content-length: {}", body.len())));
            assert_ne!(signed.signing_string(), theirs);
            counted_characters += 1;
        }
    }
    assert!(counted_characters > 0 && text.lines().count() == 14);
}
