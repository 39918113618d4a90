//! `locus emulate` serves until it is told to end, and `locus chat` finds it by what it prints.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::{locus, signal, stderr, stdout};

/// The command, its first line of output, and the rest of its output.
fn start(
    home: &std::path::Path,
    args: &[&str],
) -> (Child, String, BufReader<std::process::ChildStdout>) {
    let mut command = locus(home);
    command.arg("emulate").args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    (child, line, output)
}

#[test]
fn what_it_prints_is_enough_to_call_it() {
    let home = tempfile::tempdir().unwrap();
    let (mut child, line, _) = start(home.path(), &["--port", "0", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    let text = |key: &str| told[key].as_str().unwrap().to_owned();

    let mut chat = locus(home.path());
    chat.args(["chat", "--endpoint", &text("url"), "What is 2x2?"])
        .env("OCI_CONFIG_FILE", text("config_file"));
    let output = chat.output().unwrap();
    assert_eq!(stdout(&output), "2x2 is 4.\n", "{}", stderr(&output));
    for key in [
        "key_file",
        "profile",
        "region",
        "tenancy",
        "user",
        "fingerprint",
        "compartment_id",
        "api_key",
    ] {
        assert!(!text(key).is_empty(), "{key}");
    }
    let instance = &told["credentials"]["instance_principal"];
    assert_eq!(instance["OCI_METADATA_BASE_URL"], told["metadata_url"]);
    assert_eq!(told["metadata_url"], format!("{}/opc/v2", text("url")));
    let token = told["credentials"]["resource_principal"]["OCI_RESOURCE_PRINCIPAL_RPST"].as_str();
    assert!(std::path::Path::new(token.unwrap()).is_file());

    drop(child.stdin.take());
    assert!(child.wait().unwrap().success(), "it ends when its input does");
    assert!(!std::path::Path::new(&text("config_file")).exists(), "the temporary folder is gone");
}

#[test]
fn a_fault_is_what_every_chat_meets() {
    let home = tempfile::tempdir().unwrap();
    let (mut child, line, _) =
        start(home.path(), &["--port", "0", "--json", "--fault", "status=429"]);
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    let mut chat = locus(home.path());
    chat.args(["chat", "--retries", "0", "--endpoint", told["url"].as_str().unwrap(), "hi"]);
    chat.env("OCI_CONFIG_FILE", told["config_file"].as_str().unwrap());
    assert_eq!(chat.output().unwrap().status.code(), Some(6));
    drop(child.stdin.take());
    child.wait().unwrap();
}

#[test]
fn variables_alone_change_who_calls() {
    let home = tempfile::tempdir().unwrap();
    let (mut child, line, _) = start(home.path(), &["--port", "0", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    for kind in ["api_key", "security_token", "resource_principal"] {
        let mut chat = locus(home.path());
        chat.args(["chat", "--endpoint", told["url"].as_str().unwrap(), "What is 2x2?"]);
        chat.args(["--compartment-id", told["compartment_id"].as_str().unwrap()]);
        for (name, value) in told["credentials"][kind].as_object().unwrap() {
            chat.env(name, value.as_str().unwrap());
        }
        let output = chat.output().unwrap();
        assert_eq!(stdout(&output), "2x2 is 4.\n", "{kind}: {}", stderr(&output));
    }
    drop(child.stdin.take());
    child.wait().unwrap();
}

#[test]
fn a_clock_that_is_off_is_a_401() {
    let home = tempfile::tempdir().unwrap();
    for (offset, status) in [("-330", 4), ("301", 4), ("-200", 0)] {
        let args = ["--port", "0", "--json", "--clock-offset", offset];
        let (mut child, line, _) = start(home.path(), &args);
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        let mut chat = locus(home.path());
        chat.args(["chat", "--endpoint", told["url"].as_str().unwrap(), "hi"]);
        chat.env("OCI_CONFIG_FILE", told["config_file"].as_str().unwrap());
        assert_eq!(chat.output().unwrap().status.code(), Some(status), "{offset}");
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}

#[test]
fn faults_of_services_for_credentials_are_named_or_refused() {
    let home = tempfile::tempdir().unwrap();
    let args = ["--port", "0", "--json", "--auth-fault", "federation:status=500"];
    let (mut child, line, _) =
        start(home.path(), &[&args[..], &["--auth-fault", "metadata:rotate"]].concat());
    assert!(line.starts_with('{'), "{line}");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    for (text, problem) in [
        ("federation", "expected SERVICE:FAULT"),
        ("nothing:status=500", "the services are"),
        ("federation:nothing", "the faults are"),
    ] {
        let mut command = locus(home.path());
        let output = command.args(["emulate", "--auth-fault", text]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(stderr(&output).contains(problem), "{text}: {}", stderr(&output));
    }
}

#[test]
fn a_person_is_told_how_to_call_it() {
    let home = tempfile::tempdir().unwrap();
    let (mut child, first, mut output) = start(home.path(), &["--port", "0"]);
    assert!(first.starts_with("The emulator listens on http://127.0.0.1:"), "{first}");
    let mut command = String::new();
    while !command.contains("locus chat --endpoint") {
        command.clear();
        assert!(output.read_line(&mut command).unwrap() > 0, "the instructions end too early");
    }
    let killed = signal("TERM", child.id());
    assert!(killed && child.wait().unwrap().success());
}

#[test]
fn the_variables_of_one_kind_of_credentials_can_be_copied() {
    let home = tempfile::tempdir().unwrap();
    let args = ["--port", "0", "--credentials", "security_token"];
    let (mut child, _, mut output) = start(home.path(), &args);
    let (mut line, mut exports) = (String::new(), Vec::new());
    while exports.len() < 4 && output.read_line(&mut line).unwrap() > 0 {
        exports.extend(line.strip_prefix("  export OCI_C").map(|text| text.trim().to_owned()));
        line.clear();
        if exports.last().is_some_and(|last| last.starts_with("LI_PROFILE")) {
            break;
        }
    }
    assert!(exports.contains(&"LI_AUTH=security_token".to_owned()), "{exports:?}");
    assert!(signal("TERM", child.id()) && child.wait().unwrap().success());
    let mut unknown = locus(home.path());
    let unknown = unknown.args(["emulate", "--port", "0", "--credentials", "magic"]).output();
    let unknown = unknown.unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("no kind of credentials magic; name one of api_key, "));
}
