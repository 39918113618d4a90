//! [`Text`]: a string that borrows from the JSON it was read from whenever that is possible.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::lenient::{Accept, Reading, list, quickly, read_elements};
use crate::object::object;
use crate::reader::{GaveUp, Reader};

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

    pub(crate) fn into_cow(self) -> Cow<'a, str> {
        self.0
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

    #[inline]
    fn fill_option(place: &mut Option<Self>, reader: &mut Reader<'de>) -> Result<bool, GaveUp> {
        if reader.peek() == Some(b'"')
            && let Ok(text) = reader.plain_string()
        {
            *place = Some(Self::from(text));
            return Ok(true);
        }
        *place = Self::read(reader)?;
        Ok(place.is_some())
    }

    /// Some models stream content as a list of parts; the text of its text parts is the text.
    fn from_list(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        let mut joined: Option<String> = None;
        reader.elements(|reader| {
            if let Some(part) = PartText::read(reader)? {
                joined.get_or_insert_default().push_str(&part.text);
            }
            Ok(())
        })?;
        Ok(joined.map(Self::from))
    }

    fn from_raw(text: &'de str) -> Reading<Self> {
        let mut joined: Option<String> = None;
        let push = |part: PartText<'a>| joined.get_or_insert_default().push_str(&part.text);
        match read_elements(text, push) {
            Some(is_all) => match joined {
                Some(joined) => list(text, joined.into(), Some(is_all)),
                None if is_all => Reading::Nothing,
                None => Reading::Wrong,
            },
            None => quickly(text),
        }
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

/// The text of a part of content, or a bare string in its place.
struct PartText<'a> {
    text: Text<'a>,
    /// Whether the part holds nothing else.
    is_all: bool,
}

impl<'a> PartText<'a> {
    fn of(part: TextPart<'a>) -> Option<Self> {
        let is_text = part.kind.is_none_or(|kind| matches!(kind.as_str(), "text" | "output_text"));
        let is_all = part.extra.is_empty();
        part.text.filter(|_| is_text).map(|text| Self { text, is_all })
    }
}

impl<'de: 'a, 'a> Accept<'de> for PartText<'a> {
    fn from_text(text: Text<'de>) -> Option<Self> {
        Some(Self { text, is_all: true })
    }

    fn from_object(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        let part = TextPart::from_object(reader)?.and_then(Self::of);
        part.filter(|part| part.is_all).map(Some).ok_or(GaveUp)
    }

    fn from_raw(text: &'de str) -> Reading<Self> {
        match TextPart::from_raw(text) {
            Reading::Whole(part) => match Self::of(part) {
                Some(part) if part.is_all => Reading::Whole(part),
                Some(part) => Reading::Part(part),
                None => Reading::Wrong,
            },
            Reading::Nothing => Reading::Nothing,
            Reading::Part(_) | Reading::Wrong => quickly(text),
        }
    }
}

object! { lenient
    /// A part of content that has text.
    #[expect(unreachable_pub, reason = "the macro writes types of the public interface")]
    pub struct TextPart<'a> {
        /// Its kind.
        pub kind: Option<Text<'a>> = "type",
        /// Its text.
        pub text: Option<Text<'a>> = "text",
    }
}
