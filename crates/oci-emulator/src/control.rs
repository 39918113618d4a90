//! The control plane, below `/20231130`: what is kept of it, and how it changes.
//!
//! Every collection has the same operations, in [`operations`]; what differs is in the table of each, one file
//! for each. A resource goes one step further each time that it, or its work request, is asked for.

mod api_keys;
mod clusters;
mod connectors;
mod endpoints;
mod fields;
mod imported_models;
mod listing;
mod models;
mod nl2sql;
mod operations;
mod projects;
mod replay;
mod request;
mod routing_profiles;
mod semantic_stores;
mod work;

use serde_json::{Map, Value, json};

use crate::access::ApiKey;
use crate::document::{remove, set, text};
use crate::outcome::{Answer, Outcome};
use crate::random::hex;
use crate::reply::Reply;
use crate::route::{Call, Row};
use crate::schema::Field;
use crate::state::Latest;
use replay::Replays;
use work::WorkRequest;

/// The operations of the control plane, a table for each collection.
pub(crate) const OPERATIONS: &[&[Row]] = &[
    api_keys::OPERATIONS,
    clusters::OPERATIONS,
    connectors::OPERATIONS,
    endpoints::OPERATIONS,
    imported_models::OPERATIONS,
    models::OPERATIONS,
    nl2sql::OPERATIONS,
    projects::OPERATIONS,
    routing_profiles::OPERATIONS,
    semantic_stores::OPERATIONS,
    work::OPERATIONS,
];

/// What answers an operation of a collection.
pub(crate) type Handler = fn(&Call<'_>, &'static Collection) -> Answer;

/// Resources of one kind.
#[derive(Debug)]
pub(crate) struct Collection {
    /// The second part of their OCIDs.
    ocid: &'static str,
    /// How work requests call them.
    entity: &'static str,
    /// Which changes take a work request.
    works: &'static [Change],
    /// Their states from the beginning on, one step each.
    creation: &'static [&'static str],
    /// What it takes to make one.
    create: &'static [Field],
    /// What can be changed.
    update: &'static [Field],
    /// Members that are not told in a list.
    details: &'static [&'static str],
    /// Parameters that a list can be narrowed by, apart from the usual ones, and what they are compared with.
    filters: &'static [(&'static str, &'static str)],
    /// Checks a new one beyond its fields, and adds what the service knows of it.
    complete: fn(&Call<'_>, &mut Value) -> Result<(), Reply>,
}

/// What can be done to a resource.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    Create,
    Delete,
    Move,
    Update,
}

/// All that the control plane keeps.
#[derive(Debug, Default)]
pub(crate) struct Control {
    resources: Latest<Resource>,
    works: Latest<WorkRequest>,
    replays: Replays,
    /// How many resources there have been.
    count: u64,
}

/// A resource.
#[derive(Debug)]
struct Resource {
    collection: &'static Collection,
    /// The object itself.
    object: Value,
    /// How often it has changed, which its etag tells.
    version: u64,
    /// Which of all resources it is, in the order of their creation.
    number: u64,
    underway: Option<Underway>,
    /// What opens the service, by the names of keys; only API keys have any.
    secrets: Vec<(String, ApiKey)>,
}

/// A change that takes its time.
#[derive(Debug)]
struct Underway {
    states: &'static [&'static str],
    at: usize,
    /// The work request that tells of it.
    work: Option<String>,
}

/// What was done, as it is answered.
#[derive(Clone)]
struct Made {
    status: u16,
    etag: Option<String>,
    work: Option<String>,
    document: Option<Value>,
}

impl Control {
    /// Whether an API key that was made here opens the service at a time, in seconds since 1970.
    pub(crate) fn opens(&self, token: &str, now: u64) -> bool {
        self.resources.values().any(|resource| api_keys::opens(resource, token, now))
    }

    /// Adds a resource, and goes on with it as its collection wants it.
    fn add(&mut self, call: &Call<'_>, collection: &'static Collection, mut object: Value) -> Made {
        let now = call.settings().clock.rfc3339();
        let id = ocid(collection.ocid);
        set(&mut object, "id", id.as_str());
        if text(object.get("displayName")).is_empty() {
            let digits = now.replace(|letter: char| !letter.is_ascii_digit(), "");
            set(&mut object, "displayName", format!("{}{digits}", collection.ocid));
        }
        for tags in ["freeformTags", "definedTags", "systemTags"] {
            if object.get(tags).is_none() {
                set(&mut object, tags, json!({}));
            }
        }
        set(&mut object, "timeCreated", now.as_str());
        set(&mut object, "timeUpdated", now);
        self.count += 1;
        let resource = Resource {
            collection,
            object,
            version: 0,
            number: self.count,
            underway: None,
            secrets: Vec::new(),
        };
        self.resources.insert(&id, resource);
        self.begin(call, &id, Change::Create, collection.creation);
        self.made(&id, 201)
    }

