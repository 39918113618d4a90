//! Work requests: `/20231130/workRequests`.

use serde_json::{Value, json};

use super::listing::{Element, page};
use super::request::{not_found, required};
use super::{Change, Collection, FAILURE, ocid};
use crate::document::{set, text};
use crate::outcome::{Answer, Outcome};
use crate::route::{Call, Operation, Row};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = &[
    ("GET", "/20231130/workRequests", Operation::Resource(list)),
    ("GET", "/20231130/workRequests/{}", Operation::Resource(get)),
    ("GET", "/20231130/workRequests/{}/errors", Operation::Resource(errors)),
    ("GET", "/20231130/workRequests/{}/logs", Operation::Resource(logs)),
];

/// The service's account of a change that takes its time.
#[derive(Debug)]
pub(super) struct WorkRequest {
    pub(super) id: String,
    /// What it is about.
    resource: String,
    change: Change,
    object: Value,
    errors: Vec<Value>,
    logs: Vec<Value>,
}

impl WorkRequest {
    pub(super) fn new(
        collection: &Collection,
        change: Change,
        resource: &Value,
        now: &str,
    ) -> Self {
        let id = ocid("generativeaiworkrequest");
        let verb = match change {
            // The one creation that has another name.
            Change::Create if collection.entity == "FILE_SYNC" => "TRIGGER",
            Change::Create => "CREATE",
            Change::Delete => "DELETE",
            Change::Move => "MOVE",
            Change::Update => "UPDATE",
        };
        let about = text(resource.get("id"));
        let object = json!({
            "id": id,
            "operationType": format!("{verb}_{}", collection.entity),
            "status": "ACCEPTED",
            "compartmentId": resource.get("compartmentId"),
            "resources": [{
                "entityType": collection.ocid,
                "actionType": "IN_PROGRESS",
                "identifier": about,
            }],
            "percentComplete": 0.0,
            "timeAccepted": now,
        });
        let mut work =
            Self { id, resource: about, change, object, errors: Vec::new(), logs: Vec::new() };
        work.log("The request was accepted.", now);
        work
    }

    /// Notes that the change has come to a step.
    pub(super) fn advance(&mut self, at: usize, last: usize, fails: bool, now: &str) {
        if at == 1 {
            set(&mut self.object, "timeStarted", now);
        }
        let (status, action) = match (at == last, fails) {
            (false, _) => ("IN_PROGRESS", "IN_PROGRESS"),
            (true, true) => ("FAILED", "FAILED"),
            (true, false) => ("SUCCEEDED", self.change.done()),
        };
        set(&mut self.object, "status", status);
        set(&mut self.object, "percentComplete", at as f64 * 100.0 / last as f64);
        if let Some(resource) = self.object.pointer_mut("/resources/0") {
            set(resource, "actionType", action);
        }
        if at == last {
            set(&mut self.object, "timeFinished", now);
        }
        if fails {
            let error = json!({ "code": "InternalError", "message": FAILURE, "timestamp": now });
            self.errors.push(error);
        }
        self.log(&format!("The request is {status}."), now);
    }

    /// Notes that the change has made way for another.
    pub(super) fn give_up(&mut self, now: &str) {
        set(&mut self.object, "status", "CANCELED");
        set(&mut self.object, "timeFinished", now);
        self.log("The request is CANCELED.", now);
    }

    fn log(&mut self, message: &str, now: &str) {
        self.logs.push(json!({ "message": message, "timestamp": now }));
    }

    fn is_done(&self) -> bool {
        self.object.get("timeFinished").is_some()
    }
}

impl Change {
    /// How a work request calls what was done.
    fn done(self) -> &'static str {
        match self {
            Self::Create => "CREATED",
            Self::Delete => "DELETED",
            Self::Move | Self::Update => "UPDATED",
        }
    }
}

/// Answers `GET …/workRequests/{}`, which goes one step further.
fn get(call: &Call<'_>) -> Answer {
    let [id, _] = call.route.ids;
    let mut kept = call.service.state.lock();
    let control = &mut kept.control;
    let resource = control.works.get(id).ok_or_else(not_found)?.resource.clone();
    let underway = control.resources.get(&resource).and_then(|found| found.underway.as_ref());
    if underway.is_some_and(|underway| underway.work.as_deref() == Some(id)) {
        control.advance(call, &resource);
    }
    let work = control.works.get(id).ok_or_else(not_found)?;
    let wait = (!work.is_done()).then(|| ("retry-after", "1".to_owned()));
    let etag = ("etag", format!("{}", work.logs.len()));
    let headers = wait.into_iter().chain([etag]).collect();
    Ok(Outcome::Resource { status: 200, headers, document: Some(work.object.clone()) })
}

/// Answers `GET …/workRequests`.
fn list(call: &Call<'_>) -> Answer {
    required(call, "compartmentId")?;
    let kept = call.service.state.lock();
    let is_wanted = |work: &WorkRequest| {
        let is =
            |name: &str, found: &str| call.parameter(name).is_none_or(|wanted| wanted == found);
        is("compartmentId", &text(work.object.get("compartmentId")))
            && is("status", &text(work.object.get("status")))
            && is("workRequestId", &work.id)
            && is("resourceId", &work.resource)
    };
    let works = (0..).zip(kept.control.works.values()).filter(|(_, work)| is_wanted(work));
    let element = |(number, work): (u64, &WorkRequest)| Element {
        key: text(work.object.get("timeAccepted")),
        number,
        summary: work.object.clone(),
    };
    page(call, works.map(element).collect(), true)
}

/// Answers `GET …/workRequests/{}/errors`.
fn errors(call: &Call<'_>) -> Answer {
    entries(call, |work| &work.errors)
}

/// Answers `GET …/workRequests/{}/logs`.
fn logs(call: &Call<'_>) -> Answer {
    entries(call, |work| &work.logs)
}

fn entries(call: &Call<'_>, of: impl Fn(&WorkRequest) -> &Vec<Value>) -> Answer {
    let [id, _] = call.route.ids;
    let kept = call.service.state.lock();
    let work = kept.control.works.get(id).ok_or_else(not_found)?;
    let element = |(number, entry): (u64, &Value)| Element {
        key: text(entry.get("timestamp")),
        number,
        summary: entry.clone(),
    };
    page(call, (0..).zip(of(work)).map(element).collect(), true)
}
