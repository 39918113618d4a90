//! Conversations over the Responses API, against a service that answers in order.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_auth::{Secret, Signer};
use oci_router::{Error, ProviderState, Router, Transport, Warning};
use oci_transport::{Body, Client, Endpoint, HttpService, RetryPolicy, SendError};
use oci_wire::chat::{ChatAccumulator, ChatRequest, Message, Part, Tool};
use oci_wire::responses::{self, WebSearchTool};
use serde_json::{Value, json};

/// Answers in order, and keeps what it was asked.
#[derive(Clone, Default)]
pub(crate) struct Scripted {
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl HttpService for Scripted {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let body = serde_json::from_slice(request.body()).unwrap_or_default();
        self.asked.lock().unwrap().push((request.uri().path().to_owned(), body));
        let (status, text) = self.answers.lock().unwrap().pop_front().unwrap();
        let kind = if text.starts_with("data:") { "text/event-stream" } else { "application/json" };
        let body = Body::new(Full::new(Bytes::from(text)));
        let answer = Response::builder().status(status).header("content-type", kind);
        Box::pin(async move { Ok(answer.body(body).unwrap()) })
    }
}

impl Scripted {
    pub(crate) fn router(answers: impl IntoIterator<Item = (u16, Value)>) -> (Router, Self) {
        Self::signed(answers, Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap())
    }

    /// The same for calls that take a signature.
    pub(crate) fn signed(
        answers: impl IntoIterator<Item = (u16, Value)>,
        signer: Signer,
    ) -> (Router, Self) {
        Self::with(answers, signer, RetryPolicy::NEVER)
    }

    /// The same, with calls that are tried again.
    pub(crate) fn retried(
        answers: impl IntoIterator<Item = (u16, Value)>,
        retry: RetryPolicy,
    ) -> (Router, Self) {
        Self::with(answers, Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap(), retry)
    }

