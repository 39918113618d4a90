//! Tools, tool choice and the form of the answer, both ways.

use serde_json::{Value, json};

use crate::chat;
use crate::loss::Losses;
use crate::raw::RawJson;
use crate::responses::namespaces::joined;
use crate::responses::options::{JsonSchemaFormat, TextFormat};
use crate::responses::tool::{
    CustomTool, CustomToolFormat, FunctionTool, GrammarFormat, NamespaceTool, Tool,
};
use crate::responses::tool_choice::{NamedToolChoice, ToolChoice};
use crate::responses::translate::note_extra;

pub(super) fn function_from_chat(
    function: &chat::FunctionDefinition,
    path: &str,
    losses: &mut Losses,
) -> Tool {
    note_extra(&function.extra, path, losses);
    Tool::Function(FunctionTool {
        name: function.name.clone(),
        description: function.description.clone(),
        parameters: function.parameters.clone(),
        // The Responses API is strict when nothing is said, chat completions is not.
        strict: Some(function.strict.unwrap_or(false)),
        ..FunctionTool::default()
    })
}

pub(super) fn tool_from_chat(tool: &chat::Tool, path: &str, losses: &mut Losses) -> Option<Tool> {
    match tool {
        chat::Tool::Function(tool) => {
            note_extra(&tool.extra, path, losses);
            Some(function_from_chat(&tool.function, &format!("{path}.function"), losses))
        }
        chat::Tool::Custom(tool) => Some(Tool::Custom(CustomTool {
            name: tool.custom.name.clone(),
            description: tool.custom.description.clone(),
            format: tool.custom.format.as_ref().and_then(|format| match format {
                chat::CustomFormat::Text(text) => Some(CustomToolFormat::Text(text.clone())),
                chat::CustomFormat::Grammar(format) => {
                    Some(CustomToolFormat::Grammar(GrammarFormat {
                        syntax: format.grammar.syntax.clone(),
                        definition: format.grammar.definition.clone(),
                        ..GrammarFormat::default()
                    }))
                }
                chat::CustomFormat::Other(_) => {
                    losses.unknown(format!("{path}.custom.format"));
                    None
                }
            }),
            ..CustomTool::default()
        })),
        chat::Tool::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

/// A tool in chat completions, which has functions and custom tools only.
pub(super) fn tool_to_chat(tool: &Tool, path: &str, losses: &mut Losses) -> Option<chat::Tool> {
    match tool {
        Tool::Function(tool) => {
            note_extra(&tool.extra, path, losses);
            losses.dropped_if([
                (tool.allowed_callers.is_some(), &*format!("{path}.allowed_callers")),
                (tool.is_async.is_some(), &*format!("{path}.async")),
                (tool.defer_loading.is_some(), &*format!("{path}.defer_loading")),
                (tool.output_schema.is_some(), &*format!("{path}.output_schema")),
            ]);
            Some(chat::Tool::from(chat::FunctionDefinition {
                name: tool.name.clone(),
                description: tool.description.clone(),
                parameters: tool.parameters.clone(),
                strict: tool.strict,
                ..chat::FunctionDefinition::default()
            }))
        }
        Tool::Custom(tool) => {
            note_extra(&tool.extra, path, losses);
            losses.dropped_if([
                (tool.allowed_callers.is_some(), &*format!("{path}.allowed_callers")),
                (tool.is_async.is_some(), &*format!("{path}.async")),
                (tool.defer_loading.is_some(), &*format!("{path}.defer_loading")),
            ]);
            let format = tool.format.as_ref().and_then(|format| match format {
                CustomToolFormat::Text(text) => Some(chat::CustomFormat::Text(text.clone())),
                CustomToolFormat::Grammar(format) => {
                    let grammar = chat::Grammar {
                        definition: format.definition.clone(),
                        syntax: format.syntax.clone(),
                        ..chat::Grammar::default()
                    };
                    let format = chat::GrammarFormat { grammar, ..chat::GrammarFormat::default() };
                    Some(chat::CustomFormat::Grammar(format))
                }
                CustomToolFormat::Other(_) => {
                    losses.unknown(format!("{path}.format"));
                    None
                }
            });
            Some(chat::Tool::from(chat::CustomDefinition {
                name: tool.name.clone(),
                description: tool.description.clone(),
                format,
                ..chat::CustomDefinition::default()
            }))
        }
        Tool::Other(_) => {
            losses.unknown(path);
            None
        }
        _ => {
            losses.dropped(path);
            None
        }
    }
}

/// The tools of a namespace, each by both names in one; [`Response::restore_namespaces`] is the way back.
///
/// [`Response::restore_namespaces`]: crate::responses::Response::restore_namespaces
pub(super) fn namespace_to_chat(
    namespace: &NamespaceTool,
    path: &str,
    losses: &mut Losses,
) -> Vec<chat::Tool> {
    note_extra(&namespace.extra, path, losses);
    losses.dropped_if([(namespace.description.is_some(), &*format!("{path}.description"))]);
    let mut all = Vec::new();
    for (index, tool) in namespace.tools.iter().enumerate() {
        let mut tool = tool.clone();
        match &mut tool {
            Tool::Function(tool) => tool.name = joined(&namespace.name, &tool.name),
            Tool::Custom(tool) => tool.name = joined(&namespace.name, &tool.name),
            _ => {}
        }
        all.extend(tool_to_chat(&tool, &format!("{path}.tools[{index}]"), losses));
    }
    all
}

pub(super) fn choice_from_chat(
    choice: &chat::ToolChoice,
    losses: &mut Losses,
) -> Option<ToolChoice> {
    match choice {
        chat::ToolChoice::Mode(mode) => Some(ToolChoice::Mode(mode.clone())),
        chat::ToolChoice::Named(chat::NamedToolChoice::Function(choice)) => {
            Some(ToolChoice::function(choice.function.name.clone()))
        }
        chat::ToolChoice::Named(chat::NamedToolChoice::Custom(choice)) => {
            Some(ToolChoice::custom(choice.custom.name.clone()))
        }
        chat::ToolChoice::Named(chat::NamedToolChoice::AllowedTools(choice)) => {
            let allowed = &choice.allowed_tools;
            let mode = allowed.mode.clone().unwrap_or(chat::ToolChoiceMode::Auto);
            Some(ToolChoice::allowed(mode, allowed.tools.iter().map(flatten)))
        }
        chat::ToolChoice::Named(chat::NamedToolChoice::Other(_)) => {
            losses.unknown("tool_choice");
            None
        }
    }
}

pub(super) fn choice_to_chat(choice: &ToolChoice, losses: &mut Losses) -> Option<chat::ToolChoice> {
    match choice {
        ToolChoice::Mode(mode) => Some(chat::ToolChoice::Mode(mode.clone())),
        ToolChoice::Named(NamedToolChoice::Function(choice)) => {
            Some(chat::ToolChoice::function(choice.name.clone()))
        }
        ToolChoice::Named(NamedToolChoice::Custom(choice)) => {
            Some(chat::ToolChoice::custom(choice.name.clone()))
        }
        ToolChoice::Named(NamedToolChoice::AllowedTools(choice)) => {
            let mode = choice.mode.clone().unwrap_or(chat::ToolChoiceMode::Auto);
            Some(chat::ToolChoice::allowed(mode, choice.tools.iter().map(nest)))
        }
        ToolChoice::Named(NamedToolChoice::Other(_)) | ToolChoice::Other(_) => {
            losses.unknown("tool_choice");
            None
        }
        ToolChoice::Named(_) => {
            losses.dropped("tool_choice");
            None
        }
    }
}

/// `{"type":"function","function":{"name":"f"}}` as `{"type":"function","name":"f"}`; anything else stays as it is.
fn flatten(tool: &RawJson) -> RawJson {
    let value = tool.to_value();
    let flat = || {
        let kind = value.get("type")?.as_str()?;
        let name = value.get(kind)?.get("name")?;
        Some(RawJson::from(json!({"type": kind, "name": name})))
    };
    flat().unwrap_or_else(|| tool.clone())
}

/// The inverse of [`flatten`].
fn nest(tool: &RawJson) -> RawJson {
    let value = tool.to_value();
    let nested = || {
        let kind = value.get("type")?.as_str()?;
        let name = value.get("name")?;
        let mut nested = json!({"type": kind});
        nested.as_object_mut()?.insert(kind.to_owned(), Value::from_iter([("name", name.clone())]));
        Some(RawJson::from(nested))
    };
    nested().unwrap_or_else(|| tool.clone())
}

pub(super) fn format_from_chat(
    format: &chat::ResponseFormat,
    losses: &mut Losses,
) -> Option<TextFormat> {
    match format {
        chat::ResponseFormat::Text(text) => Some(TextFormat::Text(text.clone())),
        chat::ResponseFormat::JsonObject(object) => Some(TextFormat::JsonObject(object.clone())),
        chat::ResponseFormat::JsonSchema(format) => {
            let schema = &format.json_schema;
            Some(TextFormat::JsonSchema(JsonSchemaFormat {
                name: schema.name.clone(),
                description: schema.description.clone(),
                schema: schema.schema.clone(),
                strict: schema.strict,
                ..JsonSchemaFormat::default()
            }))
        }
        chat::ResponseFormat::Other(_) => {
            losses.unknown("response_format");
            None
        }
    }
}

pub(super) fn format_to_chat(
    format: &TextFormat,
    losses: &mut Losses,
) -> Option<chat::ResponseFormat> {
    match format {
        TextFormat::Text(text) => Some(chat::ResponseFormat::Text(text.clone())),
        TextFormat::JsonObject(object) => Some(chat::ResponseFormat::JsonObject(object.clone())),
        TextFormat::JsonSchema(format) => Some(chat::ResponseFormat::from(chat::JsonSchema {
            name: format.name.clone(),
            description: format.description.clone(),
            schema: format.schema.clone(),
            strict: format.strict,
            ..chat::JsonSchema::default()
        })),
        TextFormat::Other(_) => {
            losses.unknown("text.format");
            None
        }
    }
}
