//! Every fault of bytes and connections, in every dialect.

use oci_emulator::Fault;
use serde_json::{Value, json};

use crate::http::{Answer, Connection};
use crate::responses::RESPONSES;
use crate::signer::Message;
use crate::world::{CHAT, NATIVE, World, chat_details, two_by_two};

/// A request for a stream in each dialect, and one for a whole answer of each kind.
fn requests() -> Vec<(&'static str, &'static str, Value)> {
    let generic = json!({
        "apiFormat": "GENERIC",
        "isStream": true,
        "messages": [{ "role": "USER", "content": [{ "type": "TEXT", "text": "2x2" }] }],
    });
    let cohere = json!({ "apiFormat": "COHERE", "isStream": true, "message": "2x2" });
    let mut second = generic.clone();
    second["apiFormat"] = json!("COHEREV2");
    let cohere_model = "cohere.command-a-03-2025";
    let response = json!({ "model": "openai.gpt-oss-120b", "input": "2x2", "stream": true });
    let compartment = "ocid1.compartment.oc1..emulator";
    let serving = json!({ "servingType": "ON_DEMAND", "modelId": "cohere.embed-v4.0" });
    let embed = json!({ "compartmentId": compartment, "servingMode": serving, "inputs": ["a"] });
    vec![
        ("chat completions", CHAT, two_by_two(true)),
        ("GENERIC", NATIVE, chat_details("xai.grok-4", generic)),
        ("COHERE", NATIVE, chat_details(cohere_model, cohere)),
        ("COHEREV2", NATIVE, chat_details(cohere_model, second)),
        ("responses", RESPONSES, response),
        ("a whole answer", CHAT, two_by_two(false)),
        ("embeddings", "/20231130/actions/embedText", embed),
    ]
}

fn post(world: &World, target: &str, document: &Value) -> Message {
    world.post(target, document.to_string().as_bytes())
}

/// The answer under a fault; `None` if the connection ended before there was a head.
async fn befallen(world: &World, fault: &str, target: &str, document: &Value) -> Option<Answer> {
    world.emulator.push_fault(fault.parse().unwrap());
    let mut connection = world.connect().await;
    connection.send(&post(world, target, document).to_bytes()).await;
    let mut answer = connection.read_head().await?;
    connection.read_body(&mut answer, false).await;
    Some(answer)
}

fn bytes(answer: &Answer) -> Vec<u8> {
    answer.pieces.concat()
}

/// The body without what is different each time.
fn length(answer: &Answer) -> usize {
    bytes(answer).len()
}

#[tokio::test]
async fn cuts_at_any_byte() {
    let world = World::new().await;
    for (what, target, document) in requests() {
        let whole = world.ask(target, &document).await;
        assert!(whole.is_whole, "{what}");
        for cut in [0, 1, length(&whole) / 3, length(&whole) - 1] {
            let answer =
                befallen(&world, &format!("cut-bytes={cut}"), target, &document).await.unwrap();
            assert_eq!((answer.is_whole, length(&answer)), (false, cut), "{what}");
        }
        let far = format!("cut-bytes={}", length(&whole) + 1);
        assert!(befallen(&world, &far, target, &document).await.unwrap().is_whole, "{what}");
    }
}

#[tokio::test]
async fn heads_that_are_half_there_or_none() {
    let world = World::new().await;
    for (what, target, document) in requests() {
        for fault in ["half-head", "garbage-head"] {
            world.emulator.push_fault(fault.parse().unwrap());
            let found = raw(&world, &post(&world, target, &document)).await;
            let text = String::from_utf8_lossy(&found);
            let is_half = text.starts_with("HTTP/1.1 200") && !text.contains("\r\n\r\n");
            assert_eq!(is_half, fault == "half-head", "{what}: {text}");
            assert_eq!(text.starts_with("SSH-"), fault == "garbage-head", "{what}: {text}");
        }
        // Only that connection has suffered.
        assert_eq!(world.ask(target, &document).await.status, 200);
    }
}

/// Everything that comes before the connection ends.
async fn raw(world: &World, message: &Message) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(world.emulator.address()).await.unwrap();
    stream.write_all(&message.to_bytes()).await.unwrap();
    let mut found = Vec::new();
    let read = tokio::time::timeout(crate::http::PATIENCE, stream.read_to_end(&mut found));
    // A reset is an end as well.
    let _ = read.await.expect("an end in time");
    found
}

