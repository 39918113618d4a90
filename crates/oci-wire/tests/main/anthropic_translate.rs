//! Translations between chat completions and the Messages API, both ways, and what they report as lost.

use oci_wire::anthropic::{
    Content, ContentBlock, Message, MessagesRequest, MessagesResponse, Metadata, ServiceTier,
    Source, Thinking, Tool, ToolChoice,
};
use oci_wire::chat::{
    self, AssistantMessage, ChatRequest, ChatResponse, ImageDetail, Message as ChatMessage, Part,
    ReasoningEffort, ToolCall,
};
use oci_wire::{Family, Loss, LossKind, Nullable, RawJson};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures;

fn paths(losses: &[Loss], kind: LossKind) -> Vec<&str> {
    losses.iter().filter(|loss| loss.kind == kind).map(|loss| loss.path.as_str()).collect()
}

fn request(value: Value) -> MessagesRequest {
    serde_json::from_value(value).unwrap()
}

fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn raw(value: Value) -> RawJson {
    RawJson::from(value)
}

/// What a coding agent sends in the middle of its work.
fn agent() -> MessagesRequest {
    request(json!({
        "model": "m", "max_tokens": 32000, "stream": true, "temperature": 1,
        "system": [
            {"type": "text", "text": "You are an agent.", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "Be terse."}],
        "messages": [
            {"role": "user", "content": "List the files."},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}},
                {"type": "tool_use", "id": "toolu_2", "name": "Read", "input": {"path": "a.png"}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "a.png", "is_error": false},
                {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": true, "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}]},
                {"type": "text", "text": "Go on.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}],
        "tools": [
            {"name": "Bash", "description": "Runs.", "input_schema": {"type": "object"}},
            {"type": "custom", "name": "Read", "input_schema": {"type": "object"}, "strict": true},
            {"type": "bash_20250124", "name": "bash"},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 5,
                "user_location": {"type": "approximate", "city": "Paris"}}],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
        "thinking": {"type": "enabled", "budget_tokens": 31999},
        "metadata": {"user_id": "u".repeat(65)}}))
}

#[test]
fn what_an_agent_sends_is_said_in_chat_completions() {
    let to = agent().to_chat(Family::OpenAi);
    assert_eq!(
        written(&to.value),
        json!({
            "model": "m",
            "messages": [
                {"role": "system", "content": [
                    {"type": "text", "text": "You are an agent."}, {"type": "text", "text": "Be terse."}]},
                {"role": "user", "content": "List the files."},
                {"role": "assistant", "content": "I look.", "tool_calls": [
                    {"id": "toolu_1", "type": "function",
                        "function": {"name": "Bash", "arguments": "{\"command\":\"ls\"}"}},
                    {"id": "toolu_2", "type": "function",
                        "function": {"name": "Read", "arguments": "{\"path\":\"a.png\"}"}}]},
                {"role": "tool", "content": "a.png", "tool_call_id": "toolu_1"},
                {"role": "tool", "content": "The result is in the next message.", "tool_call_id": "toolu_2"},
                {"role": "user", "content": [
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                    {"type": "text", "text": "Go on."}]}],
            "stream": true, "stream_options": {"include_usage": true}, "temperature": 1,
            "max_completion_tokens": 32000,
            "tools": [
                {"type": "function", "function": {"name": "Bash", "description": "Runs.",
                    "parameters": {"type": "object"}}},
                {"type": "function", "function": {"name": "Read",
                    "parameters": {"type": "object"}, "strict": true}}],
            "tool_choice": "auto", "parallel_tool_calls": false, "reasoning_effort": "high",
            "web_search_options": {"user_location": {"type": "approximate", "approximate": {"city": "Paris"}}}
        })
    );
    assert_eq!(
        paths(&to.losses, LossKind::Dropped),
        [
            "system[0].cache_control",
            "messages[1].content[0]",
            "messages[2].content[1].is_error",
            "messages[2].content[2].cache_control",
            "tools[3].max_uses",
            "metadata.user_id",
        ]
    );
    assert_eq!(
        paths(&to.losses, LossKind::Approximated),
        ["messages[2].content[1].content[0]", "tools[3]", "thinking.budget_tokens"]
    );
    assert_eq!(paths(&to.losses, LossKind::Unknown), ["tools[2]"]);
}

