//! The control plane: what is made, how it goes on, how it is changed, listed and deleted, and by whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use oci_emulator::ApiKey;
use serde_json::{Value, json};

use crate::http::Answer;
use crate::world::{World, now};

const PROJECTS: &str = "/20231130/generativeAiProjects";
const ENDPOINTS: &str = "/20231130/endpoints";
const KEYS: &str = "/20231130/apikeys";
const WORKS: &str = "/20231130/workRequests";

/// Makes something of which only the name matters.
async fn make(world: &World, target: &str, name: &str) -> Value {
    let document = match target {
        ENDPOINTS => {
            json!({ "compartmentId": "c", "displayName": name, "modelId": "m", "dedicatedAiClusterId": "d" })
        }
        _ => json!({ "compartmentId": "c", "displayName": name }),
    };
    let answer = world.ask(target, &document).await;
    assert_eq!(answer.status, 201, "{}", answer.body());
    answer.json()
}

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

/// Asks for something until it is settled; its etag.
async fn settle(world: &World, target: &str) -> String {
    for _ in 0..2 {
        world.call("GET", target).await;
    }
    world.call("GET", target).await.header("etag").unwrap().to_owned()
}

#[track_caller]
fn check_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (status, Some(code)),
        "{}",
        answer.body()
    );
}

#[tokio::test]
async fn a_project_from_creation_to_deletion() {
    let world = World::new().await;
    let selection = json!({ "llmSelectionType": "GEN_AI_MODEL", "modelId": "openai.gpt-oss-120b" });
    let document = json!({
        "compartmentId": "c",
        "displayName": "demo",
        "description": null,
        "conversationConfig": { "responsesRetentionInHours": 720, "conversationsRetentionInHours": 720 },
        "longTermMemoryConfig": { "standardLongTermMemoryStrategy": {
            "isEnabled": true,
            "extractionConfig": { "modelConfigType": "EXTRACTION", "llmSelection": selection },
            "embeddingConfig": { "modelConfigType": "EMBEDDING", "llmSelection": selection },
        } },
        "shortTermMemoryOptimizationConfig": {
            "isEnabled": true,
            "condenserConfig": { "modelConfigType": "CONDENSER", "llmSelection": selection },
        },
        "freeformTags": { "a": "b" },
        "definedTags": { "ns": { "k": "v" } },
    });
    let created = world.ask(PROJECTS, &document).await;
    let project = created.json();
    assert_eq!((created.status, &project["lifecycleState"]), (201, &"CREATING".into()));
    assert!(id(&project).starts_with("ocid1.generativeaiproject.oc1."));
    assert!(project.get("description").is_none() && project["systemTags"] == json!({}));
    assert_eq!(project["longTermMemoryConfig"], document["longTermMemoryConfig"]);
    let first_etag = created.header("etag").unwrap();
    let work = format!("{WORKS}/{}", created.header("opc-work-request-id").unwrap());

    // Nothing can be changed before it is there.
    let target = format!("{PROJECTS}/{}", id(&project));
    let renamed = json!({ "displayName": "renamed" });
    let early = world.call_with("PUT", &target, Some(&renamed), &[]).await;
    check_error(&early, 409, "IncorrectState");

    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = world.call("GET", &work).await;
        let work = answer.json();
        let is_waiting = answer.header("retry-after").is_some();
        seen.push((work["status"].clone(), work["percentComplete"].clone(), is_waiting));
    }
    let done = ("SUCCEEDED".into(), 100.0.into(), false);
    assert_eq!(seen, [("IN_PROGRESS".into(), 50.0.into(), true), done.clone(), done]);
    let resource = &world.call("GET", &work).await.json()["resources"][0];
    assert_eq!(
        (&resource["identifier"], &resource["actionType"]),
        (&project["id"], &"CREATED".into())
    );
    let logs = world.call("GET", &format!("{work}/logs")).await.json();
    assert_eq!(logs["items"].as_array().unwrap().len(), 3);
    assert_eq!(world.call("GET", &format!("{work}/errors")).await.json(), json!({ "items": [] }));

    let active = world.call("GET", &target).await;
    assert_eq!(active.json()["lifecycleState"], "ACTIVE");
    let etag = active.header("etag").unwrap();
    let stale = world.call_with("PUT", &target, Some(&renamed), &[("if-match", first_etag)]).await;
    check_error(&stale, 412, "NoEtagMatch");
    let updated = world.call_with("PUT", &target, Some(&renamed), &[("if-match", etag)]).await;
    assert_eq!((updated.status, &updated.json()["displayName"]), (200, &"renamed".into()));
    assert_eq!(updated.json()["lifecycleState"], "UPDATING");
    let etag = settle(&world, &target).await;

    let moved = json!({ "compartmentId": "other" });
    let moved = world
        .call_with("POST", &format!("{target}/actions/changeCompartment"), Some(&moved), &[])
        .await;
    assert_eq!((moved.status, moved.body().as_str()), (204, ""));
    let stale = world.call_with("DELETE", &target, None, &[("if-match", &etag)]).await;
    check_error(&stale, 412, "NoEtagMatch");
    let deleted = world.call("DELETE", &target).await;
    assert_eq!((deleted.status, deleted.body().as_str()), (202, ""));
    let work = format!("{WORKS}/{}", deleted.header("opc-work-request-id").unwrap());
    world.call("GET", &work).await;
    assert_eq!(world.call("GET", &work).await.json()["status"], "SUCCEEDED");
    assert_eq!(world.call("GET", &target).await.json()["lifecycleState"], "DELETED");
    check_error(&world.call("DELETE", &target).await, 404, "NotAuthorizedOrNotFound");
}