    fn with(
        answers: impl IntoIterator<Item = (u16, Value)>,
        signer: Signer,
        retry: RetryPolicy,
    ) -> (Router, Self) {
        let service = Self::default();
        let answers = answers.into_iter().map(|(status, value)| {
            (status, value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        });
        service.answers.lock().unwrap().extend(answers);
        let client = Client::builder(Endpoint::parse("https://h.example").unwrap(), signer)
            .compartment_id("ocid1.compartment.oc1..a");
        let client = client.retry(retry).service(service.clone());
        (Router::new(client.build().unwrap()), service)
    }

    /// How often it was asked.
    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The path of a request.
    pub(crate) fn path(&self, index: usize) -> String {
        self.asked.lock().unwrap()[index].0.clone()
    }

    /// The body of a request.
    pub(crate) fn sent(&self, index: usize) -> Value {
        self.asked.lock().unwrap()[index].1.clone()
    }

    fn asked(&self, index: usize) -> Value {
        let (path, body) = self.asked.lock().unwrap()[index].clone();
        assert_eq!(path, "/openai/v1/responses");
        body
    }
}

/// An answer with these items.
fn response(id: &str, items: &[Value]) -> Value {
    json!({"id": id, "object": "response", "status": "completed", "model": "m", "output": items,
        "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}})
}

fn text(id: &str, text: &str) -> Value {
    json!({"type": "message", "id": id, "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

fn thought(id: &str) -> Value {
    json!({"type": "reasoning", "id": id, "summary": [], "encrypted_content": "gAAAA"})
}

const PRO: &str = "oci:openai.gpt-5.5-pro";

#[tokio::test]
async fn a_model_that_is_on_responses_only_goes_there_and_stores_nothing() {
    let (router, service) = Scripted::router([(200, response("resp_1", &[text("m1", "4")]))]);
    let answer = router.model(PRO).chat("What is 2x2?").system("Be brief.").await.unwrap();
    assert_eq!(answer.text(), "4");
    assert_eq!(answer.usage.as_ref().unwrap().total(), Some(3));
    assert!(answer.warnings().is_empty());
    let asked = service.asked(0);
    assert_eq!(asked["model"], "openai.gpt-5.5-pro");
    assert_eq!(asked["store"], false);
    assert_eq!(asked["include"], json!(["reasoning.encrypted_content"]));
    assert!(answer.state().unwrap().response_id().is_none());
}

#[tokio::test]
async fn a_kept_conversation_continues_by_its_id_with_the_newest_messages() {
    let (router, service) = Scripted::router([
        (200, response("resp_1", &[text("m1", "Hello Ada.")])),
        (200, response("resp_2", &[text("m2", "Ada.")])),
    ]);
    let model = router.model("oci:openai.gpt-5.5").over(Transport::Responses);
    let mut history = vec![Message::system("Be brief."), Message::user("I am Ada.")];
    let first = model.chat(history.clone()).store(true).await.unwrap();
    assert_eq!(first.state().unwrap().response_id(), Some("resp_1"));

    history.push(first.to_message().unwrap());
    history.push(Message::user("Who am I?"));
    let kept = serde_json::to_string(first.state().unwrap()).unwrap();
    let kept: ProviderState = serde_json::from_str(&kept).unwrap();
    let second = model.chat(history).store(true).continues(&kept).await.unwrap();
    assert_eq!(second.text(), "Ada.");
    assert_eq!(second.state().unwrap().response_id(), Some("resp_2"));
    let asked = service.asked(1);
    assert_eq!(asked["previous_response_id"], "resp_1");
    let said: Vec<&Value> = asked["input"].as_array().unwrap().iter().collect();
    assert_eq!(said.len(), 2, "the instructions and the newest turn: {said:?}");
    assert_eq!(said[0]["role"], "system");
    assert!(said[1].to_string().contains("Who am I?"));
}

#[tokio::test]
async fn a_conversation_that_is_not_kept_replays_its_own_items() {
    let call = json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f",
        "arguments": "{}", "status": "completed"});
    let (router, service) = Scripted::router([
        (200, response("resp_1", &[thought("rs_1"), call])),
        (200, response("resp_2", &[text("m2", "done")])),
    ]);
    let model = router.model(PRO);
    let tool = || Tool::function("f", "does", json!({"type": "object", "properties": {}}));
    let mut history = vec![Message::user("Call f.")];
    let first = model.chat(history.clone()).tools([tool()]).await.unwrap();
    let state = first.state().unwrap().clone();
    assert_eq!(state.response_id(), None);
    history.push(first.to_message().unwrap());
    history.push(Message::tool("call_1", "7"));
    model.chat(history).tools([tool()]).continues(&state).await.unwrap();

    let asked = service.asked(1);
    assert_eq!(asked.get("previous_response_id"), None);
    let kinds: Vec<String> = asked["input"].as_array().unwrap().iter().map(kind).collect();
    assert_eq!(kinds, ["user", "reasoning", "function_call", "function_call_output"]);
    assert_eq!(asked["input"][1]["encrypted_content"], "gAAAA");
}

/// The type of an item, or the role of a message.
fn kind(item: &Value) -> String {
    let name = item["role"].as_str().or_else(|| item["type"].as_str());
    name.unwrap_or("?").to_owned()
}

#[tokio::test]
async fn lost_state_is_sent_again_once_and_told() {
    let lost = json!({"error": {"message": "Previous response with id 'resp_1' not found.",
        "type": "invalid_request_error", "param": "previous_response_id", "code": "previous_response_not_found"}});
    let script = || {
        [
            (200, response("resp_1", &[text("m1", "Hello Ada.")])),
            (400, lost.clone()),
            (200, response("resp_3", &[text("m3", "Ada.")])),
        ]
    };
    for is_streamed in [false, true] {
        let mut answers = script();
        if is_streamed {
            let done = json!({"type": "response.completed", "response": answers[2].1});
            answers[2].1 = Value::from(format!("data: {done}\n\n"));
        }
        let (router, service) = Scripted::router(answers);
        let model = router.model("oci:openai.gpt-5.5").over(Transport::Responses);
        let mut history = vec![Message::user("I am Ada.")];
        let first = model.chat(history.clone()).store(true).await.unwrap();
        history.extend([first.to_message().unwrap(), Message::user("Who am I?")]);
        let call = model.chat(history).store(true).continues(first.state().unwrap());
        let (text, warnings, state) = if is_streamed {
            let mut stream = call.stream().await.unwrap();
            let mut answer = ChatAccumulator::new();
            while let Some(chunk) = stream.next().await {
                answer.push(&chunk.unwrap());
            }
            let state = stream.state().unwrap();
            (answer.finish().text().to_owned(), stream.warnings().to_vec(), state)
        } else {
            let answer = call.await.unwrap();
            let state = answer.state().unwrap().clone();
            (answer.text().to_owned(), answer.warnings().to_vec(), state)
        };
        assert_eq!(text, "Ada.");
        assert_eq!(warnings, [Warning::StateLost]);
        assert_eq!(state.response_id(), Some("resp_3"));
        let asked = service.asked(2);
        assert_eq!(asked.get("previous_response_id"), None);
        assert_eq!(asked["input"].as_array().unwrap().len(), 3, "the whole history: {asked}");
    }
}

/// What was lost stays lost for the whole call, whatever else is refused in it.
#[tokio::test]
async fn state_that_was_lost_is_not_sent_with_a_repaired_request() {
    let lost = json!({"error": {"message": "Previous response with id 'resp_1' not found.",
        "type": "invalid_request_error", "param": "previous_response_id", "code": "previous_response_not_found"}});
    let (router, service) = Scripted::router([
        (200, response("resp_1", &[text("m1", "Hello Ada.")])),
        (400, lost),
        (400, refusal("top_p")),
        (200, response("resp_3", &[text("m3", "Ada.")])),
    ]);
    let model = router.model("oci:openai.gpt-5.5").over(Transport::Responses);
    let mut history = vec![Message::user("I am Ada.")];
    let first = model.chat(history.clone()).store(true).await.unwrap();
    history.extend([first.to_message().unwrap(), Message::user("Who am I?")]);
    let call = model.chat(history).store(true).continues(first.state().unwrap());
    let answer = call.with(|request| request.top_p = Some(0.5.into())).await.unwrap();
    let lost = |warning: &&Warning| **warning == Warning::StateLost;
    assert_eq!(answer.warnings().iter().filter(lost).count(), 1, "{:?}", answer.warnings());
    assert_eq!(service.count(), 4);
    assert_eq!(service.asked(3).get("previous_response_id"), None);
}

/// A refusal of one parameter.
fn refusal(param: &str) -> Value {
    json!({"error": {"message": format!("Unsupported parameter: '{param}' is not supported with this model."),
        "type": "invalid_request_error", "param": param, "code": "unsupported_parameter"}})
}

fn odd(request: &mut ChatRequest) {
    *request = std::mem::take(request).with_temperature(0.5).with_stop("END");
    (request.seed, request.top_p) = (Some(7), Some(0.5.into()));
}

#[tokio::test]
async fn at_most_three_parameters_of_a_call_are_changed() {
    let names = ["temperature", "stop", "seed", "top_p"];
    for is_streamed in [false, true] {
        let (router, service) = Scripted::router(names.map(|name| (400, refusal(name))));
        let call = router.model("oci:xai.grok-4").chat("hi").with(odd);
        let error =
            if is_streamed { call.stream().await.unwrap_err() } else { call.await.unwrap_err() };
        assert!(error.to_string().contains("top_p"), "{error}");
        assert_eq!(service.count(), 4);
        let sent = service.sent(3);
        assert!(names[..3].iter().all(|name| sent.get(name).is_none()), "{sent}");
    }
}

#[tokio::test]
async fn repairs_and_retries_are_of_one_budget() {
    let busy = json!({"error": {"message": "busy", "type": "server_error"}});
    let policy = RetryPolicy {
        retries: 2,
        base: Duration::from_millis(1),
        cap: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let (router, service) = Scripted::retried(
        [
            (503, busy.clone()),
            (400, refusal("temperature")),
            (503, busy.clone()),
            (400, refusal("stop")),
            (503, busy),
        ],
        policy,
    );
    let call = router.model("oci:xai.grok-4").chat("hi").with(odd);
    let error = call.await.unwrap_err().to_string();
    assert!(error.contains("busy"), "{error}");
    assert_eq!(
        service.count(),
        5,
        "two retries are for the whole call, not for each request of it"
    );
}

#[tokio::test]
async fn what_only_responses_have_goes_there() {
    let answer = || (200, response("resp_1", &[text("m1", "A letter.")]));
    let url = "https://www.example.com/letter.pdf";
    let ask = || Message::user([Part::text("What is in this file?"), Part::file_url(url)]);
    let whole =
        json!({"choices": [{"message": {"content": "Which file?"}, "finish_reason": "stop"}]});
    let (router, service) =
        Scripted::router([answer(), answer(), answer(), answer(), (200, whole)]);
    let model = router.model("oci:google.gemini-2.5-pro");
    let found = model.chat(ask()).await.unwrap();
    assert!(found.warnings().is_empty(), "{:?}", found.warnings());
    assert_eq!(service.asked(0)["input"][0]["content"][1]["file_url"], url);
    assert_eq!(service.asked(0)["store"], false);
    let told = model.clone().over(Transport::V1).chat(ask()).await.unwrap();
    assert_eq!(told.warnings(), [Warning::OverResponses]);

    model.chat("hi").store(true).await.unwrap();
    assert_eq!(service.asked(2)["store"], true);
    drop(model.over(Transport::Native).chat(ask()).await);
    let native = service.sent(3);
    let parts = &native["chatRequest"]["messages"][0]["content"];
    assert_eq!(parts[1]["documentUrl"]["url"], url, "{native}");

    // Meta's models are not offered there, so the file is left out and told.
    let told = router.model("oci:meta.llama-3.3-70b-instruct").chat(ask()).await.unwrap();
    let told: Vec<String> = told.warnings().iter().map(Warning::to_string).collect();
    assert_eq!(told, ["messages[0].content[1] has no counterpart and was left out"]);
    assert_eq!(service.path(4), "/openai/v1/chat/completions");
    assert_eq!(service.sent(4)["messages"][0]["content"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn tools_of_the_service_select_responses_and_their_calls_are_in_the_answer() {
    let search = json!({"type": "web_search_call", "id": "ws_1", "status": "completed",
        "action": {"type": "search", "query": "chicago"}});
    let (router, service) =
        Scripted::router([(200, response("resp_1", &[search, text("m1", "Windy.")]))]);
    let call = router.model("oci:openai.gpt-5.5").chat("How is Chicago?");
    let answer = call.hosted_tools([WebSearchTool::default()]).await.unwrap();
    assert_eq!(answer.text(), "Windy.");
    let items = answer.as_response().unwrap().output();
    assert!(matches!(items[0], responses::Item::WebSearchCall(_)), "{items:?}");
    assert_eq!(service.asked(0)["tools"][0]["type"], "web_search");
    assert!(!answer.warnings().contains(&Warning::OverResponses));

    let (router, _) = Scripted::router([(200, response("resp_1", &[text("m1", "Windy.")]))]);
    let call = router.model("oci:openai.gpt-5.5").over(Transport::V1).chat("How is Chicago?");
    let answer = call.hosted_tools([WebSearchTool::default()]).await.unwrap();
    assert_eq!(answer.warnings(), [Warning::OverResponses]);
}

#[tokio::test]
async fn an_answer_that_failed_is_an_error() {
    let failed = json!({"id": "resp_1", "status": "failed", "output": [],
        "error": {"code": "server_error", "message": "out of luck"}});
    let event = json!({"type": "response.failed", "response": failed});
    let stream = Value::from(format!("data: {event}\n\n"));
    let (router, _) = Scripted::router([(200, failed), (200, stream)]);
    let error = router.model(PRO).chat("hi").await.unwrap_err();
    assert!(matches!(error, Error::Failed { .. }), "{error}");
    assert!(error.to_string().contains("out of luck"), "{error}");
    let mut stream = router.model(PRO).chat("hi").stream().await.unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("out of luck"), "{error}");
}

#[tokio::test]
async fn a_conversation_of_the_service_takes_the_newest_message_only() {
    let script = || {
        [
            (200, response("resp_1", &[text("m1", "Hello Ada.")])),
            (200, response("resp_2", &[text("m2", "Ada.")])),
        ]
    };
    let (router, service) = Scripted::router(script());
    let model = router.model("oci:openai.gpt-5.5");
    let mut history = vec![Message::system("Be brief."), Message::user("I am Ada.")];
    let first = model.chat(history.clone()).conversation("conv_1").await.unwrap();
    assert_eq!(service.asked(0)["conversation"], "conv_1");
    assert_eq!(service.asked(0).get("store"), None, "the service's own default");
    assert_eq!(service.asked(0).get("include"), None);
    history.extend([first.to_message().unwrap(), Message::user("Who am I?")]);
    let kept = serde_json::to_string(first.state().unwrap()).unwrap();
    let state: ProviderState = serde_json::from_str(&kept).unwrap();
    assert_eq!(state.conversation_id(), Some("conv_1"));
    let second = model.chat(history).continues(&state).await.unwrap();
    let asked = service.asked(1);
    assert_eq!(asked["conversation"], "conv_1");
    assert_eq!(asked.get("previous_response_id"), None);
    assert_eq!(
        asked["input"].as_array().unwrap().len(),
        2,
        "instructions and the question: {asked}"
    );
    assert_eq!(second.state().unwrap().conversation_id(), Some("conv_1"));

    let (router, service) = Scripted::router(script());
    let model = router.model("oci:openai.gpt-5.5");
    model.chat("hi").conversation("conv_1").store(false).await.unwrap();
    assert_eq!(service.asked(0)["store"], false, "as it was told");
}

#[tokio::test]
async fn a_lost_conversation_is_sent_again_where_there_is_a_history() {
    let lost = json!({"error": {"message": "Conversation with id 'conv_1' not found.",
        "type": "invalid_request_error", "param": null, "code": null}});
    let found = response("resp_2", &[text("m2", "Ada.")]);
    let (router, service) = Scripted::router([(404, lost.clone()), (200, found)]);
    let model = router.model("oci:openai.gpt-5.5");
    let history =
        [Message::user("I am Ada."), Message::assistant("Hello."), Message::user("Who am I?")];
    let answer = model.chat(history).conversation("conv_1").await.unwrap();
    assert_eq!(answer.warnings(), [Warning::StateLost]);
    assert_eq!(answer.state().unwrap().conversation_id(), None);
    let asked = service.asked(1);
    assert_eq!(asked.get("conversation"), None);
    assert_eq!(asked["input"].as_array().unwrap().len(), 3);

    let (router, service) = Scripted::router([(404, lost)]);
    let call = router.model("oci:openai.gpt-5.5").chat("Who am I?").conversation("conv_1");
    assert!(call.await.unwrap_err().to_string().contains("conv_1"));
    assert_eq!(service.count(), 1);
}
