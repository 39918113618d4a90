//! What the compiler prints for usual mistakes, by asking it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Each line is a mistake of its own.
const MISTAKES: &str = "#![allow(unused)]
use oci_router::{wire::chat, wire::responses, Chat, Model, Router};
fn a_number_for_a_model(router: Router) { router.model(5.5); }
fn a_number_for_a_prompt(model: Model) { model.chat(42); }
fn a_tool_of_the_service_for_one_of_the_caller(chat: Chat) { chat.tools([responses::WebSearchTool::default()]); }
fn a_tool_of_the_caller_for_one_of_the_service(chat: Chat) { chat.hosted_tools([chat::Tool::custom(\"mine\")]); }
";

/// Of each mistake the line, the message, what stands beside the place, and what to do.
const PRINTED: [(u64, &str, &str, &str); 4] = [
    (
        3,
        "`{float}` names no model",
        "expected an id such as \"oci:openai.gpt-5.5\", or a model",
        "a model is what `Router::model` gives, or in `locus` a `V1Model`, `ResponsesModel` or `NativeModel`",
    ),
    (
        4,
        "a chat cannot begin with `{integer}`",
        "expected a prompt, messages or a `ChatRequest`",
        "a prompt is a `&str` or a `String`, messages are an array, slice or `Vec` of `Message`",
    ),
    (
        5,
        "`oci_router::oci_wire::responses::WebSearchTool` is not a tool that the caller runs",
        "expected a `Tool` of `chat`, such as `Tool::function(name, description, schema)`, or `Schema::of::<T>()`",
        "tools that the service runs, such as web search and MCP servers, go to `Chat::hosted_tools`",
    ),
    (
        6,
        "`oci_router::oci_wire::chat::Tool` is not a tool that the service runs",
        "expected a tool of `responses`, such as `WebSearchTool` or `McpTool`",
        "functions that the caller runs go to `Chat::tools`",
    ),
];

#[test]
fn the_compiler_says_what_was_meant() {
    let library = library();
    let folder = tempfile::tempdir().unwrap();
    // The compiler of the toolchain that built this test, beside its cargo.
    let mut compiler = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"))
        .args(["--edition=2024", "--crate-type=lib", "--crate-name=mistakes", "--emit=metadata"])
        .args(["--error-format=json", "-"])
        .arg("--out-dir")
        .arg(folder.path())
        .arg("-L")
        .arg(format!("dependency={}", library.parent().unwrap().display()))
        .arg("--extern")
        .arg(format!("oci_router={}", library.display()))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    compiler.stdin.take().unwrap().write_all(MISTAKES.as_bytes()).unwrap();
    let output = compiler.wait_with_output().unwrap();
    assert!(!output.status.success(), "it compiles");

    let text = String::from_utf8(output.stderr).unwrap();
    let mut printed: Vec<(u64, String, String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        let diagnostic: Value = serde_json::from_str(line).unwrap();
        // The last ones only count the others.
        let Some(place) = diagnostic["spans"].as_array().unwrap().iter().find(is_primary) else {
            continue;
        };
        assert_eq!(diagnostic["code"]["code"], "E0277", "{}", diagnostic["rendered"]);
        let message = |value: &Value| value["message"].as_str().unwrap().to_owned();
        let notes = diagnostic["children"].as_array().unwrap().iter().map(message).collect();
        let label = place["label"].as_str().unwrap_or_default().to_owned();
        printed.push((place["line_start"].as_u64().unwrap(), message(&diagnostic), label, notes));
    }
    printed.sort();
    assert_eq!(printed.len(), PRINTED.len(), "{text}");
    for ((line, message, label, notes), expected) in printed.iter().zip(PRINTED) {
        assert_eq!((*line, &**message, &**label), (expected.0, expected.1, expected.2));
        assert!(notes.iter().any(|note| note == expected.3), "{message}: {notes:#?}");
    }
}

fn is_primary(span: &&Value) -> bool {
    span["is_primary"] == true
}

/// The library under test: beside this test, the newest of its name, since a change of it was built last.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let found =
        std::fs::read_dir(test.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let libraries = found.filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("liboci_router-") && name.ends_with(".rlib")
    });
    libraries.max_by_key(|path| path.metadata().unwrap().modified().unwrap()).unwrap()
}
