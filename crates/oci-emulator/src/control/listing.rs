//! Lists of the control plane: which elements, in which order, and page by page.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::request::{invalid, required};
use super::{Collection, Resource};
use crate::document::text;
use crate::outcome::{Answer, Outcome};
use crate::reply::Reply;
use crate::route::Call;

/// An element of a list and its place in the order.
#[derive(Debug)]
pub(super) struct Element {
    /// What it is ordered by.
    pub(super) key: String,
    /// What tells it from all others, in the order of their creation.
    pub(super) number: u64,
    pub(super) summary: Value,
}

/// Answers `GET` of a collection.
pub(crate) fn list(call: &Call<'_>, collection: &'static Collection) -> Answer {
    // The one collection that can be listed over all compartments.
    if collection.ocid != "generativeaisemanticstore" {
        required(call, "compartmentId")?;
    }
    list_where(call, |resource| std::ptr::eq(resource.collection, collection))
}

/// A page of the resources that pass; those that are deleted are told only to who asks for them.
pub(super) fn list_where(call: &Call<'_>, passes: impl Fn(&Resource) -> bool) -> Answer {
    let sort_by = call.parameter("sortBy").unwrap_or_else(|| "timeCreated".to_owned());
    if !["displayName", "name", "lifecycleState", "timeCreated"].contains(&sort_by.as_str()) {
        return Err(invalid("sortBy must be displayName, lifecycleState or timeCreated"));
    }
    let sort_by = if sort_by == "name" { "displayName" } else { &sort_by };
    let kept = call.service.state.lock();
    let is_wanted = |resource: &Resource| {
        let is_equal = |(name, place): &(&str, &str)| {
            let found = resource.object.pointer(place).and_then(Value::as_str);
            call.parameter(name).is_none_or(|wanted| found == Some(&wanted))
        };
        USUAL_FILTERS.iter().chain(resource.collection.filters).all(is_equal)
            && (!resource.is_gone() || call.parameter("lifecycleState").is_some())
    };
    let resources = kept.control.resources.values();
    let elements = resources.filter(|found| passes(found) && is_wanted(found)).map(|resource| {
        let key = text(resource.object.get(sort_by));
        Element { key, number: resource.number, summary: resource.summary() }
    });
    page(call, elements.collect(), sort_by.starts_with("time"))
}

/// One page, by `limit`, `page` and `sortOrder`; the latest comes first unless asked otherwise.
pub(super) fn page(call: &Call<'_>, mut elements: Vec<Element>, is_time: bool) -> Answer {
    let limit = match call.parameter("limit") {
        None => USUAL_LIMIT,
        Some(limit) => limit
            .parse()
            .ok()
            .filter(|limit| (1..=1000).contains(limit))
            .ok_or_else(|| invalid("limit must be from 1 to 1000"))?,
    };
    let falls = match call.parameter("sortOrder").as_deref() {
        None => is_time,
        Some("ASC") => false,
        Some("DESC") => true,
        Some(_) => return Err(invalid("sortOrder must be ASC or DESC")),
    };
    let compare = |one: (&str, u64), other: (&str, u64)| {
        let order = one.cmp(&other);
        if falls { order.reverse() } else { order }
    };
    elements.sort_by(|one, other| compare(one.place(), other.place()));
    if let Some(token) = call.parameter("page") {
        let (key, number) = read(&token)?;
        // What was deleted since does not hide what comes after it.
        elements.retain(|element| compare(element.place(), (&key, number)) == Ordering::Greater);
    }
    let is_last = elements.len() <= limit;
    elements.truncate(limit);
    let next_page = elements.last().filter(|_| !is_last).map(Element::token);
    let items: Vec<Value> = elements.into_iter().map(|element| element.summary).collect();
    Ok(Outcome::Page { document: json!({ "items": items }), next_page })
}

impl Element {
    fn place(&self) -> (&str, u64) {
        (&self.key, self.number)
    }

    /// The token of the page that follows this element.
    fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(json!([self.key, self.number]).to_string())
    }
}

fn read(token: &str) -> Result<(String, u64), Reply> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| invalid("page is no token of this list"))
}

/// What every list can be narrowed by.
const USUAL_FILTERS: &[(&str, &str)] = &[
    ("compartmentId", "/compartmentId"),
    ("displayName", "/displayName"),
    ("id", "/id"),
    ("lifecycleState", "/lifecycleState"),
];

/// Nothing is published about it.
const USUAL_LIMIT: usize = 100;
