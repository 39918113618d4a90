//! Dedicated AI clusters: hardware of one's own.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::tagged::tagged;

object! { strict
    /// The body of `POST /20231130/dedicatedAiClusters`.
    pub struct CreateDedicatedAiCluster {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// What it is for.
        pub kind: Option<ClusterKind> = "type",
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// How many units.
        pub unit_count: u32 = required "unitCount",
        /// The shape of a unit, such as `LARGE_COHERE_V3`: one of a list that grows with Oracle's hardware.
        pub unit_shape: String = required "unitShape",
        /// The OCID of a reservation that the units are taken from.
        pub capacity_reservation_id: Option<String> = "capacityReservationId",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateDedicatedAiCluster {
    /// A cluster.
    #[must_use]
    pub fn new(
        kind: ClusterKind,
        compartment_id: impl Into<String>,
        unit_count: u32,
        unit_shape: impl Into<String>,
    ) -> Self {
        Self {
            kind: Some(kind),
            compartment_id: compartment_id.into(),
            unit_count,
            unit_shape: unit_shape.into(),
            ..Self::default()
        }
    }
}

object! { strict
    /// The body of `PUT /20231130/dedicatedAiClusters/{id}`; what is not set stays as it is.
    pub struct UpdateDedicatedAiCluster {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// How many units from now on.
        pub unit_count: Option<u32> = "unitCount",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

object! { kept
    /// A cluster; times are in the form of RFC 3339.
    ///
    /// In a list `previous_state` is absent.
    pub struct DedicatedAiCluster {
        /// The OCID.
        pub id: Option<String> = "id",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// What it is for.
        pub kind: Option<ClusterKind> = "type",
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
        /// How many units.
        pub unit_count: Option<u64> = "unitCount",
        /// The shape of a unit.
        pub unit_shape: Option<String> = "unitShape",
        /// The OCID of the reservation.
        pub capacity_reservation_id: Option<String> = "capacityReservationId",
        /// How full it is.
        pub capacity: Option<ClusterCapacity> = "capacity",
        /// How it was before the last change.
        pub previous_state: Option<Box<DedicatedAiCluster>> = "previousState",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/dedicatedAiClusters`: one page.
    pub struct DedicatedAiClusterCollection of DedicatedAiCluster
}

open_enum! {
    /// What a cluster is for.
    pub enum ClusterKind {
        /// Endpoints.
        Hosting = "HOSTING",
        /// Trainings.
        FineTuning = "FINE_TUNING",
    }
}

tagged! {
    /// How full a cluster is, told apart by `capacityType`.
    pub enum ClusterCapacity by "capacityType" {
        /// Of a cluster for endpoints.
        "HOSTING_CAPACITY" => Hosting(HostingCapacity),
    }
}

object! { kept
    /// How full a cluster for endpoints is.
    pub struct HostingCapacity (tag "capacityType" = "HOSTING_CAPACITY") {
        /// How many endpoints fit.
        pub total_endpoint_capacity: Option<u64> = "totalEndpointCapacity",
        /// How many there are.
        pub used_endpoint_capacity: Option<u64> = "usedEndpointCapacity",
    }
}

collection! {
    /// The answer of `GET /20231130/dedicatedAiClusters/allocatableGpus`: one page.
    pub struct AllocatableGpuCollection of AllocatableGpus
}

object! { kept
    /// The processors of one shape that clusters can be made of.
    pub struct AllocatableGpus {
        /// The shape.
        pub compute_shape: Option<String> = "computeShape",
        /// How many are free.
        pub total_available_gpu_units: Option<u64> = "totalAvailableGpuUnits",
        /// How many are used.
        pub total_used_gpu_units: Option<u64> = "totalUsedGpuUnits",
        /// How many one cluster can have at most.
        pub max_allocatable_gpu_units: Option<u64> = "maxAllocatableGpuUnits",
        /// How they are spread.
        pub gpu_allocations: Vec<GpuAllocation> = always "gpuAllocations",
    }
}

object! { kept
    /// The processors of one allocation.
    pub struct GpuAllocation {
        /// How many are used.
        pub used_gpus: Option<u64> = "usedGpus",
        /// How many are free.
        pub available_gpus: Option<u64> = "availableGpus",
    }
}
