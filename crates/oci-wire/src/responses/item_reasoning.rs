//! Reasoning, compaction and items that steer the conversation.

use crate::object::object;
use crate::responses::item_message::{ItemStatus, MessageRole};
use crate::responses::options::{Reasoning, TextConfig};
use crate::responses::part::Part;
use crate::responses::tool::Tool;

object! { kept
    /// The model's thoughts before it answered.
    pub struct ReasoningItem (tag "type" = "reasoning") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// Summaries, of kind `summary_text`.
        pub summary: Option<Vec<Part>> = "summary",
        /// The thoughts themselves, of kind `reasoning_text`, where the model shows them.
        pub content: Option<Vec<Part>> = "content",
        /// The thoughts for the model alone, if the request includes `reasoning.encrypted_content`.
        pub encrypted_content: Option<String> = "encrypted_content",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
    }
}

impl ReasoningItem {
    /// The thoughts where they are shown, else their summaries; paragraphs are separated by an empty line.
    #[must_use]
    pub fn text(&self) -> String {
        let content = self.content.as_deref().unwrap_or_default();
        let summary = self.summary.as_deref().unwrap_or_default();
        let parts = if content.is_empty() { summary } else { content };
        let texts: Vec<&str> = parts.iter().filter_map(Part::as_text).collect();
        texts.join("\n\n")
    }
}

object! { kept
    /// A conversation in short, readable by the model alone.
    pub struct Compaction (tag "type" = "compaction") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The content.
        pub encrypted_content: String = always "encrypted_content",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

object! { kept
    /// The wish to shorten the conversation here.
    pub struct CompactionTrigger (tag "type" = "compaction_trigger") {
        /// The item's id.
        pub id: Option<String> = "id",
    }
}

object! { kept
    /// An item the service already has.
    pub struct ItemReference (tag "type" = "item_reference") {
        /// The item's id.
        pub id: String = always "id",
    }
}

object! { kept
    /// Tools that are offered from here on.
    pub struct AdditionalTools (tag "type" = "additional_tools") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// Who offers them; `developer` in a request.
        pub role: Option<MessageRole> = "role",
        /// The tools.
        pub tools: Vec<Tool> = always "tools",
    }
}

object! { kept
    /// Options that hold from here on.
    pub struct ConfigurationUpdate (tag "type" = "configuration_update") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// How much to think.
        pub reasoning: Option<Reasoning> = "reasoning",
        /// The form of the answer.
        pub text: Option<TextConfig> = "text",
    }
}
