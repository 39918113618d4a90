//! Every collection of the control plane once, and what each has of its own.

use serde_json::{Value, json};

use crate::http::Answer;
use crate::world::World;

fn id(document: &Value) -> String {
    document["id"].as_str().unwrap().to_owned()
}

async fn make(world: &World, target: &str, document: &Value) -> Value {
    let answer = world.ask(target, document).await;
    assert_eq!(answer.status, 201, "{target} {}", answer.body());
    answer.json()
}

fn semantic_store() -> Value {
    json!({
        "compartmentId": "c",
        "displayName": "ss",
        "dataSource": { "connectionType": "DATABASE_TOOLS_CONNECTION",
            "queryingConnectionId": "q", "enrichmentConnectionId": "e" },
        "refreshSchedule": { "type": "INTERVAL", "value": "PT6H" },
        "schemas": { "connectionType": "DATABASE_TOOLS_CONNECTION", "schemas": [{ "name": "SH" }] },
        "modelSelection": { "modelSelectionType": "DEFAULT" },
    })
}

fn connector() -> Value {
    json!({
        "compartmentId": "c",
        "displayName": "vc",
        "vectorStoreId": "vs_1",
        "scheduleConfig": { "configType": "INTERVAL", "frequency": "DAILY", "interval": 1, "state": "ENABLED" },
        "configuration": { "type": "OBJECT_STORAGE_FILES",
            "storageConfigList": [{ "namespace": "n", "bucketName": "b", "prefixList": ["p/"] }] },
    })
}

