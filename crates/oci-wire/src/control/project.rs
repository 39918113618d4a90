//! Projects: where answers and conversations are kept, and for how long.

use std::collections::BTreeMap;

use crate::control::memory::{ConversationConfig, LongTermMemoryConfig, ShortTermMemoryConfig};
use crate::control::page::collection;
use crate::control::sandbox::SandboxConfig;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::object::object;

object! { strict
    /// The body of `POST /20231130/generativeAiProjects`.
    pub struct CreateProject {
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// How long answers and conversations are kept.
        pub conversation_config: Option<ConversationConfig> = "conversationConfig",
        /// What is remembered over conversations.
        pub long_term_memory_config: Option<LongTermMemoryConfig> = "longTermMemoryConfig",
        /// How long conversations are shortened.
        pub short_term_memory_optimization_config: Option<ShortTermMemoryConfig> = "shortTermMemoryOptimizationConfig",
        /// Whether and how code runs in sandboxes.
        pub sandbox_config: Option<SandboxConfig> = "sandboxConfig",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateProject {
    /// A project with the service's defaults: no memory, no sandboxes.
    #[must_use]
    pub fn new(compartment_id: impl Into<String>) -> Self {
        Self { compartment_id: compartment_id.into(), ..Self::default() }
    }
}

object! { strict
    /// The body of `PUT /20231130/generativeAiProjects/{id}`; what is not set stays as it is.
    pub struct UpdateProject {
        /// What it is for.
        pub description: Option<String> = "description",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// How long answers and conversations are kept.
        pub conversation_config: Option<ConversationConfig> = "conversationConfig",
        /// What is remembered over conversations.
        pub long_term_memory_config: Option<LongTermMemoryConfig> = "longTermMemoryConfig",
        /// How long conversations are shortened.
        pub short_term_memory_optimization_config: Option<ShortTermMemoryConfig> = "shortTermMemoryOptimizationConfig",
        /// Whether and how code runs in sandboxes.
        pub sandbox_config: Option<SandboxConfig> = "sandboxConfig",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

object! { kept
    /// A project; times are in the form of RFC 3339.
    ///
    /// In a list the configurations are absent.
    pub struct Project {
        /// The OCID.
        pub id: Option<String> = "id",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it was last changed.
        pub time_updated: Option<String> = "timeUpdated",
        /// How it is.
        pub lifecycle_state: Option<LifecycleState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// How long answers and conversations are kept.
        pub conversation_config: Option<ConversationConfig> = "conversationConfig",
        /// What is remembered over conversations.
        pub long_term_memory_config: Option<LongTermMemoryConfig> = "longTermMemoryConfig",
        /// How long conversations are shortened.
        pub short_term_memory_optimization_config: Option<ShortTermMemoryConfig> = "shortTermMemoryOptimizationConfig",
        /// Whether and how code runs in sandboxes.
        pub sandbox_config: Option<SandboxConfig> = "sandboxConfig",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/generativeAiProjects`: one page.
    pub struct ProjectCollection of Project
}
