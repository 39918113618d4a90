//! Answers that take their time: each wait has a deadline of its own, and what is slow is no failure within it.

use oci_auth::{Secret, Signer};
use oci_wire::chat::{ChatRequest, Message};
use tokio::time::sleep;

use super::*;
use crate::client::Client;
use crate::deadlines::Deadlines;
use crate::error::{Error, ErrorKind, Timeout};
use crate::retry::RetryPolicy;

/// What a call came to, and when.
type Ended = (Result<String, Error>, Duration);

/// Asks a service that writes one byte after the other, with a pause before each, and then nothing more.
async fn ask(answer: &str, pause: Duration, deadlines: Deadlines, is_streamed: bool) -> Ended {
    let (pool, mut servers) = pool();
    let signer = Signer::bearer(&Secret::from("sk-test")).unwrap();
    let client = Client::builder(Endpoint::parse("http://127.0.0.1:9").unwrap(), signer)
        .service(pool)
        .deadlines(deadlines)
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let bytes = answer.as_bytes().to_vec();
    let serving = tokio::spawn(async move {
        let mut server = servers.recv().await.unwrap();
        asked(&mut server).await.unwrap();
        for byte in bytes {
            sleep(pause).await;
            // Whoever has waited long enough is gone.
            if server.write_u8(byte).await.is_err() {
                return;
            }
        }
        // Whatever it came to, the connection is closed in the end: with the client, or at once.
        assert!(asked(&mut server).await.is_none());
    });
    let start = Instant::now();
    let request = ChatRequest::new("openai.gpt-5.5", [Message::user("What is 2x2?")]);
    let outcome = if is_streamed {
        text(&client, &request).await
    } else {
        client.chat(&request).await.map(|answer| answer.text().to_owned())
    };
    let elapsed = start.elapsed();
    drop(client);
    serving.await.unwrap();
    (outcome, elapsed)
}

async fn text(client: &Client, request: &ChatRequest) -> Result<String, Error> {
    let mut text = String::new();
    let mut stream = client.chat_stream(request).await?;
    while let Some(chunk) = stream.next().await {
        text.push_str(chunk?.text().unwrap_or_default());
    }
    Ok(text)
}

const HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 128\r\n\r\n";
const STREAM: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"4\"}}]}\n\n\
    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 51\r\n\r\n\
    {\"choices\":[{\"index\":0,\"message\":{\"content\":\"4\"}}]}";

const SECOND: Duration = Duration::from_secs(1);

#[track_caller]
fn check((outcome, elapsed): Ended, which: Timeout, seconds: u64) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(which), "{error:?}");
    assert_eq!(elapsed.as_secs(), seconds, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_byte_by_byte_is_an_answer() {
    let stream = format!("{HEAD}{STREAM}");
    // After the finish reason nobody waits for bytes that come one by one.
    let to_finish = stream.len() - "data: [DONE]\n\n".len();
    for (answer, seconds) in [(WHOLE, WHOLE.len()), (stream.as_str(), to_finish)] {
        let is_streamed = answer != WHOLE;
        let (outcome, elapsed) = ask(answer, SECOND, Deadlines::default(), is_streamed).await;
        assert_eq!(outcome.unwrap(), "4", "{answer}");
        assert_eq!(elapsed.as_secs(), seconds as u64, "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn headers_that_are_too_slow_meet_the_deadline_for_the_first_byte() {
    let deadlines = Deadlines { first_byte: SECOND * 30, ..Deadlines::default() };
    for is_streamed in [false, true] {
        check(ask(WHOLE, SECOND, deadlines, is_streamed).await, Timeout::FirstByte, 30);
        // The half of a head, and then nothing.
        let half = &WHOLE[..20];
        check(ask(half, Duration::ZERO, deadlines, is_streamed).await, Timeout::FirstByte, 30);
        check(ask("", SECOND, deadlines, is_streamed).await, Timeout::FirstByte, 30);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_meets_the_deadline_between_its_pieces() {
    let deadlines = Deadlines { idle: SECOND * 20, ..Deadlines::default() };
    let ended = ask(&WHOLE[..WHOLE.len() - 5], Duration::ZERO, deadlines, false).await;
    check(ended, Timeout::Idle, 20);
    let begun = format!("{HEAD}{}", &STREAM[..STREAM.len() / 2]);
    check(ask(&begun, Duration::ZERO, deadlines, true).await, Timeout::Idle, 20);
    // Between two events, however many of their bytes come meanwhile.
    let slow = format!("{HEAD}{STREAM}");
    let deadlines = Deadlines { idle: SECOND * 20, ..Deadlines::default() };
    check(ask(&slow, SECOND, deadlines, true).await, Timeout::Idle, HEAD.len() as u64 + 20);
}

#[tokio::test(start_paused = true)]
async fn the_whole_call_has_a_deadline_wherever_it_is() {
    let slow = format!("{HEAD}{STREAM}");
    for seconds in [10, HEAD.len() as u64 + 30] {
        let total = Some(SECOND * u32::try_from(seconds).unwrap());
        let deadlines = Deadlines { total, ..Deadlines::default() };
        check(ask(&slow, SECOND, deadlines, true).await, Timeout::Total, seconds);
        check(ask(WHOLE, SECOND, deadlines, false).await, Timeout::Total, seconds);
    }
}
