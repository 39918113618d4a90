//! Endpoints: models on dedicated clusters.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::object::object;
use crate::open_enum::open_enum;

object! { strict
    /// The body of `POST /20231130/endpoints`.
    pub struct CreateEndpoint {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// The OCID of the model.
        pub model_id: String = required "modelId",
        /// The OCID of the cluster.
        pub dedicated_ai_cluster_id: String = required "dedicatedAiClusterId",
        /// The OCID of the private endpoint over which it is reached.
        pub generative_ai_private_endpoint_id: Option<String> = "generativeAiPrivateEndpointId",
        /// The check for hate, violence and the like.
        pub content_moderation_config: Option<ProtectionConfig> = "contentModerationConfig",
        /// The check for attempts to override instructions.
        pub prompt_injection_config: Option<ProtectionConfig> = "promptInjectionConfig",
        /// The check for personal data.
        pub pii_detection_config: Option<ProtectionConfig> = "piiDetectionConfig",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateEndpoint {
    /// An endpoint without checks.
    #[must_use]
    pub fn new(
        compartment_id: impl Into<String>,
        model_id: impl Into<String>,
        dedicated_ai_cluster_id: impl Into<String>,
    ) -> Self {
        Self {
            compartment_id: compartment_id.into(),
            model_id: model_id.into(),
            dedicated_ai_cluster_id: dedicated_ai_cluster_id.into(),
            ..Self::default()
        }
    }
}

object! { strict
    /// The body of `PUT /20231130/endpoints/{id}`; what is not set stays as it is.
    pub struct UpdateEndpoint {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of the private endpoint over which it is reached.
        pub generative_ai_private_endpoint_id: Option<String> = "generativeAiPrivateEndpointId",
        /// The check for hate, violence and the like.
        pub content_moderation_config: Option<ProtectionConfig> = "contentModerationConfig",
        /// The check for attempts to override instructions.
        pub prompt_injection_config: Option<ProtectionConfig> = "promptInjectionConfig",
        /// The check for personal data.
        pub pii_detection_config: Option<ProtectionConfig> = "piiDetectionConfig",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

object! { kept
    /// An endpoint; times are in the form of RFC 3339.
    ///
    /// In a list `previous_state` is absent.
    pub struct Endpoint {
        /// The OCID.
        pub id: Option<String> = "id",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of the model.
        pub model_id: Option<String> = "modelId",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// The OCID of the cluster.
        pub dedicated_ai_cluster_id: Option<String> = "dedicatedAiClusterId",
        /// The OCID of the private endpoint over which it is reached.
        pub generative_ai_private_endpoint_id: Option<String> = "generativeAiPrivateEndpointId",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it was last changed.
        pub time_updated: Option<String> = "timeUpdated",
        /// How it is.
        pub lifecycle_state: Option<LifecycleState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// The check for hate, violence and the like.
        pub content_moderation_config: Option<ProtectionConfig> = "contentModerationConfig",
        /// The check for attempts to override instructions.
        pub prompt_injection_config: Option<ProtectionConfig> = "promptInjectionConfig",
        /// The check for personal data.
        pub pii_detection_config: Option<ProtectionConfig> = "piiDetectionConfig",
        /// How it was before the last change.
        pub previous_state: Option<Box<Endpoint>> = "previousState",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/endpoints`: one page.
    pub struct EndpointCollection of Endpoint
}

object! { kept
    /// A check of what goes into an endpoint and comes out of it.
    pub struct ProtectionConfig {
        /// What happens to what is found.
        pub mode: Option<ProtectionMode> = "mode",
        /// The OCID of the model that checks.
        pub model_id: Option<String> = "modelId",
        /// Whether the check runs.
        pub is_enabled: Option<bool> = "isEnabled",
    }
}

impl ProtectionConfig {
    /// A check that runs.
    #[must_use]
    pub fn enabled(mode: ProtectionMode) -> Self {
        Self { mode: Some(mode), is_enabled: Some(true), ..Self::default() }
    }

    /// A check that does not run.
    #[must_use]
    pub fn disabled() -> Self {
        Self { is_enabled: Some(false), ..Self::default() }
    }
}

open_enum! {
    /// What happens to what a check finds.
    pub enum ProtectionMode {
        /// It is told.
        Inform = "INFORM",
        /// It is held back.
        Block = "BLOCK",
    }
}
