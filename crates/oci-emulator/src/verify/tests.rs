//! Oracle's two published examples, and the order in which rules apply.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use ring::signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
use serde_json::Value;

use super::*;

const VECTORS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/emulator/oracle_doc_vectors.json");

/// The published keys have 1024 bits, which the service refuses today, and the published date has a
/// wrong day of the week; therefore the string and the signature are checked without the rest.
#[test]
fn the_published_examples_verify() {
    let document: Value = serde_json::from_str(&std::fs::read_to_string(VECTORS).unwrap()).unwrap();
    let key = STANDARD.decode(document["pkcs1_public_der_b64"].as_str().unwrap()).unwrap();
    let vectors = document["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 2);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let (_, rest) = text("url").split_once("://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let body = text("body");
        let mut headers = vec![("date", text("date").to_owned()), ("host", host.to_owned())];
        let mut list = "date (request-target) host".to_owned();
        if text("method") == "POST" {
            let digest = STANDARD.encode(digest::digest(&digest::SHA256, body.as_bytes()));
            headers.extend([
                ("content-length", body.len().to_string()),
                ("content-type", text("content_type").to_owned()),
                ("x-content-sha256", digest),
            ]);
            list.push_str(" content-length content-type x-content-sha256");
        }
        let head = RawHead {
            method: text("method").to_owned(),
            target: format!("/{path}"),
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        let (key_id, signature) = (text("key_id"), text("signature"));
        let authorization = format!(
            "Signature version=\"1\",headers=\"{list}\",keyId=\"{key_id}\",\
             algorithm=\"rsa-sha256\",signature=\"{signature}\""
        );
        let authorization = Authorization::parse(&authorization).unwrap();
        assert_eq!(authorization.key_id, key_id);
        require_signed(&head, &authorization.signed_headers, Coverage::Full).unwrap();
        check_body(&head, &Measure::of(body.as_bytes())).unwrap();
        let signed = signing_string(&head, &authorization.signed_headers).unwrap();
        assert_eq!(signed, text("signing_string"));

        let small = &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
        let signature = &authorization.signature;
        assert_eq!(check_signature(small, &key, &signed, signature), Ok(()));
        let altered = signed.replace("host", "Host");
        assert!(check_signature(small, &key, &altered, signature).is_err());
        // The service's own choice does not take keys of this size.
        assert!(check_signature(&RSA_PKCS1_2048_8192_SHA256, &key, &signed, signature).is_err());
    }
}

#[test]
fn nothing_is_looked_at_without_an_authorization() {
    let head = RawHead { method: "BREW".into(), target: "*".into(), headers: Vec::new() };
    let nobody = |_: &str| -> Result<(PublicKey, ()), Rejection> { panic!("a lookup") };
    let verdict = verify(&head, &Measure::of(b""), SystemTime::UNIX_EPOCH, Coverage::Full, nobody);
    assert_eq!(verdict.unwrap_err(), Rejection::NoAuthorization);
}
