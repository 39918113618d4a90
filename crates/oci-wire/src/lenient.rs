//! Reading twice at most: quickly as long as every value is of the kind it should be, else with nothing lost.
//!
//! The quick way goes over the text once and copies nothing; it gives up at the first value of a wrong kind.
//! The careful way then takes every member as text first, so that what does not fit its field can be kept.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::de::StrRead;
use serde_json::value::RawValue;

use crate::object::{FromMap, Slot, read_object};
use crate::raw::{Extra, RawJson};
use crate::reader::{GaveUp, Reader};
use crate::text::Text;

/// A reader of text that stays where it is.
pub(crate) type StrReader<'de> = serde_json::Deserializer<StrRead<'de>>;

/// What a type makes of each kind of JSON value; the default for every kind is "wrong".
pub(crate) trait Accept<'de>: Sized {
    fn from_bool(_: bool) -> Option<Self> {
        None
    }

    fn from_number(_: JsonNumber) -> Option<Self> {
        None
    }

    fn from_text(_: Text<'de>) -> Option<Self> {
        None
    }

    /// The list that begins here, or `None` for one that says nothing.
    fn from_list(_: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        Err(GaveUp)
    }

    /// The object that begins here, or `None` for one that says nothing.
    fn from_object(_: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        Err(GaveUp)
    }

    /// The quick way: `None` for `null`, an error for a value of a wrong kind anywhere.
    #[inline]
    fn read(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        let value = match reader.peek() {
            Some(b'"') => Self::from_text(reader.string()?),
            Some(b'-' | b'0'..=b'9') => Self::from_number(reader.number()?),
            Some(b'{') => return Self::from_object(reader),
            Some(b'[') => return Self::from_list(reader),
            Some(b't' | b'f') => Self::from_bool(reader.bool()?),
            _ => return if reader.is_null()? { Ok(None) } else { Err(GaveUp) },
        };
        value.map(Some).ok_or(GaveUp)
    }

    /// The quick way into a place that holds the default; returns whether there was a value.
    ///
    /// Large types are built where they stay: moving them costs more than reading them.
    #[inline]
    fn fill(&mut self, reader: &mut Reader<'de>) -> Result<bool, GaveUp> {
        Ok(match Self::read(reader)? {
            Some(value) => {
                *self = value;
                true
            }
            None => false,
        })
    }

    /// The same into a place that is empty.
    #[inline]
    fn fill_option(place: &mut Option<Self>, reader: &mut Reader<'de>) -> Result<bool, GaveUp> {
        *place = Self::read(reader)?;
        Ok(place.is_some())
    }

    /// The careful way, from the text of one JSON value.
    fn from_raw(text: &'de str) -> Reading<Self> {
        quickly(text)
    }
}

/// What the quick way makes of the text of one JSON value.
pub(crate) fn quickly<'de, T: Accept<'de>>(text: &'de str) -> Reading<T> {
    match T::read(&mut Reader::new(text)) {
        Ok(Some(value)) => Reading::Whole(value),
        Ok(None) => Reading::Nothing,
        Err(GaveUp) => Reading::Wrong,
    }
}

/// What the careful way found.
pub(crate) enum Reading<T> {
    /// `null`, or something that says as little.
    Nothing,
    /// The value, and nothing else.
    Whole(T),
    /// The value, but its text has more.
    Part(T),
    /// A value of a wrong kind.
    Wrong,
}

/// Stores a member that was read carefully; what does not fit its field goes to `extra`. Returns whether it was stored.
pub(crate) fn put<'de, S: Slot<Inner: Accept<'de>>>(
    raw: &'de RawValue,
    slot: &mut S,
    extra: &mut Extra,
    name: &str,
) -> bool {
    let mut keep = || extra.push(name.to_owned(), RawJson::copied(raw));
    match S::Inner::from_raw(raw.get()) {
        Reading::Nothing => false,
        Reading::Whole(value) => slot.put(Some(value)),
        Reading::Part(value) => {
            keep();
            slot.put(Some(value))
        }
        Reading::Wrong => {
            keep();
            false
        }
    }
}

/// Reads an object carefully, whose members keep what does not fit them.
pub(crate) fn read_members<'de, T: FromMap<'de>>(text: &'de str) -> Reading<T> {
    match read_object(&mut StrReader::from_str(text)) {
        Ok(value) => Reading::Whole(value),
        Err(_) if text == "null" => Reading::Nothing,
        Err(_) => Reading::Wrong,
    }
}

/// Reads a list carefully; returns whether all of it was handed to `push`, and `None` when it is no list.
pub(crate) fn read_elements<'de, T: Accept<'de>>(
    text: &'de str,
    mut push: impl FnMut(T),
) -> Option<bool> {
    let elements: Vec<&'de RawValue> = serde_json::from_str(text).ok()?;
    let mut is_whole = true;
    for element in elements {
        match T::from_raw(element.get()) {
            Reading::Nothing => {}
            Reading::Whole(value) => push(value),
            Reading::Part(value) => {
                is_whole = false;
                push(value);
            }
            Reading::Wrong => is_whole = false,
        }
    }
    Some(is_whole)
}