#[test]
fn the_family_names_the_limit() {
    let request = MessagesRequest::new("m", 5, [Message::user("x")]);
    for (family, old, new) in [
        (Family::OpenAi, None, Some(5)),
        (Family::GptOss, Some(5), None),
        (Family::Grok, Some(5), None),
        (Family::Other, Some(5), None),
    ] {
        let chat = request.to_chat(family).value;
        assert_eq!((chat.max_tokens, chat.max_completion_tokens), (old, new), "{family:?}");
    }
}

#[test]
fn results_come_before_what_the_user_says() {
    let to = request(json!({"model": "m", "max_tokens": 1, "messages": [
        {"role": "user", "content": [
            {"type": "text", "text": "late"},
            {"type": "tool_result", "tool_use_id": "t"}]}]}))
    .to_chat(Family::Other);
    let messages = written(&to.value.messages);
    assert_eq!(
        messages,
        json!([{"role": "tool", "content": "", "tool_call_id": "t"}, {"role": "user", "content": "late"}])
    );
    assert_eq!(paths(&to.losses, LossKind::Approximated), ["messages[0].content[1]"]);
}

#[test]
fn instructions_in_the_middle_stay_there() {
    let to = request(json!({"model": "m", "max_tokens": 1, "messages": [
        {"role": "user", "content": [
            {"type": "text", "text": "a"},
            {"type": "mid_conv_system", "content": [{"type": "text", "text": "now in French"}]},
            {"type": "text", "text": "b"}]},
        {"role": "system", "content": "and in verse"}]}))
    .to_chat(Family::Other);
    assert_eq!(to.losses, []);
    assert_eq!(
        written(&to.value.messages),
        json!([{"role": "user", "content": "a"}, {"role": "system", "content": "now in French"},
            {"role": "user", "content": "b"}, {"role": "system", "content": "and in verse"}])
    );
}

/// A search for tools that answers with nothing but references would be an empty result, as if nothing was found.
#[test]
fn a_tool_that_a_search_found_is_said_in_words() {
    let captured = fixtures::json("clients/claude_code.json");
    let to = request(captured["body"].clone()).to_chat(Family::Other);
    let messages = written(&to.value.messages);
    let results: Vec<&Value> =
        messages.as_array().unwrap().iter().filter(|message| message["role"] == "tool").collect();
    assert_eq!(
        results[0]["content"],
        json!([{"type": "text", "text": "The tool mcp__t__lookup is available now.\n"},
            {"type": "text", "text": "The tool WebFetch is available now.\n"}])
    );
    assert_eq!(results[1]["content"][0]["text"], "found Oslo");
    let tools = written(&to.value.tools);
    let names: Vec<&Value> =
        tools.as_array().unwrap().iter().map(|tool| &tool["function"]["name"]).collect();
    assert_eq!(names, ["Bash", "ToolSearch", "DeferredToolPlaceholder", "mcp__t__lookup"]);
    assert_eq!(
        paths(&to.losses, LossKind::Approximated),
        [
            "messages[3].content[0].content[0]",
            "messages[3].content[0].content[1]",
            "messages[7].content[0].content[1]",
            "thinking",
        ]
    );
    assert_eq!(paths(&to.losses, LossKind::Unknown), ["context_management"]);
}

#[test]
fn arguments_are_streamed_eagerly_anyhow() {
    let to = request(json!({"model": "m", "max_tokens": 1, "stream": true,
        "messages": [{"role": "user", "content": "a"}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}, "eager_input_streaming": true}]}))
    .to_chat(Family::Other);
    assert_eq!(to.losses, []);
}

