//! Containers and their files, and what becomes of them when nobody uses them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use oci_emulator::ApiKey;
use serde_json::{Value, json};

use crate::world::{World, now};

const CONTAINERS: &str = "/openai/v1/containers";

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_container_from_creation_to_deletion() {
    let world = World::new().await;
    let file = world.upload("a.csv", b"a,b\n1,2\n").await;
    let document = json!({
        "name": "My Container",
        "memory_limit": "4g",
        "expires_after": { "anchor": "last_active_at", "minutes": 20 },
        "file_ids": [file],
    });
    let made = world.ask(CONTAINERS, &document).await.json();
    assert_eq!((&made["object"], &made["status"]), (&"container".into(), &"running".into()));
    assert_eq!((&made["name"], &made["memory_limit"]), (&"My Container".into(), &"4g".into()));
    let target = format!("{CONTAINERS}/{}", id(&made));
    assert_eq!(world.call("GET", &target).await.json(), made);
    let files = format!("{target}/files");
    let copied = world.call("GET", &files).await.json()["data"][0].clone();
    assert_eq!((&copied["path"], &copied["bytes"]), (&"/mnt/data/a.csv".into(), &8.into()));

    let part: (&str, &[u8]) = ("name=\"file\"; filename=\"b.txt\"", b"hello");
    let uploaded = world.send_form(&files, &[part]).await.json();
    assert_eq!((&uploaded["source"], &uploaded["container_id"]), (&"user".into(), &made["id"]));
    let again = world.ask(&files, &json!({ "file_id": file })).await.json();
    assert_eq!(again["path"], "/mnt/data/a.csv");
    let page = world.call("GET", &format!("{files}?order=asc&limit=2")).await.json();
    assert_eq!((&page["last_id"], &page["has_more"]), (&uploaded["id"], &true.into()));

    let one = format!("{files}/{}", id(&uploaded));
    assert_eq!(world.call("GET", &one).await.json(), uploaded);
    let content = world.call("GET", &format!("{one}/content")).await;
    assert_eq!(content.body(), "hello");
    assert_eq!(content.header("content-disposition"), Some("attachment; filename=\"b.txt\""));
    assert_eq!(world.call("DELETE", &one).await.json()["object"], "container.file.deleted");
    assert_eq!(world.call("GET", &one).await.status, 404);

    assert_eq!(
        world.call("GET", &format!("{CONTAINERS}?name=My%20Container")).await.json()["data"][0]["id"],
        made["id"]
    );
    assert_eq!(world.call("GET", &format!("{CONTAINERS}?name=x")).await.json()["data"], json!([]));
    assert_eq!(world.call("DELETE", &target).await.json()["object"], "container.deleted");
    for target in [&target, &files] {
        assert_eq!(world.call("GET", target).await.status, 404, "{target}");
    }
}

#[tokio::test]
async fn a_container_expires_when_it_is_idle() {
    let passed = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let time = move || now() + Duration::from_secs(clock.load(Ordering::SeqCst));
    let world = World::with(|builder| builder.api_key(ApiKey::new("sk-one")).clock(time)).await;
    let made = world.ask(CONTAINERS, &json!({ "name": "c" })).await.json();
    let get = async |seconds: u64, path: &str| {
        passed.store(seconds, Ordering::SeqCst);
        let request = format!(
            "GET {CONTAINERS}/{}{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-one\r\n\r\n",
            id(&made)
        );
        world.connect().await.request(request.as_bytes(), false).await
    };
    assert_eq!(get(1199, "").await.json()["status"], "running");
    assert_eq!(get(2398, "/files").await.status, 200);
    assert_eq!(get(3598, "").await.json()["status"], "expired");
    assert_eq!(get(3598, "/files").await.status, 404);
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::new().await;
    for document in [
        json!({}),
        json!({ "name": "c", "memory_limit": "2g" }),
        json!({ "name": "c", "expires_after": { "anchor": "last_active_at", "minutes": 21 } }),
    ] {
        assert_eq!(world.ask(CONTAINERS, &document).await.status, 400, "{document}");
    }
    let unknown = world.ask(CONTAINERS, &json!({ "name": "c", "file_ids": ["file-none"] })).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(world.call("GET", CONTAINERS).await.json()["data"], json!([]));
    let made = world.ask(CONTAINERS, &json!({ "name": "c" })).await.json();
    let files = format!("{CONTAINERS}/{}/files", id(&made));
    assert_eq!(world.ask(&files, &json!({})).await.status, 400);
    assert_eq!(world.send_form(&files, &[("name=\"other\"", b"x")]).await.status, 400);
    assert_eq!(world.ask(&files, &json!({ "file_id": "file-none" })).await.status, 404);
}
