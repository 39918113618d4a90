//! Which models and regions a compartment may use: `/20231130/routingProfiles`.

use super::fields::{COMPARTMENT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::operations::rows;
use super::{Collection, request};
use crate::route::Row;
use crate::schema::{Field, Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = rows!("/20231130/routingProfiles", &ROUTING_PROFILES);

static ROUTING_PROFILES: Collection = Collection {
    ocid: "generativeairoutingprofile",
    entity: "ROUTING_PROFILE",
    works: &[],
    creation: &["CREATING", "ACTIVE"],
    create: &[
        COMPARTMENT,
        DEFINED_TAGS,
        DESCRIPTION,
        required("displayName", Kind::Text),
        FREEFORM_TAGS,
        MODELS,
        REGIONS,
    ],
    update: &[DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS, MODELS, REGIONS],
    details: &[],
    filters: &[],
    complete: |_, object| request::check_name(object.get("displayName")),
};

const MODELS: Field = optional(
    "modelRoutingPolicy",
    Kind::Strict(&[optional("allowedModels", Kind::List(0, &Kind::Text))]),
);

const REGIONS: Field = optional(
    "regionRoutingPolicy",
    Kind::Strict(&[optional("allowedRegions", Kind::List(0, &Kind::Text))]),
);