/// What can be a JSON document of its own.
pub(crate) trait Document<'de>: Deserialize<'de> + Default {
    /// The quick way, where there is one, into a place that holds the default; `false` when it gave up, for whatever
    /// reason, and left there what it had.
    fn fill_quickly(&mut self, _: &'de str) -> bool {
        false
    }
}

impl<'de, T: Document<'de>> Document<'de> for Box<T> {}

/// Reads an object for a reader of any kind: its members are read from borrowed text, which not every reader has.
pub(crate) fn read_owned<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'t> Document<'t> + for<'t> FromMap<'t>,
{
    let raw = RawJson::deserialize(deserializer)?;
    let mut place = T::default();
    if place.fill_quickly(raw.get()) {
        return Ok(place);
    }
    read_object(&mut StrReader::from_str(raw.get())).map_err(D::Error::custom)
}

/// Reads a text that is exactly one document into a place that holds the default, if the quick way can.
pub(crate) fn fill_document<'de, T: Accept<'de>>(place: &mut T, text: &'de str) -> bool {
    let mut reader = Reader::new(text);
    place.fill(&mut reader).is_ok_and(|is_there| is_there) && reader.is_at_end()
}

/// Reads the first of several documents into a place that holds the default, and tells where it ends; `None` when there
/// is only white space.
pub(crate) fn first_document<'de, T: Accept<'de> + Deserialize<'de>>(
    place: &mut T,
    text: &'de str,
) -> Option<Result<usize, serde_json::Error>> {
    let mut reader = Reader::new(text);
    if let Ok(true) = place.fill(&mut reader) {
        return Some(Ok(reader.offset()));
    }
    let mut documents = StrReader::from_str(text).into_iter::<T>();
    Some(documents.next()?.map(|document| {
        *place = document;
        documents.byte_offset()
    }))
}

/// A number as the JSON reader hands it over.
#[derive(Clone, Copy)]
pub(crate) enum JsonNumber {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl From<serde_json::Number> for JsonNumber {
    fn from(number: serde_json::Number) -> Self {
        let integer = number.as_u64().map(Self::Unsigned);
        // Without the features of serde_json that tidy forbids, every number has a float.
        let float = || Self::Float(number.as_f64().unwrap_or(f64::NAN));
        integer.or_else(|| number.as_i64().map(Self::Signed)).unwrap_or_else(float)
    }
}

impl Accept<'_> for u64 {
    fn from_number(number: JsonNumber) -> Option<Self> {
        match number {
            JsonNumber::Unsigned(value) => Some(value),
            JsonNumber::Signed(value) => Self::try_from(value).ok(),
            // Counts written as `12.0` are counts; the bound is 2^53, up to which f64 is exact.
            JsonNumber::Float(value)
                if value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value) =>
            {
                Some(value as Self)
            }
            JsonNumber::Float(_) => None,
        }
    }
}

impl Accept<'_> for u32 {
    fn from_number(number: JsonNumber) -> Option<Self> {
        u64::from_number(number).and_then(|value| Self::try_from(value).ok())
    }
}

impl<'de, T: Accept<'de>> Accept<'de> for Vec<T> {
    fn from_list(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        let mut items = Self::new();
        reader.elements(|reader| {
            items.extend(T::read(reader)?);
            Ok(())
        })?;
        Ok(Some(items))
    }

    #[inline]
    fn fill_option(place: &mut Option<Self>, reader: &mut Reader<'de>) -> Result<bool, GaveUp> {
        if reader.peek() != Some(b'[') {
            *place = Self::read(reader)?;
            return Ok(place.is_some());
        }
        let items = place.insert(Self::new());
        reader.elements(|reader| {
            items.extend(T::read(reader)?);
            Ok(())
        })?;
        Ok(true)
    }

    fn from_raw(text: &'de str) -> Reading<Self> {
        let mut items = Self::new();
        let read = read_elements(text, |item| items.push(item));
        list(text, items, read)
    }
}

/// A large value that is seldom there: its place is small, and only a value takes memory elsewhere.
impl<'de, T: Accept<'de>> Accept<'de> for Box<T> {
    fn read(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        Ok(T::read(reader)?.map(Self::new))
    }

    fn fill_option(place: &mut Option<Self>, reader: &mut Reader<'de>) -> Result<bool, GaveUp> {
        let mut value = None;
        let is_there = T::fill_option(&mut value, reader)?;
        *place = value.map(Self::new);
        Ok(is_there)
    }

    fn from_raw(text: &'de str) -> Reading<Self> {
        match T::from_raw(text) {
            Reading::Nothing => Reading::Nothing,
            Reading::Whole(value) => Reading::Whole(Self::new(value)),
            Reading::Part(value) => Reading::Part(Self::new(value)),
            Reading::Wrong => Reading::Wrong,
        }
    }
}

/// What the careful reading of a list came to.
pub(crate) fn list<T>(text: &str, list: T, is_whole: Option<bool>) -> Reading<T> {
    match is_whole {
        Some(true) => Reading::Whole(list),
        Some(false) => Reading::Part(list),
        None if text == "null" => Reading::Nothing,
        None => Reading::Wrong,
    }
}
