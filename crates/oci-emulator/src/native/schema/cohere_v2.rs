//! The keys of a COHEREV2 chat request, read off the official Python SDK 2.189.0.

use super::cohere::{RESPONSE_FORMAT, SAFETY_MODE};
use super::{COUNT, FRACTION, STREAM_OPTIONS, TYPE};
use crate::schema::{Field, Kind, optional, required};

pub(super) const COHERE_V2: &[Field] = &[
    required("apiFormat", Kind::Text),
    required("messages", Kind::List(1, &MESSAGE)),
    optional(
        "citationOptions",
        Kind::Strict(&[optional("mode", Kind::Word(&["FAST", "ACCURATE", "OFF"]))]),
    ),
    optional("documents", Kind::List(0, &Kind::Any)),
    optional("frequencyPenalty", FRACTION),
    optional("isLogProbsEnabled", Kind::Bool),
    optional("isRawPrompting", Kind::Bool),
    optional("isSearchQueriesOnly", Kind::Bool),
    optional("isStream", Kind::Bool),
    optional("isStrictToolsEnabled", Kind::Bool),
    optional("maxTokens", Kind::Integer(1, i64::MAX)),
    optional("presencePenalty", FRACTION),
    optional("priority", Kind::Integer(i64::MIN, i64::MAX)),
    optional("responseFormat", RESPONSE_FORMAT),
    optional("safetyMode", SAFETY_MODE),
    optional("seed", Kind::Integer(i64::MIN, i64::MAX)),
    optional("stopSequences", Kind::List(0, &Kind::Text)),
    STREAM_OPTIONS,
    optional("temperature", Kind::Number(0.0, 5.0)),
    optional(
        "thinking",
        Kind::Strict(&[
            required("type", Kind::Word(&["ENABLED", "DISABLED"])),
            optional("tokenBudget", COUNT),
        ]),
    ),
    optional("tools", Kind::List(0, &TOOL)),
    // The name is Oracle's.
    optional("toolsChoice", Kind::Word(&["REQUIRED", "NONE"])),
    optional("topK", Kind::Integer(0, 500)),
    optional("topP", FRACTION),
];

const ROLE: Field = required("role", Kind::Text);
const CONTENT: Field = optional("content", Kind::List(0, &PART));

const MESSAGE: Kind = Kind::Tagged(
    "role",
    &[
        (
            "ASSISTANT",
            Kind::Strict(&[
                ROLE,
                CONTENT,
                optional("citations", Kind::List(0, &Kind::Open(&[]))),
                optional("toolCalls", Kind::List(0, &CALL)),
                optional("toolPlan", Kind::Text),
            ]),
        ),
        ("SYSTEM", Kind::Strict(&[ROLE, CONTENT])),
        ("TOOL", Kind::Strict(&[ROLE, CONTENT, required("toolCallId", Kind::Text)])),
        ("USER", Kind::Strict(&[ROLE, CONTENT])),
    ],
);

const PART: Kind = Kind::Tagged(
    "type",
    &[
        ("DOCUMENT", Kind::Strict(&[TYPE, optional("document", Kind::Any)])),
        (
            "IMAGE_URL",
            Kind::Strict(&[
                TYPE,
                optional(
                    "imageUrl",
                    Kind::Strict(&[
                        required("url", Kind::Text),
                        optional("detail", Kind::Word(&["AUTO", "HIGH", "LOW"])),
                    ]),
                ),
            ]),
        ),
        ("TEXT", Kind::Strict(&[TYPE, optional("text", Kind::Text)])),
        ("THINKING", Kind::Strict(&[TYPE, optional("thinking", Kind::Text)])),
    ],
);

const CALL: Kind = Kind::Strict(&[
    optional("id", Kind::Text),
    optional("type", Kind::Word(&["FUNCTION"])),
    optional("function", Kind::Open(&[])),
]);

const TOOL: Kind = Kind::Strict(&[
    required("type", Kind::Word(&["FUNCTION"])),
    required(
        "function",
        Kind::Strict(&[
            required("name", Kind::Text),
            required("parameters", Kind::Any),
            optional("description", Kind::Text),
        ]),
    ),
]);
