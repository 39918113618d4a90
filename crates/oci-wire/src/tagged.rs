//! `tagged!`: a union told apart by one member, whose unknown kinds keep their text.

use crate::lenient::Accept as _;
use crate::reader::Reader;
use crate::text::Text;

macro_rules! tagged {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by $tag:literal $(or $default:literal)? {
            $( $(#[$variant_meta:meta])* $wire:literal $(| $more:literal)* => $variant:ident($ty:ty) ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant($ty), )*
            /// A kind unknown to this crate, or a known one of unexpected shape: its text, written back unchanged.
            Other($crate::raw::RawJson),
        }

        impl $name {
            #[doc = concat!("The value of the member `", $tag, "`; empty where there is none.")]
            #[must_use]
            pub fn kind(&self) -> $crate::text::Text<'_> {
                match self {
                    $( Self::$variant(_) => $crate::text::Text::from($wire), )*
                    Self::Other(raw) => $crate::tagged::peek(raw.get(), $tag).unwrap_or_default(),
                }
            }

            fn from_raw(raw: $crate::raw::RawJson) -> Self {
                let tag = $crate::tagged::peek(raw.get(), $tag);
                let tag = tag.as_deref();
                $( let tag = tag.or(Some($default)); )?
                match tag {
                    $(
                        Some($wire $(| $more)*) => match serde_json::from_str(raw.get()) {
                            Ok(value) => Self::$variant(value),
                            Err(_) => Self::Other(raw),
                        },
                    )*
                    _ => Self::Other(raw),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(value) => value.serialize(serializer), )*
                    Self::Other(raw) => raw.serialize(serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::raw::RawJson::deserialize(deserializer).map(Self::from_raw)
            }
        }

        $(
            impl From<$ty> for $name {
                fn from(value: $ty) -> Self {
                    Self::$variant(value)
                }
            }
        )*
    };
}

pub(crate) use tagged;

/// The string value of the member `tag` of an object; `None` when there is none or the text is not an object.
pub(crate) fn peek<'t>(text: &'t str, tag: &str) -> Option<Text<'t>> {
    let mut found = None;
    let read = Reader::new(text).members(|reader, name| {
        if name == tag {
            // The last of two wins, as it does in the typed readers.
            found = Text::read(reader)?;
            return Ok(());
        }
        reader.skip()
    });
    read.ok().and(found)
}

/// The string value of the member `tag`; quick where it is the first member, as it is in events.
pub(crate) fn peek_first<'t>(text: &'t str, tag: &str) -> Option<Text<'t>> {
    leading(text, tag).map(Text::from).or_else(|| peek(text, tag))
}

/// The value of the first member, if that is `tag` and a string without escapes.
fn leading<'t>(text: &'t str, tag: &str) -> Option<&'t str> {
    let key = text.trim_ascii_start().strip_prefix('{')?.trim_ascii_start().strip_prefix('"')?;
    let colon = key.strip_prefix(tag)?.strip_prefix('"')?.trim_ascii_start();
    let value = colon.strip_prefix(':')?.trim_ascii_start().strip_prefix('"')?;
    let (value, _) = value.split_once('"')?;
    (!value.contains('\\')).then_some(value)
}
