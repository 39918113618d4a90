//! The request body of the native chat operation, which knows no unknown keys.

use serde_json::Value;

use crate::prompt::{Prompt, text};
use crate::reply::Reply;
use crate::schema::{Field, Kind, Problem, ProblemKind, check, optional, required};

/// What the answer depends on; everything else is checked and then ignored.
#[derive(Debug)]
pub(super) struct ChatDetails {
    /// The model id, as it comes back in the answer.
    pub(super) model: String,
    /// What was said.
    pub(super) prompt: Prompt,
    /// Whether the answer is streamed.
    pub(super) is_stream: bool,
    /// Whether a stream tells the usage.
    pub(super) include_usage: bool,
    /// How many answers are wanted.
    pub(super) generations: u64,
    /// The smaller of the two limits.
    pub(super) max_tokens: Option<u64>,
    /// Texts that end the answer.
    pub(super) stop: Vec<String>,
}

impl ChatDetails {
    /// Reads and checks a body; the error is the answer to give.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reply> {
        let document: Value = serde_json::from_slice(body)
            .map_err(|error| invalid(&format!("The body is not valid JSON: {error}")))?;
        // Which format it is comes first: the others have other keys.
        let format = document.pointer("/chatRequest/apiFormat").and_then(Value::as_str);
        if let Some(format @ ("COHERE" | "COHEREV2")) = format {
            return Err(invalid(&format!(
                "The apiFormat {format} is not served by the emulator yet"
            )));
        }
        let serving = document.pointer("/servingMode/servingType").and_then(Value::as_str);
        if serving == Some("DEDICATED") {
            return Err(invalid("The servingType DEDICATED is not served by the emulator yet"));
        }
        check(&document, &Kind::Strict(CHAT_DETAILS), "").map_err(|problem| explain(&problem))?;

        let model = text(document.pointer("/servingMode/modelId"));
        if model.starts_with("cohere.") {
            return Err(invalid(&format!(
                "The model {model} needs the apiFormat COHERE or COHEREV2"
            )));
        }
        let request = document.get("chatRequest").unwrap_or(&Value::Null);
        let number = |name: &str| request.get(name).and_then(Value::as_u64);
        let flag =
            |pointer: &str| request.pointer(pointer).and_then(Value::as_bool).unwrap_or(false);
        Ok(Self {
            model,
            prompt: Prompt::new(request.get("messages"), "USER"),
            is_stream: flag("/isStream"),
            include_usage: flag("/streamOptions/isIncludeUsage"),
            generations: number("numGenerations").unwrap_or(1),
            max_tokens: [number("maxTokens"), number("maxCompletionTokens")]
                .into_iter()
                .flatten()
                .min(),
            stop: request
                .get("stop")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(|stop| text(Some(stop)))
                .collect(),
        })
    }
}

/// The service says the same to a key it does not know and to a value of the wrong type.
fn explain(problem: &Problem) -> Reply {
    let path = &problem.path;
    match &problem.fault {
        ProblemKind::Unknown | ProblemKind::Type(_) => {
            invalid("Please pass in correct format of request.")
        }
        ProblemKind::Missing => invalid(&format!("{path} must not be null")),
        ProblemKind::Range(expected) => invalid(&format!("{path} must be {expected}")),
    }
}

/// This part of the service gives the status as the code.
fn invalid(message: &str) -> Reply {
    Reply::oracle_error(400, "400", message)
}

// The keys of the operation, read off the official Python SDK 2.189.0.

const CHAT_DETAILS: &[Field] = &[
    required("compartmentId", Kind::Text),
    required(
        "servingMode",
        Kind::Tagged(
            "servingType",
            &[(
                "ON_DEMAND",
                Kind::Strict(&[
                    required("servingType", Kind::Text),
                    required("modelId", Kind::Text),
                ]),
            )],
        ),
    ),
    required("chatRequest", Kind::Tagged("apiFormat", &[("GENERIC", Kind::Strict(GENERIC))])),
];

