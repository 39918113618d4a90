//! Several deployments behind one name, retries and fallbacks.

use oci_emulator::Fault;

use crate::{Desk, question, streamed};

const TWO: &str = "
model_list:
  - {model_name: pair, litellm_params: {model: oci/xai.grok-4}}
  - {model_name: pair, litellm_params: {model: oci/xai.grok-3}}
  - {model_name: other, litellm_params: {model: oci/meta.llama-3.3-70b-instruct}}
  - {model_name: large, litellm_params: {model: oci/google.gemini-2.5-pro}}
router_settings:
  num_retries: 1
  fallbacks: [{pair: [other]}]
  context_window_fallbacks: [{pair: [large]}]
  content_policy_fallbacks: [{pair: [other]}]
";

fn models(desk: &Desk) -> Vec<String> {
    let model = |body: &[u8]| {
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        body["model"].as_str().unwrap().to_owned()
    };
    desk.emulator.requests().iter().map(|request| model(&request.body)).collect()
}

#[tokio::test]
async fn a_failure_goes_to_the_other_deployment_at_once() {
    let desk = Desk::with_file(TWO).await;
    for body in [question("pair"), streamed("pair")] {
        desk.emulator.push_fault(Fault::status(503));
        let answer = desk.chat(&body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("x-locus-attempts"), Some("2"));
    }
    for pair in models(&desk).chunks(2) {
        assert_ne!(pair[0], pair[1]);
    }
}

#[tokio::test]
async fn a_name_whose_deployments_all_fail_has_a_stand_in() {
    let desk = Desk::with_file(TWO).await;
    desk.emulator.push_fault(Fault::status(500));
    desk.emulator.push_fault(Fault::status(500));
    let answer = desk.chat(&question("pair")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(models(&desk).last().unwrap(), "meta.llama-3.3-70b-instruct");
    assert_eq!(answer.header("x-locus-deployment"), Some("other#2"));
}

#[tokio::test]
async fn refused_prompts_have_stand_ins_of_their_own() {
    let desk = Desk::with_file(TWO).await;
    let too_long = Fault::OpenAiError {
        status: 400,
        kind: "invalid_request_error".to_owned(),
        code: Some("context_length_exceeded".to_owned()),
        param: None,
        message: "This model's maximum context length is 8192 tokens".to_owned(),
    };
    desk.emulator.push_fault(too_long);
    assert_eq!(desk.chat(&question("pair")).await.status, 200);
    assert_eq!(models(&desk).last().unwrap(), "google.gemini-2.5-pro");
    let filtered = Fault::OpenAiError {
        status: 400,
        kind: "invalid_request_error".to_owned(),
        code: Some("content_filter".to_owned()),
        param: None,
        message: "The response was filtered".to_owned(),
    };
    desk.emulator.push_fault(filtered);
    assert_eq!(desk.chat(&question("pair")).await.status, 200);
    assert_eq!(models(&desk).last().unwrap(), "meta.llama-3.3-70b-instruct");
}

#[tokio::test]
async fn a_refused_request_is_tried_once() {
    let desk = Desk::with_file(TWO).await;
    desk.emulator.push_fault(Fault::status(400));
    assert_eq!(desk.chat(&question("pair")).await.status, 400);
    assert_eq!(models(&desk).len(), 1);
}

#[tokio::test]
async fn nothing_is_tried_again_after_the_first_byte() {
    let desk = Desk::with_file(TWO).await;
    desk.emulator.push_fault(Fault::CutStream { after_events: 2 });
    let answer = desk.chat(&streamed("pair")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.events().last().unwrap().contains("error"), "{answer:?}");
    assert_eq!(models(&desk).len(), 1);
}

#[tokio::test]
async fn a_call_has_one_budget_of_attempts() {
    let desk = Desk::with_file(TWO).await;
    desk.emulator.set_fault(Some(Fault::status(503)));
    let answer = desk.chat(&question("pair")).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "ServiceUnavailable"));
    // One, one retry, and one for the stand-in.
    assert_eq!(models(&desk).len(), 3);
}

