//! What the native operations take: these keys and no others.

mod cohere;
mod cohere_v2;
mod generic;
mod text;

use crate::schema::{Field, Kind, optional, required};

pub(super) use text::{APPLY_GUARDRAILS, EMBED_TEXT, GENERATE_TEXT, RERANK_TEXT, SUMMARIZE_TEXT};

/// The body of `chat`.
pub(super) const CHAT: &[Field] = &[
    COMPARTMENT,
    SERVING_MODE,
    required(
        "chatRequest",
        Kind::Tagged(
            "apiFormat",
            &[
                ("COHERE", Kind::Strict(cohere::COHERE)),
                ("COHEREV2", Kind::Strict(cohere_v2::COHERE_V2)),
                ("GENERIC", Kind::Strict(generic::GENERIC)),
            ],
        ),
    ),
];

const COMPARTMENT: Field = required("compartmentId", Kind::Text);

const SERVING_MODE: Field = required(
    "servingMode",
    Kind::Tagged(
        "servingType",
        &[
            (
                "DEDICATED",
                Kind::Strict(&[
                    required("servingType", Kind::Text),
                    required("endpointId", Kind::Text),
                ]),
            ),
            (
                "ON_DEMAND",
                Kind::Strict(&[
                    required("servingType", Kind::Text),
                    required("modelId", Kind::Text),
                ]),
            ),
        ],
    ),
);

const TYPE: Field = required("type", Kind::Text);

const STREAM_OPTIONS: Field =
    optional("streamOptions", Kind::Strict(&[optional("isIncludeUsage", Kind::Bool)]));

/// A fraction of 1, for instance `topP`.
const FRACTION: Kind = Kind::Number(0.0, 1.0);

/// A count of anything.
const COUNT: Kind = Kind::Integer(0, i64::MAX);
