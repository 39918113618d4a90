//! What models of a family do differently, and what is made of it.

use oci_auth::{CredentialOptions, Credentials, Env, Signer};
use oci_emulator::Sandbox;
use oci_router::{Chat, ChatAnswer, Format, Router, Transport, Warning};
use oci_wire::Family;
use oci_wire::chat::{ChatRequest, FinishReason, Message, ToolCall};
use oci_wire::responses::ReasoningSummary;
use serde_json::{Value, json};

use crate::responses::Scripted;
use crate::service::{ENDPOINT, last, service, weather};

const CALL: &str =
    r#"<tool_call>{"name": "get_weather", "arguments": {"city": "Rome"}}</tool_call>"#;

/// An answer with this text over a transport, whole.
fn whole(transport: Transport, text: &str) -> (u16, Value) {
    let choice = match transport {
        Transport::Native => {
            json!({"chatResponse": {"apiFormat": "GENERIC", "choices": [{"index": 0,
            "message": {"role": "ASSISTANT", "content": [{"type": "TEXT", "text": text}]}, "finishReason": "stop"}]}})
        }
        _ => json!({"id": "chat_1", "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": text}}]}),
    };
    (200, choice)
}

/// The same as a stream, in pieces of three letters.
fn streamed(transport: Transport, text: &str) -> (u16, Value) {
    let letters: Vec<char> = text.chars().collect();
    let mut events: Vec<Value> = Vec::new();
    for piece in letters.chunks(3) {
        let piece: String = piece.iter().collect();
        events.push(match transport {
            Transport::Native => json!({"index": 0, "message": {"role": "ASSISTANT", "content": [{"type": "TEXT", "text": piece}]}}),
            _ => json!({"id": "chat_1", "choices": [{"index": 0, "delta": {"content": piece}}]}),
        });
    }
    events.push(match transport {
        Transport::Native => json!({"finishReason": "stop"}),
        _ => {
            json!({"id": "chat_1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        }
    });
    let mut text: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    text.push_str("data: [DONE]\n\n");
    (200, Value::from(text))
}

async fn both(call: impl Fn(&Router) -> Chat, transport: Transport, text: &str) -> [ChatAnswer; 2] {
    let (router, _) = Scripted::router([whole(transport, text)]);
    let answer = call(&router).await.unwrap();
    let (router, _) = Scripted::router([streamed(transport, text)]);
    let stream = call(&router).stream().await.unwrap();
    [answer, stream.collect().await.unwrap()]
}

#[tokio::test]
async fn calls_that_a_model_writes_as_text_are_calls_whole_and_streamed() {
    for (id, family, transport) in [
        (ENDPOINT, None, Transport::Native),
        (ENDPOINT, None, Transport::V1),
        (ENDPOINT, Some(Family::Llama), Transport::Native),
        ("meta.llama-3.3-70b-instruct", None, Transport::V1),
    ] {
        let call = |router: &Router| {
            let model = router.model(id).over(transport);
            let model = family.into_iter().fold(model, oci_router::Model::of_family);
            model.chat("How is Rome?").tools([weather()])
        };
        for answer in both(call, transport, &format!("Let me look. {CALL}")).await {
            assert_eq!(answer.text(), "Let me look. ", "{id}");
            let [called] = answer.tool_calls() else { panic!("{id}: {answer:?}") };
            assert_eq!((called.name(), called.arguments()), ("get_weather", r#"{"city":"Rome"}"#));
            assert!(called.id().starts_with("call_"), "{}", called.id());
            assert_eq!(answer.finish_reason(), Some(&FinishReason::ToolCalls));
            assert!(answer.warnings().contains(&Warning::CallsInText), "{:?}", answer.warnings());
        }
        let [one, other] = both(call, transport, CALL).await;
        assert_eq!(one.tool_calls()[0].arguments(), other.tool_calls()[0].arguments());
        assert_eq!(one.text(), "");
        for answer in both(call, transport, "<tool_call>no</tool_call>").await {
            assert_eq!(answer.text(), "<tool_call>no</tool_call>");
            assert!(!answer.warnings().contains(&Warning::CallsInText));
        }
        for answer in both(call, transport, "Well. <tool_call>{\"name\":").await {
            assert!(answer.text().ends_with("{\"name\":"), "{}", answer.text());
            assert!(answer.warnings().contains(&Warning::CallCutOff));
        }
    }
}

#[tokio::test]
async fn models_that_call_as_they_should_keep_their_text() {
    let call = |router: &Router| router.model("openai.gpt-5.5").chat("?").tools([weather()]);
    for answer in both(call, Transport::V1, CALL).await {
        assert_eq!((answer.text(), answer.tool_calls().len()), (CALL, 0));
    }
    let call = |router: &Router| router.model("meta.llama-3.3-70b-instruct").chat("?");
    for answer in both(call, Transport::V1, CALL).await {
        assert_eq!(answer.text(), CALL, "nothing was offered");
    }
}

#[tokio::test]
async fn a_stream_through_the_emulator_is_the_same_with_the_look_for_calls() {
    let service = service().await;
    for id in ["oci:meta.llama-3.3-70b-instruct", ENDPOINT] {
        let model = service.router.model(id);
        let call = || model.chat("Call get_weather {\"city\":\"Rome\"} please.").tools([weather()]);
        let streamed = call().stream().await.unwrap().collect().await.unwrap();
        let whole = call().await.unwrap();
        assert_eq!(streamed.tool_calls().len(), 1);
        assert_eq!(streamed.tool_calls()[0].arguments(), whole.tool_calls()[0].arguments());
        let call = || model.chat("What is {\"a\": 1}?").tools([weather()]);
        let streamed = call().stream().await.unwrap().collect().await.unwrap();
        assert_eq!(streamed.text(), call().await.unwrap().text());
        assert!(streamed.usage.is_some());
    }
}

#[tokio::test]
async fn a_loop_of_llama_is_ended_and_told() {
    let service = service().await;
    let mut history = vec![Message::user("How is Rome?")];
    for _ in 0..2 {
        let call = ToolCall::function("c", "get_weather", r#"{"city":"Rome"}"#);
        history.extend([Message::assistant_tool_calls([call]), Message::tool("c", "21")]);
    }
    for (model, is_llama) in [("meta.llama-3.3-70b-instruct", true), ("openai.gpt-5.5", false)] {
        let answer = service.router.model(model).chat(&history).tools([weather()]).await.unwrap();
        let told = answer.warnings().contains(&Warning::CallsEnded { rounds: 2 });
        assert_eq!(told, is_llama, "{model}");
        assert_eq!(last(&service).1.get("tool_choice").is_some(), is_llama, "{model}");
    }
}

#[tokio::test]
async fn a_native_call_has_a_limit_of_its_own_and_says_when_it_cut_the_answer() {
    let service = service().await;
    let sent = |at: &str| last(&service).1.pointer(at).cloned();
    let grok = service.router.model("xai.grok-4").over(Transport::Native);
    grok.chat("hi").strict().await.unwrap();
    assert_eq!(sent("/chatRequest/maxTokens"), Some(json!(4096)), "a default is no loss");
    service.router.model("openai.gpt-5.5").over(Transport::Native).chat("hi").await.unwrap();
    assert_eq!(sent("/chatRequest/maxCompletionTokens"), Some(json!(4096)));
    service.router.model("cohere.command-r-plus").chat("hi").await.unwrap();
    assert_eq!(sent("/chatRequest/maxTokens"), Some(json!(4000)));
    grok.chat("hi").with(|request| request.max_tokens = Some(7)).await.unwrap();
    assert_eq!(sent("/chatRequest/maxTokens"), Some(json!(7)));
    service.router.model("xai.grok-4").chat("hi").await.unwrap();
    assert_eq!(sent("/max_tokens"), None, "the OpenAI-compatible API needs none");

    let cut = |text: String| text.replace("\"stop\"", "\"max_tokens\"");
    let warned = Warning::CutAtDefault { limit: 4096 };
    let (status, body) = whole(Transport::Native, "Rome is");
    let body: Value = serde_json::from_str(&cut(body.to_string())).unwrap();
    let (router, _) = Scripted::router([(status, body.clone()), (status, body)]);
    let model = router.model("xai.grok-4").over(Transport::Native);
    assert_eq!(model.chat("?").await.unwrap().warnings(), std::slice::from_ref(&warned));
    let limited = |request: &mut ChatRequest| request.max_tokens = Some(3);
    assert!(model.chat("?").with(limited).await.unwrap().warnings().is_empty());
    let (status, body) = streamed(Transport::Native, "Rome is");
    let (router, _) =
        Scripted::router([(status, Value::from(cut(body.as_str().unwrap().to_owned())))]);
    let model = router.model("xai.grok-4").over(Transport::Native);
    let answer = model.chat("?").stream().await.unwrap().collect().await.unwrap();
    assert_eq!(answer.warnings(), [warned]);
}

#[tokio::test]
async fn cohere_gets_what_it_takes_and_the_rest_is_told() {
    let service = service().await;
    let wild = |request: &mut ChatRequest| {
        *request = std::mem::take(request).with_max_tokens(9_000);
        request.frequency_penalty = Some((-1).into());
    };
    let model = service.router.model("cohere.command-r-plus");
    let answer = model.chat("hi").with(wild).await.unwrap();
    assert_eq!(answer.warnings().len(), 2, "{:?}", answer.warnings());
    let sent = last(&service).1;
    assert_eq!(sent["chatRequest"]["maxTokens"], 4_000);
    assert_eq!(sent["chatRequest"]["frequencyPenalty"], 0.0);
    assert!(model.chat("hi").with(wild).strict().await.is_err());
}

#[tokio::test]
async fn what_a_stream_cannot_say_is_told_at_its_end() {
    let thought = json!({"type": "reasoning", "id": "r1", "summary": [{"type": "summary_text", "text": "Hm."}],
        "encrypted_content": "gAAAA"});
    let said = json!({"type": "message", "id": "m1", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": "4", "annotations": []}]});
    let search = json!({"type": "web_search_call", "id": "w1", "status": "completed"});
    let response = json!({"id": "resp_1", "object": "response", "status": "completed", "output": [thought, search, said]});
    let event = json!({"type": "response.completed", "response": response});
    let stream = Value::from(format!("data: {event}\n\n"));
    let (router, _) = Scripted::router([(200, response), (200, stream)]);
    let model = router.model("openai.gpt-5.5").over(Transport::Responses);
    let whole = model.chat("?").await.unwrap();
    let mut stream = model.chat("?").stream().await.unwrap();
    assert!(stream.warnings().is_empty());
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    assert!(!whole.warnings().is_empty());
    assert_eq!(stream.warnings(), whole.warnings());

    let image = json!({"index": 0, "message": {"role": "ASSISTANT", "content": [
        {"type": "TEXT", "text": "Look:"}, {"type": "IMAGE", "imageUrl": {"url": "data:,"}}]}});
    let end = json!({"finishReason": "stop"});
    let stream = Value::from(format!("data: {image}\n\ndata: {end}\n\n"));
    let (router, _) = Scripted::router([(200, stream)]);
    let model = router.model("xai.grok-4").over(Transport::Native);
    let answer = model.chat("?").stream().await.unwrap().collect().await.unwrap();
    assert!(matches!(answer.warnings(), [Warning::Answer(_)]), "{:?}", answer.warnings());
}

/// A signer of a profile that nobody checks.
fn signer() -> Signer {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let options =
        CredentialOptions { config_file: Some(sandbox.config_file()), ..Default::default() };
    Credentials::from_env(&Env::default(), &options).unwrap().into_signer().unwrap()
}

#[tokio::test]
async fn an_ocid_is_looked_up_where_that_is_asked_for() {
    let endpoint = json!({"id": ENDPOINT, "modelId": "ocid1.generativeaimodel.oc1..own",
        "compartmentId": "c", "dedicatedAiClusterId": "d", "lifecycleState": "ACTIVE"});
    let model = |name: &str, vendor: &str, base: Option<&str>| {
        json!({"id": "m", "compartmentId": "c", "displayName": name, "vendor": vendor, "baseModelId": base,
            "capabilities": ["CHAT"], "lifecycleState": "ACTIVE", "type": "CUSTOM"})
    };
    let own = model("our-tuned-one", "cohere", Some("ocid1.generativeaimodel.oc1..base"));
    let base = model("cohere.command-a-vision-07-2025", "cohere", None);
    let (router, service) = Scripted::signed([(200, endpoint), (200, own), (200, base)], signer());
    let found = router.model(ENDPOINT).looked_up().await.unwrap();
    let route = found.route().unwrap();
    assert_eq!((route.family, route.format), (Family::Cohere, Format::CohereV2));
    assert!(!route.family_is_assumed);
    assert_eq!(service.path(0), format!("/20231130/endpoints/{ENDPOINT}"));
    assert_eq!(service.count(), 3);

    let imported = "ocid1.generativeaimodel.oc1.us-chicago-1.aaaa";
    let (router, _) = Scripted::signed([(200, model("llama-of-ours", "Meta", None))], signer());
    let found = router.model(imported).looked_up().await.unwrap();
    assert_eq!(found.route().unwrap().family, Family::Llama);
    let (router, _) = Scripted::signed([(200, model("x", "acme", None))], signer());
    let found = router.model(imported).looked_up().await.unwrap();
    assert!(found.route().unwrap().family_is_assumed, "an unknown vendor leaves it as it is");

    let (router, service) =
        Scripted::signed([(404, json!({"code": "NotAuthorizedOrNotFound"}))], signer());
    assert!(router.model(ENDPOINT).looked_up().await.is_err());
    router.model("openai.gpt-5.5").looked_up().await.unwrap();
    assert_eq!(service.count(), 1, "an id that says it all is not looked up");
}

#[tokio::test]
async fn a_summary_and_a_budget_of_thinking_go_where_they_exist() {
    let service = service().await;
    let asked = |id: &str, transport: Transport| {
        let model = service.router.model(id).over(transport);
        model.chat("What is 2x2?").reasoning_summary(ReasoningSummary::Auto).thinking_budget(512)
    };
    for (id, transport, lost) in [
        ("openai.gpt-5.5", Transport::V1, 2),
        ("xai.grok-4", Transport::Native, 2),
        ("openai.gpt-5.5", Transport::Responses, 1),
        ("cohere.command-a-reasoning-08-2025", Transport::Native, 1),
    ] {
        let answer = asked(id, transport).await.unwrap();
        let told = answer.warnings().iter().filter(|one| matches!(one, Warning::Request(_)));
        assert_eq!(told.count(), lost, "{id} over {transport}: {:?}", answer.warnings());
        assert!(asked(id, transport).strict().await.is_err());
        let sent = last(&service).1;
        match transport {
            Transport::Responses => assert_eq!(sent["reasoning"]["summary"], "auto"),
            _ if id.starts_with("cohere") => {
                assert_eq!(sent["chatRequest"]["thinking"]["tokenBudget"], 512);
            }
            _ => {}
        }
    }
}
