//! The rows of docs/gotchas.md: a fault of the service, what a program sees, and what it is told.

use oci_emulator::Fault;
use oci_router::{Error, Transport, Warning};
use oci_transport::RetryPolicy;
use oci_wire::Family;
use oci_wire::chat::Message;

use crate::service::{ENDPOINT, WHOLE_ONLY, impatient, last, read, start, weather};

/// The failure of the transport, and its hint.
#[track_caller]
fn told(error: Error) -> (oci_transport::Error, String) {
    let hint = error.hint().unwrap();
    match error {
        Error::Transport(error) => (error, hint),
        other => panic!("{other}"),
    }
}

fn refusal(status: u16, message: &str) -> Fault {
    let code = "InvalidParameter".to_owned();
    Fault::Status { status, code, message: message.to_owned(), retry_after: None }
}

#[tokio::test]
async fn a_missing_permission_is_a_404_whose_hint_has_the_policy() {
    let service = impatient().await;
    service.emulator.push_fault(Fault::status(404));
    let error = service.router.model("oci:openai.gpt-5.5").chat("hi").await.unwrap_err();
    let (error, hint) = told(error);
    assert!(error.is_not_authorized_or_not_found() && !error.is_model_not_found());
    assert_eq!(error.code(), Some("NotAuthorizedOrNotFound"));
    assert!(error.opc_request_id().is_some());
    assert!(hint.contains("allow group GROUP to") && hint.contains("policy is missing"), "{hint}");
    assert!(hint.contains("127.0.0.1") && hint.contains("ocid1.compartment"), "{hint}");
}

#[tokio::test]
async fn a_dedicated_endpoint_asks_for_a_policy_of_its_own() {
    let service = impatient().await;
    service.emulator.push_fault(Fault::status(404));
    let model = service.router.model(format!("oci:{ENDPOINT}")).of_family(Family::Llama);
    let (error, hint) = told(model.chat("hi").await.unwrap_err());
    assert!(error.is_not_authorized_or_not_found());
    assert!(hint.contains("inspect generative-ai-endpoints"), "{hint}");
}

#[tokio::test]
async fn a_model_that_is_not_there_is_told_with_the_command_that_lists_them() {
    let service = impatient().await;
    service.emulator.push_fault(Fault::openai_error(404));
    let error = service.router.model("oci:openai.gpt-9").chat("hi").await.unwrap_err();
    let (error, hint) = told(error);
    assert!(error.is_model_not_found());
    assert!(hint.contains("openai.gpt-9 is not offered at 127.0.0.1"), "{hint}");
    assert!(hint.contains("oci generative-ai model list"), "{hint}");
}

#[tokio::test]
async fn a_missing_compartment_is_told_before_and_after_sending() {
    let service = start(|builder| builder, RetryPolicy::NEVER, false).await;
    let model = service.router.model(format!("oci:{ENDPOINT}")).of_family(Family::Llama);
    let error = model.chat("hi").await.unwrap_err();
    assert!(matches!(error, Error::NoCompartment { .. }), "{error}");
    assert!(error.hint().unwrap().contains("OCI_COMPARTMENT_ID"));
    assert!(service.emulator.requests().is_empty(), "nothing was sent");

    let service = impatient().await;
    service.emulator.push_fault(refusal(400, "compartmentId is required"));
    let model = service.router.model(format!("oci:{ENDPOINT}")).of_family(Family::Llama);
    let (_, hint) = told(model.chat("hi").await.unwrap_err());
    assert!(hint.contains("set the compartment"), "{hint}");
}

#[tokio::test]
async fn a_stream_in_one_chunk_is_a_warning_and_hides_no_other_failure() {
    let service = impatient().await;
    let model = service.router.model(format!("oci:{WHOLE_ONLY}")).of_family(Family::Llama);
    let stream = model.chat("What is 2x2?").stream().await.unwrap();
    assert_eq!(stream.warnings(), [Warning::NotStreamed]);
    assert!(read(stream).await.text().contains("2x2 is 4."));

    let before = service.emulator.requests().len();
    for fault in [Fault::status(500), Fault::status(404), refusal(400, "temperature is too high")] {
        service.emulator.push_fault(fault);
        let error = model.chat("hi").stream().await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{error}");
    }
    assert_eq!(service.emulator.requests().len() - before, 3, "none was sent twice");
}

