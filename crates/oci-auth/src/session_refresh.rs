//! The exchange of a session's token for one that ends later: one request, one answer, and nobody who sends it.

use std::fmt;
use std::time::SystemTime;

use http::{Request, Response, StatusCode, Uri};

use crate::digest::BodyDigest;
use crate::exchange::{self, Ending, ExchangeError, Issuer};
use crate::key::SigningKey;
use crate::secret::Secret;
use crate::sign_error::SignError;
use crate::snapshot::Snapshot;

/// Asks the authentication service for a token that ends later, with the token and the key of a session that has not ended.
///
/// The key stays the same. The service refreshes a session for 24 hours; after that `oci session authenticate` begins another.
///
/// It sends nothing by itself: [`next_request`](Self::next_request) is for any HTTP client, and
/// [`handle_response`](Self::handle_response) for its answer.
///
/// ```
/// use std::time::SystemTime;
///
/// use oci_auth::{EndpointTemplate, Region, SessionRefresh, Snapshot};
///
/// # fn refresh(snapshot: &Snapshot) -> Result<(), Box<dyn std::error::Error>> {
/// let endpoint = EndpointTemplate::AUTH.expand(&Region::parse("us-chicago-1")?, &[])?;
/// let refresh = SessionRefresh::new(&endpoint, snapshot)?;
/// let request = refresh.next_request(SystemTime::now())?;
/// # let send = |_: http::Request<Vec<u8>>| http::Response::new(Vec::new());
/// let response = send(request);
/// let token = refresh.handle_response(&response, SystemTime::now())?;
/// # drop(token);
/// # Ok(())
/// # }
/// ```
pub struct SessionRefresh {
    uri: Uri,
    snapshot: Snapshot,
    token: Secret,
}

impl SessionRefresh {
    /// A refresh at an endpoint of the authentication service ([`EndpointTemplate::AUTH`](crate::EndpointTemplate::AUTH)), such
    /// as `https://auth.us-chicago-1.oraclecloud.com`.
    ///
    /// # Errors
    /// [`ExchangeError::Endpoint`] if it is not scheme and authority alone, [`SessionRefreshError::NotToken`] if the
    /// snapshot is that of an API key.
    pub fn new(endpoint: &str, snapshot: &Snapshot) -> Result<Self, SessionRefreshError> {
        let id = snapshot.key().map_or("", |key| key.id().as_str());
        let token = id.strip_prefix("ST$").ok_or(SessionRefreshError::NotToken)?;
        let uri = exchange::address(endpoint, PATH).ok_or(ExchangeError::Endpoint)?;
        Ok(Self { uri, snapshot: snapshot.clone(), token: Secret::from(token) })
    }

    /// The request to send, signed at this time. Its body holds the token.
    ///
    /// # Errors
    /// [`SignError`] if it cannot be signed.
    pub fn next_request(&self, now: SystemTime) -> Result<Request<Vec<u8>>, SignError> {
        let body = serde_json::json!({ "currentToken": self.token.expose() }).to_string();
        let mut request = exchange::post(&self.uri, body.into_bytes());
        let digest = BodyDigest::of(request.body());
        self.snapshot.sign(&mut request, &digest, now)?;
        Ok(request)
    }

    /// The token in an answer, which goes with the same key. `now` is compared with the date of a refusal.
    ///
    /// # Errors
    /// [`SessionRefreshError`], which says whether the session is over. No error quotes a token.
    pub fn handle_response<B: AsRef<[u8]>>(
        &self,
        response: &Response<B>,
        now: SystemTime,
    ) -> Result<Secret, SessionRefreshError> {
        let key = self.snapshot.key().and_then(SigningKey::fingerprint);
        let ending = Ending { issuer: Issuer::Authentication, key };
        match ending.token(response, now) {
            Err(ExchangeError::Refused { status, clocks: None, .. })
                if status == StatusCode::UNAUTHORIZED =>
            {
                Err(SessionRefreshError::Over)
            }
            other => Ok(other?),
        }
    }
}

/// Shows the endpoint; the snapshot is redacted, and the token in it.
impl fmt::Debug for SessionRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRefresh")
            .field("uri", &self.uri)
            .field("snapshot", &self.snapshot)
            .finish_non_exhaustive()
    }
}

/// A session that was not refreshed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionRefreshError {
    /// The exchange failed. Asking again later may help if the status is 429 or above 499.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// What signs is not a token.
    #[error("only the token of a session can be refreshed, an API key does not end")]
    NotToken,
    /// The session is over: it is older than a day, or was ended. Asking again is in vain.
    #[error("the session is over and cannot be refreshed")]
    Over,
}

impl SessionRefreshError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Exchange(ExchangeError::OtherKey { .. }) | Self::Over => {
                "run `oci session authenticate`"
            }
            Self::Exchange(error) => error.hint(),
            Self::NotToken => "use the key as it is",
        }
    }
}

