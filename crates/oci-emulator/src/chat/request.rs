//! The request body of chat completions: what it must look like, and what the answer depends on.

use serde_json::Value;

use crate::answerer::{Ask, Format, Tool};
use crate::catalogue::{
    Api, Family, Names, Thinking, Words, check_messages, check_parameters, check_schemas,
};
use crate::document::{flag, list, strings, text};
use crate::openai::{self, invalid};
use crate::prompt::Prompt;
use crate::reply::Reply;
use crate::schema::{Field, Kind, optional, required};

/// What the answer depends on; everything else is checked and then ignored.
#[derive(Debug)]
pub(super) struct ChatRequest {
    /// The model id, as it comes back in the answer.
    pub(super) model: String,
    /// How the model behaves.
    pub(super) family: &'static Family,
    /// How many tokens were said.
    pub(super) prompt_tokens: u64,
    /// What is asked of the stand-in.
    pub(super) ask: Ask,
    /// Whether the answer is streamed.
    pub(super) is_stream: bool,
    /// Whether a stream tells the usage.
    pub(super) include_usage: bool,
}

impl ChatRequest {
    /// Reads and checks a body; the error is the answer to give.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reply> {
        let document = openai::parse(body, REQUEST)?;
        let model = text(document.get("model"));
        let family = openai::family(&model, Api::ChatCompletions)?;
        let is_stream = flag(document.get("stream"));
        let stream_options = document.get("stream_options").filter(|options| !options.is_null());
        if stream_options.is_some() && !is_stream {
            return Err(invalid(
                Some("stream_options"),
                "invalid_value",
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            ));
        }
        check_parameters(family, &document, Names::Chat)
            .and_then(|()| check_messages(family, document.get("messages"), Names::Chat))
            .map_err(|refusal| refusal.reply(family, Words::OpenAi))?;
        for (param, schema) in schemas(&document) {
            if !check_schemas(family, schema, Names::Chat) {
                let message =
                    format!("Invalid schema for '{param}': references are not supported.");
                return Err(invalid(Some(param), "invalid_value", &message));
            }
        }
        let prompt = Prompt::of_messages(document.get("messages"));
        Ok(Self {
            ask: ask(&document, &prompt, family),
            prompt_tokens: prompt.tokens,
            is_stream,
            include_usage: stream_options.is_some_and(|options| flag(options.get("include_usage"))),
            model,
            family,
        })
    }
}

/// The schemas of tools and of the answer, each with the parameter that it is part of.
fn schemas(document: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    let tools = list(document.get("tools"));
    let tools = tools.filter_map(|tool| tool.pointer("/function/parameters"));
    let format = document.pointer("/response_format/json_schema/schema");
    tools.map(|schema| ("tools", schema)).chain(format.map(|schema| ("response_format", schema)))
}

fn ask(document: &Value, prompt: &Prompt, family: &Family) -> Ask {
    let number = |name: &str| document.get(name).and_then(Value::as_u64);
    let tools =
        list(document.get("tools")).filter_map(|tool| tool.get("function")).map(|function| Tool {
            name: text(function.get("name")),
            parameters: function.get("parameters").cloned().unwrap_or_default(),
        });
    let format = match document.pointer("/response_format/type").and_then(Value::as_str) {
        Some("json_object") => Format::Json,
        Some("json_schema") => Format::Schema(
            document.pointer("/response_format/json_schema/schema").cloned().unwrap_or_default(),
        ),
        _ => Format::Text,
    };
    let effort = document.get("reasoning_effort").and_then(Value::as_str);
    let limits = [number("max_tokens"), number("max_completion_tokens")];
    Ask {
        tools: tools.collect(),
        choice: openai::choice(document.get("tool_choice"), "/function/name"),
        one_call: document.get("parallel_tool_calls") == Some(&Value::Bool(false)),
        format,
        thinks: family.thinking != Thinking::Never
            && effort.is_some_and(|effort| !matches!(effort, "none" | "minimal")),
        max_tokens: limits.into_iter().flatten().min(),
        stop: strings(document.get("stop")),
        copies: number("n").unwrap_or(1),
        ..prompt.ask()
    }
}

/// The parameters that OpenAI documents.
///
/// Others are let through: what each vendor's models take beyond them is not known for certain.
const REQUEST: &[Field] = &[
    required("model", Kind::Text),
    required("messages", Kind::List(1, &MESSAGE)),
    optional("audio", Kind::Open(&[])),
    optional("frequency_penalty", Kind::Number(-2.0, 2.0)),
    optional("logit_bias", Kind::Open(&[])),
    optional("logprobs", Kind::Bool),
    optional("max_completion_tokens", Kind::Integer(1, i64::MAX)),
    optional("max_tokens", Kind::Integer(1, i64::MAX)),
    optional("metadata", Kind::Open(&[])),
    optional("modalities", Kind::List(0, &Kind::Text)),
    optional("n", Kind::Integer(1, 128)),
    optional("parallel_tool_calls", Kind::Bool),
    optional("prediction", Kind::Open(&[])),
    optional("presence_penalty", Kind::Number(-2.0, 2.0)),
    optional("prompt_cache_key", Kind::Text),
    optional("reasoning_effort", Kind::Text),
    optional("response_format", Kind::Open(&[required("type", Kind::Text)])),
    optional("safety_identifier", Kind::Text),
    optional("seed", Kind::Integer(i64::MIN, i64::MAX)),
    optional("service_tier", Kind::Text),
    optional(
        "stop",
        Kind::Either("a string or an array of strings", &[Kind::Text, Kind::List(0, &Kind::Text)]),
    ),
    optional("store", Kind::Bool),
    optional("stream", Kind::Bool),
    optional("stream_options", Kind::Open(&[optional("include_usage", Kind::Bool)])),
    optional("temperature", Kind::Number(0.0, 2.0)),
    optional("tool_choice", Kind::Either("a string or an object", &[Kind::Text, Kind::Open(&[])])),
    optional("tools", Kind::List(0, &Kind::Open(&[required("type", Kind::Text)]))),
    optional("top_logprobs", Kind::Integer(0, 20)),
    optional("top_p", Kind::Number(0.0, 1.0)),
    optional("user", Kind::Text),
    optional("verbosity", Kind::Text),
];

const MESSAGE: Kind = Kind::Tagged(
    "role",
    &[
        ("assistant", Kind::Open(&[optional("content", CONTENT)])),
        ("developer", Kind::Open(&[required("content", CONTENT)])),
        ("function", Kind::Open(&[required("name", Kind::Text), optional("content", CONTENT)])),
        ("system", Kind::Open(&[required("content", CONTENT)])),
        ("tool", Kind::Open(&[required("content", CONTENT), required("tool_call_id", Kind::Text)])),
        ("user", Kind::Open(&[required("content", CONTENT)])),
    ],
);

const CONTENT: Kind =
    Kind::Either("a string or an array of parts", &[Kind::Text, Kind::List(1, &PART)]);

const PART: Kind = Kind::Tagged(
    "type",
    &[
        ("file", Kind::Open(&[required("file", Kind::Open(&[]))])),
        ("image_url", Kind::Open(&[required("image_url", Kind::Open(&[]))])),
        ("input_audio", Kind::Open(&[required("input_audio", Kind::Open(&[]))])),
        ("refusal", Kind::Open(&[required("refusal", Kind::Text)])),
        ("text", Kind::Open(&[required("text", Kind::Text)])),
    ],
);
