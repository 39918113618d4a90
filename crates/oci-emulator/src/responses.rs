//! OpenAI's Responses API: `…/responses`.

mod create;
mod events;
mod files;
mod hosted;
mod items;
mod output;
mod request;

use serde_json::{Value, json};

use crate::document::set;
use crate::openai::require_compartment;
use crate::outcome::{Answer, Outcome};
use crate::reply::Reply;
use crate::route::Call;
use crate::state::StoredResponse;
pub(crate) use create::create;
pub(crate) use items::{ordered_page, read as read_items};

/// Answers `GET …/responses/{}`, whole or as the stream that it was.
pub(crate) fn get(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    let mut kept = call.service.state.lock();
    let stored = kept.responses.get_mut(id).ok_or_else(|| not_found(id))?;
    if call.query("stream") != Some("true") {
        stored.polls_left = stored.polls_left.saturating_sub(1);
        return Ok(Outcome::Document(stored.now()));
    }
    let after = match call.query("starting_after").map(str::parse::<usize>) {
        None => 0,
        Some(Ok(number)) => number.saturating_add(1),
        Some(Err(_)) => {
            let message = "Invalid value for 'starting_after': expected an integer.";
            return Err(crate::openai::invalid(Some("starting_after"), "invalid_value", message));
        }
    };
    // Whoever reads a stream waits until it is over.
    stored.polls_left = 0;
    Ok(Outcome::Stream(events::stream(&stored.now(), after)))
}

/// Answers `DELETE …/responses/{}`.
pub(crate) fn delete(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    call.service.state.lock().responses.remove(id).ok_or_else(|| not_found(id))?;
    Ok(Outcome::Document(json!({ "id": id, "object": "response", "deleted": true })))
}

/// Answers `POST …/responses/{}/cancel`.
pub(crate) fn cancel(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    let mut kept = call.service.state.lock();
    let stored = kept.responses.get_mut(id).ok_or_else(|| not_found(id))?;
    if stored.finished.get("background") != Some(&Value::Bool(true)) {
        let message = "Cannot cancel a synchronous response.";
        return Err(Reply::openai_error(400, "invalid_request_error", None, None, message));
    }
    if stored.polls_left > 0 {
        stored.is_cancelled = true;
    }
    Ok(Outcome::Document(stored.now()))
}

/// Answers `GET …/responses/{}/input_items`, the latest first unless asked otherwise.
pub(crate) fn input_items(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    let kept = call.service.state.lock();
    let stored = kept.responses.get(id).ok_or_else(|| not_found(id))?;
    Ok(Outcome::Document(ordered_page(call, stored.input.iter())?))
}

impl StoredResponse {
    /// The response as far as it has come.
    fn now(&self) -> Value {
        let status = match (self.is_cancelled, self.polls_left) {
            (true, _) => "cancelled",
            (false, 0) => return self.finished.clone(),
            (false, 1) => "in_progress",
            (false, _) => "queued",
        };
        unfinished(&self.finished, status)
    }
}

/// A response before there is any of it.
fn unfinished(finished: &Value, status: &str) -> Value {
    let mut response = finished.clone();
    set(&mut response, "status", status);
    set(&mut response, "output", json!([]));
    for name in ["usage", "incomplete_details", "completed_at"] {
        set(&mut response, name, Value::Null);
    }
    response
}

fn not_found(id: &str) -> Reply {
    let message = format!("Response with id '{id}' not found.");
    Reply::openai_error(404, "invalid_request_error", None, None, &message)
}
