//! Files: uploads small and large, downloads whole and in part, lists, and what is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oci_emulator::{ApiKey, Rejection};
use ring::digest;
use serde_json::Value;

use crate::http::Answer;
use crate::signer::Message;
use crate::world::{World, now};

const FILES: &str = "/openai/v1/files";

async fn part(world: &World, id: &str, range: &str) -> Answer {
    let mut message = Message::new("GET", &format!("{FILES}/{id}/content"), b"", now());
    message.set("opc-compartment-id", world.sandbox.compartment_id());
    message.set("range", range);
    world.signer.sign_usual(&mut message);
    world.send(&message).await
}

#[tokio::test]
async fn a_file_from_upload_to_deletion() {
    let world = World::new().await;
    let parts: [(&str, &[u8]); 4] = [
        ("name=\"purpose\"", b"user_data"),
        ("name=\"expires_after[anchor]\"", b"created_at"),
        ("name=\"expires_after[seconds]\"", b"3600"),
        ("name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf", b"%PDF-\r\n"),
    ];
    let made = world.send_form(FILES, &parts).await.json();
    assert_eq!((&made["object"], &made["status"]), (&"file".into(), &"uploaded".into()));
    assert_eq!((&made["filename"], &made["purpose"]), (&"a.pdf".into(), &"user_data".into()));
    assert_eq!((&made["bytes"], &made["status_details"]), (&7.into(), &Value::Null));
    let created = made["created_at"].as_u64().unwrap();
    assert_eq!(made["expires_at"], created + 3600);

    let id = made["id"].as_str().unwrap();
    let target = format!("{FILES}/{id}");
    assert_eq!(world.call("GET", &target).await.json()["status"], "processed");
    let content = world.call("GET", &format!("{target}/content")).await;
    assert_eq!((content.status, content.body()), (200, "%PDF-\r\n".to_owned()));
    assert_eq!(content.header("content-disposition"), Some("attachment; filename=\"a.pdf\""));
    assert_eq!(world.call("GET", FILES).await.json()["data"][0]["id"], id);

    let deleted = world.call("DELETE", &target).await.json();
    assert_eq!(deleted, serde_json::json!({ "id": id, "object": "file", "deleted": true }));
    for (method, target) in
        [("GET", target.clone()), ("DELETE", target.clone()), ("GET", format!("{target}/content"))]
    {
        let answer = world.call(method, &target).await;
        assert_eq!(answer.status, 404, "{method} {target}");
        let message = format!("No such File object: {id}");
        assert_eq!(answer.json()["error"]["message"], message, "{method} {target}");
    }
}

#[tokio::test]
async fn a_large_file_is_kept_byte_for_byte() {
    let world = World::new().await;
    let content: Vec<u8> = (0..5_000_011_u32).flat_map(u32::to_le_bytes).collect();
    let id = world.upload("large.bin", &content).await;
    let request = world.emulator.requests().pop().unwrap();
    assert!(request.body.is_empty() && request.body_length > 20_000_044, "{request:?}");
    assert_eq!(request.header("x-content-sha256"), Some(request.body_sha256.as_str()));

    let whole = world.call("GET", &format!("{FILES}/{id}/content")).await;
    assert!(whole.pieces.concat() == content, "the content has changed");
    for (range, place) in [
        ("bytes=0-9", 0..10),
        ("bytes=1048570-2097160", 1_048_570..2_097_161),
        ("bytes=-5", 20_000_039..20_000_044),
        ("bytes=20000000-", 20_000_000..20_000_044),
    ] {
        let answer = part(&world, &id, range).await;
        assert_eq!(answer.status, 206, "{range}");
        let shown = format!("bytes {}-{}/20000044", place.start, place.end - 1);
        assert_eq!(answer.header("content-range"), Some(shown.as_str()));
        assert!(answer.pieces.concat() == content[place], "{range}");
    }
    let beyond = part(&world, &id, "bytes=20000044-").await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */20000044")));
    assert_eq!(part(&world, &id, "bytes=0-1,4-5").await.status, 200);
}

#[tokio::test]
async fn an_upload_is_as_its_digest_says() {
    let world = World::new().await;
    let body = b"--e\r\ncontent-disposition: form-data; name=x\r\n\r\ny\r\n--e--";
    let mut message = Message::new("POST", FILES, body, now());
    message.set("content-type", "multipart/form-data; boundary=e");
    message.set("x-content-sha256", &STANDARD.encode(digest::digest(&digest::SHA256, b"other")));
    world.signer.sign_usual(&mut message);
    assert_eq!(world.send(&message).await.status, 401);
    let rejection = world.emulator.requests().pop().unwrap().rejection;
    assert!(matches!(rejection, Some(Rejection::Digest { .. })), "{rejection:?}");
}

