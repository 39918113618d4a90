//! How often signing allocates. A binary of its own, because the counter is the allocator of the whole process.
#![allow(clippy::unwrap_used)]

use std::time::SystemTime;

use http::{HeaderMap, Method, Request};
use oci_auth::{
    BodyDigest, KeyId, PrivateKey, RequestParts, RsaSigner, Signer, SigningFailed, SigningKey, sign,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// A backend that costs nothing, so that what is counted is ours.
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

fn key() -> SigningKey {
    let id = KeyId::api_key(
        "ocid1.tenancy.oc1..aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "ocid1.user.oc1..aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34",
    );
    SigningKey::new(id.unwrap(), PrivateKey::from_signer(Constant))
}

/// The number of allocations of `run`, and that what it returns is used.
fn allocations<T>(run: impl FnOnce() -> T) -> u64 {
    let before = dhat::HeapStats::get().total_blocks;
    let made = run();
    let after = dhat::HeapStats::get().total_blocks;
    drop(made);
    after - before
}

/// Growth here is growth of every call that a program makes.
///
/// Not a `#[test]`: its harness has a thread of its own, whose allocations would be counted too.
fn main() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let body = vec![b'x'; 1024];
    let (key, headers) = (key(), HeaderMap::new());
    let path = "/20231130/actions/chat";
    let pure = allocations(|| {
        let parts = RequestParts::new(&Method::POST, "inference.example", path, &headers);
        sign(&parts, &BodyDigest::of(&body), &key, SystemTime::UNIX_EPOCH).unwrap()
    });
    let signer = Signer::new(key);
    let mut request =
        Request::post("https://inference.example/20231130/actions/chat").body(body).unwrap();
    let whole = allocations(|| signer.sign(&mut request).unwrap());
    assert_eq!(request.headers().len(), 6);
    assert!(pure <= 12 && whole <= 12, "{pure} for the pure function, {whole} for a request");
}
