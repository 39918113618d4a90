//! Security tokens: what one says about itself.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// What a security token says about itself: the claims of a JSON Web Token (RFC 7519).
///
/// The service alone can check a token's signature, and does. These claims serve to know when to ask for another token and for whom it
/// speaks; nothing is to be trusted because a token says it.
///
/// ```
/// use oci_auth::{Secret, TokenClaims};
///
/// // {"exp":1767225600,"res_tenant":"ocid1.tenancy.oc1..aaaa"} between two parts that are not looked at.
/// let token = Secret::from("e30.eyJleHAiOjE3NjcyMjU2MDAsInJlc190ZW5hbnQiOiJvY2lkMS50ZW5hbmN5Lm9jMS4uYWFhYSJ9.c2ln");
/// let claims = TokenClaims::read(&token)?;
/// assert_eq!(claims.tenancy(), Some("ocid1.tenancy.oc1..aaaa"));
/// # Ok::<(), oci_auth::TokenError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenClaims {
    expires_at: Option<SystemTime>,
    issued_at: Option<SystemTime>,
    tenancy: Option<String>,
    compartment_id: Option<String>,
    resource_id: Option<String>,
    resource_type: Option<String>,
    key: Option<TokenKey>,
}

impl TokenClaims {
    /// Reads the claims. Those that are absent are `None`, and those that are not listed here are ignored.
    ///
    /// # Errors
    /// [`TokenError`] if the text is not a token, or a claim is not of its type. No error quotes the token.
    pub fn read(token: &Secret) -> Result<Self, TokenError> {
        let text = token.expose();
        if text.len() > LONGEST {
            return Err(TokenError::TooLong);
        }
        let mut parts = text.split('.');
        let (Some(_), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Form);
        };
        let json = Zeroizing::new(BASE64_URL.decode(payload).map_err(|_| TokenError::Payload)?);
        let Ok(Value::Object(claims)) = serde_json::from_slice(&json) else {
            return Err(TokenError::Payload);
        };
        Ok(Self {
            expires_at: time(&claims, "exp")?,
            issued_at: time(&claims, "iat")?,
            tenancy: first_of(&claims, &["res_tenant", "opc-tenant", "tenant"])?,
            compartment_id: first_of(&claims, &["res_compartment", "opc-compartment"])?,
            resource_id: text_of(&claims, "res_id")?,
            resource_type: text_of(&claims, "res_type")?,
            key: claims.get("jwk").and_then(TokenKey::read),
        })
    }

    /// When the token ends (`exp`).
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// When the token was issued (`iat`).
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.issued_at
    }

    /// The tenancy that the token speaks for: `res_tenant` of a resource, else `opc-tenant` of an instance, else `tenant`.
    #[must_use]
    pub fn tenancy(&self) -> Option<&str> {
        self.tenancy.as_deref()
    }

    /// The compartment of what the token speaks for: `res_compartment` of a resource, else `opc-compartment` of an instance.
    #[must_use]
    pub fn compartment_id(&self) -> Option<&str> {
        self.compartment_id.as_deref()
    }

    /// The resource that the token speaks for (`res_id`).
    #[must_use]
    pub fn resource_id(&self) -> Option<&str> {
        self.resource_id.as_deref()
    }

    /// The kind of that resource (`res_type`).
    #[must_use]
    pub fn resource_type(&self) -> Option<&str> {
        self.resource_type.as_deref()
    }

    /// The fingerprint of the key that signs with this token (`jwk`), to be compared with [that of a key](crate::PrivateKey::fingerprint):
    /// key and token are often in two files, which are replaced one after the other.
    #[cfg(feature = "keys")]
    #[must_use]
    pub fn key_fingerprint(&self) -> Option<crate::Fingerprint> {
        let key = self.key.as_ref()?;
        crate::key::public_fingerprint(&key.modulus, &key.exponent)
    }
}

/// The public half of the key that signs with a token, big-endian.
#[derive(Clone, Eq, PartialEq)]
struct TokenKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl TokenKey {
    /// From a JSON Web Key (RFC 7518 section 6.3), which the service writes into a string. A key of another kind is none.
    fn read(claim: &Value) -> Option<Self> {
        let parsed;
        let key = match claim {
            Value::String(text) => {
                parsed = serde_json::from_str::<Value>(text).ok()?;
                &parsed
            }
            other => other,
        };
        let number = |name: &str| BASE64_URL.decode(key.get(name)?.as_str()?).ok();
        Some(Self { modulus: number("n")?, exponent: number("e")? })
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey(RSA, {} bytes)", self.modulus.len())
    }
}

/// Seconds since 1970, which RFC 7519 lets have a fraction.
fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<SystemTime>, TokenError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let since_1970 = value
        .as_u64()
        .map(Duration::from_secs)
        .or_else(|| Duration::try_from_secs_f64(value.as_f64()?).ok());
    since_1970
        .and_then(|duration| SystemTime::UNIX_EPOCH.checked_add(duration))
        .map(Some)
        .ok_or(TokenError::Claim { name })
}

