//! Answers of the control plane and of NL2SQL: every canned one survives decoding and encoding.

use oci_wire::control::{
    ApiKey, ApiKeyCollection, ClusterCapacity, ConnectorCollection, DedicatedAiCluster,
    DedicatedAiClusterCollection, JobState, KeyState, LifecycleState, Model, ModelCapability,
    ModelCollection, ModelDiscoveryCollection, Project, SemanticStore, SemanticStoreCollection,
    WorkRequest, WorkRequestErrorCollection, WorkRequestLogCollection,
};
use oci_wire::nl2sql::{EnrichmentJob, GenerateSqlJob};
use oci_wire::{Number, control};
use serde::de::DeserializeOwned;

use crate::fixtures;
use crate::native_answers::check;

/// Checks one canned answer; the name is that of its file.
#[track_caller]
pub(crate) fn check_named(name: &str, text: &str) {
    match name.trim_end_matches(".json") {
        "apikey_create" | "apikey_get" => drop(check::<ApiKey>(text)),
        "apikey_list" => drop(check::<ApiKeyCollection>(text)),
        "dac_get" => drop(check::<DedicatedAiCluster>(text)),
        "dac_list" => drop(check::<DedicatedAiClusterCollection>(text)),
        "enrich" => drop(check::<EnrichmentJob>(text)),
        "model_discovery_list" => drop(check::<ModelDiscoveryCollection>(text)),
        "model_get" => drop(check::<Model>(text)),
        "models_list" => drop(check::<ModelCollection>(text)),
        "project_create" | "project_get" => drop(check::<Project>(text)),
        "semanticstore_create" => drop(check::<SemanticStore>(text)),
        "semanticstore_list" => drop(check::<SemanticStoreCollection>(text)),
        "vsconnector_create" => drop(check::<control::Connector>(text)),
        "vsconnector_list" => drop(check::<ConnectorCollection>(text)),
        "workrequest_errors" => drop(check::<WorkRequestErrorCollection>(text)),
        "workrequest_get" => drop(check::<WorkRequest>(text)),
        "workrequest_logs" => drop(check::<WorkRequestLogCollection>(text)),
        _ => panic!("{name} has no type in this test"),
    }
}

#[track_caller]
fn read<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&fixtures::text(&format!("responses/native/{name}.json"))).unwrap()
}

#[test]
fn the_secret_of_a_key_is_read_and_never_shown() {
    let key: ApiKey = read("apikey_create");
    let item = &key.keys[0];
    assert_eq!(item.key.as_ref().unwrap().expose(), "sk-EXAMPLE-not-a-secret");
    assert_eq!(item.key_mask.as_deref(), Some("sk-***abc"));
    assert_eq!(item.state, Some(KeyState::Active));
    let list: ApiKeyCollection = read("apikey_list");
    for shown in [format!("{key:?}"), format!("{key:#?}"), format!("{list:?}")] {
        assert!(shown.contains("[redacted]") && !shown.contains("sk-EXAMPLE"), "{shown}");
    }
}

#[test]
fn values_are_where_they_belong() {
    let project: Project = read("project_get");
    assert_eq!(project.lifecycle_state, Some(LifecycleState::Active));
    let kept = project.conversation_config.unwrap();
    assert_eq!(kept.responses_retention_in_hours, Some(720));

    let cluster: DedicatedAiCluster = read("dac_get");
    let state = cluster.lifecycle_state.unwrap();
    assert_eq!((&state, state.is_changing()), (&LifecycleState::NeedsAttention, false));
    let Some(ClusterCapacity::Hosting(capacity)) = cluster.capacity else {
        panic!("{:?}", cluster.capacity)
    };
    assert_eq!(capacity.total_endpoint_capacity, Some(50));

    let model: Model = read("model_get");
    let future = ModelCapability::Other("SOME_FUTURE_CAP".to_owned());
    assert_eq!(model.capabilities, [ModelCapability::Chat, future]);

    let request: WorkRequest = read("workrequest_get");
    let state = request.status.unwrap();
    assert_eq!((&state, state.is_running()), (&JobState::InProgress, true));
    assert_eq!(request.percent_complete, Some(Number::Float(50.0)));
    assert_eq!(request.resources[0].entity_type.as_deref(), Some("semanticStore"));
    let errors: WorkRequestErrorCollection = read("workrequest_errors");
    assert_eq!(errors.items[0].code.as_deref(), Some("InternalError"));
}

#[test]
fn waiting_ends_at_an_unknown_state() {
    assert!(!JobState::from("PAUSED").is_running());
    assert!(!LifecycleState::from("ARCHIVED").is_changing());
}

#[test]
fn sql_is_where_the_job_says() {
    let inline = r#"{"id":"j","lifecycleState":"SUCCEEDED","jobOutput":{"jobOutputLocation":"INLINE","content":"SELECT 1"}}"#;
    let job = check::<GenerateSqlJob>(inline);
    assert_eq!(job.sql(), Some("SELECT 1"));
    let elsewhere = r#"{"jobOutput":{"jobOutputLocation":"BUCKET","name":"b"}}"#;
    assert_eq!(check::<GenerateSqlJob>(elsewhere).sql(), None);
}

/// A whole tree of odd values: nothing is fatal, nothing is lost.
#[test]
fn odd_answers_lose_nothing() {
    for text in [
        r#"{"lifecycleState":"PAUSED","keys":"none","definedTags":{"ns":{"k":1e2}}}"#,
        r#"{"keys":[{"state":7,"key":{"new":"sesame"},"keyName":["a"]}],"freeformTags":{"a":1}}"#,
        r#"{"keys":[],"newField":{"a":1,"a":2},"timeCreated":12345678901234567890123}"#,
    ] {
        let key: ApiKey = serde_json::from_str(text).unwrap();
        let written = serde_json::to_string(&key).unwrap();
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&written), read(text));
        assert!(!format!("{key:?}").contains("sesame"), "{key:?}");
    }
}