#[tokio::test]
async fn every_collection_has_the_usual_operations() {
    let world = World::new().await;
    let named = |more: Value| {
        crate::world::merged(json!({ "compartmentId": "c", "displayName": "n" }), more)
    };
    let cluster = json!({ "type": "HOSTING", "unitCount": 1, "unitShape": "LARGE_COHERE_V3" });
    let endpoint = json!({ "modelId": "m", "dedicatedAiClusterId": "d",
        "contentModerationConfig": { "mode": "BLOCK", "isEnabled": true } });
    let key = json!({ "keyDetails": [{ "keyName": "k", "timeExpiry": "2027-01-01T00:00:00Z" }] });
    let model = json!({ "baseModelId": "b", "fineTuneDetails": { "dedicatedAiClusterId": "d",
        "trainingDataset": { "datasetType": "OBJECT_STORAGE", "bucketName": "b",
            "namespaceName": "n", "objectName": "o" },
        "trainingConfig": { "trainingConfigType": "LORA_TRAINING_CONFIG", "loraR": 8 } } });
    let imported = json!({ "dataSource": { "sourceType": "HUGGING_FACE_MODEL", "modelId": "h/m",
        "accessToken": "s3cret" } });
    let profile = json!({ "regionRoutingPolicy": { "allowedRegions": ["us-chicago-1"] } });
    for (path, document, works) in [
        ("generativeAiProjects", named(json!({})), true),
        ("apikeys", named(key), false),
        ("endpoints", named(endpoint), true),
        ("dedicatedAiClusters", named(cluster), true),
        ("models", named(model), true),
        ("importedModels", named(imported), true),
        ("routingProfiles", named(profile), false),
        ("semanticStores", semantic_store(), true),
        ("vectorStoreConnectors", connector(), true),
    ] {
        let target = format!("/20231130/{path}");
        let made = world.ask(&target, &document).await;
        assert_eq!(made.status, 201, "{path} {}", made.body());
        assert_eq!(made.header("opc-work-request-id").is_some(), works, "{path}");
        let one = format!("{target}/{}", id(&made.json()));
        world.call("GET", &one).await;
        let found = world.call("GET", &one).await;
        assert_eq!(found.json()["lifecycleState"], "ACTIVE", "{path}");
        assert!(!found.body().contains("s3cret"), "{path}");

        let update = json!({ "displayName": "renamed", "freeformTags": { "a": "b" } });
        let etag = found.header("etag").unwrap().to_owned();
        let updated = world.call_with("PUT", &one, Some(&update), &[("if-match", &etag)]).await;
        assert_eq!(
            (updated.status, &updated.json()["displayName"]),
            (200, &"renamed".into()),
            "{path}"
        );
        world.call("GET", &one).await;
        world.call("GET", &one).await;
        let list = world
            .call("GET", &format!("{target}?compartmentId=c&displayName=renamed"))
            .await
            .json();
        assert_eq!(list["items"][0]["freeformTags"], json!({ "a": "b" }), "{path}");

        let deleted = world.call("DELETE", &one).await;
        assert_eq!(deleted.status, if works { 202 } else { 204 }, "{path}");
        world.call("GET", &one).await;
        assert_eq!(world.call("GET", &one).await.json()["lifecycleState"], "DELETED", "{path}");
        let list = world
            .call("GET", &format!("{target}?compartmentId=c&displayName=renamed"))
            .await
            .json();
        assert_eq!(list["items"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn the_service_has_models_of_its_own() {
    let world = World::new().await;
    let models = "/20231130/models?compartmentId=c";
    let all = world.call("GET", models).await.json()["items"].as_array().unwrap().clone();
    assert!(all.len() > 5);
    let count = async |query: &str| {
        let answer = world.call("GET", &format!("{models}{query}")).await;
        answer.json()["items"].as_array().unwrap().len()
    };
    let (chat, vectors) =
        (count("&capability=CHAT").await, count("&capability=TEXT_EMBEDDINGS").await);
    assert!(chat > 0 && vectors > 0 && chat + vectors <= all.len(), "{chat} {vectors}");
    assert_eq!(count("&capability=CHAT&capability=TEXT_EMBEDDINGS").await, 0);
    assert_eq!(count("&vendor=nobody").await, 0);
    let one = world.call("GET", &format!("/20231130/models/{}", id(&all[0]))).await.json();
    assert_eq!((&one["displayName"], &one["type"]), (&all[0]["displayName"], &"BASE".into()));
    let page = world.call("GET", &format!("{models}&limit=2&sortBy=displayName")).await;
    assert_eq!(page.json()["items"].as_array().unwrap().len(), 2);
    assert!(page.header("opc-next-page").is_some());

    let name = all[0]["displayName"].as_str().unwrap();
    let discovered = format!("/20231130/modelDiscovery?compartmentId=c&modelId={name}");
    let discovered = world.call("GET", &discovered).await.json();
    assert_eq!(discovered["items"][0]["modelId"], name);
    let gpus =
        "/20231130/dedicatedAiClusters/allocatableGpus?compartmentId=c&capacityReservationId=r";
    assert_eq!(world.call("GET", gpus).await.json(), json!({ "items": [] }));
}

#[tokio::test]
async fn a_sync_ends_or_is_cancelled() {
    let world = World::new().await;
    let connector = make(&world, "/20231130/vectorStoreConnectors", &connector()).await;
    let syncs = "/20231130/vectorStoreConnectorFileSyncs";
    let document = json!({ "vectorStoreConnectorId": connector["id"] });
    let sync = world.ask(syncs, &document).await;
    let work = format!("/20231130/workRequests/{}", sync.header("opc-work-request-id").unwrap());
    assert_eq!(sync.json()["lifecycleState"], "ACCEPTED");
    let target = format!("{syncs}/{}", id(&sync.json()));
    assert_eq!(world.call("GET", &target).await.json()["lifecycleState"], "IN_PROGRESS");
    assert_eq!(world.call("DELETE", &target).await.status, 202);
    assert_eq!(world.call("GET", &target).await.json()["lifecycleState"], "CANCELED");
    let work = world.call("GET", &work).await.json();
    assert_eq!(
        (&work["operationType"], &work["status"]),
        (&"TRIGGER_FILE_SYNC".into(), &"CANCELED".into())
    );
    assert_eq!(world.call("DELETE", &target).await.status, 409);

    let sync = make(&world, syncs, &document).await;
    let target = format!("{syncs}/{}", id(&sync));
    world.call("GET", &target).await;
    assert_eq!(world.call("GET", &target).await.json()["lifecycleState"], "SUCCEEDED");
    assert_eq!(
        world.call("GET", &format!("{target}/ingestionLogs")).await.json(),
        json!({ "items": [] })
    );
    let connector = format!("/20231130/vectorStoreConnectors/{}", id(&connector));
    let stats = world.call("GET", &format!("{connector}/stats")).await.json();
    assert_eq!(stats["created"]["totalFilesSynced"], 0);
    let none = world.ask(syncs, &json!({ "vectorStoreConnectorId": "none" })).await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn questions_become_statements() {
    let world = World::new().await;
    let store = make(&world, "/20231130/semanticStores", &semantic_store()).await;
    let base = format!("/20260325/semanticStores/{}", id(&store));
    let generate = format!("{base}/actions/generateSqlFromNl");
    let question = json!({ "inputNaturalLanguageQuery": "Who's there?", "modelId": "m" });
    let job = world.ask(&generate, &question).await.json();
    assert_eq!((&job["lifecycleState"], &job["modelId"]), (&"SUCCEEDED".into(), &"m".into()));
    assert_eq!(job["jobOutput"]["content"], "SELECT 'Who''s there?' AS QUESTION FROM DUAL");
    assert!(job["timeFinished"].is_string() && job["completionMode"].is_null());

    let later = json!({ "inputNaturalLanguageQuery": "?", "completionMode": "BACKGROUND_JOB" });
    let job = world.ask(&generate, &later).await.json();
    assert_eq!((&job["lifecycleState"], &job["jobOutput"]), (&"ACCEPTED".into(), &Value::Null));
    let target = format!("{base}/generateSqlFromNlJobs/{}", id(&job));
    assert_eq!(world.call("GET", &target).await.json()["lifecycleState"], "IN_PROGRESS");
    assert!(world.call("GET", &target).await.json()["jobOutput"].is_object());

    let enrich = format!("{base}/actions/enrich");
    let document = json!({ "displayName": "e", "enrichmentJobConfiguration": {
        "enrichmentJobType": "PARTIAL_BUILD", "schemaName": "SH",
        "databaseObjects": [{ "type": "TABLE", "name": "SH.SALES" }] } });
    let job = world.ask(&enrich, &document).await.json();
    assert_eq!(job["enrichmentJobType"], "PARTIAL_BUILD");
    let list = world.call("GET", &format!("{base}/enrichmentJobs?compartmentId=c")).await.json();
    assert_eq!(list["items"][0]["id"], job["id"]);
    let target = format!("{base}/enrichmentJobs/{}", id(&job));
    let cancelled = world.call("POST", &format!("{target}/actions/cancel")).await.json();
    assert_eq!(cancelled["lifecycleState"], "CANCELING");
    assert_eq!(world.call("GET", &target).await.json()["lifecycleState"], "CANCELED");
    assert_eq!(world.call("POST", &format!("{target}/actions/cancel")).await.status, 409);

    let check =
        |answer: Answer, status: u16| assert_eq!(answer.status, status, "{}", answer.body());
    check(world.ask(&generate, &json!({})).await, 400);
    check(world.ask(&enrich, &json!({ "enrichmentJobConfiguration": {} })).await, 400);
    check(world.ask("/20260325/semanticStores/none/actions/enrich", &document).await, 404);
    check(world.call("GET", &format!("{base}/generateSqlFromNlJobs/{}", id(&job))).await, 404);
}
