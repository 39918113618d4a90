//! Conversations: what their metadata may say, and how many items they take at a time.

use serde_json::{Value, json};

use crate::world::World;

const CONVERSATIONS: &str = "/openai/v1/conversations";

#[tokio::test]
async fn metadata_tells_the_memory_what_to_do() {
    let world = World::new().await;
    let memory = json!({
        "memory_subject_id": "user_1",
        "memory_access_policy": "store_only",
        "short_term_memory_optimization": "True",
    });
    let made = world.ask(CONVERSATIONS, &json!({ "metadata": memory })).await.json();
    assert_eq!(made["metadata"], memory);
    let target = format!("{CONVERSATIONS}/{}", made["id"].as_str().unwrap());
    let many: Value = (0..17).map(|number| (number.to_string(), json!("x"))).collect();
    for (metadata, param) in [
        (json!({ "memory_access_policy": "both" }), "metadata.memory_access_policy"),
        (
            json!({ "short_term_memory_optimization": "true" }),
            "metadata.short_term_memory_optimization",
        ),
        (json!({ "long": "x".repeat(513) }), "metadata"),
        (json!({ "x".repeat(65): "long" }), "metadata"),
        (many, "metadata"),
    ] {
        for target in [CONVERSATIONS, &target] {
            let answer = world.ask(target, &json!({ "metadata": metadata })).await;
            assert_eq!(
                (answer.status, &answer.json()["error"]["param"]),
                (400, &param.into()),
                "{metadata}"
            );
        }
    }
    assert_eq!(world.call("GET", &target).await.json()["metadata"], memory);
}

#[tokio::test]
async fn items_come_twenty_at_a_time() {
    let world = World::new().await;
    let items =
        |count: usize| json!({ "items": vec![json!({ "role": "user", "content": "hi" }); count] });
    let made = world.ask(CONVERSATIONS, &items(20)).await;
    assert_eq!(made.status, 200);
    let target = format!("{CONVERSATIONS}/{}/items", made.json()["id"].as_str().unwrap());
    assert_eq!(world.ask(&target, &items(20)).await.json()["data"].as_array().unwrap().len(), 20);
    assert_eq!(world.ask(&target, &items(21)).await.json()["error"]["param"], "items");
    assert_eq!(world.ask(CONVERSATIONS, &items(21)).await.status, 400);
    let mut seen = 0;
    let mut after = String::new();
    loop {
        let page = world.call("GET", &format!("{target}?order=asc&limit=15{after}")).await.json();
        seen += page["data"].as_array().unwrap().len();
        if page["has_more"] == false {
            break;
        }
        after = format!("&after={}", page["last_id"].as_str().unwrap());
    }
    assert_eq!(seen, 40);
}
