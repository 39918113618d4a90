//! The operations that every collection has.

use serde_json::Value;

use super::replay::once;
use super::{Change, Collection, Control, Made, fields, request};
use crate::document::{set, text};
use crate::outcome::Answer;
use crate::reply::Reply;
use crate::route::Call;

/// The six rows of a collection at a path: list, create, get, update, delete, move to another compartment.
///
/// More rows stand before them, so that they have precedence.
macro_rules! rows {
    ($path:literal, $collection:expr $(, $more:expr)* $(,)?) => {
        &[
            $($more,)*
            ("GET", $path, $crate::route::Operation::OfCollection($crate::control::listing::list, $collection)),
            ("POST", $path, $crate::route::Operation::OfCollection($crate::control::operations::create, $collection)),
            ("DELETE", concat!($path, "/{}"), $crate::route::Operation::OfCollection($crate::control::operations::delete, $collection)),
            ("GET", concat!($path, "/{}"), $crate::route::Operation::OfCollection($crate::control::operations::get, $collection)),
            ("PUT", concat!($path, "/{}"), $crate::route::Operation::OfCollection($crate::control::operations::update, $collection)),
            ("POST", concat!($path, "/{}/actions/changeCompartment"), $crate::route::Operation::OfCollection($crate::control::operations::change_compartment, $collection)),
        ]
    };
}
pub(super) use rows;

/// Answers `POST` to a collection.
pub(crate) fn create(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let mut object = Value::Object(request::parse(call.body, collection.create)?);
    (collection.complete)(call, &mut object)?;
    once(call, |control| Ok(control.add(call, collection, object)))
}

/// Answers `GET` of a resource, which goes one step further.
pub(crate) fn get(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let [id, _] = call.route.ids;
    let mut kept = call.service.state.lock();
    let control = &mut kept.control;
    control.find(id, collection)?;
    control.advance(call, id);
    Ok(Made { work: None, ..control.made(id, 200) }.outcome())
}

/// Answers `PUT` to a resource.
pub(crate) fn update(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let details = request::parse(call.body, collection.update)?;
    request::check_name(details.get("displayName"))?;
    change(call, |control| {
        let resource = control.find_settled(call, collection)?;
        if text(resource.object.get("lifecycleState")) == "FAILED" {
            return Err(Reply::oracle_error(409, "IncorrectState", "The resource has failed."));
        }
        resource.merge(&details);
        let [id, _] = call.route.ids;
        settle(call, control, Change::Update);
        Ok(control.made(id, 200))
    })
}

/// Answers `DELETE` of a resource.
pub(crate) fn delete(call: &Call<'_>, collection: &'static Collection) -> Answer {
    change(call, |control| {
        let [id, _] = call.route.ids;
        control.find_settled(call, collection)?;
        control.begin(call, id, Change::Delete, DELETION);
        let made = control.made(id, 202);
        let status = if made.work.is_some() { 202 } else { 204 };
        Ok(made.without_document(status))
    })
}

/// Answers `POST …/actions/changeCompartment`.
pub(crate) fn change_compartment(call: &Call<'_>, collection: &'static Collection) -> Answer {
    let details = request::parse(call.body, fields::MOVE)?;
    once(call, |control| {
        let resource = control.find_settled(call, collection)?;
        let compartment = text(details.get("compartmentId"));
        set(&mut resource.object, "compartmentId", compartment);
        let [id, _] = call.route.ids;
        settle(call, control, Change::Move);
        let made = control.made(id, 202);
        let status = if made.work.is_some() { 202 } else { 204 };
        Ok(made.without_document(status))
    })
}

/// Ends a change, at once where it takes no work request.
pub(super) fn settle(call: &Call<'_>, control: &mut Control, change: Change) {
    let [id, _] = call.route.ids;
    let Some(resource) = control.resources.get_mut(id) else { return };
    if resource.collection.works.contains(&change) {
        control.begin(call, id, change, UPDATE);
    } else {
        resource.touch(&call.settings().clock.rfc3339());
    }
}

/// Does what no token makes safe to do again.
fn change(call: &Call<'_>, act: impl FnOnce(&mut Control) -> Result<Made, Reply>) -> Answer {
    act(&mut call.service.state.lock().control).map(Made::outcome)
}

const UPDATE: &[&str] = &["UPDATING", "UPDATING", "ACTIVE"];
const DELETION: &[&str] = &["DELETING", "DELETING", "DELETED"];
