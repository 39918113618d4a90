//! Tools, tool choice and options, both ways.

use serde_json::{Value, json};

use crate::anthropic::options::{JsonSchemaFormat, OutputConfig, OutputFormat, Thinking};
use crate::anthropic::tool::{CustomTool, Tool, ToolChoice, UserLocation, WebSearchTool};
use crate::anthropic::translate::{drop_members, note_extra};
use crate::chat::{
    self, ApproximateLocation, FunctionDefinition, JsonSchema, NamedToolChoice, ReasoningEffort,
    ResponseFormat, ToolChoiceMode, WebSearchOptions,
};
use crate::loss::Losses;
use crate::raw::RawJson;

pub(super) fn tool_to_chat(tool: &CustomTool, path: &str, losses: &mut Losses) -> chat::Tool {
    note_extra(&tool.extra, path, losses);
    // Nothing is lost of `eager_input_streaming`: chat completions streams arguments as they come, and so they are passed on.
    let callers = tool.allowed_callers.as_deref().unwrap_or_default();
    let members = [
        (tool.input_examples.is_some(), "input_examples"),
        (callers.iter().any(|caller| caller != "direct"), "allowed_callers"),
        (tool.defer_loading == Some(true), "defer_loading"),
        (tool.cache_control.is_some(), "cache_control"),
    ];
    drop_members(path, members, losses);
    chat::Tool::from(FunctionDefinition {
        name: tool.name.clone(),
        description: tool.description.clone(),
        parameters: tool.input_schema.clone(),
        strict: tool.strict,
        ..FunctionDefinition::default()
    })
}

pub(super) fn search_to_chat(
    tool: &WebSearchTool,
    path: &str,
    losses: &mut Losses,
) -> WebSearchOptions {
    losses.approximated(path);
    note_extra(&tool.extra, path, losses);
    let members = [
        (tool.max_uses.is_some(), "max_uses"),
        (tool.allowed_domains.is_some(), "allowed_domains"),
        (tool.blocked_domains.is_some(), "blocked_domains"),
        (tool.cache_control.is_some(), "cache_control"),
    ];
    drop_members(path, members, losses);
    let user_location = tool.user_location.as_ref().map(|place| chat::UserLocation {
        approximate: ApproximateLocation {
            city: place.city.clone(),
            country: place.country.clone(),
            region: place.region.clone(),
            timezone: place.timezone.clone(),
            ..ApproximateLocation::default()
        },
        ..chat::UserLocation::default()
    });
    WebSearchOptions { user_location, ..WebSearchOptions::default() }
}

pub(super) fn search_from_chat(options: &WebSearchOptions, losses: &mut Losses) -> Tool {
    // A search before every answer becomes one that the model decides on.
    losses.approximated("web_search_options");
    note_extra(&options.extra, "web_search_options", losses);
    let is_sized = options.search_context_size.is_some();
    losses.dropped_if([(is_sized, "web_search_options.search_context_size")]);
    let user_location = options.user_location.as_ref().map(|location| UserLocation {
        kind: Some("approximate".to_owned()),
        city: location.approximate.city.clone(),
        region: location.approximate.region.clone(),
        country: location.approximate.country.clone(),
        timezone: location.approximate.timezone.clone(),
        ..UserLocation::default()
    });
    Tool::WebSearch(WebSearchTool {
        kind: Some("web_search_20250305".to_owned()),
        name: Some("web_search".to_owned()),
        user_location,
        ..WebSearchTool::default()
    })
}

/// A function; the Messages API requires a schema, so one without arguments gets the schema of an empty object.
pub(super) fn function_from_chat(
    function: &FunctionDefinition,
    path: &str,
    losses: &mut Losses,
) -> Tool {
    note_extra(&function.extra, path, losses);
    let schema = function.parameters.clone();
    Tool::Custom(CustomTool {
        name: function.name.clone(),
        description: function.description.clone(),
        input_schema: Some(schema.unwrap_or_else(|| json!({"type": "object"}).into())),
        strict: function.strict,
        ..CustomTool::default()
    })
}