#[test]
fn documents_are_files_or_text() {
    let to = request(json!({"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": [
        {"type": "document", "title": "A", "source": {"type": "base64", "media_type": "application/pdf", "data": "AA=="}},
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
        {"type": "document", "title": "T", "context": "c", "source": {"type": "text", "media_type": "text/plain", "data": "body"}},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "chunk"}]}},
        {"type": "document", "source": {"type": "url", "url": "https://e.example/a.pdf"}},
        {"type": "search_result", "source": "https://e.example", "title": "E", "content": [{"type": "text", "text": "found"}]},
        {"type": "image", "source": {"type": "url", "url": "https://e.example/a.png"}},
        {"type": "container_upload", "file_id": "f"}]}]}))
    .to_chat(Family::Other);
    assert_eq!(
        written(&to.value.messages)[0]["content"],
        json!([
            {"type": "file", "file": {"filename": "A", "file_data": "data:application/pdf;base64,AA=="}},
            {"type": "file", "file": {"file_id": "file_1"}},
            {"type": "text", "text": "T\nbody"},
            {"type": "text", "text": "chunk"},
            {"type": "file", "file": {"file_url": "https://e.example/a.pdf"}},
            {"type": "text", "text": "E\nhttps://e.example\nfound"},
            {"type": "image_url", "image_url": {"url": "https://e.example/a.png"}}])
    );
    assert_eq!(paths(&to.losses, LossKind::Dropped), ["messages[0].content[2].context"]);
    assert_eq!(
        paths(&to.losses, LossKind::Approximated),
        ["messages[0].content[2]", "messages[0].content[3]", "messages[0].content[5]"]
    );
    assert_eq!(paths(&to.losses, LossKind::Unknown), ["messages[0].content[7]"]);
}

#[test]
fn thinking_and_effort_become_an_effort() {
    for (thinking, config, effort, approximated) in [
        (
            json!({"type": "enabled", "budget_tokens": 1024}),
            json!({}),
            Some("low"),
            "thinking.budget_tokens",
        ),
        (
            json!({"type": "enabled", "budget_tokens": 10000}),
            json!({}),
            Some("medium"),
            "thinking.budget_tokens",
        ),
        (
            json!({"type": "enabled", "budget_tokens": 31999}),
            json!({}),
            Some("high"),
            "thinking.budget_tokens",
        ),
        (
            json!({"type": "enabled", "budget_tokens": 1024}),
            json!({"effort": "max"}),
            Some("max"),
            "thinking.budget_tokens",
        ),
        (json!({"type": "adaptive"}), json!({"effort": "xhigh"}), Some("xhigh"), "thinking"),
        (json!({"type": "adaptive"}), json!({}), None, "thinking"),
        (json!({"type": "disabled"}), json!({}), Some("none"), ""),
    ] {
        let to = request(
            json!({"model": "m", "messages": [], "thinking": thinking, "output_config": config}),
        )
        .to_chat(Family::Other);
        let found = to.value.reasoning_effort.as_ref().map(ReasoningEffort::as_str);
        assert_eq!(found, effort, "{thinking} {config}");
        assert_eq!(paths(&to.losses, LossKind::Approximated).concat(), approximated, "{thinking}");
    }
}

#[test]
fn a_choice_without_tools_is_left_out() {
    let to = request(json!({"model": "m", "messages": [], "tools": [{"type": "memory_20250818", "name": "memory"}],
        "tool_choice": {"type": "any"}}))
    .to_chat(Family::Other);
    assert_eq!((to.value.tools, to.value.tool_choice), (None, None));
    assert_eq!(paths(&to.losses, LossKind::Unknown), ["tools[0]"]);
    assert_eq!(paths(&to.losses, LossKind::Dropped), ["tool_choice"]);
}

#[test]
fn an_answer_to_be_continued_is_told() {
    let to =
        MessagesRequest::new("m", 5, [Message::user("x"), Message::assistant("The best is (")])
            .to_chat(Family::Other);
    assert_eq!(paths(&to.losses, LossKind::Approximated), ["messages[1]"]);
}

#[test]
fn members_without_a_field_are_told() {
    let to = request(json!({"model": "m", "messages": [
        {"role": "user", "a": 1, "content": [{"type": "text", "text": "x", "b": 1}, {"type": "new"}]},
        {"role": "critic", "content": "x"}],
        "tools": [{"name": "t", "input_schema": {}, "c": 1}], "tool_choice": {"type": "auto", "d": 1},
        "metadata": {"e": 1}, "context_management": {}}))
    .to_chat(Family::Other);
    assert_eq!(
        paths(&to.losses, LossKind::Unknown),
        [
            "messages[0].a",
            "messages[0].content[0].b",
            "messages[0].content[1]",
            "messages[1]",
            "tools[0].c",
            "tool_choice.d",
            "metadata.e",
            "context_management"
        ]
    );
}

