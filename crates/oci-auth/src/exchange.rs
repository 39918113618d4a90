//! What the exchanges with services that issue tokens have in common: how they ask, how they end, how they fail.

mod error;

use std::time::SystemTime;

use http::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, Uri};
use serde_json::Value;

pub use error::{Clocks, ExchangeError, Issuer};

use crate::key::Fingerprint;
use crate::secret::Secret;
use crate::token::TokenClaims;

/// The address of an operation; `None` if the endpoint is more or less than scheme and authority.
pub(crate) fn address(endpoint: &str, path: &str) -> Option<Uri> {
    let mut parts = endpoint.parse::<Uri>().ok()?.into_parts();
    let before = parts.path_and_query.replace(PathAndQuery::try_from(path).ok()?);
    let has_host = parts.authority.as_ref().is_some_and(|authority| !authority.host().is_empty());
    if before.is_some_and(|before| before.as_str() != "/") || !has_host {
        return None;
    }
    Uri::from_parts(parts).ok()
}

/// A request that is not signed yet.
pub(crate) fn post(address: &Uri, body: Vec<u8>) -> Request<Vec<u8>> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = address.clone();
    for name in [ACCEPT, CONTENT_TYPE] {
        request.headers_mut().insert(name, HeaderValue::from_static("application/json"));
    }
    request
}

/// How most exchanges end: with a token for one key in the member `token` of a JSON object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    pub(crate) issuer: Issuer,
    /// The key that the token must be for, if it names one; `None` where the key's public half is not known.
    pub(crate) key: Option<Fingerprint>,
}

impl Ending {
    /// The token in an answer.
    pub(crate) fn token<B: AsRef<[u8]>>(
        &self,
        response: &Response<B>,
        now: SystemTime,
    ) -> Result<Secret, ExchangeError> {
        let json = answer(self.issuer, response, now)?;
        self.check(Secret::from(self.text(&json, "token")?))
    }

    /// A text in an answer that is a success.
    pub(crate) fn text<'a>(&self, json: &'a Value, name: &str) -> Result<&'a str, ExchangeError> {
        let text = json.get(name).and_then(Value::as_str);
        text.ok_or(ExchangeError::Malformed { issuer: self.issuer })
    }

    /// The token, if it is one and for the right key.
    pub(crate) fn check(&self, token: Secret) -> Result<Secret, ExchangeError> {
        let issuer = self.issuer;
        let claims =
            TokenClaims::read(&token).map_err(|source| ExchangeError::Token { issuer, source })?;
        match (claims.key_fingerprint(), self.key) {
            (Some(named), Some(key)) if named != key => Err(ExchangeError::OtherKey { issuer }),
            _ => Ok(token),
        }
    }
}

/// The JSON of an answer that is a success; `Null` if it is none.
pub(crate) fn answer<B: AsRef<[u8]>>(
    issuer: Issuer,
    response: &Response<B>,
    now: SystemTime,
) -> Result<Value, ExchangeError> {
    let body = success(issuer, response, now)?;
    Ok(serde_json::from_slice(body).unwrap_or_default())
}

/// The body of an answer that is a success.
pub(crate) fn success<B: AsRef<[u8]>>(
    issuer: Issuer,
    response: &Response<B>,
    now: SystemTime,
) -> Result<&[u8], ExchangeError> {
    let body = response.body().as_ref();
    let status = response.status();
    if status == StatusCode::OK {
        return Ok(body);
    }
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let clocks = Some(status)
        .filter(|status| *status == StatusCode::UNAUTHORIZED)
        .and_then(|_| clocks(response, now));
    Err(ExchangeError::Refused { issuer, status, code: code(&json), clocks })
}

/// Both clocks, if they are so far apart that no signature is accepted.
fn clocks<B>(response: &Response<B>, here: SystemTime) -> Option<Clocks> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    let there = httpdate::parse_http_date(date).ok()?;
    Some(Clocks { here, there }).filter(Clocks::are_apart)
}

/// The code of an error. The codes of the services are single words; anything else may be anything.
fn code(answer: &Value) -> Option<String> {
    let is_code = |code: &&str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        (1..=64).contains(&code.len()) && code.bytes().all(allowed)
    };
    // Identity domains follow RFC 6749 section 5.2, which calls it `error`.
    let named = |name: &str| answer.get(name).and_then(Value::as_str).filter(is_code);
    named("code").or_else(|| named("error")).map(str::to_owned)
}
