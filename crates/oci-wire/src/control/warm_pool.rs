//! Warm pools: sandboxes of a project that are kept ready.

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::object::object;
use crate::open_enum::open_enum;

object! { strict
    /// The body of `POST /20231130/generativeAiProjects/{id}/sandboxWarmPools`.
    pub struct CreateSandboxWarmPool {
        /// Its name, unique in the project and never changed.
        pub name: String = required "name",
        /// Which runtime its sandboxes have.
        pub kind: Option<SandboxRuntime> = "type",
        /// The image of a custom runtime, pinned by digest; only for those.
        pub container_image: Option<String> = "containerImage",
        /// How large its sandboxes are.
        pub shape: Option<SandboxShape> = "shape",
        /// How many are kept ready; 0 pauses the pool.
        pub desired_capacity: u32 = required "desiredCapacity",
    }
}

impl CreateSandboxWarmPool {
    /// A pool.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        kind: SandboxRuntime,
        shape: SandboxShape,
        desired_capacity: u32,
    ) -> Self {
        Self {
            name: name.into(),
            kind: Some(kind),
            shape: Some(shape),
            desired_capacity,
            ..Self::default()
        }
    }
}

object! { strict
    /// The body of `PUT …/sandboxWarmPools/{name}`.
    pub struct UpdateSandboxWarmPool {
        /// How many are kept ready from now on.
        pub desired_capacity: Option<u32> = "desiredCapacity",
    }
}

object! { kept
    /// A warm pool; times are in the form of RFC 3339.
    ///
    /// In a list `runtime_status` is absent.
    pub struct SandboxWarmPool {
        /// The OCID of the project.
        pub project_id: Option<String> = "projectId",
        /// Its name.
        pub name: Option<String> = "name",
        /// Which runtime its sandboxes have.
        pub kind: Option<SandboxRuntime> = "type",
        /// The image of a custom runtime.
        pub container_image: Option<String> = "containerImage",
        /// How large its sandboxes are.
        pub shape: Option<SandboxShape> = "shape",
        /// How many are to be ready, which is not how many are.
        pub desired_capacity: Option<u64> = "desiredCapacity",
        /// How it is.
        pub lifecycle_state: Option<LifecycleState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it was last changed.
        pub time_updated: Option<String> = "timeUpdated",
        /// How many are ready.
        pub runtime_status: Option<SandboxWarmPoolRuntimeStatus> = "runtimeStatus",
    }
}

collection! {
    /// The answer of `GET …/sandboxWarmPools`: one page.
    pub struct SandboxWarmPoolCollection of SandboxWarmPool
}

object! { kept
    /// How many sandboxes are ready.
    pub struct SandboxWarmPoolRuntimeStatus {
        /// How many are ready and idle.
        pub ready_capacity: Option<u64> = "readyCapacity",
        /// Whether the number could be read.
        pub observation_status: Option<SandboxObservation> = "observationStatus",
        /// When it was read.
        pub time_read: Option<String> = "timeRead",
        /// Why it could not be read.
        pub reason: Option<String> = "reason",
    }
}

open_enum! {
    /// What runs in a sandbox.
    pub enum SandboxRuntime {
        /// The runtime of the service.
        Managed = "MANAGED",
        /// An image of the customer.
        Custom = "CUSTOM",
    }
}

open_enum! {
    /// How large a sandbox is.
    pub enum SandboxShape {
        /// Small.
        Small = "SMALL",
        /// Medium.
        Medium = "MEDIUM",
        /// Large.
        Large = "LARGE",
    }
}

open_enum! {
    /// Whether the state of a pool could be read.
    pub enum SandboxObservation {
        /// It was read.
        Observed = "OBSERVED",
        /// It could not be read.
        Unavailable = "UNAVAILABLE",
    }
}