const GENERIC: &[Field] = &[
    required("apiFormat", Kind::Text),
    required("messages", Kind::List(1, &MESSAGE)),
    optional("frequencyPenalty", Kind::Number(-2.0, 2.0)),
    optional("isEcho", Kind::Bool),
    optional("isParallelToolCalls", Kind::Bool),
    optional("isStream", Kind::Bool),
    optional("logProbs", Kind::Integer(0, i64::MAX)),
    optional("logitBias", Kind::Open(&[])),
    optional("maxCompletionTokens", Kind::Integer(1, i64::MAX)),
    optional("maxTokens", Kind::Integer(1, i64::MAX)),
    optional("metadata", Kind::Open(&[])),
    optional("numGenerations", Kind::Integer(1, 128)),
    optional("prediction", PREDICTION),
    optional("presencePenalty", Kind::Number(-2.0, 2.0)),
    optional("reasoningEffort", Kind::Word(&["NONE", "MINIMAL", "LOW", "MEDIUM", "HIGH"])),
    optional("responseFormat", RESPONSE_FORMAT),
    optional("seed", Kind::Integer(i64::MIN, i64::MAX)),
    optional("serviceTier", Kind::Word(&["AUTO", "DEFAULT", "PRIORITY"])),
    optional("stop", Kind::List(0, &Kind::Text)),
    optional("streamOptions", Kind::Strict(&[optional("isIncludeUsage", Kind::Bool)])),
    optional("temperature", Kind::Number(0.0, 2.0)),
    optional("toolChoice", TOOL_CHOICE),
    optional("tools", Kind::List(0, &TOOL)),
    optional("topK", Kind::Integer(-1, i64::MAX)),
    optional("topP", Kind::Number(0.0, 1.0)),
    optional("verbosity", Kind::Word(&["LOW", "MEDIUM", "HIGH"])),
    optional(
        "webSearchOptions",
        Kind::Strict(&[
            optional("searchContextSize", Kind::Word(&["HIGH", "MEDIUM", "LOW"])),
            optional(
                "userLocation",
                Kind::Strict(&[
                    optional("city", Kind::Text),
                    optional("country", Kind::Text),
                    optional("region", Kind::Text),
                    optional("timezone", Kind::Text),
                ]),
            ),
        ]),
    ),
];

const MESSAGE: Kind = Kind::Tagged(
    "role",
    &[
        (
            "ASSISTANT",
            Kind::Strict(&[
                ROLE,
                CONTENT,
                NAME,
                optional("annotations", Kind::List(0, &Kind::Any)),
                optional("reasoningContent", Kind::Text),
                optional("refusal", Kind::Text),
                optional("toolCalls", Kind::List(0, &TOOL_CALL)),
            ]),
        ),
        ("DEVELOPER", Kind::Strict(&[ROLE, CONTENT, NAME])),
        ("SYSTEM", Kind::Strict(&[ROLE, CONTENT, NAME])),
        ("TOOL", Kind::Strict(&[ROLE, CONTENT, optional("toolCallId", Kind::Text)])),
        ("USER", Kind::Strict(&[ROLE, CONTENT, NAME])),
    ],
);

const ROLE: Field = required("role", Kind::Text);
const CONTENT: Field = optional("content", Kind::List(0, &PART));
const NAME: Field = optional("name", Kind::Text);
const TYPE: Field = required("type", Kind::Text);

const PART: Kind = Kind::Tagged(
    "type",
    &[
        ("AUDIO", Kind::Strict(&[TYPE, optional("audioUrl", URL)])),
        ("DOCUMENT", Kind::Strict(&[TYPE, optional("documentUrl", URL)])),
        ("IMAGE", Kind::Strict(&[TYPE, optional("imageUrl", URL)])),
        ("TEXT", Kind::Strict(&[TYPE, optional("text", Kind::Text)])),
        ("VIDEO", Kind::Strict(&[TYPE, optional("videoUrl", URL)])),
    ],
);

const URL: Kind = Kind::Strict(&[
    required("url", Kind::Text),
    optional("detail", Kind::Word(&["AUTO", "HIGH", "LOW"])),
]);

const TOOL_CALL: Kind = Kind::Tagged(
    "type",
    &[(
        "FUNCTION",
        Kind::Strict(&[
            TYPE,
            required("id", Kind::Text),
            optional("arguments", Kind::Text),
            optional("name", Kind::Text),
        ]),
    )],
);

const TOOL: Kind = Kind::Tagged(
    "type",
    &[(
        "FUNCTION",
        Kind::Strict(&[
            TYPE,
            optional("description", Kind::Text),
            optional("name", Kind::Text),
            optional("parameters", Kind::Any),
        ]),
    )],
);

const TOOL_CHOICE: Kind = Kind::Tagged(
    "type",
    &[
        ("AUTO", Kind::Strict(&[TYPE])),
        ("FUNCTION", Kind::Strict(&[TYPE, optional("name", Kind::Text)])),
        ("NONE", Kind::Strict(&[TYPE])),
        ("REQUIRED", Kind::Strict(&[TYPE])),
    ],
);

const RESPONSE_FORMAT: Kind = Kind::Tagged(
    "type",
    &[
        ("JSON_OBJECT", Kind::Strict(&[TYPE])),
        (
            "JSON_SCHEMA",
            Kind::Strict(&[
                TYPE,
                optional(
                    "jsonSchema",
                    Kind::Strict(&[
                        required("name", Kind::Text),
                        optional("description", Kind::Text),
                        optional("isStrict", Kind::Bool),
                        optional("schema", Kind::Any),
                    ]),
                ),
            ]),
        ),
        ("TEXT", Kind::Strict(&[TYPE])),
    ],
);

const PREDICTION: Kind = Kind::Tagged(
    "type",
    &[(
        "CONTENT",
        Kind::Strict(&[
            TYPE,
            optional(
                "content",
                Kind::List(0, &Kind::Strict(&[TYPE, optional("text", Kind::Text)])),
            ),
        ]),
    )],
);
