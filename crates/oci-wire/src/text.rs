//! [`Text`]: a string that borrows from the JSON it was read from whenever that is possible.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::lenient::{Accept, Seed};

/// A string borrowed from the text of a chunk, or owned when escapes had to be undone.
///
/// `Cow<str>` inside an `Option` never borrows under serde's derive; this type always does when it can.
#[derive(Clone, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the string borrows, that is, cost no allocation.
    #[must_use]
    pub fn is_borrowed(&self) -> bool {
        matches!(self.0, Cow::Borrowed(_))
    }

    /// The string as an owned value; copies when it was borrowed.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0.into_owned()
    }

    /// The same text without the borrow.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

impl<'de: 'a, 'a> Accept<'de> for Text<'a> {
    fn from_text(text: Text<'de>) -> Option<Self> {
        Some(text)
    }

    /// Some models stream content as a list of parts; the text of its text parts is the text.
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut joined: Option<String> = None;
        while let Some(part) = seq.next_element_seed(Seed::<TextOfPart>::new())? {
            if let Some(TextOfPart(text)) = part {
                joined.get_or_insert_default().push_str(&text);
            }
        }
        Ok(joined.map(Self::from))
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text)))
    }
}

/// The text of a `{"type":"text","text":…}` part, or of a bare string in a list.
struct TextOfPart(String);

impl<'de> Accept<'de> for TextOfPart {
    fn from_text(text: Text<'de>) -> Option<Self> {
        Some(Self(text.into_string()))
    }

    fn from_map<A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let (mut kind, mut text) = (None::<Text<'de>>, None::<Text<'de>>);
        while let Some(key) = map.next_key::<Text<'de>>()? {
            let value = map.next_value_seed(Seed::<Text<'de>>::new())?;
            match key.as_str() {
                "type" => kind = value,
                "text" => text = value,
                _ => {}
            }
        }
        let is_text = kind.is_none_or(|kind| matches!(kind.as_str(), "text" | "output_text"));
        Ok(text.filter(|_| is_text).map(|text| Self(text.into_string())))
    }
}
