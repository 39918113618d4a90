//! The control plane (`/20231130`): what is made and kept before a model is called.
//!
//! `Create…`, `Update…` and `ChangeCompartment` are bodies of requests, `…Collection` is one page of a list.
//! Oracle has a type of its own for the entries of most lists, with some members less; here an entry is the resource
//! itself, and what a list does not tell is `None`.
//! Vector stores, which are made on the same host in OpenAI's form, are in [`crate::resources`].
//!
//! ```
//! use oci_wire::control::{ConversationConfig, CreateProject, LongTermMemoryConfig};
//!
//! let mut project = CreateProject::new("ocid1.compartment.oc1..example");
//! project.display_name = Some("demo".to_owned());
//! project.conversation_config = Some(ConversationConfig::hours(720));
//! project.long_term_memory_config =
//!     Some(LongTermMemoryConfig::new("openai.gpt-oss-120b", "cohere.embed-v4.0"));
//! assert!(serde_json::to_string(&project).unwrap().contains(r#""modelConfigType":"EXTRACTION""#));
//! ```

mod api_key;
mod cluster;
mod connector;
mod discovery;
mod endpoint;
mod file_sync;
mod imported_model;
mod memory;
mod model;
pub(crate) mod page;
mod project;
mod routing;
mod sandbox;
mod semantic_store;
mod state;
mod tags;
mod training;
mod warm_pool;
mod work_request;

pub use api_key::{
    ApiKey, ApiKeyCollection, ApiKeyItem, CreateApiKey, KeyDetails, KeyState, RenewApiKey,
    SetApiKeyState, UpdateApiKey,
};
pub use cluster::{
    AllocatableGpuCollection, AllocatableGpus, ClusterCapacity, ClusterKind,
    CreateDedicatedAiCluster, DedicatedAiCluster, DedicatedAiClusterCollection, GpuAllocation,
    HostingCapacity, UpdateDedicatedAiCluster,
};
pub use connector::{
    Connector, ConnectorCollection, ConnectorConfiguration, CreateConnector, CronSchedule,
    IntervalSchedule, ObjectStorageFiles, ObjectStoragePlace, ScheduleConfig, ScheduleFrequency,
    ScheduleState, UpdateConnector,
};
pub use discovery::{
    Availability, DiscoveredModel, Modality, ModalitySupport, ModelAccess,
    ModelDiscoveryCollection, ModelParameter, ServingKind,
};
pub use endpoint::{
    CreateEndpoint, Endpoint, EndpointCollection, ProtectionConfig, ProtectionMode, UpdateEndpoint,
};
pub use file_sync::{
    CreateFileSync, FileSync, FileSyncCollection, FileSyncStatistics, FileSyncStats,
    FileSyncTrigger, IngestionLog, IngestionLogCollection, IngestionStatus,
};
pub use imported_model::{
    CreateImportedModel, HuggingFaceModel, ImportedModel, ImportedModelCapability,
    ImportedModelCollection, ModelDataSource, ObjectStorageObject, UpdateImportedModel,
};
pub use memory::{
    CondenserConfig, ConversationConfig, EmbeddingConfig, ExtractionConfig, LlmSelection,
    LongTermMemoryConfig, ModelSelection, ShortTermMemoryConfig, StandardLongTermMemoryStrategy,
};
pub use model::{CreateModel, Model, ModelCapability, ModelCollection, ModelKind, UpdateModel};
pub use page::ChangeCompartment;
pub use project::{CreateProject, Project, ProjectCollection, UpdateProject};
pub use routing::{
    CreateRoutingProfile, ModelRoutingPolicy, RegionRoutingPolicy, RoutingProfile,
    RoutingProfileCollection, UpdateRoutingProfile,
};
pub use sandbox::{
    AllowedDomain, CustomSandboxNetworking, ManagedSandboxNetworking, SandboxAllowedDomains,
    SandboxAllowsAll, SandboxConfig, SandboxCredentialProfile, SandboxCredentialRule,
    SandboxDeniesAll, SandboxHeader, SandboxHeaderRule, SandboxNetworkPolicy,
    SandboxOutboundNetworking, SandboxWarmPoolConfig,
};
pub use semantic_store::{
    CreateSemanticStore, CustomModel, DataSource, DatabaseToolsSchemas, DatabaseToolsSource,
    DefaultModel, ModelChoice, NoRefresh, RefreshInterval, RefreshOnCreate, RefreshSchedule,
    SchemaItem, Schemas, SemanticStore, SemanticStoreCollection, UpdateSemanticStore,
};
pub use state::{JobState, LifecycleState};
pub use tags::DefinedTags;
pub use training::{
    ChatModelMetrics, Dataset, FineTuneDetails, LoraTrainingConfig, ModelMetrics,
    ObjectStorageDataset, TFewTrainingConfig, TextGenerationModelMetrics, TrainingConfig,
    VanillaTrainingConfig,
};
pub use warm_pool::{
    CreateSandboxWarmPool, SandboxObservation, SandboxRuntime, SandboxShape, SandboxWarmPool,
    SandboxWarmPoolCollection, SandboxWarmPoolRuntimeStatus, UpdateSandboxWarmPool,
};
pub use work_request::{
    WorkRequest, WorkRequestAction, WorkRequestCollection, WorkRequestError,
    WorkRequestErrorCollection, WorkRequestLogCollection, WorkRequestLogEntry, WorkRequestResource,
};
