//! Calls through the router against the emulator, over every transport that serves a family.

use oci_router::{Error, Model, Router, Transport, Warning};
use oci_wire::Family;
use oci_wire::chat::{ChatAccumulator, ChatRequest, ChatResponse, FinishReason, Message, Tool};
use serde_json::Value;

use crate::service::{ENDPOINT, WHOLE_ONLY, body, last, read, service, weather};

/// One model of each way: its id, the path of its calls, and where the body names it.
fn ways(router: &Router) -> Vec<(Model, &'static str, &'static str)> {
    let native = "/20231130/actions/chat";
    let v1 = "/openai/v1/chat/completions";
    vec![
        (router.model("oci:openai.gpt-5.5"), v1, "/model"),
        (router.model("oci:meta.llama-3.3-70b-instruct"), v1, "/model"),
        (router.model("oci:google.gemini-2.5-pro"), v1, "/model"),
        (router.model("oci:xai.grok-4"), v1, "/model"),
        (router.model("oci:cohere.command-r-plus"), native, "/servingMode/modelId"),
        (router.model("oci:cohere.command-a-vision-07-2025"), native, "/servingMode/modelId"),
        (router.model("oci:xai.grok-4").over(Transport::Native), native, "/servingMode/modelId"),
        (router.model(format!("oci:{ENDPOINT}")), native, "/servingMode/endpointId"),
    ]
}

#[tokio::test]
async fn every_way_answers_whole_and_streamed_alike() {
    let service = service().await;
    for (model, path, named) in ways(&service.router) {
        let whole = model.chat("What is 2x2?").system("Be brief.").await.unwrap();
        assert!(whole.text().contains("2x2 is 4."), "{}: {}", model.id(), whole.text());
        assert!(whole.opc_request_id().is_some());
        assert_eq!(whole.finish_reason(), Some(&FinishReason::Stop), "{}", model.id());
        let (sent_to, sent) = last(&service);
        assert_eq!(sent_to, path, "{}", model.id());
        let id = model.id().strip_prefix("oci:").unwrap();
        assert_eq!(sent.pointer(named).unwrap(), id, "the id as it was written");

        let streamed = read(model.chat("What is 2x2?").system("Be brief.").stream().await.unwrap());
        let streamed = streamed.await;
        assert_eq!(streamed.text(), whole.text(), "{}", model.id());
        let tokens =
            |answer: &ChatResponse| answer.usage.as_ref().and_then(oci_wire::chat::Usage::total);
        assert!(tokens(&streamed).is_some(), "{}: token counts", model.id());
        assert_eq!(tokens(&streamed), tokens(&whole), "{}", model.id());
        assert_eq!(streamed.finish_reason(), whole.finish_reason(), "{}", model.id());

        let mut texts = model.chat("What is 2x2?").stream().await.unwrap().texts();
        let mut text = String::new();
        while let Some(piece) = texts.next().await {
            text.push_str(piece.unwrap());
        }
        assert_eq!(text, whole.output_text(), "{}", model.id());
    }
}

#[tokio::test]
async fn tools_make_the_round_trip_on_every_way() {
    let service = service().await;
    for (model, _, _) in ways(&service.router) {
        let question = "Call get_weather {\"city\":\"Chicago\"} please.";
        for is_streamed in [false, true] {
            let call = model.chat(question).tools([weather()]);
            let answer = if is_streamed {
                read(call.stream().await.unwrap()).await
            } else {
                call.await.unwrap().into_inner()
            };
            let calls = answer.tool_calls();
            let named = format!("{} streamed: {is_streamed}", model.id());
            assert_eq!(calls.len(), 1, "{named}");
            assert_eq!(calls[0].name(), "get_weather", "{named}");
            let arguments: Value = serde_json::from_str(calls[0].arguments()).unwrap();
            assert_eq!(arguments["city"], "Chicago", "{named}");
            assert!(!calls[0].id().is_empty(), "{named}");
            assert_eq!(answer.finish_reason(), Some(&FinishReason::ToolCalls), "{named}");

            let history = vec![
                Message::user(question),
                answer.message().unwrap().clone().into_message(),
                Message::tool(calls[0].id(), "{\"celsius\":21}"),
            ];
            let after = model.chat(history).tools([weather()]).await.unwrap();
            assert!(after.text().contains("21"), "{named}: {}", after.text());
            assert_eq!(after.finish_reason(), Some(&FinishReason::Stop), "{named}");
        }
    }
}

