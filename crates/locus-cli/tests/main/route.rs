//! `locus route` needs neither an account nor a configuration file.

use crate::{locus, stderr, stdout};

fn route(args: &[&str]) -> std::process::Output {
    let home = tempfile::tempdir().unwrap();
    locus(home.path()).arg("route").args(args).output().unwrap()
}

#[test]
fn a_model_is_told_its_api_and_why() {
    let output = route(&["oci:Meta.Llama-3.3-70b-instruct"]);
    assert_eq!(
        stdout(&output),
        "Meta.Llama-3.3-70b-instruct: v1, on demand, because its id begins with meta.\n"
    );
    let output = route(&["ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa"]);
    assert!(stdout(&output).contains("native, dedicated"), "{}", stdout(&output));
    let output = route(&["--json", "oci:openai.gpt-5.5-pro"]);
    let told: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!((&told["transport"], &told["takes_images"]), (&"responses".into(), &true.into()));
}

#[test]
fn without_a_model_the_table_is_printed() {
    let plain = route(&[]);
    let rows: Vec<&str> = stdout(&plain).lines().collect();
    assert!(
        rows.iter().any(|row| row.starts_with("anthropic. ") && row.ends_with(" v1")),
        "{rows:?}"
    );
    assert!(
        rows.iter().any(|row| row.starts_with("cohere.embed ") && row.ends_with(", embeddings")),
        "{rows:?}"
    );
    let as_json = route(&["--json"]);
    for row in stdout(&as_json).lines() {
        assert!(serde_json::from_str::<serde_json::Value>(row).unwrap()["prefix"].is_string());
    }
    assert_eq!(stdout(&as_json).lines().count(), rows.len());
}

#[test]
fn an_id_without_a_route_is_a_failure() {
    for id in ["oci:acme.rocket", "oci:", "cohere.rerank-v3.5"] {
        let output = route(&[id]);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1);
    }
}
