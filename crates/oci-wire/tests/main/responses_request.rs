//! Requests of the Responses API: captured ones from the typed builders.

use oci_wire::chat::{ReasoningEffort, ServiceTier, ToolChoiceMode, Verbosity};
use oci_wire::responses::{
    AutoContainer, CodeInterpreterTool, CustomTool, CustomToolFormat, FileSearchTool, Filter,
    FilterKind, FunctionTool, GrammarFormat, ImageDetail, ImageGenerationTool, Include, Item,
    JsonSchemaFormat, McpAllowedTools, McpApproval, McpApprovalFilter, McpApprovalMode,
    McpApprovalResponse, McpTool, McpToolFilter, Message, MessageRole, Part, RankingOptions,
    Reasoning, ReasoningItem, ReasoningSummary, ResponsesRequest, ToolChoice, Truncation,
    UserLocation, WebSearchFilters, WebSearchTool,
};
use oci_wire::{Nullable, RawJson};
use serde_json::{Value, json};

use crate::fixtures;

fn schema() -> Value {
    json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"],
        "additionalProperties": false})
}

fn get_weather() -> FunctionTool {
    FunctionTool::new("get_weather")
        .with_description("Weather")
        .with_parameters(schema())
        .with_strict(true)
}

/// A value of a type that can only be made by `default()`, with fields set.
fn with<T: Default>(set: impl FnOnce(&mut T)) -> T {
    let mut value = T::default();
    set(&mut value);
    value
}

fn built(name: &str) -> ResponsesRequest {
    let plain = || ResponsesRequest::new("m", "x");
    match name {
        "openai__responses_minimal.json" => {
            ResponsesRequest::new("openai.gpt-oss-120b", "What is 2x2?")
        }
        "openai__responses_dedicated.json" => {
            ResponsesRequest::new("ocid1.generativeaiendpoint.oc1.us-chicago-1.x", "What is 2x2?")
        }
        "openai__responses_stream_all_events.json" | "openai__responses_stream_failed.json" => {
            ResponsesRequest::new("m", "hi").with_stream()
        }
        "openai__responses_stream_error_event.json" => {
            ResponsesRequest::new("m", "hi").with_stream()
        }
        "openai__responses_conversation.json" => plain()
            .with_conversation("conv_1")
            .with_tools([get_weather()])
            .with_tool_choice(ToolChoiceMode::Required),
        "openai__responses_toolchoice_hosted.json" => {
            let allowed = RawJson::from(json!({"type": "function", "name": "get_weather"}));
            plain()
                .with_tools([get_weather()])
                .with_tool_choice(ToolChoice::allowed(ToolChoiceMode::Auto, [allowed]))
        }
        "openai__responses_full.json" => full(),
        name if name == "openai__responses_failed.json" || name.contains("error_") => plain(),
        _ => panic!("{name} has no builder in this test"),
    }
}

fn full() -> ResponsesRequest {
    let mut request = ResponsesRequest::new("openai.gpt-5.5", full_input())
        .with_instructions("Be terse.")
        .with_previous_response_id("resp_0")
        .with_store(false)
        .with_max_output_tokens(500)
        .with_metadata("k", "v")
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_reasoning(
            Reasoning::effort(ReasoningEffort::High).with_summary(ReasoningSummary::Auto),
        )
        .with_format(JsonSchemaFormat::new("Event", schema()).with_strict(true))
        .with_verbosity(Verbosity::Low)
        .with_tool_choice(ToolChoice::function("get_weather"))
        .with_include([
            Include::FileSearchResults,
            Include::WebSearchSources,
            Include::EncryptedReasoning,
            Include::CodeInterpreterOutputs,
            Include::Logprobs,
        ]);
    request.service_tier = ServiceTier::Auto.into();
    request.background = false.into();
    request.max_tool_calls = 4.into();
    request.parallel_tool_calls = true.into();
    request.prompt_cache_key = String::from("pck").into();
    request.safety_identifier = String::from("sid").into();
    request.stream_options = Nullable::Null;
    request.top_logprobs = 2.into();
    request.truncation = Truncation::Auto.into();
    request.user = Some("u1".into());
    request.tools = Some(vec![
        get_weather().into(),
        file_search().into(),
        with(|tool: &mut CodeInterpreterTool| {
            tool.container = Some(
                with(|container: &mut AutoContainer| {
                    container.memory_limit = Some("4g".into());
                    container.file_ids = Some(vec!["file-1".into()]);
                })
                .into(),
            );
        })
        .into(),
        dmcp().into(),
        m2().into(),
        web_search().into(),
        with(|tool: &mut ImageGenerationTool| {
            tool.size = Some("1024x1024".into());
            tool.quality = Some("low".into());
        })
        .into(),
        with(|tool: &mut CustomTool| {
            tool.name = "grep".into();
            tool.description = Some("d".into());
            tool.format = Some(CustomToolFormat::Grammar(with(|format: &mut GrammarFormat| {
                format.syntax = "regex".into();
                format.definition = ".*".into();
            })));
        })
        .into(),
    ]);
    request
}

