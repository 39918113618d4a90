//! Requests of chat completions in the native formats: what is carried, repaired and told as lost.

use oci_wire::chat::{
    ChatRequest, CustomDefinition, FunctionDefinition, ImageDetail, Message, Part, ReasoningEffort,
    ResponseFormat, Tool, ToolCall, ToolChoice, ToolChoiceMode,
};
use oci_wire::native::translate::{
    chat_request, cohere_request, cohere_v2_request, generic_request,
};
use oci_wire::native::{ChatDetails, ServingMode};
use oci_wire::{Family, Loss, LossKind};
use serde::Serialize;
use serde_json::{Value, json};

use crate::fixtures;

const FAMILIES: [Family; 7] = [
    Family::Cohere,
    Family::Gemini,
    Family::GptOss,
    Family::Grok,
    Family::Llama,
    Family::OpenAi,
    Family::Other,
];

fn paths(losses: &[Loss]) -> Vec<&str> {
    losses.iter().map(|loss| loss.path.as_str()).collect()
}

fn value(native: &impl Serialize) -> Value {
    serde_json::to_value(native).unwrap()
}

fn weather() -> FunctionDefinition {
    FunctionDefinition::new("get_weather").with_description("Weather")
}

fn tool_turn() -> Vec<Message> {
    vec![
        Message::user("weather in Paris and Rome?"),
        Message::assistant_tool_calls([
            ToolCall::function("call_1", "get_weather", r#"{"city":"Paris"}"#),
            ToolCall::function("call_2", "get_weather", r#"{"city":"Rome"}"#),
        ]),
        Message::tool("call_1", "18C"),
        Message::tool("call_2", "21C"),
    ]
}

#[test]
fn a_captured_conversation_with_tools_is_what_comes_out() {
    let schema = json!({"type": "object", "properties": {}});
    let request = ChatRequest::new("meta.llama-3.3-70b-instruct", tool_turn())
        .with_tools([weather().with_parameters(schema)])
        .with_tool_choice(ToolChoiceMode::Auto);
    let translated = generic_request(&request, Family::Llama);
    assert_eq!(translated.losses, []);
    let details = translated.map(|native| {
        let mode = ServingMode::on_demand(&*request.model);
        ChatDetails::new("ocid1.compartment.oc1..aaaaaaaacomp", mode, native)
    });
    let capture = fixtures::json("requests/native__generic_tool_roundtrip.json");
    assert_eq!(value(&details.value), capture["body"]);
}

/// Whatever is set, the native request has no key that the service would refuse, for every family.
#[test]
fn nothing_unknown_is_written() {
    let mut request = crate::request::every_parameter();
    request.messages.extend(tool_turn());
    request.extra.insert("top_k", json!(5));
    let bodies = FAMILIES
        .iter()
        .map(|family| value(&generic_request(&request, *family).value))
        .chain([value(&cohere_request(&request).value), value(&cohere_v2_request(&request).value)]);
    for body in bodies {
        assert_eq!(body["topK"], 5);
        let envelope = json!({"compartmentId": "c", "servingMode": {"servingType": "ON_DEMAND", "modelId": "m"},
            "chatRequest": body});
        let details: ChatDetails = serde_json::from_value(envelope).unwrap();
        let text = format!("{details:?}").replace("Extra([])", "");
        assert!(!text.contains("Extra(["), "{text}");
        assert!(!text.contains("Other("), "{text}");
    }
}

#[test]
fn losses_name_what_has_no_counterpart() {
    let mut request = ChatRequest::new("m", [Message::user("hi")]);
    request.store = Some(true);
    request.user = Some("u".to_owned());
    request.extra.insert("cache", json!(1));
    request.response_format = Some(
        serde_json::from_value(
            json!({"type": "json_schema", "json_schema": {"name": "n", "version": 2}}),
        )
        .unwrap(),
    );
    request.tools = Some(vec![
        Tool::from(CustomDefinition::default()),
        Tool::from(weather().with_strict(true)),
    ]);
    let translated = generic_request(&request, Family::OpenAi);
    assert_eq!(
        paths(&translated.losses),
        [
            "store",
            "user",
            "response_format.json_schema.version",
            "cache",
            "tools[0]",
            "tools[1].function.strict"
        ]
    );
    assert!(translated.losses.iter().all(|loss| loss.kind == LossKind::Dropped));
    assert_eq!(translated.losses[0].to_string(), "store has no counterpart and was left out");
}

/// What other providers' clients add inside messages is refused by the service, so it goes, and not silently.
#[test]
fn foreign_members_inside_messages_are_told() {
    let messages: Vec<Message> = serde_json::from_value(json!([
        {"role": "user", "cache": 1, "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
            {"type": "refusal", "refusal": "no"}, {"type": "hologram"}]},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "thought_signature": "s",
            "function": {"name": "f", "arguments": "{}"}}]}]))
    .unwrap();
    let request = ChatRequest::new("m", messages);
    let call = "messages[1].tool_calls[0].thought_signature";
    let text = "messages[0].content[0].cache_control";
    let (refusal, hologram) = ("messages[0].content[1]", "messages[0].content[2]");
    let generic = generic_request(&request, Family::Other);
    assert_eq!(paths(&generic.losses), ["messages[0].cache", text, refusal, hologram, call]);
    assert_eq!(generic.losses[3].kind, LossKind::Unknown);
    let cohere = cohere_request(&request);
    assert_eq!(
        paths(&cohere.losses),
        ["messages[0].cache", text, refusal, hologram, call, "messages"]
    );
    let v2 = cohere_v2_request(&request);
    assert_eq!(paths(&v2.losses), ["messages[0].cache", text, hologram, call]);
}

