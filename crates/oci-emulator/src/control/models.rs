//! Models: the service's own, and those that were fine-tuned: `/20231130/models`, `/20231130/modelDiscovery`.

use serde_json::{Value, json};

use super::fields::{COMPARTMENT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::listing::{Element, page};
use super::operations::{self, rows};
use super::request::{self, required as parameter};
use super::{Change, Collection};
use crate::catalogue::{Api, Family, LISTED};
use crate::document::{list, set, text};
use crate::outcome::{Answer, Outcome};
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = rows!(
    "/20231130/models",
    &MODELS,
    ("GET", "/20231130/modelDiscovery", Operation::Resource(discover)),
    ("GET", "/20231130/models", Operation::OfCollection(all, &MODELS)),
    ("GET", "/20231130/models/{}", Operation::OfCollection(get, &MODELS)),
);

static MODELS: Collection = Collection {
    ocid: "generativeaimodel",
    entity: "MODEL",
    works: &[Change::Create, Change::Delete],
    creation: &["CREATING", "CREATING", "ACTIVE"],
    create: &[
        required("baseModelId", Kind::Text),
        COMPARTMENT,
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        required(
            "fineTuneDetails",
            Kind::Strict(&[
                required("dedicatedAiClusterId", Kind::Text),
                optional("trainingConfig", TRAINING),
                required(
                    "trainingDataset",
                    Kind::Strict(&[
                        required("bucketName", Kind::Text),
                        required("datasetType", Kind::Word(&["OBJECT_STORAGE"])),
                        required("namespaceName", Kind::Text),
                        required("objectName", Kind::Text),
                    ]),
                ),
            ]),
        ),
        FREEFORM_TAGS,
        optional("vendor", Kind::Text),
        optional("version", Kind::Text),
    ],
    update: &[
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        optional("vendor", Kind::Text),
        optional("version", Kind::Text),
    ],
    details: &["description", "timeUpdated"],
    filters: &[("vendor", "/vendor")],
    complete,
};

fn complete(_: &Call<'_>, object: &mut Value) -> Result<(), Reply> {
    request::check_name(object.get("displayName"))?;
    set(object, "type", "CUSTOM");
    set(object, "capabilities", json!(["CHAT"]));
    set(object, "isLongTermSupported", false);
    Ok(())
}

/// Answers `GET …/models`, with the service's own first in any order by time.
fn all(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let compartment = parameter(call, "compartmentId")?;
    let wanted = call.parameters("capability");
    let is_wanted = |model: &Value| {
        let is =
            |name: &str| call.parameter(name).is_none_or(|wanted| text(model.get(name)) == wanted);
        ["displayName", "id", "lifecycleState", "vendor"].into_iter().all(is)
            && wanted.iter().all(|wanted| list(model.get("capabilities")).any(|has| has == wanted))
    };
    let kept = call.service.state.lock();
    let made = kept.control.resources.values().filter(|found| {
        std::ptr::eq(found.collection, collection)
            && text(found.object.get("compartmentId")) == compartment
            && !found.is_gone()
    });
    let made = made.map(|found| (found.number, found.summary()));
    let own = LISTED.iter().map(|model| (0, own(model, &compartment)));
    let models = own.chain(made).filter(|(_, model)| is_wanted(model));
    let sort_by = call.parameter("sortBy").unwrap_or_else(|| "timeCreated".to_owned());
    let element = |(at, (number, summary)): (usize, (u64, Value))| Element {
        key: text(summary.get(&sort_by)),
        // The service's own are all as old as each other, and older than any that was made.
        number: if number == 0 { at as u64 } else { LISTED.len() as u64 + number },
        summary,
    };
    page(call, models.enumerate().map(element).collect(), sort_by == "timeCreated")
}

/// Answers `GET …/models/{}`.
fn get(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let [id, _] = call.route.ids;
    match LISTED.iter().find(|model| own_id(model) == id) {
        Some(model) => {
            let headers = vec![("etag", "own".to_owned())];
            Ok(Outcome::Resource { status: 200, headers, document: Some(own(model, "")) })
        }
        None => operations::get(call, collection),
    }
}

/// Answers `GET …/modelDiscovery`.
fn discover(call: &Call<'_>) -> Answer {
    parameter(call, "compartmentId")?;
    let (id, mode) = (call.parameter("modelId"), call.parameter("servingMode"));
    let models = LISTED.iter().filter(|model| id.as_ref().is_none_or(|id| id == *model));
    let found = models.filter(|_| mode.as_ref().is_none_or(|mode| mode == "ON_DEMAND"));
    let element = |(number, model): (u64, &&str)| Element {
        key: (*model).to_owned(),
        number,
        summary: json!({
            "modelId": model,
            "vendor": vendor(model),
            "capabilities": capabilities(model),
            "modelAccess": "HOSTED",
            "availability": [{
                "realm": "oc1",
                "region": "us-chicago-1",
                "servingModes": ["ON_DEMAND"],
            }],
        }),
    };
    page(call, (0..).zip(found).map(element).collect(), false)
}

/// A model of the service itself.
fn own(model: &str, compartment: &str) -> Value {
    json!({
        "id": own_id(model),
        "compartmentId": compartment,
        "displayName": model,
        "vendor": vendor(model),
        "version": "1.0.0",
        "capabilities": capabilities(model),
        "lifecycleState": "ACTIVE",
        "type": "BASE",
        "isLongTermSupported": true,
        "timeCreated": "2025-09-14T00:00:00.000Z",
        "freeformTags": {},
        "definedTags": {},
        "systemTags": {},
    })
}

fn own_id(model: &str) -> String {
    format!("ocid1.generativeaimodel.oc1.us-chicago-1.{}", model.replace('.', "-"))
}

fn vendor(model: &str) -> &str {
    model.split('.').next().unwrap_or_default()
}

fn capabilities(model: &str) -> Vec<&'static str> {
    let family = Family::of(model);
    let serves =
        |apis: &[Api]| family.is_some_and(|family| apis.iter().any(|api| family.serves(*api)));
    let known: [(&[Api], &str); 5] = [
        (&[Api::ChatCompletions, Api::Cohere, Api::CohereV2, Api::Generic], "CHAT"),
        (&[Api::EmbedText, Api::Embeddings], "TEXT_EMBEDDINGS"),
        (&[Api::RerankText], "TEXT_RERANK"),
        (&[Api::GenerateText], "TEXT_GENERATION"),
        (&[Api::SummarizeText], "TEXT_SUMMARIZATION"),
    ];
    known.into_iter().filter(|(apis, _)| serves(apis)).map(|(_, name)| name).collect()
}

const TRAINING: Kind = Kind::Strict(&[
    optional("earlyStoppingPatience", Kind::Integer(0, i64::MAX)),
    optional("earlyStoppingThreshold", Kind::Number(0.0, f64::MAX)),
    optional("learningRate", Kind::Number(0.0, f64::MAX)),
    optional("logModelMetricsIntervalInSteps", Kind::Integer(0, i64::MAX)),
    optional("loraAlpha", Kind::Integer(0, i64::MAX)),
    optional("loraDropout", Kind::Number(0.0, 1.0)),
    optional("loraR", Kind::Integer(0, i64::MAX)),
    optional("numOfLastLayers", Kind::Integer(0, i64::MAX)),
    optional("totalTrainingEpochs", Kind::Integer(1, i64::MAX)),
    optional("trainingBatchSize", Kind::Integer(1, i64::MAX)),
    required(
        "trainingConfigType",
        Kind::Word(&["TFEW_TRAINING_CONFIG", "VANILLA_TRAINING_CONFIG", "LORA_TRAINING_CONFIG"]),
    ),
]);