fn full_input() -> Vec<Item> {
    let mut assistant = Message::new(MessageRole::Assistant, [Part::output_text("ok")]);
    assistant.id = Some("msg_0".into());
    assistant.status = Some("completed".into());
    let reasoning = with(|item: &mut ReasoningItem| {
        item.id = Some("rs_0".into());
        item.summary = Some(Vec::new());
        item.encrypted_content = Some("gAAA".into());
    });
    let mut approval = McpApprovalResponse::new("mcpr_1", true);
    approval.reason = Some("ok".into());
    vec![
        Message::easy(MessageRole::System, "sys").into(),
        Item::user([
            Part::input_text("look"),
            Part::input_image("data:image/png;base64,AAAA", ImageDetail::High),
            Part::input_image_file("file-3", ImageDetail::Auto),
            Part::input_file("file-1"),
            Part::input_file_url("https://e.example/a.pdf"),
            Part::input_file_data("b.pdf", "data:application/pdf;base64,AAAA"),
        ]),
        assistant.into(),
        reasoning.into(),
        Item::function_call("call_1", "get_weather", r#"{"city":"Paris"}"#),
        Item::function_call_output("call_1", "18C"),
        Item::function_call_output("call_2", [Part::input_text("rich")]),
        approval.into(),
        Item::reference("msg_7"),
    ]
}

fn file_search() -> FileSearchTool {
    with(|tool: &mut FileSearchTool| {
        tool.vector_store_ids = vec!["vs_1".into()];
        tool.max_num_results = Some(5);
        tool.ranking_options = Some(with(|ranking: &mut RankingOptions| {
            ranking.ranker = Some("auto".into());
            ranking.score_threshold = Some(0.2.into());
        }));
        tool.filters = Some(Filter::and([
            Filter::compare(FilterKind::Eq, "category", json!("history")),
            Filter::compare(FilterKind::In, "year", json!([2024, 2025])),
        ]));
    })
}

fn dmcp() -> McpTool {
    let mut tool = McpTool::new("dmcp", "https://mcp.example/mcp");
    tool.server_description = Some("dice".into());
    tool.require_approval = Some(McpApproval::Mode(McpApprovalMode::Never));
    tool.allowed_tools = Some(McpAllowedTools::Names(vec!["roll".into()]));
    tool.authorization = Some("tok".into());
    tool.headers = Some([("x", "y")].into_iter().collect());
    tool
}

fn m2() -> McpTool {
    let read_only = || with(|filter: &mut McpToolFilter| filter.read_only = Some(true));
    let mut tool = McpTool::new("m2", "https://m2.example/mcp");
    tool.allowed_tools = Some(McpAllowedTools::Filter(read_only()));
    tool.require_approval = Some(McpApproval::Filter(with(|approval: &mut McpApprovalFilter| {
        approval.never = Some(with(|filter: &mut McpToolFilter| {
            filter.tool_names = Some(vec!["a".into()]);
        }));
        approval.always = Some(read_only());
    })));
    tool
}

fn web_search() -> WebSearchTool {
    with(|tool: &mut WebSearchTool| {
        tool.search_context_size = Some("low".into());
        tool.user_location = Some(with(|place: &mut UserLocation| {
            place.kind = Some("approximate".into());
            place.country = Some("US".into());
            place.city = Some("Seattle".into());
            place.region = Some("WA".into());
            place.timezone = Some("America/Los_Angeles".into());
        }));
        tool.filters = Some(with(|filters: &mut WebSearchFilters| {
            filters.allowed_domains = Some(vec!["e.example".into()]);
        }));
    })
}

/// The captures whose body is a request of the Responses API.
fn captures() -> Vec<(String, Value)> {
    let mut names = fixtures::names("requests", "openai__responses_", ".json");
    names.extend(fixtures::names("requests", "openai__error_", ".json"));
    let body = |name: String| {
        let capture = fixtures::json(&format!("requests/{name}"));
        (name, capture["body"].clone())
    };
    names.into_iter().map(body).collect()
}

#[test]
fn every_captured_request_is_reproduced() {
    for (name, body) in captures() {
        let request = built(&name);
        assert_eq!(serde_json::to_value(&request).unwrap(), body, "{name}");
        let read: ResponsesRequest = serde_json::from_value(body).unwrap();
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text, "{name}");
        assert_eq!(read, request, "{name}");
        let shown = format!("{read:?}");
        assert!(!shown.contains("Extra([("), "{name}: {shown}");
    }
}

#[test]
fn null_is_written_where_it_was_said() {
    let text =
        r#"{"model":"m","input":"x","stream":null,"store":null,"temperature":null,"tools":[]}"#;
    let request: ResponsesRequest = serde_json::from_str(text).unwrap();
    assert_eq!(
        serde_json::to_value(&request).unwrap(),
        json!({"model": "m", "input": "x", "stream": null, "store": null, "temperature": null,
            "tools": []})
    );
    assert_eq!(
        serde_json::to_value(ResponsesRequest::new("m", "x")).unwrap(),
        json!({"model": "m", "input": "x"})
    );
}

#[test]
fn secrets_are_written_and_not_shown() {
    let tool = dmcp();
    let shown = format!("{tool:?}");
    assert!(!shown.contains("tok") && !shown.contains("\"y\""), "{shown}");
    let written = serde_json::to_value(&tool).unwrap();
    assert_eq!(written["authorization"], "tok");
    assert_eq!(written["headers"], json!({"x": "y"}));
}

#[test]
fn an_mcp_server_needs_no_label() {
    let tool = with(|tool: &mut McpTool| tool.server_url = Some("https://mcp.example/".into()));
    let written = serde_json::to_value(&tool).unwrap();
    assert_eq!(written, json!({"type": "mcp", "server_url": "https://mcp.example/"}));
}
