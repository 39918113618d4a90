//! Vector stores: made, listed and deleted on the control plane, `/20231130/openai/v1/vector_stores`, filled
//! and searched beside the inference, `/openai/v1/vector_stores/{}/…`.

mod batches;
mod chunks;
mod files;
mod filter;
mod pdf;
mod search;
mod store;

use serde_json::{Value, json};

use crate::cursor::{self, PageSize};
use crate::document::{set, strings, text};
use crate::openai::{self, invalid};
use crate::outcome::{Answer, Outcome};
use crate::random::hex;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Field, Kind, optional, required};
pub(crate) use search::{Hit, hits};
pub(crate) use store::VectorStore;

/// Method, path and handler of each operation.
pub(crate) const OPERATIONS: &[&[Row]] = &[STORES, batches::OPERATIONS, files::OPERATIONS, SEARCH];

const STORES: &[Row] = &[
    ("GET", "/20231130/openai/v1/vector_stores", Operation::Resource(list)),
    ("POST", "/20231130/openai/v1/vector_stores", Operation::Resource(create)),
    ("DELETE", "/20231130/openai/v1/vector_stores/{}", Operation::Resource(delete)),
    ("GET", "/20231130/openai/v1/vector_stores/{}", Operation::Resource(get)),
    ("POST", "/20231130/openai/v1/vector_stores/{}", Operation::Resource(update)),
];

const SEARCH: &[Row] =
    &[("POST", "/openai/v1/vector_stores/{}/search", Operation::Resource(search::search))];

/// Answers `POST …/vector_stores`.
fn create(call: &Call<'_>) -> Answer {
    let compartment = compartment(call)?;
    let document = openai::parse(call.body, CREATE)?;
    let now = call.settings().clock.unix_seconds();
    let id = format!("vs_{}", hex(32));
    let metadata = document.get("metadata").filter(|metadata| metadata.is_object());
    let metadata = metadata.cloned().unwrap_or_else(|| json!({}));
    let object = json!({
        "id": id,
        "object": "vector_store",
        "created_at": now,
        "name": document.get("name").filter(|name| name.is_string()),
        "description": document.get("description"),
        "expires_after": document.get("expires_after"),
        "last_active_at": now,
        "metadata": metadata,
    });
    let strategy = chunks::Strategy::of(document.get("chunking_strategy"))?;
    let mut kept = call.service.state.lock();
    let mut store = VectorStore::new(object, compartment);
    for file in strings(document.get("file_ids")) {
        store.add(
            call,
            &kept.files,
            &files::Wanted { file, attributes: json!({}), strategy },
            None,
        )?;
    }
    let shown = store.shown(now, true);
    kept.vector_stores.insert(&id, store);
    Ok(Outcome::Document(shown))
}

/// Answers `GET …/vector_stores`: those of a compartment.
fn list(call: &Call<'_>) -> Answer {
    let compartment = compartment(call)?;
    let now = call.settings().clock.unix_seconds();
    let kept = call.service.state.lock();
    let stores = kept.vector_stores.values().filter(|store| store.compartment == compartment);
    let shown: Vec<Value> = stores.map(|store| store.shown(now, false)).collect();
    cursor::page(call, shown.iter(), PAGE, not_found).map(Outcome::Document)
}

/// Answers `GET …/vector_stores/{}`.
fn get(call: &Call<'_>) -> Answer {
    compartment(call)?;
    change(call, |_, _| Ok(()))
}

/// Answers `POST …/vector_stores/{}`.
fn update(call: &Call<'_>) -> Answer {
    compartment(call)?;
    let document = openai::parse(call.body, UPDATE)?;
    change(call, |store, _| {
        for name in ["name", "expires_after", "metadata"] {
            if let Some(value) = document.get(name) {
                set(&mut store.object, name, value.clone());
            }
        }
        Ok(())
    })
}

/// Answers `DELETE …/vector_stores/{}`.
fn delete(call: &Call<'_>) -> Answer {
    compartment(call)?;
    let [id, _] = call.route.ids;
    call.service.state.lock().vector_stores.remove(id).ok_or_else(|| not_found(id))?;
    let answer = json!({ "id": id, "object": "vector_store.deleted", "deleted": true });
    Ok(Outcome::Document(answer))
}

fn change(call: &Call<'_>, act: impl FnOnce(&mut VectorStore, u64) -> Result<(), Reply>) -> Answer {
    let [id, _] = call.route.ids;
    let now = call.settings().clock.unix_seconds();
    let mut kept = call.service.state.lock();
    let store = kept.vector_stores.get_mut(id).ok_or_else(|| not_found(id))?;
    act(store, now)?;
    store.advance();
    Ok(Outcome::Document(store.shown(now, false)))
}

/// The control plane wants the compartment itself; a project would not do.
fn compartment(call: &Call<'_>) -> Result<String, Reply> {
    let value = call.head.value("opc-compartment-id").filter(|value| !value.is_empty());
    value.map(str::to_owned).ok_or_else(|| {
        let message = "expected header opc-compartment-id";
        Reply::oracle_error(400, "MissingParameter", message)
    })
}

/// The answer to the id of a store that is not kept.
fn not_found(id: &str) -> Reply {
    let message = format!("Vector store with id '{id}' not found.");
    Reply::openai_error(404, "invalid_request_error", None, Some("vector_store_id"), &message)
}

/// Attributes of a file, or of a batch of them; no value but texts, numbers and flags.
fn attributes(document: &Value) -> Result<Value, Reply> {
    let attributes = document.get("attributes").filter(|attributes| attributes.is_object());
    let attributes = attributes.cloned().unwrap_or_else(|| json!({}));
    let fields = attributes.as_object().into_iter().flatten();
    let is_long = |name: &str, value: &Value| {
        name.chars().count() > 64 || text(Some(value)).chars().count() > 512
    };
    if fields.clone().count() > 16 || fields.clone().any(|(name, value)| is_long(name, value)) {
        let message = "Invalid 'attributes': expected at most 16, with names of at most 64 and \
                       values of at most 512 characters.";
        return Err(invalid(Some("attributes"), "invalid_value", message));
    }
    Ok(attributes)
}

const CREATE: &[Field] = &[
    optional("chunking_strategy", CHUNKING),
    optional("description", Kind::Text),
    optional("expires_after", EXPIRY),
    optional("file_ids", Kind::List(0, &Kind::Text)),
    optional("metadata", Kind::Map(&Kind::Text)),
    optional("name", Kind::Text),
];

const UPDATE: &[Field] = &[
    optional("expires_after", EXPIRY),
    optional("metadata", Kind::Map(&Kind::Text)),
    optional("name", Kind::Text),
];

const EXPIRY: Kind = Kind::Open(&[
    required("anchor", Kind::Word(&["last_active_at"])),
    required("days", Kind::Integer(1, 365)),
]);

const CHUNKING: Kind = Kind::Tagged(
    "type",
    &[
        ("auto", Kind::Open(&[])),
        (
            "static",
            Kind::Open(&[required(
                "static",
                Kind::Open(&[
                    required("chunk_overlap_tokens", Kind::Integer(0, 2048)),
                    required("max_chunk_size_tokens", Kind::Integer(100, 4096)),
                ]),
            )]),
        ),
    ],
);

const ATTRIBUTES: Field = optional(
    "attributes",
    Kind::Map(&Kind::Either(
        "a string, a number or a boolean",
        &[Kind::Text, Kind::Number(f64::MIN, f64::MAX), Kind::Bool],
    )),
);

/// OpenAI's reference of all lists here.
const PAGE: PageSize = PageSize { usual: 20, most: 100 };
