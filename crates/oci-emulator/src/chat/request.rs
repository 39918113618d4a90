//! The request body of chat completions: what it must look like, and what the answer depends on.

use serde_json::Value;

use crate::prompt::{Prompt, text};
use crate::reply::Reply;
use crate::schema::{Field, Kind, Problem, ProblemKind, check, optional, required};

/// What the answer depends on; everything else is checked and then ignored.
#[derive(Debug)]
pub(super) struct ChatRequest {
    /// The model id, as it comes back in the answer.
    pub(super) model: String,
    /// What was said.
    pub(super) prompt: Prompt,
    /// Whether the answer is streamed.
    pub(super) is_stream: bool,
    /// Whether a stream tells the usage.
    pub(super) include_usage: bool,
    /// How many answers are wanted.
    pub(super) choices: u64,
    /// The smaller of the two limits.
    pub(super) max_tokens: Option<u64>,
    /// Texts that end the answer.
    pub(super) stop: Vec<String>,
}

impl ChatRequest {
    /// Reads and checks a body; the error is the answer to give.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reply> {
        let document: Value = serde_json::from_slice(body).map_err(|error| {
            invalid(None, "invalid_json", &format!("The body is not valid JSON: {error}"))
        })?;
        check(&document, &Kind::Open(REQUEST), "").map_err(|problem| explain(&problem))?;

        let model = text(document.get("model"));
        if model.starts_with("cohere.") {
            return Err(invalid(
                Some("model"),
                "model_not_supported",
                &format!(
                    "The model {model:?} is not served here, Cohere's models have their own API"
                ),
            ));
        }
        let is_stream = document.get("stream").and_then(Value::as_bool).unwrap_or(false);
        let stream_options = document.get("stream_options").filter(|options| !options.is_null());
        if stream_options.is_some() && !is_stream {
            return Err(invalid(
                Some("stream_options"),
                "invalid_value",
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            ));
        }
        let number = |name: &str| document.get(name).and_then(Value::as_u64);
        Ok(Self {
            prompt: Prompt::new(document.get("messages"), "user"),
            is_stream,
            include_usage: stream_options
                .and_then(|options| options.get("include_usage"))
                .and_then(Value::as_bool)
                .unwrap_or(false),
            choices: number("n").unwrap_or(1),
            max_tokens: [number("max_tokens"), number("max_completion_tokens")]
                .into_iter()
                .flatten()
                .min(),
            stop: match document.get("stop") {
                Some(Value::Array(list)) => list.iter().map(|stop| text(Some(stop))).collect(),
                Some(Value::String(stop)) => vec![stop.clone()],
                _ => Vec::new(),
            },
            model,
        })
    }
}

/// Puts a problem in OpenAI's words.
fn explain(problem: &Problem) -> Reply {
    let path = &problem.path;
    let param = Some(path.as_str()).filter(|path| !path.is_empty());
    match &problem.fault {
        ProblemKind::Missing => invalid(
            param,
            "missing_required_parameter",
            &format!("Missing required parameter: '{path}'."),
        ),
        ProblemKind::Type(expected) => invalid(
            param,
            "invalid_type",
            &format!("Invalid type for '{path}': expected {expected}."),
        ),
        ProblemKind::Range(expected) => invalid(
            param,
            "invalid_value",
            &format!("Invalid value for '{path}': expected {expected}."),
        ),
        ProblemKind::Unknown => {
            invalid(param, "unknown_parameter", &format!("Unknown parameter: '{path}'."))
        }
    }
}

fn invalid(param: Option<&str>, code: &str, message: &str) -> Reply {
    Reply::openai_error(400, "invalid_request_error", Some(code), param, message)
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
