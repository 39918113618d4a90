//! The signer that a program holds: a key, the clock, and requests of the `http` crate.

use std::sync::Arc;
use std::time::SystemTime;

use http::Request;
use http::header::{AUTHORIZATION, DATE, HeaderName};

use crate::canonical::RequestParts;
use crate::digest::BodyDigest;
use crate::key::SigningKey;
use crate::sign::{SignError, sign};

/// Signs requests with one identity. Clones are cheap and share the key, which was parsed once.
///
/// ```no_run
/// use oci_auth::{Env, Signer, UserCredentials};
///
/// let credentials = UserCredentials::from_env(&Env::process(), &Default::default())?;
/// let signer = Signer::new(credentials.into_signing_key());
/// let mut request = http::Request::get("https://objectstorage.us-chicago-1.oraclecloud.com/n").body("")?;
/// signer.sign(&mut request)?;
/// assert!(request.headers().contains_key("authorization"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Signer(Arc<SigningKey>);

impl Signer {
    /// A signer with this key.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self(Arc::new(key))
    }

    /// The key, and the id under which the service knows it.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.0
    }

    /// Signs a request whose body is in memory, at the time of the system's clock.
    ///
    /// A request that was signed before is signed afresh: its old date, digest and signature are replaced.
    ///
    /// # Errors
    /// [`SignError`]; the request is then unchanged.
    pub fn sign<B: AsRef<[u8]>>(&self, request: &mut Request<B>) -> Result<(), SignError> {
        let digest = BodyDigest::of(request.body().as_ref());
        self.sign_digest(request, &digest)
    }

    /// Signs a request whose body was digested elsewhere, or is left out of the signature.
    ///
    /// # Errors
    /// [`SignError`]; the request is then unchanged.
    pub fn sign_digest<B>(
        &self,
        request: &mut Request<B>,
        body: &BodyDigest,
    ) -> Result<(), SignError> {
        let signed_before = request.headers().get(AUTHORIZATION).is_some_and(|value| {
            value
                .as_bytes()
                .get(..10)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"Signature "))
        });
        let headers = if signed_before {
            let mut fresh = request.headers().clone();
            for name in [DATE, X_CONTENT_SHA256] {
                fresh.remove(name);
            }
            let parts = RequestParts { headers: &fresh, ..RequestParts::of(request)? };
            sign(&parts, body, &self.0, SystemTime::now())?
        } else {
            sign(&RequestParts::of(request)?, body, &self.0, SystemTime::now())?
        };
        headers.apply(request.headers_mut());
        Ok(())
    }
}

const X_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-content-sha256");