#[test]
fn the_limit_goes_where_the_family_wants_it() {
    #[track_caller]
    fn check(request: &ChatRequest, family: Family, expected: (&Value, &Value)) {
        let body = value(&generic_request(request, family).value);
        assert_eq!((&body["maxTokens"], &body["maxCompletionTokens"]), expected, "{family:?}");
    }
    let old = ChatRequest::new("m", []).with_max_tokens(9);
    let new = ChatRequest::new("m", []).with_max_completion_tokens(9);
    for request in [&old, &new] {
        check(request, Family::OpenAi, (&Value::Null, &json!(9)));
        for family in [Family::Gemini, Family::GptOss, Family::Grok, Family::Llama, Family::Other] {
            check(request, family, (&json!(9), &Value::Null));
        }
        assert_eq!(cohere_request(request).value.max_tokens, Some(9));
        assert_eq!(cohere_v2_request(request).value.max_tokens, Some(9));
    }
    let both = old.with_max_completion_tokens(7);
    check(&both, Family::Llama, (&json!(7), &Value::Null));
    assert_eq!(paths(&generic_request(&both, Family::Llama).losses), ["max_tokens"]);
}

#[test]
fn reasoning_effort_is_carried_or_told() {
    #[track_caller]
    fn check(effort: &str, expected: Option<&str>, losses: &[&str]) {
        let request = ChatRequest::new("m", [Message::user("hi")])
            .with_reasoning_effort(ReasoningEffort::from(effort));
        let translated = generic_request(&request, Family::Grok);
        let body = value(&translated.value);
        assert_eq!(body["reasoningEffort"].as_str(), expected);
        assert_eq!(paths(&translated.losses), losses);
        assert_eq!(paths(&cohere_request(&request).losses), ["reasoning_effort"]);
        assert_eq!(paths(&cohere_v2_request(&request).losses), ["reasoning_effort"]);
    }
    check("disable", Some("NONE"), &[]);
    check("none", Some("NONE"), &[]);
    check("minimal", Some("MINIMAL"), &[]);
    check("HIGH", Some("HIGH"), &[]);
    check("xhigh", Some("HIGH"), &["reasoning_effort"]);
    check("sideways", None, &["reasoning_effort"]);
}

