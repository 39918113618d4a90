//! Conversations that the service keeps: `…/conversations`.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::document::{set, text};
use crate::openai::{self, invalid, require_compartment};
use crate::outcome::{Answer, Outcome};
use crate::random::hex;
use crate::reply::Reply;
use crate::responses::{ordered_page, read_items};
use crate::route::Call;
use crate::schema::{Field, Kind, optional, required};
use crate::state::Conversation;

/// Answers `POST …/conversations`.
pub(crate) fn create(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let document = openai::parse(call.body, CREATE)?;
    check_metadata(document.get("metadata"))?;
    let mut kept = call.service.state.lock();
    let items = read_items(document.get("items"), &kept)?;
    check_count(items.len())?;
    let id = format!("conv_{}", hex(48));
    let metadata = document.get("metadata").filter(|metadata| !metadata.is_null());
    let object = json!({
        "id": id,
        "object": "conversation",
        "created_at": call.settings().clock.unix_seconds(),
        "metadata": metadata.cloned().unwrap_or_else(|| json!({})),
    });
    let items = items.into_iter().map(Arc::new).collect();
    kept.conversations.insert(&id, Conversation { object: object.clone(), items });
    Ok(Outcome::Document(object))
}

/// Answers `GET …/conversations/{}`.
pub(crate) fn get(call: &Call<'_>) -> Answer {
    change(call, |conversation| Ok(conversation.object.clone()))
}

/// Answers `POST …/conversations/{}`, which replaces the metadata.
pub(crate) fn update(call: &Call<'_>) -> Answer {
    let document = openai::parse(call.body, UPDATE)?;
    check_metadata(document.get("metadata"))?;
    change(call, |conversation| {
        let metadata = document.get("metadata").cloned().unwrap_or_default();
        set(&mut conversation.object, "metadata", metadata);
        Ok(conversation.object.clone())
    })
}

/// Answers `DELETE …/conversations/{}`.
pub(crate) fn delete(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    call.service.state.lock().conversations.remove(id).ok_or_else(|| not_found(id))?;
    let answer = json!({ "id": id, "object": "conversation.deleted", "deleted": true });
    Ok(Outcome::Document(answer))
}

/// Answers `GET …/conversations/{}/items`.
pub(crate) fn items(call: &Call<'_>) -> Answer {
    change(call, |conversation| ordered_page(call, conversation.items.iter().map(AsRef::as_ref)))
}

/// Answers `POST …/conversations/{}/items`.
pub(crate) fn add_items(call: &Call<'_>) -> Answer {
    let document = openai::parse(call.body, ITEMS)?;
    let added = read_items(document.get("items"), &call.service.state.lock())?;
    check_count(added.len())?;
    let id = |item: Option<&Value>| item.and_then(|item| item.get("id")).cloned();
    change(call, |conversation| {
        conversation.items.extend(added.iter().cloned().map(Arc::new));
        Ok(json!({
            "object": "list",
            "first_id": id(added.first()),
            "last_id": id(added.last()),
            "has_more": false,
            "data": added,
        }))
    })
}

/// Answers `GET …/conversations/{}/items/{}`.
pub(crate) fn get_item(call: &Call<'_>) -> Answer {
    let [_, item] = call.route.ids;
    change(call, |conversation| {
        let found = conversation.items.iter().find(|known| text(known.get("id")) == item);
        found.map(|found| found.as_ref().clone()).ok_or_else(|| no_such_item(item))
    })
}

/// Answers `DELETE …/conversations/{}/items/{}`, with the conversation.
pub(crate) fn delete_item(call: &Call<'_>) -> Answer {
    let [_, item] = call.route.ids;
    change(call, |conversation| {
        let before = conversation.items.len();
        conversation.items.retain(|known| text(known.get("id")) != item);
        if conversation.items.len() == before {
            return Err(no_such_item(item));
        }
        Ok(conversation.object.clone())
    })
}

/// Checks pairs that anybody may set, and those by which Oracle's memory is told what to do.
fn check_metadata(metadata: Option<&Value>) -> Result<(), Reply> {
    let pairs = || metadata.and_then(Value::as_object).into_iter().flatten();
    let length = |text: &str| text.chars().count();
    let is_long = |(name, value): (&String, &Value)| {
        length(name) > 64 || length(value.as_str().unwrap_or_default()) > 512
    };
    if pairs().count() > 16 || pairs().any(is_long) {
        let message = "Invalid 'metadata': expected at most 16 pairs, with names of at most 64 and \
                       values of at most 512 characters.";
        return Err(invalid(Some("metadata"), "invalid_value", message));
    }
    for (name, allowed) in MEMORY {
        let value = metadata.and_then(|metadata| metadata.get(name)?.as_str());
        if value.is_some_and(|value| !allowed.contains(&value)) {
            let param = format!("metadata.{name}");
            let message = format!("Invalid value for '{param}': expected {}.", allowed.join(", "));
            return Err(invalid(Some(&param), "invalid_value", &message));
        }
    }
    Ok(())
}

/// OpenAI's reference: "you may add up to 20 items at a time".
fn check_count(items: usize) -> Result<(), Reply> {
    if items <= 20 {
        return Ok(());
    }
    let message = format!("Invalid 'items': expected at most 20, found {items}.");
    Err(invalid(Some("items"), "array_above_max_length", &message))
}

/// The answer to the id of a conversation that is not kept.
pub(crate) fn not_found(id: &str) -> Reply {
    let message = format!("Conversation with id '{id}' not found.");
    Reply::openai_error(404, "invalid_request_error", None, None, &message)
}

fn no_such_item(id: &str) -> Reply {
    let message = format!("Conversation item with id '{id}' not found.");
    Reply::openai_error(404, "invalid_request_error", None, None, &message)
}

fn change(call: &Call<'_>, act: impl FnOnce(&mut Conversation) -> Result<Value, Reply>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    let mut kept = call.service.state.lock();
    let conversation = kept.conversations.get_mut(id).ok_or_else(|| not_found(id))?;
    act(conversation).map(Outcome::Document)
}

/// Metadata by which Oracle's memory is told what to do, and the values that it knows.
const MEMORY: &[(&str, &[&str])] = &[
    ("memory_access_policy", &["store_only", "recall_only"]),
    ("short_term_memory_optimization", &["True", "False"]),
];

const CREATE: &[Field] = &[
    optional("items", Kind::List(0, &Kind::Open(&[]))),
    optional("metadata", Kind::Map(&Kind::Text)),
];

const UPDATE: &[Field] = &[required("metadata", Kind::Map(&Kind::Text))];

const ITEMS: &[Field] = &[required("items", Kind::List(1, &Kind::Open(&[])))];
