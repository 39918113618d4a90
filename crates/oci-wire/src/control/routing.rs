//! Routing profiles: to which regions and models calls may be routed.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::object::object;

object! { strict
    /// The body of `POST /20231130/routingProfiles`.
    pub struct CreateRoutingProfile {
        /// A name for people; it need not be unique.
        pub display_name: String = required "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// To which regions.
        pub region_routing_policy: Option<RegionRoutingPolicy> = "regionRoutingPolicy",
        /// To which models.
        pub model_routing_policy: Option<ModelRoutingPolicy> = "modelRoutingPolicy",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateRoutingProfile {
    /// A profile without policies.
    #[must_use]
    pub fn new(display_name: impl Into<String>, compartment_id: impl Into<String>) -> Self {
        Self {
            display_name: display_name.into(),
            compartment_id: compartment_id.into(),
            ..Self::default()
        }
    }
}

object! { strict
    /// The body of `PUT /20231130/routingProfiles/{id}`; what is not set stays as it is.
    pub struct UpdateRoutingProfile {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// To which regions.
        pub region_routing_policy: Option<RegionRoutingPolicy> = "regionRoutingPolicy",
        /// To which models.
        pub model_routing_policy: Option<ModelRoutingPolicy> = "modelRoutingPolicy",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

object! { kept
    /// A routing profile; times are in the form of RFC 3339.
    ///
    /// In a list `previous_state` is absent.
    pub struct RoutingProfile {
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
        /// To which regions.
        pub region_routing_policy: Option<RegionRoutingPolicy> = "regionRoutingPolicy",
        /// To which models.
        pub model_routing_policy: Option<ModelRoutingPolicy> = "modelRoutingPolicy",
        /// How it was before the last change.
        pub previous_state: Option<Box<RoutingProfile>> = "previousState",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/routingProfiles`: one page.
    pub struct RoutingProfileCollection of RoutingProfile
}

object! { kept
    /// The regions that calls may be routed to.
    pub struct RegionRoutingPolicy {
        /// The regions, first choice first.
        pub allowed_regions: Option<Vec<String>> = "allowedRegions",
    }
}

impl RegionRoutingPolicy {
    /// These regions, first choice first.
    #[must_use]
    pub fn new(regions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            allowed_regions: Some(regions.into_iter().map(Into::into).collect()),
            ..Self::default()
        }
    }
}

object! { kept
    /// The models that calls may be routed to.
    pub struct ModelRoutingPolicy {
        /// The models, first choice first.
        pub allowed_models: Option<Vec<String>> = "allowedModels",
    }
}

impl ModelRoutingPolicy {
    /// These models, first choice first.
    #[must_use]
    pub fn new(models: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            allowed_models: Some(models.into_iter().map(Into::into).collect()),
            ..Self::default()
        }
    }
}
