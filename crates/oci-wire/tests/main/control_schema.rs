//! No model and no field of the control plane and of NL2SQL of the official Python SDK 2.189.0 is missing.
//!
//! The walk is that of [`crate::native_schema`]; it begins at the bodies of every operation.

use std::collections::{BTreeMap, BTreeSet};

use oci_wire::control::{
    AllocatableGpuCollection, ApiKey, ApiKeyCollection, ChangeCompartment, Connector,
    ConnectorCollection, CreateApiKey, CreateConnector, CreateDedicatedAiCluster, CreateEndpoint,
    CreateFileSync, CreateImportedModel, CreateModel, CreateProject, CreateRoutingProfile,
    CreateSandboxWarmPool, CreateSemanticStore, DedicatedAiCluster, DedicatedAiClusterCollection,
    Endpoint, EndpointCollection, FileSync, FileSyncCollection, FileSyncStats, ImportedModel,
    ImportedModelCollection, IngestionLogCollection, Model, ModelCollection,
    ModelDiscoveryCollection, Project, ProjectCollection, RenewApiKey, RoutingProfile,
    RoutingProfileCollection, SandboxWarmPool, SandboxWarmPoolCollection, SemanticStore,
    SemanticStoreCollection, SetApiKeyState, UpdateApiKey, UpdateConnector,
    UpdateDedicatedAiCluster, UpdateEndpoint, UpdateImportedModel, UpdateModel, UpdateProject,
    UpdateRoutingProfile, UpdateSandboxWarmPool, UpdateSemanticStore, WorkRequest,
    WorkRequestCollection, WorkRequestErrorCollection, WorkRequestLogCollection,
};
use oci_wire::nl2sql::{
    EnrichDetails, EnrichmentJob, EnrichmentJobCollection, GenerateSqlDetails, GenerateSqlJob,
};
use serde_json::json;

use crate::native_schema::{Reader, Schema, read};

/// The bodies of the operations, and the type that each is read into.
const BODIES: [(&str, Reader); 67] = [
    ("AllocatableGpuCollection", read::<AllocatableGpuCollection>),
    ("ApiKey", read::<ApiKey>),
    ("ApiKeyCollection", read::<ApiKeyCollection>),
    ("ChangeApiKeyCompartmentDetails", read::<ChangeCompartment>),
    ("ChangeDedicatedAiClusterCompartmentDetails", read::<ChangeCompartment>),
    ("ChangeEndpointCompartmentDetails", read::<ChangeCompartment>),
    ("ChangeGenerativeAiProjectCompartmentDetails", read::<ChangeCompartment>),
    ("ChangeImportedModelCompartmentDetails", read::<ChangeCompartment>),
    ("ChangeModelCompartmentDetails", read::<ChangeCompartment>),
    ("ChangeRoutingProfileCompartmentDetails", read::<ChangeCompartment>),
    ("ChangeSemanticStoreCompartmentDetails", read::<ChangeCompartment>),
    ("CreateApiKeyDetails", read::<CreateApiKey>),
    ("CreateDedicatedAiClusterDetails", read::<CreateDedicatedAiCluster>),
    ("CreateEndpointDetails", read::<CreateEndpoint>),
    ("CreateGenerativeAiProjectDetails", read::<CreateProject>),
    ("CreateImportedModelDetails", read::<CreateImportedModel>),
    ("CreateModelDetails", read::<CreateModel>),
    ("CreateRoutingProfileDetails", read::<CreateRoutingProfile>),
    ("CreateSandboxWarmPoolDetails", read::<CreateSandboxWarmPool>),
    ("CreateSemanticStoreDetails", read::<CreateSemanticStore>),
    ("CreateVectorStoreConnectorDetails", read::<CreateConnector>),
    ("CreateVectorStoreConnectorFileSyncDetails", read::<CreateFileSync>),
    ("DedicatedAiCluster", read::<DedicatedAiCluster>),
    ("DedicatedAiClusterCollection", read::<DedicatedAiClusterCollection>),
    ("Endpoint", read::<Endpoint>),
    ("EndpointCollection", read::<EndpointCollection>),
    ("EnrichmentJob", read::<EnrichmentJob>),
    ("EnrichmentJobCollection", read::<EnrichmentJobCollection>),
    ("FileSyncIngestionLogsCollection", read::<IngestionLogCollection>),
    ("GenerateEnrichmentJobDetails", read::<EnrichDetails>),
    ("GenerateSqlFromNlDetails", read::<GenerateSqlDetails>),
    ("GenerateSqlFromNlJob", read::<GenerateSqlJob>),
    ("GenerativeAiProject", read::<Project>),
    ("GenerativeAiProjectCollection", read::<ProjectCollection>),
    ("ImportedModel", read::<ImportedModel>),
    ("ImportedModelCollection", read::<ImportedModelCollection>),
    ("Model", read::<Model>),
    ("ModelCollection", read::<ModelCollection>),
    ("ModelDiscoveryCollection", read::<ModelDiscoveryCollection>),
    ("RenewApiKeyDetails", read::<RenewApiKey>),
    ("RoutingProfile", read::<RoutingProfile>),
    ("RoutingProfileCollection", read::<RoutingProfileCollection>),
    ("SandboxWarmPool", read::<SandboxWarmPool>),
    ("SandboxWarmPoolCollection", read::<SandboxWarmPoolCollection>),
    ("SemanticStore", read::<SemanticStore>),
    ("SemanticStoreCollection", read::<SemanticStoreCollection>),
    ("SetApiKeyStateDetails", read::<SetApiKeyState>),
    ("UpdateApiKeyDetails", read::<UpdateApiKey>),
    ("UpdateDedicatedAiClusterDetails", read::<UpdateDedicatedAiCluster>),
    ("UpdateEndpointDetails", read::<UpdateEndpoint>),
    ("UpdateGenerativeAiProjectDetails", read::<UpdateProject>),
    ("UpdateImportedModelDetails", read::<UpdateImportedModel>),
    ("UpdateModelDetails", read::<UpdateModel>),
    ("UpdateRoutingProfileDetails", read::<UpdateRoutingProfile>),
    ("UpdateSandboxWarmPoolDetails", read::<UpdateSandboxWarmPool>),
    ("UpdateSemanticStoreDetails", read::<UpdateSemanticStore>),
    ("UpdateVectorStoreConnectorDetails", read::<UpdateConnector>),
    ("VectorStoreConnector", read::<Connector>),
    ("VectorStoreConnectorCollection", read::<ConnectorCollection>),
    ("VectorStoreConnectorFileSync", read::<FileSync>),
    ("VectorStoreConnectorFileSyncCollection", read::<FileSyncCollection>),
    ("VectorStoreConnectorIngestionLogsCollection", read::<IngestionLogCollection>),
    ("VectorStoreConnectorStats", read::<FileSyncStats>),
    ("WorkRequest", read::<WorkRequest>),
    ("WorkRequestErrorCollection", read::<WorkRequestErrorCollection>),
    ("WorkRequestLogEntryCollection", read::<WorkRequestLogCollection>),
    ("WorkRequestSummaryCollection", read::<WorkRequestCollection>),
];