#[test]
fn formats_and_choices() {
    let format: ResponseFormat =
        serde_json::from_value(json!({"type": "json_schema", "json_schema": {
        "name": "Event", "strict": true, "schema": {"type": "object"}}}))
        .unwrap();
    let request = ChatRequest::new("m", [Message::user("hi")])
        .with_response_format(format)
        .with_tool_choice(ToolChoice::function("f"))
        .with_stop("END");
    let body = value(&generic_request(&request, Family::Gemini).value);
    assert_eq!(
        body["responseFormat"],
        json!({"type": "JSON_SCHEMA", "jsonSchema": {"name": "Event", "schema": {"type": "object"}, "isStrict": true}})
    );
    assert_eq!(body["toolChoice"], json!({"type": "FUNCTION", "name": "f"}));
    assert_eq!(body["stop"], json!(["END"]));

    let cohere = cohere_request(&request);
    let body = value(&cohere.value);
    assert_eq!(
        body["responseFormat"],
        json!({"type": "JSON_OBJECT", "schema": {"type": "object"}})
    );
    assert_eq!(body["stopSequences"], json!(["END"]));
    assert_eq!(paths(&cohere.losses), ["response_format.json_schema.strict", "tool_choice"]);

    let required = ChatRequest::new("m", []).with_tool_choice(ToolChoiceMode::Required);
    assert_eq!(value(&cohere_v2_request(&required).value)["toolsChoice"], "REQUIRED");
    let none =
        ChatRequest::new("m", []).with_tools([weather()]).with_tool_choice(ToolChoiceMode::None);
    let none = cohere_request(&none);
    assert_eq!((none.value.tools, none.losses), (None, vec![]));
}

#[test]
fn parts_of_all_kinds() {
    let request = ChatRequest::new(
        "m",
        [Message::user([
            Part::text("look"),
            Part::image_url_with_detail("data:image/png;base64,AA", ImageDetail::Low),
            Part::input_audio("SUQz", "mp3"),
            Part::file_data("a.pdf", "data:application/pdf;base64,JVBERi0="),
            Part::file_id("file-1"),
            Part::file_url("https://e.example/a.pdf"),
        ])
        .with_name("alice")],
    );
    let translated = generic_request(&request, Family::Other);
    assert_eq!(
        value(&translated.value)["messages"][0],
        json!({"role": "USER", "name": "alice", "content": [
            {"type": "TEXT", "text": "look"},
            {"type": "IMAGE", "imageUrl": {"url": "data:image/png;base64,AA", "detail": "LOW"}},
            {"type": "AUDIO", "audioUrl": {"url": "data:audio/mp3;base64,SUQz"}},
            {"type": "DOCUMENT", "documentUrl": {"url": "data:application/pdf;base64,JVBERi0="}},
            {"type": "DOCUMENT", "documentUrl": {"url": "https://e.example/a.pdf"}}]})
    );
    assert_eq!(
        paths(&translated.losses),
        ["messages[0].content[3].file.filename", "messages[0].content[4]"]
    );

    let v2 = cohere_v2_request(&request);
    assert_eq!(
        value(&v2.value)["messages"][0]["content"],
        json!([{"type": "TEXT", "text": "look"},
            {"type": "IMAGE_URL", "imageUrl": {"url": "data:image/png;base64,AA", "detail": "LOW"}}])
    );
    assert_eq!(v2.losses.len(), 5);
    let v1 = cohere_request(&request);
    assert_eq!(v1.value.message, "look");
    assert_eq!(v1.losses.len(), 6);
}

#[test]
fn gemini_takes_its_own_order() {
    let mut messages = vec![Message::user("hi"), Message::system("one"), Message::developer("two")];
    messages.extend(tool_turn());
    let translated = generic_request(&ChatRequest::new("m", messages), Family::Gemini);
    let body = value(&translated.value);
    let text = |text: &str| json!([{"type": "TEXT", "text": text}]);
    let call = |id: &str, city: &str| {
        json!({"role": "ASSISTANT", "content": text("."), "toolCalls": [{"type": "FUNCTION", "id": id,
            "name": "get_weather", "arguments": format!("{{\"city\":\"{city}\"}}")}]})
    };
    let result =
        |id: &str, out: &str| json!({"role": "TOOL", "toolCallId": id, "content": text(out)});
    assert_eq!(
        body["messages"],
        json!([
            {"role": "SYSTEM", "content": [{"type": "TEXT", "text": "one"}, {"type": "TEXT", "text": "two"}]},
            {"role": "USER", "content": text("hi")},
            {"role": "USER", "content": text("weather in Paris and Rome?")},
            call("call_1", "Paris"), result("call_1", "18C"),
            call("call_2", "Rome"), result("call_2", "21C"),
        ])
    );
    assert_eq!(translated.losses, []);
}

