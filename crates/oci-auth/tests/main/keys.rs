//! Key files as Oracle's tools and others write them.

use oci_auth::{
    Backend, Fingerprint, KeyError, KeyId, PrivateKey, RequestParts, Secret, SigningKey, sign,
};
use serde_json::Value;

use crate::fixture;

/// One row of the manifest: a file, perhaps a pass phrase, and what is expected of them.
struct Case(Value);

impl Case {
    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(fixture("keys").join(self.text("file"))).unwrap()
    }

    fn pass_phrase(&self) -> Option<Secret> {
        self.0["pass_phrase"].as_str().map(Secret::from)
    }

    fn load(&self, backend: Backend) -> Result<PrivateKey, KeyError> {
        PrivateKey::from_pem_with(&self.bytes(), self.pass_phrase().as_ref(), backend)
    }

    /// The same bytes as the value of a variable.
    fn load_variable(&self, backend: Backend) -> Result<PrivateKey, KeyError> {
        let text = Secret::new(String::from_utf8(self.bytes()).unwrap());
        PrivateKey::from_variable(&text, self.pass_phrase().as_ref(), backend)
    }
}

fn manifest() -> Value {
    serde_json::from_slice(&std::fs::read(fixture("keys/manifest.json")).unwrap()).unwrap()
}

