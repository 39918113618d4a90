//! Native requests: every captured one from the typed builders.

use std::collections::BTreeMap;

use oci_wire::native::{
    BaseChatRequest, ChatDetails, CohereLlmInferenceRequest, EmbedContent, EmbedInputType,
    EmbedTextDetails, EmbeddingType, GenerateTextDetails, LlamaLlmInferenceRequest,
    RerankTextDetails, ReturnLikelihoods, ServingMode, StreamOptions, SummarizeTextDetails,
    SummaryExtractiveness, SummaryFormat, SummaryLength, Truncate, cohere, cohere_v2, generic,
};
use oci_wire::{Number, RawJson};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures;

const COMPARTMENT: &str = "ocid1.compartment.oc1..aaaaaaaacomp";
const ENDPOINT: &str = "ocid1.generativeaiendpoint.oc1.us-chicago-1.amaaaaaaendpoint";
const LLAMA: &str = "meta.llama-3.3-70b-instruct";
const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// The value is written as the captured body, and read back from it is the same value.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    built: &T,
    expected: &Value,
) {
    assert_eq!(&serde_json::to_value(built).unwrap(), expected);
    let text = serde_json::to_string(built).unwrap();
    let read: T = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert_eq!(&serde_json::from_value::<T>(expected.clone()).unwrap(), &read);
}

#[test]
fn every_captured_request_is_reproduced() {
    let mut count = 0;
    for name in fixtures::names("requests", "native__", ".json") {
        let capture = fixtures::json(&format!("requests/{name}"));
        let body = &capture["body"];
        if body.is_null() {
            continue;
        }
        count += 1;
        let name = name.trim_start_matches("native__").trim_end_matches(".json");
        match capture["path"].as_str().unwrap().rsplit('/').next().unwrap() {
            "chat" => check(&chat(name), body),
            "embedText" => check(&embed(name), body),
            "rerankText" => check(&rerank(name), body),
            "generateText" => check(&generate(name), body),
            "summarizeText" => check(&summarize(name), body),
            action => panic!("{action} of {name} has no builder in this test"),
        }
    }
    assert!(count >= 41, "only {count} captures");
}

fn on_demand(model: &str, request: impl Into<BaseChatRequest>) -> ChatDetails {
    ChatDetails::new(COMPARTMENT, ServingMode::on_demand(model), request)
}

fn says(text: &str) -> generic::ChatRequest {
    generic::ChatRequest::new([generic::Message::user(text)])
}

fn chat(name: &str) -> ChatDetails {
    match name {
        "cohere_dedicated" => ChatDetails::new(
            COMPARTMENT,
            ServingMode::dedicated(ENDPOINT),
            cohere::ChatRequest::new("x"),
        ),
        "cohere_minimal" => {
            on_demand("cohere.command-a-03-2025", cohere::ChatRequest::new("weather?"))
        }
        "cohere_stream_error" => on_demand(LLAMA, cohere_stream()),
        "cohere_stream_tools" => {
            let mut request = cohere_stream();
            request.tools = Some(vec![cohere::Tool::new("get_weather", "d")]);
            on_demand("cohere.command-r-08-2024", request)
        }
        "coherev2_full" => on_demand("cohere.command-a-reasoning-08-2025", cohere_v2_full()),
        "coherev2_minimal" => on_demand("cohere.command-a-03-2025", cohere_v2_says_hi()),
        "coherev2_stream" => {
            let mut request = cohere_v2_says_hi();
            request.is_stream = Some(true);
            on_demand(LLAMA, request)
        }
        "error_400_double_encoded" | "error_400_openai_body" => {
            on_demand("openai.gpt-5", says("hi"))
        }
        "generic_minimal" => on_demand(LLAMA, says("What is the capital of France?")),
        "generic_full" => on_demand("xai.grok-4", generic_full()),
        "generic_tool_roundtrip" => on_demand(LLAMA, tool_round_trip()),
        _ => on_demand(generic_model(name), generic_request(name)),
    }
}

fn generic_model(name: &str) -> &'static str {
    match name {
        "generic_stream" => "google.gemini-2.5-flash",
        "generic_stream_reasoning" => "xai.grok-3-mini",
        _ => LLAMA,
    }
}

