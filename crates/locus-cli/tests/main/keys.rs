//! `locus keys` makes, lists and revokes.

use crate::{locus, stderr, stdout};

#[test]
fn a_key_is_told_once_listed_and_revoked() {
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = locus(home.path());
        command.current_dir(home.path()).arg("keys").args(args);
        command.output().unwrap()
    };
    let made =
        run(&["create", "ci", "--model", "grok", "--model", "oci/*", "--rpm", "60", "--days", "1"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let secret = stdout(&made).trim();
    assert!(secret.starts_with("sk-locus-") && secret.len() > 60, "{secret}");
    let text = std::fs::read_to_string(home.path().join("keys.json")).unwrap();
    assert!(!text.contains(secret));
    assert!(run(&["create", "other"]).status.success());

    let listed = run(&["list"]);
    let lines: Vec<Vec<&str>> =
        stdout(&listed).lines().map(|line| line.split("  ").map(str::trim).collect()).collect();
    let cells = |line: &[&str]| -> Vec<String> {
        line.iter().filter(|cell| !cell.is_empty()).map(|cell| (*cell).to_owned()).collect()
    };
    assert_eq!(cells(&lines[0]), ["ID", "NAME", "MODELS", "LIMITS", "SPENT"]);
    assert_eq!(cells(&lines[1])[1..], ["ci", "grok oci/*", "60 calls a minute", "$0.0000"]);
    assert_eq!(cells(&lines[2])[1..], ["other", "all", "-", "$0.0000"]);
    let listed = run(&["list", "--json"]);
    let keys: Vec<serde_json::Value> =
        stdout(&listed).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((keys.len(), &keys[0]["models"][1]), (2, &"oci/*".into()));
    let id = keys[0]["id"].as_str().unwrap();
    let made = run(&["create", "third", "--json"]);
    let made: serde_json::Value = serde_json::from_str(stdout(&made)).unwrap();
    assert!(made["key"].as_str().unwrap().starts_with("sk-locus-"));

    assert!(run(&["revoke", id]).status.success());
    assert_eq!(stdout(&run(&["list"])).lines().count(), 3);
    let again = run(&["revoke", id]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("locus keys list"), "{}", stderr(&again));
    assert_eq!(run(&["list", "--file", "nowhere.json"]).status.code(), Some(1));
}