fn cases() -> Vec<Case> {
    manifest()["files"].as_array().unwrap().iter().cloned().map(Case).collect()
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

fn plain(name: &str, backend: Backend) -> PrivateKey {
    let bytes = std::fs::read(fixture("keys").join(format!("{name}.pkcs8.pem"))).unwrap();
    PrivateKey::from_pem_with(&bytes, None, backend).unwrap()
}

/// Whether an error is of the class that the manifest names.
fn is_class(class: &str, error: &KeyError) -> bool {
    match class {
        "bad_passphrase" => *error == KeyError::PassPhraseWrong,
        "missing_passphrase" | "bad_or_missing_passphrase" => *error == KeyError::PassPhraseMissing,
        "public_key" => matches!(error, KeyError::WrongKind { label } if label == "PUBLIC KEY"),
        "not_rsa" => {
            matches!(error, KeyError::NotRsa { algorithm } if algorithm == "EC" || algorithm == "Ed25519")
        }
        "unsupported_format" => {
            matches!(error, KeyError::WrongKind { label } if label == "OPENSSH PRIVATE KEY")
        }
        "malformed" => {
            matches!(error, KeyError::NoPem | KeyError::BadPem | KeyError::Damaged)
        }
        "too_small" => *error == KeyError::TooSmall { bits: 1024 },
        "too_big" => *error == KeyError::TooLarge { bits: 8192 },
        other => panic!("the manifest has a new class: {other}"),
    }
}

#[track_caller]
fn check_all(backend: Backend) {
    let manifest = manifest();
    let mut loaded = 0;
    for case in cases() {
        let (file, expected) = (case.text("file"), case.text("expect"));
        let (key, from_variable) = match expected.strip_prefix("error:") {
            Some(class) => {
                let error = case.load(backend).unwrap_err();
                assert!(is_class(class, &error), "{file}: {error:?} is not {class}");
                continue;
            }
            None if expected == "env-only" => {
                assert_eq!(case.load(backend).unwrap_err(), KeyError::LineBreaks, "{file}");
                (case.load_variable(backend), true)
            }
            None => (case.load(backend), false),
        };
        let key = key.unwrap_or_else(|error| panic!("{file} ({expected}): {error}"));
        let base = case.text("base_key");
        let fingerprint: Fingerprint =
            manifest["base_keys"][base]["fingerprint_md5"].as_str().unwrap().parse().unwrap();
        assert_eq!(key.fingerprint(), Some(fingerprint), "{file}");
        assert_eq!(signature(key), signature(plain(base, backend)), "{file}");
        if !from_variable && !file.ends_with(".der") {
            let key = case.load_variable(backend).unwrap();
            assert_eq!(key.fingerprint(), Some(fingerprint), "{file} as a variable");
        }
        loaded += 1;
    }
    assert_eq!((cases().len(), loaded), (78, 63), "every row of the manifest was tried");
}

#[test]
fn every_file_gives_what_the_manifest_expects() {
    check_all(Backend::RING);
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn every_file_gives_what_the_manifest_expects_with_the_other_backend() {
    check_all(Backend::AWS_LC_RS);
    assert_eq!(
        signature(plain("rsa3072", Backend::AWS_LC_RS)),
        signature(plain("rsa3072", Backend::RING)),
        "the backends agree"
    );
}

/// The bytes inside a PEM file.
fn der(name: &str) -> Vec<u8> {
    use base64::Engine as _;
    let text = std::fs::read_to_string(fixture("keys").join(name)).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD.decode(body).unwrap()
}

fn phrase() -> Secret {
    Secret::from("correct horse battery staple")
}

#[test]
fn each_structure_is_read_without_pem_too() {
    let expected = plain("rsa2048_a", Backend::RING).fingerprint();
    for name in
        ["rsa2048_a.pkcs1.pem", "rsa2048_a.pkcs8.pem", "rsa2048_a.pkcs8enc.pbes2_aes256_sha256.pem"]
    {
        let key = PrivateKey::from_pem(&der(name), Some(&phrase())).unwrap();
        assert_eq!(key.fingerprint(), expected, "{name}");
    }
    let error = PrivateKey::from_pem(&der("rsa2048_a.pub.pem"), None).unwrap_err();
    assert_eq!(error, KeyError::WrongKind { label: "PUBLIC KEY".to_owned() });
}

/// Replaces the one occurrence of `old` by `new`, which has the same length.
fn patched(name: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut bytes = der(name);
    let mut places =
        (0..bytes.len() - old.len()).filter(|at| bytes[*at..].starts_with(old)).collect::<Vec<_>>();
    assert_eq!(places.len(), 1, "{name}");
    let at = places.remove(0);
    bytes[at..at + old.len()].copy_from_slice(new);
    bytes
}

#[test]
fn a_file_cannot_ask_for_unbounded_work() {
    let load = |bytes: &[u8]| PrivateKey::from_pem(bytes, Some(&phrase())).unwrap_err();
    // INTEGER 100000 becomes INTEGER 8388607.
    let iterations = patched(
        "rsa2048_a.pkcs8enc.pbes2_aes256_iter100000.pem",
        &[2, 3, 1, 0x86, 0xa0],
        &[2, 3, 0x7f, 0xff, 0xff],
    );
    let error = load(&iterations);
    assert!(matches!(error, KeyError::EncryptionCost { .. }), "{error:?}");
    assert!(error.to_string().contains("8388607 iterations"), "{error}");

    // N = 16384, r = 8, p = 1, each made larger, and numbers that are none.
    let scrypt = |n: [u8; 2], r, p| {
        let new = [2, 2, n[0], n[1], 2, 1, r, 2, 1, p];
        load(&patched(
            "rsa2048_a.pkcs8enc.pbes2_scrypt_aes256.pem",
            &[2, 2, 0x40, 0, 2, 1, 8, 2, 1, 1],
            &new,
        ))
    };
    assert!(matches!(scrypt([0x40, 0], 127, 127), KeyError::EncryptionCost { .. }));
    for (n, r, p) in [([0x40, 1], 8, 1), ([0x40, 0], 0, 1), ([0x40, 0], 8, 0)] {
        assert_eq!(scrypt(n, r, p), KeyError::Damaged, "{n:?} {r} {p}");
    }
}

/// With a wrong pass phrase the padding looks right once in 256 times; the structure behind it must decide then.
#[test]
fn no_wrong_pass_phrase_is_taken_for_damage() {
    let pem = std::fs::read(fixture("keys/rsa2048_a.pkcs1enc.aes128.pem")).unwrap();
    for guess in 0..2000 {
        let error =
            PrivateKey::from_pem(&pem, Some(&Secret::new(format!("guess {guess}")))).unwrap_err();
        assert_eq!(error, KeyError::PassPhraseWrong, "guess {guess}");
    }
}

#[test]
fn damage_anywhere_is_an_error_and_never_a_panic() {
    for name in ["rsa2048_a.pkcs1.pem", "rsa2048_a.pkcs1enc.aes128.pem"] {
        let pem = std::fs::read(fixture("keys").join(name)).unwrap();
        let end = pem.windows(9).position(|window| window == b"-----END ").unwrap();
        for cut in 0..end + 9 {
            assert!(
                PrivateKey::from_pem(&pem[..cut], Some(&phrase())).is_err(),
                "{name} cut at {cut}"
            );
        }
    }
    for name in ["rsa2048_a.pkcs8.pem", "rsa2048_a.pkcs8enc.pbes1_sha1_3des.pem"] {
        let whole = der(name);
        for cut in 0..whole.len() {
            assert!(
                PrivateKey::from_pem(&whole[..cut], Some(&phrase())).is_err(),
                "{name} cut at {cut}"
            );
        }
    }
}

/// Neither the error nor its source shows the pass phrase or a piece of the file.
#[test]
fn errors_show_no_secret() {
    for case in cases().iter().filter(|case| case.text("expect").starts_with("error:")) {
        let error = case.load(Backend::RING).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("MII") && !shown.contains("wrong\""), "{shown}");
    }
}
