//! Every operation of the service that the official SDKs know: done here as they do it, or named in `docs/operations.md` with the
//! reason.

use std::collections::{BTreeMap, BTreeSet};

use http::Request;
use oci_transport::Client;
use oci_transport::control::{Editable, Filter, Movable, Resource, Resources};
use oci_wire::control::{
    ChangeCompartment, CreateConnector, CreateDedicatedAiCluster, CreateEndpoint, CreateFileSync,
    CreateImportedModel, CreateModel, CreateSandboxWarmPool, CreateSemanticStore, KeyDetails,
    KeyState, RenewApiKey, SetApiKeyState,
};
use oci_wire::nl2sql::{EnrichDetails, FullBuild, GenerateSqlDetails};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::captures::{Recorder, client, key, typed};
use crate::resources;

/// What an operation is called with.
pub(crate) struct Given<'a> {
    pub(crate) ids: Vec<&'a str>,
    pub(crate) filter: Filter,
    /// `null` for one of this test's own.
    pub(crate) body: &'a Value,
    pub(crate) if_match: Option<&'a str>,
}

impl Given<'_> {
    fn id(&self) -> &str {
        self.ids[0]
    }

    fn body<T: DeserializeOwned>(&self, otherwise: Value) -> T {
        if self.body.is_null() {
            serde_json::from_value(otherwise).unwrap()
        } else {
            typed(self.body)
        }
    }
}

/// Calls an operation of the control plane or of NL2SQL by its name in the official Python SDK; `false` if there is none.
///
/// The answers are of no use here, so each call fails after it was sent.
pub(crate) async fn call(client: &Client, operation: &str, given: &Given<'_>) -> bool {
    let control = client.control();
    // `list_models`, `create_model` … are told apart from what only one kind has.
    if own(client, operation, given).await {
        return true;
    }
    let verbs = ["create_", "list_", "get_", "update_", "delete_", "change_"];
    let Some((verb, rest)) =
        verbs.iter().find_map(|verb| Some((*verb, operation.strip_prefix(verb)?)))
    else {
        return false;
    };
    let noun = rest.strip_suffix("_compartment").filter(|_| verb == "change_").unwrap_or(rest);
    let tags = json!({ "freeformTags": {} });
    match noun.trim_end_matches('s') {
        "generative_ai_project" => {
            let make = json!({ "compartmentId": "c" });
            kind(verb, control.projects(), given, make, tags).await
                || moved(verb, control.projects(), given).await
        }
        "api_key" => {
            let make = json!({ "displayName": "k", "compartmentId": "c", "keyDetails": [] });
            kind(verb, control.api_keys(), given, make, tags).await
                || moved(verb, control.api_keys(), given).await
        }
        "semantic_store" => {
            let make = serde_json::to_value(CreateSemanticStore::default()).unwrap();
            kind(verb, control.semantic_stores(), given, make, tags).await
                || moved(verb, control.semantic_stores(), given).await
        }
        "vector_store_connector" => {
            let make = serde_json::to_value(CreateConnector::default()).unwrap();
            kind(verb, control.connectors(), given, make, tags).await
        }
        "model" => {
            let make = serde_json::to_value(CreateModel::default()).unwrap();
            kind(verb, control.models(), given, make, tags).await
                || moved(verb, control.models(), given).await
        }
        "endpoint" => {
            let make = serde_json::to_value(CreateEndpoint::default()).unwrap();
            kind(verb, control.endpoints(), given, make, tags).await
                || moved(verb, control.endpoints(), given).await
        }
        "dedicated_ai_cluster" => {
            let make = serde_json::to_value(CreateDedicatedAiCluster::default()).unwrap();
            kind(verb, control.clusters(), given, make, tags).await
                || moved(verb, control.clusters(), given).await
        }
        "imported_model" => {
            let make = serde_json::to_value(CreateImportedModel::default()).unwrap();
            kind(verb, control.imported_models(), given, make, tags).await
                || moved(verb, control.imported_models(), given).await
        }
        "routing_profile" => {
            let make = json!({ "displayName": "r", "compartmentId": "c" });
            kind(verb, control.routing_profiles(), given, make, tags).await
                || moved(verb, control.routing_profiles(), given).await
        }
        "sandbox_warm_pool" => {
            let make = serde_json::to_value(CreateSandboxWarmPool::default()).unwrap();
            let pools = control.warm_pools(given.ids[0]);
            let name = given.ids.get(1).copied().unwrap_or_default();
            let given = Given { ids: vec![name], filter: given.filter.clone(), ..*given };
            kind(verb, pools, &given, make, json!({})).await
        }
        "work_request" => read(verb, &control.work_requests(), given).await,
        "vector_store_connector_file_sync" => read(verb, &control.file_syncs(), given).await,
        _ => false,
    }
}

