//! Parameters of the format `COHEREV2` that are objects or enumerations of their own.

use crate::object::object;
use crate::open_enum::open_enum;

object! { strict
    /// How citations are made.
    pub struct CitationOptions {
        /// The way.
        pub mode: Option<CitationMode> = "mode",
    }
}

open_enum! {
    /// The way citations are made.
    pub enum CitationMode {
        /// Quickly.
        Fast = "FAST",
        /// Exactly.
        Accurate = "ACCURATE",
        /// Not at all.
        Off = "OFF",
    }
}

open_enum! {
    /// Whether the model calls tools; it decides when this is left out.
    pub enum ToolsChoice {
        /// It calls at least one.
        Required = "REQUIRED",
        /// It calls none.
        None = "NONE",
    }
}

object! { strict
    /// Whether and how much the model thinks.
    pub struct Thinking {
        /// Whether.
        pub kind: Option<ThinkingMode> = "type",
        /// Limit of reasoning tokens.
        pub token_budget: Option<u64> = "tokenBudget",
    }
}

impl Thinking {
    /// Thinking with a limit.
    #[must_use]
    pub fn enabled(token_budget: u64) -> Self {
        Self {
            kind: Some(ThinkingMode::Enabled),
            token_budget: Some(token_budget),
            ..Self::default()
        }
    }

    /// No thinking.
    #[must_use]
    pub fn disabled() -> Self {
        Self { kind: Some(ThinkingMode::Disabled), ..Self::default() }
    }
}

open_enum! {
    /// Whether the model thinks.
    pub enum ThinkingMode {
        /// It does.
        Enabled = "ENABLED",
        /// It does not.
        Disabled = "DISABLED",
    }
}
