//! Delegation tokens: an instance or a resource that acts on behalf of a user, as Cloud Shell does.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::ProviderError;
use crate::secret::Secret;
use crate::token::TokenClaims;

/// The token of a user on whose behalf requests are made. It is sent as `opc-obo-token` and signed.
#[derive(Clone)]
pub struct DelegationToken(Place);

#[derive(Clone)]
enum Place {
    File(PathBuf),
    Text(Secret),
}

impl DelegationToken {
    /// The token in a file, which is read again for each token that is fetched: the platform writes it anew. White space is no
    /// part of it.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// A token that does not change.
    #[must_use]
    pub fn text(token: Secret) -> Self {
        Self(Place::Text(token))
    }

    /// The token, and when it ends, if it says.
    pub(super) fn read(&self) -> Result<(Secret, Option<SystemTime>), ProviderError> {
        let text = match &self.0 {
            Place::Text(token) => Zeroizing::new(token.expose().to_owned()),
            Place::File(path) => fs::read_to_string(path)
                .map(Zeroizing::new)
                .map_err(|error| ProviderError::File { path: path.clone(), kind: error.kind() })?,
        };
        // The official SDK for TypeScript removes line breaks inside, too.
        let token = Secret::new(text.split_whitespace().collect());
        if token.expose().is_empty() {
            return Err(ProviderError::NotToken);
        }
        // It is opaque to us: one without claims has no end that we know.
        let ends = TokenClaims::read(&token).ok().and_then(|claims| claims.expires_at());
        Ok((token, ends))
    }
}

/// Where it is, and not what.
impl fmt::Debug for DelegationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => f.debug_tuple("DelegationToken").field(path).finish(),
            Place::Text(token) => f.debug_tuple("DelegationToken").field(token).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_no_part_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "a.e30\n.c\r\n").unwrap();
        let (token, ends) = DelegationToken::file(&path).read().unwrap();
        assert_eq!((token.expose(), ends), ("a.e30.c", None));
        fs::write(&path, "x.eyJleHAiOjd9.z").unwrap();
        let (_, ends) = DelegationToken::file(&path).read().unwrap();
        assert_eq!(ends, Some(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(7)));
    }

    #[test]
    fn what_is_none_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let missing = DelegationToken::file(folder.path().join("none")).read().unwrap_err();
        assert!(matches!(missing, ProviderError::File { .. }), "{missing:?}");
        let empty = DelegationToken::text(Secret::from(" \n")).read().unwrap_err();
        assert!(matches!(empty, ProviderError::NotToken), "{empty:?}");
        let shown = format!("{:?}", DelegationToken::text(Secret::from("hunter2")));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