async fn read<K: Resource>(verb: &str, resources: &Resources<K>, given: &Given<'_>) -> bool {
    match verb {
        "list_" => drop(resources.list(&given.filter).await),
        "get_" => drop(resources.get(given.id()).await),
        _ => return false,
    }
    true
}

async fn kind<K: Editable>(
    verb: &str,
    resources: Resources<K>,
    given: &Given<'_>,
    make: Value,
    change: Value,
) -> bool
where
    K::Create: DeserializeOwned,
    K::Update: DeserializeOwned,
{
    match verb {
        "create_" => drop(resources.create(&given.body(make)).await),
        "update_" => drop(resources.update(given.id(), &given.body(change), given.if_match).await),
        "delete_" => drop(resources.delete(given.id(), given.if_match).await),
        _ => return read(verb, &resources, given).await,
    }
    true
}

async fn moved<K: Movable>(verb: &str, resources: Resources<K>, given: &Given<'_>) -> bool {
    if verb == "change_" {
        let to: ChangeCompartment = given.body(json!({ "compartmentId": "c" }));
        drop(resources.change_compartment(given.id(), &to, given.if_match).await);
    }
    verb == "change_"
}

/// What only one kind has, and NL2SQL.
async fn own(client: &Client, operation: &str, given: &Given<'_>) -> bool {
    let control = client.control();
    let (filter, if_match) = (&given.filter, given.if_match);
    let details = || KeyDetails::new("k", "2027-01-01T00:00:00Z");
    let store = |given: &Given<'_>| client.semantic_store(given.id());
    match operation {
        "renew_api_key" => {
            let renew: RenewApiKey =
                given.body(serde_json::to_value(RenewApiKey::new(details())).unwrap());
            drop(control.api_keys().renew(given.id(), &renew, if_match).await);
        }
        "set_api_key_state" => {
            let state = SetApiKeyState::new("k", KeyState::Inactive);
            drop(control.api_keys().set_state(given.id(), &state, if_match).await);
        }
        "list_dedicated_ai_clusters_allocatable_gpus" => {
            drop(control.clusters().allocatable_gpus(filter).await);
        }
        "get_vector_store_connector_stats" => drop(control.connectors().stats(given.id()).await),
        "list_vector_store_connector_ingestion_logs" => {
            drop(control.connectors().ingestion_logs(given.id(), filter).await);
        }
        "create_vector_store_connector_file_sync" => {
            drop(control.file_syncs().create(&CreateFileSync::new("c")).await);
        }
        "cancel_vector_store_connector_file_sync" => {
            drop(control.file_syncs().cancel(given.id(), if_match).await);
        }
        "list_vector_store_connector_file_sync_ingestion_logs" => {
            drop(control.file_syncs().ingestion_logs(given.id(), filter).await);
        }
        "list_work_request_errors" => {
            drop(control.work_requests().errors(given.id(), filter).await);
        }
        "list_work_request_logs" => drop(control.work_requests().logs(given.id(), filter).await),
        "list_model_discovery" => drop(control.discover_models(filter).await),
        "generate_sql_from_nl" => {
            let question: GenerateSqlDetails =
                given.body(json!({ "inputNaturalLanguageQuery": "How many?" }));
            drop(store(given).generate_sql(&question, if_match).await);
        }
        "get_generate_sql_from_nl_job" => drop(store(given).sql_job(given.ids[1]).await),
        "generate_enrichment_job" => {
            let all = serde_json::to_value(EnrichDetails::new(FullBuild::new("SH"))).unwrap();
            drop(store(given).enrich(&given.body(all), if_match).await);
        }
        "list_enrichment_jobs" => drop(store(given).enrichments(filter).await),
        "get_enrichment_job" => drop(store(given).enrichment(given.ids[1]).await),
        "cancel_enrichment_job" => {
            drop(store(given).cancel_enrichment(given.ids[1], if_match).await);
        }
        _ => return false,
    }
    true
}

