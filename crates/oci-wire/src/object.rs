//! `object!`: one definition of a JSON object gives the struct, its writer and its reader.
//!
//! serde's `flatten`, `tag` and `untagged` buffer through an internal value, which loses number text, duplicate keys
//! and borrowing.
//! This macro reads the map member by member instead; a member without a field goes to `extra` as text.
//!
//! The mode says what a known member of an unexpected kind does:
//! * `strict` (requests): it is an error;
//! * `kept` (whole answers): it is kept in `extra` under its name, the field stays empty;
//! * `answer` (whole answers of chat completions): the same, and as long as every member is of its kind it is read in
//!   one pass, see [`crate::one_pass`];
//! * `lenient` (stream chunks, usage): the same, and as long as every member is of its kind it is read in one pass
//!   without a copy, see [`crate::lenient`].
//!
//! Flags before a wire name: `required` (missing or `null` is an error), `always` (written even when empty).
//! `(tag "type" = "x")` after the struct's name is written first and skipped when read; `(named by "type")` is skipped
//! when read and left to the union around the struct to write.
//! A name after `/` is a second spelling that is read when the first is not there, and never written.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;

use crate::lenient::Accept;
use crate::nullable::Nullable;
use crate::reader::{GaveUp, Reader};

macro_rules! object {
    (@present [always] $this:ident $field:ident $wire:literal) => {
        (!$crate::object::Slot::is_absent(&$this.$field) || !$this.extra.contains($wire))
    };
    (@present [required] $this:ident $field:ident $wire:literal) => { true };
    (@present [$($flag:ident)?] $this:ident $field:ident $wire:literal) => {
        !$crate::object::Slot::is_absent(&$this.$field)
    };
    (@require [required] $seen:ident $wire:literal) => {
        if !$seen {
            return Err(serde::de::Error::missing_field($wire));
        }
    };
    (@require [$($flag:ident)?] $seen:ident $wire:literal) => { let _ = $seen; };
    (@read strict $ty:ty, $map:ident, $slot:expr, $extra:expr, $wire:literal) => {{
        let value: Option<<$ty as $crate::object::Slot>::Inner> = $map.next_value()?;
        $crate::object::Slot::put($slot, value)
    }};
    (@read kept $ty:ty, $map:ident, $slot:expr, $extra:expr, $wire:literal) => {{
        let raw: $crate::raw::RawJson = $map.next_value()?;
        match serde_json::from_str::<Option<<$ty as $crate::object::Slot>::Inner>>(raw.get()) {
            Ok(value) => $crate::object::Slot::put($slot, value),
            Err(_) => {
                $extra.push(String::from($wire), raw);
                false
            }
        }
    }};
    (@take lenient $ty:ty, $reader:ident, $slot:expr) => {
        // `null` is no news, so it does not undo what an alias said.
        <$ty as $crate::object::Slot>::fill($slot, $reader)?
    };
    (@take answer $ty:ty, $reader:ident, $slot:expr) => {
        $crate::object::Slot::put($slot, $crate::one_pass::OnePass::read($reader)?)
    };
    (@read lenient $ty:ty, $map:ident, $slot:expr, $extra:expr, $wire:literal) => {
        $crate::lenient::put::<$ty>($map.next_value()?, $slot, &mut $extra, $wire)
    };
    (@read answer $ty:ty, $map:ident, $slot:expr, $extra:expr, $wire:literal) => {
        object!(@read kept $ty, $map, $slot, $extra, $wire)
    };
    (@unknown lenient $map:ident, $extra:expr, $key:expr) => {
        // A vendor's own `null` members in every chunk must not cost an allocation each.
        if let Some(raw) = $map.next_value::<Option<$crate::raw::RawJson>>()? {
            $extra.push($key.into_string(), raw);
        }
    };
    (@untaken lenient $reader:ident, $extra:expr, $name:ident) => {
        if let Some(raw) = <$crate::raw::RawJson as $crate::lenient::Accept<'_>>::read($reader)? {
            $extra.push($name.to_owned(), raw);
        }
    };
    (@untaken answer $reader:ident, $extra:expr, $name:ident) => {
        $extra.push($name.to_owned(), serde::Deserialize::deserialize(&mut *$reader)?)
    };
    (@unknown $mode:ident $map:ident, $extra:expr, $key:expr) => {{
        let raw: $crate::raw::RawJson = $map.next_value()?;
        $extra.push($key.into_string(), raw);
    }};
    // The reader's loop: `$mode` says how each member is read.
    (
        @members $mode:ident $this:ident $map:ident [$($skip:literal)*]
        { $( $field:ident : $ty:ty = $($flag:ident)? $wire:literal $(/ $alias:literal)? ),* }
    ) => {{
        $( let mut $field = false; )*
        while let Some(key) = $map.next_key::<$crate::text::Text<'_>>()? {
            match key.as_str() {
                $( $skip => { let _: serde::de::IgnoredAny = $map.next_value()?; } )*
                $(
                    $(
                        $alias if !$crate::object::Slot::is_absent(&$this.$field) => {
                            let _: serde::de::IgnoredAny = $map.next_value()?;
                        }
                    )?
                    $wire $(| $alias)? => {
                        $field = object!(@read $mode $ty, $map, &mut $this.$field, $this.extra, $wire);
                    }
                )*
                _ => object!(@unknown $mode $map, $this.extra, key),
            }
        }
        $( object!(@require [$($flag)?] $field $wire); )*
    }};
    // The loop of the quick way. What comes twice is for the careful one: this one fills places that are empty.
    (
        @quickly $mode:ident $this:ident $reader:ident [$($skip:literal)*]
        { $( $field:ident : $ty:ty = $($flag:ident)? $wire:literal $(/ $alias:literal)? ),* }
    ) => {{
        $( let mut $field = false; )*
        $reader.members(|reader, name| {
            match name {
                $( $skip => reader.skip()?, )*
                $(
                    $( $alias if !$crate::object::Slot::is_absent(&$this.$field) => reader.skip()?, )?
                    $wire $(| $alias)? => {
                        if $field {
                            return Err($crate::reader::GaveUp);
                        }
                        $field = object!(@take $mode $ty, reader, &mut $this.$field);
                    }
                )*
                _ => object!(@untaken $mode reader, $this.extra, name),
            }
            Ok(())
        })?;
        $( object!(@require [$($flag)?] $field $wire); )*
    }};
    // How it is read from a reader of any kind, and what a stream reads it with.
    (@entry lenient $name:ident [$($lt:lifetime)?] $skips:tt $fields:tt) => {
        impl<'de $(: $lt, $lt)?> $crate::lenient::Accept<'de> for $name $(<$lt>)? {
            fn from_object(
                reader: &mut $crate::reader::Reader<'de>,
            ) -> Result<Option<Self>, $crate::reader::GaveUp> {
                let mut this = Self::default();
                this.fill_members(reader)?;
                Ok(Some(this))
            }

            fn fill(
                &mut self,
                reader: &mut $crate::reader::Reader<'de>,
            ) -> Result<bool, $crate::reader::GaveUp> {
                Ok(!reader.is_null()? && self.fill_members(reader).map(|()| true)?)
            }

            fn fill_option(
                place: &mut Option<Self>,
                reader: &mut $crate::reader::Reader<'de>,
            ) -> Result<bool, $crate::reader::GaveUp> {
                Ok(!reader.is_null()? && place.insert(Self::default()).fill_members(reader).map(|()| true)?)
            }

            fn from_raw(text: &'de str) -> $crate::lenient::Reading<Self> {
                $crate::lenient::read_members(text)
            }
        }

        impl<'de $(: $lt, $lt)?> $crate::lenient::Document<'de> for $name $(<$lt>)? {
            fn fill_quickly(&mut self, text: &'de str) -> bool {
                $crate::lenient::fill_document(self, text)
            }
        }

        impl $(<$lt>)? $name $(<$lt>)? {
            /// The quick way: reads the members of an object into places that hold the default.
            fn fill_members<'de $(: $lt)?>(
                &mut self,
                reader: &mut $crate::reader::Reader<'de>,
            ) -> Result<(), $crate::reader::GaveUp> {
                let this = self;
                object!(@quickly lenient this reader $skips $fields);
                Ok(())
            }
        }

        object!(@deserialize $name [$($lt)?]);
    };
    (@entry answer $name:ident [] $skips:tt $fields:tt) => {
        impl<'de> $crate::one_pass::OnePass<'de> for $name {
            fn read(
                reader: &mut $crate::reader::Reader<'de>,
            ) -> Result<Option<Self>, $crate::reader::GaveUp> {
                if reader.is_null()? {
                    return Ok(None);
                }
                let mut this = Self::default();
                object!(@quickly answer this reader $skips $fields);
                Ok(Some(this))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::one_pass::read_whole(deserializer)
            }
        }

        impl<'de> $crate::lenient::Document<'de> for $name {}
    };
    (@entry $mode:ident $name:ident [$($lt:lifetime)?] $skips:tt $fields:tt) => {
        impl<'de $(: $lt, $lt)?> serde::Deserialize<'de> for $name $(<$lt>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::object::read_object(deserializer)
            }
        }

        impl<'de $(: $lt, $lt)?> $crate::lenient::Document<'de> for $name $(<$lt>)? {}
    };
    (@deserialize $name:ident [$lt:lifetime]) => {
        impl<'de: $lt, $lt> serde::Deserialize<'de> for $name<$lt> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::object::read_object(deserializer)
            }
        }
    };
    (@deserialize $name:ident []) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::lenient::read_owned(deserializer)
            }
        }
    };
    (
        $mode:ident
        $(#[$meta:meta])*
        pub struct $name:ident $(<$lt:lifetime>)? $((tag $tag:literal = $tag_value:literal))? $((named by $skip:literal))? {
            $( $(#[$field_meta:meta])* pub $field:ident : $ty:ty = $($flag:ident)? $wire:literal $(/ $alias:literal)? ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name $(<$lt>)? {
            $( $(#[$field_meta])* pub $field: $ty, )*
            /// Members this crate has no field for, in the order they came and written back unchanged.
            ///
            /// An entry named like a field that is set is not written: the field wins.
            pub extra: $crate::raw::Extra,
        }

        impl $(<$lt>)? serde::Serialize for $name $(<$lt>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $crate::object::ToMap::write_members(self, &mut map)?;
                map.end()
            }
        }

        impl $(<$lt>)? $crate::object::ToMap for $name $(<$lt>)? {
            fn write_members<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                let this = self;
                $( map.serialize_entry($tag, $tag_value)?; )?
                $(
                    if object!(@present [$($flag)?] this $field $wire) {
                        map.serialize_entry($wire, &this.$field)?;
                    }
                )*
                for (name, value) in this.extra.iter() {
                    let written = match name {
                        $( $tag => true, )?
                        $( $wire => object!(@present [$($flag)?] this $field $wire), )*
                        _ => false,
                    };
                    if !written {
                        map.serialize_entry(name, value)?;
                    }
                }
                Ok(())
            }
        }

        impl<'de $(: $lt, $lt)?> $crate::object::FromMap<'de> for $name $(<$lt>)? {
            fn from_map<A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                let mut this = Self::default();
                object!(@members $mode this map [$($tag)? $($skip)?] {
                    $( $field : $ty = $($flag)? $wire $(/ $alias)? ),*
                });
                Ok(this)
            }
        }

        $crate::object::plain_slot!($name $(<$lt>)?);

        object!(@entry $mode $name [$($lt)?] [$($tag)? $($skip)?] {
            $( $field : $ty = $($flag)? $wire $(/ $alias)? ),*
        });
    };
}

/// A type that is a field without `Option` around it: `null` leaves the default.
///
/// Such a field is `required` or `always` written; an unexpected kind kept in `extra` then stands for the default.
macro_rules! plain_slot {
    ($name:ident $(<$lt:lifetime>)?) => {
        impl $(<$lt>)? $crate::object::Slot for $name $(<$lt>)? {
            type Inner = Self;
            fn put(&mut self, value: Option<Self>) -> bool {
                $crate::object::replace(self, value)
            }
            fn is_absent(&self) -> bool {
                *self == Self::default()
            }
            fn fill<'de>(
                &mut self,
                reader: &mut $crate::reader::Reader<'de>,
            ) -> Result<bool, $crate::reader::GaveUp>
            where
                Self: $crate::lenient::Accept<'de>,
            {
                $crate::lenient::Accept::fill(self, reader)
            }
        }
    };
}