const PATH: &str = "/v1/authentication/refresh";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use http::Method;

    use super::*;
    use crate::key::PrivateKey;
    use crate::{Fingerprint, KeyId, TokenError};

    const ISSUER: Issuer = Issuer::Authentication;

    const ENDPOINT: &str = "https://auth.us-chicago-1.oraclecloud.com";

    fn key(id: KeyId) -> Snapshot {
        let pem = include_bytes!("../../../fixtures/keys/rsa2048_a.pkcs8.pem");
        Snapshot::new(SigningKey::new(id, PrivateKey::from_pem(pem, None).unwrap()), None)
    }

    fn refresh() -> SessionRefresh {
        let snapshot = key(KeyId::security_token("old.hunter2.token").unwrap());
        SessionRefresh::new(ENDPOINT, &snapshot).unwrap()
    }

    fn token(jwk: Option<&str>) -> String {
        let claims = match jwk {
            Some(jwk) => serde_json::json!({ "exp": 1, "jwk": jwk }),
            None => serde_json::json!({ "exp": 1 }),
        };
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    #[test]
    fn the_request_is_signed_with_the_token_that_it_carries() {
        let request =
            refresh().next_request(SystemTime::UNIX_EPOCH + Duration::from_secs(1)).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri().to_string(), format!("{ENDPOINT}{PATH}"));
        assert_eq!(request.body(), br#"{"currentToken":"old.hunter2.token"}"#);
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.contains(r#"keyId="ST$old.hunter2.token""#), "{authorization}");
        assert!(authorization.contains("host content-length content-type x-content-sha256"));
    }

    #[test]
    fn the_token_of_the_answer_is_taken_if_it_is_for_the_same_key() {
        let answer = |token: &str| {
            let response = Response::new(serde_json::json!({ "token": token }).to_string());
            refresh().handle_response(&response, SystemTime::UNIX_EPOCH)
        };
        let jwk = include_str!("../../../fixtures/session/jwk_a.json");
        for token in [token(None), token(Some(jwk))] {
            assert_eq!(answer(&token).unwrap().expose(), token);
        }
        let other = token(Some(include_str!("../../../fixtures/session/jwk_b.json")));
        let error = answer(&other).unwrap_err();
        assert_eq!(error, ExchangeError::OtherKey { issuer: ISSUER }.into());
        assert!(error.hint().contains("oci session authenticate"), "{}", error.hint());
        let form = ExchangeError::Token { issuer: ISSUER, source: TokenError::Form };
        assert_eq!(answer("x").unwrap_err(), form.into());
    }

    #[test]
    fn failures_say_whether_the_session_is_over() {
        let answer = |status: u16, body: &str| {
            let mut response = Response::new(body);
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            refresh().handle_response(&response, SystemTime::UNIX_EPOCH).unwrap_err()
        };
        assert_eq!(answer(401, "{}"), SessionRefreshError::Over);
        for body in ["", "{}", "[]", r#"{"token":1}"#, "<html>"] {
            let malformed = ExchangeError::Malformed { issuer: ISSUER };
            assert_eq!(answer(200, body), malformed.into(), "{body}");
        }
        let refused = answer(429, r#"{"code":"TooManyRequests","message":"old.hunter2.token"}"#);
        let shown = refused.to_string();
        assert_eq!(
            shown,
            "the authentication service answered 429 Too Many Requests (TooManyRequests)"
        );
        let refused = answer(503, r#"{"code":"old.hunter2.token"}"#);
        assert!(!format!("{refused} {refused:?}").contains("hunter2"));
    }

    #[test]
    fn what_cannot_be_refreshed_is_refused() {
        let id: Fingerprint = "34:81:c0:3a:e8:e0:78:cb:d6:10:eb:14:8e:f0:f5:4f".parse().unwrap();
        let api_key = key(KeyId::api_key("t", "u", &id.to_string()).unwrap());
        let error = SessionRefresh::new(ENDPOINT, &api_key).unwrap_err();
        assert_eq!(error, SessionRefreshError::NotToken);
        let session = key(KeyId::security_token("t").unwrap());
        for endpoint in ["", "auth", "/v1", "https://h/v1", "https://h?x", "https://", "h:443"] {
            let error = SessionRefresh::new(endpoint, &session).unwrap_err();
            assert_eq!(error, ExchangeError::Endpoint.into(), "{endpoint}");
        }
        SessionRefresh::new("https://h/", &session).unwrap();
    }

    #[test]
    fn debug_shows_no_token() {
        let shown = format!("{:?}", refresh());
        assert!(shown.contains("auth.us-chicago-1") && !shown.contains("hunter2"), "{shown}");
    }
}