/// A filter that writes these parameters.
pub(crate) fn filter(pairs: impl IntoIterator<Item = (String, String)>) -> Filter {
    pairs.into_iter().fold(Filter::default(), |mut filter, (name, value)| {
        match name.as_str() {
            "compartmentId" => filter.compartment_id = Some(value),
            "lifecycleState" => filter.lifecycle_state = Some(value),
            "displayName" => filter.display_name = Some(value),
            "id" => filter.id = Some(value),
            "limit" => filter.limit = value.parse().ok(),
            "page" => filter.page = Some(value),
            "sortBy" => filter.sort_by = Some(value),
            "sortOrder" => filter.sort_order = Some(value),
            _ => filter = filter.with(name, value),
        }
        filter
    })
}

/// The ids of a path that was sent, by the operation's path.
pub(crate) fn ids<'p>(template: &str, path: &'p str) -> Vec<&'p str> {
    let segments = template.split('/').zip(path.split('/'));
    segments.filter(|(of, _)| of.starts_with('{')).map(|(_, id)| id).collect()
}

fn fixture(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/wire");
    serde_json::from_slice(&std::fs::read(format!("{folder}/{name}")).unwrap()).unwrap()
}

/// The operations of the official SDK, with the part of it that they are in.
pub(crate) fn operations() -> BTreeMap<(String, String), Value> {
    let parts = fixture("operations.json");
    let parts = parts.as_object().unwrap();
    let all = parts.iter().flat_map(|(part, operations)| {
        let named = operations.as_object().unwrap().iter();
        named.map(move |(name, operation)| ((part.clone(), name.clone()), operation.clone()))
    });
    all.collect()
}

/// A row of the page: what it says is here, or why it is not.
struct Row {
    section: String,
    name: String,
    method: String,
    path: String,
    here: String,
}

fn page() -> Vec<Row> {
    let page = include_str!("../../../../docs/operations.md");
    let mut section = String::new();
    let mut rows = Vec::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut section);
        }
        if let Some(row) = line.strip_prefix("| `") {
            let cells: Vec<_> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            let code = |cell: &str| cell.trim_matches('`').to_owned();
            let &[name, method, path, here] = cells.as_slice() else { panic!("{line}") };
            rows.push(Row {
                section: section.clone(),
                name: code(name),
                method: method.to_owned(),
                path: code(path),
                here: here.to_owned(),
            });
        }
    }
    rows
}

const SECTIONS: [(&str, &str); 5] = [
    ("inference", "Native inference"),
    ("control_plane", "Control plane"),
    ("data_nl2sql", "NL2SQL"),
    ("sandbox", "Sandboxes"),
    ("agent_runtime", "Agents"),
];

#[test]
fn the_page_has_every_operation_once() {
    let rows = page();
    let ours: Vec<_> = rows.iter().filter(|row| row.section != OPENAI).collect();
    let known = operations();
    assert_eq!(ours.len(), known.len());
    for ((part, name), operation) in known {
        let section = SECTIONS.iter().find(|(other, _)| *other == part).unwrap().1;
        let found: Vec<_> =
            ours.iter().filter(|row| row.section == section && row.name == name).collect();
        let [row] = found.as_slice() else { panic!("{name}: {} rows", found.len()) };
        assert_eq!(row.method, operation["method"].as_str().unwrap(), "{name}");
        assert_eq!(row.path, operation["path"].as_str().unwrap(), "{name}");
        assert!(row.here.starts_with('`') || row.here.starts_with("no: "), "{name}: {}", row.here);
    }
}

