//! From the first connection to the last word.

use std::time::Duration;

use locus::Env;
use locus_gateway::{Config, Error, Gateway, GatewayBuilder};
use oci_emulator::Fault;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http::{get, parse};
use crate::{Desk, question, redirected, streamed};

#[tokio::test]
async fn life_signs_need_no_key() {
    let desk = Desk::with_file(
        "general_settings: {master_key: sk-1}\nmodel_list:\n  - model_name: m\n    litellm_params: {model: oci/xai.grok-4}\n",
    )
    .await;
    for path in [
        "/health",
        "/health/liveliness",
        "/health/liveness",
        "/live",
        "/health/readiness",
        "/ready",
    ] {
        assert_eq!(get(desk.address, path).await.status, 200, "{path}");
    }
    assert_eq!(get(desk.address, "/metrics").await.status, 401);
    assert!(desk.emulator.requests().is_empty(), "no model is called");
}

#[tokio::test]
async fn paths_that_are_none_are_told_in_the_shape_of_errors() {
    let desk = Desk::open().await;
    let answer = get(desk.address, "/v1/nothing").await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    let answer = get(desk.address, "/v1/chat/completions").await;
    assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"));
}

#[tokio::test]
async fn clients_of_anthropic_read_errors_in_their_shape() {
    let desk = Desk::open().await;
    let version = [("anthropic-version", "2023-06-01")];
    let answer = crate::http::get_with(desk.address, "/v1/nothing", &version).await.json();
    assert_eq!(answer["type"], "error");
    assert_eq!(answer["error"]["type"], "not_found_error");
}

#[tokio::test]
async fn other_machines_are_not_served_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = oci_emulator::Sandbox::create(folder.path()).unwrap();
    let env = Env::from_pairs([("OCI_CONFIG_FILE", sandbox.config_file())]);
    let config = Config::from_env(env).unwrap();
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let gateway = Gateway::builder(config.clone()).build().unwrap();
    assert!(matches!(gateway.bind(everywhere).await, Err(Error::Exposed { .. })));
    let gateway = Gateway::builder(config).dangerously_serve_everybody().build().unwrap();
    assert!(gateway.bind(everywhere).await.is_ok());
}

#[tokio::test]
async fn a_reload_changes_names_and_keys_and_keeps_calls() {
    let yaml = |name: &str| {
        format!(
            "model_list:\n  - model_name: {name}\n    litellm_params: {{model: oci/xai.grok-4}}\n"
        )
    };
    let desk = Desk::with_file(&yaml("old")).await;
    assert_eq!(desk.chat(&question("old")).await.status, 200);

    desk.emulator.push_fault(Fault::Delay(Duration::from_millis(50)));
    let address = desk.address;
    let under_way = tokio::spawn(async move {
        crate::http::post(address, "/v1/chat/completions", &streamed("old")).await
    });
    desk.emulator.wait_until(|requests| requests.len() == 2).await;
    let config = Config::parse(&yaml("new"), Env::default()).unwrap();
    desk.gateway.reload(&redirected(config, &desk.sandbox, &desk.emulator)).unwrap();

    assert!(under_way.await.unwrap().events().contains(&"[DONE]"));
    assert_eq!(desk.chat(&question("old")).await.status, 404);
    assert_eq!(desk.chat(&question("new")).await.status, 200);
    let models = get(desk.address, "/v1/models").await.json();
    assert_eq!(models["data"][0]["id"], "new");

    // The same path, and another key behind it, which the emulator does not know.
    let other = tempfile::tempdir().unwrap();
    let stranger = oci_emulator::Sandbox::create(other.path()).unwrap();
    std::fs::copy(stranger.config_file(), desk.sandbox.config_file()).unwrap();
    let config = Config::parse(&yaml("new"), Env::default()).unwrap();
    desk.gateway.reload(&redirected(config, &desk.sandbox, &desk.emulator)).unwrap();
    assert_eq!(desk.chat(&question("new")).await.status, 401);
}

#[tokio::test]
async fn a_reload_that_cannot_be_used_changes_nothing() {
    let desk = Desk::open().await;
    let yaml = "model_list:\n  - model_name: m\n    litellm_params: {model: oci/xai.grok-4, oci_config_file: /nowhere/config}\n";
    let config = Config::parse(yaml, Env::default()).unwrap();
    let error = desk.gateway.reload(&config).unwrap_err();
    assert!(matches!(error, Error::Client { .. }), "{error:?}");
    assert_eq!(desk.chat(&question("openai.gpt-5.5")).await.status, 200);
}

