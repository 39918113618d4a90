//! Endpoints of models on dedicated clusters: `/20231130/endpoints`.

use super::fields::{COMPARTMENT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::operations::rows;
use super::{Change, Collection, request};
use crate::route::Row;
use crate::schema::{Field, Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = rows!("/20231130/endpoints", &ENDPOINTS);

static ENDPOINTS: Collection = Collection {
    ocid: "generativeaiendpoint",
    entity: "ENDPOINT",
    works: &[Change::Create, Change::Delete, Change::Update],
    creation: &["CREATING", "CREATING", "ACTIVE"],
    create: &[
        COMPARTMENT,
        MODERATION,
        required("dedicatedAiClusterId", Kind::Text),
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        PRIVATE_ENDPOINT,
        required("modelId", Kind::Text),
        PERSONAL,
        INJECTION,
    ],
    update: &[
        MODERATION,
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        PRIVATE_ENDPOINT,
        PERSONAL,
        INJECTION,
    ],
    details: &[],
    filters: &[("generativeAiPrivateEndpointId", "/generativeAiPrivateEndpointId")],
    complete: |_, object| request::check_name(object.get("displayName")),
};

const MODERATION: Field = optional("contentModerationConfig", GUARD);
const PERSONAL: Field = optional("piiDetectionConfig", GUARD);
const INJECTION: Field = optional("promptInjectionConfig", GUARD);
const PRIVATE_ENDPOINT: Field = optional("generativeAiPrivateEndpointId", Kind::Text);

const GUARD: Kind = Kind::Strict(&[
    required("isEnabled", Kind::Bool),
    optional("mode", Kind::Word(&["INFORM", "BLOCK"])),
    optional("modelId", Kind::Text),
]);
