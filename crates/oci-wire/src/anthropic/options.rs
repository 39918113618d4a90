//! Parameters of a request that are objects or enumerations of their own.

use crate::chat::ReasoningEffort;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::tagged::tagged;

object! { kept
    /// The end of a stretch of the prompt that is to be cached.
    pub struct CacheControl {
        /// `ephemeral`
        pub kind: Option<String> = "type",
        /// How long: `5m`, which is the default, or `1h`.
        pub ttl: Option<String> = "ttl",
    }
}

impl CacheControl {
    /// Five minutes, which each use prolongs.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self { kind: Some("ephemeral".to_owned()), ..Self::default() }
    }
}

object! { kept
    /// Whether the model cites a document.
    pub struct Citations {
        /// Whether it does.
        pub enabled: Option<bool> = "enabled",
    }
}

tagged! {
    /// Whether and how much the model thinks before it answers.
    pub enum Thinking by "type" {
        /// It does.
        "enabled" => Enabled(ThinkingEnabled),
        /// It does not.
        "disabled" => Disabled(ThinkingDisabled),
        /// It decides.
        "adaptive" => Adaptive(ThinkingAdaptive),
    }
}

impl Thinking {
    /// Up to so many tokens of thoughts, at least 1024 and less than `max_tokens`.
    #[must_use]
    pub fn enabled(budget_tokens: u64) -> Self {
        Self::Enabled(ThinkingEnabled {
            budget_tokens: Some(budget_tokens),
            ..ThinkingEnabled::default()
        })
    }

    /// No thoughts.
    #[must_use]
    pub fn disabled() -> Self {
        Self::Disabled(ThinkingDisabled::default())
    }

    /// As many as the model sees fit.
    #[must_use]
    pub fn adaptive() -> Self {
        Self::Adaptive(ThinkingAdaptive::default())
    }
}

object! { strict
    /// Thinking of kind `enabled`.
    pub struct ThinkingEnabled (tag "type" = "enabled") {
        /// How many tokens at most.
        pub budget_tokens: Option<u64> = "budget_tokens",
        /// `summarized` or `omitted`: what of the thoughts is shown.
        pub display: Option<String> = "display",
    }
}

object! { strict
    /// Thinking of kind `disabled`.
    pub struct ThinkingDisabled (tag "type" = "disabled") {}
}

object! { strict
    /// Thinking of kind `adaptive`.
    pub struct ThinkingAdaptive (tag "type" = "adaptive") {
        /// `summarized` or `omitted`: what of the thoughts is shown.
        pub display: Option<String> = "display",
    }
}

object! { strict
    /// How the answer is made.
    pub struct OutputConfig {
        /// How much the model exerts itself: `low`, `medium`, `high`, `xhigh` or `max`.
        pub effort: Option<ReasoningEffort> = "effort",
        /// The form of the answer.
        pub format: Option<OutputFormat> = "format",
    }
}

tagged! {
    /// The form of the answer.
    pub enum OutputFormat by "type" {
        /// JSON that follows a schema.
        "json_schema" => JsonSchema(JsonSchemaFormat),
    }
}

object! { strict
    /// The form `json_schema`.
    pub struct JsonSchemaFormat (tag "type" = "json_schema") {
        /// The schema.
        pub schema: Option<RawJson> = "schema",
    }
}

object! { strict
    /// What the request says about itself.
    pub struct Metadata {
        /// An opaque id of the end user, for abuse detection.
        pub user_id: Option<String> = "user_id",
    }
}

open_enum! {
    /// The processing class that a request allows.
    pub enum ServiceTier {
        /// Reserved capacity if there is any.
        Auto = "auto",
        /// Never reserved capacity.
        StandardOnly = "standard_only",
    }
}
