//! [`Reader`]: text read into typed places in one pass, for what events of a stream are made of.
//!
//! Types that know it read themselves from it, see [`crate::lenient`]; for all others it is a deserializer of serde.
//! It does itself what is frequent: objects, lists, strings without escapes, counts and the three words.
//! Every other value it finds the end of, and lets serde_json read; so what it takes is JSON, and says what serde_json
//! would say. Where it cannot go on it gives up, without a reason: the careful way finds one.

use core::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use crate::lenient::{JsonNumber, StrReader};
use crate::text::Text;

/// A reader of text that stays where it is.
pub(crate) struct Reader<'de> {
    text: &'de str,
    /// The place of the next byte.
    at: usize,
    /// How many more levels are taken; serde_json takes as many.
    levels: u8,
}

/// The quick way cannot go on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GaveUp;

impl<'de> Reader<'de> {
    pub(crate) fn new(text: &'de str) -> Self {
        Self { text, at: 0, levels: 127 }
    }

    /// The place behind what was read.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Whether only white space follows.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// The next byte that is no white space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.peek_further(),
        }
    }

    /// The same where white space may come first.
    #[cold]
    fn peek_further(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Takes `null`, if that comes next.
    #[inline]
    pub(crate) fn is_null(&mut self) -> Result<bool, GaveUp> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.word("null").map(|()| true)
    }

    /// Takes `true` or `false`.
    pub(crate) fn bool(&mut self) -> Result<bool, GaveUp> {
        let value = self.peek() == Some(b't');
        self.word(if value { "true" } else { "false" }).map(|()| value)
    }

    /// Takes the object that begins here; `read` takes the value of each member, whose name it is told.
    #[inline]
    pub(crate) fn members(
        &mut self,
        mut read: impl FnMut(&mut Self, &str) -> Result<(), GaveUp>,
    ) -> Result<(), GaveUp> {
        self.entries(b'{', b'}', |reader| {
            if reader.peek() != Some(b'"') {
                return Err(GaveUp);
            }
            let unescaped;
            let name = match reader.plain_string() {
                Ok(name) => name,
                Err(escape) => {
                    unescaped = reader.escaped(escape)?;
                    unescaped.as_str()
                }
            };
            if reader.peek() != Some(b':') {
                return Err(GaveUp);
            }
            reader.at += 1;
            read(reader, name)
        })
    }

    /// Takes the list that begins here; `read` takes each element.
    #[inline]
    pub(crate) fn elements(
        &mut self,
        read: impl FnMut(&mut Self) -> Result<(), GaveUp>,
    ) -> Result<(), GaveUp> {
        self.entries(b'[', b']', read)
    }

    /// Takes what is between two brackets and separated by commas.
    #[inline]
    fn entries(
        &mut self,
        open: u8,
        close: u8,
        mut read: impl FnMut(&mut Self) -> Result<(), GaveUp>,
    ) -> Result<(), GaveUp> {
        if self.peek() != Some(open) {
            return Err(GaveUp);
        }
        self.levels = self.levels.checked_sub(1).ok_or(GaveUp)?;
        self.at += 1;
        if self.peek() != Some(close) {
            loop {
                read(self)?;
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(byte) if byte == close => break,
                    _ => return Err(GaveUp),
                }
            }
        }
        self.at += 1;
        self.levels += 1;
        Ok(())
    }

    /// Takes a value of any kind.
    pub(crate) fn skip(&mut self) -> Result<(), GaveUp> {
        if self.peek() == Some(b'"') && self.plain_string().is_ok() {
            return Ok(());
        }
        IgnoredAny::deserialize(self).map(|_| ())
    }

    #[inline]
    fn rest(&self) -> &'de str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn word(&mut self, word: &str) -> Result<(), GaveUp> {
        if !self.rest().as_bytes().starts_with(word.as_bytes()) {
            return Err(GaveUp);
        }
        self.at += word.len();
        Ok(())
    }

    /// The string that begins here.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Text<'de>, GaveUp> {
        match self.plain_string() {
            Ok(text) => Ok(Text::from(text)),
            Err(escape) => self.escaped(escape),
        }
    }

    /// The string that begins here, if nothing in it is escaped; else the place of what it may not have.
    #[inline]
    pub(crate) fn plain_string(&mut self) -> Result<&'de str, usize> {
        let start = self.at + 1;
        let end = start + plain(self.text.as_bytes().get(start..).unwrap_or_default());
        match self.text.get(start..end) {
            Some(text) if self.text.as_bytes().get(end) == Some(&b'"') => {
                self.at = end + 1;
                Ok(text)
            }
            _ => Err(end),
        }
    }

    /// The string that begins here and whose first escape, if it has one, is at `end`.
    #[cold]
    fn escaped(&mut self, mut end: usize) -> Result<Text<'de>, GaveUp> {
        let bytes = self.text.as_bytes();
        while bytes.get(end) == Some(&b'\\') {
            end += 2;
            end += plain(bytes.get(end..).unwrap_or_default());
        }
        let string = self.text.get(self.at..=end).ok_or(GaveUp)?;
        self.at = end + 1;
        serde_json::from_str::<String>(string).map(Text::from).map_err(|_| GaveUp)
    }

    /// The number that begins here.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<JsonNumber, GaveUp> {
        match self.count() {
            Some(count) => Ok(JsonNumber::Unsigned(count)),
            None => self.no_count(),
        }
    }

    #[cold]
    fn no_count(&mut self) -> Result<JsonNumber, GaveUp> {
        self.hand_over(|reader| serde_json::Number::deserialize(reader)).map(JsonNumber::from)
    }

    /// The number that begins here, if it is a count that fits.
    #[inline]
    fn count(&mut self) -> Option<u64> {
        let digits = self.rest().as_bytes();
        let (mut value, mut length) = (0_u64, 0);
        while let Some(digit) = digits.get(length).map(|byte| byte.wrapping_sub(b'0'))
            && digit < 10
        {
            value = value.wrapping_mul(10).wrapping_add(digit.into());
            length += 1;
        }
        let is_count = match digits {
            [b'0', ..] => length == 1,
            _ => (1..=DIGITS).contains(&length),
        };
        if !is_count || matches!(digits.get(length), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at += length;
        Some(value)
    }

    /// Lets serde_json read the value that begins here.
    fn hand_over<T>(
        &mut self,
        read: impl FnOnce(&mut StrReader<'de>) -> Result<T, serde_json::Error>,
    ) -> Result<T, GaveUp> {
        let mut documents = StrReader::from_str(self.rest()).into_iter::<&'de RawValue>();
        let value = documents.next().and_then(Result::ok).ok_or(GaveUp)?;
        self.at += documents.byte_offset();
        read(&mut StrReader::from_str(value.get())).map_err(|_| GaveUp)
    }

    /// What begins here with a bracket, and ends with the other one.
    #[inline]
    fn inside<T>(
        &mut self,
        close: u8,
        read: impl FnOnce(Inside<'_, 'de>) -> Result<T, GaveUp>,
    ) -> Result<T, GaveUp> {
        self.levels = self.levels.checked_sub(1).ok_or(GaveUp)?;
        self.at += 1;
        let value = read(Inside { reader: self, close, is_first: true })?;
        if self.peek() != Some(close) {
            return Err(GaveUp);
        }
        self.at += 1;
        self.levels += 1;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = GaveUp;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        match self.peek() {
            Some(b'"') => self.deserialize_str(visitor),
            Some(b'{') => self.inside(b'}', |members| visitor.visit_map(members)),
            Some(b'[') => self.inside(b']', |elements| visitor.visit_seq(elements)),
            Some(b'n') => self.word("null").and_then(|()| visitor.visit_unit()),
            Some(b't') => self.word("true").and_then(|()| visitor.visit_bool(true)),
            Some(b'f') => self.word("false").and_then(|()| visitor.visit_bool(false)),
            Some(b'-' | b'0'..=b'9') => match self.count() {
                Some(count) => visitor.visit_u64(count),
                None => self.hand_over(|reader| reader.deserialize_any(visitor)),
            },
            _ => Err(GaveUp),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        if self.peek() != Some(b'"') {
            return Err(GaveUp);
        }
        match self.string()?.into_cow() {
            std::borrow::Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            std::borrow::Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        if self.peek() == Some(b'n') {
            return self.word("null").and_then(|()| visitor.visit_none());
        }
        visitor.visit_some(self)
    }

    /// [`RawValue`] is one, which only serde_json knows how to make.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, GaveUp> {
        self.hand_over(|reader| reader.deserialize_newtype_struct(name, visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        if self.peek() == Some(b'"') && self.plain_string().is_ok() {
            return visitor.visit_unit();
        }
        self.hand_over(|reader| reader.deserialize_ignored_any(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// The members of an object, or the elements of a list.
struct Inside<'r, 'de> {
    reader: &'r mut Reader<'de>,
    close: u8,
    is_first: bool,
}

impl Inside<'_, '_> {
    /// Whether there is another one; it is what comes next then.
    #[inline]
    fn has_next(&mut self) -> Result<bool, GaveUp> {
        match self.reader.peek() {
            Some(byte) if byte == self.close => Ok(false),
            _ if self.is_first => {
                self.is_first = false;
                Ok(true)
            }
            Some(b',') => {
                self.reader.at += 1;
                Ok(true)
            }
            _ => Err(GaveUp),
        }
    }
}

impl<'de> MapAccess<'de> for Inside<'_, 'de> {
    type Error = GaveUp;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, GaveUp> {
        if !self.has_next()? {
            return Ok(None);
        }
        if self.reader.peek() != Some(b'"') {
            return Err(GaveUp);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, GaveUp> {
        if self.reader.peek() != Some(b':') {
            return Err(GaveUp);
        }
        self.reader.at += 1;
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Inside<'_, 'de> {
    type Error = GaveUp;

    #[inline]
    fn next_element_seed<E: DeserializeSeed<'de>>(
        &mut self,
        seed: E,
    ) -> Result<Option<E::Value>, GaveUp> {
        if !self.has_next()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl fmt::Display for GaveUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected a value for the quick way")
    }
}

impl std::error::Error for GaveUp {}

impl serde::de::Error for GaveUp {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// How many bytes come before the first one that ends a string or is escaped in it, or that no string may have.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return bytes.len() - rest.len() + (found.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    bytes.len() - rest.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The highest bit of each byte that is a quotation mark, a backslash or below the space; right up to the first such
/// byte, behind which borrows may set others.
#[inline]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    // A byte below a bound borrows into its highest bit; the bytes that had that bit before are put right at the end.
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound));
    // With bit 1 turned over the quotation mark is 0x20, which joins it to what is below the space.
    let quote_or_control = below(word ^ (ONES * 2), b'"' - 1);
    let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
    (quote_or_control | backslash) & !word & (ONES << 7)
}

/// Any number of so many digits fits into 64 bits.
const DIGITS: usize = 19;

#[cfg(test)]
mod tests;