pub(crate) use {object, plain_slot};

plain_slot!(String);
plain_slot!(u32);

/// A struct field as the place of one JSON member.
pub(crate) trait Slot {
    /// What is read when the member is present and not `null`.
    type Inner;
    /// Stores what was read; `None` stands for `null`. Returns whether there was a value.
    fn put(&mut self, value: Option<Self::Inner>) -> bool;
    /// Whether the member is left out when writing.
    fn is_absent(&self) -> bool;
    /// Reads a value in the quick way of [`crate::lenient`], into a place that is absent; returns whether there was one.
    fn fill<'de>(&mut self, reader: &mut Reader<'de>) -> Result<bool, GaveUp>
    where
        Self::Inner: Accept<'de>,
    {
        let value = Self::Inner::read(reader)?;
        Ok(value.is_some() && self.put(value))
    }
}

impl<T> Slot for Option<T> {
    type Inner = T;
    fn put(&mut self, value: Self) -> bool {
        *self = value;
        self.is_some()
    }
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    #[inline]
    fn fill<'de>(&mut self, reader: &mut Reader<'de>) -> Result<bool, GaveUp>
    where
        T: Accept<'de>,
    {
        T::fill_option(self, reader)
    }
}

impl<T> Slot for Vec<T> {
    type Inner = Self;
    fn put(&mut self, value: Option<Self>) -> bool {
        replace(self, value)
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Slot for Nullable<T> {
    type Inner = T;
    fn put(&mut self, value: Option<T>) -> bool {
        *self = value.map_or(Self::Null, Self::Value);
        true
    }
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// Stores a value that is not optional; `null` leaves what was there.
pub(crate) fn replace<T>(place: &mut T, value: Option<T>) -> bool {
    match value {
        Some(value) => {
            *place = value;
            true
        }
        None => false,
    }
}

/// Writing into a map that may hold more.
pub(crate) trait ToMap {
    fn write_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

impl<T: ToMap> ToMap for Box<T> {
    fn write_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        T::write_members(self, map)
    }
}

/// Reading from the members of a map.
pub(crate) trait FromMap<'de>: Sized {
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// Reads an object; anything else is an error.
pub(crate) fn read_object<'de, T: FromMap<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: FromMap<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(map)
    }
}
