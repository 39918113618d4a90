//! Translations between chat completions and the Responses API, both ways, and what they report as lost.

use oci_wire::chat::{
    AssistantMessage, ChatRequest, ChatResponse, Content, FunctionCall, FunctionDefinition,
    ImageDetail, JsonSchema, Message, Part, ReasoningEffort, ResponseFormat, StreamOptions, Tool,
    ToolCall, ToolChoice, ToolChoiceMode, Verbosity, WebSearchOptions,
};
use oci_wire::responses::{Item, Response, ResponsesRequest};
use oci_wire::{Loss, LossKind, Nullable, RawJson};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures;

fn paths(losses: &[Loss], kind: LossKind) -> Vec<&str> {
    losses.iter().filter(|loss| loss.kind == kind).map(|loss| loss.path.as_str()).collect()
}

fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// A conversation with everything that both dialects can say.
fn conversation() -> ChatRequest {
    let call = ToolCall::function("call_1", "get_weather", r#"{"city":"Paris"}"#);
    let schema = json!({"type": "object"});
    let function = FunctionDefinition::new("get_weather")
        .with_description("Weather")
        .with_parameters(schema.clone())
        .with_strict(true);
    let mut format = JsonSchema::default();
    format.name = "Event".into();
    format.schema = Some(schema.into());
    format.strict = Some(true);
    let mut request = ChatRequest::new(
        "openai.gpt-5.5",
        [
            Message::system("Be terse."),
            Message::developer("Always."),
            Message::user([
                Part::text("look"),
                Part::image_url_with_detail("data:image/png;base64,AAAA", ImageDetail::High),
                Part::file_id("file-1"),
            ]),
            Message::assistant_tool_calls([call, ToolCall::custom("call_2", "grep", "x")]),
            Message::tool("call_1", "18C"),
            Message::tool("call_2", "nothing"),
            Message::assistant("It is 18 degrees."),
            Message::user("Thanks."),
        ],
    )
    .with_stream()
    .with_temperature(0.5)
    .with_top_p(0.9)
    .with_max_completion_tokens(100)
    .with_tools([Tool::from(function), Tool::custom("grep")])
    .with_tool_choice(ToolChoice::function("get_weather"))
    .with_response_format(ResponseFormat::from(format))
    .with_reasoning_effort(ReasoningEffort::High)
    .with_metadata("k", "v");
    request.verbosity = Some(Verbosity::Low);
    request.store = Some(false);
    request.parallel_tool_calls = Some(true);
    request.logprobs = Some(true);
    request.top_logprobs = Some(2);
    request.user = Some("u".into());
    request
}

#[test]
fn a_request_is_said_in_the_other_dialect() {
    let to = ResponsesRequest::from_chat(&conversation());
    assert_eq!(to.losses, []);
    assert_eq!(
        written(&to.value),
        json!({
            "model": "openai.gpt-5.5",
            "input": [
                {"type": "message", "role": "system", "content": "Be terse."},
                {"type": "message", "role": "developer", "content": "Always."},
                {"type": "message", "role": "user", "content": [
                    {"type": "input_text", "text": "look"},
                    {"type": "input_image", "detail": "high", "image_url": "data:image/png;base64,AAAA"},
                    {"type": "input_file", "file_id": "file-1"}]},
                {"type": "function_call", "call_id": "call_1", "name": "get_weather",
                    "arguments": "{\"city\":\"Paris\"}"},
                {"type": "custom_tool_call", "call_id": "call_2", "name": "grep", "input": "x"},
                {"type": "function_call_output", "call_id": "call_1", "output": "18C"},
                {"type": "custom_tool_call_output", "call_id": "call_2", "output": "nothing"},
                {"type": "message", "role": "assistant", "content": "It is 18 degrees."},
                {"type": "message", "role": "user", "content": "Thanks."},
            ],
            "stream": true, "store": false, "temperature": 0.5, "top_p": 0.9,
            "max_output_tokens": 100, "top_logprobs": 2, "include": ["message.output_text.logprobs"],
            "tools": [
                {"type": "function", "name": "get_weather", "description": "Weather",
                    "parameters": {"type": "object"}, "strict": true},
                {"type": "custom", "name": "grep"}],
            "tool_choice": {"type": "function", "name": "get_weather"},
            "parallel_tool_calls": true,
            "text": {"format": {"type": "json_schema", "name": "Event", "schema": {"type": "object"},
                "strict": true}, "verbosity": "low"},
            "reasoning": {"effort": "high"}, "metadata": {"k": "v"}, "user": "u",
        })
    );
}

#[test]
fn a_request_comes_back() {
    let request = conversation();
    let there = ResponsesRequest::from_chat(&request);
    let back = there.value.to_chat();
    assert_eq!(back.losses, []);
    assert_eq!(written(&back.value), written(&request));
}

#[test]
fn what_differs_by_default_is_said() {
    let function = FunctionDefinition::new("f");
    let request = ChatRequest::new("m", [Message::user("x")]).with_tools([function]);
    let to = written(&ResponsesRequest::from_chat(&request).value);
    assert_eq!(to["store"], false);
    assert_eq!(to["tools"][0]["strict"], false);
}

#[test]
fn what_a_request_loses_on_the_way_there() {
    let mut request = ChatRequest::new("m", [Message::user("x").with_name("Ann")])
        .with_stop("END")
        .with_seed(7)
        .with_extra("top_k", json!(3));
    request.n = Some(2);
    request.frequency_penalty = Some(1.into());
    request.presence_penalty = Some(1.into());
    request.max_tokens = Some(1);
    request.max_completion_tokens = Some(2);
    request.web_search_options = Some(WebSearchOptions::default());
    request.messages.push(Message::user([Part::input_audio("AAAA", "wav"), Part::text("y")]));
    request.messages.push(serde_json::from_value(json!({"role": "critic"})).unwrap());
    let to = ResponsesRequest::from_chat(&request);
    assert_eq!(
        paths(&to.losses, LossKind::Dropped),
        [
            "messages[0].name",
            "messages[1].content[0]",
            "max_tokens",
            "n",
            "stop",
            "frequency_penalty",
            "presence_penalty",
            "seed",
        ]
    );
    assert_eq!(paths(&to.losses, LossKind::Approximated), ["web_search_options"]);
    assert_eq!(paths(&to.losses, LossKind::Unknown), ["messages[2]", "top_k"]);
    assert_eq!(written(&to.value)["max_output_tokens"], 2);
    assert_eq!(written(&to.value)["tools"], json!([{"type": "web_search"}]));
}

#[test]
fn the_old_function_interface_becomes_tools() {
    let mut assistant = AssistantMessage::default();
    let mut call = FunctionCall::default();
    call.name = "f".into();
    call.arguments = "{}".into();
    assistant.function_call = Some(call);
    let mut request = ChatRequest::new(
        "m",
        [Message::user("x"), Message::Assistant(assistant), Message::function("f", "1")],
    );
    request.functions = Some(vec![FunctionDefinition::new("f")]);
    let to = ResponsesRequest::from_chat(&request);
    assert_eq!(
        paths(&to.losses, LossKind::Approximated),
        ["messages[1].function_call", "messages[2]", "functions"]
    );
    assert_eq!(
        written(&to.value)["input"],
        json!([
            {"type": "message", "role": "user", "content": "x"},
            {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "1"}])
    );
}

#[test]
fn allowed_tools_change_their_form() {
    let tool = RawJson::from(json!({"type": "function", "function": {"name": "f"}}));
    let choice = ToolChoice::allowed(ToolChoiceMode::Required, [tool]);
    let request = ChatRequest::new("m", [Message::user("x")]).with_tool_choice(choice);
    let there = ResponsesRequest::from_chat(&request).value;
    assert_eq!(
        written(&there)["tool_choice"],
        json!({"type": "allowed_tools", "mode": "required",
            "tools": [{"type": "function", "name": "f"}]})
    );
    assert_eq!(there.to_chat().value.tool_choice, request.tool_choice);
}

#[test]
fn what_a_captured_request_loses_on_the_way_to_chat() {
    let capture = fixtures::json("requests/openai__responses_full.json");
    let request: ResponsesRequest = serde_json::from_value(capture["body"].clone()).unwrap();
    let to = request.to_chat();
    assert_eq!(
        paths(&to.losses, LossKind::Dropped),
        [
            "input[1].content[2]",
            "input[3]",
            "input[7]",
            "input[8]",
            "include.file_search_call.results",
            "include.web_search_call.action.sources",
            "include.reasoning.encrypted_content",
            "include.code_interpreter_call.outputs",
            "reasoning.summary",
            "tools[1]",
            "tools[2]",
            "tools[3]",
            "tools[4]",
            "tools[5].filters",
            "tools[6]",
            "previous_response_id",
            "max_tool_calls",
            "truncation",
        ]
    );
    assert_eq!(paths(&to.losses, LossKind::Approximated), ["tools[5]"]);
    let value = written(&to.value);
    assert_eq!(
        value["messages"],
        json!([
            {"role": "system", "content": "Be terse."},
            {"role": "system", "content": "sys"},
            {"role": "user", "content": [
                {"type": "text", "text": "look"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "high"}},
                {"type": "file", "file": {"file_id": "file-1"}},
                {"type": "file", "file": {"file_url": "https://e.example/a.pdf"}},
                {"type": "file", "file": {"filename": "b.pdf", "file_data": "data:application/pdf;base64,AAAA"}}]},
            {"role": "assistant", "content": [{"type": "text", "text": "ok"}], "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "get_weather",
                    "arguments": "{\"city\":\"Paris\"}"}}]},
            {"role": "tool", "content": "18C", "tool_call_id": "call_1"},
            {"role": "tool", "content": [{"type": "text", "text": "rich"}], "tool_call_id": "call_2"},
        ])
    );
    assert_eq!(value["max_completion_tokens"], 500);
    assert_eq!(value["web_search_options"]["user_location"]["approximate"]["city"], "Seattle");
    assert_eq!(value["tools"][1]["custom"]["format"]["grammar"]["syntax"], "regex");
}

