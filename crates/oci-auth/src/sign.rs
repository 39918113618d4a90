//! The pure signing function: a request's parts in, the headers to set out.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HOST, HeaderMap, HeaderName, HeaderValue,
    TRANSFER_ENCODING,
};

use crate::canonical::{RequestParts, SigningString, single};
use crate::digest::{BodyDigest, Kind};
use crate::key::SigningKey;
use crate::sign_error::SignError;

/// Signs a request and returns the headers to set on it.
///
/// Nothing is changed here, so an error cannot leave a request half signed. Nothing is read either: the time comes from the caller.
/// A `date`, `content-type` or `x-content-sha256` that the request already has is signed as it stands; where there is none,
/// the date is `now`, the content type `application/json` and the digest that of `body`. The length is always that of `body`.
/// An `x-date` is not signed, as in the official Python SDK; it exists for browsers, which forbid setting `date`.
///
/// The service refuses a date more than five minutes from its own clock, so a request that is sent again is signed again.
///
/// # Errors
/// [`SignError`] when the request cannot be signed as it would be sent.
pub fn sign(
    parts: &RequestParts<'_>,
    body: &BodyDigest,
    key: &SigningKey,
    now: SystemTime,
) -> Result<SignedHeaders, SignError> {
    sign_form(parts, body, key, now, Form::Request)
}

