//! Refusals of parameters, as the services word them, and what is changed about them.

use oci_wire::chat::{
    ChatRequest, FunctionDefinition, Message, ReasoningEffort, StreamOptions, Tool, ToolChoice,
};
use oci_wire::error::ErrorBody;
use oci_wire::repair::{Change, Repair, repair};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures;

/// A request with every parameter that a model may refuse.
fn request() -> ChatRequest {
    serde_json::from_value(json!({
        "model": "m", "messages": [{"role": "developer", "content": "a"}, {"role": "system", "content": "b"}, {"role": "user", "content": "c"}],
        "stream": true, "stream_options": {"include_usage": true}, "temperature": 0.3, "top_p": 0.5, "max_tokens": 9, "n": 2, "stop": ["x"],
        "frequency_penalty": 1, "presence_penalty": 1, "logit_bias": {"1": 1}, "logprobs": true, "top_logprobs": 2, "seed": 1,
        "tools": [{"type": "function", "function": {"name": "f", "strict": true}}], "tool_choice": "auto", "parallel_tool_calls": true,
        "response_format": {"type": "json_object"}, "reasoning_effort": "minimal", "verbosity": "low", "metadata": {"a": "b"}, "store": true,
        "service_tier": "auto", "prompt_cache_key": "k", "safety_identifier": "s", "user": "u", "top_k": 4, "web_search_options": {}}))
    .unwrap()
}

fn refused(code: &str, param: &str, message: &str) -> ErrorBody {
    ErrorBody::parse(json!({"error": {"code": code, "param": param, "message": message, "type": "invalid_request_error"}}).to_string().as_bytes())
}

fn said(message: &str) -> ErrorBody {
    ErrorBody::parse(json!({"code": "400", "message": message}).to_string().as_bytes())
}

/// What was changed, and the members that differ.
fn change(error: &ErrorBody) -> Option<(String, Vec<String>)> {
    let request = request();
    let repaired = repair(&request, error, &[])?;
    let (before, after) =
        (serde_json::to_value(&request).unwrap(), serde_json::to_value(&repaired.request).unwrap());
    let mut names: Vec<String> = before
        .as_object()
        .unwrap()
        .keys()
        .chain(after.as_object().unwrap().keys())
        .filter(|name| before.get(name) != after.get(name))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    Some((repaired.repair.to_string(), names))
}

