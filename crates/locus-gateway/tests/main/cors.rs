//! Pages in a browser: those that the operator names, and no others.

use locus::Env;
use locus_gateway::Config;

use crate::http::{get_with, post_with, raw};
use crate::{Desk, question};

const YAML: &str = "
general_settings: {cors_origins: [\"https://app.example\"]}
model_list: [{model_name: m, litellm_params: {model: oci/xai.grok-4}}]
";

#[tokio::test]
async fn a_named_page_may_ask_call_and_read() {
    let desk = Desk::with_file(YAML).await;
    let ask = "OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\n\
               Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization,content-type\r\n\
               Connection: close\r\n\r\n";
    let asked = raw(desk.address, ask.as_bytes()).await;
    assert_eq!(asked.status, 204, "{asked:?}");
    assert_eq!(asked.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(asked.header("access-control-allow-headers"), Some("authorization,content-type"));
    assert!(asked.header("access-control-allow-methods").unwrap().contains("POST"));

    let origin = [("Origin", "https://app.example")];
    let answer = post_with(desk.address, "/v1/chat/completions", &origin, &question("m")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("opc-request-id"));
    assert_eq!(answer.header("vary"), Some("origin"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn other_pages_may_not() {
    let desk = Desk::with_file(YAML).await;
    for origin in ["https://evil.example", "https://app.example.evil.example", "null"] {
        let headers = [("Origin", origin)];
        let answer = get_with(desk.address, "/v1/models", &headers).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
    let closed = Desk::open().await;
    let headers = [("Origin", "http://localhost:3000")];
    let answer = get_with(closed.address, "/v1/models", &headers).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
}

#[tokio::test]
async fn with_a_key_any_page_can_be_allowed() {
    let any = YAML.replace("https://app.example", "*");
    let error = Config::parse(&any, Env::default()).unwrap_err();
    assert!(error.to_string().contains("with a master_key"), "{error}");
    let keyed = any.replace("{cors", "{master_key: sk-1, cors");
    let desk = Desk::with_file(&keyed).await;
    let key = ("Authorization", "Bearer sk-1");
    let headers = [("Origin", "https://anywhere.example"), key];
    let answer = post_with(desk.address, "/v1/chat/completions", &headers, &question("m")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://anywhere.example"));
    let answer = get_with(desk.address, "/v1/models", &headers[..1]).await;
    assert_eq!(answer.status, 401, "a page needs the key like everybody");
}
