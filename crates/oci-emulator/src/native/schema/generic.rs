//! The keys of a GENERIC chat request, read off the official Python SDK 2.189.0.

use super::TYPE;
use crate::schema::{Field, Kind, optional, required};

pub(super) const GENERIC: &[Field] = &[
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
