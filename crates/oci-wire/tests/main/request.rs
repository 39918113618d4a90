//! Requests: captured ones from the typed builders, every parameter, and what is not written.

use std::collections::BTreeMap;

use oci_wire::chat::{
    ApproximateLocation, AudioOptions, ChatRequest, CustomDefinition, CustomFormat,
    FunctionCallOption, FunctionDefinition, Grammar, GrammarFormat, ImageDetail, Message, Modality,
    Moderation, ModerationMode, ModerationPolicy, Part, Prediction, PromptCacheOptions,
    PromptCacheRetention, ReasoningEffort, ResponseFormat, ServiceTier, StreamOptions, Tool,
    ToolCall, ToolChoice, ToolChoiceMode, ToolName, UserLocation, Verbosity, WebSearchOptions,
};
use oci_wire::{Nullable, Number, RawJson};
use serde_json::{Value, json};

use crate::fixtures;

/// The request is written as `expected`, and read back from it is the same request.
#[track_caller]
fn check(request: &ChatRequest, expected: &Value) {
    assert_eq!(&serde_json::to_value(request).unwrap(), expected);
    let text = serde_json::to_string(request).unwrap();
    let read: ChatRequest = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert_eq!(&serde_json::from_value::<ChatRequest>(expected.clone()).unwrap(), &read);
}

fn streamed(model: &str) -> ChatRequest {
    let mut request = ChatRequest::new(model, [Message::user("hi")]);
    request.stream = Some(true);
    request
}

fn built(name: &str) -> ChatRequest {
    match name {
        "openai__chat_minimal.json" => {
            ChatRequest::new("xai.grok-4", [Message::user("Capital of France?")])
        }
        "openai__chat_stream.json" => {
            ChatRequest::new("xai.grok-4", [Message::user("hi")]).with_stream()
        }
        "openai__chat_stream_nodone.json" | "openai__chat_stream_reasoning.json" => streamed("m"),
        "openai__chat_stream_tools.json" => {
            let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
            let function = FunctionDefinition::new("get_weather")
                .with_description("Weather")
                .with_parameters(schema)
                .with_strict(true);
            streamed("m").with_tools([function])
        }
        _ => panic!("{name} has no builder in this test"),
    }
}

#[test]
fn every_captured_request_is_reproduced() {
    for name in fixtures::names("requests", "openai__chat_", ".json") {
        let capture = fixtures::json(&format!("requests/{name}"));
        check(&built(&name), &capture["body"]);
    }
}

#[test]
fn every_captured_request_is_read_and_written_back() {
    for name in fixtures::names("requests", "openai__chat_", ".json") {
        let capture = fixtures::json(&format!("requests/{name}"));
        let request: ChatRequest = serde_json::from_value(capture["body"].clone()).unwrap();
        assert!(
            request.extra.is_empty(),
            "{name} has a parameter without a field: {:?}",
            request.extra
        );
        assert_eq!(serde_json::to_value(&request).unwrap(), capture["body"], "{name}");
    }
}

#[test]
fn every_parameter_has_its_name_on_the_wire() {
    check(&every_parameter(), &every_parameter_json());
}

