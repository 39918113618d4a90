//! Lists in OpenAI's way: pages by a cursor, which is the id of an element.

use serde_json::{Value, json};

use crate::openai::invalid;
use crate::reply::Reply;
use crate::route::Call;

/// How many elements a page has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageSize {
    /// Unless asked otherwise.
    pub(crate) usual: usize,
    /// At most.
    pub(crate) most: usize,
}

/// One page of a list, by the parameters `after`, `before`, `limit` and `order`, the latest first unless
/// asked otherwise; `lost` is the answer to a cursor that is no id.
pub(crate) fn page<'a>(
    call: &Call<'_>,
    items: impl DoubleEndedIterator<Item = &'a Value>,
    size: PageSize,
    lost: impl Fn(&str) -> Reply,
) -> Result<Value, Reply> {
    let limit = match call.query("limit").map(str::parse::<usize>) {
        None => size.usual,
        Some(Ok(limit)) if (1..=size.most).contains(&limit) => limit,
        Some(_) => {
            let message = format!("Invalid value for 'limit': expected from 1 to {}.", size.most);
            return Err(invalid(Some("limit"), "invalid_value", &message));
        }
    };
    let items: Vec<&Value> = match call.query("order") {
        Some("asc") => items.collect(),
        None | Some("desc") => items.rev().collect(),
        Some(_) => {
            let message = "Invalid value for 'order': expected asc or desc.";
            return Err(invalid(Some("order"), "invalid_value", message));
        }
    };
    let place = |name: &str| match call.query(name) {
        None => Ok(None),
        Some(cursor) => items
            .iter()
            .position(|item| item.get("id").is_some_and(|id| id == cursor))
            .map(Some)
            .ok_or_else(|| lost(cursor)),
    };
    let (after, before) = (place("after")?, place("before")?);
    let end = before.unwrap_or(items.len());
    let rest = items.get(after.map_or(0, |at| at + 1)..end).unwrap_or_default();
    // Before a cursor stand those that are next to it.
    let skipped = if before.is_some() { rest.len().saturating_sub(limit) } else { 0 };
    let page: Vec<&Value> = rest.iter().copied().skip(skipped).take(limit).collect();
    let id = |item: Option<&&Value>| item.and_then(|item| item.get("id")).cloned();
    Ok(json!({
        "object": "list",
        "first_id": id(page.first()),
        "last_id": id(page.last()),
        "has_more": rest.len() > page.len(),
        "data": page,
    }))
}
