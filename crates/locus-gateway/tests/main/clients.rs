//! Requests that other programs were seen to send, and what they read of the answers.

use serde_json::{Value, json};

use crate::Desk;
use crate::http::{Answer, post_with};

const CAPTURED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/wire/clients/");

/// A model that answers over chat completions only.
const LLAMA: &str = "oci/meta.llama-3.3-70b-instruct";

fn captured(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(format!("{CAPTURED}{name}.json")).unwrap())
        .unwrap()
}

/// Sends what was captured, as it was but for what `change` does to the body.
async fn send(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let mut request = captured(name);
    change(&mut request["body"]);
    let headers: Vec<(&str, &str)> = request["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let path = request["path"].as_str().unwrap();
    post_with(desk.address, path, &headers, &request["body"].to_string()).await
}

#[tokio::test]
async fn a_turn_of_claude_code_is_answered() {
    let desk = Desk::open().await;
    for model in ["oci/openai.gpt-oss-120b", "oci/google.gemini-2.5-pro", LLAMA] {
        let answer = send(&desk, "claude_code", |body| body["model"] = json!(model)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.ends_with("data: {\"type\":\"message_stop\"}\n\n"), "{answer:?}");
        let told = answer.header("x-locus-losses").unwrap();
        for loss in [
            "system[*].cache_control has no counterpart and was left out (2 times)",
            "tools[*].defer_loading has no counterpart and was left out (2 times)",
            "context_management is of an unknown kind and was left out",
        ] {
            assert!(told.contains(loss), "{told}");
        }
        let sent = String::from_utf8(desk.emulator.requests().last().unwrap().body.to_vec());
        assert!(sent.unwrap().contains("The tool mcp__t__lookup is available now."));
    }
}
