//! The Responses API, passed on to the service.

use oci_emulator::Fault;
use serde_json::{Value, json};

use crate::Desk;
use crate::http::{Answer, get, post, raw};

const GPT: &str = "oci/openai.gpt-5.5";

async fn create(desk: &Desk, body: &Value) -> Answer {
    post(desk.address, "/v1/responses", &body.to_string()).await
}

fn sent(desk: &Desk) -> Value {
    serde_json::from_slice(&desk.emulator.requests().last().unwrap().body).unwrap()
}

#[tokio::test]
async fn a_request_goes_on_as_it_is_but_for_the_model() {
    let desk = Desk::open().await;
    let mut body = json!({
        "model": GPT,
        "input": [{"role": "user", "content": "What is 2x2?"}],
        "metadata": {"a": "b"},
        "oci_region": "eu-evil-1",
        "from_next_year": 1,
    });
    let answer = create(&desk, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["output"][0]["content"][0]["text"], "2x2 is 4.", "{answer:?}");
    assert_eq!(answer.json()["usage"]["total_tokens"].as_u64().map(|count| count > 0), Some(true));
    assert_eq!(answer.header("x-locus-losses"), Some("oci_region is not taken from requests"));
    assert_eq!(desk.emulator.requests()[0].path_and_query, "/openai/v1/responses");
    body.as_object_mut().unwrap().remove("oci_region");
    body["model"] = json!("openai.gpt-5.5");
    assert_eq!(sent(&desk), body);
}

#[tokio::test]
async fn events_are_forwarded_and_a_cut_is_an_error() {
    let desk = Desk::open().await;
    let body = json!({"model": "oci/xai.grok-4", "input": "What is 2x2?", "stream": true});
    let answer = create(&desk, &body).await;
    let events = answer.events();
    let read = |event: &&str| serde_json::from_str::<Value>(event).unwrap();
    let kinds: Vec<String> =
        events.iter().map(|event| read(event)["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds.first().unwrap(), "response.created", "{kinds:?}");
    assert_eq!(kinds.last().unwrap(), "response.completed", "{kinds:?}");
    let names: Vec<&str> =
        answer.body.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(names, kinds);

    desk.emulator.push_fault(Fault::CutStream { after_events: 2 });
    let answer = create(&desk, &body).await;
    let last = read(answer.events().last().unwrap());
    assert_eq!((&last["type"], &last["code"]), (&json!("error"), &json!("upstream_truncated")));
    assert_eq!(last["sequence_number"], 2);
}

#[tokio::test]
async fn a_conversation_goes_on_and_is_found_again() {
    let desk = Desk::open().await;
    let first = create(&desk, &json!({"model": GPT, "input": "What is 2x2?"})).await.json();
    let id = first["id"].as_str().unwrap();
    let next = json!({"model": GPT, "input": "And 3x3?", "previous_response_id": id});
    let next = create(&desk, &next).await;
    assert_eq!(next.json()["previous_response_id"], id, "{next:?}");

    let path = format!("/v1/responses/{id}");
    let found = get(desk.address, &path).await;
    assert_eq!(found.json()["output"], first["output"], "{found:?}");
    assert_eq!(found.header("x-locus-deployment"), Some("environment"));
    let again = get(desk.address, &format!("{path}?stream=true&starting_after=0")).await;
    assert!(again.events().last().unwrap().contains("response.completed"), "{again:?}");
    let items = get(desk.address, &format!("{path}/input_items?limit=1&order=asc")).await;
    assert_eq!(items.json()["data"].as_array().unwrap().len(), 1, "{items:?}");
    let address = desk.address;
    let delete = format!("DELETE {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let deleted = raw(address, delete.as_bytes()).await;
    assert_eq!(deleted.json()["deleted"], true, "{deleted:?}");
    assert_eq!(get(desk.address, &path).await.status, 404);
}

#[tokio::test]
async fn a_response_in_the_background_can_be_stopped() {
    let desk = Desk::open().await;
    let body =
        json!({"model": "oci/google.gemini-2.5-pro", "input": "What is 2x2?", "background": true});
    let begun = create(&desk, &body).await.json();
    assert_eq!(begun["status"], "queued", "{begun}");
    let path = format!("/responses/{}/cancel", begun["id"].as_str().unwrap());
    let stopped = post(desk.address, &path, "{}").await;
    assert_eq!(stopped.json()["status"], "cancelled", "{stopped:?}");
}

#[tokio::test]
async fn what_the_operator_says_about_the_way_counts() {
    let yaml = "
model_list:
  - {model_name: chat, litellm_params: {model: oci/openai.gpt-5.5, oci_transport: v1}}
  - {model_name: state, litellm_params: {model: oci/meta.llama-3.3-70b-instruct, oci_transport: responses}}
  - {model_name: warm, litellm_params: {model: oci/xai.grok-4, temperature: 0.5, max_tokens: 99, seed: 1}}
";
    let desk = Desk::with_file(yaml).await;
    let ask = |model: &str| json!({"model": model, "input": "What is 2x2?"});
    for (model, path) in [
        ("chat", "/openai/v1/chat/completions"),
        ("state", "/openai/v1/responses"),
        ("warm", "/openai/v1/responses"),
    ] {
        let answer = create(&desk, &ask(model)).await;
        assert_eq!(desk.emulator.requests().last().unwrap().path_and_query, path, "{answer:?}");
    }
    assert_eq!(sent(&desk)["temperature"], 0.5);
    assert_eq!(sent(&desk)["max_output_tokens"], 99);
    let answer = create(&desk, &ask("warm")).await;
    assert!(answer.header("x-locus-losses").is_some_and(|it| it.starts_with("seed")), "{answer:?}");
    let mut continued = ask("chat");
    continued["previous_response_id"] = json!("resp_1");
    assert_eq!(create(&desk, &continued).await.code(), "unsupported_parameter");
}