#[test]
fn the_deprecated_function_interface_becomes_tools() {
    let assistant = json!({"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}});
    let mut request = ChatRequest::new(
        "m",
        [serde_json::from_value::<Message>(assistant).unwrap(), Message::function("f", "1")],
    );
    request.functions = Some(vec![FunctionDefinition::new("f")]);
    let body = value(&generic_request(&request, Family::Other).value);
    let id = &body["messages"][0]["toolCalls"][0]["id"];
    assert!(id.as_str().unwrap().starts_with("call_"));
    assert_eq!(&body["messages"][1]["toolCallId"], id);
    assert_eq!(body["tools"], json!([{"type": "FUNCTION", "name": "f"}]));
}

#[test]
fn cohere_gets_results_with_their_calls_restored() {
    let mut messages = vec![Message::system("Be terse."), Message::developer("Really.")];
    messages.extend(tool_turn());
    let schema = json!({"type": "object", "required": ["city"], "properties": {
        "city": {"type": "string", "description": "Where"}, "days": {"type": "integer", "minimum": 1},
        "tags": {"type": "array", "items": {"type": "string"}}}});
    let request = ChatRequest::new("m", messages).with_tools([weather().with_parameters(schema)]);
    let translated = cohere_request(&request);
    let call = |city: &str| json!({"name": "get_weather", "parameters": {"city": city}});
    assert_eq!(
        value(&translated.value),
        json!({"apiFormat": "COHERE", "message": "", "isForceSingleStep": true,
            "preambleOverride": "Be terse.\nReally.",
            "chatHistory": [
                {"role": "USER", "message": "weather in Paris and Rome?"},
                {"role": "CHATBOT", "toolCalls": [call("Paris"), call("Rome")]}],
            "toolResults": [
                {"call": call("Paris"), "outputs": [{"output": "18C"}]},
                {"call": call("Rome"), "outputs": [{"output": "21C"}]}],
            "tools": [{"name": "get_weather", "description": "Weather", "parameterDefinitions": {
                "city": {"type": "str", "description": "Where", "isRequired": true},
                "days": {"type": "int", "description": "At least: 1.", "isRequired": false},
                "tags": {"type": "List[str]", "isRequired": false}}}]})
    );
    assert_eq!(
        paths(&translated.losses),
        ["messages[1]", "tools[0].function.parameters.properties.days.minimum"]
    );
}

#[test]
fn cohere_conversations() {
    #[track_caller]
    fn check(messages: Vec<Message>, expected: Value, losses: &[&str]) {
        let translated = cohere_request(&ChatRequest::new("m", messages));
        let mut expected = expected;
        expected["apiFormat"] = json!("COHERE");
        assert_eq!(value(&translated.value), expected);
        assert_eq!(paths(&translated.losses), losses);
    }
    check(vec![], json!({"message": ""}), &[]);
    check(vec![Message::user("")], json!({"message": " "}), &[]);
    check(
        vec![Message::user("a"), Message::assistant("b"), Message::user("c")],
        json!({"message": "c", "chatHistory": [{"role": "USER", "message": "a"}, {"role": "CHATBOT", "message": "b"}]}),
        &[],
    );
    // The service refuses a message right after results, and cannot go on with the model's own words.
    let call = ToolCall::function("1", "f", r#""{\"a\":1}""#);
    check(
        vec![Message::assistant_tool_calls([call]), Message::tool("1", "x"), Message::user("c")],
        json!({"message": "c", "chatHistory": [
            {"role": "CHATBOT", "toolCalls": [{"name": "f", "parameters": {"a": 1}}]},
            {"role": "TOOL", "toolResults": [{"call": {"name": "f", "parameters": {"a": 1}}, "outputs": [{"output": "x"}]}]},
            {"role": "CHATBOT", "message": " "}]}),
        &[],
    );
    check(
        vec![Message::user("a"), Message::assistant("b")],
        json!({"message": " ", "chatHistory": [{"role": "USER", "message": "a"}, {"role": "CHATBOT", "message": "b"}]}),
        &["messages"],
    );
    // What cannot be restored is told.
    check(
        vec![
            Message::assistant_tool_calls([ToolCall::function("1", "f", "not json")]),
            Message::tool("2", "x"),
        ],
        json!({"message": "", "isForceSingleStep": true,
            "chatHistory": [{"role": "CHATBOT", "toolCalls": [{"name": "f", "parameters": {}}]}],
            "toolResults": [{"call": {"name": "2", "parameters": {}}, "outputs": [{"output": "x"}]}]}),
        &["messages[0].tool_calls[0].function.arguments", "messages[1].tool_call_id"],
    );
}

#[test]
fn cohere_v2_conversations() {
    let mut messages = vec![Message::developer("Be terse.")];
    messages.extend(tool_turn());
    let strict = weather().with_strict(true);
    let request = ChatRequest::new("m", messages).with_stream().with_tools([strict]);
    let translated = cohere_v2_request(&request);
    let text = |text: &str| json!([{"type": "TEXT", "text": text}]);
    let call = |id: &str, city: &str| {
        json!({"id": id, "type": "FUNCTION", "function": {"name": "get_weather",
        "arguments": format!("{{\"city\":\"{city}\"}}")}})
    };
    assert_eq!(
        value(&translated.value),
        json!({"apiFormat": "COHEREV2", "isStream": true, "streamOptions": {"isIncludeUsage": true},
            "isStrictToolsEnabled": true,
            "messages": [
                {"role": "SYSTEM", "content": text("Be terse.")},
                {"role": "USER", "content": text("weather in Paris and Rome?")},
                {"role": "ASSISTANT", "content": [], "toolCalls": [call("call_1", "Paris"), call("call_2", "Rome")]},
                {"role": "TOOL", "content": text("18C"), "toolCallId": "call_1"},
                {"role": "TOOL", "content": text("21C"), "toolCallId": "call_2"}],
            "tools": [{"type": "FUNCTION", "function": {"name": "get_weather", "description": "Weather",
                "parameters": {"type": "object", "properties": {}}}}]})
    );
    // The format has no developers.
    assert_eq!(paths(&translated.losses), ["messages[0]"]);
}

#[test]
fn generic_requests_come_back_as_they_were() {
    let mut messages = vec![
        Message::system("s"),
        Message::developer("d").with_name("n"),
        Message::user([
            Part::text("look"),
            Part::image_url("https://e.example/i.png"),
            Part::input_audio("AA", "wav"),
        ]),
    ];
    messages.extend(tool_turn());
    let schema = json!({"type": "object", "properties": {}});
    let mut request = ChatRequest::new("m", messages)
        .with_stream()
        .with_temperature(0.5)
        .with_top_p(1)
        .with_max_completion_tokens(9)
        .with_seed(3)
        .with_stop(["a", "b"])
        .with_tools([weather().with_parameters(schema.clone())])
        .with_tool_choice(ToolChoice::function("get_weather"))
        .with_response_format(ResponseFormat::json_schema("x", schema))
        .with_reasoning_effort(ReasoningEffort::Low)
        .with_metadata("k", "v");
    request.n = Some(2);
    request.parallel_tool_calls = Some(false);
    request.logprobs = Some(true);
    request.top_logprobs = Some(3);
    request.extra.insert("top_k", json!(7));
    let native = generic_request(&request, Family::OpenAi);
    assert_eq!(native.losses, []);
    let back = chat_request(&native.value, "m");
    assert_eq!(back.losses, []);
    assert_eq!(value(&back.value), value(&request));
}

#[test]
fn the_full_capture_survives_the_way_there_and_back() {
    let capture = fixtures::json("requests/native__generic_full.json");
    let expected = &capture["body"]["chatRequest"];
    let native = serde_json::from_value(expected.clone()).unwrap();
    let chat = chat_request(&native, "m");
    let lost = ["messages[2].content[2].documentUrl.detail", "messages[3].annotations"];
    assert_eq!(paths(&chat.losses), lost);
    let back = generic_request(&chat.value, Family::Other);
    assert_eq!(paths(&back.losses), ["max_tokens"]);
    let (mut back, mut expected) = (value(&back.value), expected.clone());
    for body in [&mut back, &mut expected] {
        let body = body.as_object_mut().unwrap();
        // The two limits are one in the other dialect, and the echo is off anyway.
        for name in ["maxTokens", "maxCompletionTokens", "isEcho"] {
            body.remove(name);
        }
    }
    expected["messages"][2]["content"][2]["documentUrl"].as_object_mut().unwrap().remove("detail");
    expected["messages"][3].as_object_mut().unwrap().remove("annotations");
    assert_eq!(back, expected);
}
