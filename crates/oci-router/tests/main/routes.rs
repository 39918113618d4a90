//! The prefix table.

use oci_router::{
    Capabilities, Format, ModelId, Operation, RouteError, Serving, Transport, prefixes, route,
};

#[track_caller]
fn check(id: &str, transport: Transport, serving: Serving) {
    let found = route(ModelId::parse(id).unwrap()).unwrap();
    assert_eq!((found.transport, found.serving), (transport, serving), "{id}");
}

#[test]
fn models_of_the_documentation_go_where_it_says() {
    for id in [
        "oci:openai.gpt-5.5",
        "oci:openai.gpt-oss-120b",
        "oci:meta.llama-3.3-70b-instruct",
        "oci:xai.grok-4-1-fast-reasoning",
        "oci:mistral.large",
        "oci:google.gemini-2.5-pro",
        "oci:anthropic.claude-sonnet",
    ] {
        check(id, Transport::V1, Serving::OnDemand);
    }
    check("oci:cohere.command-r-plus", Transport::Native, Serving::OnDemand);
    check("oci:cohere.command-a-vision-07-2025", Transport::Native, Serving::OnDemand);
    check("oci:openai.gpt-5.5-pro", Transport::Responses, Serving::OnDemand);
    check(
        "oci:ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa",
        Transport::Native,
        Serving::Dedicated,
    );
    check(
        "oci:ocid1.generativeaimodel.oc1.us-chicago-1.aaaa",
        Transport::Native,
        Serving::OnDemand,
    );
}

#[test]
fn a_new_id_of_a_known_vendor_passes() {
    check("oci:openai.gpt-9-invented-2031-01-01", Transport::V1, Serving::OnDemand);
    check("oci:anthropic.claude-nobody-has-seen", Transport::V1, Serving::OnDemand);
    check("oci:cohere.something-new", Transport::Native, Serving::OnDemand);
}

#[test]
fn letter_case_and_prefix_do_not_matter_to_the_route_and_the_id_is_kept() {
    for id in ["oci:OpenAI.GPT-5.5", "OCI:OpenAI.GPT-5.5", "oci/OpenAI.GPT-5.5", "OpenAI.GPT-5.5"] {
        check(id, Transport::V1, Serving::OnDemand);
        assert_eq!(ModelId::parse(id).unwrap().as_str(), "OpenAI.GPT-5.5");
    }
    check("oci:OCID1.GenerativeAIEndpoint.oc1..a", Transport::Native, Serving::Dedicated);
}

#[test]
fn ids_that_would_be_sent_wrong_are_refused() {
    for id in [
        "",
        "oci:",
        "oci: openai.gpt-5.5",
        "openai.gpt 5",
        "openai.gpt\n",
        "openai.\u{7}",
        "openai.\u{7f}",
        "openai.\u{a0}é",
    ] {
        assert!(matches!(ModelId::parse(id), Err(RouteError::MalformedId { .. })), "{id:?}");
    }
}

#[test]
fn an_unknown_vendor_is_an_error_that_lists_the_known() {
    let error = route(ModelId::parse("oci:acme.rocket-1").unwrap()).unwrap_err().to_string();
    assert!(error.contains("acme.rocket-1"), "{error}");
    for prefix in [
        "ocid1.generativeaiendpoint.",
        "cohere.",
        "openai.",
        "meta.",
        "xai.",
        "mistral.",
        "google.",
        "anthropic.",
    ] {
        assert!(error.contains(prefix), "{prefix} in {error}");
    }
    // A prefix is a vendor with its dot; a longer word is another vendor.
    assert!(route(ModelId::parse("openaix.gpt").unwrap()).is_err());
    assert!(route(ModelId::parse("openai").unwrap()).is_err());
}

#[test]
fn models_of_other_operations_are_refused_with_the_operation() {
    let error = |id| route(ModelId::parse(id).unwrap()).unwrap_err().to_string();
    assert_eq!(
        error("cohere.embed-english-v3.0"),
        "cohere.embed-english-v3.0 is a model for embeddings, not for chat"
    );
    assert_eq!(
        error("cohere.rerank-v3.5"),
        "cohere.rerank-v3.5 is a model for reranking, not for chat"
    );
}

