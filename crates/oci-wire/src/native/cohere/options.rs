//! Parameters of the format `COHERE` that are objects or enumerations of their own.

use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::tagged::tagged;

tagged! {
    /// The form of the answer, told apart by `type`; the same in both of Cohere's formats.
    pub enum ResponseFormat by "type" {
        /// Text, the default.
        "TEXT" => Text(ResponseTextFormat),
        /// A JSON object.
        "JSON_OBJECT" => Json(ResponseJsonFormat),
    }
}

impl ResponseFormat {
    /// Plain text.
    #[must_use]
    pub fn text() -> Self {
        Self::Text(ResponseTextFormat::default())
    }

    /// Any JSON object.
    #[must_use]
    pub fn json() -> Self {
        Self::Json(ResponseJsonFormat::default())
    }

    /// A JSON object that follows a schema.
    #[must_use]
    pub fn json_schema(schema: impl Into<RawJson>) -> Self {
        Self::Json(ResponseJsonFormat {
            schema: Some(schema.into()),
            ..ResponseJsonFormat::default()
        })
    }
}

object! { strict
    /// The response format `TEXT`.
    pub struct ResponseTextFormat (tag "type" = "TEXT") {}
}

object! { strict
    /// The response format `JSON_OBJECT`.
    pub struct ResponseJsonFormat (tag "type" = "JSON_OBJECT") {
        /// The JSON schema the object follows; any object when left out.
        pub schema: Option<RawJson> = "schema",
    }
}

open_enum! {
    /// What happens to a prompt that is too long.
    pub enum PromptTruncation {
        /// The call fails.
        Off = "OFF",
        /// Documents and history are dropped, their order kept.
        AutoPreserveOrder = "AUTO_PRESERVE_ORDER",
    }
}

open_enum! {
    /// How citations are made.
    pub enum CitationQuality {
        /// Exactly.
        Accurate = "ACCURATE",
        /// Quickly.
        Fast = "FAST",
    }
}

open_enum! {
    /// How strictly the model refuses; the same in both of Cohere's formats.
    pub enum SafetyMode {
        /// By context, the default.
        Contextual = "CONTEXTUAL",
        /// Whenever in doubt.
        Strict = "STRICT",
        /// Not at all.
        Off = "OFF",
    }
}
