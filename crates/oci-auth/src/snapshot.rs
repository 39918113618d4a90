//! Who signs, at one moment.

use std::sync::Arc;
use std::time::SystemTime;

use http::Request;
use http::header::{AUTHORIZATION, DATE, HeaderValue};

use crate::canonical::RequestParts;
use crate::digest::BodyDigest;
use crate::key::SigningKey;
use crate::secret::Secret;
use crate::sign::{SignedHeaders, X_CONTENT_SHA256, sign, sign_federation};
use crate::sign_error::SignError;

/// What a `Signer` signs with at one moment: a key and its id, which belong together, or an API key of the Generative AI service.
/// It does not change; clones are cheap and share the key.
#[derive(Clone, Debug)]
pub struct Snapshot(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    identity: Identity,
    expires_at: Option<SystemTime>,
}

#[derive(Debug)]
enum Identity {
    Key(SigningKey),
    /// The `Authorization` header of an API key, marked as sensitive, so that `Debug` does not show it.
    Bearer(HeaderValue),
}

impl Snapshot {
    /// A key with its id, and when the token in that id ends, if there is one.
    #[must_use]
    pub fn new(key: SigningKey, expires_at: Option<SystemTime>) -> Self {
        Self(Arc::new(Inner { identity: Identity::Key(key), expires_at }))
    }

    /// An API key of the Generative AI service, which is sent as a bearer token and signs nothing.
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
        Ok(Self(Arc::new(Inner { identity: Identity::Bearer(value), expires_at: None })))
    }

    /// The key that signs, and the id under which the service knows it; `None` for an API key of the Generative AI service.
    #[must_use]
    pub fn key(&self) -> Option<&SigningKey> {
        match &self.0.identity {
            Identity::Key(key) => Some(key),
            Identity::Bearer(_) => None,
        }
    }

    /// When the token in the key id ends; `None` for keys without a token.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// Whether both sign with one token, or one key of a user.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.key().map(SigningKey::id) == other.key().map(SigningKey::id)
    }

    /// Signs a request. One that was signed before is signed afresh: its old date, digest and signature are replaced.
    ///
    /// # Errors
    /// [`SignError`]; the request is then unchanged.
    pub fn sign<B>(
        &self,
        request: &mut Request<B>,
        body: &BodyDigest,
        now: SystemTime,
    ) -> Result<(), SignError> {
        self.sign_form(request, |parts, key| sign(parts, body, key, now))
    }

    /// The same in the form of the call that exchanges a certificate for a token, which leaves the host unsigned.
    ///
    /// # Errors
    /// [`SignError`]; the request is then unchanged.
    pub fn sign_federation<B>(
        &self,
        request: &mut Request<B>,
        body: &BodyDigest,
        now: SystemTime,
    ) -> Result<(), SignError> {
        self.sign_form(request, |parts, key| sign_federation(parts, body, key, now))
    }

    fn sign_form<B>(
        &self,
        request: &mut Request<B>,
        form: impl FnOnce(&RequestParts<'_>, &SigningKey) -> Result<SignedHeaders, SignError>,
    ) -> Result<(), SignError> {
        let key = match &self.0.identity {
            Identity::Key(key) => key,
            Identity::Bearer(value) => {
                // Where a signature would be refused the key is not sent either: it must not reach another host.
                RequestParts::of(request)?;
                request.headers_mut().insert(AUTHORIZATION, value.clone());
                return Ok(());
            }
        };
        if was_signed(request) {
            let mut fresh = request.headers().clone();
            for name in [DATE, X_CONTENT_SHA256] {
                fresh.remove(name);
            }
            let parts = RequestParts { headers: &fresh, ..RequestParts::of(request)? };
            let headers = form(&parts, key)?;
            // What is not signed any more must not be sent either: a digest, where the body is left out this time.
            *request.headers_mut() = fresh;
            headers.apply(request.headers_mut());
            return Ok(());
        }
        let headers = form(&RequestParts::of(request)?, key)?;
        headers.apply(request.headers_mut());
        Ok(())
    }
}

fn was_signed<B>(request: &Request<B>) -> bool {
    let scheme = request.headers().get(AUTHORIZATION).and_then(|value| value.as_bytes().get(..10));
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"Signature "))
}