/// Codex offers the tools of MCP servers this way.
#[test]
fn tools_in_namespaces_are_called_by_both_names() {
    let captured = fixtures::json("clients/codex.json");
    let mut request: ResponsesRequest = serde_json::from_value(captured["body"].clone()).unwrap();
    let to = request.to_chat();
    let tools = written(&to.value.tools);
    let names: Vec<&Value> =
        tools.as_array().unwrap().iter().map(|tool| &tool["function"]["name"]).collect();
    assert_eq!(names, ["exec_command", "mcp__t__lookup"]);
    assert_eq!(
        paths(&to.losses, LossKind::Dropped),
        [
            "include.reasoning.encrypted_content",
            "reasoning.summary",
            "tools[1].description",
            "tools[2].external_web_access",
        ]
    );

    let calls = [("1", "mcp__t__lookup"), ("2", "exec_command")];
    let answer: ChatResponse = serde_json::from_value(json!({"id": "c", "choices": [{"message": {"role": "assistant",
        "tool_calls": calls.map(|(id, name)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": "{}"}}))}}]}))
    .unwrap();
    let mut response = Response::from_chat(&answer).value;
    response.restore_namespaces(request.tools.as_deref().unwrap());
    let said = written(&response.output);
    let called = |item: &Value| (item["namespace"].clone(), item["name"].clone());
    assert_eq!(called(&said[0]), (json!("mcp__t"), json!("lookup")));
    assert_eq!(called(&said[1]), (Value::Null, json!("exec_command")));

    // What comes back with the next request is the same call again.
    request.input = Some(serde_json::from_value(said).unwrap());
    let to = request.to_chat();
    let names: Vec<Value> = written(&to.value.messages[0])["tool_calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["function"]["name"].clone())
        .collect();
    assert_eq!(names, calls.map(|(_, name)| name));
}

#[test]
fn pictures_of_tools_follow_their_results() {
    let call = |id: &str| json!({"type": "function_call", "call_id": id, "name": "view", "arguments": "{}"});
    let picture = json!({"type": "input_image", "image_url": "data:image/png;base64,AAAA"});
    let shown = |id: &str, more: Value| json!({"type": "function_call_output", "call_id": id, "output": [more, picture]});
    let request: ResponsesRequest = serde_json::from_value(json!({"model": "m", "input": [
        {"role": "user", "content": "look"}, call("1"), call("2"),
        shown("1", json!({"type": "input_text", "text": "one"})), shown("2", picture.clone()),
        {"role": "user", "content": "and now?"}]}))
    .unwrap();
    let to = request.to_chat();
    let messages = written(&to.value.messages);
    let roles: Vec<&Value> = messages.as_array().unwrap().iter().map(|it| &it["role"]).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool", "user", "user"]);
    assert_eq!(messages[2]["content"], json!([{"type": "text", "text": "one"}]));
    assert_eq!(messages[3]["content"], "The result is in the next message.");
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}});
    assert_eq!(messages[4]["content"], json!([image, image, image]));
    assert_eq!(
        paths(&to.losses, LossKind::Approximated),
        ["input[3].output[1]", "input[4].output[0]", "input[4].output[1]"]
    );
    assert_eq!(paths(&to.losses, LossKind::Dropped), Vec::<&str>::new());
}

#[test]
fn a_list_that_lost_all_its_tools_is_left_out() {
    let request: ResponsesRequest = serde_json::from_value(
        json!({"model": "m", "input": "x", "tools": [{"type": "shell"}, {"type": "new_tool"}]}),
    )
    .unwrap();
    let to = request.to_chat();
    assert_eq!(to.value.tools, None);
    assert_eq!(paths(&to.losses, LossKind::Dropped), ["tools[0]"]);
    assert_eq!(paths(&to.losses, LossKind::Unknown), ["tools[1]"]);
}

#[test]
fn an_answer_is_said_in_chat_completions() {
    let body = fixtures::text("responses/openai/responses_full.json");
    let to = Response::from_json(body.as_bytes()).unwrap().to_chat();
    let chat = to.value;
    assert_eq!(chat.text(), "See [1]");
    assert_eq!(chat.reasoning(), Some("raw"));
    assert_eq!(chat.refusal(), Some("no"));
    let calls: Vec<_> = chat.tool_calls().iter().map(|call| (call.id(), call.name())).collect();
    assert_eq!(calls, [("call_1", "get_weather"), ("call_9", "grep")]);
    assert_eq!(chat.finish_reason().unwrap().as_str(), "tool_calls");
    assert_eq!(chat.usage.as_ref().unwrap().reasoning_tokens(), Some(4));
    let message = chat.message().unwrap();
    assert_eq!(message.annotations.as_ref().unwrap().len(), 1);
    assert_eq!(
        paths(&to.losses, LossKind::Dropped),
        [
            "output[0].encrypted_content",
            "output[1]",
            "output[2]",
            "output[3]",
            "output[4]",
            "output[5]",
            "output[6]",
            "output[8]",
            "output[10].content[0].annotations[1]",
            "output[10].content[0].annotations[2]",
            "output[10].content[0].annotations[3]",
        ]
    );
}

#[test]
fn how_an_answer_ended_is_carried() {
    let chat_of = |name: &str| {
        let body = fixtures::text(&format!("responses/openai/{name}"));
        Response::from_json(body.as_bytes()).unwrap().to_chat()
    };
    let reason = |name: &str| chat_of(name).value.finish_reason().map(|it| it.as_str().to_owned());
    assert_eq!(reason("responses_minimal.json").as_deref(), Some("stop"));
    assert_eq!(reason("responses_incomplete.json").as_deref(), Some("length"));
    assert_eq!(reason("responses_failed.json"), None);
    let failed = chat_of("responses_failed.json");
    assert_eq!(paths(&failed.losses, LossKind::Dropped), ["status", "error"]);
}

#[test]
fn an_answer_of_chat_completions_comes_back() {
    let body = json!({"id": "1", "object": "chat.completion", "created": 1780192368, "model": "m",
        "service_tier": "default", "choices": [{"index": 0, "finish_reason": "tool_calls",
        "message": {"role": "assistant", "content": "Hi", "reasoning_content": "hm",
            "annotations": [{"type": "url_citation", "url_citation": {"start_index": 0,
                "end_index": 1, "title": "E", "url": "https://e.example"}}],
            "tool_calls": [{"id": "c", "type": "function",
                "function": {"name": "f", "arguments": "{}"}}]},
        "logprobs": {"content": [{"token": "Hi", "logprob": -0.5, "bytes": [72, 105],
            "top_logprobs": []}]}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 1},
            "completion_tokens_details": {"reasoning_tokens": 1}}});
    let chat: ChatResponse = serde_json::from_value(body.clone()).unwrap();
    let there = Response::from_chat(&chat);
    assert_eq!(there.losses, []);
    assert_eq!(there.value.text(), "Hi");
    let ids: Vec<String> = there
        .value
        .output()
        .iter()
        .map(|item| written(item)["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["rs_1", "msg_1", "fc_c"]);
    let back = there.value.to_chat();
    assert_eq!(back.losses, []);
    assert_eq!(written(&back.value), body);
}

#[test]
fn more_choices_and_cut_answers_are_told() {
    let body = json!({"choices": [
        {"index": 0, "finish_reason": "MAX_TOKENS", "message": {"content": "par", "audio": {}}},
        {"index": 1, "message": {"content": "other"}}]});
    let chat: ChatResponse = serde_json::from_value(body).unwrap();
    let there = Response::from_chat(&chat);
    assert_eq!(paths(&there.losses, LossKind::Dropped), ["choices[1]", "choices[0].message.audio"]);
    let value = written(&there.value);
    assert_eq!(value["status"], "incomplete");
    assert_eq!(value["incomplete_details"], json!({"reason": "max_output_tokens"}));
}

/// Messages that both dialects can say, no two of the model in a row.
fn messages() -> impl Strategy<Value = Vec<Message>> {
    let part = prop_oneof![
        ".*".prop_map(Part::text),
        ".*".prop_map(|url| Part::image_url_with_detail(url, ImageDetail::Low)),
        ".*".prop_map(Part::file_id),
    ];
    let content = prop_oneof![
        ".*".prop_map(Content::from),
        proptest::collection::vec(part, 0..3).prop_map(Content::Parts),
    ];
    let turn = prop_oneof![
        content.clone().prop_map(|content| vec![Message::user(content)]),
        ".*".prop_map(|text| vec![Message::system(text)]),
        (".*", ".*", ".*", ".*", content).prop_map(|(text, id, name, arguments, user)| {
            let mut message = AssistantMessage::default();
            message.content = Nullable::Value(Content::from(text));
            message.tool_calls = Some(vec![ToolCall::function(&*id, name, arguments)]);
            vec![Message::Assistant(message), Message::tool(id, "result"), Message::user(user)]
        }),
    ];
    proptest::collection::vec(turn, 0..5).prop_map(|turns| turns.concat())
}

proptest! {
    #[test]
    fn every_conversation_comes_back(messages in messages(), stream in any::<bool>()) {
        let mut request = ChatRequest::new("m", messages);
        request.store = Some(true);
        if stream {
            request.stream = Some(true);
            request.stream_options = Some(StreamOptions::usage());
        }
        let there = ResponsesRequest::from_chat(&request);
        prop_assert_eq!(&there.losses, &[]);
        let back = there.value.to_chat();
        prop_assert_eq!(&back.losses, &[]);
        prop_assert_eq!(back.value, request);
    }

    #[test]
    fn every_list_of_items_has_a_translation(kinds in proptest::collection::vec("[a-z_]{0,24}", 0..6)) {
        let items: Vec<Item> = kinds
            .iter()
            .map(|kind| serde_json::from_value(json!({"type": kind, "x": 1})).unwrap())
            .collect();
        let request = ResponsesRequest::new("m", items.clone());
        let to = request.to_chat();
        prop_assert!(to.losses.len() + to.value.messages.len() >= items.len());
    }
}

#[test]
fn members_without_a_field_are_told() {
    let request: ChatRequest = serde_json::from_value(json!({"model": "m", "messages": [
        {"role": "user", "content": [{"type": "text", "text": "x", "a": 1}], "b": 1},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "d": 1,
            "function": {"name": "f", "arguments": "{}", "e": 1}}]}],
        "tools": [{"type": "function", "function": {"name": "f", "g": 1}}]}))
    .unwrap();
    let to = ResponsesRequest::from_chat(&request);
    assert_eq!(
        paths(&to.losses, LossKind::Unknown),
        [
            "messages[0].b",
            "messages[0].content[0].a",
            "messages[1].tool_calls[0].d",
            "messages[1].tool_calls[0].function.e",
            "tools[0].function.g",
        ]
    );
    let request: ResponsesRequest = serde_json::from_value(json!({"model": "m", "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "x", "a": 1}], "b": 1},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "d": 1}],
        "tools": [{"type": "function", "name": "f", "g": 1}], "h": 1}))
    .unwrap();
    assert_eq!(
        paths(&request.to_chat().losses, LossKind::Unknown),
        ["input[0].b", "input[0].content[0].a", "input[1].d", "tools[0].g", "h"]
    );
}
