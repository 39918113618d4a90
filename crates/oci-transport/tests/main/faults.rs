//! Everything that can go wrong between the request and the end of the answer.

use std::time::Duration;

use oci_emulator::Fault;
use oci_transport::{Deadlines, Error, ErrorKind, Timeout};

use crate::{Service, request, text};

/// Soon enough for faults that never end by themselves.
const SOON: Duration = Duration::from_millis(50);

/// What a whole and a streamed call make of a fault.
async fn both(
    service: &Service,
    fault: &Fault,
    deadlines: Deadlines,
) -> [Result<String, Error>; 2] {
    service.emulator.set_fault(Some(fault.clone()));
    let client = service.builder().deadlines(deadlines).build().unwrap();
    let whole = client.chat(&request()).await.map(|answer| answer.text().to_owned());
    let streamed = match text(&client).await {
        (text, None) => Ok(text),
        (_, Some(error)) => Err(error),
    };
    [whole, streamed]
}

#[tokio::test]
async fn refusals_keep_status_code_message_and_request_id() {
    let service = Service::start().await;
    for (status, code) in [
        (400, "InvalidParameter"),
        (401, "NotAuthenticated"),
        (404, "NotAuthorizedOrNotFound"),
        (429, "TooManyRequests"),
        (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
    ] {
        for result in both(&service, &Fault::status(status), Deadlines::default()).await {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Service, "{error:?}");
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert_eq!(error.code(), Some(code), "{error:?}");
            assert!(!error.service_message().unwrap().is_empty());
            assert!(!error.raw_body().is_empty());
            assert!(
                error.to_string().starts_with(&format!("the service answered {status} {code}: ")),
                "{error}"
            );
            assert!(error.hint().is_some(), "{error}");
            let served = service.emulator.requests();
            assert!(
                served
                    .iter()
                    .any(|sent| Some(sent.opc_request_id.as_str()) == error.opc_request_id()),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn predicates_tell_what_a_caller_would_do() {
    let service = Service::start().await;
    let error =
        |results: [Result<String, Error>; 2]| results.into_iter().next().unwrap().unwrap_err();
    let found = error(both(&service, &Fault::status(401), Deadlines::default()).await);
    assert!(found.is_auth() && !found.is_rate_limited());
    assert!(found.hint().unwrap().contains("fingerprint"));
    let found = error(both(&service, &Fault::status(404), Deadlines::default()).await);
    assert!(found.is_not_authorized_or_not_found());
    let hint = found.hint().unwrap();
    assert!(
        hint.contains("generative-ai-family")
            && hint.contains("openai.gpt-5.5")
            && hint.contains(&service.compartment),
        "{hint}"
    );
    assert!(
        error(both(&service, &Fault::status(429), Deadlines::default()).await).is_rate_limited()
    );
    assert!(
        error(both(&service, &Fault::status(502), Deadlines::default()).await).is_server_error()
    );
}

#[tokio::test]
async fn other_error_bodies_are_read_too() {
    let service = Service::start().await;
    for result in both(&service, &Fault::openai_error(429), Deadlines::default()).await {
        let error = result.unwrap_err();
        assert!(
            error.is_rate_limited() && error.code() == Some("rate_limit_exceeded"),
            "{error:?}"
        );
    }
    for result in both(&service, &Fault::Html(502), Deadlines::default()).await {
        let error = result.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 502);
        assert!(!error.to_string().contains('<') && !error.to_string().contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_error_and_nothing_is_sent_there() {
    let (service, other) = (Service::start().await, Service::start().await);
    let fault = Fault::Redirect {
        location: format!("{}/openai/v1/chat/completions", other.emulator.url()),
    };
    for result in both(&service, &fault, Deadlines::default()).await {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Redirect);
    }
    assert!(other.emulator.requests().is_empty());
}

#[track_caller]
fn check_streamed(result: &Result<String, Error>, kind: ErrorKind) {
    let error = result.as_ref().unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert!(error.opc_request_id().is_some());
}

#[tokio::test]
async fn a_stream_that_breaks_is_never_a_short_answer() {
    let service = Service::start().await;
    for events in 0..5 {
        for fault in
            [Fault::CutStream { after_events: events }, Fault::EndStream { after_events: events }]
        {
            let [_, streamed] = both(&service, &fault, Deadlines::default()).await;
            check_streamed(&streamed, ErrorKind::Truncated);
        }
        let [_, streamed] =
            both(&service, &Fault::Garbage { after_events: events }, Deadlines::default()).await;
        check_streamed(&streamed, ErrorKind::Malformed);
        let [_, streamed] =
            both(&service, &Fault::StreamError { after_events: events }, Deadlines::default())
                .await;
        check_streamed(&streamed, ErrorKind::Stream);
    }
    let [whole, streamed] = both(&service, &Fault::CutBody, Deadlines::default()).await;
    check_streamed(&whole, ErrorKind::Truncated);
    check_streamed(&streamed, ErrorKind::Truncated);
    let [_, streamed] = both(&service, &Fault::NoFinish, Deadlines::default()).await;
    assert_eq!(streamed.unwrap(), "2x2 is 4.", "[DONE] alone says that it is complete");
}

#[tokio::test]
async fn what_is_merely_odd_changes_nothing() {
    let service = Service::start().await;
    for fault in [Fault::GarbageLines, Fault::NoDone, Fault::Delay(Duration::from_millis(5))] {
        for result in both(&service, &fault, Deadlines::default()).await {
            assert_eq!(result.unwrap(), "2x2 is 4.", "{fault}");
        }
    }
}

#[tokio::test]
async fn lines_that_are_no_fields_are_counted() {
    let service = Service::start().await;
    service.emulator.set_fault(Some(Fault::GarbageLines));
    let mut stream = service.client().chat_stream(&request()).await.unwrap();
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    assert!(stream.unknown_lines() > 0);
}

#[tokio::test]
async fn an_answer_of_another_type_is_not_taken_for_a_stream() {
    let service = Service::start().await;
    let [_, streamed] = both(&service, &Fault::WrongContentType, Deadlines::default()).await;
    check_streamed(&streamed, ErrorKind::Malformed);
    assert!(streamed.unwrap_err().to_string().contains("text/plain"));
}

#[tokio::test]
async fn each_wait_has_its_own_deadline() {
    let service = Service::start().await;
    let impatient = Deadlines { first_byte: SOON, ..Deadlines::default() };
    for result in both(&service, &Fault::Stall, impatient).await {
        let error = result.unwrap_err();
        assert!(error.is_timeout() && error.opc_request_id().is_some());
        assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::FirstByte), "{error:?}");
    }
    let impatient = Deadlines { idle: SOON, ..Deadlines::default() };
    for result in both(&service, &Fault::StallAfter { events: 2 }, impatient).await {
        check_streamed(&result, ErrorKind::Timeout(Timeout::Idle));
    }
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_a_network_error() {
    let service = Service::start().await;
    for result in both(&service, &Fault::HangUp, Deadlines::default()).await {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Network, "{error:?}");
        assert!(error.opc_request_id().is_some(), "the one that was sent");
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused() {
    let service = Service::start().await;
    let client = service.builder().body_limit(10).build().unwrap();
    let error = client.chat(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn no_error_shows_the_signature_or_the_prompt() {
    let service = Service::start().await;
    let faults = [
        Fault::status(401),
        Fault::Html(502),
        Fault::CutBody,
        Fault::Garbage { after_events: 1 },
        Fault::HangUp,
    ];
    for fault in faults {
        for result in
            both(&service, &fault, Deadlines::default()).await.into_iter().filter_map(Result::err)
        {
            let shown = format!("{result} {result:?} {:?}", result.hint());
            for secret in ["2x2", "keyId=", "signature=", "PRIVATE"] {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }
}
