//! Who may call: a signature of a known key, or a Generative AI API key where the service takes one.

use std::fmt;
use std::time::SystemTime;

use crate::body::Measure;
use crate::identity::Token;
use crate::random::hex;
use crate::route::openai_path;
use crate::server::Service;
use crate::verify::{Coverage, Rejection, Verified, shown_key_id, verify};
use crate::wire::RawHead;

/// One secret of a Generative AI API key, `sk-…`, which does not show itself in `Debug`.
///
/// Oracle's keys have two secrets each, either of which will do: add both to the emulator.
#[derive(Clone, Eq, PartialEq)]
pub struct ApiKey(String);

impl ApiKey {
    /// The secret with this text.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// A secret at random, which opens nothing but an emulator that was told of it.
    pub fn generate() -> Self {
        Self(format!("sk-emulator{}", hex(40)))
    }

    /// The text, as it goes after `Bearer`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}

/// How a request showed who sent it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Principal {
    /// A Generative AI API key, which belongs to a compartment.
    ApiKey,
    /// A signature.
    Signature,
}

/// Somebody whose credentials are right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    /// The key id, or whom the token is about; `None` for an API key.
    pub(crate) name: Option<String>,
    /// The user in whose name it is asked, by a delegation token.
    pub(crate) on_behalf_of: Option<String>,
}

/// Checks the credentials of a request, whatever operation it is for.
///
/// `is_made_here` knows the API keys that the control plane has made.
pub(crate) fn authenticate(
    head: &RawHead,
    body: &Measure,
    now: SystemTime,
    service: &Service,
    is_made_here: impl Fn(&str) -> bool,
) -> Result<Caller, Rejection> {
    let Some(token) = head.value("authorization").and_then(bearer) else {
        let verified = verify_signer(head, body, now, Coverage::Full, service)?;
        let on_behalf_of = match &service.identities {
            Some(identities) => identities.delegating_user(head, &verified.signed_headers, now)?,
            None => None,
        };
        let name = Some(verified.signer.name().to_owned());
        return Ok(Caller { principal: Principal::Signature, name, on_behalf_of });
    };
    if head.values("authorization").count() > 1 {
        return Err(Rejection::Repeated("authorization".into()));
    }
    // The service takes these keys at the OpenAI-compatible bases only.
    if openai_path(head.path()).is_none() {
        return Err(Rejection::ApiKeyElsewhere);
    }
    let mut keys = service.settings.api_keys.iter();
    if keys.any(|key| key.as_str() == token) || is_made_here(token) {
        Ok(Caller { principal: Principal::ApiKey, name: None, on_behalf_of: None })
    } else {
        Err(Rejection::UnknownApiKey)
    }
}

/// Whose signature it is.
#[derive(Clone, Debug)]
pub(crate) enum Signer {
    /// A key that the builder was told of, by its key id as it may be shown.
    Known(String),
    /// The bearer of a token.
    Bearer(Token),
}

impl Signer {
    /// What to call them.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Known(key_id) => key_id,
            Self::Bearer(token) => token.subject(),
        }
    }
}

/// Checks a signature by a key that is known, or by the one that a token names.
pub(crate) fn verify_signer(
    head: &RawHead,
    body: &Measure,
    now: SystemTime,
    coverage: Coverage,
    service: &Service,
) -> Result<Verified<Signer>, Rejection> {
    verify(head, body, now, coverage, |key_id| {
        if let Some(key) = service.settings.keys.get(key_id) {
            return Ok((key.clone(), Signer::Known(shown_key_id(key_id))));
        }
        let token = key_id.strip_prefix("ST$").zip(service.identities.as_ref());
        let Some((token, identities)) = token else {
            return Err(Rejection::UnknownKeyId(shown_key_id(key_id)));
        };
        let token = identities.read(token, now)?;
        Ok((token.key()?, Signer::Bearer(token)))
    })
}

/// The token of the `Bearer` scheme, whose name knows no case; RFC 6750 section 2.1 has the characters.
pub(crate) fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(is_token))
        .then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_show_itself() {
        let key = ApiKey::generate();
        assert!(key.as_str().starts_with("sk-"));
        assert!(!format!("{key:?}").contains(key.as_str()));
        assert_ne!(key, ApiKey::generate());
    }

    #[test]
    fn the_scheme_knows_no_case() {
        assert_eq!(bearer("Bearer sk-1"), Some("sk-1"));
        assert_eq!(bearer("bEARER  sk-1"), Some("sk-1"));
        assert_eq!(bearer("Signature version=\"1\""), None);
        for text in ["Bearer", "Bearer ", "Bearer a b", "Bearer algorithm=\"rsa-sha256\""] {
            assert_eq!(bearer(text), None, "{text}");
        }
    }
}
