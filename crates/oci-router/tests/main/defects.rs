//! What went wrong in another client of the service and must not go wrong here; docs/defects.md has the list.

use std::time::Duration;

use oci_emulator::Fault;
use oci_router::{ChatStream, Error, Router, Transport, Warning};
use oci_transport::RetryPolicy;
use oci_wire::chat::{ChatRequest, FinishReason, Message, ResponseFormat, Tool, Usage};
use serde_json::{Value, json};

use crate::responses::Scripted;
use crate::service::{Service, body, impatient, last, read, service, start, weather};

/// A model for each way to the service.
const WAYS: [(&str, Transport); 4] = [
    ("oci:xai.grok-4", Transport::V1),
    ("oci:xai.grok-4", Transport::Responses),
    ("oci:xai.grok-4", Transport::Native),
    ("oci:cohere.command-r-plus", Transport::Native),
];

/// A stream of these events, as a script has it.
fn events(events: &[Value]) -> Value {
    let lines: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    Value::from(lines)
}

/// Reads a stream to its end or failure.
async fn failure(mut stream: ChatStream) -> Option<oci_transport::Error> {
    while let Some(chunk) = stream.next().await {
        if let Err(error) = chunk {
            return Some(error);
        }
    }
    None
}

#[tokio::test]
async fn a_streamed_cohere_prompt_is_sent_and_its_text_comes_once() {
    let service = service().await;
    let model = service.router.model("oci:cohere.command-r-plus");
    let answer = read(model.chat("What is 2x2?").stream().await.unwrap()).await;
    assert_eq!(answer.text(), "2x2 is 4.");
    assert_eq!(last(&service).1["chatRequest"]["message"], "What is 2x2?");

    // The last event of the live service repeats the whole text.
    let said = |text: &str| json!({"apiFormat": "COHERE", "text": text});
    let whole = json!({"apiFormat": "COHERE", "text": "Hi Ada.", "finishReason": "COMPLETE",
        "chatHistory": [{"role": "CHATBOT", "message": "Hi Ada."}]});
    let (router, _) = Scripted::router([(200, events(&[said("Hi"), said(" Ada."), whole]))]);
    let model = router.model("oci:cohere.command-r-plus");
    assert_eq!(read(model.chat("hi").stream().await.unwrap()).await.text(), "Hi Ada.");
}

#[tokio::test]
async fn responses_stream_names_and_ids_of_calls_usage_and_state() {
    let service = service().await;
    let model = service.router.model("oci:openai.gpt-5.5-pro");
    let call = model.chat("Call get_weather {\"city\":\"Rome\"}.").tools([weather()]);
    let mut stream = call.store(true).stream().await.unwrap();
    let mut answer = oci_wire::chat::ChatAccumulator::new();
    while let Some(chunk) = stream.next().await {
        answer.push(&chunk.unwrap());
    }
    let answer = answer.finish();
    let response = stream.as_response().unwrap();
    let called = response.function_calls().next().unwrap();
    assert_eq!(answer.tool_calls()[0].name(), "get_weather");
    assert_eq!(answer.tool_calls()[0].id(), called.call_id, "the id of the call, not of the item");
    assert!(answer.usage.as_ref().and_then(Usage::total).is_some());
    assert_eq!(stream.state().unwrap().response_id(), response.id.as_deref());
}

#[tokio::test]
async fn a_separator_of_unicode_in_a_delta_is_text() {
    let service = service().await;
    for (id, transport) in WAYS {
        let model = service.router.model(id).over(transport);
        let prompt = "one\u{2028}two\u{85}three";
        let answer = read(model.chat(prompt).stream().await.unwrap()).await;
        assert!(answer.text().contains(prompt), "{id} over {transport}: {:?}", answer.text());
    }
}

#[tokio::test]
async fn a_stream_that_fails_is_an_error_on_every_way() {
    let service = impatient().await;
    for (id, transport) in WAYS {
        let model = service.router.model(id).over(transport);
        service.emulator.push_fault(Fault::status(404));
        let Err(Error::Transport(error)) = model.chat("hi").stream().await else {
            panic!("{id} over {transport}: no error of the service");
        };
        assert_eq!(error.code(), Some("NotAuthorizedOrNotFound"), "{id} over {transport}");
        for fault in [Fault::StreamError { after_events: 1 }, Fault::Fail { after_events: 1 }] {
            service.emulator.push_fault(fault.clone());
            let error = match model.chat("one two three").stream().await {
                Ok(stream) => failure(stream).await.map(Error::from),
                Err(error) => Some(error),
            };
            assert!(error.is_some(), "{id} over {transport}: {fault} is no answer");
        }
    }
}

