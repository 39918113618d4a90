//! Containers that code runs in, which are gone when nobody uses them: `…/containers`.

mod files;

use serde_json::{Value, json};

use crate::cursor::{self, PageSize};
use crate::document::{set, strings, text};
use crate::openai::{self, require_compartment};
use crate::outcome::{Answer, Outcome};
use crate::random::hex;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Field, Kind, optional, required};
use crate::state::Kept;
use files::ContainerFile;

/// Method, path and handler of each operation.
pub(crate) const OPERATIONS: &[&[Row]] = &[CONTAINERS, files::OPERATIONS];

const CONTAINERS: &[Row] = &[
    ("GET", "/openai/v1/containers", Operation::Resource(list)),
    ("POST", "/openai/v1/containers", Operation::Resource(create)),
    ("DELETE", "/openai/v1/containers/{}", Operation::Resource(delete)),
    ("GET", "/openai/v1/containers/{}", Operation::Resource(get)),
];

/// A container.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    /// The object, without its status.
    object: Value,
    /// The files, the oldest first.
    files: Vec<ContainerFile>,
}

impl Container {
    fn is_running(&self, now: u64) -> bool {
        let number = |path: &str| self.object.pointer(path).and_then(Value::as_u64);
        let minutes = number("/expires_after/minutes").unwrap_or(IDLE_MINUTES);
        now < number("/last_active_at").unwrap_or_default() + minutes * 60
    }

    fn shown(&self, now: u64) -> Value {
        let mut shown = self.object.clone();
        set(&mut shown, "status", if self.is_running(now) { "running" } else { "expired" });
        shown
    }

    fn touch(&mut self, now: u64) {
        set(&mut self.object, "last_active_at", now);
    }
}

/// Answers `POST …/containers`.
fn create(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let document = openai::parse(call.body, CREATE)?;
    let now = call.settings().clock.unix_seconds();
    let id = format!("cntr_{}", hex(40));
    let given = |name: &str| document.get(name).filter(|value| !value.is_null()).cloned();
    let usual = || json!({ "anchor": "last_active_at", "minutes": IDLE_MINUTES });
    let mut container = Container {
        object: json!({
            "id": id,
            "object": "container",
            "created_at": now,
            "name": given("name"),
            "expires_after": given("expires_after").unwrap_or_else(usual),
            "last_active_at": now,
            "memory_limit": given("memory_limit").unwrap_or_else(|| "1g".into()),
            "network_policy": given("network_policy").unwrap_or_else(|| json!({ "type": "disabled" })),
        }),
        files: Vec::new(),
    };
    let mut kept = call.service.state.lock();
    for file in strings(document.get("file_ids")) {
        container.copy(call, &kept.files, &file)?;
    }
    let shown = container.shown(now);
    kept.containers.insert(&id, container);
    Ok(Outcome::Document(shown))
}

/// Answers `GET …/containers`.
fn list(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let (now, name) = (call.settings().clock.unix_seconds(), call.parameter("name"));
    let kept = call.service.state.lock();
    let is_wanted = |container: &&Container| {
        name.as_ref().is_none_or(|name| text(container.object.get("name")) == *name)
    };
    let containers = kept.containers.values().filter(is_wanted);
    let shown: Vec<Value> = containers.map(|container| container.shown(now)).collect();
    cursor::page(call, shown.iter(), PAGE, not_found).map(Outcome::Document)
}

/// Answers `GET …/containers/{}`, which counts as use.
fn get(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    let now = call.settings().clock.unix_seconds();
    let mut kept = call.service.state.lock();
    let container = kept.containers.get_mut(id).ok_or_else(|| not_found(id))?;
    if container.is_running(now) {
        container.touch(now);
    }
    Ok(Outcome::Document(container.shown(now)))
}

/// Answers `DELETE …/containers/{}`.
fn delete(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    call.service.state.lock().containers.remove(id).ok_or_else(|| not_found(id))?;
    Ok(Outcome::Document(json!({ "id": id, "object": "container.deleted", "deleted": true })))
}

/// The container of a request for its files, if it still runs; the error is the answer to give.
fn running<'a>(call: &Call<'_>, kept: &'a mut Kept) -> Result<&'a mut Container, Reply> {
    let [id, _] = call.route.ids;
    let now = call.settings().clock.unix_seconds();
    let container = kept.containers.get_mut(id).ok_or_else(|| not_found(id))?;
    if !container.is_running(now) {
        let message = format!("Container {id} has expired.");
        return Err(Reply::openai_error(404, "invalid_request_error", None, None, &message));
    }
    container.touch(now);
    Ok(container)
}

/// The answer to the id of a container that is not kept.
fn not_found(id: &str) -> Reply {
    let message = format!("Container with id '{id}' not found.");
    Reply::openai_error(404, "invalid_request_error", None, None, &message)
}

const CREATE: &[Field] = &[
    optional(
        "expires_after",
        Kind::Open(&[
            required("anchor", Kind::Word(&["last_active_at"])),
            required("minutes", Kind::Integer(1, IDLE_MINUTES as i64)),
        ]),
    ),
    optional("file_ids", Kind::List(0, &Kind::Text)),
    optional("memory_limit", Kind::Word(&["1g", "4g", "16g", "64g"])),
    required("name", Kind::Text),
    optional("network_policy", Kind::Open(&[])),
    optional("skills", Kind::List(0, &Kind::Open(&[]))),
];

/// Oracle: a container expires after 20 minutes without use.
const IDLE_MINUTES: u64 = 20;

/// OpenAI's reference of both lists here.
const PAGE: PageSize = PageSize { usual: 20, most: 100 };
