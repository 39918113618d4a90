//! Every way to get a signature wrong is answered with the same 401, and the reason is kept.

use std::time::Duration;

use oci_emulator::Rejection;

use crate::signer::Message;
use crate::world::{CHAT, World, now, two_by_two};

/// Sends what must be refused; nothing of the reason may show on the wire.
async fn check(world: &World, what: &str, message: &Message) -> Rejection {
    let answer = world.send(message).await;
    assert_eq!(answer.status, 401, "{what}: {message:?}");
    assert!(answer.header("opc-request-id").is_some(), "{what}");
    if message.method != "HEAD" {
        let expected = serde_json::json!({
            "code": "NotAuthenticated",
            "message": "The required information to complete authentication was not provided or was \
                        incorrect.",
        });
        assert_eq!(answer.json(), expected, "{what}");
    }
    let last = world.emulator.rejections().pop().unwrap();
    assert_eq!(Some(last.opc_request_id.as_str()), answer.header("opc-request-id"));
    last.rejection.unwrap()
}

fn good(world: &World) -> Message {
    world.post(&format!("{CHAT}?a=b"), two_by_two(false).to_string().as_bytes())
}

/// The unchanged message is taken, so what is refused is refused for its change.
#[tokio::test]
async fn the_unchanged_message_is_taken() {
    let world = World::new().await;
    assert_eq!(world.send(&good(&world)).await.status, 200);
}

const SIGNED: [&str; 5] = ["date", "host", "content-length", "content-type", "x-content-sha256"];

#[tokio::test]
async fn each_signed_header_dropped_duplicated_or_altered() {
    let world = World::new().await;
    for name in SIGNED {
        let mut dropped = good(&world);
        dropped.remove(name);
        if name == "content-length" {
            // Otherwise the body would be read as the next request.
            dropped.body.clear();
        }
        if name != "host" {
            check(&world, &format!("{name} dropped"), &dropped).await;
        }

        let mut twice = good(&world);
        let value = twice.header(name).unwrap().to_owned();
        twice.headers.push((name.to_ascii_uppercase(), value));
        let reason = check(&world, &format!("{name} twice"), &twice).await;
        assert_eq!(reason, Rejection::Repeated(name.into()));
    }
    for (name, value) in [
        ("date", httpdate::fmt_http_date(now() + Duration::from_secs(1))),
        ("host", "127.0.0.1:2".into()),
        ("host", "127.0.0.1:01".into()),
        ("content-type", "application/json; charset=utf-8".into()),
        ("content-type", "Application/json".into()),
        ("x-content-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".into()),
        ("x-content-sha256", String::new()),
    ] {
        let mut altered = good(&world);
        altered.set(name, &value);
        check(&world, &format!("{name} altered"), &altered).await;
    }
}

#[tokio::test]
async fn a_missing_host() {
    let world = World::new().await;
    let mut message = good(&world);
    message.remove("host");
    let reason = check(&world, "host dropped", &message).await;
    assert_eq!(reason, Rejection::Missing("host".into()));
}

#[tokio::test]
async fn method_target_and_body_altered() {
    let world = World::new().await;
    for method in ["PUT", "PATCH", "GET", "DELETE", "OPTIONS", "post", "BREW"] {
        let mut message = good(&world);
        message.method = method.into();
        check(&world, method, &message).await;
    }
    let base = "http://127.0.0.1:1";
    for target in [
        CHAT.to_owned(),
        format!("{CHAT}?"),
        format!("{CHAT}?a=c"),
        format!("{CHAT}?a=b&"),
        format!("{CHAT}?a=b#f"),
        format!("{CHAT}?%61=b"),
        format!("/{CHAT}?a=b"),
        format!("{CHAT}/?a=b"),
        format!("{}?a=b", CHAT.to_uppercase()),
        format!("/x/..{CHAT}?a=b"),
        format!("{base}{CHAT}?a=b"),
    ] {
        let mut message = good(&world);
        message.target = target;
        check(&world, "target", &message).await;
    }
    for index in [0, 10, 40] {
        let mut message = good(&world);
        message.body[index] ^= 1;
        let reason = check(&world, "body", &message).await;
        assert!(matches!(reason, Rejection::Digest { .. }), "{reason}");
    }
    let mut shorter = good(&world);
    shorter.body.pop();
    shorter.set("content-length", &shorter.body.len().to_string());
    check(&world, "shorter body", &shorter).await;
    let mut empty = good(&world);
    empty.body.clear();
    empty.set("content-length", "0");
    check(&world, "no body", &empty).await;
}

