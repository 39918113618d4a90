//! The keys of the operations beside chat, read off the official Python SDK 2.189.0.

use super::{COMPARTMENT, COUNT, FRACTION, SERVING_MODE, TYPE};
use crate::schema::{Field, Kind, optional, required};

pub(in crate::native) const EMBED_TEXT: &[Field] = &[
    COMPARTMENT,
    SERVING_MODE,
    optional(
        "embedContents",
        Kind::List(
            0,
            &Kind::Tagged(
                "type",
                &[
                    ("IMAGE", Kind::Strict(&[TYPE, optional("imageUrl", IMAGE_URL)])),
                    ("TEXT", Kind::Strict(&[TYPE, optional("text", Kind::Text)])),
                ],
            ),
        ),
    ),
    optional(
        "embeddingTypes",
        Kind::List(0, &Kind::Word(&["float", "int8", "uint8", "binary", "ubinary", "base64"])),
    ),
    optional(
        "inputType",
        Kind::Word(&["SEARCH_DOCUMENT", "SEARCH_QUERY", "CLASSIFICATION", "CLUSTERING", "IMAGE"]),
    ),
    optional("inputs", Kind::List(0, &Kind::Text)),
    optional("isEcho", Kind::Bool),
    optional("outputDimensions", Kind::Integer(1, i64::MAX)),
    optional("truncate", TRUNCATE),
];

pub(in crate::native) const RERANK_TEXT: &[Field] = &[
    COMPARTMENT,
    SERVING_MODE,
    required("documents", Kind::List(1, &Kind::Text)),
    required("input", Kind::Text),
    optional("isEcho", Kind::Bool),
    optional("maxChunksPerDocument", Kind::Integer(1, i64::MAX)),
    optional("maxTokensPerDocument", Kind::Integer(1, i64::MAX)),
    optional("topN", Kind::Integer(1, i64::MAX)),
];

pub(in crate::native) const APPLY_GUARDRAILS: &[Field] = &[
    COMPARTMENT,
    required(
        "guardrailConfigs",
        Kind::Strict(&[
            optional("contentModerationConfig", Kind::Strict(&[required("categories", WORDS)])),
            optional(
                "personallyIdentifiableInformationConfig",
                Kind::Strict(&[required("types", WORDS)]),
            ),
            optional("promptInjectionConfig", Kind::Strict(&[])),
        ]),
    ),
    optional("guardrailVersionConfig", Kind::Strict(&[required("guardrailVersion", Kind::Text)])),
    optional("input", GUARDRAILS_INPUT),
    optional("multimodalInput", Kind::List(0, &GUARDRAILS_INPUT)),
];

const GUARDRAILS_INPUT: Kind = Kind::Tagged(
    "type",
    &[
        (
            "IMAGE",
            Kind::Strict(&[
                TYPE,
                optional("imageUrl", Kind::Strict(&[required("url", Kind::Text)])),
            ]),
        ),
        (
            "TEXT",
            Kind::Strict(&[
                TYPE,
                optional("content", Kind::Text),
                optional("languageCode", Kind::Text),
            ]),
        ),
    ],
);

pub(in crate::native) const GENERATE_TEXT: &[Field] = &[
    COMPARTMENT,
    SERVING_MODE,
    required(
        "inferenceRequest",
        Kind::Tagged(
            "runtimeType",
            &[
                (
                    "COHERE",
                    Kind::Strict(&[
                        required("runtimeType", Kind::Text),
                        required("prompt", Kind::Text),
                        optional("frequencyPenalty", FRACTION),
                        optional("isEcho", Kind::Bool),
                        optional("isStream", Kind::Bool),
                        optional("maxTokens", Kind::Integer(1, i64::MAX)),
                        optional("numGenerations", GENERATIONS),
                        optional("presencePenalty", FRACTION),
                        optional("returnLikelihoods", Kind::Word(&["NONE", "ALL", "GENERATION"])),
                        optional("stopSequences", WORDS),
                        optional("temperature", Kind::Number(0.0, 5.0)),
                        optional("topK", Kind::Integer(0, 500)),
                        optional("topP", FRACTION),
                        optional("truncate", TRUNCATE),
                    ]),
                ),
                (
                    "LLAMA",
                    Kind::Strict(&[
                        required("runtimeType", Kind::Text),
                        optional("frequencyPenalty", Kind::Number(-2.0, 2.0)),
                        optional("isEcho", Kind::Bool),
                        optional("isStream", Kind::Bool),
                        optional("logProbs", COUNT),
                        optional("maxTokens", Kind::Integer(1, i64::MAX)),
                        optional("numGenerations", GENERATIONS),
                        optional("presencePenalty", Kind::Number(-2.0, 2.0)),
                        optional("prompt", Kind::Text),
                        optional("stop", WORDS),
                        optional("temperature", Kind::Number(0.0, 2.0)),
                        optional("topK", Kind::Integer(-1, i64::MAX)),
                        optional("topP", FRACTION),
                    ]),
                ),
            ],
        ),
    ),
];

pub(in crate::native) const SUMMARIZE_TEXT: &[Field] = &[
    COMPARTMENT,
    SERVING_MODE,
    required("input", Kind::Text),
    optional("additionalCommand", Kind::Text),
    optional("extractiveness", Kind::Word(&["LOW", "MEDIUM", "HIGH", "AUTO"])),
    optional("format", Kind::Word(&["PARAGRAPH", "BULLETS", "AUTO"])),
    optional("isEcho", Kind::Bool),
    optional("length", Kind::Word(&["SHORT", "MEDIUM", "LONG", "AUTO"])),
    optional("temperature", Kind::Number(0.0, 5.0)),
];

const WORDS: Kind = Kind::List(0, &Kind::Text);
const TRUNCATE: Kind = Kind::Word(&["NONE", "START", "END"]);
const GENERATIONS: Kind = Kind::Integer(1, 128);

const IMAGE_URL: Kind = Kind::Strict(&[
    required("url", Kind::Text),
    optional("detail", Kind::Word(&["AUTO", "HIGH", "LOW"])),
]);
