//! Requests of the format `COHERE` as requests of chat completions, for servers that take the native dialect.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::chat::{
    self, AssistantMessage, ChatRequest, FunctionDefinition, Message as ChatMessage, Stop, Tool,
    ToolCall,
};
use crate::loss::{Losses, Translated};
use crate::native::call_id::call_id;
use crate::native::cohere::{
    self, ChatBotMessage, Message, ParameterDefinition, ResponseFormat, ToolResult,
};
use crate::native::envelope::StreamOptions;
use crate::nullable::Nullable;
use crate::raw::{Extra, RawJson};

/// The request of the format `COHERE` in the dialect of chat completions; the model comes from the envelope's serving
/// mode.
///
/// Calls, which have no ids there, get ids that are the same each time the request is read; results name them.
#[must_use]
pub fn chat_request_from_cohere(
    native: &cohere::ChatRequest,
    model: &str,
) -> Translated<ChatRequest> {
    let mut losses = Losses::default();
    let mut to = ChatRequest {
        model: model.to_owned(),
        messages: messages(native, &mut losses),
        stream: native.is_stream,
        stream_options: native.stream_options.as_ref().map(stream_options),
        temperature: native.temperature,
        top_p: native.top_p,
        max_tokens: native.max_tokens,
        stop: native.stop_sequences.clone().map(Stop::Many),
        frequency_penalty: native.frequency_penalty,
        presence_penalty: native.presence_penalty,
        seed: native.seed,
        tools: native.tools.as_ref().map(|tools| tools.iter().map(tool).collect()),
        response_format: native
            .response_format
            .as_ref()
            .and_then(|format| response_format(format, &mut losses)),
        ..ChatRequest::default()
    };
    if let Some(top_k) = native.top_k {
        to.extra.insert("top_k", Value::from(top_k));
    }
    losses.dropped_if([
        (native.documents.is_some(), "documents"),
        (native.is_search_queries_only == Some(true), "isSearchQueriesOnly"),
        (native.max_input_tokens.is_some(), "maxInputTokens"),
        (native.prompt_truncation.is_some(), "promptTruncation"),
        (native.is_echo == Some(true), "isEcho"),
        (native.is_raw_prompting == Some(true), "isRawPrompting"),
        (native.citation_quality.is_some(), "citationQuality"),
        (native.safety_mode.is_some(), "safetyMode"),
    ]);
    note_extra(&native.extra, &mut losses);
    losses.with(to)
}

pub(crate) fn stream_options(options: &StreamOptions) -> chat::StreamOptions {
    chat::StreamOptions {
        include_usage: options.is_include_usage,
        ..chat::StreamOptions::default()
    }
}

pub(crate) fn note_extra(extra: &Extra, losses: &mut Losses) {
    for (name, _) in extra.iter() {
        losses.unknown(name);
    }
}

pub(crate) fn response_format(
    format: &ResponseFormat,
    losses: &mut Losses,
) -> Option<chat::ResponseFormat> {
    Some(match format {
        ResponseFormat::Text(_) => chat::ResponseFormat::text(),
        ResponseFormat::Json(format) => match &format.schema {
            Some(schema) => chat::ResponseFormat::json_schema(SCHEMA_NAME, schema.clone()),
            None => chat::ResponseFormat::json_object(),
        },
        ResponseFormat::Other(_) => {
            losses.unknown("responseFormat");
            return None;
        }
    })
}

fn messages(native: &cohere::ChatRequest, losses: &mut Losses) -> Vec<ChatMessage> {
    let mut writer = Writer::default();
    if let Some(preamble) = &native.preamble_override {
        writer.messages.push(ChatMessage::system(preamble.as_str()));
    }
    let history = native.chat_history.as_deref().unwrap_or_default();
    for (at, message) in history.iter().enumerate() {
        let is_after_results = at
            .checked_sub(1)
            .and_then(|before| history.get(before))
            .is_some_and(|before| matches!(before, Message::Tool(_)));
        match message {
            Message::System(said) => writer.messages.push(ChatMessage::system(&*said.message)),
            Message::User(said) => writer.messages.push(ChatMessage::user(&*said.message)),
            // Between results and what the user says the format wants something, and says nothing with it.
            Message::ChatBot(said) if is_after_results && is_blank(said) => {}
            Message::ChatBot(said) => writer.answer(said),
            Message::Tool(message) => writer.results(&message.tool_results),
            Message::Other(_) => losses.unknown(format!("chatHistory[{at}]")),
        }
    }
    let results = native.tool_results.as_deref().unwrap_or_default();
    writer.results(results);
    if results.is_empty() || !native.message.is_empty() {
        writer.messages.push(ChatMessage::user(&*native.message));
    }
    writer.messages
}