/// Signed as it is sent, yet wrong: form and value are judged, not only the signature.
#[tokio::test]
async fn well_signed_and_still_wrong() {
    let world = World::new().await;
    let resigned = |name: &str, value: &str| {
        let mut message = good(&world);
        message.set(name, value);
        world.signer.sign_usual(&mut message);
        message
    };
    for seconds in [301, 3600, 86_400 * 365] {
        for time in [now() - Duration::from_secs(seconds), now() + Duration::from_secs(seconds)] {
            let message = resigned("date", &httpdate::fmt_http_date(time));
            let reason = check(&world, "skew", &message).await;
            assert!(matches!(reason, Rejection::Skew { .. }), "{reason}");
        }
    }
    let good_date = httpdate::fmt_http_date(now());
    for date in [
        "",
        "now",
        "1788688081",
        "2026-09-06T09:48:01Z",
        "Sunday, 06-Sep-26 09:48:01 GMT",
        "Sun Sep  6 09:48:01 2026",
        "Mon, 06 Sep 2026 09:48:01 GMT",
        "Sun, 6 Sep 2026 09:48:01 GMT",
        "Sun, 06 Sep 2026 09:48:01 +0000",
        &good_date.to_lowercase(),
        &good_date.replace("GMT", "UTC"),
    ] {
        let reason = check(&world, date, &resigned("date", date)).await;
        assert!(matches!(reason, Rejection::DateForm(_)), "{reason}");
    }
    let digest_of_other = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let good_digest = good(&world).header("x-content-sha256").unwrap().to_owned();
    for digest in
        [digest_of_other, "", good_digest.trim_end_matches('='), &good_digest.to_lowercase()]
    {
        let reason = check(&world, digest, &resigned("x-content-sha256", digest)).await;
        assert!(matches!(reason, Rejection::Digest { .. }), "{reason}");
    }
    let mut padded = good(&world);
    padded.set("content-length", &format!("0{}", padded.body.len()));
    world.signer.sign_usual(&mut padded);
    let reason = check(&world, "content-length with a zero in front", &padded).await;
    assert!(matches!(reason, Rejection::ContentLength { .. }), "{reason}");

    let mut absolute = good(&world);
    absolute.target = format!("http://127.0.0.1:1{CHAT}");
    world.signer.sign_usual(&mut absolute);
    assert_eq!(check(&world, "absolute form", &absolute).await, Rejection::TargetForm);
}

#[tokio::test]
async fn x_date_wins_over_date() {
    let world = World::new().await;
    // Signed date, but the unsigned x-date is the one that counts.
    let mut message = good(&world);
    message.set("x-date", &httpdate::fmt_http_date(now()));
    let reason = check(&world, "x-date not signed", &message).await;
    assert_eq!(reason, Rejection::NotSigned("x-date".into()));

    message.set("x-date", &httpdate::fmt_http_date(now() + Duration::from_secs(301)));
    let list = message.usual_list().replacen("date", "date x-date", 1);
    world.signer.sign(&mut message, &list);
    let reason = check(&world, "x-date off", &message).await;
    assert!(matches!(reason, Rejection::Skew { .. }), "{reason}");
}

