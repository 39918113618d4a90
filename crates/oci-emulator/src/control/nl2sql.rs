//! Questions put to databases: `/20260325/semanticStores/{}/…`, beside the inference.

use serde_json::{Map, Value, json};

use super::fields::{DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::replay::once;
use super::request::{self, not_found, required as parameter};
use super::semantic_stores::SEMANTIC_STORES;
use super::{Change, Collection, Control, Made, Resource, listing};
use crate::document::{remove, set, text};
use crate::outcome::Answer;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = &[
    (
        "POST",
        "/20260325/semanticStores/{}/actions/enrich",
        Operation::OfCollection(enrich, &ENRICHMENTS),
    ),
    (
        "POST",
        "/20260325/semanticStores/{}/actions/generateSqlFromNl",
        Operation::OfCollection(generate, &GENERATIONS),
    ),
    (
        "GET",
        "/20260325/semanticStores/{}/enrichmentJobs",
        Operation::OfCollection(list, &ENRICHMENTS),
    ),
    (
        "GET",
        "/20260325/semanticStores/{}/enrichmentJobs/{}",
        Operation::OfCollection(get, &ENRICHMENTS),
    ),
    (
        "POST",
        "/20260325/semanticStores/{}/enrichmentJobs/{}/actions/cancel",
        Operation::OfCollection(cancel, &ENRICHMENTS),
    ),
    (
        "GET",
        "/20260325/semanticStores/{}/generateSqlFromNlJobs/{}",
        Operation::OfCollection(get, &GENERATIONS),
    ),
];

static ENRICHMENTS: Collection = Collection {
    ocid: "generativeaienrichmentjob",
    entity: "ENRICHMENT_JOB",
    works: &[],
    creation: &["ACCEPTED", "IN_PROGRESS", "SUCCEEDED"],
    create: &[
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        required(
            "enrichmentJobConfiguration",
            Kind::Tagged(
                "enrichmentJobType",
                &[
                    (
                        "DELTA_REFRESH",
                        Kind::Strict(&[
                            optional("deltaRefreshSchedule", Kind::Any),
                            required("enrichmentJobType", Kind::Text),
                            required("schemaName", Kind::Text),
                        ]),
                    ),
                    (
                        "FULL_BUILD",
                        Kind::Strict(&[
                            required("enrichmentJobType", Kind::Text),
                            required("schemaName", Kind::Text),
                        ]),
                    ),
                    (
                        "PARTIAL_BUILD",
                        Kind::Strict(&[
                            required("databaseObjects", Kind::List(1, &OBJECT)),
                            required("enrichmentJobType", Kind::Text),
                            required("schemaName", Kind::Text),
                        ]),
                    ),
                ],
            ),
        ),
        optional(
            "enrichmentJobType",
            Kind::Word(&["FULL_BUILD", "PARTIAL_BUILD", "DELTA_REFRESH"]),
        ),
        FREEFORM_TAGS,
    ],
    update: &[],
    details: &["description", "enrichmentJobConfiguration", "timeCreated", "timeUpdated"],
    filters: &[],
    complete: |_, object| {
        let kind = text(object.pointer("/enrichmentJobConfiguration/enrichmentJobType"));
        set(object, "enrichmentJobType", kind);
        request::check_name(object.get("displayName"))
    },
};

static GENERATIONS: Collection = Collection {
    ocid: "generativeaigeneratesqljob",
    entity: "GENERATE_SQL_JOB",
    works: &[],
    creation: &["ACCEPTED", "IN_PROGRESS", "SUCCEEDED"],
    create: &[
        optional("completionMode", Kind::Word(&["WAIT_FOR_COMPLETION", "BACKGROUND_JOB"])),
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        required("inputNaturalLanguageQuery", Kind::Text),
        optional("modelId", Kind::Text),
    ],
    update: &[],
    details: &["timeCreated", "timeUpdated"],
    filters: &[],
    complete: |_, object| request::check_name(object.get("displayName")),
};

/// Answers `POST …/actions/enrich`.
fn enrich(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let details = request::parse(call.body, collection.create)?;
    once(call, |control| start(call, control, collection, details))
}

/// Answers `POST …/actions/generateSqlFromNl`, with the statement unless it is to be made in the background.
fn generate(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let mut details = request::parse(call.body, collection.create)?;
    let mode = details.remove("completionMode");
    let is_waited_for = mode.is_none_or(|mode| mode == "WAIT_FOR_COMPLETION");
    let question = text(details.get("inputNaturalLanguageQuery")).replace('\'', "''");
    let content = format!("SELECT '{question}' AS QUESTION FROM DUAL");
    let output = json!({ "jobOutputLocation": "INLINE", "content": content });
    details.insert("jobOutput".to_owned(), output);
    once(call, |control| {
        let made = start(call, control, collection, details)?;
        let id = text(made.document.as_ref().and_then(|job| job.get("id")));
        while is_waited_for && control.resources.get(&id).is_some_and(|job| job.underway.is_some())
        {
            control.advance(call, &id);
        }
        Ok(shown(control, &id, collection))
    })
}

/// Answers `GET …/enrichmentJobs`.
fn list(call: &Call<'_>, collection: &'static Collection) -> Answer {
    parameter(call, "compartmentId")?;
    let [store, _] = call.route.ids;
    call.service.state.lock().control.find(store, &SEMANTIC_STORES)?;
    listing::list_where(call, |job| is_of(job, store, collection))
}

/// Answers `GET` of a job, which goes one step further.
fn get(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let [store, id] = call.route.ids;
    let mut kept = call.service.state.lock();
    let control = &mut kept.control;
    control.resources.get(id).filter(|job| is_of(job, store, collection)).ok_or_else(not_found)?;
    control.advance(call, id);
    Ok(shown(control, id, collection).outcome())
}

/// Answers `POST …/enrichmentJobs/{}/actions/cancel`.
fn cancel(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let [store, id] = call.route.ids;
    once(call, |control| {
        let job = control.resources.get(id).filter(|job| is_of(job, store, collection));
        let job = job.ok_or_else(not_found)?;
        request::check_etag(call, &job.etag())?;
        if job.underway.is_none() {
            let message = "The job is done and cannot be cancelled.";
            return Err(Reply::oracle_error(409, "IncorrectState", message));
        }
        control.begin(call, id, Change::Delete, &["CANCELING", "CANCELED"]);
        Ok(shown(control, id, collection))
    })
}

/// Adds a job to a store that there is.
fn start(
    call: &Call<'_>,
    control: &mut Control,
    collection: &'static Collection,
    details: Map<String, Value>,
) -> Result<Made, Reply> {
    let [store_id, _] = call.route.ids;
    let store = control.find(store_id, &SEMANTIC_STORES)?;
    if store.is_gone() {
        return Err(not_found());
    }
    let mut object = Value::Object(details);
    (collection.complete)(call, &mut object)?;
    if object.get("modelId").is_none() {
        let model = text(store.object.pointer("/modelSelection/modelId"));
        set(&mut object, "modelId", if model.is_empty() { MODEL.to_owned() } else { model });
    }
    set(&mut object, "compartmentId", text(store.object.get("compartmentId")));
    set(&mut object, "semanticStoreId", store_id);
    set(&mut object, "lifecycleDetails", "");
    set(&mut object, "timeAccepted", call.settings().clock.rfc3339());
    let id =
        text(control.add(call, collection, object).document.as_ref().and_then(|job| job.get("id")));
    Ok(shown(control, &id, collection))
}

/// A job as it is told: with times as far as it has come, and its output once it is done.
fn shown(control: &Control, id: &str, collection: &'static Collection) -> Made {
    let mut made = control.made(id, 200);
    let Some(job) = &mut made.document else { return made };
    let updated = text(job.get("timeUpdated"));
    let state = text(job.get("lifecycleState"));
    if state != "ACCEPTED" {
        set(job, "timeStarted", text(job.get("timeAccepted")));
    }
    if matches!(state.as_str(), "SUCCEEDED" | "FAILED" | "CANCELED") {
        set(job, "timeFinished", updated);
    }
    if state != "SUCCEEDED" {
        remove(job, "jobOutput");
    }
    for name in collection.details.iter().filter(|name| name.starts_with("time")) {
        remove(job, name);
    }
    made
}

fn is_of(job: &Resource, store: &str, collection: &'static Collection) -> bool {
    std::ptr::eq(job.collection, collection) && text(job.object.get("semanticStoreId")) == store
}

const OBJECT: Kind = Kind::Strict(&[
    optional("description", Kind::Text),
    required("name", Kind::Text),
    required("type", Kind::Word(&["VIEW", "TABLE", "ANNOTATION", "COMMENT"])),
]);

/// What stands in the captured requests of the official SDK.
const MODEL: &str = "openai.gpt-oss-120b";
