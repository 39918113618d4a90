//! Projects and how long and how well they remember: `/20231130/generativeAiProjects`.

use super::fields::{COMPARTMENT, COUNT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::operations::rows;
use super::{Change, Collection, request};
use crate::route::Row;
use crate::schema::{Field, Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = rows!("/20231130/generativeAiProjects", &PROJECTS);

static PROJECTS: Collection = Collection {
    ocid: "generativeaiproject",
    entity: "GENERATIVE_AI_PROJECT",
    works: &[Change::Create, Change::Delete, Change::Update],
    creation: &["CREATING", "CREATING", "ACTIVE"],
    create: &[
        COMPARTMENT,
        CONVERSATION,
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        LONG_TERM,
        SANDBOX,
        SHORT_TERM,
    ],
    update: &[
        CONVERSATION,
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        LONG_TERM,
        SANDBOX,
        SHORT_TERM,
    ],
    details: &[
        "conversationConfig",
        "longTermMemoryConfig",
        "sandboxConfig",
        "shortTermMemoryOptimizationConfig",
    ],
    filters: &[],
    complete: |_, object| request::check_name(object.get("displayName")),
};

/// Which model does a part of the work, whose name stands in its configuration.
macro_rules! model {
    ($part:literal) => {
        Kind::Strict(&[
            required("modelConfigType", Kind::Word(&[$part])),
            required("llmSelection", SELECTION),
        ])
    };
}

const SELECTION: Kind = Kind::Tagged(
    "llmSelectionType",
    &[(
        "GEN_AI_MODEL",
        Kind::Strict(&[required("llmSelectionType", Kind::Text), required("modelId", Kind::Text)]),
    )],
);

const CONVERSATION: Field = optional(
    "conversationConfig",
    Kind::Strict(&[
        optional("responsesRetentionInHours", COUNT),
        optional("conversationsRetentionInHours", COUNT),
    ]),
);

const LONG_TERM: Field = optional(
    "longTermMemoryConfig",
    Kind::Strict(&[optional(
        "standardLongTermMemoryStrategy",
        Kind::Strict(&[
            required("isEnabled", Kind::Bool),
            optional("extractionConfig", model!("EXTRACTION")),
            optional("embeddingConfig", model!("EMBEDDING")),
        ]),
    )]),
);

const SHORT_TERM: Field = optional(
    "shortTermMemoryOptimizationConfig",
    Kind::Strict(&[
        required("isEnabled", Kind::Bool),
        optional("condenserConfig", model!("CONDENSER")),
    ]),
);

const SANDBOX: Field = optional(
    "sandboxConfig",
    Kind::Strict(&[
        required("isEnabled", Kind::Bool),
        optional("isPersistenceEnabled", Kind::Bool),
        optional(
            "warmPoolConfig",
            Kind::Strict(&[
                optional("smallCount", COUNT),
                optional("mediumCount", COUNT),
                optional("largeCount", COUNT),
            ]),
        ),
        optional(
            "sandboxOutboundNetworkingConfig",
            Kind::Tagged(
                "networkMode",
                &[("CUSTOM", Kind::Open(&[])), ("MANAGED", Kind::Open(&[]))],
            ),
        ),
        optional(
            "credentialProfiles",
            Kind::List(
                0,
                &Kind::Strict(&[
                    required("label", Kind::Text),
                    required("credentialInjectionRules", Kind::List(0, &Kind::Open(&[]))),
                ]),
            ),
        ),
    ]),
);
