//! Parameters of the format `GENERIC` that are objects or enumerations of their own.

use crate::native::generic::content::TextContent;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::tagged::tagged;

open_enum! {
    /// How much a model thinks before it answers.
    pub enum ReasoningEffort {
        /// Not at all.
        None = "NONE",
        /// Hardly.
        Minimal = "MINIMAL",
        /// Little.
        Low = "LOW",
        /// The default of most models.
        Medium = "MEDIUM",
        /// Much.
        High = "HIGH",
    }
}

open_enum! {
    /// How long-winded an answer is.
    pub enum Verbosity {
        /// Terse.
        Low = "LOW",
        /// The default.
        Medium = "MEDIUM",
        /// Ample.
        High = "HIGH",
    }
}

open_enum! {
    /// The processing class.
    pub enum ServiceTier {
        /// As the tenancy is configured.
        Auto = "AUTO",
        /// Standard price and speed.
        Default = "DEFAULT",
        /// Faster and dearer.
        Priority = "PRIORITY",
    }
}

open_enum! {
    /// How much of the found pages the model reads.
    pub enum SearchContextSize {
        /// Much.
        High = "HIGH",
        /// The default.
        Medium = "MEDIUM",
        /// Little.
        Low = "LOW",
    }
}

tagged! {
    /// The form of the answer, told apart by `type`.
    pub enum ResponseFormat by "type" {
        /// Text, the default.
        "TEXT" => Text(TextResponseFormat),
        /// Any JSON object; the prompt has to ask for JSON too.
        "JSON_OBJECT" => JsonObject(JsonObjectResponseFormat),
        /// JSON that follows a schema.
        "JSON_SCHEMA" => JsonSchema(JsonSchemaResponseFormat),
    }
}

impl ResponseFormat {
    /// Plain text.
    #[must_use]
    pub fn text() -> Self {
        Self::Text(TextResponseFormat::default())
    }

    /// Any JSON object.
    #[must_use]
    pub fn json_object() -> Self {
        Self::JsonObject(JsonObjectResponseFormat::default())
    }

    /// JSON that follows a schema.
    #[must_use]
    pub fn json_schema(json_schema: ResponseJsonSchema) -> Self {
        Self::JsonSchema(JsonSchemaResponseFormat {
            json_schema: Some(json_schema),
            ..JsonSchemaResponseFormat::default()
        })
    }
}

object! { strict
    /// The response format `TEXT`.
    pub struct TextResponseFormat (tag "type" = "TEXT") {}
}

object! { strict
    /// The response format `JSON_OBJECT`.
    pub struct JsonObjectResponseFormat (tag "type" = "JSON_OBJECT") {}
}

object! { strict
    /// The response format `JSON_SCHEMA`.
    pub struct JsonSchemaResponseFormat (tag "type" = "JSON_SCHEMA") {
        /// The schema and its name.
        pub json_schema: Option<ResponseJsonSchema> = "jsonSchema",
    }
}

object! { strict
    /// A JSON schema for the answer.
    pub struct ResponseJsonSchema {
        /// At most 64 letters, digits, `_` and `-`.
        pub name: String = required "name",
        /// What the format is for, for the model to read.
        pub description: Option<String> = "description",
        /// The schema.
        pub schema: Option<RawJson> = "schema",
        /// Whether the answer must follow the schema exactly; `strict` is refused as an unknown key.
        pub is_strict: Option<bool> = "isStrict",
    }
}

tagged! {
    /// The known parts of the answer, told apart by `type`.
    pub enum Prediction by "type" {
        /// Text.
        "CONTENT" => Content(StaticContent),
    }
}

object! { strict
    /// Text that much of the answer will equal.
    pub struct StaticContent (tag "type" = "CONTENT") {
        /// The text.
        pub content: Option<Vec<TextContent>> = "content",
    }
}

object! { strict
    /// Web search before the answer.
    pub struct WebSearchOptions {
        /// How much of the found pages the model reads.
        pub search_context_size: Option<SearchContextSize> = "searchContextSize",
        /// Where the user is.
        pub user_location: Option<ApproximateLocation> = "userLocation",
    }
}

object! { strict
    /// A place by names.
    pub struct ApproximateLocation {
        /// Such as `Minneapolis`.
        pub city: Option<String> = "city",
        /// Such as `Minnesota`.
        pub region: Option<String> = "region",
        /// Two letters, ISO 3166-1.
        pub country: Option<String> = "country",
        /// An IANA name such as `America/Chicago`.
        pub timezone: Option<String> = "timezone",
    }
}
