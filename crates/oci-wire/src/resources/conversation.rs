//! Conversations that the service stores, and OCI's memory options.

use crate::nullable::Nullable;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::resources::page::page;
use crate::responses::Item;

object! { strict
    /// The body of `POST …/conversations`.
    pub struct CreateConversation {
        /// What the conversation begins with; at most 20 items.
        pub items: Nullable<Vec<Item>> = "items",
        /// Labels and memory options.
        pub metadata: Nullable<ConversationMetadata> = "metadata",
    }
}

impl CreateConversation {
    /// An empty conversation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what the conversation begins with.
    #[must_use]
    pub fn with_items(mut self, items: impl Into<Vec<Item>>) -> Self {
        self.items = Nullable::Value(items.into());
        self
    }

    /// Sets labels and memory options.
    #[must_use]
    pub fn with_metadata(mut self, metadata: ConversationMetadata) -> Self {
        self.metadata = Nullable::Value(metadata);
        self
    }
}

object! { strict
    /// The body of `POST …/conversations/{id}`, which replaces the metadata.
    pub struct UpdateConversation {
        /// Labels and memory options.
        pub metadata: Nullable<ConversationMetadata> = "metadata",
    }
}

impl UpdateConversation {
    /// A replacement of the metadata.
    #[must_use]
    pub fn new(metadata: ConversationMetadata) -> Self {
        Self { metadata: Nullable::Value(metadata), ..Self::default() }
    }
}

object! { strict
    /// The body of `POST …/conversations/{id}/items`.
    pub struct CreateItems {
        /// What is added; at most 20 items.
        pub items: Vec<Item> = always "items",
    }
}

impl CreateItems {
    /// These items.
    #[must_use]
    pub fn new(items: impl Into<Vec<Item>>) -> Self {
        Self { items: items.into(), ..Self::default() }
    }
}

object! { kept
    /// Labels of a conversation, and the options of OCI's memory, which are labels with reserved names.
    ///
    /// Other labels are in `extra`; see [`Self::with_label`] and [`Self::label`].
    pub struct ConversationMetadata {
        /// Whom long-term memory is about: conversations of the same subject share it.
        pub memory_subject_id: Option<String> = "memory_subject_id",
        /// Whether memory is written, read, or both, which is the service's default.
        pub memory_access_policy: Option<MemoryAccessPolicy> = "memory_access_policy",
        /// Whether a long conversation is shortened by the service.
        pub short_term_memory_optimization: Option<MemorySwitch> = "short_term_memory_optimization",
    }
}

impl ConversationMetadata {
    /// Adds a label.
    #[must_use]
    pub fn with_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.insert(name, RawJson::from(serde_json::Value::from(value.into())));
        self
    }

    /// The value of a label.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.extra.get(name)?.get()).ok()
    }

    /// Sets whom long-term memory is about.
    #[must_use]
    pub fn with_memory_subject_id(mut self, subject: impl Into<String>) -> Self {
        self.memory_subject_id = Some(subject.into());
        self
    }

    /// Sets whether memory is only written or only read.
    #[must_use]
    pub fn with_memory_access_policy(mut self, policy: MemoryAccessPolicy) -> Self {
        self.memory_access_policy = Some(policy);
        self
    }

    /// Asks the service to shorten a long conversation.
    #[must_use]
    pub fn with_short_term_memory_optimization(mut self) -> Self {
        self.short_term_memory_optimization = Some(MemorySwitch::True);
        self
    }
}

open_enum! {
    /// What a conversation does with long-term memory.
    pub enum MemoryAccessPolicy {
        /// It adds to it and does not use it.
        StoreOnly = "store_only",
        /// It uses it and does not add to it.
        RecallOnly = "recall_only",
    }
}

open_enum! {
    /// Yes or no, as a label says it.
    pub enum MemorySwitch {
        /// Yes.
        True = "True",
        /// No.
        False = "False",
    }
}

object! { kept
    /// A stored conversation.
    pub struct Conversation {
        /// The id.
        pub id: Option<String> = "id",
        /// `conversation`
        pub object: Option<String> = "object",
        /// When it was made, in seconds since 1970.
        pub created_at: Option<u64> = "created_at",
        /// Labels and memory options.
        pub metadata: Option<ConversationMetadata> = "metadata",
    }
}

page! {
    /// Items of a conversation, or of the input of an answer.
    pub struct ItemList of Item
}