    /// Puts a resource into the first of the states, and lets it go on from there.
    fn begin(
        &mut self,
        call: &Call<'_>,
        id: &str,
        change: Change,
        states: &'static [&'static str],
    ) {
        let now = call.settings().clock.rfc3339();
        let Some(resource) = self.resources.get_mut(id) else { return };
        // What was underway until now is given up.
        let given_up = resource.underway.take().and_then(|underway| underway.work);
        if let Some(work) = given_up.and_then(|id| self.works.get_mut(&id)) {
            work.give_up(&now);
        }
        let work = resource.collection.works.contains(&change).then(|| {
            let work = WorkRequest::new(resource.collection, change, &resource.object, &now);
            let id = work.id.clone();
            self.works.insert(&id, work);
            id
        });
        resource.touch(&now);
        if let Some(first) = states.first() {
            set(&mut resource.object, "lifecycleState", *first);
        }
        resource.underway = (states.len() > 1).then_some(Underway { states, at: 0, work });
    }

    /// Lets a resource go one step further, and its work request with it.
    fn advance(&mut self, call: &Call<'_>, id: &str) {
        let now = call.settings().clock.rfc3339();
        let Some(resource) = self.resources.get_mut(id) else { return };
        let (name, is_new) = (text(resource.object.get("displayName")), resource.version == 1);
        let Some(underway) = &mut resource.underway else { return };
        let last = underway.states.len() - 1;
        if underway.at + 1 == last && name.contains(STALLS) {
            return;
        }
        underway.at += 1;
        let fails = is_new && underway.at == last && name.contains(FAILS);
        let before = text(resource.object.get("lifecycleState"));
        let usual = underway.states.get(underway.at).copied().unwrap_or_default();
        let state = if fails { "FAILED" } else { usual };
        if let Some(work) = underway.work.as_ref().and_then(|id| self.works.get_mut(id)) {
            work.advance(underway.at, last, fails, &now);
        }
        if underway.at == last {
            resource.underway = None;
        }
        if fails {
            set(&mut resource.object, "lifecycleDetails", FAILURE);
        }
        if before != state {
            set(&mut resource.object, "lifecycleState", state);
            if resource.underway.is_none() {
                resource.touch(&now);
            }
        }
    }

    /// A resource of a collection; the error is the answer to give.
    fn find(&self, id: &str, collection: &'static Collection) -> Result<&Resource, Reply> {
        let found = self.resources.get(id);
        found
            .filter(|found| std::ptr::eq(found.collection, collection))
            .ok_or_else(request::not_found)
    }

    /// A resource that can be changed now, by this request.
    fn find_settled(
        &mut self,
        call: &Call<'_>,
        collection: &'static Collection,
    ) -> Result<&mut Resource, Reply> {
        let [id, _] = call.route.ids;
        let resource = self.find(id, collection)?;
        if resource.is_gone() {
            return Err(request::not_found());
        }
        request::check_etag(call, &resource.etag())?;
        if resource.underway.is_some() {
            let state = text(resource.object.get("lifecycleState"));
            let message =
                format!("The resource is in the state {state} and cannot be changed now.");
            return Err(Reply::oracle_error(409, "IncorrectState", &message));
        }
        self.resources.get_mut(id).ok_or_else(request::not_found)
    }

    /// The answer that shows a resource.
    fn made(&self, id: &str, status: u16) -> Made {
        let resource = self.resources.get(id);
        Made {
            status,
            etag: resource.map(Resource::etag),
            work: resource.and_then(|found| found.underway.as_ref()?.work.clone()),
            document: resource.map(|found| found.object.clone()),
        }
    }
}

impl Resource {
    fn etag(&self) -> String {
        let digits: String = text(self.object.get("id")).chars().rev().take(8).collect();
        format!("{digits}-{}", self.version)
    }

    fn is_gone(&self) -> bool {
        self.object.get("lifecycleState").is_some_and(|state| state == "DELETED")
    }

    /// Notes that it has changed.
    fn touch(&mut self, now: &str) {
        self.version += 1;
        set(&mut self.object, "timeUpdated", now);
    }

    /// What a list tells of it.
    fn summary(&self) -> Value {
        let mut summary = self.object.clone();
        self.collection.details.iter().for_each(|name| remove(&mut summary, name));
        summary
    }

    /// Takes over what was sent; `null` changes nothing.
    fn merge(&mut self, details: &Map<String, Value>) {
        for (name, value) in details.iter().filter(|(_, value)| !value.is_null()) {
            set(&mut self.object, name, value.clone());
        }
    }
}

impl Made {
    fn without_document(self, status: u16) -> Self {
        Self { status, document: None, etag: None, ..self }
    }

    fn outcome(self) -> Outcome {
        let etag = self.etag.map(|etag| ("etag", etag));
        let work = self.work.map(|work| ("opc-work-request-id", work));
        let headers = etag.into_iter().chain(work).collect();
        Outcome::Resource { status: self.status, headers, document: self.document }
    }
}

/// An id of Oracle's form.
fn ocid(kind: &str) -> String {
    format!("ocid1.{kind}.oc1.us-chicago-1.amaaaaaa{}", hex(52))
}

/// A resource whose name has this word never gets beyond the last step but one.
const STALLS: &str = "stalls";

/// A resource whose name has this word cannot be made.
const FAILS: &str = "fails";

/// What there is to say about it.
const FAILURE: &str = "The resource was told by its name to fail.";
