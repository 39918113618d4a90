//! One POST of 1 KiB, signed: what both programs measure.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method};
use oci_auth::{
    Backend, BodyDigest, KeyId, PrivateKey, RequestParts, RsaSigner, SignedHeaders, SigningFailed,
    SigningKey, sign,
};

/// The request, and the headers that are set on it before.
pub struct Post {
    body: Vec<u8>,
    headers: HeaderMap,
}

impl Post {
    /// A chat request as it is sent: 1 KiB of JSON, its content type set.
    pub fn new() -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", http::HeaderValue::from_static("application/json"));
        Self { body: vec![b'x'; 1024], headers }
    }

    /// The digest of the body.
    pub fn digest(&self) -> BodyDigest {
        BodyDigest::of(&self.body)
    }

    /// The headers that sign the request. The clock stands still, because the length of a date's way through the calendar is
    /// not what is measured.
    pub fn sign(&self, digest: &BodyDigest, key: &SigningKey) -> SignedHeaders {
        let parts = RequestParts::new(
            &Method::POST,
            "inference.generativeai.us-chicago-1.oci.oraclecloud.com",
            "/openai/v1/chat/completions",
            &self.headers,
        );
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        sign(&parts, digest, key, now).expect("the request can be signed")
    }
}

impl Default for Post {
    fn default() -> Self {
        Self::new()
    }
}

/// A key whose signature is 256 constant bytes, so that what is left is ours.
pub fn constant() -> SigningKey {
    SigningKey::new(id(), PrivateKey::from_signer(Constant))
}

/// A key of 2048 bits that signs with this library.
pub fn real(backend: Backend) -> SigningKey {
    let pem = include_bytes!("../../../fixtures/keys/rsa2048_a.pkcs8.pem");
    SigningKey::new(id(), PrivateKey::from_pem_with(pem, None, backend).expect("the key is read"))
}

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

/// As long as those that the service gives.
fn id() -> KeyId {
    KeyId::api_key(
        "ocid1.tenancy.oc1..aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "ocid1.user.oc1..aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "34:81:c0:3a:e8:e0:78:cb:d6:10:eb:14:8e:f0:f5:4f",
    )
    .expect("the parts are well formed")
}
