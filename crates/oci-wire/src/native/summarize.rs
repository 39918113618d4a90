//! Summaries: `POST /20231130/actions/summarizeText`.

use crate::native::serving::ServingMode;
use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;

object! { strict
    /// The body of `POST /20231130/actions/summarizeText`.
    pub struct SummarizeTextDetails {
        /// The text.
        pub input: String = required "input",
        /// Which model serves the call.
        pub serving_mode: ServingMode = required "servingMode",
        /// The OCID of the compartment that is charged.
        pub compartment_id: String = required "compartmentId",
        /// Whether the answer repeats the text.
        pub is_echo: Option<bool> = "isEcho",
        /// Sampling temperature.
        pub temperature: Option<Number> = "temperature",
        /// A wish for the summary in words.
        pub additional_command: Option<String> = "additionalCommand",
        /// How long.
        pub length: Option<SummaryLength> = "length",
        /// In which form.
        pub format: Option<SummaryFormat> = "format",
        /// How close to the text's own words.
        pub extractiveness: Option<SummaryExtractiveness> = "extractiveness",
    }
}

impl SummarizeTextDetails {
    /// A summary with the service's defaults.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        serving_mode: ServingMode,
        input: impl Into<String>,
    ) -> Self {
        Self {
            input: input.into(),
            serving_mode,
            compartment_id: compartment_id.into(),
            ..Self::default()
        }
    }
}

open_enum! {
    /// How long a summary is.
    pub enum SummaryLength {
        /// Short.
        Short = "SHORT",
        /// Medium.
        Medium = "MEDIUM",
        /// Long.
        Long = "LONG",
        /// By the length of the text.
        Auto = "AUTO",
    }
}

open_enum! {
    /// In which form a summary is.
    pub enum SummaryFormat {
        /// A paragraph.
        Paragraph = "PARAGRAPH",
        /// A list.
        Bullets = "BULLETS",
        /// By the text.
        Auto = "AUTO",
    }
}

open_enum! {
    /// How close a summary is to the text's own words.
    pub enum SummaryExtractiveness {
        /// Free.
        Low = "LOW",
        /// Between.
        Medium = "MEDIUM",
        /// Verbatim where possible.
        High = "HIGH",
        /// By the text.
        Auto = "AUTO",
    }
}

object! { kept
    /// The answer of `summarizeText`.
    pub struct SummarizeTextResult {
        /// The id of the answer.
        pub id: Option<String> = "id",
        /// The text, if the request asked for it.
        pub input: Option<String> = "input",
        /// The summary.
        pub summary: Option<String> = "summary",
        /// The model.
        pub model_id: Option<String> = "modelId",
        /// Its version.
        pub model_version: Option<String> = "modelVersion",
    }
}
