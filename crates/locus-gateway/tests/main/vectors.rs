//! Embeddings and rankings.

use serde_json::{Value, json};

use crate::Desk;
use crate::http::post;

#[tokio::test]
async fn texts_are_embedded_as_numbers_and_as_base64() {
    let desk = Desk::open().await;
    let body = json!({"model": "oci/cohere.embed-v4.0", "input": ["a", "b"], "input_type": "search_query", "odd": 1});
    for path in ["/v1/embeddings", "/embeddings"] {
        let answer = post(desk.address, path, &body.to_string()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.header("x-locus-losses").unwrap().starts_with("odd"), "{answer:?}");
        let found = answer.json();
        assert_eq!(found["object"], "list");
        assert_eq!(found["data"].as_array().unwrap().len(), 2);
        assert_eq!(found["data"][1]["index"], 1);
    }
    let sent: Value = serde_json::from_slice(&desk.emulator.requests()[0].body).unwrap();
    assert_eq!(sent["inputType"], "SEARCH_QUERY", "{sent}");

    let numbers = post(desk.address, "/v1/embeddings", &body.to_string()).await.json();
    let mut coded = body.clone();
    coded["encoding_format"] = json!("base64");
    let coded = post(desk.address, "/v1/embeddings", &coded.to_string()).await.json();
    let text = coded["data"][0]["embedding"].as_str().unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap();
    let first = f32::from_le_bytes(bytes[..4].try_into().unwrap());
    assert_eq!(numbers["data"][0]["embedding"][0].as_f64().unwrap() as f32, first);

    for tokens in [json!([1, 2]), json!([[1], [2]])] {
        let tokens = json!({"model": "oci/cohere.embed-v4.0", "input": tokens});
        let answer = post(desk.address, "/v1/embeddings", &tokens.to_string()).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["param"]), (400, &json!("input")));
        assert!(error["hint"].as_str().unwrap().contains("check_embedding_ctx_length"), "{error}");
    }
}

#[tokio::test]
async fn documents_are_ranked() {
    let desk = Desk::open().await;
    let body = json!({
        "model": "oci/cohere.rerank-v3.5",
        "query": "capital of France",
        "documents": ["Berlin", {"text": "Paris is the capital of France"}, "Rome"],
        "top_n": 2,
        "max_chunks_per_doc": 3,
        "max_tokens_per_doc": 512,
    });
    let answer = post(desk.address, "/v1/rerank", &body.to_string()).await;
    assert_eq!((answer.status, answer.header("x-locus-losses")), (200, None), "{answer:?}");
    let sent: Value = serde_json::from_slice(&desk.emulator.requests()[0].body).unwrap();
    assert_eq!(
        (&sent["maxChunksPerDocument"], &sent["maxTokensPerDocument"]),
        (&json!(3), &json!(512))
    );
    let found = answer.json();
    let results = found["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!(results[0]["document"]["text"], "Paris is the capital of France", "{found}");
    assert!(results[0]["relevance_score"].as_f64() >= results[1]["relevance_score"].as_f64());
    let mut bare = body.clone();
    bare["return_documents"] = json!(false);
    for path in ["/rerank", "/v1/rerank", "/v2/rerank"] {
        let bare = post(desk.address, path, &bare.to_string()).await.json();
        assert_eq!(bare["results"][0]["index"], 1, "{bare}");
        assert!(bare["results"][0].get("document").is_none());
    }
    bare["documents"] = json!([{"title": "Paris"}]);
    let refused = post(desk.address, "/v2/rerank", &bare.to_string()).await;
    let message = refused.json()["error"]["message"].to_string();
    assert!(refused.status == 400 && message.contains("`text`"), "{message}");
}

#[tokio::test]
async fn a_model_for_something_else_is_a_clear_error() {
    let desk = Desk::open().await;
    let body = json!({"model": "oci/xai.grok-4", "query": "q", "documents": ["d"]});
    let answer = post(desk.address, "/v1/rerank", &body.to_string()).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "model_not_supported"));
    let chat = crate::question("oci/cohere.embed-v4.0");
    assert_eq!(desk.chat(&chat).await.status, 400);
}