#[test]
fn a_request_of_chat_completions_is_said_in_messages() {
    let mut custom = AssistantMessage::default();
    custom.reasoning_content = Some("hm".to_owned());
    custom.content = Nullable::Value("".into());
    custom.tool_calls = Some(vec![
        ToolCall::function("c1", "f", "{\"a\": 1e2}"),
        ToolCall::function("c2", "f", ""),
        ToolCall::function("c3", "f", "[1]"),
        ToolCall::custom("c4", "grep", "x"),
    ]);
    let mut chat = ChatRequest::new(
        "m",
        [
            ChatMessage::system("a"),
            ChatMessage::developer("b"),
            ChatMessage::user([
                Part::text("look"),
                Part::image_url_with_detail("https://e.example/a.png", ImageDetail::High),
                Part::input_audio("AA", "wav"),
            ]),
            ChatMessage::Assistant(custom),
            ChatMessage::tool("c1", "one"),
            ChatMessage::tool("c2", "two"),
            ChatMessage::user("go on"),
            ChatMessage::system("c"),
        ],
    )
    .with_seed(1)
    .with_reasoning_effort(ReasoningEffort::Minimal)
    .with_tools([chat::Tool::custom("grep"), chat::Tool::from(chat::FunctionDefinition::new("f"))]);
    chat.parallel_tool_calls = Some(false);
    chat.n = Some(2);
    let to = MessagesRequest::from_chat(&chat);
    assert_eq!(
        written(&to.value),
        json!({
            "model": "m", "max_tokens": 4096,
            "system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "look"},
                    {"type": "image", "source": {"type": "url", "url": "https://e.example/a.png"}}]},
                {"role": "assistant", "content": [
                    {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1e2}},
                    {"type": "tool_use", "id": "c2", "name": "f", "input": {}},
                    {"type": "tool_use", "id": "c3", "name": "f", "input": {"arguments": "[1]"}},
                    {"type": "tool_use", "id": "c4", "name": "grep", "input": {"input": "x"}}]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": "one"},
                    {"type": "tool_result", "tool_use_id": "c2", "content": "two"},
                    {"type": "text", "text": "go on"}]},
                {"role": "system", "content": "c"}],
            "tools": [
                {"name": "grep", "input_schema": {"type": "object", "required": ["input"],
                    "properties": {"input": {"type": "string"}}}},
                {"name": "f", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
            "output_config": {"effort": "low"}})
    );
    assert_eq!(
        paths(&to.losses, LossKind::Dropped),
        [
            "messages[2].content[1].image_url.detail",
            "messages[2].content[2]",
            "messages[3].reasoning_content",
            "n",
            "seed"
        ]
    );
    assert_eq!(
        paths(&to.losses, LossKind::Approximated),
        [
            "messages[1]",
            "messages[1]",
            "messages[3].tool_calls[2].function.arguments",
            "messages[3].tool_calls[3]",
            "max_tokens",
            "tools[0]",
            "reasoning_effort"
        ]
    );
    // Numbers keep their digits.
    assert!(serde_json::to_string(&to.value).unwrap().contains(r#""input":{"a": 1e2}"#));
}

#[test]
fn the_deprecated_function_interface_is_carried() {
    let chat: ChatRequest =
        serde_json::from_value(json!({"model": "m", "max_tokens": 1, "messages": [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "r"}],
        "functions": [{"name": "f"}], "function_call": {"name": "f"}}))
        .unwrap();
    let to = MessagesRequest::from_chat(&chat);
    let value = written(&to.value);
    assert_eq!(value["messages"][1]["content"][0]["id"], "call_1");
    assert_eq!(value["messages"][2]["content"][0]["tool_use_id"], "call_1");
    assert_eq!(value["tool_choice"], json!({"type": "tool", "name": "f"}));
    assert_eq!(
        paths(&to.losses, LossKind::Approximated),
        ["messages[1].function_call", "messages[2]", "functions", "function_call"]
    );
}

fn answer(value: Value) -> ChatResponse {
    serde_json::from_value(value).unwrap()
}