#[tokio::test]
async fn the_list_of_signed_headers() {
    let world = World::new().await;
    let list = good(&world).usual_list();
    let names: Vec<&str> = list.split(' ').collect();
    // Each of them left out, and the message signed accordingly.
    for left_out in &names {
        let rest: Vec<&str> = names.iter().copied().filter(|name| name != left_out).collect();
        let mut message = good(&world);
        world.signer.sign(&mut message, &rest.join(" "));
        let reason = check(&world, left_out, &message).await;
        assert_eq!(reason, Rejection::NotSigned((*left_out).into()));
    }
    // Repeats and odd separators, signed accordingly.
    for list in [
        format!("{list} date"),
        format!("{list} Date"),
        format!("{list} (request-target)"),
        format!("{list} "),
        list.replacen(' ', "  ", 1),
        list.replace(' ', ","),
        String::new(),
    ] {
        let mut message = good(&world);
        world.signer.sign(&mut message, &list);
        check(&world, &list, &message).await;
    }
    // A header that was not sent.
    let mut message = good(&world);
    world.signer.sign(&mut message, &format!("{list} x-extra"));
    let reason = check(&world, "not sent", &message).await;
    assert_eq!(reason, Rejection::Missing("x-extra".into()));
    // An extra signed header that was sent twice.
    message.headers.extend([("x-extra".into(), String::new()), ("X-Extra".into(), String::new())]);
    let reason = check(&world, "sent twice", &message).await;
    assert_eq!(reason, Rejection::Repeated("x-extra".into()));
    // Shortened or reordered after signing.
    for changed in [
        list.replacen("date (request-target)", "(request-target) date", 1),
        list.replacen(" content-type", "", 1),
    ] {
        let mut message = good(&world);
        let authorization = message.header("authorization").unwrap().replacen(list, &changed, 1);
        message.set("authorization", &authorization);
        check(&world, &changed, &message).await;
    }
}

#[tokio::test]
async fn every_bit_of_a_few_bytes_of_the_signature() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let world = World::new().await;
    let message = good(&world);
    let signature = world.signer.signature(&message, message.usual_list());
    let bytes = STANDARD.decode(&signature).unwrap();
    for index in [0, 1, 127, 255] {
        for bit in 0..8 {
            let mut bytes = bytes.clone();
            bytes[index] ^= 1 << bit;
            let mut message = message.clone();
            let authorization = message
                .header("authorization")
                .unwrap()
                .replace(&signature, &STANDARD.encode(bytes));
            message.set("authorization", &authorization);
            let reason = check(&world, "bit", &message).await;
            assert!(matches!(reason, Rejection::Signature { .. }), "{reason}");
        }
    }
}

#[tokio::test]
async fn parameters_of_the_authorization_header() {
    let world = World::new().await;
    let message = good(&world);
    let right = message.header("authorization").unwrap().to_owned();
    let part = |name: &str| {
        let start = right.find(&format!("{name}=\"")).unwrap();
        let end = start + name.len() + 2 + right[start + name.len() + 2..].find('"').unwrap() + 1;
        right[start..end].to_owned()
    };
    let mut wrong = vec![
        right.replace("Signature ", "signature "),
        right.replace("Signature ", "Bearer "),
        right.replace("Signature ", ""),
        right.replace("Signature ", "Signature"),
        right.replace("rsa-sha256", "rsa-sha1"),
        right.replace("rsa-sha256", "hs2019"),
        right.replace("rsa-sha256", "RSA-SHA256"),
        right.replace("version=\"1\"", "version=\"2\""),
        right.replace("version=\"1\"", "version=\"\""),
        right.replace("\",", "\";"),
        right.replace("\",", "\" , "),
        right.replace('"', ""),
        right.replace('"', "'"),
        right.replace(world.sandbox.user(), "ocid1.user.oc1..somebodyelse"),
        right.replace("keyId=\"", "keyId=\" "),
        format!("{right},"),
        format!("{right} ").trim_end().to_owned() + ",x=\"\"",
        format!("{right},created=\"1\""),
        right[..right.len() - 1].to_owned(),
        "Signature".to_owned(),
        "Signature ".to_owned(),
        String::new(),
        "\u{1f600}".to_owned(),
        "Signature =\"\"".to_owned(),
        format!("Signature {}", "a".repeat(8000)),
        format!("Signature {}", "a=\"\",".repeat(1000)),
    ];
    for name in ["algorithm", "headers", "keyId", "signature"] {
        let part = part(name);
        wrong.push(right.replace(&format!("{part},"), ""));
        wrong.push(format!("{right},{part}"));
        wrong.push(right.replace(&part, &format!("{name}=\"\"")));
        wrong.push(right.replace(&part, &part.to_uppercase()));
    }
    let signature = part("signature");
    wrong.push(right.replace(&signature, &signature.replace("==", "")));
    wrong.push(right.replace(&signature, &signature.replace("==", "== ")));
    wrong.push(right.replace(&signature, "signature=\"AAAA\""));
    for authorization in wrong {
        assert_ne!(authorization, right);
        let mut message = message.clone();
        message.set("authorization", &authorization);
        check(&world, &authorization, &message).await;
    }

    let mut none = message.clone();
    none.remove("authorization");
    assert_eq!(check(&world, "none", &none).await, Rejection::NoAuthorization);
    let mut twice = message.clone();
    twice.headers.push(("Authorization".into(), right));
    let reason = check(&world, "twice", &twice).await;
    assert_eq!(reason, Rejection::Repeated("authorization".into()));
}