#[tokio::test]
async fn resets_are_told_from_ends() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::new().await;
    for (what, target, document) in requests() {
        for fault in ["reset", "reset=1"] {
            world.emulator.push_fault(fault.parse().unwrap());
            let mut stream =
                tokio::net::TcpStream::connect(world.emulator.address()).await.unwrap();
            let message = post(&world, target, &document);
            stream.write_all(&message.to_bytes()).await.unwrap();
            let mut found = Vec::new();
            let read = tokio::time::timeout(crate::http::PATIENCE, stream.read_to_end(&mut found));
            let error = read.await.expect("an end in time").unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{what} {fault}");
        }
    }
}

/// The data of the events, without what is different each time.
fn shape(answer: &Answer) -> Vec<usize> {
    answer.events().iter().map(String::len).collect()
}

#[tokio::test]
async fn one_piece_slow_pieces_and_names_change_nothing() {
    let world = World::new().await;
    for (what, target, document) in requests() {
        let whole = world.ask(target, &document).await;
        let one = befallen(&world, "one-chunk", target, &document).await.unwrap();
        assert_eq!(
            (one.pieces.len(), shape(&one), one.is_whole),
            (1, shape(&whole), true),
            "{what}"
        );
        let slow = befallen(&world, "slow-body=900,1ms", target, &document).await.unwrap();
        assert_eq!((shape(&slow), slow.is_whole), (shape(&whole), true), "{what}");
        let named = befallen(&world, "event-names", target, &document).await.unwrap();
        assert_eq!(shape(&named), shape(&whole), "{what}");
        assert_eq!(named.body().contains("event: response.completed\n"), what == "responses");
        let loose = befallen(&world, "single-newlines", target, &document).await.unwrap();
        assert_eq!(shape(&loose), shape(&whole), "{what}");
        assert!(!loose.body().contains("\n\n"), "{what}");
    }
}

#[tokio::test]
async fn errors_within_streams_are_of_the_dialect() {
    let world = World::new().await;
    for (what, target, document) in requests().into_iter().take(5) {
        let answer = befallen(&world, "error=2", target, &document).await.unwrap();
        let last = answer.documents().pop().unwrap();
        match what {
            "chat completions" => assert_eq!(last["error"]["type"], "server_error"),
            "responses" => {
                assert_eq!((&last["type"], &last["param"]), (&json!("error"), &Value::Null));
            }
            _ => assert_eq!(last["code"], "500"),
        }
        let answer = befallen(&world, "fail=2", target, &document).await.unwrap();
        let last = answer.documents().pop().unwrap();
        match what {
            "responses" => {
                assert_eq!(
                    (&last["type"], &last["sequence_number"]),
                    (&json!("response.failed"), &json!(2))
                );
                assert_eq!(last["response"]["error"]["code"], "server_error");
            }
            "COHERE" | "COHEREV2" => {
                assert_eq!(last["finishReason"], "ERROR");
                assert!(last["errorMessage"].is_string());
            }
            _ => assert!(last["error"].is_object() || last["code"] == "500"),
        }
        let answer = befallen(&world, "no-finish", target, &document).await.unwrap();
        assert_eq!(shape(&answer).len() + 1, shape(&world.ask(target, &document).await).len());
        let answer = befallen(&world, "big-event=100000", target, &document).await.unwrap();
        assert!(shape(&answer).iter().filter(|length| **length > 100_000).count() == 1, "{what}");
    }
}

#[tokio::test]
async fn what_is_held_goes_on_when_it_is_released() {
    let world = World::new().await;
    for (what, target, document) in requests() {
        let whole = world.ask(target, &document).await;
        for fault in ["stall", "stall=1"] {
            let before = world.emulator.requests().len();
            world.emulator.push_fault(fault.parse().unwrap());
            let mut connection = Connection::open(world.emulator.address()).await;
            connection.send(&post(&world, target, &document).to_bytes()).await;
            world.emulator.wait_until(|requests| requests.len() > before).await;
            world.emulator.release();
            let mut answer = connection.read_head().await.unwrap();
            connection.read_body(&mut answer, false).await;
            assert_eq!((shape(&answer), answer.is_whole), (shape(&whole), true), "{what} {fault}");
        }
    }
}

#[tokio::test]
async fn other_reasons_for_the_end() {
    let world = World::new().await;
    for (what, target, document) in requests().into_iter().filter(|(what, ..)| *what != "responses")
    {
        let answer = befallen(&world, "finish=new_reason", target, &document).await.unwrap();
        let count = answer.body().matches("new_reason").count();
        assert_eq!(count, usize::from(what != "embeddings"), "{what}");
    }
}

#[tokio::test]
async fn storms_pass() {
    let world = World::new().await;
    for (what, target, document) in requests() {
        world.emulator.push_faults(&Fault::status(503), 3);
        world.emulator.push_fault(Fault::status(401));
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(world.ask(target, &document).await.status);
        }
        assert_eq!(statuses, [503, 503, 503, 401, 200], "{what}");
    }
}