#[tokio::test]
async fn the_end_waits_for_answers_under_way() {
    let desk = Desk::open().await;
    desk.emulator.push_fault(Fault::Delay(Duration::from_millis(100)));
    let address = desk.address;
    let under_way = tokio::spawn(async move {
        crate::http::post(address, "/v1/chat/completions", &streamed("openai.gpt-5.5")).await
    });
    desk.emulator.wait_until(|requests| requests.len() == 1).await;
    let emulator = desk.emulator.url();
    desk.end().await;
    let answer = under_way.await.unwrap();
    assert!(answer.events().contains(&"[DONE]"), "{answer:?} from {emulator}");
    assert!(TcpStream::connect(address).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn a_stream_that_outlasts_the_drain_ends_with_an_error_event() {
    let drain = |gateway: GatewayBuilder| gateway.drain(Duration::from_millis(20));
    let desk = Desk::with(|env| Config::from_env(env).unwrap(), drain).await;
    desk.emulator.push_fault(Fault::StallAfter { events: 2 });
    let body = streamed("openai.gpt-5.5");
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut client = TcpStream::connect(desk.address).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = vec![0; 16 * 1024];
    let count = client.read(&mut bytes).await.unwrap();
    bytes.truncate(count);
    desk.end().await;
    client.read_to_end(&mut bytes).await.unwrap();
    let answer = parse(&bytes);
    let last = answer.events().last().unwrap().to_string();
    assert!(last.contains("shutting_down"), "{answer:?}");
}

#[tokio::test]
async fn the_status_page_shows_names_health_and_failures() {
    let yaml = "model_list: [{model_name: \"<b>bold\", litellm_params: {model: oci/xai.grok-4}}]";
    let desk = Desk::with_file(yaml).await;
    desk.emulator.push_fault(Fault::status(404));
    let failed = desk.chat(&question("<b>bold")).await;
    let page = get(desk.address, "/").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    assert!(page.body.contains("&lt;b&gt;bold") && !page.body.contains("<b>"), "{}", page.body);
    for shown in ["xai.grok-4", "ready", "NotAuthorizedOrNotFound"] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(page.body.contains(failed.header("opc-request-id").unwrap()));
}

#[tokio::test]
async fn the_status_page_shows_what_went_through() {
    let yaml = "model_list: [{model_name: named, litellm_params: {model: oci/xai.grok-4}}]";
    let desk = Desk::with_file(yaml).await;
    let page = get(desk.address, "/").await;
    assert!(page.body.contains("No call has ended"), "{}", page.body);
    assert_eq!(desk.chat(&question("named")).await.status, 200);
    assert_eq!(desk.chat("{").await.status, 400);
    let page = get(desk.address, "/").await;
    for row in [
        "<tr><td>named</td><td class=\"n\">1</td><td class=\"n\">0</td>",
        "<tr><td>(refused)</td><td class=\"n\">1</td><td class=\"n bad\">1</td>",
        "<rect class=\"failed\"",
    ] {
        assert!(page.body.contains(row), "{row}: {}", page.body);
    }
}

#[tokio::test]
async fn the_status_page_of_a_gateway_with_keys_tells_strangers_nothing() {
    let yaml = "{general_settings: {master_key: sk-1}, \
                model_list: [{model_name: named, litellm_params: {model: oci/xai.grok-4}}]}";
    let desk = Desk::with_file(yaml).await;
    let page = get(desk.address, "/").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("named"), "{}", page.body);
    let key = [("Authorization", "Bearer sk-1")];
    let page = crate::http::get_with(desk.address, "/", &key).await;
    assert!(page.body.contains("named"), "{}", page.body);
}

#[tokio::test]
async fn a_browser_is_asked_for_the_key_of_the_status_page_and_of_nothing_else() {
    let yaml = "{general_settings: {master_key: sk-1}, \
                model_list: [{model_name: named, litellm_params: {model: oci/xai.grok-4}}]}";
    let desk = Desk::with_file(yaml).await;
    let stranger = get(desk.address, "/status").await;
    assert_eq!(stranger.status, 401);
    assert!(stranger.header("www-authenticate").unwrap().starts_with("Basic "), "{stranger:?}");
    assert!(!stranger.body.contains("named"), "{}", stranger.body);
    for (pair, status) in [
        ("b3BlcmF0b3I6c2stMQ==", 200),
        ("OnNrLTE=", 200),
        ("b3BlcmF0b3I6c2stMg==", 401),
        ("=", 401),
    ] {
        let authorization = format!("Basic {pair}");
        let header = [("Authorization", authorization.as_str())];
        let page = crate::http::get_with(desk.address, "/status", &header).await;
        assert_eq!(page.status, status, "{pair}");
        assert_eq!(page.body.contains("named"), status == 200, "{pair}");
        // A browser sends this along with whatever another site makes it ask for.
        let models = crate::http::get_with(desk.address, "/v1/models", &header).await;
        assert_eq!(models.status, 401, "{pair}");
    }
}

#[tokio::test]
async fn clients_that_do_not_read_hold_up_nobody() {
    let desk = Desk::open().await;
    let body = streamed("openai.gpt-5.5");
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut idle = Vec::new();
    for _ in 0..8 {
        let mut client = TcpStream::connect(desk.address).await.unwrap();
        client.write_all(request.as_bytes()).await.unwrap();
        idle.push(client);
    }
    let mut others = tokio::task::JoinSet::new();
    for number in 0..100 {
        let address = desk.address;
        // Each asks for something else, so that none can get another's answer unnoticed.
        let body = streamed("openai.gpt-5.5").replace("2x2", &format!("{number}x2"));
        others.spawn(async move {
            (number, crate::http::post(address, "/v1/chat/completions", &body).await)
        });
    }
    while let Some(done) = others.join_next().await {
        let (number, answer) = done.unwrap();
        let mut events = answer.events();
        assert_eq!(events.pop(), Some("[DONE]"), "{answer:?}");
        let text: String = events
            .iter()
            .map(|event| serde_json::from_str::<serde_json::Value>(event).unwrap())
            .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(text, format!("{number}x2 is {}.", number * 2));
    }
    drop(idle);
}