#[test]
fn an_answer_is_said_in_messages_and_comes_back() {
    let body = json!({"id": "chatcmpl-1", "object": "chat.completion", "model": "m", "choices": [{"index": 0,
        "finish_reason": "tool_calls", "message": {"role": "assistant", "content": "I look.", "reasoning_content": "hm",
            "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}}]}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107,
            "prompt_tokens_details": {"cached_tokens": 60}, "completion_tokens_details": {"reasoning_tokens": 3}}});
    let to = MessagesResponse::from_chat(&answer(body.clone()));
    assert_eq!(to.losses, []);
    assert_eq!(
        written(&to.value),
        json!({"id": "chatcmpl-1", "type": "message", "role": "assistant", "model": "m",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": ""},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "call_1", "name": "f", "input": {"a": 1}}],
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": {"input_tokens": 40, "cache_read_input_tokens": 60, "output_tokens": 7,
                "output_tokens_details": {"thinking_tokens": 3}}})
    );
    assert_eq!(to.value.text(), "I look.");
    let back = to.value.to_chat();
    assert_eq!(back.losses, []);
    assert_eq!(written(&back.value), body);
}

#[test]
fn how_an_answer_ends_is_carried() {
    for (reason, message, stop) in [
        (json!("stop"), json!({"content": "x"}), json!("end_turn")),
        (json!("COMPLETE"), json!({"content": "x"}), json!("end_turn")),
        (json!("STOP_SEQUENCE"), json!({"content": "x"}), json!("stop_sequence")),
        (json!("length"), json!({"content": "x"}), json!("max_tokens")),
        (json!("MAX_TOKENS"), json!({"content": "x"}), json!("max_tokens")),
        (json!("content_filter"), json!({"content": "x"}), json!("refusal")),
        (json!("stop"), json!({"refusal": "no"}), json!("refusal")),
        (
            json!("stop"),
            json!({"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}),
            json!("tool_use"),
        ),
        (json!("new_reason"), json!({"content": "x"}), json!("new_reason")),
        (Value::Null, json!({"content": "x"}), Value::Null),
    ] {
        let chat = answer(json!({"choices": [{"finish_reason": reason, "message": message}]}));
        let to = MessagesResponse::from_chat(&chat);
        assert_eq!(written(&to.value)["stop_reason"], stop, "{reason} {message}");
    }
    for (stop, reason) in [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "pause_turn"),
        ("new", "new"),
    ] {
        let message: MessagesResponse =
            serde_json::from_value(json!({"content": [], "stop_reason": stop})).unwrap();
        assert_eq!(message.to_chat().value.finish_reason().unwrap().as_str(), reason, "{stop}");
    }
}

#[test]
fn counts_that_leave_thoughts_out_are_put_right() {
    let chat = answer(
        json!({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 40}}),
    );
    let usage = MessagesResponse::from_chat(&chat).value.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(10), Some(30)));
    let usage = MessagesResponse::from_chat(&ChatResponse::default()).value.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(0), Some(0)));
}

