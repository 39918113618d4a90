//! The cost of one signature over a POST of 1 KiB, and of the same without the RSA operation.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::time::SystemTime;

use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, Method};
use oci_auth::{
    BodyDigest, KeyId, PrivateKey, RequestParts, RsaSigner, SigningFailed, SigningKey, sign,
};

/// A backend that costs nothing, so that what remains is ours.
struct Constant;

impl RsaSigner for Constant {
    fn signature_len(&self) -> usize {
        256
    }

    fn sign(&self, _: &[u8], signature: &mut [u8]) -> Result<(), SigningFailed> {
        signature.fill(0x5a);
        Ok(())
    }
}

fn bench(c: &mut Criterion) {
    let pem = include_bytes!("../../../fixtures/keys/rsa2048_a.pkcs8.pem");
    let id = || KeyId::api_key("ocid1.tenancy.oc1..aaaa", "ocid1.user.oc1..bbbb", "34:81").unwrap();
    let body = vec![b'x'; 1024];
    let headers = HeaderMap::new();
    for (name, key) in [
        ("constant", PrivateKey::from_signer(Constant)),
        ("ring", PrivateKey::from_pem(pem, None).unwrap()),
    ] {
        let key = SigningKey::new(id(), key);
        let run = || {
            let parts = RequestParts::new(
                &Method::POST,
                "inference.example",
                "/openai/v1/chat/completions",
                &headers,
            );
            sign(&parts, &BodyDigest::of(black_box(&body)), &key, SystemTime::UNIX_EPOCH).unwrap()
        };
        assert_eq!(run().iter().count(), 6, "date, host, length, type, digest, authorization");
        c.bench_function(&format!("sign POST 1 KiB/{name}"), |b| b.iter(run));
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