#[tokio::test]
async fn what_the_page_says_is_here_is_sent_as_the_official_sdk_sends_it() {
    let recorder = Recorder::default();
    let client = client(&recorder, key());
    let rows = page();
    let (mut here, mut not_here) = (0, 0);
    for ((part, name), operation) in operations() {
        if !["control_plane", "data_nl2sql"].contains(&part.as_str()) {
            continue;
        }
        let row = rows.iter().find(|row| row.name == name).unwrap();
        let texts = |key: &str| -> Vec<&str> {
            operation[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
        };
        let template = operation["path"].as_str().unwrap();
        let count = template.matches('{').count();
        let given = Given {
            ids: ["ocid1.one", "ocid1.two"].into_iter().take(count).collect(),
            filter: filter(
                texts("query").into_iter().map(|name| (name.to_owned(), "7".to_owned())),
            ),
            body: &Value::Null,
            if_match: texts("headers").contains(&"if-match").then_some("e"),
        };
        let is_here = call(&client, &name, &given).await;
        assert_eq!(is_here, row.here.starts_with('`'), "{name}: {}", row.here);
        if !is_here {
            not_here += 1;
            continue;
        }
        here += 1;
        let sent = recorder.0.lock().unwrap().pop().unwrap_or_else(|| panic!("{name}"));
        assert!(recorder.0.lock().unwrap().is_empty(), "{name}: one request");
        assert_eq!(sent.method(), operation["method"].as_str().unwrap(), "{name}");
        let path = given.ids.iter().fold(template.to_owned(), |path, id| {
            let (before, rest) = path.split_once('{').unwrap();
            format!("{before}{id}{}", rest.split_once('}').unwrap().1)
        });
        assert_eq!(sent.uri().path(), path, "{name}");
        assert_eq!(
            parameters(&sent),
            texts("query").into_iter().map(str::to_owned).collect(),
            "{name}"
        );
        let has = |header: &str| sent.headers().contains_key(header);
        for header in ["if-match", "opc-retry-token"] {
            assert_eq!(has(header), texts("headers").contains(&header), "{name}: {header}");
        }
        assert!(!has("opc-compartment-id") && !has("openai-project"), "{name}");
        assert!(has("authorization") && has("opc-request-id"), "{name}");
    }
    assert!(here >= 70 && not_here > 0, "{here} here, {not_here} not");
}

fn parameters(sent: &Request<bytes::Bytes>) -> BTreeSet<String> {
    let query = sent.uri().query().unwrap_or_default();
    let names = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0.to_owned()));
    names.collect()
}

const OPENAI: &str = "OpenAI-compatible";

#[tokio::test]
async fn the_page_has_every_captured_openai_operation_and_no_other() {
    let rows: Vec<_> = page().into_iter().filter(|row| row.section == OPENAI).collect();
    let mut captured = BTreeSet::new();
    for kind in ["requests", "bodyless"] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/wire");
        for entry in std::fs::read_dir(format!("{folder}/{kind}")).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            if !file.starts_with("openai__") {
                continue;
            }
            let capture = fixture(&format!("{kind}/{file}"));
            let (method, path) =
                (capture["method"].as_str().unwrap(), capture["path"].as_str().unwrap());
            let row = rows.iter().find(|row| row.method == method && matches(&row.path, path));
            captured.insert(row.unwrap_or_else(|| panic!("{file}: {method} {path}")).name.clone());
        }
    }
    // What is on the page and was not captured is sent all the same.
    let recorder = Recorder::default();
    let client = client(&recorder, key());
    for row in rows.iter().filter(|row| row.here.starts_with('`')) {
        let path = row.path.replace("{id}", "id_1").replace("{other}", "id_2");
        let body = SAMPLES.iter().find(|(name, _)| *name == row.name);
        let body: Value = body.map_or(Value::Null, |(_, body)| serde_json::from_str(body).unwrap());
        let capture = json!({ "body": body });
        let was_sent = crate::captures::call(&client, &path, &row.method, "", &body).await
            || resources::call(&client, &row.method, &path, "", &capture).await;
        assert!(was_sent, "{}: {} {path}", row.name, row.method);
        let sent = recorder.0.lock().unwrap().pop().unwrap();
        assert_eq!(
            (sent.method().as_str(), sent.uri().path()),
            (row.method.as_str(), path.as_str())
        );
    }
    assert!(captured.len() >= 31 && rows.len() > captured.len(), "{}", captured.len());
}

fn matches(template: &str, path: &str) -> bool {
    let (of, found): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    of.len() == found.len()
        && of.iter().zip(&found).all(|(of, found)| of.starts_with('{') || of == found)
}

/// Bodies of the operations that have one.
const SAMPLES: &[(&str, &str)] = &[
    ("chat.completions.create", r#"{"model":"m","messages":[]}"#),
    ("embeddings.create", r#"{"model":"m","input":"x"}"#),
    ("responses.create", r#"{"model":"m","input":"x"}"#),
    ("conversations.create", "{}"),
    ("conversations.update", r#"{"metadata":{}}"#),
    ("conversations.items.create", r#"{"items":[]}"#),
    ("vector_stores.create", "{}"),
    ("vector_stores.update", "{}"),
    ("vector_stores.search", r#"{"query":"x"}"#),
    ("vector_stores.files.create", r#"{"file_id":"f"}"#),
    ("vector_stores.files.update", r#"{"attributes":{}}"#),
    ("vector_stores.file_batches.create", r#"{"file_ids":[]}"#),
    ("containers.create", r#"{"name":"c"}"#),
    ("containers.files.create", r#"{"file_id":"f"}"#),
];