#[tokio::test]
async fn the_wait_that_the_service_asks_for_is_told_when_it_is_too_long() {
    let desk = Desk::open().await;
    desk.emulator.set_fault(Some("status=429,retry-after=120s".parse().unwrap()));
    let answer = desk.chat(&question("openai.gpt-5.5")).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("120"));
    assert_eq!(answer.json()["error"]["type"], "rate_limit_error");
    assert_eq!(models(&desk).len(), 1);
}

#[tokio::test]
async fn defaults_of_a_model_fill_what_the_client_left_out() {
    let yaml = "
model_list:
  - model_name: m
    litellm_params: {model: oci/xai.grok-4, temperature: 0.2, max_tokens: 77, seed: 5}
";
    let desk = Desk::with_file(yaml).await;
    desk.chat(&question("m")).await;
    let own = question("m").replacen('{', r#"{"temperature":1,"max_completion_tokens":9,"#, 1);
    desk.chat(&own).await;
    let bodies: Vec<serde_json::Value> = desk
        .emulator
        .requests()
        .iter()
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect();
    assert_eq!(bodies[0]["temperature"], 0.2);
    assert_eq!(bodies[0]["max_tokens"], 77);
    assert_eq!(bodies[1]["temperature"], 1);
    // The client's limit, by the name that the family takes.
    assert_eq!(bodies[1]["max_tokens"], 9);
    assert!(bodies[1]["max_completion_tokens"].is_null(), "two limits would contradict each other");
    assert_eq!(bodies[1]["seed"], 5);
}

#[tokio::test]
async fn models_of_the_native_api_answer_in_the_same_form() {
    let yaml = "
model_list:
  - {model_name: command, litellm_params: {model: oci/cohere.command-latest}}
  - model_name: hosted
    litellm_params:
      model: oci/cohere.command-latest
      oci_serving_mode: DEDICATED
      oci_endpoint_id: ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa
";
    let desk = Desk::with_file(yaml).await;
    let whole = desk.chat(&question("command")).await;
    assert_eq!(whole.json()["choices"][0]["message"]["content"], "2x2 is 4.", "{whole:?}");
    let stream = desk.chat(&streamed("command")).await;
    assert_eq!(stream.events().last(), Some(&"[DONE]"), "{stream:?}");
    desk.chat(&question("hosted")).await;
    let requests = desk.emulator.requests();
    let last = requests.last().unwrap();
    assert_eq!(last.path_and_query, "/20231130/actions/chat");
    let body: serde_json::Value = serde_json::from_slice(&last.body).unwrap();
    let serving = &body["servingMode"];
    assert_eq!(serving["servingType"], "DEDICATED");
    assert_eq!(serving["endpointId"], "ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa");
    assert_eq!(body["chatRequest"]["apiFormat"], "COHERE");
}

#[tokio::test]
async fn a_deployment_says_how_often_a_call_is_tried_again() {
    let yaml = "
model_list:
  - {model_name: once, litellm_params: {model: oci/xai.grok-4, max_retries: 0}}
  - {model_name: twice, litellm_params: {model: oci/xai.grok-4, max_retries: 0, num_retries: 1}}
";
    let desk = Desk::with_file(yaml).await;
    desk.emulator.set_fault(Some(Fault::status(503)));
    for (model, attempts) in [("once", 1), ("twice", 3)] {
        assert_eq!(desk.chat(&question(model)).await.status, 503);
        assert_eq!(models(&desk).len(), attempts);
    }
}

#[tokio::test]
async fn a_stream_that_does_not_begin_in_time_is_an_error() {
    let yaml = "
model_list:
  - {model_name: m, litellm_params: {model: oci/xai.grok-4, stream_timeout: 0.2}}
";
    let desk = Desk::with_file(yaml).await;
    desk.emulator.set_fault(Some("stall".parse().unwrap()));
    let answer = desk.chat(&streamed("m")).await;
    assert_eq!((answer.status, answer.code().as_str()), (504, "upstream_timeout"), "{answer:?}");
    let body = r#"{"model": "m", "input": "What is 2x2?", "stream": true}"#;
    let answer = crate::http::post(desk.address, "/v1/responses", body).await;
    assert_eq!((answer.status, answer.code().as_str()), (504, "upstream_timeout"), "{answer:?}");
    assert_eq!(models(&desk).len(), 2, "none is tried again");
}

#[tokio::test]
async fn stand_ins_have_stand_ins_and_go_by_the_name_that_was_asked_for() {
    let yaml = "
model_list:
  - {model_name: a, litellm_params: {model: oci/xai.grok-4}}
  - {model_name: b, litellm_params: {model: oci/xai.grok-3}}
  - {model_name: c, litellm_params: {model: oci/meta.llama-3.3-70b-instruct}}
  - {model_name: \"oci/*\", litellm_params: {model: \"oci/*\"}}
router_settings:
  num_retries: 0
  model_group_alias: {alias: a}
  fallbacks:
    - a: [b, a]
    - b: [a, c]
    - alias: [c]
    - xai.grok-3-mini: [oci/google.gemini-2.5-pro]
    - \"*\": [b]
";
    let desk = Desk::with_file(yaml).await;
    let check = async |asked: &str, failures: usize, expected: &[&str]| {
        let before = models(&desk).len();
        for _ in 0..failures {
            desk.emulator.push_fault(Fault::status(503));
        }
        let answer = desk.chat(&question(asked)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(models(&desk)[before..], *expected, "{asked}");
        let count = failures.to_string();
        assert_eq!(answer.header("x-litellm-attempted-fallbacks"), Some(&*count));
        assert_eq!(answer.header("x-litellm-attempted-retries"), Some("0"));
    };
    let llama = "meta.llama-3.3-70b-instruct";
    check("a", 2, &["xai.grok-4", "xai.grok-3", llama]).await;
    check("alias", 1, &["xai.grok-4", llama]).await;
    check("oci/xai.grok-3-mini", 1, &["xai.grok-3-mini", "google.gemini-2.5-pro"]).await;
    check("c", 1, &[llama, "xai.grok-3"]).await;
}

#[tokio::test]
async fn a_prompt_that_is_too_long_has_the_stand_ins_of_any_failure_where_it_has_none() {
    let yaml = "
model_list:
  - {model_name: a, litellm_params: {model: oci/xai.grok-4}}
  - {model_name: b, litellm_params: {model: oci/xai.grok-3}}
litellm_settings: {fallbacks: [{a: [b]}]}
";
    let desk = Desk::with_file(yaml).await;
    desk.emulator.push_fault(Fault::OpenAiError {
        status: 400,
        kind: "invalid_request_error".to_owned(),
        code: Some("context_length_exceeded".to_owned()),
        param: None,
        message: "This model's maximum context length is 8192 tokens".to_owned(),
    });
    let answer = desk.chat(&question("a")).await;
    assert_eq!(answer.header("x-litellm-model-group"), Some("b"), "{answer:?}");
}

#[tokio::test]
async fn kinds_of_failures_have_retries_of_their_own() {
    let yaml = "
model_list: [{model_name: a, litellm_params: {model: oci/xai.grok-4}}]
router_settings: {num_retries: 0, retry_policy: {RateLimitErrorRetries: 1}}
";
    let desk = Desk::with_file(yaml).await;
    desk.emulator.push_fault("status=429,retry-after=0s".parse().unwrap());
    assert_eq!(desk.chat(&question("a")).await.status, 200);
    desk.emulator.push_fault(Fault::status(503));
    assert_eq!(desk.chat(&question("a")).await.status, 503);
    assert_eq!(models(&desk).len(), 3);
}

#[tokio::test]
async fn a_pattern_may_have_a_beginning_of_its_own() {
    let yaml = "
model_list: [{model_name: \"grok-*\", litellm_params: {model: \"oci/xai.grok-*\"}}]
";
    let desk = Desk::with_file(yaml).await;
    assert_eq!(desk.chat(&question("grok-4")).await.status, 200);
    assert_eq!(models(&desk), ["xai.grok-4"]);
}
