//! Requests that are sent again with the same `opc-retry-token`: done once, answered each time.

use std::collections::HashMap;
use std::fmt;

use super::{Control, Made};
use crate::body::Measure;
use crate::outcome::Answer;
use crate::reply::Reply;
use crate::route::Call;

/// What was answered, by tokens.
#[derive(Debug, Default)]
pub(super) struct Replays(HashMap<String, Replay>);

struct Replay {
    /// Until when the token holds, in seconds since 1970.
    until: u64,
    /// Target and digest of the request.
    request: (String, String),
    /// The resource that came of it.
    id: Option<String>,
    made: Made,
}

impl fmt::Debug for Replay {
    /// Answers may have secrets in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Does something, unless the request is one that was done already.
pub(super) fn once(
    call: &Call<'_>,
    act: impl FnOnce(&mut Control) -> Result<Made, Reply>,
) -> Answer {
    let mut kept = call.service.state.lock();
    let control = &mut kept.control;
    let Some(token) = call.head.value("opc-retry-token") else {
        return act(control).map(Made::outcome);
    };
    let now = call.settings().clock.unix_seconds();
    control.replays.0.retain(|_, replay| now < replay.until);
    let request = (call.head.target.clone(), Measure::of(call.body).sha256);
    if let Some(replay) = control.replays.0.get(token) {
        if replay.request != request {
            return Err(invalidated("was used for another request"));
        }
        let resource = replay.id.as_ref().map(|id| control.resources.get(id));
        if resource.is_some_and(|found| found.is_none_or(super::Resource::is_gone)) {
            return Err(invalidated("belongs to a resource that was deleted since"));
        }
        return Ok(replay.made.clone().outcome());
    }
    let made = act(control)?;
    let id = made.document.as_ref().and_then(|document| document.get("id")?.as_str());
    let id = id.map(str::to_owned);
    let replay = Replay { until: now + SECONDS, request, id, made: made.clone() };
    control.replays.0.insert(token.to_owned(), replay);
    Ok(made.outcome())
}

fn invalidated(why: &str) -> Reply {
    let message = format!("The retry token {why}.");
    Reply::oracle_error(409, "InvalidatedRetryToken", &message)
}

/// Oracle: retry tokens expire after 24 hours.
const SECONDS: u64 = 24 * 60 * 60;