/// Signs the call that exchanges a certificate for a token at the authentication service, whose form leaves the host unsigned.
///
/// # Errors
/// As for [`sign`].
pub fn sign_federation(
    parts: &RequestParts<'_>,
    body: &BodyDigest,
    key: &SigningKey,
    now: SystemTime,
) -> Result<SignedHeaders, SignError> {
    sign_form(parts, body, key, now, Form::Federation)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Form {
    Request,
    Federation,
}

fn sign_form(
    parts: &RequestParts<'_>,
    body: &BodyDigest,
    key: &SigningKey,
    now: SystemTime,
    form: Form,
) -> Result<SignedHeaders, SignError> {
    // Long enough for the usual lines; only a long path or token makes it grow.
    let mut string = SigningString::with_capacity(384 + parts.path_and_query.len());
    let mut headers = SignedHeaders::default();

    headers.keep_or_add(&mut string, parts, DATE, || owned(&DATE, imf_fixdate(now)?))?;
    string.request_target(parts.method, parts.path_and_query);
    if form == Form::Request {
        string.header(&HOST, parts.host);
    }
    headers.add(HOST, value(&HOST, parts.host)?);
    if let Some(token) = &key.delegation_token {
        headers.add_secret(&mut string, OPC_OBO_TOKEN, token.expose())?;
    }
    if parts.signs_body()?
        && let Kind::Sha256 { sha256, length } = body.0
    {
        headers.add_text(&mut string, CONTENT_LENGTH, HeaderValue::from(length))?;
        headers.keep_or_add(&mut string, parts, CONTENT_TYPE, || {
            Ok(HeaderValue::from_static(DEFAULT_CONTENT_TYPE))
        })?;
        headers.keep_or_add(&mut string, parts, X_CONTENT_SHA256, || {
            owned(&X_CONTENT_SHA256, STANDARD.encode(sha256))
        })?;
    }
    let signature = key.signature(string.text.as_bytes()).map_err(SignError::Key)?;
    headers.add(AUTHORIZATION, authorization(&string.names, key, &signature)?);
    headers.signing_string = string.text;
    Ok(headers)
}

/// The `Authorization` header, its parameters in the order of the official Python SDK.
fn authorization(
    names: &str,
    key: &SigningKey,
    signature: &[u8],
) -> Result<HeaderValue, SignError> {
    let id = key.id.as_str();
    let mut text =
        String::with_capacity(96 + names.len() + id.len() + signature.len().div_ceil(3) * 4);
    text.push_str("Signature algorithm=\"rsa-sha256\",headers=\"");
    text.push_str(names);
    text.push_str("\",keyId=\"");
    text.push_str(id);
    text.push_str("\",signature=\"");
    STANDARD.encode_string(signature, &mut text);
    text.push_str("\",version=\"1\"");
    let mut value =
        HeaderValue::try_from(text).map_err(|_| SignError::HeaderText(AUTHORIZATION))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The headers that make a request a signed one.
#[derive(Debug, Default)]
pub struct SignedHeaders {
    headers: [Option<(HeaderName, HeaderValue)>; 7],
    signing_string: String,
}

impl SignedHeaders {
    /// The headers to set: `date`, `host`, `authorization` and, where they are signed, those of the body and the delegation token.
    pub fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.headers.iter().flatten().map(|(name, value)| (name, value))
    }

    /// Sets them, replacing what was there.
    ///
    /// Where the length is signed, `transfer-encoding` is taken away: the two exclude each other (RFC 9112 section 6.2), and
    /// clients that find both do not send the length.
    pub fn apply(self, headers: &mut HeaderMap) {
        if self.iter().any(|(name, _)| *name == CONTENT_LENGTH) {
            headers.remove(TRANSFER_ENCODING);
        }
        for (name, value) in self.headers.into_iter().flatten() {
            headers.insert(name, value);
        }
    }

    /// The text that was signed. It holds what the request holds, a delegation token included, so it does not belong in a log.
    #[must_use]
    pub fn signing_string(&self) -> &str {
        &self.signing_string
    }

    fn add(&mut self, name: HeaderName, value: HeaderValue) {
        let free = self.headers.iter_mut().find(|slot| slot.is_none());
        debug_assert!(free.is_some(), "there is a slot for each header that can be signed");
        if let Some(slot) = free {
            *slot = Some((name, value));
        }
    }

    fn add_secret(
        &mut self,
        string: &mut SigningString,
        name: HeaderName,
        text: &str,
    ) -> Result<(), SignError> {
        string.header(&name, text);
        let mut value = value(&name, text)?;
        value.set_sensitive(true);
        self.add(name, value);
        Ok(())
    }

    /// Signs the value that the request has, or adds one.
    fn keep_or_add(
        &mut self,
        string: &mut SigningString,
        parts: &RequestParts<'_>,
        name: HeaderName,
        default: impl FnOnce() -> Result<HeaderValue, SignError>,
    ) -> Result<(), SignError> {
        if let Some(preset) = single(parts.headers, &name)? {
            string.header(&name, preset);
            return Ok(());
        }
        self.add_text(string, name, default()?)
    }

    fn add_text(
        &mut self,
        string: &mut SigningString,
        name: HeaderName,
        value: HeaderValue,
    ) -> Result<(), SignError> {
        let text = value.to_str().map_err(|_| SignError::HeaderText(name.clone()))?;
        string.header(&name, text);
        self.add(name, value);
        Ok(())
    }
}

/// Takes the text over; its capacity should be its length, or it is copied once more.
fn owned(name: &HeaderName, text: String) -> Result<HeaderValue, SignError> {
    HeaderValue::try_from(text).map_err(|_| SignError::HeaderText(name.clone()))
}

fn value(name: &HeaderName, text: &str) -> Result<HeaderValue, SignError> {
    HeaderValue::from_str(text).map_err(|_| SignError::HeaderText(name.clone()))
}

/// The date in the form of RFC 9110 section 5.6.7, `Thu, 01 Jan 1970 00:00:00 GMT`, the only one that the service takes.
pub(crate) fn imf_fixdate(now: SystemTime) -> Result<String, SignError> {
    let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| SignError::Clock)?;
    if since_1970 >= YEAR_10000 {
        return Err(SignError::Clock);
    }
    Ok(httpdate::fmt_http_date(now))
}

const OPC_OBO_TOKEN: HeaderName = HeaderName::from_static("opc-obo-token");
pub(crate) const X_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-content-sha256");

/// What the official SDKs send where the caller says nothing.
const DEFAULT_CONTENT_TYPE: &str = "application/json";

/// Seconds from 1970 to the first year that has five digits.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