#[test]
fn what_the_services_say_is_understood() {
    for (error, told, changed) in [
        (refused("unsupported_parameter", "max_tokens", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
            "max_tokens was sent as max_completion_tokens", vec!["max_completion_tokens", "max_tokens"]),
        (said("Invalid 'maxTokens': Unsupported parameter: 'maxTokens' is not supported with this model. Use 'maxCompletionTokens' instead."),
            "max_tokens was sent as max_completion_tokens", vec!["max_completion_tokens", "max_tokens"]),
        (refused("unsupported_value", "temperature", "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported."),
            "temperature was left out", vec!["temperature"]),
        (said("Model grok-4-1-fast-reasoning does not support parameter presencePenalty."), "presence_penalty was left out", vec!["presence_penalty"]),
        (ErrorBody::parse(br#"{"code":"Client specified an invalid argument","error":"Argument not supported on this model: stop"}"#),
            "stop was left out", vec!["stop"]),
        (ErrorBody::parse(br#"{"code":"invalid-argument","error":"Model grok-4 does not support parameter reasoningEffort."}"#),
            "reasoning_effort was left out", vec!["reasoning_effort"]),
        (refused("unsupported_value", "reasoning_effort", "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'low', 'medium', and 'high'."),
            "reasoning_effort was low instead of minimal", vec!["reasoning_effort"]),
        (refused("unsupported_parameter", "parallel_tool_calls", "x"), "parallel_tool_calls was left out", vec!["parallel_tool_calls"]),
        (said("Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified."),
            "parallel_tool_calls was left out", vec!["parallel_tool_calls"]),
        (said("The 'stream_options' parameter is only allowed when 'stream' is enabled."), "stream_options was left out", vec!["stream_options"]),
        (refused("unsupported_parameter", "logprobs", "x"), "logprobs was left out", vec!["logprobs", "top_logprobs"]),
        (refused("unknown_parameter", "stream_options.include_usage", "Unknown parameter: 'stream_options.include_usage'."), "stream_options was left out", vec!["stream_options"]),
        (said("Unrecognized request argument supplied: seed"), "seed was left out", vec!["seed"]),
        (said("Unsupported parameter: 'numGenerations'"), "n was left out", vec!["n"]),
        (said("Unknown parameter: 'top_k'."), "top_k was left out", vec!["top_k"]),
        (said("`temperature` and `top_p` cannot both be specified for this model. Please use only one."), "top_p was left out", vec!["top_p"]),
        (refused("unsupported_value", "messages[0].role", "Unsupported value: 'messages[0].role' does not support 'developer' with this model."),
            "role was system instead of developer", vec!["messages"]),
        (refused("unsupported_value", "messages[1].role", "Unsupported value: 'messages[1].role' does not support 'system' with this model."),
            "role was user instead of system", vec!["messages"]),
        (refused("unknown_parameter", "tools[0].function.strict", "Unknown parameter: 'tools[0].function.strict'."), "strict was left out", vec!["tools"]),
        (ErrorBody::parse(json!({"code": "400", "message": json!({"error": {"code": "unsupported_parameter", "param": "verbosity", "message": "x"}}).to_string()}).to_string().as_bytes()),
            "verbosity was left out", vec!["verbosity"]),
    ] {
        let (repaired, names) = change(&error).unwrap_or_else(|| panic!("{error:?}"));
        assert_eq!((repaired.as_str(), names), (told, changed.into_iter().map(str::to_owned).collect()), "{error:?}");
    }
}

#[test]
fn recorded_refusals_are_understood() {
    for (name, told) in [
        ("responses/native/error_400_openai_body.json", Some("temperature was left out")),
        ("responses/openai/error_400_openai.json", Some("temperature was left out")),
        ("responses/native/error_400_cannot_parse.json", None),
        ("responses/native/error_400_invalid_parameter.json", None),
        ("responses/openai/error_400_oci_shape.json", None),
        ("responses/openai/error_429_openai.json", None),
    ] {
        let error = ErrorBody::parse(fixtures::text(name).as_bytes());
        let found = change(&error).map(|(repaired, _)| repaired);
        assert_eq!(found.as_deref(), told, "{name}");
    }
}

#[test]
fn what_the_caller_cannot_do_without_is_kept() {
    for name in [
        "messages",
        "model",
        "tools",
        "tool_choice",
        "response_format",
        "stream",
        "tools[0].type",
        "messages[0].content",
        "modelId",
    ] {
        for code in ["unsupported_parameter", "unsupported_value", "unknown_parameter"] {
            assert_eq!(change(&refused(code, name, "x")), None, "{name}");
        }
    }
    // A value that is wrong in itself would be wrong the second time.
    assert_eq!(change(&refused("invalid_value", "temperature", "Invalid value: 9")), None);
    assert_eq!(change(&refused("invalid_api_key", "temperature", "x")), None);
    assert_eq!(change(&said("The weather is not supported")), None);
    // What is not in the request cannot be at fault.
    let plain = ChatRequest::new("m", [Message::user("x")]);
    assert_eq!(repair(&plain, &refused("unsupported_parameter", "seed", "x"), &[]), None);
    assert_eq!(repair(&plain, &refused("unsupported_parameter", "max_tokens", "x"), &[]), None);
}

#[test]
fn no_change_is_made_twice_or_undone() {
    let refusal = refused("unsupported_parameter", "max_tokens", "x");
    let first = repair(&request(), &refusal, &[]).unwrap();
    let back = refused("unsupported_parameter", "max_completion_tokens", "x");
    assert_eq!(repair(&first.request, &back, std::slice::from_ref(&first.repair)), None);
    assert!(repair(&first.request, &back, &[]).is_some());
    let mut again = first.request.clone();
    again.max_tokens = Some(1);
    assert_eq!(repair(&again, &refusal, &[first.repair]), None);

    let effort = |name: &str| {
        refused(
            "unsupported_value",
            "reasoning_effort",
            &format!(
                "Unsupported value: 'reasoning_effort' does not support '{name}' with this model. Supported values are: 'low' and 'high'."
            ),
        )
    };
    for (wanted, given) in
        [("none", "low"), ("minimal", "low"), ("medium", "low"), ("xhigh", "high"), ("max", "high")]
    {
        let request = ChatRequest::new("m", [Message::user("x")])
            .with_reasoning_effort(ReasoningEffort::from(wanted));
        let repaired = repair(&request, &effort(wanted), &[]).unwrap();
        assert_eq!(
            repaired.request.reasoning_effort,
            Some(ReasoningEffort::from(given)),
            "{wanted}"
        );
    }
}

#[test]
fn what_was_learnt_is_applied_to_the_next_request() {
    let repaired =
        repair(&request(), &refused("unsupported_parameter", "temperature", "x"), &[]).unwrap();
    assert_eq!(repaired.repair.change, Change::Dropped);
    let mut next = ChatRequest::new("m", [Message::user("y")]).with_temperature(1);
    assert!(repaired.repair.apply(&mut next));
    assert_eq!(next.temperature, None);
    assert!(!repaired.repair.apply(&mut next));
}

#[test]
fn a_model_that_refuses_everything_gets_a_plain_request() {
    let mut request = request();
    request.stream_options = Some(StreamOptions::usage());
    let mut done: Vec<Repair> = Vec::new();
    for name in [
        "max_tokens",
        "temperature",
        "top_p",
        "n",
        "stop",
        "frequency_penalty",
        "presence_penalty",
        "logit_bias",
        "logprobs",
        "seed",
        "parallel_tool_calls",
        "reasoning_effort",
        "verbosity",
        "metadata",
        "store",
        "service_tier",
        "prompt_cache_key",
        "safety_identifier",
        "user",
        "top_k",
        "web_search_options",
        "stream_options",
    ] {
        let repaired = repair(&request, &refused("unsupported_parameter", name, "x"), &done)
            .unwrap_or_else(|| panic!("{name}"));
        request = repaired.request;
        done.push(repaired.repair);
    }
    let left: Value = serde_json::to_value(&request).unwrap();
    let names: Vec<&String> = left.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "max_completion_tokens",
            "messages",
            "model",
            "response_format",
            "stream",
            "tool_choice",
            "tools"
        ]
    );
}

proptest! {
    #[test]
    fn no_refusal_panics_or_touches_what_was_asked(param in ".{0,12}", message in ".{0,60}", code in proptest::sample::select(vec!["unsupported_parameter", "unsupported_value", "400"])) {
        let mut request = request().with_tool_choice(ToolChoice::function("f"))
            .with_tools([Tool::from(FunctionDefinition::new("f"))]);
        request.messages.remove(0);
        for error in [refused(code, &param, &message), said(&message), said(&format!("Unsupported parameter: {message}"))] {
            if let Some(repaired) = repair(&request, &error, &[]) {
                prop_assert_eq!(&repaired.request.tools, &request.tools);
                prop_assert_eq!(&repaired.request.tool_choice, &request.tool_choice);
                prop_assert_eq!(&repaired.request.model, &request.model);
                prop_assert_eq!(&repaired.request.response_format, &request.response_format);
                prop_assert_eq!(repaired.request.messages.len(), request.messages.len());
                prop_assert_ne!(&repaired.request, &request);
            }
        }
    }
}