fn is_blank(message: &ChatBotMessage) -> bool {
    message.tool_calls.is_none()
        && message.message.as_deref().is_some_and(|said| said.trim().is_empty())
}

#[derive(Default)]
struct Writer {
    messages: Vec<ChatMessage>,
    /// Calls without a result as yet.
    open: Vec<(cohere::ToolCall, String)>,
    /// How many calls there were, which tells equal ones apart.
    count: usize,
}

impl Writer {
    fn answer(&mut self, said: &ChatBotMessage) {
        let calls: Vec<ToolCall> =
            said.tool_calls.iter().flatten().map(|call| self.call(call)).collect();
        let content = said.message.clone().map(chat::Content::Text);
        self.messages.push(ChatMessage::Assistant(AssistantMessage {
            content: content.map_or(Nullable::Null, Nullable::Value),
            tool_calls: (!calls.is_empty()).then_some(calls),
            ..AssistantMessage::default()
        }));
    }

    fn call(&mut self, call: &cohere::ToolCall) -> ToolCall {
        let arguments = call.parameters.as_ref().map_or("{}", RawJson::get);
        let id = call_id("", 0, self.count, &call.name, arguments);
        self.count += 1;
        self.open.push((call.clone(), id.clone()));
        ToolCall::function(id, &*call.name, arguments)
    }

    /// Results of calls, each with the id of its call.
    fn results(&mut self, results: &[ToolResult]) {
        let unasked: Vec<ToolCall> = results
            .iter()
            .filter(|result| !self.open.iter().any(|(call, _)| *call == result.call))
            .map(|result| result.call.clone())
            .collect::<Vec<_>>()
            .iter()
            .map(|call| self.call(call))
            .collect();
        if !unasked.is_empty() {
            // The format lets results stand alone; chat completions wants the calls before them.
            self.messages.push(ChatMessage::assistant_tool_calls(unasked));
        }
        for result in results {
            let Some(at) = self.open.iter().position(|(call, _)| *call == result.call) else {
                continue;
            };
            let (_, id) = self.open.remove(at);
            self.messages.push(ChatMessage::tool(id, output(&result.outputs)));
        }
    }
}

/// What came out as text: the inverse of `{"output": text}`, or else the JSON.
fn output(outputs: &[RawJson]) -> String {
    match outputs {
        [only] => serde_json::from_str::<BTreeMap<String, String>>(only.get())
            .ok()
            .filter(|members| members.len() == 1)
            .and_then(|mut members| members.remove("output"))
            .unwrap_or_else(|| only.get().to_owned()),
        outputs => serde_json::to_string(outputs).unwrap_or_default(),
    }
}

fn tool(tool: &cohere::Tool) -> Tool {
    Tool::from(FunctionDefinition {
        name: tool.name.clone(),
        description: Some(tool.description.clone()),
        parameters: tool.parameter_definitions.as_ref().map(schema),
        extra: tool.extra.clone(),
        ..FunctionDefinition::default()
    })
}

/// The JSON schema of a list of parameters.
fn schema(parameters: &BTreeMap<String, ParameterDefinition>) -> RawJson {
    let mut properties = Map::new();
    for (name, parameter) in parameters {
        let mut schema = json_type(&parameter.kind);
        if let (Some(description), Some(schema)) = (&parameter.description, schema.as_object_mut())
        {
            schema.insert("description".to_owned(), Value::from(description.as_str()));
        }
        properties.insert(name.clone(), schema);
    }
    let required: Vec<&String> = parameters
        .iter()
        .filter(|(_, parameter)| parameter.is_required == Some(true))
        .map(|(name, _)| name)
        .collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if let (false, Some(schema)) = (required.is_empty(), schema.as_object_mut()) {
        schema.insert("required".to_owned(), json!(required));
    }
    RawJson::from(schema)
}

/// The JSON schema of a type in Cohere's words, which are Python's.
fn json_type(python: &str) -> Value {
    let python = python.trim();
    let items = python
        .strip_suffix(']')
        .and_then(|python| python.strip_prefix("List[").or_else(|| python.strip_prefix("list[")));
    if let Some(items) = items {
        return json!({"type": "array", "items": json_type(items)});
    }
    let kind = match python {
        "str" | "string" => "string",
        "int" | "integer" => "integer",
        "float" | "number" => "number",
        "bool" | "boolean" => "boolean",
        "List" | "list" => "array",
        python if python.starts_with("Dict") || python.starts_with("dict") => "object",
        _ => return json!({}),
    };
    json!({"type": kind})
}

/// Chat completions requires a name for the schema of an answer.
const SCHEMA_NAME: &str = "answer";
