//! [`RawJson`] and [`Extra`]: JSON kept as the text it was.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::lenient::Accept;
use crate::reader::{GaveUp, Reader};

/// A JSON value kept as text, so that writing it back changes nothing: not a digit, not a duplicate key.
///
/// Two values are equal when their texts are.
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Checks that the text is one JSON value and keeps it.
    ///
    /// # Errors
    /// When the text is not valid JSON.
    pub fn parse(text: impl Into<String>) -> Result<Self, NotJson> {
        RawValue::from_string(text.into()).map(Self).map_err(|_| NotJson)
    }

    /// The JSON form of a value, such as the arguments of a tool or a JSON schema from another crate.
    ///
    /// # Errors
    /// When the value has no JSON form, for example a map whose keys are not strings.
    pub fn from_serialize(value: &(impl Serialize + ?Sized)) -> Result<Self, NotJson> {
        serde_json::value::to_raw_value(value).map(Self).map_err(|_| NotJson)
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// The value as a tree; numbers beyond 64 bits and duplicate keys do not survive this step.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // Only text nested deeper than serde_json reads (128) fails here.
        serde_json::from_str(self.get()).unwrap_or(Value::Null)
    }

    pub(crate) fn copied(raw: &RawValue) -> Self {
        Self(raw.to_owned())
    }

    pub(crate) fn is_falsy(&self) -> bool {
        matches!(self.get(), "null" | "false" | "\"\"" | "{}" | "[]" | "0")
    }
}

/// The text or value had no JSON form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a JSON value, found something that is not JSON")]
pub struct NotJson;

impl From<Value> for RawJson {
    fn from(value: Value) -> Self {
        let text = value.to_string();
        Self(
            RawValue::from_string(text).expect(
                "a `Value` prints as JSON because its keys are strings and its floats finite",
            ),
        )
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for RawJson {}

impl fmt::Debug for RawJson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.get())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

impl<'de> Accept<'de> for RawJson {
    fn read(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        Option::deserialize(reader)
    }
}

/// Members of an object for which the crate has no field: a list of names and JSON texts, in order.
///
/// In a request this is the way to send a parameter that is newer than this crate; in an answer it holds what the
/// service sent beyond the known.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Extra(Option<Box<Members>>);

/// Behind a pointer because nearly every object has none: its place is in all of them, down to the pieces of a stream.
type Members = Vec<(String, RawJson)>;

impl fmt::Debug for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Extra").field(&self.members()).finish()
    }
}

impl Extra {
    /// No members.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    fn members(&self) -> &[(String, RawJson)] {
        self.0.as_ref().map_or(&[], |members| members.as_slice())
    }

    /// Members to add to; there is one at least when the caller is done.
    fn members_mut(&mut self) -> &mut Members {
        self.0.get_or_insert_default()
    }

    /// Sets a member, replacing every earlier one of that name.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<RawJson>) {
        let name = name.into();
        self.remove(&name);
        self.members_mut().push((name, value.into()));
    }

    /// Removes every member of that name; returns the last.
    pub fn remove(&mut self, name: &str) -> Option<RawJson> {
        let members = self.0.as_mut()?;
        let mut found = None;
        while let Some(at) = members.iter().position(|(key, _)| key == name) {
            found = Some(members.remove(at).1);
        }
        if members.is_empty() {
            // Nothing has one form, so that it is equal to itself.
            self.0 = None;
        }
        found
    }

    /// The last member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.members().iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Whether there is a member of that name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.members().iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members().len()
    }

    /// Whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds a member as it came, duplicates included.
    pub(crate) fn push(&mut self, name: String, value: RawJson) {
        self.members_mut().push((name, value));
    }

    /// Takes over the members of a later fragment; for equal names the later wins.
    pub(crate) fn merge(&mut self, later: &Self) {
        for (name, value) in later.members() {
            let members = self.members_mut();
            match members.iter_mut().find(|(key, _)| key == name) {
                Some((_, old)) => old.clone_from(value),
                None => members.push((name.clone(), value.clone())),
            }
        }
    }
}
