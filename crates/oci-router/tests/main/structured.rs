//! Answers that are values of types, and only their text.

use std::pin::pin;

use futures_util::StreamExt;
use oci_router::{Error, JsonSchema, Schema, Transport, Warning};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::responses::Scripted;
use crate::service::{last, read, service};

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct City {
    name: String,
    #[schemars(range(min = 1))]
    inhabitants: Option<u64>,
}

fn rome() -> City {
    City { name: "Rome".to_owned(), inhabitants: None }
}

const ROME: &str = r#"{"name":"Rome","inhabitants":null}"#;

fn said(text: &str) -> (u16, Value) {
    ended(text, "stop")
}

fn ended(text: &str, reason: &str) -> (u16, Value) {
    let message = json!({"role": "assistant", "content": text});
    (
        200,
        json!({"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": reason}]}),
    )
}

const MODEL: &str = "oci:openai.gpt-5.5";

#[tokio::test]
async fn an_answer_is_a_value_of_the_type() {
    let (router, service) = Scripted::router([said(ROME)]);
    let city = router.model(MODEL).chat("Where?").structured::<City>().await.unwrap();
    assert_eq!(city.name, "Rome");
    assert!(city.answer.warnings().is_empty() && city.discarded.is_empty());
    let format = &service.sent(0)["response_format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["json_schema"]["name"], "City");
    assert_eq!(format["json_schema"]["strict"], true);
    assert_eq!(format["json_schema"]["schema"]["required"], json!(["name", "inhabitants"]));
    assert_eq!(city.into_inner(), rome());
}

#[tokio::test]
async fn the_schema_reaches_every_transport() {
    let service = service().await;
    for (model, transport, at) in [
        (MODEL, Transport::V1, "/response_format/json_schema/schema/type"),
        (MODEL, Transport::Responses, "/text/format/schema/type"),
        (MODEL, Transport::Native, "/chatRequest/responseFormat/jsonSchema/schema/type"),
        ("oci:cohere.command-r-plus", Transport::Native, "/chatRequest/responseFormat/schema/type"),
    ] {
        let model = service.router.model(model).over(transport);
        let call = model.chat(format!("Say {ROME}")).structured::<City>();
        // The emulator says what it is told; what counts here is what was sent.
        drop(call.repairs(0).await);
        assert_eq!(last(&service).1.pointer(at).unwrap(), "object", "{transport}");
    }
}

#[tokio::test]
async fn what_does_not_fit_goes_back_to_the_model_once() {
    for wrong in ["Rome, of course.", r#"{"name": 7}"#] {
        let (router, service) = Scripted::router([said(wrong), said(ROME)]);
        let city = router.model(MODEL).chat("Where?").structured::<City>().await.unwrap();
        assert_eq!(*city, rome());
        let [Warning::AskedAgain(misfit)] = city.answer.warnings() else {
            panic!("expected one warning, found {:?}", city.answer.warnings());
        };
        assert_eq!(city.discarded[0].text(), wrong);
        let messages = service.sent(1)["messages"].clone();
        assert_eq!(messages[1], json!({"role": "assistant", "content": wrong}));
        let complaint = messages[2]["content"].as_str().unwrap();
        assert!(complaint.contains(misfit.detail()) && complaint.contains("inhabitants"));
    }
    let (router, service) = Scripted::router([said("no"), said("never")]);
    let error = router.model(MODEL).chat("Where?").structured::<City>().await.unwrap_err();
    let Error::Misfit { answer, .. } = &error else { panic!("{error}") };
    assert_eq!((answer.text(), service.count()), ("never", 2));
    assert!(!error.to_string().contains("never") && error.hint().is_some(), "{error}");

    let (router, service) = Scripted::router([said("no")]);
    let call = router.model(MODEL).chat("Where?").structured::<City>();
    assert!(call.repairs(0).await.is_err());
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn a_refusal_is_asked_about_once_and_then_an_error() {
    let message = json!({"role": "assistant", "content": null, "refusal": "I will not."});
    let refusal = json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
    let (router, _) = Scripted::router([(200, refusal.clone()), said(ROME)]);
    let city = router.model(MODEL).chat("Where?").structured::<City>().await.unwrap();
    assert!(matches!(city.answer.warnings(), [Warning::AskedAgain(misfit)] if misfit.is_refusal()));

    let (router, _) = Scripted::router([(200, refusal.clone()), (200, refusal)]);
    let error = router.model(MODEL).chat("Where?").structured::<City>().await.unwrap_err();
    assert!(matches!(&error, Error::Misfit { misfit, .. } if misfit.is_refusal()), "{error}");
}

#[tokio::test]
async fn an_answer_that_broke_off_is_not_asked_for_again() {
    let (router, service) = Scripted::router([ended(r#"{"name":"Ro"#, "length")]);
    let error = router.model(MODEL).chat("Where?").structured::<City>().await.unwrap_err();
    assert!(matches!(&error, Error::Misfit { misfit, .. } if misfit.is_cut_off()), "{error}");
    assert_eq!(error.hint().as_deref(), Some("raise the limit of tokens"));
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn a_check_of_the_caller_is_told_to_the_model() {
    let paris = r#"{"name":"Paris","inhabitants":2}"#;
    let (router, service) = Scripted::router([said(paris), said(ROME)]);
    let call = router.model(MODEL).chat("Where?").structured::<City>().named("place");
    let italian = |city: &City| if city.name == "Rome" { Ok(()) } else { Err("not in Italy") };
    assert_eq!(call.check(italian).await.unwrap().into_inner(), rome());
    assert_eq!(service.sent(0)["response_format"]["json_schema"]["name"], "place");
    assert!(service.sent(1)["messages"][2]["content"].as_str().unwrap().contains("not in Italy"));
}

#[tokio::test]
async fn what_the_strict_form_leaves_out_is_a_warning_or_an_error() {
    #[derive(Deserialize, JsonSchema)]
    struct Named {
        #[schemars(length(max = 5))]
        name: String,
    }
    let (router, service) = Scripted::router([said(r#"{"name":"Rome"}"#)]);
    let named = router.model(MODEL).chat("Who?").structured::<Named>().await.unwrap();
    assert_eq!(named.name, "Rome");
    let told = named.answer.warnings()[0].to_string();
    let at = "response_format.json_schema.schema.properties.name.maxLength";
    assert!(told.starts_with(at), "{told}");
    let strict = router.model(MODEL).chat("Who?").strict().structured::<Named>().await;
    assert!(matches!(strict, Err(Error::Lossy { .. })));

    let (router, _) = Scripted::router([said("hi")]);
    let call = router.model(MODEL).chat("Who?").tools([Schema::strict_of::<Named>()]);
    let told = call.await.unwrap().warnings()[0].to_string();
    assert!(told.starts_with("tools[0].function.parameters.properties.name.maxLength"), "{told}");
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn a_type_is_a_tool_and_reads_its_arguments() {
    let service = service().await;
    let schema = Schema::of::<City>();
    for (model, transport) in [
        (MODEL, Transport::V1),
        (MODEL, Transport::Responses),
        (MODEL, Transport::Native),
        ("oci:cohere.command-r-plus", Transport::Native),
    ] {
        let call =
            service.router.model(model).over(transport).chat(format!("Call city {ROME} please."));
        let answer = call.tools([schema.clone()]).await.unwrap();
        let [called] = answer.tool_calls() else { panic!("{transport}: no call") };
        assert_eq!(called.name(), "city");
        assert_eq!(schema.read::<City>(called.arguments()).unwrap(), rome(), "{transport}");
    }
}

#[tokio::test]
async fn a_streamed_answer_is_put_together_read_and_told_of() {
    let service = service().await;
    for transport in [Transport::V1, Transport::Responses, Transport::Native] {
        let model = service.router.model(MODEL).over(transport);
        let whole = model.chat("What is 2x2?").await.unwrap();
        let answer = model.chat("What is 2x2?").stream().await.unwrap().collect().await.unwrap();
        assert_eq!(answer.output_text(), whole.output_text(), "{transport}");
        assert_eq!(answer.output_text(), "2x2 is 4.", "{transport}");
        assert_eq!(answer.warnings(), whole.warnings(), "{transport}");
        assert_eq!(answer.state().is_some(), whole.state().is_some(), "{transport}");
        assert!(answer.opc_request_id().is_some(), "{transport}");
    }
    let chunk = |text: &str| {
        let delta = json!({"choices": [{"index": 0, "delta": {"content": text}}]});
        format!("data: {delta}\n\n")
    };
    let (left, right) = ROME.split_at(9);
    let end = r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    let stream = format!("{}{}{end}\n\ndata: [DONE]\n\n", chunk(left), chunk(right));
    let (router, _) = Scripted::router([(200, Value::from(stream))]);
    let stream = router.model(MODEL).chat("Where?").structured::<City>().stream().await.unwrap();
    assert_eq!(stream.collect().await.unwrap().parse::<City>().unwrap(), rome());
}

#[tokio::test]
async fn only_the_text_of_a_stream() {
    let service = service().await;
    let model = service.router.model(MODEL);
    let whole = read(model.chat("one two three").stream().await.unwrap()).await;
    let mut texts = model.chat("one two three").stream().await.unwrap().texts();
    let mut lent = String::new();
    while let Some(text) = texts.next().await {
        let text = text.unwrap();
        assert!(!text.is_empty());
        lent.push_str(text);
    }
    assert_eq!(lent, whole.text());
    assert!(texts.as_stream().opc_request_id().is_some());

    let mut owned = String::new();
    let mut texts = pin!(model.chat("one two three").stream().await.unwrap().texts());
    while let Some(text) = StreamExt::next(&mut texts).await {
        owned.push_str(&text.unwrap());
    }
    assert_eq!(owned, lent);
}
