//! The files in a container: `…/containers/{}/files`.

use serde_json::{Value, json};

use super::{Container, PAGE, running};
use crate::content::Content;
use crate::cursor;
use crate::document::text;
use crate::files::{StoredFile, download, find, uploaded};
use crate::openai::{self, require_compartment};
use crate::outcome::{Answer, Outcome};
use crate::random::hex;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Field, Kind, required};
use crate::state::{Kept, Latest};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = &[
    ("GET", "/openai/v1/containers/{}/files", Operation::Resource(list)),
    ("POST", "/openai/v1/containers/{}/files", Operation::Resource(create)),
    ("DELETE", "/openai/v1/containers/{}/files/{}", Operation::Resource(delete)),
    ("GET", "/openai/v1/containers/{}/files/{}", Operation::Resource(get)),
    ("GET", "/openai/v1/containers/{}/files/{}/content", Operation::Resource(content)),
];

/// A file in a container.
#[derive(Clone, Debug)]
pub(super) struct ContainerFile {
    object: Value,
    content: Content,
}

impl Container {
    /// Adds a file that was uploaded before; the error is the answer to give.
    pub(super) fn copy(
        &mut self,
        call: &Call<'_>,
        files: &Latest<StoredFile>,
        id: &str,
    ) -> Result<Value, Reply> {
        let file = find(files, &call.settings().clock, id)?;
        Ok(self.add(call, &file.name(), file.content().clone()))
    }

    fn add(&mut self, call: &Call<'_>, name: &str, content: Content) -> Value {
        let object = json!({
            "id": format!("cfile_{}", hex(40)),
            "object": "container.file",
            "created_at": call.settings().clock.unix_seconds(),
            "bytes": content.len(),
            "container_id": self.object.get("id"),
            "path": format!("/mnt/data/{name}"),
            "source": "user",
        });
        self.files.push(ContainerFile { object: object.clone(), content });
        object
    }

    fn file(&self, id: &str) -> Result<&ContainerFile, Reply> {
        let mut files = self.files.iter();
        files.find(|file| text(file.object.get("id")) == id).ok_or_else(|| not_found(id))
    }
}

/// Answers `POST …/files`: an upload, or a copy of an earlier one.
fn create(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let mut kept = call.service.state.lock();
    if call.form.is_some() {
        let (_, part) = uploaded(call)?;
        let name = part.file_name.clone().unwrap_or_default();
        let container = running(call, &mut kept)?;
        return Ok(Outcome::Document(container.add(call, &name, part.content.clone())));
    }
    let id = text(openai::parse(call.body, COPY)?.get("file_id"));
    running(call, &mut kept)?;
    let Kept { files, containers, .. } = &mut *kept;
    let [container, _] = call.route.ids;
    let container = containers.get_mut(container).ok_or_else(|| super::not_found(container))?;
    container.copy(call, files, &id).map(Outcome::Document)
}

/// Answers `GET …/files`.
fn list(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let mut kept = call.service.state.lock();
    let files = running(call, &mut kept)?.files.iter().map(|file| &file.object);
    cursor::page(call, files, PAGE, not_found).map(Outcome::Document)
}

/// Answers `GET …/files/{}`.
fn get(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [_, id] = call.route.ids;
    let mut kept = call.service.state.lock();
    Ok(Outcome::Document(running(call, &mut kept)?.file(id)?.object.clone()))
}

/// Answers `GET …/files/{}/content`.
fn content(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [_, id] = call.route.ids;
    let mut kept = call.service.state.lock();
    let file = running(call, &mut kept)?.file(id)?;
    let path = text(file.object.get("path"));
    let (_, name) = path.rsplit_once('/').unwrap_or_default();
    download(call, id, name, &file.content)
}

/// Answers `DELETE …/files/{}`.
fn delete(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [_, id] = call.route.ids;
    let mut kept = call.service.state.lock();
    let container = running(call, &mut kept)?;
    container.file(id)?;
    container.files.retain(|file| text(file.object.get("id")) != id);
    let answer = json!({ "id": id, "object": "container.file.deleted", "deleted": true });
    Ok(Outcome::Document(answer))
}

fn not_found(id: &str) -> Reply {
    let message = format!("Container file with id '{id}' not found.");
    Reply::openai_error(404, "invalid_request_error", None, None, &message)
}

const COPY: &[Field] = &[required("file_id", Kind::Text)];
