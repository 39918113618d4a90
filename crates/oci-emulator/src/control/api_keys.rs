//! Generative AI API keys: `/20231130/apikeys`. What they open is told once, and open it they do.

use serde_json::{Map, Value, json};

use super::fields::{COMPARTMENT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::operations::settle;
use super::replay::once;
use super::request::{self, invalid, not_found};
use super::{Change, Collection, Made, Resource, listing, operations};
use crate::access::ApiKey;
use crate::clock::read_rfc3339;
use crate::document::{list, remove, set, text};
use crate::outcome::Answer;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::schema::{Field, Kind, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = &[
    ("GET", "/20231130/apikeys", Operation::OfCollection(listing::list, &API_KEYS)),
    ("POST", "/20231130/apikeys", Operation::OfCollection(create, &API_KEYS)),
    ("DELETE", "/20231130/apikeys/{}", Operation::OfCollection(operations::delete, &API_KEYS)),
    ("GET", "/20231130/apikeys/{}", Operation::OfCollection(operations::get, &API_KEYS)),
    ("PUT", "/20231130/apikeys/{}", Operation::OfCollection(operations::update, &API_KEYS)),
    (
        "POST",
        "/20231130/apikeys/{}/actions/changeCompartment",
        Operation::OfCollection(operations::change_compartment, &API_KEYS),
    ),
    ("POST", "/20231130/apikeys/{}/actions/renew", Operation::OfCollection(renew, &API_KEYS)),
    (
        "POST",
        "/20231130/apikeys/{}/actions/setstate",
        Operation::OfCollection(set_state, &API_KEYS),
    ),
];

static API_KEYS: Collection = Collection {
    ocid: "generativeaiapikey",
    entity: "API_KEY",
    works: &[],
    creation: &["ACTIVE"],
    create: &[
        COMPARTMENT,
        DEFINED_TAGS,
        DESCRIPTION,
        required("displayName", Kind::Text),
        FREEFORM_TAGS,
        required("keyDetails", Kind::List(1, &KEY)),
    ],
    update: &[DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS],
    details: &[],
    filters: &[],
    complete: |_, object| request::check_name(object.get("displayName")),
};

/// Whether a key opens the service.
pub(super) fn opens(resource: &Resource, token: &str, now: u64) -> bool {
    let Some((name, _)) = resource.secrets.iter().find(|(_, secret)| secret.as_str() == token)
    else {
        return false;
    };
    let is_active = |object: &Value, name: &str| object.get(name).is_some_and(|is| is == "ACTIVE");
    is_active(&resource.object, "lifecycleState")
        && list(resource.object.get("keys")).any(|key| {
            text(key.get("keyName")) == *name
                && is_active(key, "state")
                && read_rfc3339(&text(key.get("timeExpiry"))).is_some_and(|end| now < end)
        })
}

fn create(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let mut object = Value::Object(request::parse(call.body, collection.create)?);
    (collection.complete)(call, &mut object)?;
    let details: Vec<Value> = list(object.get("keyDetails")).cloned().collect();
    remove(&mut object, "keyDetails");
    let mut names: Vec<String> = details.iter().map(|key| text(key.get("keyName"))).collect();
    names.dedup();
    if details.len() > MOST || names.len() < details.len() {
        return Err(invalid("keyDetails must be one or two keys of different names"));
    }
    let keys = details.iter().map(|key| new_key(call, key)).collect::<Result<Vec<_>, _>>()?;
    let shown: Vec<Value> = keys.iter().map(|(key, _)| key.clone()).collect();
    set(&mut object, "keys", shown);
    once(call, |control| {
        let mut made = control.add(call, collection, object);
        for (key, secret) in keys {
            let name = text(key.get("keyName"));
            tell(&mut made, &name, &secret);
            let id = made.document.as_ref().map(|document| text(document.get("id")));
            if let Some(resource) = id.and_then(|id| control.resources.get_mut(&id)) {
                resource.secrets.push((name, secret));
            }
        }
        Ok(made)
    })
}

/// Answers `POST …/actions/renew`: a new secret under an old name.
fn renew(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let request = request::parse(call.body, RENEW)?;
    let details = request.get("details").cloned().unwrap_or_default();
    let (key, secret) = new_key(call, &details)?;
    let name = text(key.get("keyName"));
    once(call, |control| {
        let resource = control.find_settled(call, collection)?;
        replace(resource, &name, |old| *old = key)?;
        resource.secrets.retain(|(other, _)| *other != name);
        resource.secrets.push((name.clone(), secret.clone()));
        resource.merge(&tags(&request));
        settle(call, control, Change::Update);
        let [id, _] = call.route.ids;
        let mut made = control.made(id, 200);
        tell(&mut made, &name, &secret);
        Ok(made)
    })
}

/// Answers `POST …/actions/setstate`.
fn set_state(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let request = request::parse(call.body, SET_STATE)?;
    let now = call.settings().clock.rfc3339();
    once(call, |control| {
        let resource = control.find_settled(call, collection)?;
        let state = text(request.get("state"));
        let time = if state == "ACTIVE" { "timeActivated" } else { "timeDeactivated" };
        replace(resource, &text(request.get("keyName")), |key| {
            set(key, "state", state);
            set(key, time, now);
        })?;
        resource.merge(&tags(&request));
        settle(call, control, Change::Update);
        let [id, _] = call.route.ids;
        Ok(control.made(id, 200))
    })
}

/// A key as it is shown, and what it opens the service with.
fn new_key(call: &Call<'_>, details: &Value) -> Result<(Value, ApiKey), Reply> {
    let (name, expiry) = (text(details.get("keyName")), text(details.get("timeExpiry")));
    let end = read_rfc3339(&expiry).ok_or_else(|| invalid("timeExpiry must be a time"))?;
    if end <= call.settings().clock.unix_seconds() {
        return Err(invalid("timeExpiry must be in the future"));
    }
    let (now, secret) = (call.settings().clock.rfc3339(), ApiKey::generate());
    let last: String =
        secret.as_str().chars().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
    let key = json!({
        "keyName": name,
        "keyMask": format!("sk-***{last}"),
        "timeCreated": now,
        "timeActivated": now,
        "timeExpiry": expiry,
        "state": "ACTIVE",
    });
    Ok((key, secret))
}

/// Puts the secret of a key into an answer, which is the only time that it is told.
fn tell(made: &mut Made, name: &str, secret: &ApiKey) {
    let keys = made.document.as_mut().and_then(|document| document.get_mut("keys")?.as_array_mut());
    for key in keys.into_iter().flatten().filter(|key| text(key.get("keyName")) == name) {
        set(key, "key", secret.as_str());
    }
}

/// Changes the key of a name.
fn replace(resource: &mut Resource, name: &str, act: impl FnOnce(&mut Value)) -> Result<(), Reply> {
    let keys = resource.object.get_mut("keys").and_then(Value::as_array_mut);
    let mut keys = keys.into_iter().flatten();
    let key = keys.find(|key| text(key.get("keyName")) == name).ok_or_else(not_found)?;
    act(key);
    Ok(())
}

fn tags(request: &Map<String, Value>) -> Map<String, Value> {
    let is_tag = |name: &str| matches!(name, "freeformTags" | "definedTags");
    request
        .iter()
        .filter(|(name, _)| is_tag(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

const KEY: Kind =
    Kind::Strict(&[required("keyName", Kind::Text), required("timeExpiry", Kind::Text)]);

const RENEW: &[Field] = &[DEFINED_TAGS, required("details", KEY), FREEFORM_TAGS];

const SET_STATE: &[Field] = &[
    DEFINED_TAGS,
    FREEFORM_TAGS,
    required("keyName", Kind::Text),
    required("state", Kind::Word(&["ACTIVE", "INACTIVE"])),
];

/// Oracle's page "API Keys": a key has two secrets, so that one can be renewed while the other is in use.
const MOST: usize = 2;
