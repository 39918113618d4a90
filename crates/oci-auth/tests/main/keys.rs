//! Key files as Oracle's tools and others write them.

use oci_auth::{KeyError, KeyId, PrivateKey, RequestParts, Secret, SigningKey, sign};

use crate::fixture;

fn load(name: &str) -> Result<PrivateKey, KeyError> {
    PrivateKey::from_pem(&std::fs::read(fixture("keys").join(name)).unwrap(), None)
}

/// Two keys are the same if they sign the same text alike, since these signatures are deterministic.
fn signature(key: PrivateKey) -> String {
    let key = SigningKey::new(KeyId::verbatim("k".to_owned()).unwrap(), key);
    let headers = http::HeaderMap::new();
    let parts = RequestParts::new(&http::Method::GET, "h", "/", &headers);
    let signed =
        sign(&parts, &oci_auth::BodyDigest::EMPTY, &key, std::time::SystemTime::UNIX_EPOCH)
            .unwrap();
    let (_, value) = signed.iter().find(|(name, _)| *name == "authorization").unwrap();
    value.to_str().unwrap().to_owned()
}

#[test]
fn every_plain_form_is_the_same_key() {
    let expected = signature(load("rsa2048_a.pkcs8.pem").unwrap());
    for name in [
        "rsa2048_a.pkcs1.pem",
        "rsa2048_a.pkcs1.label.pem",
        "rsa2048_a.pkcs8.label.pem",
        "rsa2048_a.pkcs8.crlf.pem",
        "rsa2048_a.pkcs8.preamble.pem",
        "rsa2048_a.pkcs8.no_final_newline.pem",
        "rsa2048_a.pub_then_priv.pem",
    ] {
        assert_eq!(signature(load(name).unwrap()), expected, "{name}");
    }
    assert_ne!(signature(load("rsa2048_b.pkcs8.pem").unwrap()), expected);
}

#[test]
fn a_superfluous_pass_phrase_is_ignored() {
    let pem = std::fs::read(fixture("keys/rsa2048_a.pkcs8.pem")).unwrap();
    PrivateKey::from_pem(&pem, Some(&Secret::from("not needed"))).unwrap();
}

#[track_caller]
fn check_refused(name: &str, expected: &KeyError) {
    let error = load(name).unwrap_err();
    assert_eq!(&error, expected, "{name}");
}

#[test]
fn what_is_no_usable_key_is_named() {
    let kind = |label: &str| KeyError::WrongKind { label: label.to_owned() };
    check_refused("empty.pem", &KeyError::NoPem);
    check_refused("garbage.pem", &KeyError::NoPem);
    check_refused("truncated.pem", &KeyError::Damaged);
    check_refused("rsa2048_a.pub.pem", &kind("PUBLIC KEY"));
    check_refused("openssh_rsa.pem", &kind("OPENSSH PRIVATE KEY"));
    check_refused("rsa2048_a.pkcs1enc.aes128.pem", &KeyError::PassPhraseMissing);
    check_refused("rsa2048_a.pkcs8enc.pbes2_aes256_sha256.pem", &KeyError::PassPhraseMissing);
    check_refused("ec_p256.pem", &KeyError::NotRsa);
    check_refused("ed25519.pem", &KeyError::NotRsa);
    check_refused("rsa1024_too_small.pkcs8.pem", &KeyError::TooSmall);
    check_refused("rsa8192_too_big.pkcs8.pem", &KeyError::TooLarge);
}

#[test]
fn an_encrypted_key_with_its_pass_phrase_is_refused_as_what_it_is() {
    let pem = std::fs::read(fixture("keys/rsa2048_a.pkcs8enc.pbes2_aes256_sha256.pem")).unwrap();
    let error = PrivateKey::from_pem(&pem, Some(&Secret::from("correct horse battery staple")))
        .unwrap_err();
    assert_eq!(error, KeyError::Encrypted);
}

#[test]
fn damage_anywhere_is_an_error_and_never_a_panic() {
    let pem = std::fs::read(fixture("keys/rsa2048_a.pkcs1.pem")).unwrap();
    for end in 0..pem.len() - 2 {
        let cut = PrivateKey::from_pem(&pem[..end], None);
        assert!(cut.is_err(), "cut at {end}");
    }
}
