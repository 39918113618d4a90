//! The two requests that bring the token of a resource.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use http::{Request, Response, Uri};

use crate::digest::BodyDigest;
use crate::drive::Exchange;
use crate::exchange::{self, Ending, ExchangeError, Issuer, address};
use crate::federation::FederationError;
use crate::key::PrivateKey;
use crate::provider::ProviderError;
use crate::secret::Secret;
use crate::sign_error::SignError;
use crate::snapshot::Snapshot;

/// What the service of a resource tells about it.
pub(super) struct Tokens {
    pub(super) resource: Secret,
    pub(super) service: Secret,
    /// Where the parent's are, if the resource belongs to another.
    pub(super) parent: Option<String>,
}

/// Asks the service of a resource for its tokens.
pub(super) struct ResourceTokens<'i> {
    pub(super) uri: Uri,
    pub(super) identity: &'i Snapshot,
    pub(super) security_context: Option<&'i Secret>,
}

impl Exchange for ResourceTokens<'_> {
    type Output = Tokens;
    type Error = ExchangeError;

    fn issuer(&self) -> Issuer {
        Issuer::Resource
    }

    fn next_request(&self, now: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.uri.clone();
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(context) = self.security_context {
            let mut value = HeaderValue::try_from(context.expose())
                .map_err(|_| SignError::HeaderText(SECURITY_CONTEXT))?;
            value.set_sensitive(true);
            request.headers_mut().insert(SECURITY_CONTEXT, value);
        }
        self.identity.sign(&mut request, &BodyDigest::EMPTY, now)?;
        Ok(request)
    }

    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Tokens, ExchangeError> {
        let issuer = Issuer::Resource;
        let json = exchange::answer(issuer, response, now)?;
        let ending = Ending { issuer, key: None };
        let parent = response.headers().get(PARENT).and_then(|value| value.to_str().ok());
        Ok(Tokens {
            resource: Secret::from(ending.text(&json, "resourcePrincipalToken")?),
            service: Secret::from(ending.text(&json, "servicePrincipalSessionToken")?),
            parent: parent.map(str::trim).filter(|url| !url.is_empty()).map(str::to_owned),
        })
    }
}

/// Exchanges these tokens for the one that signs.
pub(super) struct SessionExchange<'i> {
    uri: Uri,
    identity: &'i Snapshot,
    tokens: &'i Tokens,
    public: String,
    ending: Ending,
}

impl<'i> SessionExchange<'i> {
    pub(super) fn new(
        endpoint: &str,
        identity: &'i Snapshot,
        tokens: &'i Tokens,
        key: &PrivateKey,
    ) -> Result<Self, ProviderError> {
        let uri = address(endpoint, PATH).ok_or(ExchangeError::Endpoint)?;
        let public = key.public_key_der().ok_or(FederationError::NoPublicKey)?;
        let public = STANDARD.encode(public);
        let ending = Ending { issuer: Issuer::Authentication, key: key.fingerprint() };
        Ok(Self { uri, identity, tokens, public, ending })
    }
}

impl Exchange for SessionExchange<'_> {
    type Output = Secret;
    type Error = ExchangeError;

    fn issuer(&self) -> Issuer {
        Issuer::Authentication
    }

    fn next_request(&self, now: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        let body = serde_json::json!({
            "resourcePrincipalToken": self.tokens.resource.expose(),
            "servicePrincipalSessionToken": self.tokens.service.expose(),
            "sessionPublicKey": self.public,
        });
        let mut request = exchange::post(&self.uri, body.to_string().into_bytes());
        let digest = BodyDigest::of(request.body());
        self.identity.sign(&mut request, &digest, now)?;
        Ok(request)
    }

    fn handle_response(
        &self,
        response: &Response<Vec<u8>>,
        now: SystemTime,
    ) -> Result<Secret, ExchangeError> {
        self.ending.token(response, now)
    }
}

const PATH: &str = "/v1/resourcePrincipalSessionToken";
const SECURITY_CONTEXT: HeaderName = HeaderName::from_static("security-context");
const PARENT: HeaderName = HeaderName::from_static("opc-parent-rpt-url");
