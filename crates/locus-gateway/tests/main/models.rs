//! The list of models, and what clients expect to be told of each answer.

use oci_emulator::Fault;
use serde_json::{Value, json};

use crate::http::{get, get_with, post_with};
use crate::{Desk, question, streamed};

async fn listed(desk: &Desk) -> Vec<String> {
    let list = get(desk.address, "/v1/models").await.json();
    let name = |model: &Value| {
        assert!(model["created"].as_u64().is_some() && model["object"] == "model", "{model}");
        model["id"].as_str().unwrap().to_owned()
    };
    list["data"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_pattern_lists_what_the_service_lists() {
    let yaml = "
model_list:
  - {model_name: grok, litellm_params: {model: oci/xai.grok-4}}
  - {model_name: \"oci/*\", litellm_params: {model: \"oci/*\"}}
";
    let desk = Desk::with_file(yaml).await;
    let names = listed(&desk).await;
    assert_eq!(names[0], "grok");
    assert!(names.len() > 1 && names[1..].iter().all(|name| name.starts_with("oci/")), "{names:?}");
    let one = names.iter().find(|name| name.starts_with("oci/xai.")).unwrap();
    assert_eq!(desk.chat(&question(one)).await.status, 200);
    assert_eq!(listed(&desk).await, names);
    let asked =
        |path: &str| desk.emulator.requests().iter().filter(|it| it.path_and_query == path).count();
    assert_eq!(asked("/openai/v1/models"), 1, "the list is kept for a while");
}

#[tokio::test]
async fn a_service_that_lists_nothing_is_no_failure() {
    let desk = Desk::open().await;
    desk.emulator.push_fault(Fault::status(404));
    assert_eq!(listed(&desk).await, Vec::<String>::new());
}

#[tokio::test]
async fn every_answer_says_when_it_was_made() {
    let desk = Desk::open().await;
    for model in ["oci/cohere.command-latest", "oci/xai.grok-4"] {
        let whole = desk.chat(&question(model)).await.json();
        assert!(whole["created"].as_u64().unwrap() > 0, "{whole}");
        let stream = desk.chat(&streamed(model)).await;
        let times: Vec<u64> = stream
            .events()
            .iter()
            .filter(|data| **data != "[DONE]")
            .map(|data| serde_json::from_str::<Value>(data).unwrap()["created"].as_u64().unwrap())
            .collect();
        assert!(times.len() > 1 && times.iter().all(|time| *time == times[0]), "{times:?}");
    }
}

#[tokio::test]
async fn clients_of_anthropic_get_the_list_and_its_errors_in_their_shape() {
    let yaml = "
model_list:
  - {model_name: grok, litellm_params: {model: oci/xai.grok-4}}
  - {model_name: gpt, litellm_params: {model: oci/openai.gpt-5.5}}
general_settings: {master_key: sk-master}
";
    let desk = Desk::with_file(yaml).await;
    let version = ("anthropic-version", "2023-06-01");
    let keyed = [version, ("x-api-key", "sk-master")];
    let list = get_with(desk.address, "/v1/models", &keyed).await.json();
    let of_list = (&list["first_id"], &list["last_id"], &list["has_more"]);
    assert_eq!(of_list, (&json!("grok"), &json!("gpt"), &json!(false)), "{list}");
    let one = get_with(desk.address, "/v1/models/grok", &keyed).await.json();
    assert_eq!(one, list["data"][0]);
    assert_eq!((&one["type"], &one["display_name"]), (&json!("model"), &json!("grok")));
    assert!(one["created_at"].is_string(), "{one}");
    let refused = get_with(desk.address, "/v1/models", &[version]).await;
    assert_eq!((refused.status, &refused.json()["type"]), (401, &json!("error")));
    let missing = get_with(desk.address, "/v1/models/nobody", &keyed).await;
    let counted = r#"{"model": "nobody", "input": "Hi"}"#;
    let counted = post_with(desk.address, "/v1/responses/input_tokens", &keyed, counted).await;
    assert_eq!((counted.status, counted.code().as_str()), (404, "model_not_found"));
    let kind = &missing.json()["error"]["type"];
    assert_eq!((missing.status, kind), (404, &json!("not_found_error")));
}