fn generic_request(name: &str) -> generic::ChatRequest {
    let is_stream = name.starts_with("generic_stream") || name == "error_stream_400";
    let mut request = says(if is_stream { "Say hello" } else { "hi" });
    request.is_stream = is_stream.then_some(true);
    match name {
        "generic_stream_reasoning" => {
            request.reasoning_effort = Some(generic::ReasoningEffort::Low);
        }
        "generic_stream_tools_gptoss" | "generic_stream_tools_grok" => {
            let mut function = generic::FunctionDefinition::default();
            function.name = "get_weather".to_owned();
            function.parameters = Some(json!({"type": "object"}).into());
            request.tools = Some(vec![function.into()]);
        }
        "generic_format_json_object" => {
            request.response_format = Some(generic::ResponseFormat::json_object());
        }
        "generic_toolchoice_auto" => request.tool_choice = Some(generic::ToolChoice::auto()),
        "generic_toolchoice_none" => request.tool_choice = Some(generic::ToolChoice::none()),
        "generic_toolchoice_required" => {
            request.tool_choice = Some(generic::ToolChoice::required());
        }
        // A capture of another name must be such a plain request, or it does not equal its body.
        _ => {}
    }
    request
}

fn cohere_stream() -> cohere::ChatRequest {
    let mut request = cohere::ChatRequest::new("w?");
    request.is_stream = Some(true);
    request
}

fn tool_round_trip() -> generic::ChatRequest {
    let mut request = generic::ChatRequest::new([
        generic::Message::user("weather in Paris and Rome?"),
        generic::Message::assistant_tool_calls([
            generic::ToolCall::function("call_1", "get_weather", r#"{"city":"Paris"}"#),
            generic::ToolCall::function("call_2", "get_weather", r#"{"city":"Rome"}"#),
        ]),
        generic::Message::tool("call_1", "18C"),
        generic::Message::tool("call_2", "21C"),
    ]);
    request.tool_choice = Some(generic::ToolChoice::auto());
    let schema = json!({"type": "object", "properties": {}});
    request.tools = Some(vec![generic::ToolDefinition::function("get_weather", "Weather", schema)]);
    request
}

fn generic_messages() -> Vec<generic::Message> {
    let mut system = generic::SystemMessage::default();
    system.content = Some(vec![generic::Content::text("Be terse.")]);
    system.name = Some("sys-1".to_owned());
    let mut developer = generic::DeveloperMessage::default();
    developer.content = Some(vec![generic::Content::text("Dev note.")]);
    developer.name = Some("dev".to_owned());

    let mut image = generic::ImageContent::default();
    let mut image_url = generic::ImageUrl::default();
    image_url.url = PNG.to_owned();
    image_url.detail = Some(generic::Detail::Auto);
    image.image_url = Some(image_url);
    let mut document = generic::DocumentContent::default();
    let mut document_url = generic::DocumentUrl::default();
    document_url.url = "data:application/pdf;base64,JVBERi0=".to_owned();
    document_url.detail = Some(generic::Detail::Auto);
    document.document_url = Some(document_url);
    let mut user = generic::UserMessage::default();
    user.content = Some(vec![
        generic::Content::text("Describe these"),
        image.into(),
        document.into(),
        generic::Content::audio("data:audio/mp3;base64,SUQz"),
        generic::Content::video("data:video/mp4;base64,AAAA"),
    ]);
    user.name = Some("alice".to_owned());

    let mut citation = generic::UrlCitation::default();
    (citation.start_index, citation.end_index) = (Some(0), Some(2));
    citation.title = Some("t".to_owned());
    citation.url = Some("https://e.example".to_owned());
    let mut annotation = generic::Annotation::default();
    annotation.kind = Some("url_citation".to_owned());
    annotation.url_citation = Some(citation);
    let mut assistant = generic::AssistantMessage::default();
    assistant.content = vec![generic::Content::text("ok")].into();
    assistant.name = Some("bot".to_owned());
    assistant.refusal = Some("no".to_owned());
    assistant.annotations = Some(vec![annotation]);
    assistant.reasoning_content = Some("because".to_owned());
    vec![
        system.into(),
        developer.into(),
        user.into(),
        assistant.into(),
        generic::Message::user("go on"),
    ]
}

fn generic_full() -> generic::ChatRequest {
    let mut request = generic::ChatRequest::new(generic_messages());
    request.reasoning_effort = Some(generic::ReasoningEffort::High);
    request.verbosity = Some(generic::Verbosity::Low);
    request.metadata = Some(BTreeMap::from([("k".to_owned(), "v".to_owned())]));
    request.is_stream = Some(false);
    request.stream_options = Some(StreamOptions::usage());
    request.num_generations = Some(1);
    request.seed = Some(7);
    request.is_echo = Some(false);
    request.top_k = Some(40);
    request.top_p = Some(0.75.into());
    request.temperature = Some(0.5.into());
    request.frequency_penalty = Some(0.1.into());
    request.presence_penalty = Some((-0.1).into());
    request.stop = Some(vec!["END".to_owned()]);
    request.log_probs = Some(2);
    request.max_tokens = Some(600);
    request.max_completion_tokens = Some(700);
    request.logit_bias = Some(BTreeMap::from([
        ("6395".to_owned(), Number::from(2)),
        ("8134".to_owned(), Number::from(1)),
    ]));
    let mut prediction = generic::StaticContent::default();
    prediction.content = Some(vec![generic::TextContent::new("predicted")]);
    request.prediction = Some(prediction.into());
    let mut schema = generic::ResponseJsonSchema::default();
    schema.name = "Event".to_owned();
    schema.description = Some("d".to_owned());
    schema.schema = Some(
        json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"],
            "additionalProperties": false})
        .into(),
    );
    schema.is_strict = Some(true);
    request.response_format = Some(generic::ResponseFormat::json_schema(schema));
    request.tool_choice = Some(generic::ToolChoice::function("get_weather"));
    request.is_parallel_tool_calls = Some(true);
    let parameters =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    request.tools =
        Some(vec![generic::ToolDefinition::function("get_weather", "Weather", parameters)]);
    let mut location = generic::ApproximateLocation::default();
    location.city = Some("Minneapolis".to_owned());
    location.region = Some("Minnesota".to_owned());
    location.country = Some("US".to_owned());
    location.timezone = Some("America/Chicago".to_owned());
    let mut search = generic::WebSearchOptions::default();
    search.search_context_size = Some(generic::SearchContextSize::Medium);
    search.user_location = Some(location);
    request.web_search_options = Some(search);
    request.service_tier = Some(generic::ServiceTier::Auto);
    request
}

