//! What a project keeps and remembers.

use crate::object::object;
use crate::tagged::tagged;

object! { kept
    /// How long answers and conversations are kept, in hours.
    pub struct ConversationConfig {
        /// How many hours after it was made an answer is deleted.
        pub responses_retention_in_hours: Option<u64> = "responsesRetentionInHours",
        /// How many hours after its last change a conversation is deleted.
        pub conversations_retention_in_hours: Option<u64> = "conversationsRetentionInHours",
    }
}

impl ConversationConfig {
    /// The same retention for answers and conversations.
    #[must_use]
    pub fn hours(hours: u64) -> Self {
        Self {
            responses_retention_in_hours: Some(hours),
            conversations_retention_in_hours: Some(hours),
            ..Self::default()
        }
    }
}

object! { kept
    /// What is remembered over conversations.
    pub struct LongTermMemoryConfig {
        /// The one strategy there is.
        pub standard_long_term_memory_strategy: Option<StandardLongTermMemoryStrategy> = "standardLongTermMemoryStrategy",
    }
}

impl LongTermMemoryConfig {
    /// Facts are found by one model and embedded by another.
    #[must_use]
    pub fn new(extraction: impl Into<String>, embedding: impl Into<String>) -> Self {
        let strategy = StandardLongTermMemoryStrategy {
            is_enabled: Some(true),
            extraction_config: Some(ExtractionConfig::new(LlmSelection::model(extraction))),
            embedding_config: Some(EmbeddingConfig::new(LlmSelection::model(embedding))),
            ..StandardLongTermMemoryStrategy::default()
        };
        Self { standard_long_term_memory_strategy: Some(strategy), ..Self::default() }
    }
}

object! { kept
    /// Long-term memory: facts are extracted from conversations and found again by their embeddings.
    pub struct StandardLongTermMemoryStrategy {
        /// Whether it is on.
        pub is_enabled: Option<bool> = "isEnabled",
        /// The model that extracts.
        pub extraction_config: Option<ExtractionConfig> = "extractionConfig",
        /// The model that embeds.
        pub embedding_config: Option<EmbeddingConfig> = "embeddingConfig",
    }
}

object! { kept
    /// The model that extracts facts from conversations.
    pub struct ExtractionConfig (tag "modelConfigType" = "EXTRACTION") {
        /// The model.
        pub llm_selection: Option<LlmSelection> = "llmSelection",
    }
}

impl ExtractionConfig {
    /// This model.
    #[must_use]
    pub fn new(llm_selection: impl Into<LlmSelection>) -> Self {
        Self { llm_selection: Some(llm_selection.into()), ..Self::default() }
    }
}

object! { kept
    /// The model that embeds facts.
    pub struct EmbeddingConfig (tag "modelConfigType" = "EMBEDDING") {
        /// The model.
        pub llm_selection: Option<LlmSelection> = "llmSelection",
    }
}

impl EmbeddingConfig {
    /// This model.
    #[must_use]
    pub fn new(llm_selection: impl Into<LlmSelection>) -> Self {
        Self { llm_selection: Some(llm_selection.into()), ..Self::default() }
    }
}

object! { kept
    /// The model that shortens conversations.
    pub struct CondenserConfig (tag "modelConfigType" = "CONDENSER") {
        /// The model.
        pub llm_selection: Option<LlmSelection> = "llmSelection",
    }
}

impl CondenserConfig {
    /// This model.
    #[must_use]
    pub fn new(llm_selection: impl Into<LlmSelection>) -> Self {
        Self { llm_selection: Some(llm_selection.into()), ..Self::default() }
    }
}

object! { kept
    /// How long conversations are shortened.
    pub struct ShortTermMemoryConfig {
        /// Whether it is on.
        pub is_enabled: Option<bool> = "isEnabled",
        /// The model that shortens.
        pub condenser_config: Option<CondenserConfig> = "condenserConfig",
    }
}

impl ShortTermMemoryConfig {
    /// Long conversations are shortened by this model.
    #[must_use]
    pub fn new(condenser: impl Into<String>) -> Self {
        Self {
            is_enabled: Some(true),
            condenser_config: Some(CondenserConfig::new(LlmSelection::model(condenser))),
            ..Self::default()
        }
    }
}

tagged! {
    /// The choice of a model, told apart by `llmSelectionType`.
    pub enum LlmSelection by "llmSelectionType" {
        /// A model of the service.
        "GEN_AI_MODEL" => Model(ModelSelection),
    }
}

impl LlmSelection {
    /// A model of the service, by its id.
    #[must_use]
    pub fn model(model_id: impl Into<String>) -> Self {
        Self::Model(ModelSelection { model_id: Some(model_id.into()), ..ModelSelection::default() })
    }
}

object! { kept
    /// A model of the service.
    pub struct ModelSelection (tag "llmSelectionType" = "GEN_AI_MODEL") {
        /// Its id, such as `openai.gpt-oss-120b`.
        pub model_id: Option<String> = "modelId",
    }
}
