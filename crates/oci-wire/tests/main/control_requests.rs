//! Requests to the control plane and to NL2SQL: every captured one from the typed builders.

use std::collections::BTreeMap;
use std::fmt::Debug;

use oci_wire::control::{
    ChangeCompartment, ClusterKind, Connector, ConnectorConfiguration, ConversationConfig,
    CreateApiKey, CreateConnector, CreateDedicatedAiCluster, CreateEndpoint, CreateImportedModel,
    CreateModel, CreateProject, CreateSemanticStore, DataSource, Dataset, DefinedTags,
    FineTuneDetails, HuggingFaceModel, IntervalSchedule, KeyDetails, LongTermMemoryConfig,
    ObjectStoragePlace, ProtectionConfig, ProtectionMode, RefreshInterval, RenewApiKey,
    ScheduleFrequency, Schemas, ShortTermMemoryConfig, UpdateApiKey, UpdateProject,
};
use oci_wire::nl2sql::{
    CompletionMode, DatabaseObject, DatabaseObjectKind, EnrichDetails, GenerateSqlDetails,
    PartialBuild,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures;

const COMPARTMENT: &str = "ocid1.compartment.oc1..aaaaaaaacomp";
const END: &str = "2026-06-01T00:00:00Z";

/// The request is written as `expected`, and read back from it is the same request.
#[track_caller]
fn check<T: Debug + DeserializeOwned + PartialEq + Serialize>(built: &T, expected: &Value) {
    assert_eq!(&serde_json::to_value(built).unwrap(), expected);
    assert_eq!(&serde_json::from_value::<T>(expected.clone()).unwrap(), built);
}

#[test]
fn every_captured_request_is_reproduced() {
    let mut names = fixtures::names("requests", "control__", ".json");
    names.extend(fixtures::names("requests", "nl2sql__", ".json"));
    assert_eq!(names.len(), 10);
    for name in names {
        let body = &fixtures::json(&format!("requests/{name}"))["body"];
        let (_, operation) = name.trim_end_matches(".json").split_once("__").unwrap();
        match operation {
            "apikey_create" => {
                let keys = [KeyDetails::new("key-one", END), KeyDetails::new("key-two", END)];
                let mut request = CreateApiKey::new("key", COMPARTMENT, keys);
                request.description = Some("d".to_owned());
                check(&request, body);
            }
            "apikey_renew" => check(&RenewApiKey::new(KeyDetails::new("key-one", END)), body),
            "apikey_update" => {
                let mut request = UpdateApiKey::default();
                request.display_name = Some("k2".to_owned());
                check(&request, body);
            }
            "dac_create" => {
                let kind = ClusterKind::Hosting;
                let mut request =
                    CreateDedicatedAiCluster::new(kind, COMPARTMENT, 1, "LARGE_COHERE_V3");
                request.display_name = Some("c".to_owned());
                check(&request, body);
            }
            "endpoint_create" => check(&endpoint(), body),
            "project_change_compartment" => check(&ChangeCompartment::new(COMPARTMENT), body),
            "project_create" => check(&project(), body),
            "project_update" => {
                let mut request = UpdateProject::default();
                request.display_name = Some("x".to_owned());
                check(&request, body);
            }
            "enrich" => {
                let table = DatabaseObject::new(DatabaseObjectKind::Table, "SH.SALES");
                let mut request = EnrichDetails::new(PartialBuild::new("SH", [table]));
                request.display_name = Some("e".to_owned());
                check(&request, body);
            }
            "generate_sql" => {
                let mut request = GenerateSqlDetails::new("How many?");
                request.model_id = Some("openai.gpt-oss-120b".to_owned());
                request.completion_mode = Some(CompletionMode::WaitForCompletion);
                check(&request, body);
            }
            _ => panic!("{name} has no builder in this test"),
        }
    }
}

fn endpoint() -> CreateEndpoint {
    let mut request = CreateEndpoint::new(
        COMPARTMENT,
        "ocid1.generativeaimodel.oc1.us-chicago-1.m",
        "ocid1.generativeaidedicatedaicluster.oc1..c",
    );
    request.display_name = Some("ep".to_owned());
    request.content_moderation_config = Some(ProtectionConfig::enabled(ProtectionMode::Block));
    request.prompt_injection_config = Some(ProtectionConfig::enabled(ProtectionMode::Inform));
    request.pii_detection_config = Some(ProtectionConfig::disabled());
    request
}

fn project() -> CreateProject {
    let mut request = CreateProject::new(COMPARTMENT);
    request.description = Some("d".to_owned());
    request.display_name = Some("demo".to_owned());
    request.conversation_config = Some(ConversationConfig::hours(720));
    request.long_term_memory_config =
        Some(LongTermMemoryConfig::new("openai.gpt-oss-120b", "cohere.embed-v4.0"));
    request.short_term_memory_optimization_config =
        Some(ShortTermMemoryConfig::new("openai.gpt-oss-120b"));
    request.freeform_tags = Some(BTreeMap::from([("a".to_owned(), "b".to_owned())]));
    request.defined_tags = Some(DefinedTags::new().with("ns", "k", "v"));
    request
}

#[test]
fn what_no_capture_has_is_written_as_the_schema_says() {
    let source = DataSource::database_tools("q", "e");
    let mut store =
        CreateSemanticStore::new(COMPARTMENT, "ss", source, Schemas::database_tools(["SH"]));
    store.refresh_schedule = Some(RefreshInterval::new("PT6H").into());
    check(
        &store,
        &json!({"compartmentId": COMPARTMENT, "displayName": "ss",
            "dataSource": {"connectionType": "DATABASE_TOOLS_CONNECTION", "queryingConnectionId": "q",
                "enrichmentConnectionId": "e"},
            "refreshSchedule": {"type": "INTERVAL", "value": "PT6H"},
            "schemas": {"connectionType": "DATABASE_TOOLS_CONNECTION", "schemas": [{"name": "SH"}]}}),
    );

    let configuration = ConnectorConfiguration::object_storage([ObjectStoragePlace::new("n", "b")]);
    let mut connector = CreateConnector::new(COMPARTMENT, "vs_1", "v", configuration);
    connector.schedule_config = Some(IntervalSchedule::new(ScheduleFrequency::Daily, 1).into());
    check(
        &connector,
        &json!({"compartmentId": COMPARTMENT, "vectorStoreId": "vs_1", "displayName": "v",
            "scheduleConfig": {"configType": "INTERVAL", "frequency": "DAILY", "interval": 1},
            "configuration": {"type": "OBJECT_STORAGE_FILES",
                "storageConfigList": [{"namespace": "n", "bucketName": "b"}]}}),
    );

    let training = FineTuneDetails::new(Dataset::object_storage("n", "b", "o.jsonl"), "cluster");
    check(
        &CreateModel::new(COMPARTMENT, "base", training),
        &json!({"compartmentId": COMPARTMENT, "baseModelId": "base", "fineTuneDetails": {
            "trainingDataset": {"datasetType": "OBJECT_STORAGE", "namespaceName": "n", "bucketName": "b",
                "objectName": "o.jsonl"}, "dedicatedAiClusterId": "cluster"}}),
    );
}

#[test]
fn secrets_are_sent_and_not_shown() {
    let mut source = HuggingFaceModel::new("org/name");
    source.access_token = Some("hf_secret".into());
    let request = CreateImportedModel::new(COMPARTMENT, source);
    assert_eq!(
        serde_json::to_value(&request).unwrap()["dataSource"],
        json!({"sourceType": "HUGGING_FACE_MODEL", "modelId": "org/name", "accessToken": "hf_secret"})
    );
    assert!(!format!("{request:?}").contains("hf_secret"), "{request:?}");
    for odd in [r#"{"token":"hf_secret"}"#, r#"["hf_secret"]"#] {
        let text = format!(r#"{{"sourceType":"HUGGING_FACE_MODEL","accessToken":{odd}}}"#);
        let source: HuggingFaceModel = serde_json::from_str(&text).unwrap();
        assert!(!format!("{source:?}").contains("hf_secret"), "{source:?}");
        assert_eq!(serde_json::to_string(&source).unwrap(), text);
    }
}

#[test]
fn a_connector_of_a_new_kind_is_kept() {
    let text = r#"{"id":"c","configuration":{"type":"SHAREPOINT","sites":[1e2]}}"#;
    let connector: Connector = serde_json::from_str(text).unwrap();
    assert!(matches!(connector.configuration, Some(ConnectorConfiguration::Other(_))));
    assert_eq!(serde_json::to_string(&connector).unwrap(), text);
}