#[tokio::test]
async fn cohere_on_v1_is_told_to_use_the_native_api() {
    let service = impatient().await;
    let model = service.router.model("oci:cohere.command-r-plus");
    let error = model.clone().over(Transport::V1).chat("hi").await.unwrap_err();
    let (_, hint) = told(error);
    assert!(hint.contains("LOCUS_OCI_TRANSPORT=sdk"), "{hint}");
    model.chat("hi").await.unwrap();
    assert_eq!(last(&service).0, "/20231130/actions/chat", "by itself it goes there");
}

#[tokio::test]
async fn a_refused_signature_is_told_what_to_compare() {
    let service = impatient().await;
    service.emulator.push_fault(Fault::status(401));
    let error = service.router.model("oci:openai.gpt-5.5").chat("hi").await.unwrap_err();
    let (error, hint) = told(error);
    assert!(error.is_auth());
    assert!(hint.contains("openssl rsa -pubout") && hint.contains("five minutes"), "{hint}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error() {
    let service = impatient().await;
    for (id, fault) in [
        ("oci:openai.gpt-5.5", Fault::CutStream { after_events: 2 }),
        ("oci:cohere.command-r-plus", Fault::EndStream { after_events: 2 }),
        ("oci:openai.gpt-5.5-pro", Fault::EndStream { after_events: 5 }),
    ] {
        service.emulator.push_fault(fault);
        let mut stream =
            service.router.model(id).chat("one two three four").stream().await.unwrap();
        let mut error = None;
        while let Some(chunk) = stream.next().await {
            assert!(error.is_none(), "{id}: nothing comes behind an error");
            error = chunk.err();
        }
        let error = error.unwrap();
        assert!(error.is_truncated(), "{id}: {error}");
        assert!(error.hint().unwrap().contains("not the full answer"), "{id}");
    }
}

#[tokio::test]
async fn max_tokens_is_sent_under_the_name_that_the_model_takes() {
    let service = impatient().await;
    let model = service.router.model("oci:openai.gpt-5.5");
    let limited = model.chat("hi").with(|request| request.max_tokens = Some(50));
    limited.await.unwrap();
    let (_, sent) = last(&service);
    assert_eq!(sent["max_completion_tokens"], 50);
    assert_eq!(sent.get("max_tokens"), None);
}

#[tokio::test]
async fn a_tenancy_that_keeps_nothing_gets_the_history_again() {
    let retry = RetryPolicy::NEVER;
    let service = start(oci_emulator::Builder::zero_data_retention, retry, true).await;
    let model = service.router.model("oci:openai.gpt-5.5-pro");
    let mut history = vec![Message::user("I am Ada.")];
    let first = model.chat(&history).tools([weather()]).store(true).await.unwrap();
    history.extend(first.to_message());
    history.push(Message::user("Who am I?"));
    let call = model.chat(&history).store(true).continues(first.state().unwrap());
    let second = call.await.unwrap();
    assert_eq!(second.warnings(), [Warning::StateLost]);
    let (_, sent) = last(&service);
    assert_eq!(sent.get("previous_response_id"), None);
    assert!(sent["input"].to_string().contains("I am Ada."), "{sent}");
}

#[tokio::test]
async fn a_limit_is_told_with_the_wait() {
    let service = impatient().await;
    let (code, message) = ("TooManyRequests".to_owned(), "Too many requests.".to_owned());
    let retry_after = Some(std::time::Duration::from_secs(7));
    service.emulator.push_fault(Fault::Status { status: 429, code, message, retry_after });
    let error = service.router.model("oci:xai.grok-4").chat("hi").await.unwrap_err();
    let (error, hint) = told(error);
    assert!(error.is_rate_limited());
    assert!(hint.contains("wait 7 s"), "{hint}");
}
