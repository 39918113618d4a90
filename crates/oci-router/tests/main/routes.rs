//! The prefix table.

use oci_router::{ModelId, RouteError, Serving, Transport, prefixes, route};

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
    for id in ["", "oci:", "oci: openai.gpt-5.5", "openai.gpt 5", "openai.gpt\n", "openai.\u{7}"] {
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
    let rows: Vec<_> = prefixes().collect();
    for (index, (prefix, _)) in rows.iter().enumerate() {
        assert_eq!(*prefix, prefix.to_ascii_lowercase());
        let covered = rows[..index].iter().find(|(earlier, _)| prefix.starts_with(earlier));
        assert!(covered.is_none(), "{prefix} is behind {covered:?}");
    }
}
