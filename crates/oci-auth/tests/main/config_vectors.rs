//! Configuration files as the official SDKs for Python and TypeScript read them.

use std::collections::BTreeMap;

use oci_auth::{ConfigFile, ProfileError};
use serde_json::Value;

use crate::fixture;

fn ours(vector: &Value) -> Result<BTreeMap<String, String>, ProfileError> {
    let profile = ConfigFile::parse(vector["text"].as_str().unwrap().as_bytes())?
        .profile(vector["profile"].as_str().unwrap())?;
    Ok(profile.entries().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

/// What an SDK made of the file; `None` where it refused.
fn theirs(vector: &Value, sdk: &str) -> Option<BTreeMap<String, String>> {
    let entries = vector[sdk]["ok"].as_object()?;
    Some(
        entries
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
    )
}

/// Cases where the text alone does not decide: the SDK looked at the key file, or returned an empty profile for none.
const NOT_GRAMMAR: &[(&str, &str)] = &[
    (
        "quoted_key_file",
        "the Python SDK checks that the key file exists while it reads; we do when we load the key",
    ),
    ("key_file_missing", "as above"),
    ("key_file_tilde_missing", "as above"),
    ("key_file_env_var_not_expanded", "as above"),
    (
        "default_profile_missing_asked",
        "the Python SDK returns an empty profile, then complains about each key; we say it is not there",
    ),
    ("lower_case_default", "as above"),
    ("empty_file", "as above"),
    ("bom", "accepted, as by the TypeScript SDK"),
    ("section_inner_spaces", "accepted, as by the TypeScript SDK"),
];

#[test]
fn files_are_read_as_the_python_sdk_reads_them() {
    let file: Value =
        serde_json::from_slice(&std::fs::read(fixture("config/config_vectors.json")).unwrap())
            .unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    let mut compared = 0;
    for vector in vectors {
        let id = vector["id"].as_str().unwrap();
        let ours = ours(vector);
        if NOT_GRAMMAR.iter().any(|(name, _)| *name == id) {
            continue;
        }
        compared += 1;
        let Some(python) = theirs(vector, "python") else {
            assert!(ours.is_err(), "{id}: {ours:?}");
            continue;
        };
        let ours = ours.unwrap_or_else(|error| panic!("{id}: {error}"));
        for (key, value) in python.iter().filter(|(_, value)| !value.is_empty()) {
            // The SDK expands `~` and fills in defaults while it reads; we keep the text and expand it on use.
            if key == "key_file" && ours.get(key).is_some_and(|own| own.starts_with('~')) {
                continue;
            }
            if let Some(own) = ours.get(key) {
                assert_eq!(own, value, "{id} {key}");
            } else {
                assert!(
                    !["user", "tenancy", "fingerprint", "region", "key_file"]
                        .contains(&key.as_str()),
                    "{id} lacks {key}"
                );
            }
        }
    }
    assert_eq!(compared + NOT_GRAMMAR.len(), 52, "every recorded file was looked at");
}

#[test]
fn the_lenient_cases_equal_the_typescript_sdk() {
    let file: Value =
        serde_json::from_slice(&std::fs::read(fixture("config/config_vectors.json")).unwrap())
            .unwrap();
    for id in ["bom", "section_inner_spaces"] {
        let vector =
            file["vectors"].as_array().unwrap().iter().find(|vector| vector["id"] == id).unwrap();
        assert_eq!(ours(vector).unwrap(), theirs(vector, "typescript").unwrap(), "{id}");
    }
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = ConfigFile::parse(text.as_bytes())
        .and_then(|file| file.profile("DEFAULT").map(drop))
        .unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn errors_name_the_line() {
    check_error(
        "[DEFAULT]\nuser=a\nnonsense\n",
        "line 3: expected `key = value`, a [profile] or a comment",
    );
    check_error("user=a\n", "line 1: expected a [profile] before the first entry");
    check_error("[DEFAULT]\nuser=a\n\nUSER=b\n", "line 4: user is set twice in profile DEFAULT");
    check_error("[A]\n[DEFAULT]\n[A]\n", "line 3: profile A is there twice");
    check_error(
        "[DEFAULT]\nkey_content=-----BEGIN\n",
        "line 2: key_content is not allowed in a configuration file, use key_file",
    );
    check_error("[A]\nuser=a\n[B]\n", "no profile DEFAULT, the file has A, B");
    check_error("", "no profile DEFAULT, the file has no profiles");
    let error = ConfigFile::parse(b"[DEFAULT]\nuser=\xff\n").unwrap_err();
    assert_eq!(error.to_string(), "line 2: not UTF-8 text");
}

#[test]
fn debug_shows_no_value() {
    let file = ConfigFile::parse(b"[DEFAULT]\npass_phrase = hunter2\n").unwrap();
    let shown = format!("{file:?} {:?}", file.profile("DEFAULT").unwrap());
    assert!(shown.contains("pass_phrase") && !shown.contains("hunter2"), "{shown}");
}

/// What Python's `configparser` reads, which the official SDK uses, was tried for each of these.
#[test]
fn values_go_on_in_deeper_lines_as_python_has_it() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let profile = ConfigFile::parse(text.as_bytes()).unwrap().profile("P").unwrap();
        assert_eq!(profile.entries().collect::<Vec<_>>(), [("k", expected)], "{text:?}");
    }
    check("[P]\nk = a\n  b\n", "a\nb");
    check("[P]\nk = a\n\n  b\n\n\n", "a\n\nb");
    check("[P]\nk = a\n# comment\n\n ; comment\n  b\n", "a\n\nb");
    check("[P]\nk =\n  b\n", "\nb");
    check("[P]\nk =\n\n", "");
    check("[P]\n  k = a\n    [b]\n", "a\n[b]");
    check("[P]\rk = a\r\r b\r", "a\n\nb");
    check("[P]\r\nk = a\r\n\r\n b\r\n", "a\n\nb");
    check("[P]\nk\u{1f} = \u{1c}a\u{1d}\n", "a");
}