fn cohere_v2_says_hi() -> cohere_v2::ChatRequest {
    cohere_v2::ChatRequest::new([cohere_v2::Message::user("hi")])
}

fn cohere_v2_messages() -> Vec<cohere_v2::Message> {
    let mut image_url = cohere_v2::ImageUrl::default();
    image_url.url = PNG.to_owned();
    image_url.detail = Some(generic::Detail::Auto);
    let mut image = cohere_v2::ImageContent::default();
    image.image_url = Some(image_url);
    let document = json!({"id": "d1", "data": {"title": "T"}});

    let mut tool = cohere_v2::CitationTool::default();
    tool.id = Some("c1".to_owned());
    tool.tool_output = Some(json!({"r": 2}).into());
    let mut source = cohere_v2::CitationSource::default();
    source.kind = Some("TOOL".to_owned());
    source.tool = Some(tool);
    let mut citation = cohere_v2::Citation::default();
    (citation.start, citation.end, citation.content_index) = (Some(0), Some(3), Some(1));
    citation.text = Some("cal".to_owned());
    citation.kind = Some("TEXT_CONTENT".to_owned());
    citation.sources = Some(vec![source]);
    let mut assistant = cohere_v2::AssistantMessage::default();
    assistant.content =
        vec![cohere_v2::Content::thinking("hmm"), cohere_v2::Content::text("calling")];
    assistant.tool_plan = Some("plan".to_owned());
    assistant.tool_calls = Some(vec![cohere_v2::ToolCall::function("c1", "f", r#"{"a":1}"#)]);
    assistant.citations = Some(vec![citation]);
    vec![
        cohere_v2::Message::system("sys"),
        cohere_v2::Message::user_parts([
            cohere_v2::Content::text("look"),
            image.into(),
            cohere_v2::Content::document(document),
        ]),
        assistant.into(),
        cohere_v2::Message::tool("c1", "2"),
    ]
}

fn cohere_v2_full() -> cohere_v2::ChatRequest {
    let mut request = cohere_v2::ChatRequest::new(cohere_v2_messages());
    request.documents = Some(vec![json!({"title": "t", "snippet": "s"}).into()]);
    let mut citations = cohere_v2::CitationOptions::default();
    citations.mode = Some(cohere_v2::CitationMode::Off);
    request.citation_options = Some(citations);
    request.tools_choice = Some(cohere_v2::ToolsChoice::Required);
    request.tools = Some(vec![cohere_v2::Tool::function("f", "d", json!({"type": "object"}))]);
    request.is_strict_tools_enabled = Some(true);
    request.is_log_probs_enabled = Some(true);
    request.thinking = Some(cohere_v2::Thinking::enabled(512));
    let schema = RawJson::from(json!({"type": "object"}));
    request.response_format = Some(cohere::ResponseFormat::json_schema(schema));
    request.is_search_queries_only = Some(false);
    request.stream_options = Some(StreamOptions::usage());
    request.is_stream = Some(false);
    request.max_tokens = Some(100);
    request.temperature = Some(0.3.into());
    request.top_k = Some(0);
    request.top_p = Some(0.75.into());
    request.frequency_penalty = Some(0.0.into());
    request.presence_penalty = Some(0.0.into());
    request.seed = Some(1);
    request.stop_sequences = Some(vec!["END".to_owned()]);
    request.priority = Some(0);
    request.is_raw_prompting = Some(false);
    request.safety_mode = Some(cohere::SafetyMode::Off);
    request
}

fn embed(name: &str) -> EmbedTextDetails {
    if name == "embed_minimal" {
        let mode = ServingMode::on_demand("cohere.embed-english-v3.0");
        return EmbedTextDetails::new(COMPARTMENT, mode, ["Hello", "World"]);
    }
    let mut details =
        EmbedTextDetails::new(COMPARTMENT, ServingMode::dedicated(ENDPOINT), ["Hello"]);
    details.embed_contents = Some(vec![EmbedContent::text("x"), EmbedContent::image(PNG)]);
    details.is_echo = Some(true);
    details.embedding_types =
        Some(vec![EmbeddingType::Float, EmbeddingType::Int8, EmbeddingType::Base64]);
    details.output_dimensions = Some(512);
    details.truncate = Some(Truncate::End);
    details.input_type = Some(EmbedInputType::SearchDocument);
    details
}

fn rerank(_: &str) -> RerankTextDetails {
    let mode = ServingMode::on_demand("cohere.rerank-v3.5");
    let mut details = RerankTextDetails::new(COMPARTMENT, mode, "q", ["a", "b"]);
    details.top_n = Some(1);
    details.is_echo = Some(true);
    details.max_chunks_per_document = Some(10);
    details.max_tokens_per_document = Some(512);
    details
}

fn generate(name: &str) -> GenerateTextDetails {
    if name == "generate_text_llama" {
        let mut request = LlamaLlmInferenceRequest::default();
        request.prompt = Some("p".to_owned());
        request.is_stream = Some(false);
        request.num_generations = Some(1);
        request.is_echo = Some(false);
        request.top_k = Some(-1);
        request.top_p = Some(1.0.into());
        request.temperature = Some(1.0.into());
        request.frequency_penalty = Some(0.0.into());
        request.presence_penalty = Some(0.0.into());
        request.stop = Some(vec!["x".to_owned()]);
        request.log_probs = Some(1);
        request.max_tokens = Some(20);
        let mode = ServingMode::on_demand("meta.llama-2-70b-chat");
        return GenerateTextDetails::new(COMPARTMENT, mode, request);
    }
    let mut request = CohereLlmInferenceRequest::default();
    request.prompt = "p".to_owned();
    request.is_stream = Some(false);
    request.num_generations = Some(1);
    request.is_echo = Some(false);
    request.max_tokens = Some(20);
    request.temperature = Some(1.0.into());
    request.top_k = Some(0);
    request.top_p = Some(0.75.into());
    request.frequency_penalty = Some(0.0.into());
    request.presence_penalty = Some(0.0.into());
    request.stop_sequences = Some(vec!["x".to_owned()]);
    request.return_likelihoods = Some(ReturnLikelihoods::Generation);
    request.truncate = Some(Truncate::None);
    GenerateTextDetails::new(COMPARTMENT, ServingMode::on_demand("cohere.command"), request)
}

fn summarize(_: &str) -> SummarizeTextDetails {
    let mode = ServingMode::on_demand("cohere.command");
    let mut details = SummarizeTextDetails::new(COMPARTMENT, mode, "long");
    details.is_echo = Some(false);
    details.temperature = Some(1.0.into());
    details.additional_command = Some("in a conversational style".to_owned());
    details.length = Some(SummaryLength::Auto);
    details.format = Some(SummaryFormat::Auto);
    details.extractiveness = Some(SummaryExtractiveness::Auto);
    details
}
