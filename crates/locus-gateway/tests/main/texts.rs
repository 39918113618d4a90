//! OpenAI's older API, which goes on with a text.

use oci_emulator::Fault;
use serde_json::{Value, json};

use crate::Desk;
use crate::http::post;

fn asked() -> Value {
    json!({"model": "oci/openai.gpt-oss-120b", "prompt": "What is 2x2?", "max_tokens": 50, "temperature": 0.5})
}

#[tokio::test]
async fn a_text_is_gone_on_with() {
    let desk = Desk::open().await;
    let mut body = asked();
    body["prompt"] = json!(["What is 2x2?"]);
    for (path, body) in [("/v1/completions", asked()), ("/completions", body)] {
        let answer = post(desk.address, path, &body.to_string()).await;
        assert_eq!((answer.status, answer.header("x-locus-losses")), (200, None), "{answer:?}");
        let found = answer.json();
        assert_eq!(found["object"], "text_completion");
        let choice =
            json!({"text": "2x2 is 4.", "index": 0, "logprobs": null, "finish_reason": "stop"});
        assert_eq!(found["choices"], json!([choice]));
        assert!(found["created"].is_u64() && found["usage"]["total_tokens"].is_u64(), "{found}");
    }
    let sent: Value = serde_json::from_slice(&desk.emulator.requests()[0].body).unwrap();
    assert_eq!(sent["messages"], json!([{"role": "user", "content": "What is 2x2?"}]));
    assert_eq!((&sent["temperature"], &sent["max_tokens"]), (&json!(0.5), &json!(50)));
}

#[tokio::test]
async fn a_text_is_streamed() {
    let desk = Desk::open().await;
    for shown in [false, true] {
        let mut body = asked();
        body["stream"] = json!(true);
        body["reasoning_effort"] = json!("high");
        body["stream_options"] = json!({"include_usage": shown});
        let answer = post(desk.address, "/v1/completions", &body.to_string()).await;
        let mut events = answer.events();
        assert_eq!(events.pop(), Some("[DONE]"), "{answer:?}");
        let mut chunks: Vec<Value> =
            events.iter().map(|data| serde_json::from_str(data).unwrap()).collect();
        if shown {
            let last = chunks.pop().unwrap();
            assert_eq!(last["choices"], json!([]));
            assert!(last["usage"]["total_tokens"].is_u64(), "{last}");
        }
        assert!(
            chunks.iter().all(|it| it["object"] == "text_completion" && it.get("usage").is_none())
        );
        let of = |name: &str| -> Vec<String> {
            let values = chunks.iter().filter_map(|chunk| chunk["choices"][0][name].as_str());
            values.map(str::to_owned).collect()
        };
        assert_eq!(of("text").concat(), "2x2 is 4.", "the reasoning is no part of it");
        assert_eq!(of("finish_reason"), ["stop"]);
    }
    desk.emulator.push_fault(Fault::CutStream { after_events: 2 });
    let mut body = asked();
    body["stream"] = json!(true);
    let answer = post(desk.address, "/v1/completions", &body.to_string()).await;
    let last: Value = serde_json::from_str(answer.events().last().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "upstream_truncated", "{answer:?}");
}

#[tokio::test]
async fn what_a_chat_cannot_do_is_told_or_refused() {
    let desk = Desk::open().await;
    let with = async |name: &str, value: Value| {
        let mut body = asked();
        body[name] = value;
        post(desk.address, "/v1/completions", &body.to_string()).await
    };
    for (name, value) in [("echo", json!(true)), ("logprobs", json!(1)), ("best_of", json!(3))] {
        let answer = with(name, value).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.header("x-locus-losses").unwrap().starts_with(name), "{answer:?}");
    }
    for (name, value) in [("echo", json!(false)), ("best_of", json!(1)), ("suffix", json!(""))] {
        assert_eq!(with(name, value).await.header("x-locus-losses"), None, "{name}");
    }
    let before = desk.emulator.requests().len();
    let several = json!(["a", "b"]);
    for (name, value) in [
        ("suffix", json!("}")),
        ("prompt", several),
        ("prompt", json!([1, 2])),
        ("prompt", json!([])),
        ("prompt", Value::Null),
    ] {
        let answer = with(name, value).await;
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!(name)));
    }
    assert_eq!(desk.emulator.requests().len(), before);
}