#[tokio::test]
async fn an_api_key_uploads_in_chunks() {
    let world = World::with(|builder| builder.api_key(ApiKey::new("sk-one"))).await;
    let form = "--e\r\ncontent-disposition: form-data; name=purpose\r\n\r\nassistants\r\n--e\r\n\
                content-disposition: form-data; name=file; filename=a\r\n\r\nhello\r\n--e--\r\n";
    let (first, second) = form.split_at(70);
    let request = format!(
        "POST {FILES} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-one\r\n\
         content-type: multipart/form-data; boundary=e\r\ntransfer-encoding: chunked\r\n\r\n\
         {:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len(),
    );
    let answer = world.connect().await.request(request.as_bytes(), false).await;
    assert_eq!((answer.status, &answer.json()["bytes"]), (200, &5.into()), "{}", answer.body());
}

#[tokio::test]
async fn lists_have_cursors_purposes_and_an_order() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(world.upload(&format!("{number}.txt"), b"x").await);
    }
    let check = async |query: &str, expected: &[usize], has_more: bool| {
        let list = world.call("GET", &format!("{FILES}{query}")).await.json();
        let found: Vec<&str> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["id"].as_str().unwrap())
            .collect();
        let expected: Vec<&str> = expected.iter().map(|at| ids[*at].as_str()).collect();
        assert_eq!((found, &list["has_more"]), (expected, &has_more.into()), "{query}");
    };
    check("", &[4, 3, 2, 1, 0], false).await;
    check("?order=asc&limit=2", &[0, 1], true).await;
    check(&format!("?order=asc&limit=2&after={}", ids[1]), &[2, 3], true).await;
    check(&format!("?limit=2&after={}", ids[2]), &[1, 0], false).await;
    check(&format!("?limit=2&before={}", ids[1]), &[3, 2], true).await;
    check("?purpose=user_data", &[4, 3, 2, 1, 0], false).await;
    check("?purpose=vision", &[], false).await;
    for query in ["?limit=0", "?limit=10001", "?order=up"] {
        assert_eq!(world.call("GET", &format!("{FILES}{query}")).await.status, 400, "{query}");
    }
    assert_eq!(world.call("GET", &format!("{FILES}?after=file-none")).await.status, 404);
}

#[tokio::test]
async fn a_file_expires() {
    let passed = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let time = move || now() + Duration::from_secs(clock.load(Ordering::SeqCst));
    let world = World::with(|builder| builder.api_key(ApiKey::new("sk-one")).clock(time)).await;
    let parts: [(&str, &[u8]); 4] = [
        ("name=\"purpose\"", b"user_data"),
        ("name=\"expires_after[anchor]\"", b"created_at"),
        ("name=\"expires_after[seconds]\"", b"3600"),
        ("name=\"file\"; filename=\"a.txt\"", b"x"),
    ];
    let id = world.send_form(FILES, &parts).await.json()["id"].as_str().unwrap().to_owned();
    let get =
        format!("GET {FILES}/{id} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-one\r\n\r\n");
    for (seconds, status) in [(3599, 200), (3600, 404)] {
        passed.store(seconds, Ordering::SeqCst);
        let answer = world.connect().await.request(get.as_bytes(), false).await;
        assert_eq!(answer.status, status, "after {seconds} seconds");
    }
}

#[tokio::test]
async fn uploads_that_are_refused() {
    let world = World::new().await;
    let purpose: (&str, &[u8]) = ("name=\"purpose\"", b"user_data");
    let file: (&str, &[u8]) = ("name=\"file\"; filename=\"a.txt\"", b"x");
    let check = async |parts: &[(&str, &[u8])], param: &str, message: &str| {
        let answer = world.send_form(FILES, parts).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["param"]), (400, &param.into()), "{}", answer.body());
        let found = error["message"].as_str().unwrap();
        assert!(found.contains(message), "{found}");
    };
    check(&[purpose], "file", "Missing required parameter").await;
    check(&[file], "purpose", "Missing required parameter").await;
    check(&[purpose, ("name=\"file\"", b"x")], "file", "expected a filename").await;
    check(&[("name=\"purpose\"", b"fun"), file], "purpose", "is not one of").await;
    check(&[("name=\"purpose\"", b"batch"), file], "file", ".jsonl").await;
    check(&[("name=\"purpose\"", b"vision"), file], "file", ".webp").await;
    let seconds: (&str, &[u8]) = ("name=\"expires_after[seconds]\"", b"3600");
    check(&[purpose, seconds, file], "expires_after[anchor]", "created_at").await;
    let anchor: (&str, &[u8]) = ("name=\"expires_after[anchor]\"", b"created_at");
    let short: (&str, &[u8]) = ("name=\"expires_after[seconds]\"", b"3599");
    check(&[purpose, anchor, short, file], "expires_after[seconds]", "3600").await;

    let answer = world.ask(FILES, &serde_json::json!({ "purpose": "user_data" })).await;
    assert_eq!(answer.json()["error"]["code"], "invalid_content_type");
    let mut message = Message::new("POST", FILES, b"--e\r\nno end", now());
    message.set("content-type", "multipart/form-data; boundary=e");
    message.set("opc-compartment-id", world.sandbox.compartment_id());
    world.signer.sign_usual(&mut message);
    assert_eq!(world.send(&message).await.json()["error"]["code"], "invalid_form");
    assert_eq!(world.call("DELETE", FILES).await.status, 405);
    assert_eq!(world.call("GET", FILES).await.json()["data"], serde_json::json!([]));
}

