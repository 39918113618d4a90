//! The control plane (`/20231130`) and NL2SQL (`/20260325`): what is made, kept and managed beside inference.
//!
//! ```text
//! Client ─► control() ─► Control ─► projects(), api_keys(), endpoints() …   Resources<Project>, Resources<ApiKey> …
//!                                └► work_requests()                         and the waiter for what goes on after its answer
//! Client ─► semantic_store(id) ─► SemanticStoreJobs                         SQL from questions
//! ```
//!
//! - All of it takes a signature: a client with an API key of Generative AI gets [`ErrorKind::Identity`](crate::ErrorKind::Identity),
//!   and nothing is sent.
//! - A list is one page, or all of them as the stream [`Items`](crate::Items): the service names the next page in the header `opc-next-page`.
//! - What changes a resource takes `if_match`, the [`etag`](crate::Answer::etag) of the version that the caller has seen. If another
//!   has changed it since, the service refuses with 412 `NoEtagMatch`.
//! - Every POST carries an `opc-retry-token` that is the same for all its attempts, so that what is made is made once even when an
//!   answer is lost on its way. The service keeps it for 24 hours, as Oracle's documentation says;
//!   [`Resources::retry_token`] gives one of the caller's own, which outlives the process.
//! - Much of it goes on after it was answered: [`Answer::opc_work_request_id`](crate::Answer::opc_work_request_id) names the work
//!   request, and [`Resources::wait`] waits for it.
//!
//! ```no_run
//! use oci_transport::control::{Filter, Waiting};
//! use oci_wire::control::CreateProject;
//!
//! # async fn run(client: oci_transport::Client) -> Result<(), oci_transport::Error> {
//! let control = client.control();
//! let made = control.projects().create(&CreateProject::new("ocid1.compartment.oc1..example")).await?;
//! if let Some(id) = made.opc_work_request_id() {
//!     control.work_requests().wait(id, &Waiting::default()).await?;
//! }
//! let mut projects = control.projects().all(Filter::default());
//! while let Some(project) = projects.next().await {
//!     println!("{:?}", project?.display_name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Hosted applications, their storage and deployments, private endpoints, and sandboxes are not here; a [raw
//! request](crate::RawRequest) reaches them. `docs/operations.md` has the list.

mod actions;
mod filter;
mod kinds;
mod nl2sql;
mod resources;
mod waiting;

use crate::client::Client;
use oci_wire::control::{
    ApiKey, Connector, DedicatedAiCluster, Endpoint, FileSync, ImportedModel, Model, Project,
    RoutingProfile, SandboxWarmPool, SemanticStore, WorkRequest,
};

pub use filter::Filter;
pub use kinds::{Editable, Movable, Resource};
pub use nl2sql::SemanticStoreJobs;
pub use resources::Resources;
pub(crate) use waiting::Standing;
pub use waiting::{Progress, Waiting};

/// The control plane of a region.
#[derive(Clone, Debug)]
pub struct Control {
    client: Client,
}

impl Client {
    /// The control plane of the client's region, see [`control_plane`](Self::control_plane).
    #[must_use]
    pub fn control(&self) -> Control {
        Control { client: self.control_plane() }
    }

    /// Questions to a semantic store, and its enrichment, at the client's own host.
    #[must_use]
    pub fn semantic_store(&self, id: impl Into<String>) -> SemanticStoreJobs {
        SemanticStoreJobs::new(self.clone(), id.into())
    }
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident: $kind:ty;)*) => { $(
        $(#[$meta])*
        #[must_use]
        pub fn $name(&self) -> Resources<$kind> {
            Resources::new(self.client.clone())
        }
    )* };
}

impl Control {
    kinds! {
        /// Generative AI projects, with how long they keep responses and conversations, and what they remember.
        projects: Project;
        /// API keys of Generative AI. A secret is in the answer that made or renewed it, and nowhere else.
        api_keys: ApiKey;
        /// Semantic stores, which [`Client::semantic_store`] asks. Lists take `dataSourceQueryingConnectionId`, too.
        semantic_stores: SemanticStore;
        /// Connectors, which fill vector stores from Object Storage. Lists take `vectorStoreId`, too.
        connectors: Connector;
        /// Runs of connectors. Lists take `vectorStoreConnectorId`, too.
        file_syncs: FileSync;
        /// Models of Oracle and one's own. Lists take `vendor` and `capability`, too.
        models: Model;
        /// Endpoints of dedicated AI clusters. Lists take `generativeAiPrivateEndpointId`, too.
        endpoints: Endpoint;
        /// Dedicated AI clusters. Lists take `capacityReservationId`, too.
        clusters: DedicatedAiCluster;
        /// Models that are imported from Object Storage or Hugging Face. Lists take `vendor` and `capability`, too.
        imported_models: ImportedModel;
        /// Routing profiles: which models and regions calls may go to.
        routing_profiles: RoutingProfile;
        /// Operations that go on after their call was answered. Lists take `workRequestId`, `status` and `resourceId`, too.
        work_requests: WorkRequest;
    }

    /// The sandboxes that a project keeps ready, by name. Lists take `name`, `type` and `shape`, and no compartment.
    #[must_use]
    pub fn warm_pools(&self, project: impl Into<String>) -> Resources<SandboxWarmPool> {
        Resources::within(self.client.clone(), project.into())
    }

    /// The client below, at the control plane's host.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}