#[test]
fn calls_without_an_id_get_one_each() {
    let chat = answer(json!({"id": "a", "choices": [{"message": {"tool_calls": [
        {"function": {"name": "f", "arguments": "{}"}}, {"function": {"name": "f", "arguments": "{}"}},
        {"id": "x", "function": {"name": "f", "arguments": "{}"}}, {"id": "x", "function": {"name": "f", "arguments": "{}"}}]}}]}));
    let ids = || -> Vec<String> {
        written(&MessagesResponse::from_chat(&chat).value)["content"]
            .as_array()
            .unwrap()
            .iter()
            .map(|block| block["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut sorted = ids();
    assert_eq!(sorted, ids());
    assert_eq!(sorted[2], "x");
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), 4);
}

#[test]
fn what_an_answer_cannot_carry_is_told() {
    let chat =
        answer(json!({"system_fingerprint": "f", "service_tier": "default", "x": 1, "choices": [
        {"logprobs": {"content": []}, "y": 1, "message": {"content": "a", "z": 1, "audio": {},
            "annotations": [{"type": "url_citation"}], "tool_calls": [{"type": "new"}]}},
        {"index": 1, "message": {"content": "b"}}]}));
    let to = MessagesResponse::from_chat(&chat);
    assert_eq!(
        paths(&to.losses, LossKind::Dropped),
        [
            "choices[1]",
            "system_fingerprint",
            "service_tier",
            "choices[0].logprobs",
            "choices[0].message.annotations",
            "choices[0].message.audio"
        ]
    );
    assert_eq!(
        paths(&to.losses, LossKind::Unknown),
        ["response.x", "choices[0].y", "choices[0].message.z", "choices[0].message.tool_calls[0]"]
    );
}

/// Conversations that both dialects can say, in the form that the way back gives.
fn conversation() -> impl Strategy<Value = MessagesRequest> {
    let block = prop_oneof![
        ".+".prop_map(ContentBlock::text),
        ".*".prop_map(|data| ContentBlock::image(Source::base64("image/png", data))),
        "[a-z]{1,9}".prop_map(|id| ContentBlock::document(Source::file(id))),
    ];
    let said = prop_oneof![
        ".+".prop_map(Content::from),
        proptest::collection::vec(block, 2..4).prop_map(Content::Blocks),
    ];
    let object = proptest::collection::btree_map(".{0,3}", any::<i64>(), 0..3);
    let turn = prop_oneof![
        said.clone().prop_map(|said| vec![Message::user(said)]),
        ".+".prop_map(|text| vec![Message::user("x"), Message::system(Content::from(text))]),
        (".+", ".+", ".+", object, ".+", said).prop_map(
            |(text, id, name, object, result, said)| {
                let input = RawJson::from_serialize(&object).unwrap();
                let mut user = vec![ContentBlock::tool_result(id.clone(), Content::from(result))];
                match said {
                    Content::Blocks(blocks) => user.extend(blocks),
                    said => user.push(ContentBlock::text(said.text())),
                }
                vec![
                    Message::assistant([
                        ContentBlock::text(text),
                        ContentBlock::tool_use(id, name, input),
                    ]),
                    Message::user(Content::Blocks(user)),
                ]
            }
        ),
    ];
    let options = (
        any::<u64>(),
        proptest::option::of(".+"),
        any::<bool>(),
        0..5_u8,
        proptest::option::of(0..500_u64),
    );
    (proptest::collection::vec(turn, 0..5), options).prop_map(
        |(turns, (limit, system, stream, choice, top_k))| {
            let mut request = MessagesRequest::new("m", limit, turns.concat());
            request.system = system.map(Content::from);
            request.stream = stream.then_some(true);
            request.top_k = top_k;
            if choice > 0 {
                let schema = raw(json!({"type": "object", "properties": {}}));
                request.tools = Some(vec![Tool::custom("f", "d", schema)]);
                request.thinking = (choice == 1).then(Thinking::disabled);
                request.service_tier = Some(ServiceTier::StandardOnly);
                let mut metadata = Metadata::default();
                metadata.user_id = Some("u".to_owned());
                request.metadata = Some(metadata);
                request.tool_choice = [
                    ToolChoice::none(),
                    ToolChoice::any().with_disable_parallel_tool_use(true),
                    ToolChoice::tool("f"),
                    ToolChoice::auto().with_disable_parallel_tool_use(false),
                ]
                .into_iter()
                .nth(usize::from(choice - 1));
            }
            request
        },
    )
}

proptest! {
    #[test]
    fn every_conversation_comes_back(request in conversation(), openai in any::<bool>()) {
        let there = request.to_chat(if openai { Family::OpenAi } else { Family::Other });
        prop_assert_eq!(&there.losses, &[]);
        let back = MessagesRequest::from_chat(&there.value);
        prop_assert_eq!(&back.losses, &[]);
        prop_assert_eq!(written(&back.value), written(&request));
    }

    #[test]
    fn every_request_has_a_translation(messages in proptest::collection::vec(crate::properties::message(), 0..6), value in crate::properties::any_json()) {
        let chat = ChatRequest::new("m", messages);
        let there = MessagesRequest::from_chat(&chat).value;
        let text = serde_json::to_string(&there).unwrap();
        prop_assert_eq!(&serde_json::from_str::<MessagesRequest>(&text).unwrap(), &there);
        let _ = there.to_chat(Family::Other);
        let other = json!({"model": "m", "messages": [{"role": "user", "content": value}, {"role": "assistant", "content": [value]}],
            "system": value, "tools": [{"type": "x", "v": value}]});
        if let Ok(request) = serde_json::from_value::<MessagesRequest>(other) {
            let _ = request.to_chat(Family::Other);
        }
    }
}
