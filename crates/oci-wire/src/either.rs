//! `either!`: a value with several JSON forms that differ in kind, such as "a string or a list".

macro_rules! either {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident($ty:ty) ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant($ty), )*
            /// A form unknown to this crate: its text, written back unchanged.
            Other($crate::raw::RawJson),
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
                let raw = $crate::raw::RawJson::deserialize(deserializer)?;
                // The forms differ in their first character, so that a wrong one fails at once.
                $(
                    if let Ok(value) = serde_json::from_str::<$ty>(raw.get()) {
                        return Ok(Self::$variant(value));
                    }
                )*
                Ok(Self::Other(raw))
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

pub(crate) use either;