/// No row may stand behind one that covers it.
#[test]
fn every_row_of_the_table_can_be_reached() {
    let rows: Vec<&str> = prefixes().map(|row| row.prefix).collect();
    for (index, prefix) in rows.iter().enumerate() {
        assert_eq!(*prefix, prefix.to_ascii_lowercase());
        let covered = rows[..index].iter().find(|earlier| prefix.starts_with(*earlier));
        assert!(covered.is_none(), "{prefix} is behind {covered:?}");
    }
}

/// Every model id of the documentation: its transport, its native format, whether it takes images.
#[test]
fn every_documented_chat_model_has_its_route() {
    use Format::{Cohere, CohereV2, Generic};
    use Transport::{Native, Responses, V1};
    for (id, transport, format, takes_images) in [
        ("anthropic.claude-sonnet", V1, Generic, true),
        ("cohere.command-a-03-2025", Native, Cohere, false),
        ("cohere.command-a-reasoning-08-2025", Native, CohereV2, false),
        ("cohere.command-a-translate-08-2025", Native, Cohere, false),
        ("cohere.command-a-vision-07-2025", Native, CohereV2, true),
        ("cohere.command-latest", Native, Cohere, false),
        ("cohere.command-plus-latest", Native, Cohere, false),
        ("cohere.command-r-08-2024", Native, Cohere, false),
        ("cohere.command-r-plus-08-2024", Native, Cohere, false),
        ("google.gemini-2.5-flash", V1, Generic, true),
        ("google.gemini-2.5-flash-lite", V1, Generic, true),
        ("google.gemini-2.5-pro", V1, Generic, true),
        ("meta.llama-3.2-11b-vision-instruct", V1, Generic, true),
        ("meta.llama-3.2-90b-vision-instruct", V1, Generic, true),
        ("meta.llama-3.3-70b-instruct", V1, Generic, false),
        ("meta.llama-3.3-70b-instruct-fp8-dynamic", V1, Generic, false),
        ("meta.llama-4-maverick-17b-128e-instruct-fp8", V1, Generic, true),
        ("meta.llama-4-scout-17b-16e-instruct", V1, Generic, true),
        ("openai.gpt-5.5", V1, Generic, true),
        ("openai.gpt-5.5-pro", Responses, Generic, true),
        ("openai.gpt-oss-120b", V1, Generic, false),
        ("openai.gpt-oss-20b", V1, Generic, false),
        ("xai.grok-3", V1, Generic, false),
        ("xai.grok-3-fast", V1, Generic, false),
        ("xai.grok-3-mini", V1, Generic, false),
        ("xai.grok-3-mini-fast", V1, Generic, false),
        ("xai.grok-4", V1, Generic, true),
        ("xai.grok-4-1-fast-reasoning", V1, Generic, true),
        ("xai.grok-4-fast", V1, Generic, true),
        ("xai.grok-4.1-fast", V1, Generic, true),
        ("xai.grok-4.20", V1, Generic, true),
        ("xai.grok-4.20-multi-agent", V1, Generic, true),
        ("xai.grok-4.3", V1, Generic, true),
        ("xai.grok-code-fast-1", V1, Generic, false),
    ] {
        for id in [format!("oci:{id}"), format!("oci/{}", id.to_uppercase())] {
            let found = route(ModelId::parse(&id).unwrap()).unwrap();
            assert_eq!((found.transport, found.format), (transport, format), "{id}");
            let known = Capabilities::of(&id);
            assert_eq!((known.takes_images, known.dimensions), (takes_images, None), "{id}");
        }
    }
}

#[test]
fn every_documented_embedding_model_has_its_dimensions() {
    for (id, dimensions, takes_images) in [
        ("cohere.embed-v4.0", 1536, true),
        ("cohere.embed-english-v3.0", 1024, false),
        ("cohere.embed-english-light-v3.0", 384, false),
        ("cohere.embed-multilingual-v3.0", 1024, false),
        ("cohere.embed-multilingual-light-v3.0", 384, false),
        ("cohere.embed-english-image-v3.0", 1024, true),
        ("cohere.embed-english-light-image-v3.0", 384, true),
        ("cohere.embed-multilingual-image-v3.0", 1024, true),
        ("cohere.embed-multilingual-light-image-v3.0", 384, true),
    ] {
        let model = Capabilities::of(id);
        let found = (model.operation, model.dimensions, model.takes_images);
        assert_eq!(found, (Some(Operation::Embeddings), Some(dimensions), takes_images), "{id}");
    }
}
