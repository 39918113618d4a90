//! Reading that takes a value of the right kind and lets every other kind read as absent.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::text::Text;

/// What a type makes of each kind of JSON value; the default for every kind is "absent".
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

    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(AnyVisitor(PhantomData))
    }
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

    fn visit_bool<E>(self, value: bool) -> Result<Option<T>, E> {
        Ok(T::from_bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<T>, E> {
        Ok(T::from_number(JsonNumber::Unsigned(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<T>, E> {
        Ok(T::from_number(JsonNumber::Signed(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Option<T>, E> {
        Ok(T::from_number(JsonNumber::Float(value)))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Option<T>, E> {
        Ok(T::from_text(Text::from(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Option<T>, E> {
        Ok(T::from_text(Text::from(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Option<T>, E> {
        Ok(T::from_text(Text::from(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Option<T>, A::Error> {
        T::from_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::from_map(map)
    }
}
