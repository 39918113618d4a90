//! Every fault, as it looks on the wire.

use std::time::{Duration, Instant};

use oci_emulator::Fault;
use serde_json::json;

use crate::http::Answer;
use crate::world::{CHAT, NATIVE, World, two_by_two};

/// The answer to "What is 2x2?" under a fault given in its text form.
async fn befallen(world: &World, fault: &str, stream: bool) -> Answer {
    world.emulator.push_fault(fault.parse().unwrap());
    world.ask_two_by_two(stream).await
}

#[tokio::test]
async fn errors_in_every_shape() {
    let world = World::new().await;
    for stream in [false, true] {
        for (status, code) in [
            (400, "InvalidParameter"),
            (401, "NotAuthenticated"),
            (404, "NotAuthorizedOrNotFound"),
            (429, "TooManyRequests"),
            (500, "InternalServerError"),
            (503, "ServiceUnavailable"),
        ] {
            let answer = befallen(&world, &format!("status={status}"), stream).await;
            assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)));
            assert!(answer.header("opc-request-id").is_some());
            assert_eq!(answer.header("retry-after"), None);
        }
        let answer = befallen(&world, "status=429,retry-after=1500ms", stream).await;
        assert_eq!(answer.header("retry-after"), Some("2"));
        let answer = befallen(&world, "openai=429", stream).await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.json()["error"]["code"], "rate_limit_exceeded");
        let answer = befallen(&world, "html=502", stream).await;
        assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html")));
        assert!(answer.body().starts_with("<html>"));
        let answer = befallen(&world, "redirect=http://127.0.0.1:1/x", stream).await;
        assert_eq!(answer.status, 307);
        assert_eq!(answer.header("location"), Some("http://127.0.0.1:1/x"));
    }
    // None of these is a rejected signature.
    assert!(world.emulator.rejections().is_empty());
}

#[tokio::test]
async fn an_error_of_ones_own() {
    let world = World::new().await;
    world.emulator.push_fault(Fault::Status {
        status: 409,
        code: "LockConflict".into(),
        message: "try \"again\"\n".into(),
        retry_after: Some(Duration::from_secs(7)),
    });
    let answer = world.ask_two_by_two(true).await;
    assert_eq!((answer.status, answer.header("retry-after")), (409, Some("7")));
    let expected = json!({ "code": "LockConflict", "message": "try \"again\"\n" });
    assert_eq!(answer.json(), expected);
    // A location that cannot be a header is left out rather than sent broken.
    world.emulator.push_fault(Fault::Redirect { location: "a\r\nb: c".into() });
    let answer = world.ask_two_by_two(true).await;
    assert_eq!((answer.status, answer.header("location")), (307, None));
}

#[tokio::test]
async fn streams_that_break_off() {
    let world = World::new().await;
    for after_events in [0, 1, 3] {
        let answer = befallen(&world, &format!("cut={after_events}"), true).await;
        assert_eq!((answer.status, answer.is_whole), (200, false));
        assert_eq!(answer.documents().len(), after_events);

        let answer = befallen(&world, &format!("end={after_events}"), true).await;
        assert_eq!((answer.status, answer.is_whole), (200, true));
        assert_eq!(answer.events().len(), after_events);
    }
    let answer = befallen(&world, "cut-body", true).await;
    assert!(!answer.is_whole);
    assert_eq!(answer.documents().len(), 1);
    assert!(!answer.body().ends_with('\n'));
    // After the last event and no further.
    let answer = befallen(&world, "cut=7", true).await;
    assert_eq!((answer.events().last().unwrap().as_str(), answer.is_whole), ("[DONE]", false));
    assert!(befallen(&world, "cut=8", true).await.is_whole);
}

#[tokio::test]
async fn whole_answers_that_break_off() {
    let world = World::new().await;
    for fault in ["cut-body", "cut=3"] {
        let answer = befallen(&world, fault, false).await;
        assert_eq!((answer.status, answer.is_whole), (200, false));
        let length: usize = answer.header("content-length").unwrap().parse().unwrap();
        assert_eq!(answer.body().len(), length / 2);
    }
    let answer = befallen(&world, "garbage=0", false).await;
    assert!(answer.is_whole && serde_json::from_str::<serde_json::Value>(&answer.body()).is_err());
}