#[tokio::test]
async fn instructions_travel_in_every_turn() {
    let service = service().await;
    let model = service.router.model("oci:openai.gpt-5.5-pro");
    let mut history = vec![Message::user("I am Ada.")];
    let first = model.chat(&history).system("Speak like a pirate.").store(true).await.unwrap();
    history.extend(first.to_message());
    history.push(Message::user("Who am I?"));
    let call = model.chat(&history).system("Speak like a pirate.").store(true);
    call.continues(first.state().unwrap()).await.unwrap();
    let (_, sent) = last(&service);
    assert!(sent.get("previous_response_id").is_some());
    assert!(sent.to_string().contains("Speak like a pirate."), "{sent}");
    assert!(!sent.to_string().contains("I am Ada."), "only what is new: {sent}");
}

#[tokio::test]
async fn native_parameters_are_sent() {
    let service = service().await;
    let model = service.router.model("oci:meta.llama-3.3-70b-instruct").over(Transport::Native);
    let set = |request: &mut ChatRequest| {
        *request = std::mem::take(request)
            .with_temperature(0.5)
            .with_top_p(0.25)
            .with_stop(["END"])
            .with_seed(7)
            .with_max_tokens(50);
    };
    assert!(model.chat("hi").with(set).await.unwrap().warnings().is_empty());
    let sent = last(&service).1["chatRequest"].clone();
    let found = |name: &str| sent[name].clone();
    assert_eq!((found("temperature"), found("topP")), (json!(0.5), json!(0.25)));
    assert_eq!((found("stop"), found("seed")), (json!(["END"]), json!(7)));
    assert_eq!(found("maxTokens"), json!(50));
}

#[tokio::test]
async fn pieces_of_native_calls_are_put_together_and_nulls_are_nothing() {
    let message = |message: Value| json!({"index": 0, "message": message});
    let call =
        |call: Value| message(json!({"role": "ASSISTANT", "content": null, "toolCalls": [call]}));
    let (router, _) = Scripted::router([(
        200,
        events(&[
            message(
                json!({"role": "ASSISTANT", "content": [{"type": "TEXT", "text": null}], "toolCalls": null}),
            ),
            call(json!({"type": "FUNCTION", "id": "call_a", "name": "f", "arguments": ""})),
            call(json!({"type": "FUNCTION", "arguments": "{\"a\":"})),
            call(json!({"type": "FUNCTION", "arguments": "1}"})),
            call(json!({"type": "FUNCTION", "id": "call_b", "name": "g", "arguments": "{}"})),
            json!({"finishReason": "tool_calls"}),
        ]),
    )]);
    let model = router.model("oci:openai.gpt-oss-120b").over(Transport::Native);
    let answer = read(model.chat("hi").stream().await.unwrap()).await;
    let calls: Vec<_> =
        answer.tool_calls().iter().map(|it| (it.id(), it.name(), it.arguments())).collect();
    assert_eq!(calls, [("call_a", "f", "{\"a\":1}"), ("call_b", "g", "{}")]);
}

#[tokio::test]
async fn a_schema_goes_where_responses_take_it() {
    let service = service().await;
    let schema =
        json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
    let format = ResponseFormat::json_schema("person", schema);
    let model = service.router.model("oci:openai.gpt-5.5-pro");
    let answer = model.chat("Ada").with(|it| it.response_format = Some(format)).await.unwrap();
    assert!(serde_json::from_str::<Value>(answer.text()).unwrap()["name"].is_string());
    let (_, sent) = last(&service);
    assert_eq!(sent["text"]["format"]["type"], "json_schema");
    assert_eq!(sent.get("response_format"), None);
}

