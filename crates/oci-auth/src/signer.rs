//! The signer that a program holds: a key, the clock, and requests of the `http` crate.

use std::sync::Arc;
use std::time::SystemTime;

use http::Request;
use http::header::{AUTHORIZATION, DATE, HeaderValue};

use crate::canonical::RequestParts;
use crate::digest::BodyDigest;
use crate::key::SigningKey;
use crate::secret::Secret;
use crate::sign::{X_CONTENT_SHA256, sign};
use crate::sign_error::SignError;

/// Signs requests with one identity. Clones are cheap and share the key, which was parsed once.
///
/// ```no_run
/// use oci_auth::{Credentials, Env};
///
/// let credentials = Credentials::from_env(&Env::process(), &Default::default())?;
/// let signer = credentials.into_signer()?;
/// let mut request = http::Request::get("https://objectstorage.us-chicago-1.oraclecloud.com/n").body("")?;
/// signer.sign(&mut request)?;
/// assert!(request.headers().contains_key("authorization"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Signer(Arc<Identity>);

#[derive(Debug)]
enum Identity {
    Key(SigningKey),
    /// The `Authorization` header of an API key, marked as sensitive, so that `Debug` does not show it.
    Bearer(HeaderValue),
}

impl Signer {
    /// A signer with this key.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self(Arc::new(Identity::Key(key)))
    }

    /// Authenticates by an API key of the Generative AI service, which is sent as a bearer token. Nothing is signed then, and a
    /// request is never both signed and sent with such a key.
    ///
    /// # Errors
    /// [`SignError::HeaderText`] if the key is empty or holds anything but visible ASCII.
    pub fn bearer(api_key: &Secret) -> Result<Self, SignError> {
        let key = api_key.expose();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SignError::HeaderText(AUTHORIZATION));
        }
        let mut value = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| SignError::HeaderText(AUTHORIZATION))?;
        value.set_sensitive(true);
        Ok(Self(Arc::new(Identity::Bearer(value))))
    }

    /// The key that signs, and the id under which the service knows it; `None` for an API key of the Generative AI service.
    #[must_use]
    pub fn key(&self) -> Option<&SigningKey> {
        match &*self.0 {
            Identity::Key(key) => Some(key),
            Identity::Bearer(_) => None,
        }
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
        let key = match &*self.0 {
            Identity::Key(key) => key,
            Identity::Bearer(value) => {
                // Where a signature would be refused the key is not sent either: it must not reach another host.
                RequestParts::of(request)?;
                request.headers_mut().insert(AUTHORIZATION, value.clone());
                return Ok(());
            }
        };
        let signed_before = request.headers().get(AUTHORIZATION).is_some_and(|value| {
            value
                .as_bytes()
                .get(..10)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"Signature "))
        });
        if signed_before {
            let mut fresh = request.headers().clone();
            for name in [DATE, X_CONTENT_SHA256] {
                fresh.remove(name);
            }
            let parts = RequestParts { headers: &fresh, ..RequestParts::of(request)? };
            let headers = sign(&parts, body, key, SystemTime::now())?;
            // What is not signed any more must not be sent either: a digest, where the body is left out this time.
            *request.headers_mut() = fresh;
            headers.apply(request.headers_mut());
            return Ok(());
        }
        let headers = sign(&RequestParts::of(request)?, body, key, SystemTime::now())?;
        headers.apply(request.headers_mut());
        Ok(())
    }
}
