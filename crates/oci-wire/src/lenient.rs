//! Reading twice at most: quickly as long as every value is of the kind it should be, else with nothing lost.
//!
//! The quick way goes over the text once and copies nothing; it gives up at the first value of a wrong kind.
//! The careful way then takes every member as text first, so that what does not fit its field can be kept.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::de::StrRead;
use serde_json::value::RawValue;

use crate::object::{FromMap, Slot, read_object};
use crate::raw::{Extra, RawJson};
use crate::reader::Reader;
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

    /// A list, or `None` for one that says nothing.
    fn from_seq<A: SeqAccess<'de>>(_: A) -> Result<Option<Self>, A::Error> {
        Err(wrong_kind())
    }

    /// An object, or `None` for one that says nothing.
    fn from_map<A: MapAccess<'de>>(_: A) -> Result<Option<Self>, A::Error> {
        Err(wrong_kind())
    }

    /// The quick way: `None` for `null`, an error for a value of a wrong kind anywhere.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(AnyVisitor(PhantomData))
    }

    /// The quick way into a place that holds the default; returns whether there was a value.
    ///
    /// Large types are built where they stay: moving them costs more than reading them.
    fn fill<D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<bool, D::Error> {
        Ok(match Self::read(deserializer)? {
            Some(value) => {
                *self = value;
                true
            }
            None => false,
        })
    }

    /// The same into a place that is empty.
    fn fill_option<D: Deserializer<'de>>(
        place: &mut Option<Self>,
        deserializer: D,
    ) -> Result<bool, D::Error> {
        *place = Self::read(deserializer)?;
        Ok(place.is_some())
    }

    /// The careful way, from the text of one JSON value.
    fn from_raw(text: &'de str) -> Reading<Self> {
        quickly(text)
    }
}

/// What the quick way makes of the text of one JSON value.
pub(crate) fn quickly<'de, T: Accept<'de>>(text: &'de str) -> Reading<T> {
    match T::read(&mut StrReader::from_str(text)) {
        Ok(Some(value)) => Reading::Whole(value),
        Ok(None) => Reading::Nothing,
        Err(_) => Reading::Wrong,
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

/// What the quick way gives up with.
pub(crate) fn wrong_kind<E: Error>() -> E {
    E::custom("expected a value of another kind")
}

/// A number as the JSON reader hands it over.
#[derive(Clone, Copy)]
pub(crate) enum JsonNumber {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
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
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut items = Self::new();
        while let Some(item) = seq.next_element_seed(Seed::<T>::new())? {
            items.extend(item);
        }
        Ok(Some(items))
    }

    fn from_raw(text: &'de str) -> Reading<Self> {
        let mut items = Self::new();
        let read = read_elements(text, |item| items.push(item));
        list(text, items, read)
    }
}

/// A large value that is seldom there: its place is small, and only a value takes memory elsewhere.
impl<'de, T: Accept<'de>> Accept<'de> for Box<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(T::read(deserializer)?.map(Self::new))
    }

    fn fill_option<D: Deserializer<'de>>(
        place: &mut Option<Self>,
        deserializer: D,
    ) -> Result<bool, D::Error> {
        let mut value = None;
        let is_there = T::fill_option(&mut value, deserializer)?;
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

/// An object that is read quickly, member by member, into a place that holds the default.
pub(crate) trait Members<'de>: Default {
    fn fill_members<A: MapAccess<'de>>(&mut self, map: A) -> Result<(), A::Error>;
}

/// Fills a field; the seed says whether there was a value.
pub(crate) struct Field<'p, S>(pub(crate) &'p mut S);

impl<'de, S: Slot<Inner: Accept<'de>>> DeserializeSeed<'de> for Field<'_, S> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        self.0.fill(deserializer)
    }
}

/// Fills an object; only an object or `null` will do.
pub(crate) struct Object<'p, T>(pub(crate) &'p mut T);

impl<'de, T: Members<'de>> Visitor<'de> for Object<'_, T> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        self.0.fill_members(map)?;
        Ok(true)
    }
}

/// Fills an object that may not be there.
pub(crate) struct OptionalObject<'p, T>(pub(crate) &'p mut Option<T>);

impl<'de, T: Members<'de>> Visitor<'de> for OptionalObject<'_, T> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        self.0.insert(T::default()).fill_members(map)?;
        Ok(true)
    }
}

/// The entry into [`Accept`] for serde's access traits.
pub(crate) struct Seed<T>(PhantomData<T>);

impl<T> Seed<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Accept<'de>> DeserializeSeed<'de> for Seed<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer)
    }
}

struct AnyVisitor<T>(PhantomData<T>);

impl<'de, T: Accept<'de>> Visitor<'de> for AnyVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        T::from_bool(value).map(Some).ok_or_else(wrong_kind)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        T::from_number(JsonNumber::Unsigned(value)).map(Some).ok_or_else(wrong_kind)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        T::from_number(JsonNumber::Signed(value)).map(Some).ok_or_else(wrong_kind)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        T::from_number(JsonNumber::Float(value)).map(Some).ok_or_else(wrong_kind)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Option<T>, E> {
        T::from_text(Text::from(value)).map(Some).ok_or_else(wrong_kind)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Option<T>, E> {
        T::from_text(Text::from(value.to_owned())).map(Some).ok_or_else(wrong_kind)
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Option<T>, E> {
        T::from_text(Text::from(value)).map(Some).ok_or_else(wrong_kind)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Option<T>, A::Error> {
        T::from_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::from_map(map)
    }
}
