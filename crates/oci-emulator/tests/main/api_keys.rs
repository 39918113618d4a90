//! Generative AI API keys: where they open something, and where they do not.

use oci_emulator::{ApiKey, Rejection};

use crate::http::Answer;
use crate::signer::Message;
use crate::world::{CHAT, NATIVE, World, now, two_by_two};

/// A POST with a bearer token in place of a signature and nothing that a signature would need.
async fn post(world: &World, target: &str, authorization: &str) -> Answer {
    let body = two_by_two(false).to_string();
    let mut message = Message::new("POST", target, body.as_bytes(), now());
    message.remove("date");
    message.remove("x-content-sha256");
    message.set("authorization", authorization);
    world.send(&message).await
}

async fn world() -> World {
    World::with(|builder| builder.api_key(ApiKey::new("sk-one")).api_key(ApiKey::new("sk-two")))
        .await
}

#[tokio::test]
async fn either_secret_is_enough_and_no_compartment_is_needed() {
    let world = world().await;
    for (target, authorization) in [
        (CHAT, "Bearer sk-one"),
        (CHAT, "bearer sk-two"),
        ("/20231130/actions/v1/chat/completions", "Bearer sk-one"),
    ] {
        let answer = post(&world, target, authorization).await;
        assert_eq!(answer.status, 200, "{target} {authorization}");
        assert_eq!(answer.json()["choices"][0]["message"]["content"], "2x2 is 4.");
    }
}

#[tokio::test]
async fn a_wrong_key_is_a_401_of_the_inference_service() {
    let world = world().await;
    for authorization in ["Bearer sk-three", "Bearer sk-on", "Bearer sk-one.sk-two"] {
        let answer = post(&world, CHAT, authorization).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("401")));
        let rejection = world.emulator.rejections().pop().unwrap().rejection;
        assert_eq!(rejection, Some(Rejection::UnknownApiKey));
    }
    for authorization in ["Bearer ", "Bearer", "Bearer sk-one sk-two", "Basic sk-one"] {
        assert_eq!(post(&world, CHAT, authorization).await.status, 401, "{authorization}");
    }
    let shown = format!("{:?}", world.emulator.requests());
    assert!(!shown.contains("sk-"), "a key is shown");
}

#[tokio::test]
async fn a_right_key_opens_nothing_elsewhere() {
    let world = world().await;
    for target in [NATIVE, "/20231130/apikeys", "/n"] {
        let answer = post(&world, target, "Bearer sk-one").await;
        assert_eq!(answer.status, 401, "{target}");
        let rejection = world.emulator.rejections().pop().unwrap().rejection;
        assert_eq!(rejection, Some(Rejection::ApiKeyElsewhere));
    }
}

#[tokio::test]
async fn an_unknown_operation_is_told_to_those_who_may_ask() {
    let world = world().await;
    assert_eq!(post(&world, "/openai/v1/nothing", "Bearer sk-one").await.status, 404);
    assert_eq!(post(&world, "/openai/v1/nothing", "Bearer sk-x").await.status, 401);
}