#[tokio::test]
async fn names_that_fail_and_stall() {
    let world = World::new().await;
    let failed = make(&world, ENDPOINTS, "fails").await;
    settle(&world, &format!("{ENDPOINTS}/{}", id(&failed))).await;
    let failed = world.call("GET", &format!("{ENDPOINTS}/{}", id(&failed))).await.json();
    assert_eq!(failed["lifecycleState"], "FAILED");
    assert!(failed["lifecycleDetails"].as_str().is_some());
    let works = world.call("GET", &format!("{WORKS}?compartmentId=c&status=FAILED")).await.json();
    let work = id(&works["items"][0]);
    let errors = world.call("GET", &format!("{WORKS}/{work}/errors")).await.json();
    assert_eq!(errors["items"][0]["code"], "InternalError");

    let stalled = make(&world, ENDPOINTS, "stalls").await;
    let target = format!("{ENDPOINTS}/{}", id(&stalled));
    for _ in 0..5 {
        assert_eq!(world.call("GET", &target).await.json()["lifecycleState"], "CREATING");
    }
}

#[tokio::test]
async fn a_token_makes_it_happen_once() {
    let passed = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let time = move || now() + Duration::from_secs(clock.load(Ordering::SeqCst));
    let world = World::with(|builder| builder.clock(time)).await;
    let document = json!({ "compartmentId": "c", "displayName": "once" });
    let post = async |document: &Value, token: &str| {
        world.call_with("POST", PROJECTS, Some(document), &[("opc-retry-token", token)]).await
    };
    let first = post(&document, "t1").await;
    let again = post(&document, "t1").await;
    assert_eq!((again.status, again.json()), (201, first.json()));
    for header in ["etag", "opc-work-request-id"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_ne!(post(&document, "t2").await.json()["id"], first.json()["id"]);
    let other = json!({ "compartmentId": "c", "displayName": "twice" });
    check_error(&post(&other, "t1").await, 409, "InvalidatedRetryToken");

    let target = format!("{PROJECTS}/{}", id(&first.json()));
    settle(&world, &target).await;
    world.call("DELETE", &target).await;
    settle(&world, &target).await;
    check_error(&post(&document, "t1").await, 409, "InvalidatedRetryToken");
    let list = world.call("GET", &format!("{PROJECTS}?compartmentId=c")).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_told_again() {
    let world = World::new().await;
    let document = json!({ "compartmentId": "c", "displayName": "lost" });
    let token = [("opc-retry-token", "t1")];
    world.emulator.push_fault("cut-body".parse().unwrap());
    let lost = world.call_with("POST", PROJECTS, Some(&document), &token).await;
    assert!(!lost.is_whole);
    assert_eq!(world.call_with("POST", PROJECTS, Some(&document), &token).await.status, 201);
    let list = world.call("GET", &format!("{PROJECTS}?compartmentId=c")).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lists_page_by_page() {
    let world = World::new().await;
    for name in ["b", "c", "a", "e", "d"] {
        make(&world, PROJECTS, name).await;
    }
    let pages = async |query: &str| {
        let (mut names, mut page) = (Vec::new(), String::new());
        loop {
            let target = format!("{PROJECTS}?compartmentId=c{query}{page}");
            let answer = world.call("GET", &target).await;
            assert_eq!(answer.status, 200, "{}", answer.body());
            let items = answer.json()["items"].as_array().unwrap().clone();
            names.push(
                items.iter().map(|item| item["displayName"].as_str().unwrap()).collect::<String>(),
            );
            match answer.header("opc-next-page") {
                Some(next) => page = format!("&page={next}"),
                None => return names,
            }
        }
    };
    assert_eq!(pages("").await, ["deacb"]);
    assert_eq!(pages("&limit=2").await, ["de", "ac", "b"]);
    assert_eq!(pages("&limit=5").await, ["deacb"]);
    assert_eq!(pages("&limit=2&sortOrder=ASC").await, ["bc", "ae", "d"]);
    assert_eq!(pages("&limit=3&sortBy=displayName").await, ["abc", "de"]);
    assert_eq!(pages("&limit=4&sortBy=displayName&sortOrder=DESC").await, ["edcb", "a"]);
    assert_eq!(pages("&displayName=e").await, ["e"]);
    assert_eq!(pages("&displayName=no%20one").await, [""]);
    assert_eq!(pages("&lifecycleState=ACTIVE").await, [""]);

    // What is deleted between two pages hides nothing.
    let first = world.call("GET", &format!("{PROJECTS}?compartmentId=c&limit=2")).await;
    let last = format!("{PROJECTS}/{}", id(&first.json()["items"][1]));
    settle(&world, &last).await;
    world.call("DELETE", &last).await;
    settle(&world, &last).await;
    let page = first.header("opc-next-page").unwrap();
    let second =
        world.call("GET", &format!("{PROJECTS}?compartmentId=c&limit=2&page={page}")).await.json();
    assert_eq!(second["items"][0]["displayName"], "a");
    let item = second["items"][0].as_object().unwrap();
    assert!(item.contains_key("freeformTags") && !item.contains_key("conversationConfig"));

    for query in ["", "?compartmentId="] {
        check_error(
            &world.call("GET", &format!("{PROJECTS}{query}")).await,
            400,
            "MissingParameter",
        );
    }
    for query in ["limit=0", "limit=1001", "page=x", "sortBy=colour", "sortOrder=UP"] {
        let answer = world.call("GET", &format!("{PROJECTS}?compartmentId=c&{query}")).await;
        check_error(&answer, 400, "InvalidParameter");
    }
}

#[tokio::test]
async fn an_api_key_opens_the_service_until_it_does_not() {
    let passed = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let time = move || now() + Duration::from_secs(clock.load(Ordering::SeqCst));
    let world = World::with(|builder| builder.clock(time)).await;
    // The clock stands at 2026-09-06T09:48:01Z.
    let document = json!({ "compartmentId": "c", "displayName": "key", "keyDetails": [
        { "keyName": "one", "timeExpiry": "2026-09-06T10:00:00Z" },
        { "keyName": "two", "timeExpiry": "2027-01-01T00:00:00+00:00" },
    ] });
    let made = world.ask(KEYS, &document).await.json();
    assert_eq!(made["lifecycleState"], "ACTIVE");
    let secret =
        |document: &Value, at: usize| document["keys"][at]["key"].as_str().map(str::to_owned);
    let [one, two] = [0, 1].map(|at| secret(&made, at).unwrap());
    let target = format!("{KEYS}/{}", id(&made));
    let shown = world.call("GET", &target).await.json();
    assert_eq!((secret(&shown, 0), secret(&shown, 1)), (None, None));
    assert_eq!(shown["keys"][0]["keyMask"], format!("sk-***{}", &one[one.len() - 3..]));
    let listed = world.call("GET", &format!("{KEYS}?compartmentId=c")).await.json();
    assert_eq!(secret(&listed["items"][0], 0), None);
    assert!(!format!("{:?}", world.emulator).contains(&one));

    let status = async |secret: &str| {
        let request = format!(
            "GET /openai/v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {secret}\r\n\r\n"
        );
        world.connect().await.request(request.as_bytes(), false).await.status
    };
    assert_eq!((status(&one).await, status(&two).await, status("sk-three").await), (200, 200, 401));
    let state = |state: &str| json!({ "keyName": "two", "state": state });
    let set_state = format!("{target}/actions/setstate");
    let inactive = world.ask(&set_state, &state("INACTIVE")).await.json();
    assert_eq!(inactive["keys"][1]["state"], "INACTIVE");
    assert_eq!((status(&one).await, status(&two).await), (200, 401));
    world.ask(&set_state, &state("ACTIVE")).await;
    assert_eq!(status(&two).await, 200);

    let details = json!({ "details": { "keyName": "two", "timeExpiry": "2028-01-01T00:00:00Z" } });
    let renewed = world.ask(&format!("{target}/actions/renew"), &details).await.json();
    assert_eq!(secret(&renewed, 0), None);
    let new = secret(&renewed, 1).unwrap();
    assert_eq!((status(&two).await, status(&new).await), (401, 200));
    let unknown =
        json!({ "details": { "keyName": "three", "timeExpiry": "2028-01-01T00:00:00Z" } });
    let unknown = world.ask(&format!("{target}/actions/renew"), &unknown).await;
    check_error(&unknown, 404, "NotAuthorizedOrNotFound");

    passed.store(3600, Ordering::SeqCst);
    assert_eq!((status(&one).await, status(&new).await), (401, 200));
    passed.store(0, Ordering::SeqCst);
    assert_eq!(world.call("DELETE", &target).await.status, 204);
    assert_eq!(status(&new).await, 401);
}

#[tokio::test]
async fn bodies_that_are_refused() {
    let world = World::new().await;
    let check = async |target: &str, document: Value, code: &str| {
        check_error(&world.ask(target, &document).await, 400, code);
    };
    check(PROJECTS, json!({}), "MissingParameter").await;
    check(PROJECTS, json!({ "compartmentId": null }), "CannotParseRequest").await;
    check(PROJECTS, json!({ "compartmentId": "c", "display_name": "x" }), "CannotParseRequest")
        .await;
    check(PROJECTS, json!({ "compartmentId": "c", "displayName": "1x" }), "InvalidParameter").await;
    check(PROJECTS, json!([]), "CannotParseRequest").await;
    check(ENDPOINTS, json!({ "compartmentId": "c", "modelId": "m" }), "MissingParameter").await;
    let guarded = json!({ "compartmentId": "c", "modelId": "m", "dedicatedAiClusterId": "d",
        "piiDetectionConfig": { "isEnabled": true, "mode": "LOUD" } });
    check(ENDPOINTS, guarded, "InvalidParameter").await;
    let cluster =
        json!({ "compartmentId": "c", "type": "HOSTING", "unitCount": 0, "unitShape": "s" });
    check("/20231130/dedicatedAiClusters", cluster, "InvalidParameter").await;
    let keys =
        |keys: Value| json!({ "compartmentId": "c", "displayName": "k", "keyDetails": keys });
    let key = |name: &str, end: &str| json!({ "keyName": name, "timeExpiry": end });
    check(KEYS, keys(json!([])), "InvalidParameter").await;
    check(KEYS, keys(json!([key("a", "soon")])), "InvalidParameter").await;
    check(KEYS, keys(json!([key("a", "2026-01-01T00:00:00Z")])), "InvalidParameter").await;
    let later = "2027-01-01T00:00:00Z";
    check(KEYS, keys(json!([key("a", later), key("a", later)])), "InvalidParameter").await;
    check(
        KEYS,
        keys(json!([key("a", later), key("b", later), key("c", later)])),
        "InvalidParameter",
    )
    .await;
    for target in [PROJECTS, ENDPOINTS, KEYS, WORKS] {
        let answer = world.call("GET", &format!("{target}/ocid1.none")).await;
        check_error(&answer, 404, "NotAuthorizedOrNotFound");
    }
    // An id of another collection is none here.
    let project = make(&world, PROJECTS, "a").await;
    let target = format!("{PROJECTS}/{}", id(&project));
    settle(&world, &target).await;
    for (update, code) in [
        (json!({ "displayName": "-" }), "InvalidParameter"),
        (json!({ "compartmentId": "c" }), "CannotParseRequest"),
    ] {
        check_error(&world.call_with("PUT", &target, Some(&update), &[]).await, 400, code);
        assert_eq!(world.call("GET", &target).await.json()["displayName"], "a");
    }
    let answer = world.call("GET", &format!("{ENDPOINTS}/{}", id(&project))).await;
    check_error(&answer, 404, "NotAuthorizedOrNotFound");
}

#[tokio::test]
async fn an_api_key_opens_nothing_here() {
    let world = World::with(|builder| builder.api_key(ApiKey::new("sk-one"))).await;
    for target in [PROJECTS, ENDPOINTS, KEYS, WORKS] {
        let request =
            format!("GET {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-one\r\n\r\n");
        let answer = world.connect().await.request(request.as_bytes(), false).await;
        check_error(&answer, 401, "NotAuthenticated");
    }
}
