//! Moderation in OpenAI's form, `POST /v1/moderations`, in front of `applyGuardrails`.

use std::collections::BTreeMap;

use crate::either::either;
use crate::loss::{Losses, Translated};
use crate::native::{
    ApplyGuardrailsDetails, ApplyGuardrailsResult, ContentModerationConfiguration, FlaggedModality,
    GuardrailConfigs, GuardrailsInput, PromptInjectionConfiguration,
};
use crate::number::Number;
use crate::object::object;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST /v1/moderations`.
    pub struct ModerationRequest {
        /// What is checked.
        pub input: Option<ModerationInput> = required "input",
        /// The moderating model.
        pub model: Option<String> = "model",
    }
}

either! {
    /// What is checked: each text for itself, or texts and images together.
    pub enum ModerationInput {
        /// One text.
        Text(String),
        /// Several texts, with a result each.
        Texts(Vec<String>),
        /// Texts and images, with one result.
        Parts(Vec<ModerationPart>),
    }
}

tagged! {
    /// A text or an image.
    pub enum ModerationPart by "type" {
        /// Text.
        "text" => Text(ModerationTextPart),
        /// An image.
        "image_url" => Image(ModerationImagePart),
    }
}

object! { strict
    /// A text.
    pub struct ModerationTextPart (tag "type" = "text") {
        /// The text.
        pub text: String = required "text",
    }
}

object! { strict
    /// An image.
    pub struct ModerationImagePart (tag "type" = "image_url") {
        /// The place of the image.
        pub image_url: ModerationImageUrl = required "image_url",
    }
}

object! { strict
    /// The place of an image.
    pub struct ModerationImageUrl {
        /// An `https:` address or a `data:` URL.
        pub url: String = required "url",
    }
}

object! { kept
    /// The answer of `POST /v1/moderations`.
    pub struct ModerationResponse {
        /// The id of the answer.
        pub id: Option<String> = "id",
        /// The model that checked.
        pub model: Option<String> = "model",
        /// A result for each text, or one for texts and images together.
        pub results: Vec<ModerationResult> = always "results",
    }
}

object! { kept
    /// What a check found.
    pub struct ModerationResult {
        /// Whether it found anything.
        pub flagged: Option<bool> = "flagged",
        /// What it found.
        pub categories: Option<BTreeMap<String, bool>> = "categories",
        /// How sure it is, 0 to 1.
        pub category_scores: Option<BTreeMap<String, Number>> = "category_scores",
        /// In `text` or `image` inputs.
        pub category_applied_input_types: Option<BTreeMap<String, Vec<String>>> =
            "category_applied_input_types",
    }
}

impl ModerationRequest {
    /// A check of one text, of several, or of texts and images together.
    #[must_use]
    pub fn new(input: impl Into<ModerationInput>) -> Self {
        Self { input: Some(input.into()), ..Self::default() }
    }

    /// The calls of `applyGuardrails` that give the results, one for each result.
    ///
    /// They check for harmful content and prompt injection; personal data is no concern of this dialect.
    /// The service has no choice of models for it.
    #[must_use]
    pub fn to_native(&self, compartment_id: &str) -> Translated<Vec<ApplyGuardrailsDetails>> {
        let mut losses = Losses::default();
        let check =
            |input: GuardrailsInput| ApplyGuardrailsDetails::new(compartment_id, input, checks());
        let calls = match &self.input {
            Some(ModerationInput::Text(text)) => vec![check(GuardrailsInput::text(&**text))],
            Some(ModerationInput::Texts(texts)) => {
                texts.iter().map(|text| check(GuardrailsInput::text(&**text))).collect()
            }
            Some(ModerationInput::Parts(parts)) => {
                let mut inputs = Vec::new();
                for (at, part) in parts.iter().enumerate() {
                    match part {
                        ModerationPart::Text(part) => {
                            inputs.push(GuardrailsInput::text(&*part.text));
                        }
                        ModerationPart::Image(part) => {
                            inputs.push(GuardrailsInput::image(&*part.image_url.url));
                        }
                        ModerationPart::Other(_) => losses.unknown(format!("input[{at}]")),
                    }
                }
                vec![ApplyGuardrailsDetails {
                    multimodal_input: Some(inputs),
                    guardrail_configs: checks(),
                    compartment_id: compartment_id.to_owned(),
                    ..ApplyGuardrailsDetails::default()
                }]
            }
            Some(ModerationInput::Other(_)) => {
                losses.unknown("input");
                Vec::new()
            }
            None => Vec::new(),
        };
        losses.dropped_if([(self.model.is_some(), "model")]);
        for (name, _) in self.extra.iter() {
            losses.unknown(name);
        }
        losses.with(calls)
    }
}

impl ModerationResponse {
    /// What `applyGuardrails` found, call by call, in OpenAI's form.
    ///
    /// Categories keep the service's names in lower case, since it has others than OpenAI: `overall`, `blocklist`,
    /// `prompt_injection`, and `personally_identifiable_information` where that was searched for.
    /// A category counts as found from a score of one half on.
    #[must_use]
    pub fn from_native(
        results: &[ApplyGuardrailsResult],
        id: impl Into<String>,
        model: impl Into<String>,
    ) -> Translated<Self> {
        let mut losses = Losses::default();
        let results = results
            .iter()
            .enumerate()
            .map(|(at, result)| found(result, &format!("results[{at}]"), &mut losses))
            .collect();
        losses.with(Self {
            id: Some(id.into()),
            model: Some(model.into()),
            results,
            ..Self::default()
        })
    }
}

fn checks() -> GuardrailConfigs {
    GuardrailConfigs {
        content_moderation_config: Some(ContentModerationConfiguration {
            categories: vec!["OVERALL".to_owned(), "BLOCKLIST".to_owned()],
            ..ContentModerationConfiguration::default()
        }),
        prompt_injection_config: Some(PromptInjectionConfiguration::default()),
        ..GuardrailConfigs::default()
    }
}

fn found(result: &ApplyGuardrailsResult, path: &str, losses: &mut Losses) -> ModerationResult {
    let mut to = ModerationResult {
        categories: Some(BTreeMap::new()),
        category_scores: Some(BTreeMap::new()),
        ..ModerationResult::default()
    };
    if result.guardrail_version.is_some() {
        losses.dropped(format!("{path}.guardrailVersion"));
    }
    let Some(results) = &result.results else {
        // Nothing was checked, so nothing can be said.
        return to;
    };
    to.flagged = Some(false);
    for category in results.content_moderation.iter().flat_map(|checked| &checked.categories) {
        let name = category.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        to.add(name, category.score, category.flagged_modalities.as_deref());
    }
    if let Some(injection) = &results.prompt_injection {
        let name = "prompt_injection".to_owned();
        to.add(name, injection.score, injection.flagged_modalities.as_deref());
    }
    if let Some(personal) = &results.personally_identifiable_information {
        if !personal.is_empty() {
            // That there is personal data is told, but not where.
            losses.approximated(format!("{path}.personallyIdentifiableInformation"));
        }
        let scores = personal.iter().map(|one| one.score.map_or(1.0, Number::as_f64));
        let score = Number::from(scores.fold(0.0, f64::max));
        to.add("personally_identifiable_information".to_owned(), Some(score), None);
    }
    for (name, _) in result.extra.iter().chain(results.extra.iter()) {
        losses.unknown(format!("{path}.{name}"));
    }
    to
}

impl ModerationResult {
    fn add(&mut self, name: String, score: Option<Number>, inputs: Option<&[FlaggedModality]>) {
        let score = score.unwrap_or(Number::Integer(0));
        let is_found = score.as_f64() >= THRESHOLD;
        self.flagged = Some(self.flagged == Some(true) || is_found);
        if let Some(inputs) = inputs {
            let inputs = inputs.iter().map(|input| input.as_str().to_ascii_lowercase());
            let all = self.category_applied_input_types.get_or_insert_default();
            all.insert(name.clone(), inputs.collect());
        }
        self.category_scores.get_or_insert_default().insert(name.clone(), score);
        self.categories.get_or_insert_default().insert(name, is_found);
    }
}

/// The score from which a category counts as found; the service scores 0 or 1 for text.
const THRESHOLD: f64 = 0.5;
