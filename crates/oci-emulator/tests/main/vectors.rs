//! Requests signed by the official Python SDK.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oci_emulator::{Emulator, Identity, PublicKey, Rejection};
use serde_json::Value;

use crate::http::Connection;
use crate::signer::Message;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/emulator/");

#[tokio::test]
async fn the_official_python_sdk_is_taken() {
    let rows = std::fs::read_to_string(format!("{FOLDER}signed_requests.jsonl")).unwrap();
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();

    let mut accepted = 0;
    // One emulator for each key: some key ids of the rows are shared by several.
    for key_name in ["rsa2048_a", "rsa2048_b", "rsa3072", "rsa4096"] {
        let mut rows = rows.clone();
        rows.retain(|row| row["key_name"] == key_name);
        accepted += check(key_name, &rows).await;
    }
    assert!(accepted >= 50, "{accepted}");
}

/// Sends all rows of one key; returns how many were accepted, as the rows say that they must be.
async fn check(key_name: &str, rows: &[Value]) -> usize {
    let pem = std::fs::read_to_string(format!("{FOLDER}{key_name}.pub.pem")).unwrap();
    let key = PublicKey::from_pem(&pem).unwrap();
    let time = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&time);
    let mut builder = Emulator::builder()
        .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst)));
    for row in rows {
        builder = builder.identity(Identity::new(row["key_id"].as_str().unwrap(), key.clone()));
    }
    let emulator = builder.start().await.unwrap();

    let mut accepted = 0;
    for row in rows {
        time.store(row["timestamp"].as_u64().unwrap(), Ordering::SeqCst);
        let message = message(row);
        let mut connection = Connection::open(emulator.address()).await;
        let answer = connection.request(&message.to_bytes(), message.method == "HEAD").await;
        let rejection = emulator.requests().pop().unwrap().rejection;
        if row["expect"] == "accepted" {
            assert_eq!((answer.status, &rejection), (404, &None), "{}", row["id"]);
            accepted += 1;
        } else {
            assert_eq!(answer.status, 401, "{}", row["id"]);
            let is_unsigned = matches!(rejection, Some(Rejection::NotSigned(_)));
            assert!(is_unsigned, "{} {rejection:?}", row["id"]);
        }
    }
    accepted
}

/// The request as the SDK sent it; a body goes out only where its length was announced.
fn message(row: &Value) -> Message {
    let headers = row["headers"].as_object().unwrap();
    let text = |name: &str| row[name].as_str().unwrap().to_owned();
    Message {
        method: text("method"),
        target: text("path_and_query"),
        headers: headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
        body: if headers.contains_key("content-length") {
            STANDARD.decode(text("body_b64")).unwrap()
        } else {
            Vec::new()
        },
    }
}
