//! The exchange of an instance's certificate for a token: one request, one answer, and nobody who sends it.

use std::fmt;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Request, Response, Uri};
use serde_json::{Map, Value};

use crate::KeyId;
use crate::certificate::InstanceCertificate;
use crate::digest::BodyDigest;
use crate::exchange::{self, Ending, ExchangeError, Issuer};
use crate::key::{PrivateKey, SigningKey};
use crate::secret::Secret;
use crate::sign_error::SignError;
use crate::snapshot::Snapshot;

/// Asks the authentication service for the token of an instance, by the certificate and the key that its metadata service gives.
///
/// The token is for another key, the session key, which signs the requests that follow. Certificates are short-lived: read
/// certificate and key anew for each exchange.
///
/// It sends nothing by itself: [`next_request`](Self::next_request) is for any HTTP client, and
/// [`handle_response`](Self::handle_response) for its answer.
///
/// ```
/// use std::time::SystemTime;
///
/// use oci_auth::{
///     EndpointTemplate, InstanceCertificate, InstanceFederation, KeyId, PrivateKey, Region, SigningKey, Snapshot, TokenClaims,
/// };
///
/// # fn federate(cert: &[u8], intermediate: &[u8], key: &[u8], session: &[u8]) -> Result<Snapshot, Box<dyn std::error::Error>> {
/// let endpoint = EndpointTemplate::AUTH.expand(&Region::parse("us-chicago-1")?, &[])?;
/// let certificate = InstanceCertificate::from_pem(cert)?;
/// let intermediates = [InstanceCertificate::from_pem(intermediate)?];
/// let session_key = PrivateKey::from_pem(session, None)?;
/// let key = PrivateKey::from_pem(key, None)?;
/// let exchange = InstanceFederation::new(&endpoint, &certificate, key, &intermediates, &session_key)?;
/// let request = exchange.next_request(SystemTime::now())?;
/// # let send = |_: http::Request<Vec<u8>>| http::Response::new(Vec::new());
/// let response = send(request);
/// let token = exchange.handle_response(&response, SystemTime::now())?;
/// let ends = TokenClaims::read(&token)?.expires_at();
/// let id = KeyId::security_token(token.expose())?;
/// # Ok(
/// Snapshot::new(SigningKey::new(id, session_key), ends)
/// # )
/// # }
/// ```
pub struct InstanceFederation {
    uri: Uri,
    identity: Snapshot,
    body: Vec<u8>,
    ending: Ending,
}

impl InstanceFederation {
    /// An exchange at an endpoint of the authentication service ([`EndpointTemplate::AUTH`](crate::EndpointTemplate::AUTH)), such
    /// as `https://auth.us-chicago-1.oraclecloud.com`. `key` is that of the certificate.
    ///
    /// The certificate is named by its SHA-256, as the official SDKs for Go and Java do; those for Python and TypeScript use SHA-1.
    ///
    /// # Errors
    /// [`FederationError`] says which of them does not fit.
    pub fn new(
        endpoint: &str,
        certificate: &InstanceCertificate,
        key: PrivateKey,
        intermediates: &[InstanceCertificate],
        session_key: &PrivateKey,
    ) -> Result<Self, FederationError> {
        let named = format!("fed-x509-sha256/{}", certificate.sha256());
        Self::build(endpoint, certificate, key, intermediates, session_key, &named, Some("SHA256"))
    }

    /// The same, naming the certificate by its SHA-1, for an authentication service that knows no other form.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_sha1(
        endpoint: &str,
        certificate: &InstanceCertificate,
        key: PrivateKey,
        intermediates: &[InstanceCertificate],
        session_key: &PrivateKey,
    ) -> Result<Self, FederationError> {
        let named = format!("fed-x509/{}", certificate.sha1());
        Self::build(endpoint, certificate, key, intermediates, session_key, &named, None)
    }

    fn build(
        endpoint: &str,
        certificate: &InstanceCertificate,
        key: PrivateKey,
        intermediates: &[InstanceCertificate],
        session_key: &PrivateKey,
        named: &str,
        algorithm: Option<&str>,
    ) -> Result<Self, FederationError> {
        let uri = exchange::address(endpoint, PATH).ok_or(ExchangeError::Endpoint)?;
        let tenancy = certificate.tenancy().ok_or(FederationError::NoTenancy)?;
        if key.fingerprint().is_some_and(|found| found != certificate.key_fingerprint()) {
            return Err(FederationError::Pair);
        }
        let (Some(public), Some(fingerprint)) =
            (session_key.public_key_der(), session_key.fingerprint())
        else {
            return Err(FederationError::NoPublicKey);
        };
        let id = KeyId::verbatim(format!("{tenancy}/{named}"))
            .map_err(|_| FederationError::NoTenancy)?;
        let intermediates: Vec<String> =
            intermediates.iter().map(InstanceCertificate::base64).collect();
        let mut body = Map::from_iter([
            ("certificate".to_owned(), certificate.base64().into()),
            ("publicKey".to_owned(), STANDARD.encode(public).into()),
        ]);
        if !intermediates.is_empty() {
            body.insert("intermediateCertificates".to_owned(), intermediates.into());
        }
        if let Some(algorithm) = algorithm {
            body.insert("fingerprintAlgorithm".to_owned(), algorithm.into());
        }
        let body = Value::Object(body).to_string().into_bytes();
        let identity = Snapshot::new(SigningKey::new(id, key), None);
        let ending = Ending { issuer: Issuer::Authentication, key: Some(fingerprint) };
        Ok(Self { uri, identity, body, ending })
    }

    /// The request to send, signed at this time with the key of the certificate.
    ///
    /// # Errors
    /// [`SignError`] if it cannot be signed.
    pub fn next_request(&self, now: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        let mut request = exchange::post(&self.uri, self.body.clone());
        let digest = BodyDigest::of(request.body());
        self.identity.sign_federation(&mut request, &digest, now)?;
        Ok(request)
    }

    /// The token in an answer, which goes with the session key. `now` is compared with the date of a refusal.
    ///
    /// # Errors
    /// [`FederationError::Exchange`], which says whether asking again can help. No error quotes a token.
    pub fn handle_response<B: AsRef<[u8]>>(
        &self,
        response: &Response<B>,
        now: SystemTime,
    ) -> Result<Secret, FederationError> {
        Ok(self.ending.token(response, now)?)
    }
}

/// Shows the endpoint and who asks; the key is redacted.
impl fmt::Debug for InstanceFederation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceFederation")
            .field("uri", &self.uri)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

/// A certificate that brought no token.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FederationError {
    /// The exchange failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// A session key of another backend does not tell its public half.
    #[error("the public half of the session key is not known")]
    NoPublicKey,
    /// The certificate is not that of an instance.
    #[error("expected a certificate that names a tenancy by opc-tenant, found none")]
    NoTenancy,
    /// The key is not that of the certificate. Both are replaced now and then: read both again.
    #[error("the key does not belong to the certificate")]
    Pair,
}

impl FederationError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Exchange(error) => error.hint(),
            Self::NoPublicKey => "make the session key with a backend of this crate",
            Self::NoTenancy => "use /identity/cert.pem of the instance's metadata service",
            Self::Pair => "read certificate and key again",
        }
    }
}

const PATH: &str = "/v1/x509";

#[cfg(test)]
mod tests;
