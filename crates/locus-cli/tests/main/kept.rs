//! What the service keeps, as tables and as lines of JSON.

use std::process::Output;

use serde_json::Value;

use crate::{Desk, run, stderr, stdout};

/// Runs `locus WHAT …` against the emulator, every failure told at once.
async fn call(desk: &Desk, args: &[&str]) -> Output {
    let url = desk.emulator.url();
    let compartment = desk.sandbox.compartment_id();
    let place = ["--endpoint", &url, "--retries", "0", "--compartment-id", compartment];
    let all: Vec<&str> = args.iter().copied().chain(place).collect();
    run(desk.command(&all)).await
}

#[track_caller]
fn done(output: &Output) -> &str {
    assert!(output.status.success(), "{}", stderr(output));
    assert_eq!(stderr(output), "", "no bar where nobody looks");
    stdout(output)
}

fn lines(output: &Output) -> Vec<Value> {
    done(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_file_goes_up_and_comes_down() {
    let desk = Desk::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "Snow falls in Chicago.\n".repeat(30_000);
    std::fs::write(&path, &text).unwrap();
    let kept = call(&desk, &["files", "upload", path.to_str().unwrap(), "--json"]).await;
    let [kept] = lines(&kept).try_into().unwrap();
    assert_eq!((&kept["filename"], kept["bytes"].as_u64()), (&"notes.txt".into(), Some(690_000)));
    let id = kept["id"].as_str().unwrap();

    let listed = call(&desk, &["files", "list"]).await;
    let listed: Vec<_> = done(&listed).lines().collect();
    assert!(listed[0].starts_with("ID ") && listed[0].contains("NAME"), "{listed:?}");
    assert!(listed[1].starts_with(id) && listed[1].contains("notes.txt"), "{listed:?}");
    assert_eq!(listed.len(), 2);
    assert_eq!(lines(&call(&desk, &["files", "get", id, "--json"]).await)[0]["id"], id);

    assert_eq!(done(&call(&desk, &["files", "download", id]).await), text);
    let copy = folder.path().join("copy.txt");
    let to = ["files", "download", id, "--output", copy.to_str().unwrap()];
    done(&call(&desk, &to).await);
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), text);
    let again = call(&desk, &to).await;
    assert_eq!(again.status.code(), Some(1), "nothing is written over: {}", stderr(&again));
    std::fs::write(&copy, &text[..1000]).unwrap();
    for _ in 0..2 {
        done(&call(&desk, &[&to[..], &["--resume"]].concat()).await);
        assert_eq!(std::fs::read_to_string(&copy).unwrap(), text);
    }

    done(&call(&desk, &["files", "delete", id]).await);
    let gone = call(&desk, &["files", "get", id]).await;
    assert_eq!(gone.status.code(), Some(5), "{}", stderr(&gone));
    let missing = call(&desk, &["files", "upload", "/nowhere.txt"]).await;
    assert_eq!(missing.status.code(), Some(3));
    assert!(stderr(&missing).contains("/nowhere.txt cannot be read"), "{}", stderr(&missing));
}

#[tokio::test]
async fn a_vector_store_is_filled_and_searched() {
    let desk = Desk::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weather.txt");
    std::fs::write(&path, "Snow falls in Chicago.").unwrap();
    let upload = call(&desk, &["files", "upload", path.to_str().unwrap(), "--json"]).await;
    let file = lines(&upload)[0]["id"].as_str().unwrap().to_owned();
    let made = call(&desk, &["vector-stores", "create", "faq", "--file", &file, "--json"]).await;
    let store = lines(&made)[0]["id"].as_str().unwrap().to_owned();
    let mut status = String::new();
    while status != "completed" {
        let read = lines(&call(&desk, &["vector-stores", "get", &store, "--json"]).await);
        read[0]["status"].as_str().unwrap().clone_into(&mut status);
    }
    let found = call(&desk, &["vector-stores", "search", &store, "snow"]).await;
    let found: Vec<_> = done(&found).lines().collect();
    assert!(found[1].contains(&file) && found[1].contains("Snow falls in Chicago."), "{found:?}");
    assert!(done(&call(&desk, &["vector-stores", "list"]).await).contains("faq"));
    assert!(done(&call(&desk, &["vector-stores", "files", &store]).await).contains(&file));
    done(&call(&desk, &["vector-stores", "delete", &store]).await);
}

