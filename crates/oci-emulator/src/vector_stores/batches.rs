//! Files that are added to a vector store together: `…/vector_stores/{}/file_batches`.

use serde_json::{Value, json};

use super::chunks::Strategy;
use super::files::{Wanted, page, with_store};
use super::store::{IndexedFile, VectorStore, counts};
use super::{ATTRIBUTES, CHUNKING, attributes};
use crate::document::{list, set, strings, text};
use crate::files::find;
use crate::openai::{self, invalid, require_compartment};
use crate::outcome::Answer;
use crate::random::hex;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Field, Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = &[
    ("POST", "/openai/v1/vector_stores/{}/file_batches", Operation::Resource(create)),
    ("GET", "/openai/v1/vector_stores/{}/file_batches/{}", Operation::Resource(get)),
    ("POST", "/openai/v1/vector_stores/{}/file_batches/{}/cancel", Operation::Resource(cancel)),
    ("GET", "/openai/v1/vector_stores/{}/file_batches/{}/files", Operation::Resource(files)),
];

/// Answers `POST …/file_batches`.
fn create(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let document = openai::parse(call.body, CREATE)?;
    let (attributes, strategy) =
        (attributes(&document)?, Strategy::of(document.get("chunking_strategy"))?);
    let alike = strings(document.get("file_ids")).into_iter();
    let alike = alike.map(|file| Ok(Wanted { file, attributes: attributes.clone(), strategy }));
    let wanted: Vec<Wanted> =
        alike.chain(list(document.get("files")).map(Wanted::of)).collect::<Result<_, _>>()?;
    let is_either = document.get("file_ids").is_some() != document.get("files").is_some();
    if !is_either || !(1..=MOST).contains(&wanted.len()) {
        let message = format!("Expected from 1 to {MOST} files, in either 'file_ids' or 'files'.");
        return Err(invalid(Some("file_ids"), "invalid_value", &message));
    }
    with_store(call, |store, files| {
        let id = format!("vsfb_{}", hex(32));
        // All of them or none.
        for wanted in &wanted {
            find(files, &call.settings().clock, &wanted.file)?;
        }
        for wanted in &wanted {
            store.add(call, files, wanted, Some(&id))?;
        }
        store.batches.push(json!({
            "id": id,
            "object": "vector_store.files_batch",
            "created_at": call.settings().clock.unix_seconds(),
            "vector_store_id": store.object.get("id"),
        }));
        shown(store, &id)
    })
}

/// Answers `GET …/file_batches/{}`.
fn get(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [_, id] = call.route.ids;
    with_store(call, |store, _| {
        store.advance();
        shown(store, id)
    })
}

/// Answers `POST …/file_batches/{}/cancel`.
fn cancel(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [_, id] = call.route.ids;
    with_store(call, |store, _| {
        for file in store.files.iter_mut().filter(|file| file.batch.as_deref() == Some(id)) {
            if file.is("in_progress") {
                set(&mut file.object, "status", "cancelled");
            }
        }
        shown(store, id)
    })
}

/// Answers `GET …/file_batches/{}/files`.
fn files(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [_, id] = call.route.ids;
    with_store(call, |store, _| {
        store.advance();
        shown(store, id)?;
        page(call, of_batch(store, id))
    })
}

/// A batch with its counts and the state that they make.
fn shown(store: &VectorStore, id: &str) -> Result<Value, Reply> {
    let batch = store.batches.iter().find(|batch| text(batch.get("id")) == id);
    let mut shown = batch.cloned().ok_or_else(|| {
        let message = format!("Vector store file batch with id '{id}' not found.");
        Reply::openai_error(404, "invalid_request_error", None, Some("batch_id"), &message)
    })?;
    let any = |status: &str| of_batch(store, id).any(|file| file.is(status));
    let status = if any("in_progress") {
        "in_progress"
    } else if any("cancelled") {
        "cancelled"
    } else if any("failed") && !any("completed") {
        "failed"
    } else {
        "completed"
    };
    set(&mut shown, "status", status);
    set(&mut shown, "file_counts", counts(&of_batch(store, id)));
    Ok(shown)
}

fn of_batch<'a>(
    store: &'a VectorStore,
    id: &str,
) -> impl DoubleEndedIterator<Item = &'a IndexedFile> + Clone {
    store.files.iter().filter(move |file| file.batch.as_deref() == Some(id))
}

const CREATE: &[Field] = &[
    ATTRIBUTES,
    optional("chunking_strategy", CHUNKING),
    optional("file_ids", Kind::List(1, &Kind::Text)),
    optional(
        "files",
        Kind::List(
            1,
            &Kind::Open(&[
                ATTRIBUTES,
                optional("chunking_strategy", CHUNKING),
                required("file_id", Kind::Text),
            ]),
        ),
    ),
];

/// OpenAI's reference of the operation.
const MOST: usize = 2000;