/// The first of these claims that is there.
fn first_of(
    claims: &Map<String, Value>,
    names: &[&'static str],
) -> Result<Option<String>, TokenError> {
    for name in names {
        if let Some(text) = text_of(claims, name)? {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

fn text_of(claims: &Map<String, Value>, name: &'static str) -> Result<Option<String>, TokenError> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(TokenError::Claim { name }),
    }
}

/// A text that is not a security token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// A claim is there and not what it must be.
    #[error("the claim {name} of the token is malformed")]
    Claim {
        /// The claim.
        name: &'static str,
    },
    /// There are not three parts.
    #[error("expected a token of three parts joined by dots")]
    Form,
    /// The part in the middle is not a JSON object.
    #[error("the second part of the token is not a JSON object in base64url")]
    Payload,
    /// The text is longer than any token that a header can carry.
    #[error("the token is longer than 64 KiB")]
    TooLong,
}

/// Tokens are 1 to 6 KiB long; servers refuse headers long before this.
const LONGEST: usize = 64 * 1024;

/// Tokens have no padding; some programs add it.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: &str) -> Result<TokenClaims, TokenError> {
        let payload = BASE64_URL.encode(payload);
        TokenClaims::read(&Secret::new(format!("e30.{payload}.c2ln")))
    }

    #[test]
    fn claims_of_a_resource_win_over_those_of_a_user() {
        let claims = read(
            r#"{"exp":1767225600,"iat":1767222000.5,"tenant":"t1","res_tenant":"t2","res_compartment":"c","res_id":"i","res_type":"fnfunc","other":[1]}"#,
        )
        .unwrap();
        let second = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        assert_eq!(claims.expires_at(), Some(second));
        assert_eq!(claims.issued_at(), Some(second - Duration::from_millis(3_599_500)));
        assert_eq!((claims.tenancy(), claims.compartment_id()), (Some("t2"), Some("c")));
        assert_eq!((claims.resource_id(), claims.resource_type()), (Some("i"), Some("fnfunc")));
        assert_eq!(read(r#"{"tenant":"t1","res_tenant":""}"#).unwrap().tenancy(), Some("t1"));
        let instance = read(r#"{"opc-tenant":"t","opc-compartment":"c"}"#).unwrap();
        assert_eq!((instance.tenancy(), instance.compartment_id()), (Some("t"), Some("c")));
    }

    #[test]
    fn what_is_absent_is_none() {
        let claims = read("{}").unwrap();
        assert_eq!((claims.expires_at(), claims.tenancy()), (None, None));
        assert_eq!((claims.compartment_id(), claims.key.clone()), (None, None));
    }

    #[test]
    fn a_key_of_another_kind_is_none() {
        for payload in [r#"{"jwk":"{"}"#, r#"{"jwk":{"n":"AQAB"}}"#, r#"{"jwk":{"kty":"EC"}}"#] {
            assert_eq!(read(payload).unwrap(), read("{}").unwrap(), "{payload}");
        }
        let [text, object] =
            [r#"{"jwk":"{\"n\":\"gQ\",\"e\":\"AQAB\"}"}"#, r#"{"jwk":{"n":"gQ","e":"AQAB"}}"#];
        assert_eq!(read(text).unwrap(), read(object).unwrap());
        assert_eq!(read(text).unwrap().key.unwrap().modulus, [0x81]);
    }

    #[test]
    fn padding_and_trailing_bits_make_no_difference() {
        let read = |payload: &str| TokenClaims::read(&Secret::new(format!("a.{payload}.b")));
        assert_eq!(read("e30").unwrap(), read("e30=").unwrap());
        assert_eq!(read("e31").unwrap(), read("e30").unwrap());
    }

    #[test]
    fn what_is_no_token_is_told_without_quoting_it() {
        for text in ["", "a", "a.b", "a.b.c.d", "sk-hunter2"] {
            assert_eq!(TokenClaims::read(&Secret::from(text)), Err(TokenError::Form), "{text}");
        }
        for text in ["a.hunter2!.c", "a..c", "a.W10.c", "a.e30\n.c"] {
            assert_eq!(TokenClaims::read(&Secret::from(text)), Err(TokenError::Payload), "{text}");
        }
        let long = Secret::new(format!("a.{}.c", "A".repeat(LONGEST)));
        assert_eq!(TokenClaims::read(&long), Err(TokenError::TooLong));
        for (payload, name) in [
            (r#"{"exp":"soon"}"#, "exp"),
            (r#"{"exp":-1}"#, "exp"),
            (r#"{"exp":1e300}"#, "exp"),
            (r#"{"iat":18446744073709551615}"#, "iat"),
            (r#"{"tenant":1}"#, "tenant"),
            (r#"{"res_compartment":{}}"#, "res_compartment"),
        ] {
            assert_eq!(read(payload), Err(TokenError::Claim { name }), "{payload}");
        }
        let error = read(r#"{"exp":"hunter2"}"#).unwrap_err().to_string();
        assert_eq!(error, "the claim exp of the token is malformed");
    }
}