#[tokio::test]
async fn two_calls_of_one_cohere_tool_keep_ids_and_arguments_apart() {
    let service = service().await;
    let model = service.router.model("oci:cohere.command-r-plus");
    let question = "Call get_weather {\"city\":\"Rome\"} and get_weather {\"city\":\"Oslo\"}.";
    for is_streamed in [false, true] {
        let call = model.chat(question).tools([weather()]);
        let answer = if is_streamed {
            read(call.stream().await.unwrap()).await
        } else {
            call.await.unwrap().into_inner()
        };
        let calls = answer.tool_calls();
        assert_eq!(calls.len(), 2, "streamed: {is_streamed}");
        assert_ne!(calls[0].id(), calls[1].id(), "streamed: {is_streamed}");
        let mut history =
            vec![Message::user(question), answer.message().unwrap().clone().into_message()];
        for (call, result) in calls.iter().zip(["hot", "cold"]) {
            history.push(Message::tool(call.id(), result));
        }
        model.chat(history).tools([weather()]).await.unwrap();
        let sent = last(&service).1["chatRequest"].clone();
        let results = sent["toolResults"].as_array().unwrap();
        let cities: Vec<&Value> =
            results.iter().map(|it| &it["call"]["parameters"]["city"]).collect();
        assert_eq!(cities, ["Rome", "Oslo"], "each result has the call that it answers: {sent}");
        assert_eq!(sent["message"], "", "results and a message exclude each other");
    }
}

#[tokio::test]
async fn a_question_behind_results_and_a_last_instruction_reach_cohere() {
    let service = service().await;
    let model = service.router.model("oci:cohere.command-r-plus");
    let question = "Call get_weather {\"city\":\"Rome\"}.";
    let answer = model.chat(question).tools([weather()]).await.unwrap();
    let result = Message::tool(answer.tool_calls()[0].id(), "hot");
    let history =
        [Message::user(question), answer.to_message().unwrap(), result, Message::user("And now?")];
    model.chat(history).tools([weather()]).await.unwrap();
    let sent = last(&service).1["chatRequest"].clone();
    assert_eq!(sent["message"], "And now?");
    assert_eq!(sent.get("toolResults"), None, "they are in the history: {sent}");
    assert!(sent["chatHistory"].to_string().contains("hot"), "{sent}");

    model.chat([Message::user("What is 2x2?"), Message::system("Be brief.")]).await.unwrap();
    let sent = last(&service).1["chatRequest"].clone();
    assert_eq!(
        sent["message"], "What is 2x2?",
        "an instruction at the end is no empty prompt: {sent}"
    );
    assert!(sent.to_string().contains("Be brief."), "{sent}");
}

#[tokio::test]
async fn what_a_cohere_schema_cannot_say_is_in_its_words() {
    let service = service().await;
    let schema = json!({"type": "object", "properties": {
        "unit": {"type": ["string", "null"], "enum": ["celsius", "fahrenheit"]},
        "days": {"type": "array", "items": {"type": "integer"}}}, "required": ["unit"]});
    let tool = Tool::function("forecast", "Tells the weather", schema);
    service.router.model("oci:cohere.command-r-plus").chat("hi").tools([tool]).await.unwrap();
    let parameters = last(&service).1["chatRequest"]["tools"][0]["parameterDefinitions"].clone();
    assert_eq!(parameters["unit"]["type"], "str");
    assert_eq!(parameters["unit"]["isRequired"], true);
    let words = parameters["unit"]["description"].as_str().unwrap();
    assert!(words.contains("celsius") && words.contains("fahrenheit"), "{parameters}");
}

/// One that tries again at once, so that the test need not wait.
async fn eager() -> Service {
    let retry = RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() };
    start(|builder| builder, retry, true).await
}

#[tokio::test]
async fn every_way_tries_again_and_has_one_error_with_the_request_id() {
    let service = eager().await;
    for (id, transport) in WAYS {
        let model = service.router.model(id).over(transport);
        let before = service.emulator.requests().len();
        service.emulator.push_fault(Fault::status(503));
        model.chat("hi").await.unwrap();
        assert_eq!(service.emulator.requests().len() - before, 2, "{id} over {transport}");

        service.emulator.push_fault(Fault::status(400));
        let error = model.chat("hi").await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{id} over {transport}: {error}");
        assert!(error.opc_request_id().is_some(), "{id} over {transport}");
    }
}

#[tokio::test]
async fn a_404_is_not_tried_again() {
    let service = eager().await;
    for (id, transport) in WAYS {
        let before = service.emulator.requests().len();
        service.emulator.push_fault(Fault::status(404));
        service.router.model(id).over(transport).chat("hi").await.unwrap_err();
        assert_eq!(service.emulator.requests().len() - before, 1, "{id} over {transport}");
    }
}

