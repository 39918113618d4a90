//! [`SecretText`] and [`SecretHeaders`]: values that go over the wire and into no log.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::raw::RawJson;

/// A secret on the wire, such as the access token of an MCP server or a new API key; `Debug` never shows it.
///
/// What comes in its place and is not text is kept too, as hidden as text: an error or an `extra` would show it.
#[derive(Clone, Eq, PartialEq)]
pub struct SecretText(Secret);

#[derive(Clone, Eq, PartialEq)]
enum Secret {
    Text(String),
    Other(RawJson),
}

impl SecretText {
    /// The secret; JSON where something else than text came in its place.
    #[must_use]
    pub fn expose(&self) -> &str {
        match &self.0 {
            Secret::Text(text) => text,
            Secret::Other(raw) => raw.get(),
        }
    }
}

impl From<&str> for SecretText {
    fn from(secret: &str) -> Self {
        Self(Secret::Text(secret.to_owned()))
    }
}

impl From<String> for SecretText {
    fn from(secret: String) -> Self {
        Self(Secret::Text(secret))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Secret::Text(text) => serializer.serialize_str(text),
            Secret::Other(raw) => raw.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        Ok(Self(match serde_json::from_str(raw.get()) {
            Ok(text) => Secret::Text(text),
            Err(_) => Secret::Other(raw),
        }))
    }
}

/// Headers inside a request, for a server that the service calls; `Debug` shows their names only.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct SecretHeaders(BTreeMap<String, String>);

impl SecretHeaders {
    /// The headers.
    #[must_use]
    pub fn expose(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for SecretHeaders {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for SecretHeaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.0.keys().map(|name| (name, REDACTED))).finish()
    }
}

impl Serialize for SecretHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SecretHeaders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

/// What stands for a secret in `Debug`.
const REDACTED: &str = "[redacted]";