pub(crate) fn every_parameter() -> ChatRequest {
    let mut request = ChatRequest::new("m", [Message::user("hi")])
        .with_stream()
        .with_temperature(0.5)
        .with_top_p(1)
        .with_max_tokens(10)
        .with_max_completion_tokens(20)
        .with_stop(["a", "b"])
        .with_seed(-7)
        .with_tools([Tool::custom("shell")])
        .with_tool_choice(ToolChoiceMode::Required)
        .with_response_format(ResponseFormat::json_schema("answer", json!({"type": "object"})))
        .with_reasoning_effort(ReasoningEffort::Xhigh)
        .with_metadata("team", "blue");
    request.n = Some(2);
    request.frequency_penalty = Some(Number::from(-0.5));
    request.presence_penalty = Some(Number::from(0.25));
    request.logit_bias = Some(BTreeMap::from([("50256".to_owned(), Number::from(-100))]));
    request.logprobs = Some(true);
    request.top_logprobs = Some(3);
    request.parallel_tool_calls = Some(false);
    request.verbosity = Some(Verbosity::Low);
    request.prediction = Some(Prediction::new("same"));
    request.modalities = Some(vec![Modality::Text, Modality::Audio]);
    request.audio = Some(AudioOptions::new("alloy", "mp3"));
    let mut place = ApproximateLocation::default();
    place.country = Some("FR".to_owned());
    let mut location = UserLocation::default();
    location.approximate = place;
    let mut search = WebSearchOptions::default();
    search.search_context_size = Some("low".to_owned());
    search.user_location = Some(location);
    request.web_search_options = Some(search);
    let mut mode = ModerationMode::default();
    mode.mode = "block".to_owned();
    let mut policy = ModerationPolicy::default();
    policy.input = Some(mode);
    let mut moderation = Moderation::default();
    moderation.model = "omni".to_owned();
    moderation.policy = Some(policy);
    request.moderation = Some(moderation);
    request.store = Some(false);
    request.service_tier = Some(ServiceTier::Priority);
    request.prompt_cache_key = Some("key".to_owned());
    let mut cache = PromptCacheOptions::default();
    cache.mode = Some("explicit".to_owned());
    cache.ttl = Some("30m".to_owned());
    request.prompt_cache_options = Some(cache);
    request.prompt_cache_retention = Some(PromptCacheRetention::Day);
    request.safety_identifier = Some("s".to_owned());
    request.user = Some("u".to_owned());
    let mut name = ToolName::default();
    name.name = "f".to_owned();
    request.function_call = Some(FunctionCallOption::Name(name));
    request.functions = Some(vec![FunctionDefinition::new("f")]);
    request
}

fn every_parameter_json() -> Value {
    json!({
        "model": "m", "messages": [{"role": "user", "content": "hi"}],
        "stream": true, "stream_options": {"include_usage": true},
        "temperature": 0.5, "top_p": 1, "max_tokens": 10, "max_completion_tokens": 20, "n": 2, "stop": ["a", "b"],
        "frequency_penalty": -0.5, "presence_penalty": 0.25, "logit_bias": {"50256": -100},
        "logprobs": true, "top_logprobs": 3, "seed": -7,
        "tools": [{"type": "custom", "custom": {"name": "shell"}}], "tool_choice": "required",
        "parallel_tool_calls": false,
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}},
        "reasoning_effort": "xhigh", "verbosity": "low", "prediction": {"type": "content", "content": "same"},
        "modalities": ["text", "audio"], "audio": {"format": "mp3", "voice": "alloy"},
        "web_search_options": {
            "search_context_size": "low",
            "user_location": {"type": "approximate", "approximate": {"country": "FR"}}
        },
        "moderation": {"model": "omni", "policy": {"input": {"mode": "block"}}},
        "metadata": {"team": "blue"}, "store": false, "service_tier": "priority",
        "prompt_cache_key": "key", "prompt_cache_options": {"mode": "explicit", "ttl": "30m"},
        "prompt_cache_retention": "24h", "safety_identifier": "s", "user": "u",
        "function_call": {"name": "f"}, "functions": [{"name": "f"}]
    })
}

#[test]
fn the_unusual_forms_of_parameters() {
    let base = || ChatRequest::new("m", [Message::user("hi")]);
    let with = |name: &str, value: Value| {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
        body[name] = value;
        body
    };
    check(&base().with_stop("END"), &with("stop", json!("END")));
    check(
        &base().with_tool_choice(ToolChoice::function("f")),
        &with("tool_choice", json!({"type": "function", "function": {"name": "f"}})),
    );
    check(
        &base().with_tool_choice(ToolChoice::custom("c")),
        &with("tool_choice", json!({"type": "custom", "custom": {"name": "c"}})),
    );
    let tool = RawJson::from(json!({"type": "function", "function": {"name": "f"}}));
    check(
        &base().with_tool_choice(ToolChoice::allowed(ToolChoiceMode::Auto, [tool])),
        &with(
            "tool_choice",
            json!({"type": "allowed_tools", "allowed_tools": {
                "mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]
            }}),
        ),
    );
    check(
        &base().with_response_format(ResponseFormat::text()),
        &with("response_format", json!({"type": "text"})),
    );
    check(
        &base().with_response_format(ResponseFormat::json_object()),
        &with("response_format", json!({"type": "json_object"})),
    );
    let mut request = base();
    request.function_call = Some(FunctionCallOption::Mode("auto".to_owned()));
    check(&request, &with("function_call", json!("auto")));
    let mut request = base();
    let mut options = StreamOptions::default();
    options.include_obfuscation = Some(false);
    request.stream_options = Some(options);
    check(&request, &with("stream_options", json!({"include_obfuscation": false})));
    let mut grammar = Grammar::default();
    grammar.definition = "start: \"a\"".to_owned();
    grammar.syntax = "lark".to_owned();
    let mut format = GrammarFormat::default();
    format.grammar = grammar;
    let mut custom = CustomDefinition::default();
    custom.name = "c".to_owned();
    custom.format = Some(CustomFormat::Grammar(format));
    check(
        &base().with_tools([custom]),
        &with(
            "tools",
            json!([{"type": "custom", "custom": {"name": "c", "format": {
                "type": "grammar", "grammar": {"definition": "start: \"a\"", "syntax": "lark"}
            }}}]),
        ),
    );
    check(&base().with_temperature(1.0), &with("temperature", json!(1.0)));
    check(&base().with_temperature(1), &with("temperature", json!(1)));
}