#[tokio::test]
async fn every_form_of_input_is_taken() {
    let service = service().await;
    let model = service.router.model("oci/OpenAI.gpt-9-Invented");
    model.chat(String::from("hi")).await.unwrap();
    model.chat([Message::user("hi")]).system("be brief").await.unwrap();
    model
        .chat(vec![Message::user("hi")])
        .with(|request| request.max_completion_tokens = Some(3))
        .await
        .unwrap();
    model.chat(ChatRequest::new("replaced", [Message::user("hi")])).await.unwrap();
    let sent: Vec<Value> = service.emulator.requests().iter().map(body).collect();
    assert!(sent.iter().all(|body| body["model"] == "OpenAI.gpt-9-Invented"), "as it was written");
    assert_eq!(sent[1]["messages"][0]["content"], "be brief");
    assert_eq!(sent[1]["messages"][1]["content"], "hi");
}

#[tokio::test]
async fn what_a_way_cannot_carry_is_a_warning_or_an_error() {
    let service = service().await;
    let call = |request: &mut ChatRequest| request.user = Some("me".to_owned());
    let model = service.router.model("oci:cohere.command-r-plus");
    let answer = model.chat("hi").with(call).await.unwrap();
    let told: Vec<String> = answer.warnings().iter().map(Warning::to_string).collect();
    assert_eq!(told, ["user has no counterpart and was left out"]);
    let sent = service.emulator.requests().len();

    let error = model.chat("hi").with(call).strict().await.unwrap_err();
    assert!(matches!(&error, Error::Lossy { warnings, .. } if warnings.len() == 1), "{error}");
    assert!(error.to_string().contains("user has no counterpart"), "{error}");
    assert!(model.chat("hi").with(call).strict().stream().await.is_err());
    assert_eq!(service.emulator.requests().len(), sent, "nothing was sent");
    model.chat("hi").strict().await.unwrap();
}

#[tokio::test]
async fn an_endpoint_that_does_not_stream_answers_whole_with_a_warning() {
    let service = service().await;
    let model = service.router.model(format!("oci:{WHOLE_ONLY}")).of_family(Family::Llama);
    let stream = model.chat("What is 2x2?").stream().await.unwrap();
    assert_eq!(stream.warnings(), [Warning::NotStreamed]);
    assert!(read(stream).await.text().contains("2x2 is 4."));
    let streams: Vec<bool> = service
        .emulator
        .requests()
        .iter()
        .map(|request| body(request)["chatRequest"]["isStream"] == true)
        .collect();
    assert_eq!(streams, [true, false], "asked once, then whole");
}

#[tokio::test]
async fn a_dedicated_endpoint_is_called_in_the_format_of_its_model() {
    let service = service().await;
    let unknown = service.router.model(format!("oci:{ENDPOINT}")).chat("hi").await.unwrap();
    assert_eq!(unknown.warnings(), [Warning::FamilyAssumed]);
    assert_eq!(last(&service).1["chatRequest"]["apiFormat"], "GENERIC");

    let by_family = service.router.model(format!("oci:{ENDPOINT}")).of_family(Family::Cohere);
    assert!(by_family.chat("hi").await.unwrap().warnings().is_empty());
    assert_eq!(last(&service).1["chatRequest"]["apiFormat"], "COHERE");

    let by_model = service.router.model("oci:cohere.command-r-plus").at_endpoint(ENDPOINT);
    assert!(by_model.chat("hi").await.unwrap().warnings().is_empty());
    let (_, sent) = last(&service);
    assert_eq!(sent["servingMode"]["endpointId"], ENDPOINT);
    assert_eq!(sent["chatRequest"]["apiFormat"], "COHERE");
}

#[tokio::test]
async fn documents_are_ranked() {
    let service = service().await;
    let model = service.router.model("oci:cohere.rerank-v3.5");
    let documents = ["a dog barks", "the capital of France is Paris", "a cat"];
    let ranking = model.rerank("capital of France", documents).top_n(2).await.unwrap();
    assert_eq!(ranking.ranks.len(), 2);
    assert_eq!(ranking.ranks[0].index, 1);
    assert!(ranking.ranks[0].score >= ranking.ranks[1].score);
    let error = model.chat("hi").await.unwrap_err();
    assert_eq!(error.to_string(), "cohere.rerank-v3.5 is a model for reranking, not for chat");
}

