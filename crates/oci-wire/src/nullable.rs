//! [`Nullable`]: a member for which `null` and "not there" are two different things to say.

use serde::{Serialize, Serializer};

/// A request member that can be left out, be `null`, or have a value.
///
/// Used where `null` is meaningful: an assistant message that only carries tool calls is often replayed with
/// `"content": null`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Nullable<T> {
    /// Not written.
    #[default]
    Absent,
    /// Written as `null`.
    Null,
    /// Written as the value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if there is one.
    pub fn as_option(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value, if there is one.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // `Absent` is skipped by the object that holds it; alone it can only be written as `null`.
        self.as_option().serialize(serializer)
    }
}
