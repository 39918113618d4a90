//! The keys of a COHERE chat request, read off the official Python SDK 2.189.0.

use super::{COUNT, FRACTION, STREAM_OPTIONS, TYPE};
use crate::schema::{Field, Kind, optional, required};

pub(super) const COHERE: &[Field] = &[
    required("apiFormat", Kind::Text),
    required("message", Kind::Text),
    optional("chatHistory", Kind::List(0, &MESSAGE)),
    optional("citationQuality", Kind::Word(&["ACCURATE", "FAST"])),
    optional("documents", Kind::List(0, &Kind::Open(&[]))),
    optional("frequencyPenalty", FRACTION),
    optional("isEcho", Kind::Bool),
    optional("isForceSingleStep", Kind::Bool),
    optional("isRawPrompting", Kind::Bool),
    optional("isSearchQueriesOnly", Kind::Bool),
    optional("isStream", Kind::Bool),
    optional("maxInputTokens", COUNT),
    optional("maxTokens", Kind::Integer(1, i64::MAX)),
    optional("preambleOverride", Kind::Text),
    optional("presencePenalty", FRACTION),
    optional("promptTruncation", Kind::Word(&["OFF", "AUTO_PRESERVE_ORDER"])),
    optional("responseFormat", RESPONSE_FORMAT),
    optional("safetyMode", SAFETY_MODE),
    optional("seed", Kind::Integer(i64::MIN, i64::MAX)),
    optional("stopSequences", Kind::List(0, &Kind::Text)),
    STREAM_OPTIONS,
    optional("temperature", Kind::Number(0.0, 5.0)),
    optional("toolResults", Kind::List(0, &TOOL_RESULT)),
    optional("tools", Kind::List(0, &TOOL)),
    optional("topK", Kind::Integer(0, 500)),
    optional("topP", FRACTION),
];

const ROLE: Field = required("role", Kind::Text);

const MESSAGE: Kind = Kind::Tagged(
    "role",
    &[
        (
            "CHATBOT",
            Kind::Strict(&[
                ROLE,
                optional("message", Kind::Text),
                optional("toolCalls", Kind::List(0, &CALL)),
            ]),
        ),
        ("SYSTEM", Kind::Strict(&[ROLE, required("message", Kind::Text)])),
        ("TOOL", Kind::Strict(&[ROLE, required("toolResults", Kind::List(0, &TOOL_RESULT))])),
        ("USER", Kind::Strict(&[ROLE, required("message", Kind::Text)])),
    ],
);

const CALL: Kind =
    Kind::Strict(&[required("name", Kind::Text), required("parameters", Kind::Open(&[]))]);

const TOOL_RESULT: Kind =
    Kind::Strict(&[required("call", CALL), required("outputs", Kind::List(0, &Kind::Open(&[])))]);

const TOOL: Kind = Kind::Strict(&[
    required("name", Kind::Text),
    required("description", Kind::Text),
    optional(
        "parameterDefinitions",
        Kind::Map(&Kind::Strict(&[
            required("type", Kind::Text),
            optional("description", Kind::Text),
            optional("isRequired", Kind::Bool),
        ])),
    ),
]);

/// The same in both of Cohere's formats.
pub(super) const RESPONSE_FORMAT: Kind = Kind::Tagged(
    "type",
    &[
        ("JSON_OBJECT", Kind::Strict(&[TYPE, optional("schema", Kind::Any)])),
        ("TEXT", Kind::Strict(&[TYPE])),
    ],
);

/// The same in both of Cohere's formats.
pub(super) const SAFETY_MODE: Kind = Kind::Word(&["CONTEXTUAL", "STRICT", "OFF"]);