#[tokio::test]
async fn an_unknown_vendor_sends_nothing_unless_the_transport_is_told() {
    let service = service().await;
    let model = service.router.model("oci:acme.x");
    assert!(matches!(model.stream("hi").await, Err(Error::Route(_))));
    assert!(service.emulator.requests().is_empty());
    drop(model.over(Transport::V1).chat("hi").await);
    assert_eq!(service.emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_request_is_made_fit_for_the_family_of_its_model() {
    let service = service().await;
    let limited = |request: &mut ChatRequest| request.max_tokens = Some(50);
    let model = service.router.model("oci:openai.gpt-5.5");
    let answer = model.chat("What is 2x2?").with(limited).strict().await.unwrap();
    assert!(answer.warnings().is_empty(), "the same limit by another name is no loss");
    assert_eq!(last(&service).1["max_completion_tokens"], 50);

    let schema: Value = serde_json::from_str(
        r##"{"type":"object","properties":{"city":{"$ref":"#/$defs/city"}},"$defs":{"city":{"type":"string"}}}"##,
    )
    .unwrap();
    let tool = Tool::function("get_weather", "Tells the weather", schema);
    let model = service.router.model("oci:google.gemini-2.5-pro");
    model.chat("hi").tools([tool]).await.unwrap();
    let sent = last(&service).1.to_string();
    assert!(sent.contains("get_weather") && !sent.contains("$ref"), "Gemini takes none: {sent}");
}

#[tokio::test]
async fn a_refused_parameter_is_changed_told_and_remembered() {
    let service = service().await;
    let model = service.router.model("oci:openai.gpt-5.5");
    let odd = |request: &mut ChatRequest| {
        *request = std::mem::take(request).with_temperature(0.2).with_stop("END");
    };
    let answer = model.chat("What is 2x2?").with(odd).await.unwrap();
    assert!(answer.text().contains("2x2 is 4."), "{}", answer.text());
    let told: Vec<String> = answer.warnings().iter().map(Warning::to_string).collect();
    let left_out = |name| format!("{name} was left out, because the model refuses it");
    assert_eq!(told.len(), 2);
    assert!(
        told.contains(&left_out("stop")) && told.contains(&left_out("temperature")),
        "{told:?}"
    );
    assert_eq!(service.emulator.requests().len(), 3, "two refusals, one answer");

    let stream = service.router.model("oci:openai.gpt-5.5").chat("hi").with(odd).stream().await;
    assert_eq!(stream.unwrap().warnings().len(), 2);
    assert_eq!(service.emulator.requests().len(), 4, "the second call knew");

    let twice = |request: &mut ChatRequest| {
        *request = std::mem::take(request).with_max_tokens(50).with_max_completion_tokens(60);
        odd(request);
    };
    let fresh = Router::new(service.router.client().clone()).model("oci:openai.gpt-5.5");
    let answer = fresh.chat("hi").with(twice).await.unwrap();
    let lost = |warning: &Warning| matches!(warning, Warning::Request(_));
    assert_eq!(answer.warnings().iter().filter(|warning| lost(warning)).count(), 1, "still told");

    let error = model.chat("hi").with(odd).strict().await.unwrap_err();
    assert!(error.to_string().contains("not support"), "{error}");
    let kind =
        |error: &Error| matches!(error, Error::Transport(error) if error.is_parameter_refused());
    assert!(kind(&error), "{error}");
}

#[tokio::test]
async fn conversations_over_responses_go_on_kept_or_replayed() {
    let service = service().await;
    let model = service.router.model("oci:openai.gpt-5.5-pro");
    for store in [true, false] {
        let question = "Call get_weather {\"city\":\"Chicago\"} please.";
        let mut history = vec![Message::user(question)];
        let call = model.chat(history.clone()).tools([weather()]).store(store);
        let first = call.await.unwrap();
        let calls = first.tool_calls();
        assert_eq!(calls.len(), 1, "store: {store}");
        history.push(first.to_message().unwrap());
        history.push(Message::tool(calls[0].id(), "{\"celsius\":21}"));
        let call = model.chat(history).tools([weather()]).store(store);
        let mut stream = call.continues(first.state().unwrap()).stream().await.unwrap();
        let mut answer = ChatAccumulator::new();
        while let Some(chunk) = stream.next().await {
            answer.push(&chunk.unwrap());
        }
        assert!(answer.text().contains("21"), "store: {store}: {}", answer.text());
        assert_eq!(stream.state().unwrap().response_id().is_some(), store);
        let (path, sent) = last(&service);
        assert_eq!(path, "/openai/v1/responses");
        assert_eq!(sent.get("previous_response_id").is_some(), store, "{sent}");
    }
}
