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
    let lines: Vec<&str> = stdout(&listed).lines().collect();
    assert_eq!(lines.len(), 2);
    let cells: Vec<&str> = lines[0].split('\t').collect();
    assert_eq!(cells[1..], ["ci", "grok oci/*", "60 calls a minute"]);
    assert!(lines[1].ends_with("other\tall models"), "{}", lines[1]);

    assert!(run(&["revoke", cells[0]]).status.success());
    assert_eq!(stdout(&run(&["list"])).lines().count(), 1);
    let again = run(&["revoke", cells[0]]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("locus keys list"), "{}", stderr(&again));
    assert_eq!(run(&["list", "--file", "nowhere.json"]).status.code(), Some(1));
}