#[tokio::test]
async fn events_that_are_wrong_or_missing() {
    let world = World::new().await;
    let right = world.ask_two_by_two(true).await.events().len();

    let answer = befallen(&world, "garbage=2", true).await;
    assert!(answer.is_whole);
    assert_eq!((answer.events().len(), answer.documents().len()), (right + 1, right - 1));
    assert!(answer.events()[2].contains("upstream connect error"));

    let answer = befallen(&world, "error=2", true).await;
    let documents = answer.documents();
    assert_eq!((documents.len(), answer.is_whole), (3, true));
    assert_eq!(documents[2]["error"]["message"], "upstream failed");

    let answer = befallen(&world, "no-done", true).await;
    assert_eq!((answer.events().len(), answer.documents().len()), (right - 1, right - 1));
    let answer = befallen(&world, "no-finish", true).await;
    assert_eq!(answer.events().len(), right - 1);
    assert!(answer.documents().iter().all(|d| d["choices"][0]["finish_reason"].is_null()));
    assert_eq!(answer.events().last().unwrap(), "[DONE]");

    let answer = befallen(&world, "garbage-lines", true).await;
    let body = answer.body();
    assert_eq!(answer.events().len(), right);
    assert!(body.contains(": keep-alive 3\n") && body.contains("\nunknown: field\nlonely\n"));

    for stream in [false, true] {
        let answer = befallen(&world, "content-type", stream).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain")));
    }
}

#[tokio::test]
async fn the_native_stream_fails_in_its_own_shape() {
    let world = World::new().await;
    let document = json!({
        "compartmentId": "c",
        "servingMode": { "servingType": "ON_DEMAND", "modelId": "xai.grok-4" },
        "chatRequest": { "apiFormat": "GENERIC", "isStream": true, "messages": [{ "role": "USER" }] },
    });
    world.emulator.push_fault(Fault::StreamError { after_events: 1 });
    let documents = world.ask(NATIVE, &document).await.documents();
    assert_eq!(documents[1], json!({ "code": "500", "message": "Internal server error" }));
    world.emulator.push_fault(Fault::CutStream { after_events: 1 });
    let answer = world.ask(NATIVE, &document).await;
    assert_eq!((answer.documents().len(), answer.is_whole), (1, false));
}

#[tokio::test]
async fn connections_that_fall_silent_or_close() {
    let world = World::new().await;
    let bytes = world.post(CHAT, two_by_two(true).to_string().as_bytes()).to_bytes();

    world.emulator.push_fault(Fault::HangUp);
    let mut connection = world.connect().await;
    connection.send(&bytes).await;
    assert!(connection.read_head().await.is_none());

    // The emulator has the request and gives no answer; leaving ends it on the other side too.
    world.emulator.push_fault(Fault::Stall);
    let mut connection = world.connect().await;
    connection.send(&bytes).await;
    let requests = world.emulator.wait_until(|requests| requests.len() == 2).await;
    assert_eq!(requests[1].status, None);
    drop(connection);

    for events in [0, 2] {
        world.emulator.push_fault(Fault::StallAfter { events });
        let mut connection = world.connect().await;
        connection.send(&bytes).await;
        let mut answer = connection.read_head().await.unwrap();
        assert_eq!(answer.status, 200);
        for _ in 0..events {
            assert!(connection.read_chunk(&mut answer).await);
        }
        assert_eq!(answer.documents().len(), events);
        let requests = world.emulator.requests();
        let last = requests.last().unwrap();
        assert_eq!((last.status, last.is_complete), (Some(200), false));
    }
}

#[tokio::test]
async fn a_delay_comes_before_the_headers() {
    let world = World::new().await;
    let delay = Duration::from_millis(30);
    world.emulator.push_fault(Fault::Delay(delay));
    let begin = Instant::now();
    let answer = world.ask_two_by_two(true).await;
    // Never less than asked for; how much more is up to the machine.
    assert!(begin.elapsed() >= delay);
    assert!(answer.is_whole);
}

#[tokio::test]
async fn tokens_can_be_slowed_down() {
    let delay = Duration::from_millis(10);
    let world = World::with(|builder| builder.token_delay(delay)).await;
    let begin = Instant::now();
    let answer = world.ask_two_by_two(true).await;
    assert!(begin.elapsed() >= delay * 4);
    assert_eq!(answer.pieces.len(), 7);
}

#[tokio::test]
async fn a_lasting_fault_and_one_shots_before_it() {
    let world = World::with(|builder| builder.fault(Fault::status(500))).await;
    let status = async || world.ask_two_by_two(false).await.status;
    assert_eq!(status().await, 500);
    world.emulator.push_fault(Fault::status(429));
    world.emulator.push_fault(Fault::status(404));
    assert_eq!([status().await, status().await, status().await], [429, 404, 500]);
    world.emulator.set_fault(None);
    assert_eq!(status().await, 200);
}

#[tokio::test]
async fn only_authentic_chat_requests_use_a_fault_up() {
    let world = World::new().await;
    world.emulator.push_fault(Fault::status(429));
    let mut message = world.post(CHAT, two_by_two(false).to_string().as_bytes());
    message.set("host", "elsewhere");
    assert_eq!(world.send(&message).await.status, 401);
    assert_eq!(world.ask("/nothing", &json!({})).await.status, 404);
    assert_eq!(world.ask_two_by_two(false).await.status, 429);
    assert_eq!(world.ask_two_by_two(false).await.status, 200);
}
