//! Clusters of one's own: `/20231130/dedicatedAiClusters`.

use serde_json::{Value, json};

use super::fields::{COMPARTMENT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::listing::page;
use super::operations::rows;
use super::{Change, Collection, request};
use crate::document::set;
use crate::outcome::Answer;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = rows!(
    "/20231130/dedicatedAiClusters",
    &CLUSTERS,
    ("GET", "/20231130/dedicatedAiClusters/allocatableGpus", Operation::Resource(allocatable_gpus)),
);

static CLUSTERS: Collection = Collection {
    ocid: "generativeaidedicatedaicluster",
    entity: "DEDICATED_AI_CLUSTER",
    works: &[Change::Create, Change::Delete, Change::Update],
    creation: &["CREATING", "CREATING", "ACTIVE"],
    create: &[
        optional("capacityReservationId", Kind::Text),
        COMPARTMENT,
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        required("type", Kind::Word(&["HOSTING", "FINE_TUNING"])),
        required("unitCount", UNITS),
        required("unitShape", Kind::Text),
    ],
    update: &[DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS, optional("unitCount", UNITS)],
    details: &[],
    filters: &[("capacityReservationId", "/capacityReservationId")],
    complete,
};

fn complete(_: &Call<'_>, object: &mut Value) -> Result<(), Reply> {
    request::check_name(object.get("displayName"))?;
    if object.get("type").is_some_and(|kind| kind == "HOSTING") {
        let capacity = json!({
            "capacityType": "HOSTING_CAPACITY",
            "totalEndpointCapacity": ENDPOINTS_OF_A_CLUSTER,
            "usedEndpointCapacity": 0,
        });
        set(object, "capacity", capacity);
    }
    Ok(())
}

/// Answers `GET …/dedicatedAiClusters/allocatableGpus`: no reservation has any.
fn allocatable_gpus(call: &Call<'_>) -> Answer {
    request::required(call, "compartmentId")?;
    request::required(call, "capacityReservationId")?;
    page(call, Vec::new(), false)
}

const UNITS: Kind = Kind::Integer(1, i64::MAX);

/// Oracle: "each hosting cluster can host up to 50 endpoints".
const ENDPOINTS_OF_A_CLUSTER: u64 = 50;
