//! Who may call: a signature of a known key, or a Generative AI API key where the service takes one.

use std::fmt;
use std::time::SystemTime;

use crate::body::Measure;
use crate::random::hex;
use crate::route::openai_path;
use crate::server::Settings;
use crate::verify::{Rejection, verify};
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

/// Checks the credentials of a request, whatever operation it is for.
///
/// `is_made_here` knows the API keys that the control plane has made.
pub(crate) fn authenticate(
    head: &RawHead,
    body: &Measure,
    now: SystemTime,
    settings: &Settings,
    is_made_here: impl Fn(&str) -> bool,
) -> Result<Principal, Rejection> {
    let Some(token) = head.value("authorization").and_then(bearer) else {
        return verify(head, body, now, &settings.keys).map(|()| Principal::Signature);
    };
    if head.values("authorization").count() > 1 {
        return Err(Rejection::Repeated("authorization".into()));
    }
    // The service takes these keys at the OpenAI-compatible bases only.
    if openai_path(head.path()).is_none() {
        return Err(Rejection::ApiKeyElsewhere);
    }
    if settings.api_keys.iter().any(|key| key.as_str() == token) || is_made_here(token) {
        Ok(Principal::ApiKey)
    } else {
        Err(Rejection::UnknownApiKey)
    }
}

/// The token of the `Bearer` scheme, whose name knows no case; RFC 6750 section 2.1 has the characters.
fn bearer(authorization: &str) -> Option<&str> {
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
