//! Every legal way to sign is taken.

use crate::http::Connection;
use crate::signer::Message;
use crate::world::{CHAT, World, now, two_by_two};

/// Sends a signed message to a path without operation: 404 says that the signature was taken.
async fn check(world: &World, message: &Message) {
    let answer = world.send(message).await;
    let why = world.emulator.rejections();
    assert_eq!(
        answer.status,
        404,
        "{message:?} {:?}",
        why.last().map(|request| &request.rejection)
    );
    assert!(answer.header("opc-request-id").is_some());
    if message.method != "HEAD" {
        assert_eq!(answer.json()["code"], "NotFound");
    }
}

#[tokio::test]
async fn every_method_with_and_without_query_and_body() {
    let world = World::new().await;
    for method in ["GET", "HEAD", "DELETE", "POST", "PUT", "PATCH"] {
        for target in
            ["/x", "/", "/x?", "/x?a=b&a=b&c", "/a//b/%2e%2E/%C3%A4?q=a+b%20c", "/x?a='{}|^`"]
        {
            for body in [&b""[..], b"{}", "{\"\u{e4}\":\"\u{1f600}\"}".as_bytes()] {
                let mut message = Message::new(method, target, body, now());
                if message.header("content-length").is_none() {
                    message.body.clear();
                }
                world.signer.sign_usual(&mut message);
                check(&world, &message).await;
            }
        }
    }
}

#[tokio::test]
async fn any_order_of_headers_and_more_of_them() {
    let world = World::new().await;
    let mut message = Message::new("POST", "/x", b"{}", now());
    message.set("opc-request-id", "abc");
    message.set("opc-obo-token", "to ken");
    for list in [
        "x-content-sha256 content-type content-length host (request-target) date",
        "(request-target) date host content-type content-length x-content-sha256",
        "date (request-target) host opc-obo-token content-length content-type x-content-sha256",
        "date (request-target) host content-length content-type x-content-sha256 opc-request-id",
    ] {
        world.signer.sign(&mut message, list);
        check(&world, &message).await;
    }
}

#[tokio::test]
async fn the_way_of_the_typescript_sdk() {
    let world = World::new().await;
    let mut message = Message::new("POST", "/x", b"{}", now());
    message.set("x-date", &httpdate::fmt_http_date(now()));
    // An unsigned date beside it is of no account, however wrong it is.
    message.set("Date", "yesterday");
    let list = "x-date (request-target) host Content-Type Content-Length x-content-sha256";
    let signature = world.signer.signature(&message, list);
    let key_id = &world.signer.key_id;
    message.set(
        "Authorization",
        &format!(
            "Signature version=\"1\",keyId=\"{key_id}\",algorithm=\"rsa-sha256\",\
             headers=\"{list}\",signature=\"{signature}\""
        ),
    );
    check(&world, &message).await;
}

#[tokio::test]
async fn without_a_version_and_with_blanks_after_commas() {
    let world = World::new().await;
    let mut message = Message::new("GET", "/x", b"", now());
    let list = message.usual_list();
    let signature = world.signer.signature(&message, list);
    let key_id = &world.signer.key_id;
    message.set(
        "Authorization",
        &format!(
            "Signature keyId=\"{key_id}\", headers=\"{list}\", algorithm=\"rsa-sha256\", \
             signature=\"{signature}\""
        ),
    );
    check(&world, &message).await;
}

#[tokio::test]
async fn header_names_in_any_case_and_values_with_blanks_around_them() {
    let world = World::new().await;
    let mut message = world.post("/x", b"{}");
    for (name, value) in &mut message.headers {
        *name = name.to_ascii_uppercase();
        *value = format!(" \t{value}  ");
    }
    check(&world, &message).await;
}

#[tokio::test]
async fn five_minutes_early_or_late() {
    let world = World::new().await;
    let five_minutes = std::time::Duration::from_secs(300);
    for time in [now() - five_minutes, now() + five_minutes] {
        let mut message = Message::new("GET", "/x", b"", time);
        world.signer.sign_usual(&mut message);
        check(&world, &message).await;
    }
}

#[tokio::test]
async fn several_requests_over_one_connection() {
    let world = World::new().await;
    let mut connection = world.connect().await;
    for _ in 0..3 {
        let message = world.post(CHAT, two_by_two(true).to_string().as_bytes());
        let answer = connection.request(&message.to_bytes(), false).await;
        assert_eq!((answer.status, answer.is_whole), (200, true));
        let mut message = Message::new("GET", "/x", b"", now());
        world.signer.sign_usual(&mut message);
        assert_eq!(connection.request(&message.to_bytes(), false).await.status, 404);
    }
    assert!(world.emulator.requests().iter().all(|request| request.connection == 0));
}

#[tokio::test]
async fn pipelined_requests_are_told_apart() {
    let world = World::new().await;
    let one = world.post("/one", b"{\"a\":1}").to_bytes();
    let two = world.post("/two", b"").to_bytes();
    let mut connection = world.connect().await;
    connection.send(&[one, two].concat()).await;
    for _ in 0..2 {
        let mut answer = connection.read_head().await.unwrap();
        connection.read_body(&mut answer, false).await;
        assert_eq!(answer.status, 404);
    }
    let paths: Vec<String> =
        world.emulator.requests().into_iter().map(|request| request.path_and_query).collect();
    assert_eq!(paths, ["/one", "/two"]);
}

#[tokio::test]
async fn bytes_one_at_a_time() {
    let world = World::new().await;
    let mut connection = world.connect().await;
    for byte in world.post(CHAT, two_by_two(false).to_string().as_bytes()).to_bytes() {
        connection.send(&[byte]).await;
    }
    assert_eq!(connection.read_head().await.unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_at_once() {
    let world = World::new().await;
    let bytes = world.post(CHAT, two_by_two(true).to_string().as_bytes()).to_bytes();
    let address = world.emulator.address();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let bytes = bytes.clone();
        tasks.spawn(async move { Connection::open(address).await.request(&bytes, false).await });
    }
    let mut ids = std::collections::BTreeSet::new();
    while let Some(answer) = tasks.join_next().await {
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.is_whole), (200, true));
        ids.insert(answer.header("opc-request-id").unwrap().to_owned());
    }
    assert_eq!(ids.len(), 64);
    assert_eq!(world.emulator.requests().len(), 64);
}

#[tokio::test]
async fn a_tool_that_does_not_chat_gets_its_namespace() {
    let world = World::new().await;
    for (target, method, status) in
        [("/n", "GET", 200), ("/n/?compartmentId=c", "GET", 200), ("/n", "DELETE", 405)]
    {
        let mut message = Message::new(method, target, b"", now());
        world.signer.sign_usual(&mut message);
        let answer = world.send(&message).await;
        assert_eq!(answer.status, status, "{method} {target}");
        match status {
            200 => assert_eq!(answer.json(), "emulator"),
            _ => assert_eq!(answer.header("allow"), Some("GET")),
        }
    }
}
