//! `locus embed`, `locus rerank` and `locus models`.

use std::io::Write as _;
use std::process::{Output, Stdio};

use crate::{Desk, locus, run, stderr, stdout};

impl Desk {
    async fn told(&self, command: &str, args: &[&str]) -> Output {
        let url = self.emulator.url();
        let mut command = self.command(&[command, "--retries", "0", "--endpoint", &url]);
        command.args(args);
        run(command).await
    }
}

fn json(output: &Output) -> Vec<serde_json::Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn texts_become_vectors_in_their_order() {
    let desk = Desk::new().await;
    let output = desk
        .told(
            "embed",
            &["--json", "--input-type", "query", "--dimensions", "256", "a cat", "a dog"],
        )
        .await;
    let lines = json(&output);
    assert_eq!(lines.len(), 2, "{}", stderr(&output));
    assert_eq!((&lines[0]["input"], &lines[1]["input"]), (&"a cat".into(), &"a dog".into()));
    assert_eq!(lines[1]["embedding"].as_array().unwrap().len(), 256);
    let sent = String::from_utf8(desk.emulator.requests()[0].body.to_vec()).unwrap();
    assert!(sent.contains("SEARCH_QUERY") && sent.contains("\"outputDimensions\":256"), "{sent}");

    let plain = desk.told("embed", &["a cat"]).await;
    let text = stdout(&plain);
    assert!(text.contains(" numbers  ") && text.ends_with("a cat\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 80), "{text}");
}

#[tokio::test]
async fn lines_of_standard_input_are_texts_too() {
    let desk = Desk::new().await;
    let url = desk.emulator.url();
    let mut command = desk.command(&["embed", "--json", "--endpoint", &url]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"one\n\ntwo\nthree\n").unwrap();
        child.wait_with_output().unwrap()
    });
    assert_eq!(json(&output.await.unwrap()).len(), 3);

    let nothing = desk.told("embed", &[]).await;
    assert_eq!(nothing.status.code(), Some(2), "{}", stderr(&nothing));
    assert!(stderr(&nothing).contains("one on each line"), "{}", stderr(&nothing));
}

#[tokio::test]
async fn an_image_is_sent_as_what_it_is() {
    let desk = Desk::new().await;
    let image = desk.home.path().join("dot.bin");
    std::fs::write(&image, b"\x89PNG\r\n\x1a\n0123").unwrap();
    let output = desk.told("embed", &["--json", "--image", image.to_str().unwrap()]).await;
    assert_eq!(json(&output).len(), 1, "{}", stderr(&output));
    let sent = String::from_utf8(desk.emulator.requests()[0].body.to_vec()).unwrap();
    assert!(sent.contains("data:image/png;base64,") && sent.contains("IMAGE"), "{sent}");

    std::fs::write(&image, b"<svg>").unwrap();
    let output = desk.told("embed", &["--image", image.to_str().unwrap()]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("PNG, JPEG, GIF or WebP"), "{}", stderr(&output));
}

#[tokio::test]
async fn documents_are_ranked() {
    let desk = Desk::new().await;
    let documents = ["Paris is in France.", "Cats purr.", "The capital of France is Paris."];
    let mut args = vec!["--json", "--top-n", "2", "capital of France"];
    args.extend(documents);
    let lines = json(&desk.told("rerank", &args).await);
    assert_eq!(lines.len(), 2);
    assert!(lines[0]["score"].as_f64().unwrap() >= lines[1]["score"].as_f64().unwrap());
    let index = usize::try_from(lines[0]["index"].as_u64().unwrap()).unwrap();
    assert_eq!(lines[0]["document"], documents[index]);
}

#[tokio::test]
async fn the_models_of_the_region_are_listed_with_their_way() {
    let desk = Desk::new().await;
    let lines = json(&desk.told("models", &["--json"]).await);
    assert!(lines.iter().any(|line| line["transport"] == "v1"), "{lines:?}");
    let grok = lines.iter().find(|line| line["model"] == "xai.grok-4").unwrap();
    assert_eq!((&grok["input_price"], &grok["output_price"]), (&3.0.into(), &15.0.into()));
    let asked = desk.emulator.requests().len();
    let offline = json(&desk.told("models", &["--json", "--offline"]).await);
    assert!(offline.len() > lines.len() && offline.iter().all(|line| line["input_price"].is_f64()));
    assert!(offline.iter().all(|line| line["transport"].is_string()), "{offline:?}");
    assert_eq!(desk.emulator.requests().len(), asked, "nothing is asked");
    let people = desk.told("models", &["grok-4"]).await;
    assert!(stdout(&people).contains("      3     15  images\n"), "{}", stdout(&people));
    let found = json(&desk.told("models", &["--json", "LLAMA"]).await);
    assert!(!found.is_empty() && found.len() < lines.len());
    assert!(found.iter().all(|line| line["model"].as_str().unwrap().contains("llama")));
    let none = desk.told("models", &["no-such-model"]).await;
    assert!(none.status.success() && stdout(&none).is_empty());
    assert!(stderr(&none).contains("locus route"), "{}", stderr(&none));
}

#[test]
fn completions_and_manual_pages_are_made_from_the_commands() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = locus(home.path()).args(["completions", shell]).output().unwrap();
        assert!(stdout(&output).contains("doctor"), "{shell}");
    }
    let output = locus(home.path()).arg("man").output().unwrap();
    assert!(stdout(&output).contains(".SH NAME"), "{}", stdout(&output));
    let folder = home.path().join("man");
    let pages = locus(home.path()).args(["man", "--dir"]).arg(&folder).output().unwrap();
    assert!(pages.status.success(), "{}", stderr(&pages));
    assert!(folder.join("locus-chat.1").exists(), "a page of each command");
}

#[tokio::test]
async fn a_dry_run_shows_the_signed_request_and_sends_nothing() {
    let desk = Desk::new().await;
    let url = desk.emulator.url();
    for (args, path) in [
        (vec!["chat", "--no-stream", "What is 2x2?"], "/openai/v1/chat/completions"),
        (vec!["chat", "-m", "oci:cohere.command-r-plus", "What is 2x2?"], "/20231130/actions/chat"),
        (vec!["embed", "a cat"], "/20231130/actions/embedText"),
        (vec!["rerank", "a cat", "a dog"], "/20231130/actions/rerankText"),
        (vec!["models"], "/openai/v1/models"),
    ] {
        let output =
            run(desk.command(&[&args[..], &["--dry-run", "--endpoint", &url]].concat())).await;
        assert!(output.status.success(), "{args:?} {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{args:?}");
        let text = stdout(&output);
        assert!(text.lines().next().unwrap().ends_with(&format!("{url}{path}")), "{text}");
        assert!(text.contains("\nauthorization: [redacted]\n"), "{text}");
        assert!(text.contains("\ndate: ") && !text.contains("signature="), "{text}");
        assert_eq!(text.contains("a cat") || text.contains("2x2"), path != "/openai/v1/models");
    }
    assert!(desk.emulator.requests().is_empty());
}
