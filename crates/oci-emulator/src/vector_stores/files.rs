//! The files of a vector store: `…/vector_stores/{}/files`.

use serde_json::{Value, json};

use super::chunks::Strategy;
use super::store::{IndexedFile, VectorStore};
use super::{ATTRIBUTES, CHUNKING, PAGE, attributes, not_found};
use crate::cursor;
use crate::document::{set, text};
use crate::files::{StoredFile, not_found as no_such_file};
use crate::openai::{self, invalid, require_compartment};
use crate::outcome::{Answer, Outcome};
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Field, Kind, optional, required};
use crate::state::{Kept, Latest};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = &[
    ("GET", "/openai/v1/vector_stores/{}/files", Operation::Resource(list)),
    ("POST", "/openai/v1/vector_stores/{}/files", Operation::Resource(create)),
    ("DELETE", "/openai/v1/vector_stores/{}/files/{}", Operation::Resource(delete)),
    ("GET", "/openai/v1/vector_stores/{}/files/{}", Operation::Resource(get)),
    ("POST", "/openai/v1/vector_stores/{}/files/{}", Operation::Resource(update)),
    ("GET", "/openai/v1/vector_stores/{}/files/{}/content", Operation::Resource(content)),
];

/// A file that is to be added.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) file: String,
    pub(super) attributes: Value,
    pub(super) strategy: Strategy,
}

impl Wanted {
    /// Reads one of a checked document; the error is the answer to give.
    pub(super) fn of(document: &Value) -> Result<Self, Reply> {
        Ok(Self {
            file: text(document.get("file_id")),
            attributes: attributes(document)?,
            strategy: Strategy::of(document.get("chunking_strategy"))?,
        })
    }
}

/// Answers `POST …/files`.
fn create(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let wanted = Wanted::of(&openai::parse(call.body, ADD)?)?;
    with_store(call, |store, files| store.add(call, files, &wanted, None))
}

/// Answers `GET …/files`.
fn list(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    with_store(call, |store, _| {
        store.advance();
        page(call, store.files.iter())
    })
}

/// Answers `GET …/files/{}`.
fn get(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    with_file(call, |file| Ok(file.object.clone()))
}

/// Answers `POST …/files/{}`, which replaces the attributes.
fn update(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let attributes = attributes(&openai::parse(call.body, UPDATE)?)?;
    with_file(call, |file| {
        set(&mut file.object, "attributes", attributes);
        Ok(file.object.clone())
    })
}

/// Answers `DELETE …/files/{}`.
fn delete(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [_, id] = call.route.ids;
    with_store(call, |store, _| {
        let before = store.files.len();
        store.files.retain(|file| text(file.object.get("id")) != id);
        if store.files.len() == before {
            return Err(no_such_file(id));
        }
        Ok(json!({ "id": id, "object": "vector_store.file.deleted", "deleted": true }))
    })
}

/// Answers `GET …/files/{}/content`, with the pieces that are searched.
fn content(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    with_file(call, |file| {
        let text = |text: &String| json!({ "type": "text", "text": text });
        Ok(json!({
            "object": "vector_store.file_content.page",
            "data": file.chunks.iter().map(text).collect::<Vec<_>>(),
            "has_more": false,
            "next_page": null,
        }))
    })
}

/// A page of files, of those alone that `filter` names.
pub(super) fn page<'a>(
    call: &Call<'_>,
    files: impl DoubleEndedIterator<Item = &'a IndexedFile>,
) -> Result<Value, Reply> {
    let status = call.query("filter");
    if status.is_some_and(|status| !STATES.contains(&status)) {
        let message = format!("Invalid value for 'filter': expected {}.", STATES.join(", "));
        return Err(invalid(Some("filter"), "invalid_value", &message));
    }
    let files = files.filter(|file| status.is_none_or(|status| file.is(status)));
    cursor::page(call, files.map(|file| &file.object), PAGE, no_such_file)
}

/// Does something with a store that has not expired, and with the files beside it.
pub(super) fn with_store(
    call: &Call<'_>,
    act: impl FnOnce(&mut VectorStore, &Latest<StoredFile>) -> Result<Value, Reply>,
) -> Answer {
    let [id, _] = call.route.ids;
    let now = call.settings().clock.unix_seconds();
    let mut kept = call.service.state.lock();
    let Kept { files, vector_stores, .. } = &mut *kept;
    let store = vector_stores.get_mut(id).ok_or_else(|| not_found(id))?;
    store.require_alive(now)?;
    store.touch(now);
    act(store, files).map(Outcome::Document)
}

fn with_file(
    call: &Call<'_>,
    act: impl FnOnce(&mut IndexedFile) -> Result<Value, Reply>,
) -> Answer {
    let [_, id] = call.route.ids;
    with_store(call, |store, _| {
        store.advance();
        let file = store.files.iter_mut().find(|file| text(file.object.get("id")) == id);
        act(file.ok_or_else(|| no_such_file(id))?)
    })
}

const ADD: &[Field] =
    &[ATTRIBUTES, optional("chunking_strategy", CHUNKING), required("file_id", Kind::Text)];

const UPDATE: &[Field] = &[ATTRIBUTES];

const STATES: &[&str] = &["in_progress", "completed", "failed", "cancelled"];