#[tokio::test]
async fn a_conversation_keeps_what_was_said() {
    let desk = Desk::new().await;
    let create = ["conversations", "create", "--message", "Hello \u{1b}[31m", "--label", "topic=x"];
    let made = call(&desk, &[&create[..], &["--json"]].concat()).await;
    let id = lines(&made)[0]["id"].as_str().unwrap().to_owned();
    let items = call(&desk, &["conversations", "items", &id]).await;
    let items: Vec<_> = done(&items).lines().collect();
    assert!(items[1].contains("user") && items[1].contains("Hello \\u{1b}[31m"), "{items:?}");
    assert!(done(&call(&desk, &["conversations", "get", &id]).await).contains("topic"));
    done(&call(&desk, &["conversations", "delete", &id]).await);
    let wrong = call(&desk, &["conversations", "create", "--label", "topic"]).await;
    assert_eq!(wrong.status.code(), Some(2));
}

#[tokio::test]
async fn containers_are_made_and_listed() {
    let desk = Desk::new().await;
    let made = call(&desk, &["containers", "create", "box", "--memory", "4g", "--json"]).await;
    let id = lines(&made)[0]["id"].as_str().unwrap().to_owned();
    let listed = call(&desk, &["containers", "list"]).await;
    assert!(done(&listed).contains("box") && done(&listed).contains("4g"), "{}", stdout(&listed));
    assert_eq!(done(&call(&desk, &["containers", "files", &id]).await).lines().count(), 1);
    done(&call(&desk, &["containers", "delete", &id]).await);
}

#[tokio::test]
async fn projects_and_endpoints_are_waited_for() {
    let desk = Desk::new().await;
    let create = ["projects", "create", "demo", "--retention", "48", "--json"];
    let [project] = lines(&call(&desk, &create).await).try_into().unwrap();
    assert_eq!(project["lifecycleState"], "ACTIVE");
    assert_eq!(project.pointer("/conversationConfig/responsesRetentionInHours").unwrap(), 48);
    let id = project["id"].as_str().unwrap();
    let update = ["projects", "update", id, "--name", "other"];
    assert!(done(&call(&desk, &update).await).contains("other"));
    let late = call(&desk, &[&update[..], &["--if-match", "another"]].concat()).await;
    assert_eq!(late.status.code(), Some(7), "{}", stderr(&late));
    assert!(done(&call(&desk, &["projects", "list"]).await).contains("other"));
    done(&call(&desk, &["projects", "delete", id]).await);
    assert!(done(&call(&desk, &["endpoints", "list"]).await).starts_with("ID "));
}

#[tokio::test]
async fn the_secret_of_an_api_key_is_shown_once() {
    let desk = Desk::new().await;
    let made =
        call(&desk, &["api-keys", "create", "ci", "--key", "one", "--days", "30", "--json"]).await;
    let [key] = lines(&made).try_into().unwrap();
    let secret = key.pointer("/keys/0/key").and_then(Value::as_str).unwrap().to_owned();
    let id = key["id"].as_str().unwrap();
    let listed = call(&desk, &["api-keys", "list"]).await;
    assert!(done(&listed).contains("one") && !done(&listed).contains(&secret));
    let read = call(&desk, &["api-keys", "get", id, "--json"]).await;
    assert!(!done(&read).contains(&secret), "{}", stdout(&read));
    let renewed = call(&desk, &["api-keys", "renew", id, "one"]).await;
    assert!(done(&renewed).contains("SECRET") && !done(&renewed).contains(&secret));
    done(&call(&desk, &["api-keys", "set-state", id, "one", "inactive"]).await);
    done(&call(&desk, &["api-keys", "delete", id]).await);
}
