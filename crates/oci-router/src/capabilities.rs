//! [`Capabilities`]: what is known of a model by its id.

use crate::model_id::ModelId;
use crate::table;
use crate::transport::Operation;

/// What is known of a model by its id. It says nothing of models that are newer than this release, and stops no call.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// What the model is for; `None` for an unknown vendor.
    pub operation: Option<Operation>,
    /// Whether it is known to take images beside text.
    pub takes_images: bool,
    /// How many numbers its embeddings have by default.
    pub dimensions: Option<u32>,
}

impl Capabilities {
    /// What is known of a model, by its id with or without a provider prefix, in any letter case.
    #[must_use]
    pub fn of(id: &str) -> Self {
        let lower = ModelId::parse(id).map_or(id, ModelId::as_str).to_ascii_lowercase();
        let operation = table::find(&lower).map(|row| row.operation);
        let row = DIMENSIONS.iter().find(|(part, _)| lower.contains(part));
        Self {
            operation,
            takes_images: IMAGES.iter().any(|part| lower.contains(part)),
            dimensions: row
                .filter(|_| operation == Some(Operation::Embeddings))
                .map(|(_, dimensions)| *dimensions),
        }
    }
}

/// What the ids of models that take images contain; from the model pages of Oracle and of LiteLLM's OCI provider.
const IMAGES: &[&str] = &[
    "google.gemini-",
    "meta.llama-3.2-11b-vision",
    "meta.llama-3.2-90b-vision",
    "meta.llama-4-",
    "cohere.command-a-vision",
    "openai.gpt-4o",
    "openai.gpt-4.1",
    "openai.gpt-5",
    "openai.o3",
    "openai.o4",
    "xai.grok-4",
    "anthropic.claude",
    "cohere.embed-v4",
    "-image-v3.0",
];

/// How many numbers the embeddings of a model have; the first part that its id contains decides.
const DIMENSIONS: &[(&str, u32)] =
    &[("cohere.embed-v4", 1536), ("-light-", 384), ("cohere.embed-", 1024)];
