//! What the service knows of databases: `/20231130/semanticStores`.

use super::fields::{COMPARTMENT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::operations::rows;
use super::{Change, Collection, request};
use crate::route::Row;
use crate::schema::{Field, Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = rows!("/20231130/semanticStores", &SEMANTIC_STORES);

pub(super) static SEMANTIC_STORES: Collection = Collection {
    ocid: "generativeaisemanticstore",
    entity: "SEMANTIC_STORE",
    works: &[Change::Create, Change::Delete, Change::Move],
    creation: &["CREATING", "CREATING", "ACTIVE"],
    create: &[
        COMPARTMENT,
        required(
            "dataSource",
            Kind::Tagged(
                "connectionType",
                &[(
                    "DATABASE_TOOLS_CONNECTION",
                    Kind::Strict(&[
                        required("connectionType", Kind::Text),
                        required("enrichmentConnectionId", Kind::Text),
                        required("queryingConnectionId", Kind::Text),
                    ]),
                )],
            ),
        ),
        DEFINED_TAGS,
        DESCRIPTION,
        required("displayName", Kind::Text),
        FREEFORM_TAGS,
        OWN_SEMANTICS,
        SELECTION,
        SCHEDULE,
        required("schemas", SCHEMAS),
    ],
    update: &[
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        OWN_SEMANTICS,
        SELECTION,
        SCHEDULE,
        optional("schemas", SCHEMAS),
    ],
    details: &[],
    filters: &[("dataSourceQueryingConnectionId", "/dataSource/queryingConnectionId")],
    complete: |_, object| request::check_name(object.get("displayName")),
};

const OWN_SEMANTICS: Field = optional("isUserDefinedSemanticsEnabled", Kind::Bool);

const SELECTION: Field = optional(
    "modelSelection",
    Kind::Tagged(
        "modelSelectionType",
        &[
            (
                "CUSTOM",
                Kind::Strict(&[
                    required("modelId", Kind::Text),
                    required("modelSelectionType", Kind::Text),
                ]),
            ),
            ("DEFAULT", Kind::Strict(&[required("modelSelectionType", Kind::Text)])),
        ],
    ),
);

const SCHEDULE: Field = optional(
    "refreshSchedule",
    Kind::Tagged(
        "type",
        &[
            (
                "INTERVAL",
                Kind::Strict(&[required("type", Kind::Text), required("value", Kind::Text)]),
            ),
            ("NONE", Kind::Strict(&[required("type", Kind::Text)])),
            ("ON_CREATE", Kind::Strict(&[required("type", Kind::Text)])),
        ],
    ),
);

const SCHEMAS: Kind = Kind::Tagged(
    "connectionType",
    &[(
        "DATABASE_TOOLS_CONNECTION",
        Kind::Strict(&[
            required("connectionType", Kind::Text),
            required("schemas", Kind::List(0, &Kind::Strict(&[required("name", Kind::Text)]))),
        ]),
    )],
);