#[tokio::test]
async fn finish_reasons_are_one_vocabulary() {
    let service = service().await;
    for (id, transport) in WAYS {
        let model = service.router.model(id).over(transport);
        let stop = model.chat("What is 2x2?").await.unwrap();
        assert_eq!(stop.finish_reason(), Some(&FinishReason::Stop), "{id} over {transport}");
        let limit = |request: &mut ChatRequest| request.max_tokens = Some(16);
        let long = "one two three four ".repeat(10);
        let cut = model.chat(long.as_str()).with(limit).await.unwrap();
        assert_eq!(cut.finish_reason(), Some(&FinishReason::Length), "{id} over {transport}");
        let cut = read(model.chat(long).with(limit).stream().await.unwrap()).await;
        assert_eq!(cut.finish_reason(), Some(&FinishReason::Length), "{id} over {transport}");
    }
}

#[tokio::test]
async fn an_empty_answer_is_not_asked_for_again() {
    let empty = json!({"modelId": "m", "chatResponse": {"apiFormat": "GENERIC", "choices": [{"index": 0,
        "message": {"role": "ASSISTANT", "content": []}, "finishReason": "length"}]}});
    let (router, script) = Scripted::router([(200, empty)]);
    let answer = router.model("oci:xai.grok-4").over(Transport::Native).chat("hi").await.unwrap();
    assert_eq!((answer.text(), answer.finish_reason()), ("", Some(&FinishReason::Length)));
    assert_eq!(script.count(), 1, "it is billed once");
}

#[tokio::test]
async fn token_counts_keep_their_details() {
    let v1 = json!({"id": "c", "choices": [{"index": 0, "message": {"role": "assistant", "content": "4"},
        "finish_reason": "stop"}], "usage": {"prompt_tokens": 9, "completion_tokens": 8, "total_tokens": 17,
        "prompt_tokens_details": {"cached_tokens": 3}, "completion_tokens_details": {"reasoning_tokens": 5}}});
    let responses = json!({"id": "r", "status": "completed", "output": [{"type": "message", "role": "assistant",
        "content": [{"type": "output_text", "text": "4", "annotations": []}]}], "usage": {"input_tokens": 9,
        "output_tokens": 8, "total_tokens": 17, "input_tokens_details": {"cached_tokens": 3},
        "output_tokens_details": {"reasoning_tokens": 5}}});
    let native = json!({"modelId": "m", "chatResponse": {"apiFormat": "GENERIC", "choices": [{"index": 0, "message":
        {"role": "ASSISTANT", "content": [{"type": "TEXT", "text": "4"}]}, "finishReason": "stop"}],
        "usage": {"promptTokens": 9, "completionTokens": 8, "totalTokens": 17,
        "promptTokensDetails": {"cachedTokens": 3}, "completionTokensDetails": {"reasoningTokens": 5}}}});
    let answers =
        [(Transport::V1, v1), (Transport::Responses, responses), (Transport::Native, native)];
    for (transport, answer) in answers {
        let (router, _) = Scripted::router([(200, answer)]);
        let answer = router.model("oci:xai.grok-4").over(transport).chat("hi").await.unwrap();
        let usage = answer.usage.as_ref().unwrap();
        let found = (usage.total(), usage.cached_tokens(), usage.reasoning_tokens());
        assert_eq!(found, (Some(17), Some(3), Some(5)), "{transport}");
    }
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_set() {
    let service = service().await;
    let model = service.router.model("oci:openai.o4-mini");
    model.chat("hi").await.unwrap();
    read(model.chat("hi").stream().await.unwrap()).await;
    let sent: Vec<Value> = service.emulator.requests().iter().map(body).collect();
    let names = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sent[0]), ["messages", "model"]);
    assert_eq!(names(&sent[1]), ["messages", "model", "stream", "stream_options"]);

    let odd = |request: &mut ChatRequest| request.stop = Some("END".into());
    for is_streamed in [false, true] {
        let call = model.chat("hi").with(odd);
        let told = if is_streamed {
            call.stream().await.unwrap().warnings().to_vec()
        } else {
            call.await.unwrap().warnings().to_vec()
        };
        assert!(matches!(told[..], [Warning::Repaired(_)]), "streamed: {is_streamed}: {told:?}");
    }
}

#[test]
fn a_client_outlives_the_runtime_of_its_first_call() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let home = runtime();
    let service = home.block_on(service());
    let ask = |router: Router| async move {
        router.model("oci:openai.gpt-5.5-pro").chat("What is 2x2?").await.unwrap().text().to_owned()
    };
    for _ in 0..3 {
        assert_eq!(runtime().block_on(ask(service.router.clone())), "2x2 is 4.");
    }
    home.block_on(service.emulator.shutdown());
}
