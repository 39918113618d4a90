//! Key ids: who signs.

use std::fmt;

use zeroize::Zeroizing;

/// The `keyId` of a signature, which tells the service whose public key to check it with.
///
/// It is public information for an API key. For a token identity it holds the token, so `Debug` shows the kind
/// only, and it is overwritten when it is dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct KeyId(Zeroizing<String>);

impl KeyId {
    /// The key id of a user's API key: `<tenancy>/<user>/<fingerprint>`.
    ///
    /// # Errors
    /// [`KeyIdError`] if a part is empty or holds a character that cannot stand there.
    pub fn api_key(tenancy: &str, user: &str, fingerprint: &str) -> Result<Self, KeyIdError> {
        for (part, value) in [("tenancy", tenancy), ("user", user), ("fingerprint", fingerprint)] {
            if value.is_empty() || value.contains('/') {
                return Err(KeyIdError { part });
            }
        }
        Self::verbatim(format!("{tenancy}/{user}/{fingerprint}"))
    }

    /// The key id of a security token, such as one of a session or an instance: `ST$<token>`.
    ///
    /// # Errors
    /// [`KeyIdError`] if the token is empty or holds white space or quotes, as one read from a file with its final newline does.
    pub fn security_token(token: &str) -> Result<Self, KeyIdError> {
        if token.is_empty() {
            return Err(KeyIdError { part: "token" });
        }
        Self::verbatim(format!("ST${token}"))
    }

    /// A key id of another form, as it is.
    ///
    /// # Errors
    /// [`KeyIdError`] if it is empty or holds anything but visible ASCII without quotes and backslashes:
    /// the signature scheme defines no escaping.
    pub fn verbatim(id: String) -> Result<Self, KeyIdError> {
        let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if id.is_empty() || !id.bytes().all(allowed) {
            return Err(KeyIdError { part: "key id" });
        }
        Ok(Self(id.into()))
    }

    /// The text as it goes into the signature.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if self.0.starts_with("ST$") { "ST$<redacted>" } else { self.as_str() };
        f.debug_tuple("KeyId").field(&shown).finish()
    }
}

/// A key id that cannot go into a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{part} is empty or holds a character that cannot stand in a key id")]
pub struct KeyIdError {
    part: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        let id = KeyId::security_token("eyJhbGciOi.secret.sig").unwrap();
        assert_eq!(id.as_str(), "ST$eyJhbGciOi.secret.sig");
        assert_eq!(format!("{id:?}"), r#"KeyId("ST$<redacted>")"#);
    }

    #[test]
    fn what_would_break_the_header_is_refused() {
        assert_eq!(KeyId::api_key("t", "", "f"), Err(KeyIdError { part: "user" }));
        assert_eq!(KeyId::api_key("t", "u/x", "f"), Err(KeyIdError { part: "user" }));
        for bad in ["tok\n", "a b", "a\"b", "a\\b", "ä", ""] {
            assert!(KeyId::security_token(bad).is_err(), "{bad:?}");
        }
    }
}
