//! What fills vector stores from Object Storage: `/20231130/vectorStoreConnectors` and their file syncs.
//!
//! There is no Object Storage here, so every sync finds nothing and succeeds.

use serde_json::{Value, json};

use super::fields::{COMPARTMENT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::listing::{self, page};
use super::request::not_found;
use super::{Change, Collection, Made, operations, request};
use crate::document::{set, text};
use crate::outcome::Answer;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Field, Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = &[
    ("GET", CONNECTORS_PATH, Operation::OfCollection(listing::list, &CONNECTORS)),
    ("POST", CONNECTORS_PATH, Operation::OfCollection(operations::create, &CONNECTORS)),
    ("DELETE", CONNECTOR_PATH, Operation::OfCollection(operations::delete, &CONNECTORS)),
    ("GET", CONNECTOR_PATH, Operation::OfCollection(operations::get, &CONNECTORS)),
    ("PUT", CONNECTOR_PATH, Operation::OfCollection(operations::update, &CONNECTORS)),
    (
        "GET",
        "/20231130/vectorStoreConnectors/{}/ingestionLogs",
        Operation::OfCollection(no_logs, &CONNECTORS),
    ),
    (
        "GET",
        "/20231130/vectorStoreConnectors/{}/stats",
        Operation::OfCollection(stats, &CONNECTORS),
    ),
    ("GET", SYNCS_PATH, Operation::OfCollection(listing::list, &SYNCS)),
    ("POST", SYNCS_PATH, Operation::OfCollection(operations::create, &SYNCS)),
    ("DELETE", SYNC_PATH, Operation::OfCollection(cancel, &SYNCS)),
    ("GET", SYNC_PATH, Operation::OfCollection(operations::get, &SYNCS)),
    (
        "GET",
        "/20231130/vectorStoreConnectorFileSyncs/{}/ingestionLogs",
        Operation::OfCollection(no_logs, &SYNCS),
    ),
];

static CONNECTORS: Collection = Collection {
    ocid: "generativeaivectorstoreconnector",
    entity: "VECTOR_STORE_CONNECTOR",
    works: &[Change::Create, Change::Delete, Change::Update],
    creation: &["CREATING", "CREATING", "ACTIVE"],
    create: &[
        COMPARTMENT,
        required("configuration", CONFIGURATION),
        DEFINED_TAGS,
        DESCRIPTION,
        required("displayName", Kind::Text),
        FREEFORM_TAGS,
        SCHEDULE,
        optional("vaultSecretId", Kind::Text),
        required("vectorStoreId", Kind::Text),
    ],
    update: &[
        optional("configuration", CONFIGURATION),
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        SCHEDULE,
    ],
    details: &["vaultSecretId"],
    filters: &[("vectorStoreId", "/vectorStoreId")],
    complete: |_, object| {
        request::check_name(object.get("displayName"))?;
        set(object, "tenantId", TENANCY);
        Ok(())
    },
};

static SYNCS: Collection = Collection {
    ocid: "generativeaivectorstoreconnectorfilesync",
    entity: "FILE_SYNC",
    works: &[Change::Create, Change::Delete],
    creation: &["ACCEPTED", "IN_PROGRESS", "SUCCEEDED"],
    create: &[
        DEFINED_TAGS,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        required("vectorStoreConnectorId", Kind::Text),
    ],
    update: &[],
    details: &[],
    filters: &[("vectorStoreConnectorId", "/vectorStoreConnectorId")],
    complete: complete_sync,
};

/// A sync belongs to a connector that there is, and to its compartment.
fn complete_sync(call: &Call<'_>, object: &mut Value) -> Result<(), Reply> {
    let kept = call.service.state.lock();
    let connector = kept.control.find(&text(object.get("vectorStoreConnectorId")), &CONNECTORS)?;
    if connector.is_gone() {
        return Err(not_found());
    }
    set(object, "compartmentId", text(connector.object.get("compartmentId")));
    set(object, "tenantId", TENANCY);
    set(object, "triggerType", "MANUAL");
    set(object, "stats", nothing(call));
    Ok(())
}

/// Answers `DELETE …/vectorStoreConnectorFileSyncs/{}`, which cancels what is not done yet.
fn cancel(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let [id, _] = call.route.ids;
    let mut kept = call.service.state.lock();
    let control = &mut kept.control;
    let sync = control.find(id, collection)?;
    request::check_etag(call, &sync.etag())?;
    let state = text(sync.object.get("lifecycleState"));
    if !matches!(state.as_str(), "ACCEPTED" | "IN_PROGRESS") {
        let message = format!("The file sync is in the state {state} and cannot be cancelled.");
        return Err(Reply::oracle_error(409, "IncorrectState", &message));
    }
    control.begin(call, id, Change::Delete, &["CANCELING", "CANCELED"]);
    Ok(control.made(id, 202).without_document(202).outcome())
}

/// Answers `GET …/vectorStoreConnectors/{}/stats`.
fn stats(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let [id, _] = call.route.ids;
    let kept = call.service.state.lock();
    let etag = Some(kept.control.find(id, collection)?.etag());
    Ok(Made { status: 200, etag, work: None, document: Some(nothing(call)) }.outcome())
}

/// Answers `GET …/ingestionLogs`: nothing was ingested.
fn no_logs(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let [id, _] = call.route.ids;
    call.service.state.lock().control.find(id, collection)?;
    page(call, Vec::new(), false)
}

/// Statistics of a sync that found nothing.
fn nothing(call: &Call<'_>) -> Value {
    let mut stats = json!({ "timeGenerated": call.settings().clock.rfc3339() });
    for name in [
        "created",
        "updated",
        "deleted",
        "metadataUpdated",
        "ignored",
        "unsupported",
        "inProgress",
        "failed",
    ] {
        set(&mut stats, name, json!({ "totalFilesSynced": 0, "syncStatsByFileType": {} }));
    }
    stats
}

const CONFIGURATION: Kind = Kind::Tagged(
    "type",
    &[(
        "OBJECT_STORAGE_FILES",
        Kind::Strict(&[
            required(
                "storageConfigList",
                Kind::List(
                    1,
                    &Kind::Strict(&[
                        required("bucketName", Kind::Text),
                        required("namespace", Kind::Text),
                        optional("prefixList", Kind::List(0, &Kind::Text)),
                    ]),
                ),
            ),
            required("type", Kind::Text),
        ]),
    )],
);

const SCHEDULE: Field = optional(
    "scheduleConfig",
    Kind::Tagged(
        "configType",
        &[
            (
                "CRON",
                Kind::Strict(&[
                    required("configType", Kind::Text),
                    required("cronExpression", Kind::Text),
                    STATE,
                    TIME_END,
                    TIME_START,
                ]),
            ),
            (
                "INTERVAL",
                Kind::Strict(&[
                    required("configType", Kind::Text),
                    required("frequency", Kind::Word(&["HOURLY", "DAILY"])),
                    required("interval", Kind::Integer(1, i64::MAX)),
                    STATE,
                    TIME_END,
                    TIME_START,
                ]),
            ),
        ],
    ),
);

const STATE: Field = optional("state", Kind::Word(&["ENABLED", "DISABLED"]));
const TIME_END: Field = optional("timeEnd", Kind::Text);
const TIME_START: Field = optional("timeStart", Kind::Text);

const CONNECTORS_PATH: &str = "/20231130/vectorStoreConnectors";
const CONNECTOR_PATH: &str = "/20231130/vectorStoreConnectors/{}";
const SYNCS_PATH: &str = "/20231130/vectorStoreConnectorFileSyncs";
const SYNC_PATH: &str = "/20231130/vectorStoreConnectorFileSyncs/{}";

/// Nobody asks whose signature it was.
const TENANCY: &str = "ocid1.tenancy.oc1..aaaaaaaaemulator";
