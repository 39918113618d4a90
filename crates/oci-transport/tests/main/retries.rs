//! Which calls are sent again, and how the last failure tells of it.

use std::time::Duration;

use oci_emulator::Fault;
use oci_transport::{Client, ErrorKind, RetryPolicy};

use crate::{Service, request, text};

/// The default policy without its waits.
fn at_once() -> RetryPolicy {
    RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() }
}

fn client(service: &Service, policy: RetryPolicy) -> Client {
    service.builder().retry(policy).build().unwrap()
}

#[tokio::test]
async fn a_call_succeeds_when_the_service_recovers() {
    let service = Service::start().await;
    let client = client(&service, at_once());
    for status in [429, 500, 503] {
        service.emulator.push_fault(Fault::status(status));
        service.emulator.push_fault(Fault::Html(502));
        assert_eq!(client.chat(&request()).await.unwrap().text(), "2x2 is 4.");
        service.emulator.push_fault(Fault::status(status));
        assert_eq!(text(&client).await.0, "2x2 is 4.");
    }
    let sent = service.emulator.requests();
    assert_eq!(sent.len(), 15, "3 for each whole answer, 2 for each stream");
    let ids: std::collections::BTreeSet<_> =
        sent.iter().map(|sent| sent.header("opc-request-id")).collect();
    assert_eq!(ids.len(), 15, "each attempt has an id of its own");
    assert!(sent.iter().all(|sent| sent.rejection.is_none()), "each attempt is signed");
}

#[tokio::test]
async fn the_last_failure_tells_how_often_it_was_tried() {
    let service = Service::start().await;
    service.emulator.set_fault(Some(Fault::status(503)));
    let error = client(&service, at_once()).chat(&request()).await.unwrap_err();
    assert_eq!((error.attempts(), service.emulator.requests().len()), (3, 3));
    assert!(error.to_string().contains(", 3 attempts in "), "{error}");
    let error = client(&service, RetryPolicy::NEVER).chat(&request()).await.unwrap_err();
    assert_eq!((error.attempts(), service.emulator.requests().len()), (1, 4));
    assert!(!error.to_string().contains("attempts"), "{error}");
}

#[tokio::test]
async fn what_would_fail_again_or_be_billed_twice_is_sent_once() {
    let service = Service::start().await;
    let client = client(&service, at_once());
    let faults = [
        Fault::status(400),
        Fault::status(401),
        Fault::status(404),
        Fault::status(501),
        Fault::HangUp,
        Fault::CutBody,
        Fault::Redirect { location: "http://127.0.0.1:1/".to_owned() },
    ];
    for (count, fault) in faults.into_iter().enumerate() {
        service.emulator.set_fault(Some(fault.clone()));
        let error = client.chat(&request()).await.unwrap_err();
        assert_eq!(error.attempts(), 1, "{fault}");
        assert_eq!(service.emulator.requests().len(), count + 1, "{fault}");
    }
}

#[tokio::test]
async fn nothing_is_sent_again_once_a_stream_has_begun() {
    let service = Service::start().await;
    for fault in [Fault::CutStream { after_events: 1 }, Fault::StreamError { after_events: 1 }] {
        service.emulator.push_fault(fault);
    }
    for count in 1..=2 {
        assert!(text(&client(&service, at_once())).await.1.is_some());
        assert_eq!(service.emulator.requests().len(), count);
    }
}

#[tokio::test]
async fn a_broken_connection_is_tried_again_when_that_is_asked_for() {
    let service = Service::start().await;
    service.emulator.push_fault(Fault::HangUp);
    let client = client(&service, RetryPolicy { after_sending: true, ..at_once() });
    assert_eq!(client.chat(&request()).await.unwrap().text(), "2x2 is 4.");
}

#[tokio::test]
async fn a_wait_beyond_the_budget_fails_at_once_and_is_told() {
    let service = Service::start().await;
    let fault: Fault = "status=429,retry-after=3600s".parse().unwrap();
    service.emulator.set_fault(Some(fault));
    let error = client(&service, at_once()).chat(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Service, 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.hint().unwrap().contains("3600 s"), "{:?}", error.hint());
}