#[tokio::test]
async fn faults_befall_files_as_well() {
    let world = World::new().await;
    let content = vec![7; 3_000_000];
    let id = world.upload("large.bin", &content).await;
    let target = format!("{FILES}/{id}/content");
    for (fault, most) in [("cut-bytes=2000001", 2_000_001), ("cut-body", 1_500_000)] {
        world.emulator.push_fault(fault.parse().unwrap());
        let answer = world.call("GET", &target).await;
        assert_eq!((answer.status, answer.is_whole), (200, false), "{fault}");
        assert_eq!(answer.pieces.concat().len(), most, "{fault}");
        assert!(!world.emulator.requests().pop().unwrap().is_complete, "{fault}");
    }
    world.emulator.push_fault("slow-body=1000000,1ms".parse().unwrap());
    assert!(world.call("GET", &target).await.pieces.concat() == content);
    world.emulator.push_fault("status=503".parse().unwrap());
    let parts: [(&str, &[u8]); 2] =
        [("name=\"purpose\"", b"user_data"), ("name=\"file\"; filename=\"a\"", b"x")];
    assert_eq!(world.send_form(FILES, &parts).await.status, 503);
    let list = world.call("GET", FILES).await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "what was refused is not kept");
}

#[tokio::test]
async fn a_response_takes_files_that_there_are() {
    let world = World::new().await;
    let status = async |ids: &[&str]| {
        let files: Vec<Value> = ids
            .iter()
            .map(|id| serde_json::json!({ "type": "input_file", "file_id": id }))
            .collect();
        let request = serde_json::json!({
            "model": "google.gemini-2.5-pro",
            "input": [{ "role": "user", "content": files }],
        });
        let answer = world.ask("/openai/v1/responses", &request).await;
        (answer.status, answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let small = world.upload("a.pdf", b"%PDF-").await;
    let large = world.upload("b.PDF", &vec![b' '; 25_000_001]).await;
    let code = |code: &str| (400, code.to_owned());
    assert_eq!(status(&[small.as_str(); 10]).await.0, 200);
    assert_eq!(status(&[small.as_str(); 11]).await, code("too_many_files"));
    assert_eq!(status(&[&large, &large]).await, code("files_too_large"));
    assert_eq!(status(&["file-none"]).await, code("file_not_found"));
}

#[tokio::test]
async fn faults_befall_uploads_on_their_way() {
    let world = World::new().await;
    let content = vec![b'x'; 3_000_000];
    let parts: [(&str, &[u8]); 2] =
        [("name=\"purpose\"", b"user_data"), ("name=\"file\"; filename=\"a\"", &content)];
    let world = &world;
    let upload = || {
        let message = world.form(FILES, &parts);
        async move {
            let mut connection = world.connect().await;
            // The other side may have closed by then.
            let _ = connection.try_send(&message.to_bytes()).await;
            connection.read_head().await.map(|answer| answer.status)
        }
    };
    world.emulator.push_fault("cut-upload=1000000".parse().unwrap());
    assert_eq!(upload().await, None);
    let cut = world.emulator.requests().pop().unwrap();
    assert!((1_000_000..3_000_000).contains(&cut.body_length), "{cut:?}");
    assert_eq!((cut.status, cut.is_complete), (None, false));

    // No request meets two faults.
    world.emulator.push_fault("stall-upload=1000000".parse().unwrap());
    world.emulator.push_fault("status=503".parse().unwrap());
    let stalled = upload();
    let release = async {
        // Nothing tells when the upload has come to a stop, so it is released until it has ended.
        loop {
            tokio::task::yield_now().await;
            world.emulator.release();
        }
    };
    tokio::select! {
        status = stalled => assert_eq!(status, Some(200)),
        () = release => {}
    }
    assert_eq!(upload().await, Some(503));

    world.emulator.push_fault("early=413".parse().unwrap());
    let small = world.send_form(FILES, &[("name=\"purpose\"", b"user_data")]).await;
    assert_eq!((small.status, small.header("connection")), (413, Some("close")));
    assert_eq!(small.json()["code"], "RequestEntityTooLarge");
    // A request without a body uses such a fault up, as it does with all that do not concern it.
    world.emulator.push_fault("early=503".parse().unwrap());
    assert_eq!(world.call("GET", FILES).await.status, 200);
    assert_eq!(upload().await, Some(200));
}