#[test]
fn every_kind_of_message_and_part() {
    let messages = vec![
        Message::system("s").with_name("rules"),
        Message::developer("d"),
        Message::user([
            Part::text("look"),
            Part::image_url("https://example.com/a.png"),
            Part::image_url_with_detail("data:image/png;base64,AA==", ImageDetail::High),
            Part::input_audio("AA==", "wav"),
            Part::file_id("file-1"),
            Part::file_data("a.pdf", "data:application/pdf;base64,AA=="),
            Part::file_url("https://e.example/a.pdf"),
        ]),
        Message::assistant([Part::text("no"), Part::refusal("I will not")]),
        Message::assistant_tool_calls([
            ToolCall::function("call_1", "f", "{}"),
            ToolCall::custom("call_2", "c", "ls"),
        ]),
        Message::tool("call_1", "42"),
        Message::function("f", "42"),
    ];
    let expected = json!({"model": "m", "messages": [
        {"role": "system", "content": "s", "name": "rules"},
        {"role": "developer", "content": "d"},
        {"role": "user", "content": [
            {"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "high"}},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
            {"type": "file", "file": {"file_url": "https://e.example/a.pdf"}}
        ]},
        {"role": "assistant", "content": [
            {"type": "text", "text": "no"}, {"type": "refusal", "refusal": "I will not"}
        ]},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "call_2", "type": "custom", "custom": {"name": "c", "input": "ls"}}
        ]},
        {"role": "tool", "tool_call_id": "call_1", "content": "42"},
        {"role": "function", "name": "f", "content": "42"}
    ]});
    check(&ChatRequest::new("m", messages), &expected);
}

#[test]
fn content_can_be_absent_null_or_empty() {
    for (content, expected) in [
        (Nullable::Absent, json!({"role": "assistant"})),
        (Nullable::Null, json!({"role": "assistant", "content": null})),
        (Nullable::Value("".into()), json!({"role": "assistant", "content": ""})),
    ] {
        let mut message = oci_wire::chat::AssistantMessage::default();
        message.content = content;
        let message = Message::from(message);
        assert_eq!(serde_json::to_value(&message).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Message>(expected).unwrap(), message);
    }
}

#[test]
fn the_order_of_members_is_fixed() {
    let text = serde_json::to_string(&every_parameter()).unwrap();
    assert_eq!(text, serde_json::to_string(&every_parameter().clone()).unwrap());
    assert!(
        text.starts_with(
            r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,"#
        ),
        "{text}"
    );
}

#[test]
fn extra_members_are_written_but_never_twice() {
    let request = ChatRequest::new("m", [])
        .with_extra("top_k", json!(40))
        .with_extra("model", json!("other"))
        .with_extra("temperature", Value::Null);
    assert_eq!(
        serde_json::to_string(&request).unwrap(),
        r#"{"model":"m","messages":[],"top_k":40,"temperature":null}"#
    );
    let request = request.with_temperature(0);
    assert_eq!(
        serde_json::to_string(&request).unwrap(),
        r#"{"model":"m","messages":[],"temperature":0,"top_k":40}"#
    );
}

#[test]
fn a_request_without_model_or_messages_is_refused() {
    for (body, named) in [
        (r#"{"messages":[]}"#, "model"),
        (r#"{"model":"m"}"#, "messages"),
        (r#"{"model":null,"messages":[]}"#, "model"),
    ] {
        let error = serde_json::from_str::<ChatRequest>(body).unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
    }
}