#[test]
fn every_model_and_field_has_a_counterpart() {
    let mut schema = Schema::load("native_control_schema.json");
    let operations = schema.models.remove("_operations").unwrap();
    let operations = operations.as_object().unwrap();
    assert_eq!(operations.len(), 79);
    let readers = BTreeMap::from(BODIES);
    let mut seen = BTreeSet::new();
    let mut used = BTreeSet::new();
    for (operation, models) in operations {
        for model in models.as_array().unwrap().iter().map(|model| model.as_str().unwrap()) {
            let Some(reader) = readers.get(model) else {
                panic!("{model} of {operation} has no type")
            };
            if !used.insert(model) {
                continue;
            }
            for body in schema.bodies(model, &mut seen) {
                if let Err(reason) = reader(&body) {
                    panic!("{model}: {reason}\nin {body}");
                }
            }
        }
    }
    assert_eq!(used.len(), BODIES.len(), "a type is listed that no operation has");
    let all: BTreeSet<String> = schema.models.keys().cloned().collect();
    let unreached: Vec<&String> = all.difference(&seen).collect();
    assert!(unreached.is_empty(), "no body has {unreached:?}");
    assert_eq!(all.len(), 168);
}

/// The test above can fail: an unknown field and an unknown kind are found at any depth.
#[test]
fn what_is_unknown_is_found() {
    let project = |memory| json!({"longTermMemoryConfig": memory});
    assert!(read::<Project>(&project(json!({"standardLongTermMemoryStrategy": {}}))).is_ok());
    assert!(read::<Project>(&project(json!({"newField": 1}))).is_err());
    let nested = json!({"standardLongTermMemoryStrategy": {"newField": 1}});
    assert!(read::<Project>(&project(nested)).is_err());
    assert!(read::<Project>(&json!({"lifecycleState": "NEW"})).is_err());
    assert!(read::<Connector>(&json!({"configuration": {"type": "NEW"}})).is_err());
    assert!(read::<FileSync>(&json!({"stats": {"created": {"totalFilesSynced": "1"}}})).is_err());
}
