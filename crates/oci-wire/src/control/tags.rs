//! [`DefinedTags`]: labels in namespaces.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::raw::RawJson;

/// Labels of a resource by namespace and name; a value is text, a number or a boolean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DefinedTags(BTreeMap<String, BTreeMap<String, RawJson>>);

impl DefinedTags {
    /// No labels.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a label with a text.
    #[must_use]
    pub fn with(
        self,
        namespace: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.with_json(namespace, name, serde_json::Value::from(value.into()))
    }

    /// Adds a label with a value of any kind.
    #[must_use]
    pub fn with_json(
        mut self,
        namespace: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<RawJson>,
    ) -> Self {
        self.0.entry(namespace.into()).or_default().insert(name.into(), value.into());
        self
    }

    /// The value of a label as the text of its JSON.
    #[must_use]
    pub fn get(&self, namespace: &str, name: &str) -> Option<&RawJson> {
        self.0.get(namespace)?.get(name)
    }

    /// All labels: namespace, name, value, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &RawJson)> {
        self.0.iter().flat_map(|(namespace, labels)| {
            labels.iter().map(move |(name, value)| (namespace.as_str(), name.as_str(), value))
        })
    }
}

impl Serialize for DefinedTags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DefinedTags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}
