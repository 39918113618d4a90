//! The kinds of resources, as data: where they are, and which of the common operations they have.

use http::Method;
use oci_wire::Number;
use oci_wire::control as wire;
use oci_wire::nl2sql::{EnrichmentJob, EnrichmentJobCollection};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::control::waiting::Standing;
use crate::operation::{Operation, signed};

/// A kind of resource of the control plane. Only types of [`oci_wire::control`] are one.
pub trait Resource: sealed::Kind + DeserializeOwned + Send + Sync + 'static {
    /// One page of a list.
    type List: sealed::Page<Entry = Self> + DeserializeOwned + Send + 'static;
}

/// A kind that is made, changed and deleted.
pub trait Editable: Resource {
    /// The body that makes one.
    type Create: Serialize + Sync;
    /// The body that changes one; what is not set stays as it is.
    type Update: Serialize + Sync;
}

/// A kind that can be moved to another compartment.
pub trait Movable: Resource {}

/// What keeps others from implementing the traits above.
#[expect(unnameable_types, reason = "a sealed trait has no name outside, on purpose")]
pub(super) mod sealed {
    /// What every kind has.
    pub trait Kind: Sized {
        /// Its operations.
        fn rows() -> &'static super::Rows;
        /// By what it is called in paths, which every answer that is one has.
        fn id(&self) -> Option<&str>;
        /// How it is.
        fn standing(&self) -> super::Standing<'_>;
    }

    /// One page of a list.
    pub trait Page {
        /// What is in it.
        type Entry;
        /// Its entries.
        fn into_items(self) -> Vec<Self::Entry>;
        /// Whether it is one: an answer without `items` that says something else is none.
        fn is_page(&self) -> bool;
    }
}

/// The operations of one kind.
#[derive(Debug)]
#[expect(unnameable_types, reason = "it is a part of a sealed trait")]
pub struct Rows {
    pub(super) create: Operation,
    pub(super) list: Operation,
    pub(super) get: Operation,
    pub(super) update: Operation,
    pub(super) delete: Operation,
    /// Every `POST …/actions/…`, and what is read below one resource.
    pub(super) act: Operation,
    pub(super) below: Operation,
    /// For a kind that is within another: the segment after the other's id. Such a list takes no compartment.
    pub(super) within: Option<&'static str>,
}

macro_rules! kinds {
    ($(
        $kind:ident in $list:ident at $path:literal $(within $within:literal)?,
        $noun:literal, $nouns:literal, $id:ident, $standing:ident
        $(, edit $create:ident $update:ident)? $(, moves $movable:ident)?;
    )*) => { $(
        impl sealed::Kind for wire::$kind {
            fn rows() -> &'static Rows {
                static ROWS: Rows = Rows {
                    create: signed($noun, Method::POST, $path),
                    list: signed(concat!("list of ", $nouns), Method::GET, $path),
                    get: signed($noun, Method::GET, $path),
                    update: signed($noun, Method::PUT, $path),
                    delete: signed(concat!("deletion of ", $nouns), Method::DELETE, $path),
                    act: signed($noun, Method::POST, $path),
                    below: signed(concat!("list of what belongs to ", $nouns), Method::GET, $path),
                    within: kinds!(@within $($within)?),
                };
                &ROWS
            }

            fn id(&self) -> Option<&str> {
                self.$id.as_deref()
            }

            fn standing(&self) -> Standing<'_> {
                kinds!(@$standing self)
            }
        }

        pages! { wire::$list => wire::$kind }

        impl Resource for wire::$kind {
            type List = wire::$list;
        }

        $(
            impl Editable for wire::$kind {
                type Create = wire::$create;
                type Update = wire::$update;
            }
        )?

        $( impl $movable for wire::$kind {} )?
    )* };
    (@within) => { None };
    (@within $within:literal) => { Some($within) };
    (@lifecycle $this:ident) => {
        Standing::of($this.lifecycle_state.as_ref(), $this.lifecycle_details.as_deref())
    };
    (@job $this:ident) => {
        Standing::of_job($this.lifecycle_state.as_ref(), None, $this.lifecycle_details.as_deref())
    };
    (@work $this:ident) => {
        Standing::of_job($this.status.as_ref(), $this.percent_complete.map(Number::as_f64), None)
    };
}

macro_rules! pages {
    ($($list:ty => $entry:ty),* $(,)?) => { $(
        impl sealed::Page for $list {
            type Entry = $entry;

            fn into_items(self) -> Vec<$entry> {
                self.items
            }

            fn is_page(&self) -> bool {
                !self.items.is_empty() || self.extra.is_empty()
            }
        }
    )* };
}

pages! {
    wire::AllocatableGpuCollection => wire::AllocatableGpus,
    wire::IngestionLogCollection => wire::IngestionLog,
    wire::ModelDiscoveryCollection => wire::DiscoveredModel,
    wire::WorkRequestErrorCollection => wire::WorkRequestError,
    wire::WorkRequestLogCollection => wire::WorkRequestLogEntry,
    EnrichmentJobCollection => EnrichmentJob,
}

kinds! {
    Project in ProjectCollection at "/20231130/generativeAiProjects",
        "project", "projects", id, lifecycle, edit CreateProject UpdateProject, moves Movable;
    ApiKey in ApiKeyCollection at "/20231130/apikeys",
        "Generative AI API key", "Generative AI API keys", id, lifecycle, edit CreateApiKey UpdateApiKey, moves Movable;
    SemanticStore in SemanticStoreCollection at "/20231130/semanticStores",
        "semantic store", "semantic stores", id, lifecycle, edit CreateSemanticStore UpdateSemanticStore, moves Movable;
    Connector in ConnectorCollection at "/20231130/vectorStoreConnectors",
        "connector", "connectors", id, lifecycle, edit CreateConnector UpdateConnector;
    FileSync in FileSyncCollection at "/20231130/vectorStoreConnectorFileSyncs",
        "run of a connector", "runs of connectors", id, job;
    Model in ModelCollection at "/20231130/models",
        "model", "models", id, lifecycle, edit CreateModel UpdateModel, moves Movable;
    Endpoint in EndpointCollection at "/20231130/endpoints",
        "model endpoint", "model endpoints", id, lifecycle, edit CreateEndpoint UpdateEndpoint, moves Movable;
    DedicatedAiCluster in DedicatedAiClusterCollection at "/20231130/dedicatedAiClusters",
        "dedicated AI cluster", "dedicated AI clusters", id, lifecycle,
        edit CreateDedicatedAiCluster UpdateDedicatedAiCluster, moves Movable;
    ImportedModel in ImportedModelCollection at "/20231130/importedModels",
        "model that was imported", "models that were imported", id, lifecycle, edit CreateImportedModel UpdateImportedModel, moves Movable;
    RoutingProfile in RoutingProfileCollection at "/20231130/routingProfiles",
        "routing profile", "routing profiles", id, lifecycle, edit CreateRoutingProfile UpdateRoutingProfile, moves Movable;
    SandboxWarmPool in SandboxWarmPoolCollection at "/20231130/generativeAiProjects" within "sandboxWarmPools",
        "warm pool", "warm pools", name, lifecycle, edit CreateSandboxWarmPool UpdateSandboxWarmPool;
    WorkRequest in WorkRequestCollection at "/20231130/workRequests",
        "work request", "work requests", id, work;
}
