//! The body of a request for a response: what it must look like, and what contradicts itself.

use serde_json::Value;

use crate::catalogue::{Api, Family, Refuses};
use crate::document::{flag, list, text};
use crate::openai::{self, invalid};
use crate::reply::Reply;
use crate::schema::{Field, Kind, optional, required};

/// A checked body and its model.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) document: Value,
    pub(super) model: String,
    pub(super) family: &'static Family,
}

impl Request {
    /// Reads and checks a body; the error is the answer to give.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reply> {
        let document = openai::parse(body, REQUEST)?;
        let model = text(document.get("model"));
        let family = openai::family(&model, Api::Responses)?;
        let request = Self { document, model, family };
        request.check()?;
        Ok(request)
    }

    /// A parameter that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.document.get(name).filter(|value| !value.is_null())
    }

    /// Whether a flag is set; `usual` if it is not there.
    pub(super) fn flag(&self, name: &str, usual: bool) -> bool {
        self.get(name).map_or(usual, |value| flag(Some(value)))
    }

    /// The functions and custom tools, each with the namespace that it is in.
    pub(super) fn tools(&self) -> impl Iterator<Item = (Option<&Value>, &Value)> {
        list(self.get("tools")).flat_map(|tool| {
            let is_namespace = text(tool.get("type")) == "namespace";
            let namespace = is_namespace.then(|| tool.get("name")).flatten();
            let inner = is_namespace.then(|| list(tool.get("tools"))).into_iter().flatten();
            let tools = inner.chain((!is_namespace).then_some(tool));
            tools
                .filter(|tool| matches!(text(tool.get("type")).as_str(), "function" | "custom"))
                .map(move |tool| (namespace, tool))
        })
    }

    /// Whether something more is to be told.
    pub(super) fn includes(&self, name: &str) -> bool {
        list(self.get("include")).any(|wanted| wanted == name)
    }

    fn check(&self) -> Result<(), Reply> {
        if self.get("input").is_none() && self.get("prompt").is_none() {
            // xAI's own words come through as they are.
            if self.model.starts_with("xai.") {
                let message = "Failed to deserialize the JSON body into the target type: missing field `input`";
                return Err(Reply::whole(422, "text/plain", message));
            }
            let message = "Missing required parameter: 'input'.";
            return Err(invalid(Some("input"), "missing_required_parameter", message));
        }
        for (name, message) in MOVED {
            if self.get(name).is_some() {
                return Err(invalid(Some(name), "unsupported_parameter", message));
            }
        }
        if self.family.refuses == Refuses::OpenAiReasoning
            && self.get("temperature").is_some_and(|value| value.as_f64() != Some(1.0))
        {
            let message = "Unsupported parameter: 'temperature' is not supported with this model.";
            return Err(invalid(Some("temperature"), "unsupported_parameter", message));
        }
        if self.get("previous_response_id").is_some() && self.get("conversation").is_some() {
            let message = "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. \
                           Ensure you are only providing one of them.";
            return Err(invalid(Some("conversation"), "mutually_exclusive_parameters", message));
        }
        if self.flag("background", false) && !self.flag("store", true) {
            let message = "'background' requires 'store' to be true.";
            return Err(invalid(Some("background"), "invalid_value", message));
        }
        Ok(())
    }
}

/// Parameters of chat completions that have another place here.
const MOVED: &[(&str, &str)] = &[
    (
        "max_tokens",
        "Unsupported parameter: 'max_tokens'. In the Responses API, this parameter has moved to \
         'max_output_tokens'.",
    ),
    (
        "messages",
        "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'.",
    ),
    (
        "reasoning_effort",
        "Unsupported parameter: 'reasoning_effort'. In the Responses API, this parameter has moved to \
         'reasoning.effort'.",
    ),
    (
        "response_format",
        "Unsupported parameter: 'response_format'. In the Responses API, this parameter has moved to \
         'text.format'.",
    ),
];

/// The parameters that OpenAI documents; others are let through.
const REQUEST: &[Field] = &[
    required("model", Kind::Text),
    optional("background", Kind::Bool),
    optional(
        "conversation",
        Kind::Either(
            "a string or an object",
            &[Kind::Text, Kind::Open(&[required("id", Kind::Text)])],
        ),
    ),
    optional("include", Kind::List(0, &Kind::Text)),
    optional(
        "input",
        Kind::Either(
            "a string or an array of items",
            &[Kind::Text, Kind::List(0, &Kind::Open(&[]))],
        ),
    ),
    optional("instructions", Kind::Text),
    optional("max_output_tokens", Kind::Integer(16, i64::MAX)),
    optional("max_tool_calls", Kind::Integer(1, i64::MAX)),
    optional("metadata", Kind::Map(&Kind::Text)),
    optional("parallel_tool_calls", Kind::Bool),
    optional("previous_response_id", Kind::Text),
    optional(
        "reasoning",
        Kind::Open(&[
            optional("effort", Kind::Text),
            optional("summary", Kind::Word(&["auto", "concise", "detailed"])),
        ]),
    ),
    optional("service_tier", Kind::Text),
    optional("store", Kind::Bool),
    optional("stream", Kind::Bool),
    optional("stream_options", Kind::Open(&[optional("include_obfuscation", Kind::Bool)])),
    optional("temperature", Kind::Number(0.0, 2.0)),
    optional(
        "text",
        Kind::Open(&[
            optional("format", FORMAT),
            optional("verbosity", Kind::Word(&["low", "medium", "high"])),
        ]),
    ),
    optional(
        "tool_choice",
        Kind::Either(
            "a string or an object",
            &[
                Kind::Word(&["none", "auto", "required"]),
                Kind::Open(&[required("type", Kind::Text)]),
            ],
        ),
    ),
    optional("tools", Kind::List(0, &Kind::Open(&[required("type", Kind::Text)]))),
    optional("top_logprobs", Kind::Integer(0, 20)),
    optional("top_p", Kind::Number(0.0, 1.0)),
    optional("truncation", Kind::Word(&["auto", "disabled"])),
    optional("user", Kind::Text),
];

const FORMAT: Kind = Kind::Tagged(
    "type",
    &[
        ("json_object", Kind::Open(&[])),
        (
            "json_schema",
            Kind::Open(&[
                required("name", Kind::Text),
                required("schema", Kind::Open(&[])),
                optional("description", Kind::Text),
                optional("strict", Kind::Bool),
            ]),
        ),
        ("text", Kind::Open(&[])),
    ],
);