pub(super) fn tool_from_chat(tool: &chat::Tool, path: &str, losses: &mut Losses) -> Option<Tool> {
    match tool {
        chat::Tool::Function(tool) => {
            note_extra(&tool.extra, path, losses);
            Some(function_from_chat(&tool.function, &format!("{path}.function"), losses))
        }
        chat::Tool::Custom(tool) => {
            // Free-form input becomes the only member of an object.
            losses.approximated(path);
            let schema = json!({"type": "object", "required": ["input"],
                "properties": {"input": {"type": "string"}}});
            Some(Tool::Custom(CustomTool {
                name: tool.custom.name.clone(),
                description: tool.custom.description.clone(),
                input_schema: Some(RawJson::from(schema)),
                ..CustomTool::default()
            }))
        }
        chat::Tool::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

pub(super) fn choice_to_chat(choice: &ToolChoice, losses: &mut Losses) -> Option<chat::ToolChoice> {
    let extra = match choice {
        ToolChoice::Auto(choice) => &choice.extra,
        ToolChoice::Any(choice) => &choice.extra,
        ToolChoice::Tool(choice) => &choice.extra,
        ToolChoice::None(choice) => &choice.extra,
        ToolChoice::Other(_) => {
            losses.unknown("tool_choice");
            return None;
        }
    };
    note_extra(extra, "tool_choice", losses);
    Some(match choice {
        ToolChoice::Auto(_) => ToolChoiceMode::Auto.into(),
        ToolChoice::Any(_) => ToolChoiceMode::Required.into(),
        ToolChoice::Tool(choice) => chat::ToolChoice::function(choice.name.clone()),
        ToolChoice::None(_) | ToolChoice::Other(_) => ToolChoiceMode::None.into(),
    })
}

pub(super) fn choice_from_chat(
    choice: &chat::ToolChoice,
    losses: &mut Losses,
) -> Option<ToolChoice> {
    match choice {
        chat::ToolChoice::Mode(ToolChoiceMode::Auto) => Some(ToolChoice::auto()),
        chat::ToolChoice::Mode(ToolChoiceMode::Required) => Some(ToolChoice::any()),
        chat::ToolChoice::Mode(ToolChoiceMode::None) => Some(ToolChoice::none()),
        chat::ToolChoice::Named(NamedToolChoice::Function(choice)) => {
            Some(ToolChoice::tool(choice.function.name.clone()))
        }
        chat::ToolChoice::Named(NamedToolChoice::Custom(choice)) => {
            Some(ToolChoice::tool(choice.custom.name.clone()))
        }
        chat::ToolChoice::Named(NamedToolChoice::AllowedTools(choice)) => {
            losses.approximated("tool_choice");
            let is_required = choice.allowed_tools.mode == Some(ToolChoiceMode::Required);
            Some(if is_required { ToolChoice::any() } else { ToolChoice::auto() })
        }
        chat::ToolChoice::Mode(_) | chat::ToolChoice::Named(NamedToolChoice::Other(_)) => {
            losses.unknown("tool_choice");
            None
        }
    }
}

/// How much to think: what the effort says, or else what the budget comes to.
pub(super) fn effort_to_chat(
    thinking: Option<&Thinking>,
    config: Option<&OutputConfig>,
    losses: &mut Losses,
) -> Option<ReasoningEffort> {
    let effort = config.and_then(|config| config.effort.clone());
    let display = match thinking {
        Some(Thinking::Enabled(thinking)) => thinking.display.is_some(),
        Some(Thinking::Adaptive(thinking)) => thinking.display.is_some(),
        _ => false,
    };
    losses.dropped_if([(display, "thinking.display")]);
    match thinking {
        Some(Thinking::Enabled(thinking)) => {
            note_extra(&thinking.extra, "thinking", losses);
            losses.approximated("thinking.budget_tokens");
            effort.or_else(|| thinking.budget_tokens.map(effort_of_budget))
        }
        Some(Thinking::Disabled(thinking)) => {
            note_extra(&thinking.extra, "thinking", losses);
            losses.dropped_if([(effort.is_some(), "output_config.effort")]);
            Some(ReasoningEffort::None)
        }
        Some(Thinking::Adaptive(thinking)) => {
            note_extra(&thinking.extra, "thinking", losses);
            // How much is the model's choice in either dialect.
            losses.approximated("thinking");
            effort
        }
        Some(Thinking::Other(_)) => {
            losses.unknown("thinking");
            effort
        }
        None => effort,
    }
}

fn effort_of_budget(tokens: u64) -> ReasoningEffort {
    if tokens <= LOW_BUDGET {
        ReasoningEffort::Low
    } else if tokens <= MEDIUM_BUDGET {
        ReasoningEffort::Medium
    } else {
        ReasoningEffort::High
    }
}

pub(super) fn format_to_chat(
    config: Option<&OutputConfig>,
    losses: &mut Losses,
) -> Option<ResponseFormat> {
    let config = config?;
    note_extra(&config.extra, "output_config", losses);
    match config.format.as_ref()? {
        OutputFormat::JsonSchema(format) => {
            note_extra(&format.extra, "output_config.format", losses);
            Some(ResponseFormat::from(JsonSchema {
                name: SCHEMA_NAME.to_owned(),
                schema: format.schema.clone(),
                strict: Some(true),
                ..JsonSchema::default()
            }))
        }
        OutputFormat::Other(_) => {
            losses.unknown("output_config.format");
            None
        }
    }
}

pub(super) fn format_from_chat(
    format: &ResponseFormat,
    losses: &mut Losses,
) -> Option<OutputFormat> {
    match format {
        ResponseFormat::Text(_) => None,
        ResponseFormat::JsonObject(_) => {
            losses.approximated("response_format");
            let schema = Some(RawJson::from(json!({"type": "object"})));
            let format = JsonSchemaFormat { schema, ..JsonSchemaFormat::default() };
            Some(OutputFormat::JsonSchema(format))
        }
        ResponseFormat::JsonSchema(format) => {
            let schema = &format.json_schema;
            let path = "response_format.json_schema";
            note_extra(&schema.extra, path, losses);
            let is_named = schema.name != SCHEMA_NAME;
            let is_loose = schema.strict != Some(true);
            let is_described = schema.description.is_some();
            drop_members(path, [(is_named, "name"), (is_described, "description")], losses);
            losses.approximated_if(is_loose, "response_format.json_schema.strict");
            let schema = schema.schema.clone().unwrap_or_else(|| RawJson::from(Value::Bool(true)));
            let schema = Some(schema);
            let format = JsonSchemaFormat { schema, ..JsonSchemaFormat::default() };
            Some(OutputFormat::JsonSchema(format))
        }
        ResponseFormat::Other(_) => {
            losses.unknown("response_format");
            None
        }
    }
}

/// Chat completions requires a name for the schema of an answer.
const SCHEMA_NAME: &str = "answer";

/// Up to where a budget is a low effort: clients ask for 1024 to 4096 tokens when they want a few thoughts.
const LOW_BUDGET: u64 = 4_096;

/// Up to where it is a medium one; coding agents ask for 10,000 in the middle and 31,999 at the top.
const MEDIUM_BUDGET: u64 = 16_384;
