//! Bytes that no client sends in good faith; the emulator answers or closes, and serves the next one.

use crate::http::Connection;
use crate::signer::Message;
use crate::world::{CHAT, World, now, two_by_two};

/// Sends raw bytes; the status of the answer, or none if the connection is closed without one.
async fn status(world: &World, bytes: &[u8]) -> Option<u16> {
    let mut connection: Connection = world.connect().await;
    connection.send(bytes).await;
    connection.read_head().await.map(|answer| answer.status)
}

#[tokio::test]
async fn malformed_heads() {
    let world = World::new().await;
    for (bytes, expected) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..], Some(400)),
        (b"GET\r\n\r\n", Some(400)),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", Some(400)),
        (b"GET / HTTP/1.1\r\n: x\r\n\r\n", Some(400)),
        (b"GET / HTTP/1.1\r\na : x\r\n\r\n", Some(400)),
        (b"GET / HTTP/1.1\r\na: x\r\n folded\r\n\r\n", Some(400)),
        (b"GET / HTTP/1.1\r\na: \x00\r\n\r\n", Some(400)),
        (b"GET /\xff HTTP/1.1\r\n\r\n", Some(400)),
        (b"GET / HTTP/9.9\r\n\r\n", Some(400)),
        (b"GET  /  HTTP/1.1\r\n\r\n", Some(400)),
        (b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", Some(400)),
        (b"POST / HTTP/1.1\r\ncontent-length: 1, 1\r\n\r\nx", Some(400)),
        (b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx", Some(400)),
        (b"POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n", Some(400)),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n", Some(400)),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", Some(400)),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
        (b"GET / HTTP/1.0\r\n\r\n", Some(505)),
        (b"\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n", Some(401)),
        (b"GET / HTTP/1.1\nhost: x\n\n", Some(401)),
        (b"GET / HTTP/1.1\r\nhost: \xff\xfe\r\nauthorization: \xff\r\n\r\n", Some(401)),
        (b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", Some(401)),
        (b"CONNECT a:1 HTTP/1.1\r\nhost: x\r\n\r\n", Some(401)),
        (b"GET http://[::1 HTTP/1.1\r\nhost: x\r\n\r\n", Some(400)),
    ] {
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(status(&world, bytes).await, expected, "{text:?}");
    }
    assert_eq!(world.ask_two_by_two(true).await.status, 200);
}

#[tokio::test]
async fn heads_and_bodies_beyond_the_limits() {
    let world = World::new().await;
    let many = (0..200).map(|number| format!("h{number}: x\r\n")).collect::<String>();
    let many = format!("GET / HTTP/1.1\r\n{many}\r\n");
    assert_eq!(status(&world, many.as_bytes()).await, Some(431));
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(60 * 1024));
    assert_eq!(status(&world, long.as_bytes()).await, Some(401));

    // The headers alone tell that the body is too large; it is not waited for.
    let declared = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 16777217\r\n\r\n";
    assert_eq!(status(&world, declared).await, Some(413));
    let chunked = [
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1000001\r\n".to_vec(),
        vec![b'x'; 0x0100_0001],
    ]
    .concat();
    let mut connection = world.connect().await;
    connection.send(&chunked).await;
    assert_eq!(connection.read_head().await.unwrap().status, 413);

    // At the limit all is well.
    let body = vec![b' '; 16 * 1024 * 1024];
    assert_eq!(world.send(&world.post(CHAT, &body)).await.status, 400);
    assert_eq!(world.ask_two_by_two(true).await.status, 200);
}

#[tokio::test]
async fn requests_that_stop_in_the_middle() {
    let world = World::new().await;
    let bytes = world.post(CHAT, two_by_two(true).to_string().as_bytes()).to_bytes();
    for length in [0, 1, 20, bytes.len() / 2, bytes.len() - 1] {
        let mut connection = world.connect().await;
        connection.send(&bytes[..length]).await;
    }
    assert_eq!(world.ask_two_by_two(true).await.status, 200);
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_an_answer() {
    let world = World::new().await;
    world.emulator.push_fault(oci_emulator::Fault::StallAfter { events: 1 });
    let mut connection = world.connect().await;
    connection.send(&world.post(CHAT, two_by_two(true).to_string().as_bytes()).to_bytes()).await;
    connection.read_head().await.unwrap();
    drop(connection);
    assert!(world.ask_two_by_two(true).await.is_whole);
    let requests = world.emulator.wait_until(|requests| requests[1].is_complete).await;
    assert!(!requests[0].is_complete);
}

/// A second request hidden behind a body must never be read under another's head.
#[tokio::test]
async fn what_follows_an_odd_request_is_not_mistaken() {
    let world = World::new().await;
    let mut message = Message::new("POST", "/x", b"", now());
    message.set("transfer-encoding", "chunked");
    let hidden = world.post(CHAT, two_by_two(false).to_string().as_bytes()).to_bytes();
    let mut connection = world.connect().await;
    connection.send(&[message.to_bytes(), b"0\r\n\r\n".to_vec(), hidden].concat()).await;
    let mut answer = connection.read_head().await.unwrap();
    assert_eq!((answer.status, answer.header("connection")), (401, Some("close")));
    connection.read_body(&mut answer, false).await;
    assert!(connection.read_head().await.is_none());
    assert_eq!(world.emulator.requests().len(), 1);
}
