//! Guardrails: `POST /20231130/actions/applyGuardrails` and `GET /20231130/guardrailVersions`.

use crate::number::Number;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST /20231130/actions/applyGuardrails`.
    ///
    /// One of `input` and `multimodal_input` is needed; `input` wins.
    pub struct ApplyGuardrailsDetails {
        /// What is checked.
        pub input: Option<GuardrailsInput> = "input",
        /// What is checked, several texts and images.
        pub multimodal_input: Option<Vec<GuardrailsInput>> = "multimodalInput",
        /// Which checks run.
        pub guardrail_configs: GuardrailConfigs = required "guardrailConfigs",
        /// In which version; the service's default when left out.
        pub guardrail_version_config: Option<GuardrailVersionConfig> = "guardrailVersionConfig",
        /// The OCID of the compartment that is charged.
        pub compartment_id: String = required "compartmentId",
    }
}

impl ApplyGuardrailsDetails {
    /// A check of one input.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        input: GuardrailsInput,
        guardrail_configs: GuardrailConfigs,
    ) -> Self {
        Self {
            input: Some(input),
            guardrail_configs,
            compartment_id: compartment_id.into(),
            ..Self::default()
        }
    }
}

tagged! {
    /// Something to check, told apart by `type`.
    pub enum GuardrailsInput by "type" {
        /// Text.
        "TEXT" => Text(GuardrailsTextInput),
        /// An image.
        "IMAGE" => Image(GuardrailsImageInput),
    }
}

impl GuardrailsInput {
    /// Text, whose language the service finds out.
    #[must_use]
    pub fn text(content: impl Into<String>) -> Self {
        Self::Text(GuardrailsTextInput {
            content: Some(content.into()),
            ..GuardrailsTextInput::default()
        })
    }

    /// An image as a `data:` URL.
    #[must_use]
    pub fn image(url: impl Into<String>) -> Self {
        Self::Image(GuardrailsImageInput {
            image_url: Some(GuardrailsImageUrl {
                url: url.into(),
                ..GuardrailsImageUrl::default()
            }),
            ..GuardrailsImageInput::default()
        })
    }
}

object! { strict
    /// Text to check.
    pub struct GuardrailsTextInput (tag "type" = "TEXT") {
        /// The text.
        pub content: Option<String> = "content",
        /// Its language, such as `en`.
        pub language_code: Option<String> = "languageCode",
    }
}

object! { strict
    /// An image to check.
    pub struct GuardrailsImageInput (tag "type" = "IMAGE") {
        /// Where the image is.
        pub image_url: Option<GuardrailsImageUrl> = "imageUrl",
    }
}

object! { strict
    /// The place of an image.
    pub struct GuardrailsImageUrl {
        /// A `data:` URL with base64 content.
        pub url: String = required "url",
    }
}

object! { strict
    /// Which checks run: those that are set.
    pub struct GuardrailConfigs {
        /// Hate, violence and the like.
        pub content_moderation_config: Option<ContentModerationConfiguration> = "contentModerationConfig",
        /// Names, addresses, numbers of persons.
        pub personally_identifiable_information_config: Option<PersonallyIdentifiableInformationConfiguration> =
            "personallyIdentifiableInformationConfig",
        /// Attempts to override instructions.
        pub prompt_injection_config: Option<PromptInjectionConfiguration> = "promptInjectionConfig",
    }
}

object! { strict
    /// Content moderation.
    pub struct ContentModerationConfiguration {
        /// The categories, such as `OVERALL` and `BLOCKLIST`.
        pub categories: Vec<String> = required "categories",
    }
}

object! { strict
    /// The search for personal data.
    pub struct PersonallyIdentifiableInformationConfiguration {
        /// The kinds, such as `PERSON`, `EMAIL` and `TELEPHONE_NUMBER`.
        pub types: Vec<String> = required "types",
    }
}

object! { strict
    /// The search for prompt injection; it has no settings.
    pub struct PromptInjectionConfiguration {}
}

object! { strict
    /// The version of the checks.
    pub struct GuardrailVersionConfig {
        /// Such as `1.0.3`.
        pub guardrail_version: String = required "guardrailVersion",
    }
}

object! { kept
    /// The answer of `applyGuardrails`.
    pub struct ApplyGuardrailsResult {
        /// What the checks found.
        pub results: Option<GuardrailsResults> = "results",
        /// In which version they ran.
        pub guardrail_version: Option<GuardrailVersionResponse> = "guardrailVersion",
    }
}

object! { kept
    /// What the checks found.
    pub struct GuardrailsResults {
        /// Hate, violence and the like.
        pub content_moderation: Option<ContentModerationResult> = "contentModeration",
        /// Personal data.
        pub personally_identifiable_information: Option<Vec<PersonallyIdentifiableInformationResult>> =
            "personallyIdentifiableInformation",
        /// Attempts to override instructions.
        pub prompt_injection: Option<PromptInjectionProtectionResult> = "promptInjection",
    }
}

object! { kept
    /// Content moderation by category.
    pub struct ContentModerationResult {
        /// The categories.
        pub categories: Vec<CategoryScore> = always "categories",
    }
}

object! { kept
    /// A category and its score.
    pub struct CategoryScore {
        /// The category.
        pub name: Option<String> = "name",
        /// 0 or 1, or between.
        pub score: Option<Number> = "score",
        /// In which kinds of input.
        pub flagged_modalities: Option<Vec<FlaggedModality>> = "flaggedModalities",
    }
}

open_enum! {
    /// A kind of input in which something was found.
    pub enum FlaggedModality {
        /// Text.
        Text = "TEXT",
        /// An image.
        Image = "IMAGE",
    }
}

object! { kept
    /// A piece of personal data.
    pub struct PersonallyIdentifiableInformationResult {
        /// How long it is, in characters.
        pub length: Option<u64> = "length",
        /// Where it begins.
        pub offset: Option<u64> = "offset",
        /// The text.
        pub text: Option<String> = "text",
        /// Its kind.
        pub label: Option<String> = "label",
        /// How sure the service is, 0 to 1.
        pub score: Option<Number> = "score",
    }
}

object! { kept
    /// How likely the input tries to override instructions.
    pub struct PromptInjectionProtectionResult {
        /// 0 or 1, or between.
        pub score: Option<Number> = "score",
        /// In which kinds of input.
        pub flagged_modalities: Option<Vec<FlaggedModality>> = "flaggedModalities",
    }
}

object! { kept
    /// The version in which the checks ran.
    pub struct GuardrailVersionResponse {
        /// Such as `1.0.3`.
        pub version: Option<String> = "version",
    }
}

object! { kept
    /// The answer of `GET /20231130/guardrailVersions`: one page.
    pub struct GuardrailVersionCollection {
        /// The versions.
        pub items: Vec<GuardrailVersionSummary> = always "items",
    }
}

object! { kept
    /// A version of the checks; times are in the form of RFC 3339.
    pub struct GuardrailVersionSummary {
        /// Such as `1.0.3`.
        pub guardrail_version: Option<String> = "guardrailVersion",
        /// `ACTIVE`, `PREVIEW`, `DEPRECATED` or `RETIRED`.
        pub state: Option<GuardrailVersionState> = "state",
        /// Since when it can be tried.
        pub time_previewed: Option<String> = "timePreviewed",
        /// Since when it is supported.
        pub time_activated: Option<String> = "timeActivated",
        /// Since when it is not to be used any more.
        pub time_deprecated: Option<String> = "timeDeprecated",
        /// Since when it is gone.
        pub time_retired: Option<String> = "timeRetired",
        /// What is in it.
        pub description: Option<String> = "description",
    }
}

open_enum! {
    /// The life of a version.
    pub enum GuardrailVersionState {
        /// Supported.
        Active = "ACTIVE",
        /// To be tried.
        Preview = "PREVIEW",
        /// Not to be used any more.
        Deprecated = "DEPRECATED",
        /// Gone.
        Retired = "RETIRED",
    }
}
