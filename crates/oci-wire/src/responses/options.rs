//! Parameters that are objects or enumerations of their own, in requests and echoed in answers.

use std::collections::BTreeMap;

use crate::chat::{JsonObjectResponse, ReasoningEffort, TextResponse, Verbosity};
use crate::either::either;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::responses::part::Part;
use crate::tagged::tagged;

object! { kept
    /// How the model thinks before it answers.
    pub struct Reasoning {
        /// How much.
        pub effort: Option<ReasoningEffort> = "effort",
        /// Whether the answer carries a summary.
        pub summary: Option<ReasoningSummary> = "summary",
        /// Which earlier thoughts the model sees: `auto`, `current_turn` or `all_turns`.
        pub context: Option<String> = "context",
        /// Deprecated forerunner of `summary`.
        pub generate_summary: Option<ReasoningSummary> = "generate_summary",
        /// `standard` or `pro`.
        pub mode: Option<String> = "mode",
    }
}

impl Reasoning {
    /// So much thought.
    #[must_use]
    pub fn effort(effort: ReasoningEffort) -> Self {
        Self { effort: Some(effort), ..Self::default() }
    }

    /// Asks for a summary.
    #[must_use]
    pub fn with_summary(mut self, summary: ReasoningSummary) -> Self {
        self.summary = Some(summary);
        self
    }
}

open_enum! {
    /// How thoughts are summarised.
    pub enum ReasoningSummary {
        /// As the model can.
        Auto = "auto",
        /// In few words.
        Concise = "concise",
        /// At length.
        Detailed = "detailed",
    }
}

object! { kept
    /// The form of the answer's text.
    pub struct TextConfig {
        /// Text, JSON, or JSON of a schema.
        pub format: Option<TextFormat> = "format",
        /// How long-winded.
        pub verbosity: Option<Verbosity> = "verbosity",
    }
}

impl TextConfig {
    /// Text of this form.
    #[must_use]
    pub fn format(format: impl Into<TextFormat>) -> Self {
        Self { format: Some(format.into()), ..Self::default() }
    }
}

tagged! {
    /// The form of the answer.
    pub enum TextFormat by "type" {
        /// Text, the default.
        "text" => Text(TextResponse),
        /// Any JSON object; the prompt has to ask for JSON too.
        "json_object" => JsonObject(JsonObjectResponse),
        /// JSON that follows a schema.
        "json_schema" => JsonSchema(JsonSchemaFormat),
    }
}

object! { kept
    /// JSON that follows a schema.
    pub struct JsonSchemaFormat (tag "type" = "json_schema") {
        /// At most 64 letters, digits, `_` and `-`.
        pub name: String = always "name",
        /// What the format is for, for the model to read.
        pub description: Option<String> = "description",
        /// The schema.
        pub schema: Option<RawJson> = "schema",
        /// Whether the answer must follow the schema exactly.
        pub strict: Option<bool> = "strict",
    }
}

impl JsonSchemaFormat {
    /// A schema under a name.
    #[must_use]
    pub fn new(name: impl Into<String>, schema: impl Into<RawJson>) -> Self {
        Self { name: name.into(), schema: Some(schema.into()), ..Self::default() }
    }

    /// Sets whether the answer must follow the schema exactly.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }
}

open_enum! {
    /// What an answer carries besides the usual.
    pub enum Include {
        /// What file searches found.
        FileSearchResults = "file_search_call.results",
        /// What web searches found.
        WebSearchResults = "web_search_call.results",
        /// The pages that web searches read.
        WebSearchSources = "web_search_call.action.sources",
        /// Addresses of the user's images.
        InputImageUrl = "message.input_image.image_url",
        /// Addresses of screenshots.
        ComputerImageUrl = "computer_call_output.output.image_url",
        /// What code printed and drew.
        CodeInterpreterOutputs = "code_interpreter_call.outputs",
        /// Thoughts that only the model can read, for conversations that the service does not store.
        EncryptedReasoning = "reasoning.encrypted_content",
        /// Log probabilities.
        Logprobs = "message.output_text.logprobs",
    }
}

either! {
    /// The stored conversation that a request continues.
    pub enum ConversationRef {
        /// By its id, written as a string.
        Id(String),
        /// The same, written as an object.
        Object(ConversationId),
    }
}

impl ConversationRef {
    /// The conversation's id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Object(object) => Some(&object.id),
            Self::Other(_) => None,
        }
    }
}

impl From<&str> for ConversationRef {
    fn from(id: &str) -> Self {
        Self::Id(id.to_owned())
    }
}

object! { kept
    /// A stored conversation by its id.
    pub struct ConversationId {
        /// The id.
        pub id: String = always "id",
    }
}

object! { kept
    /// A prompt that is stored with the service.
    pub struct Prompt {
        /// Its id.
        pub id: String = always "id",
        /// What its variables are replaced by.
        pub variables: Option<BTreeMap<String, PromptVariable>> = "variables",
        /// Its version.
        pub version: Option<String> = "version",
    }
}

either! {
    /// What a variable of a prompt is replaced by.
    pub enum PromptVariable {
        /// Text.
        Text(String),
        /// Text, an image or a file.
        Part(Part),
    }
}

open_enum! {
    /// What happens when the conversation is too long for the model.
    pub enum Truncation {
        /// Items at its beginning are left out.
        Auto = "auto",
        /// The request fails; the service's default.
        Disabled = "disabled",
    }
}

object! { kept
    /// What a stream carries besides the answer.
    pub struct StreamOptions {
        /// Whether deltas are padded to hide their length; the service's default is yes.
        pub include_obfuscation: Option<bool> = "include_obfuscation",
    }
}

object! { kept
    /// When a long conversation is shortened.
    pub struct ContextManagement {
        /// `compaction`
        pub kind: Option<String> = "type",
        /// From how many tokens on.
        pub compact_threshold: Option<u64> = "compact_threshold",
    }
}

object! { kept
    /// Programs of the service's operator that the request takes part in.
    pub struct AccessPrograms {
        /// `standard`, `daybreak_blue` or `daybreak_red`.
        pub cyber: Option<String> = "cyber",
    }
}

object! { kept
    /// How images of the conversation are treated.
    pub struct ImageOptions {
        /// `enabled` or `disabled`.
        pub context_compression: Option<String> = "context_compression",
    }
}

object! { kept
    /// How the prompt cache is used.
    pub struct PromptCacheOptions {
        /// `implicit` or `explicit`.
        pub mode: Option<String> = "mode",
        /// How long, such as `30m`.
        pub ttl: Option<String> = "ttl",
        /// An answer to compare the use of the cache with.
        pub comparison_response_id: Option<String> = "comparison_response_id",
    }
}