#[tokio::test]
async fn a_body_in_chunks_is_not_a_signed_body() {
    let world = World::new().await;
    let mut message = good(&world);
    let body = std::mem::take(&mut message.body);
    message.set("transfer-encoding", "chunked");
    message.body = format!("{:x}\r\n", body.len()).into_bytes();
    message.body.extend(&body);
    message.body.extend(b"\r\n0\r\n\r\n");
    assert_eq!(check(&world, "both", &message).await, Rejection::TransferEncoding);
    message.remove("content-length");
    check(&world, "chunks only", &message).await;
}

#[tokio::test]
async fn nobody_is_told_what_exists_without_a_signature() {
    let world = World::new().await;
    for target in ["/", "/openai/v1/chat/completions", "/nothing"] {
        for method in ["GET", "POST", "OPTIONS"] {
            let mut message = Message::new(method, target, b"", now());
            check(&world, target, &message).await;
            message.set("authorization", "Basic AAAA");
            check(&world, target, &message).await;
        }
    }
}

#[tokio::test]
async fn a_key_that_is_known_but_another() {
    let world = World::new().await;
    let other = World::new().await;
    let mut message = good(&world);
    other.signer.sign_usual(&mut message);
    let reason = check(&world, "unknown key id", &message).await;
    assert!(matches!(reason, Rejection::UnknownKeyId(_)), "{reason}");
    // The other's signature under the known key id.
    let authorization = message.header("authorization").unwrap();
    let authorization = authorization.replace(&other.signer.key_id, &world.signer.key_id);
    message.set("authorization", &authorization);
    let reason = check(&world, "another's signature", &message).await;
    assert!(matches!(reason, Rejection::Signature { .. }), "{reason}");
}

#[tokio::test]
async fn a_rejection_shows_the_string_that_should_have_been_signed() {
    let world = World::new().await;
    let mut message = Message::new("GET", "/x", b"", now());
    world.signer.sign_usual(&mut message);
    message.target = "/y".into();
    let reason = check(&world, "target", &message).await;
    let expected = format!(
        "date: {}\n(request-target): get /y\nhost: 127.0.0.1:1",
        httpdate::fmt_http_date(now()),
    );
    assert_eq!(reason, Rejection::Signature { expected_signing_string: expected });
}

#[tokio::test]
async fn a_rejection_shows_no_token() {
    let world = World::new().await;
    let mut message = good(&world);
    message.set("opc-obo-token", "delegat3d");
    let list = format!("{} opc-obo-token", message.usual_list());
    world.signer.sign(&mut message, &list);
    message.set("content-type", "text/plain");
    let reason = check(&world, "content-type", &message).await;
    assert!(reason.to_string().contains("opc-obo-token: [redacted]"), "{reason}");

    let key_id = format!("keyId=\"{}\"", world.signer.key_id);
    let authorization = message.header("authorization").unwrap();
    let authorization = authorization.replace(&key_id, "keyId=\"ST$t0ken\"");
    message.set("authorization", &authorization);
    let reason = check(&world, "session", &message).await;
    assert_eq!(reason, Rejection::UnknownKeyId("ST$[redacted]".into()));
    let shown = format!("{:?}", world.emulator.requests());
    assert!(!shown.contains("delegat3d") && !shown.contains("t0ken"));
}
