//! Moderation, ranking and embeddings at the edge, in front of the native operations.

use oci_wire::edge::{
    ModerationInput, ModerationRequest, ModerationResponse, RerankRequest, RerankResponse,
};
use oci_wire::native::{ApplyGuardrailsResult, EmbedTextResult, RerankTextResult, ServingMode};
use oci_wire::resources::{EmbeddingRequest, EmbeddingResponse, EncodingFormat};
use oci_wire::{Loss, LossKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures;

fn told(losses: &[Loss]) -> Vec<(LossKind, &str)> {
    losses.iter().map(|loss| (loss.kind, loss.path.as_str())).collect()
}

fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn mode() -> ServingMode {
    ServingMode::on_demand("cohere.x")
}

const COMPARTMENT: &str = "ocid1.compartment.oc1..x";

#[test]
fn each_text_is_checked_for_itself() {
    let body = json!({"input": ["a", "b"], "model": "omni-moderation-latest"});
    let request: ModerationRequest = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(written(&request), body);
    let to = request.to_native(COMPARTMENT);
    assert_eq!(told(&to.losses), [(LossKind::Dropped, "model")]);
    assert_eq!(to.value.len(), 2);
    assert_eq!(
        written(&to.value[1]),
        json!({"input": {"type": "TEXT", "content": "b"}, "guardrailConfigs": {
            "contentModerationConfig": {"categories": ["OVERALL", "BLOCKLIST"]}, "promptInjectionConfig": {}},
            "compartmentId": COMPARTMENT})
    );
    assert_eq!(
        ModerationRequest::new(ModerationInput::Text("a".into())).to_native("c").value.len(),
        1
    );
}

#[test]
fn texts_and_images_are_checked_together() {
    let request: ModerationRequest = serde_json::from_value(json!({"input": [
        {"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
        {"type": "new"}]}))
    .unwrap();
    let to = request.to_native(COMPARTMENT);
    assert_eq!(told(&to.losses), [(LossKind::Unknown, "input[2]")]);
    assert_eq!(
        written(&to.value)[0]["multimodalInput"],
        json!([{"type": "TEXT", "content": "a"}, {"type": "IMAGE", "imageUrl": {"url": "data:image/png;base64,AA"}}])
    );
    assert!(serde_json::from_value::<ModerationRequest>(json!({"model": "m"})).is_err());
}

#[test]
fn what_the_checks_found_is_told() {
    let answer = fixtures::text("responses/native/guardrails_full.json");
    let result: ApplyGuardrailsResult = serde_json::from_str(&answer).unwrap();
    let to = ModerationResponse::from_native(&[result], "modr-1", "oci");
    let result = &to.value.results[0];
    assert_eq!(result.flagged, Some(true));
    let categories = result.categories.as_ref().unwrap();
    let scores = result.category_scores.as_ref().unwrap();
    for (name, score) in scores {
        assert_eq!(categories[name], score.as_f64() >= 0.5, "{name}");
    }
    assert!(
        categories.contains_key("overall") && categories.contains_key("prompt_injection"),
        "{categories:?}"
    );
    assert_eq!(
        told(&to.losses),
        [
            (LossKind::Dropped, "results[0].guardrailVersion"),
            (LossKind::Approximated, "results[0].personallyIdentifiableInformation"),
        ]
    );

    let result = json!({"results": {"contentModeration": {"categories": [
        {"name": "OVERALL", "score": 0.0}, {"name": "BLOCKLIST", "score": 1.0, "flaggedModalities": ["IMAGE"]}]},
        "promptInjection": {"score": 0.4}, "new": 1}, "guardrailVersion": {"version": "1.0.3"}});
    let clean = json!({"results": {"contentModeration": {"categories": []}, "personallyIdentifiableInformation": []}});
    let read = |value| serde_json::from_value::<ApplyGuardrailsResult>(value).unwrap();
    let to = ModerationResponse::from_native(
        &[read(result), read(clean), read(json!({}))],
        "modr-1",
        "oci",
    );
    assert_eq!(
        written(&to.value),
        json!({"id": "modr-1", "model": "oci", "results": [
            {"flagged": true, "categories": {"overall": false, "blocklist": true, "prompt_injection": false},
                "category_scores": {"overall": 0.0, "blocklist": 1.0, "prompt_injection": 0.4},
                "category_applied_input_types": {"blocklist": ["image"]}},
            {"flagged": false, "categories": {"personally_identifiable_information": false},
                "category_scores": {"personally_identifiable_information": 0.0}},
            {"categories": {}, "category_scores": {}}]})
    );
    assert_eq!(
        told(&to.losses),
        [(LossKind::Dropped, "results[0].guardrailVersion"), (LossKind::Unknown, "results[0].new")]
    );
}

#[test]
fn a_ranking_is_asked_for() {
    let body = json!({"model": "cohere.rerank-v3.5", "query": "q", "documents": ["a", {"text": "b", "id": 7}, {"title": "c"}],
        "top_n": 2, "return_documents": true, "max_chunks_per_doc": 3, "max_tokens_per_doc": 4, "new": 1});
    let request: RerankRequest = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(written(&request), body);
    let to = request.to_native(COMPARTMENT, mode());
    assert_eq!(
        written(&to.value),
        json!({"input": "q", "compartmentId": COMPARTMENT, "servingMode": {"servingType": "ON_DEMAND", "modelId": "cohere.x"},
            "documents": ["a", "b", "{\"title\":\"c\"}"], "topN": 2, "isEcho": true,
            "maxChunksPerDocument": 3, "maxTokensPerDocument": 4})
    );
    assert_eq!(
        told(&to.losses),
        [
            (LossKind::Unknown, "documents[1].id"),
            (LossKind::Approximated, "documents[2]"),
            (LossKind::Unknown, "new")
        ]
    );
    let fields: RerankRequest = serde_json::from_value(json!({"model": "m", "query": "q",
        "documents": [{"title": "t", "text": "b", "n": 1}, 5], "rank_fields": ["title", "text", "n", "absent"]})).unwrap();
    assert_eq!(fields.to_native("c", mode()).value.documents, ["t\nb\n1", "5"]);
}

#[test]
fn a_ranking_is_answered() {
    let answer = fixtures::text("responses/native/rerank_full.json");
    let result: RerankTextResult = serde_json::from_str(&answer).unwrap();
    let to = RerankResponse::from_native(&result);
    let native: Value = serde_json::from_str(&answer).unwrap();
    let value = written(&to.value);
    assert_eq!(value["id"], native["id"]);
    for (result, rank) in
        value["results"].as_array().unwrap().iter().zip(native["documentRanks"].as_array().unwrap())
    {
        assert_eq!(result["index"], rank["index"]);
        assert_eq!(result["relevance_score"], rank["relevanceScore"]);
        assert_eq!(result.get("document"), rank.get("document").filter(|it| !it.is_null()));
    }
    let read: RerankResponse =
        serde_json::from_value(json!({"results": [], "meta": {"billed_units": {"search_units": 1},
        "tokens": {"input_tokens": 5}}}))
        .unwrap();
    assert_eq!(read.meta.unwrap().billed_units.unwrap().search_units, Some(1));
}

#[test]
fn embeddings_are_asked_for() {
    let request: EmbeddingRequest = serde_json::from_value(json!({"model": "cohere.embed-v4.0", "input": ["a", "b"],
        "dimensions": 256, "encoding_format": "base64", "user": "u", "input_type": "search_query", "truncate": "end", "new": 1})).unwrap();
    let to = request.to_native(COMPARTMENT, mode());
    assert_eq!(
        written(&to.value),
        json!({"inputs": ["a", "b"], "servingMode": {"servingType": "ON_DEMAND", "modelId": "cohere.x"},
            "compartmentId": COMPARTMENT, "outputDimensions": 256, "truncate": "END", "inputType": "SEARCH_QUERY"})
    );
    assert_eq!(told(&to.losses), [(LossKind::Unknown, "new"), (LossKind::Dropped, "user")]);

    let input = |value: Value| -> Value {
        let request: EmbeddingRequest =
            serde_json::from_value(json!({"model": "m", "input": value})).unwrap();
        let to = request.to_native("c", mode());
        json!([written(&to.value), to.losses.len()])
    };
    let image = "data:image/png;base64,AA";
    assert_eq!(input(json!("a"))[0]["inputs"], json!(["a"]));
    assert_eq!(input(json!([1, 2]))[1], 1);
    let images = input(json!([image]));
    assert_eq!((&images[0]["inputs"], &images[0]["inputType"]), (&json!([image]), &json!("IMAGE")));
    let mixed = input(json!([image, "a"]));
    assert_eq!(
        mixed[0]["embedContents"],
        json!([{"type": "IMAGE", "imageUrl": {"url": image}}, {"type": "TEXT", "text": "a"}])
    );
    assert_eq!(mixed[0].get("inputs"), None);
}

#[test]
fn embeddings_are_answered_in_the_form_that_was_asked_for() {
    let result: EmbedTextResult =
        serde_json::from_value(json!({"id": "1", "modelId": "m", "embeddings": [[1.0, 2], [0.25]],
        "usage": {"promptTokens": 3, "totalTokens": 3}}))
        .unwrap();
    let to = EmbeddingResponse::from_native(&result, None);
    assert_eq!(
        written(&to.value),
        json!({"object": "list", "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}, "data": [
            {"object": "embedding", "index": 0, "embedding": [1.0, 2]},
            {"object": "embedding", "index": 1, "embedding": [0.25]}]})
    );
    assert_eq!(told(&to.losses), [(LossKind::Dropped, "id")]);
    let to = EmbeddingResponse::from_native(&result, Some(&EncodingFormat::Base64)).value;
    assert_eq!(written(&to)["data"][0]["embedding"], "AACAPwAAAEA=");
    assert_eq!(to.data[0].embedding.as_ref().unwrap().to_f32(), Some(vec![1.0, 2.0]));

    let by_type: EmbedTextResult = serde_json::from_value(
        json!({"embeddingsByType": {"int8": [[1, 2]], "base64": ["AACAPw=="]}}),
    )
    .unwrap();
    let to = EmbeddingResponse::from_native(&by_type, Some(&EncodingFormat::Float));
    assert_eq!(written(&to.value)["data"][0]["embedding"], json!([1.0]));
    assert_eq!(told(&to.losses), [(LossKind::Dropped, "embeddingsByType.int8")]);
    let whole: EmbedTextResult =
        serde_json::from_value(json!({"embeddingsByType": {"int8": [[1, -2]]}})).unwrap();
    assert_eq!(
        written(&EmbeddingResponse::from_native(&whole, None).value)["data"][0]["embedding"],
        json!([1, -2])
    );
    let captured: EmbedTextResult =
        serde_json::from_str(&fixtures::text("responses/native/embed_full.json")).unwrap();
    assert!(!EmbeddingResponse::from_native(&captured, None).value.data.is_empty());
}

proptest! {
    #[test]
    fn embeddings_survive_base64(vectors in proptest::collection::vec(proptest::collection::vec(-1.0e9_f32..1.0e9, 0..9), 0..4)) {
        let result: EmbedTextResult = serde_json::from_value(json!({"embeddings": vectors})).unwrap();
        let to = EmbeddingResponse::from_native(&result, Some(&EncodingFormat::Base64)).value;
        let back: Vec<Vec<f32>> = to.data.iter().map(|one| one.embedding.as_ref().unwrap().to_f32().unwrap()).collect();
        prop_assert_eq!(back, vectors);
    }

    #[test]
    fn any_input_has_a_translation(value in crate::properties::any_json()) {
        if let Ok(request) = serde_json::from_value::<ModerationRequest>(json!({"input": value})) {
            let _ = request.to_native("c");
        }
        if let Ok(request) = serde_json::from_value::<RerankRequest>(json!({"model": "m", "query": "q", "documents": [value], "rank_fields": ["a"]})) {
            prop_assert_eq!(request.to_native("c", mode()).value.documents.len(), 1);
        }
        if let Ok(request) = serde_json::from_value::<EmbeddingRequest>(json!({"model": "m", "input": value, "input_type": value})) {
            let _ = request.to_native("c", mode());
        }
    }
}
