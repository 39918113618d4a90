//! What the requests to the control plane have in common: bodies, parameters, etags, and their errors.

use serde_json::{Map, Value};

use crate::document::text;
use crate::reply::Reply;
use crate::route::Call;
use crate::schema::{Field, Kind, Problem, ProblemKind, check};

/// Reads a body and checks its fields, of which none is unknown; what is `null` is left out.
pub(super) fn parse(body: &[u8], fields: &'static [Field]) -> Result<Map<String, Value>, Reply> {
    let document: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    check(&document, &Kind::Strict(fields), "").map_err(|problem| explain(&problem))?;
    let Value::Object(mut details) = document else { return Err(unreadable()) };
    details.retain(|_, value| !value.is_null());
    Ok(details)
}

/// A parameter of the query that has to be there.
pub(super) fn required(call: &Call<'_>, name: &str) -> Result<String, Reply> {
    call.parameter(name).filter(|value| !value.is_empty()).ok_or_else(|| missing(name))
}

/// A condition that the request makes, by `if-match`.
pub(super) fn check_etag(call: &Call<'_>, etag: &str) -> Result<(), Reply> {
    match call.head.value("if-match") {
        Some(wanted) if wanted != etag && wanted != "*" => {
            let message = format!("The etag {wanted} does not match the resource's, {etag}.");
            Err(Reply::oracle_error(412, "NoEtagMatch", &message))
        }
        _ => Ok(()),
    }
}

/// A name as the service wants it.
pub(super) fn check_name(name: Option<&Value>) -> Result<(), Reply> {
    let name = text(name);
    let is_start = |letter: char| letter.is_alphabetic() || letter == '_';
    if name.is_empty() || (name.starts_with(is_start) && name.chars().count() <= 255) {
        return Ok(());
    }
    Err(invalid(
        "displayName must begin with a letter or an underscore and have at most 255 characters",
    ))
}

/// The answer to an id of nothing.
pub(super) fn not_found() -> Reply {
    let message = "Authorization failed or requested resource not found.";
    Reply::oracle_error(404, "NotAuthorizedOrNotFound", message)
}

/// The answer to a value that is not allowed.
pub(super) fn invalid(message: &str) -> Reply {
    Reply::oracle_error(400, "InvalidParameter", message)
}

fn missing(name: &str) -> Reply {
    Reply::oracle_error(400, "MissingParameter", &format!("{name} must not be null"))
}

fn unreadable() -> Reply {
    let message = "Incorrectly formatted request. Please refer to our documentation for help.";
    Reply::oracle_error(400, "CannotParseRequest", message)
}

fn explain(problem: &Problem) -> Reply {
    let path = &problem.path;
    match &problem.fault {
        ProblemKind::Unknown | ProblemKind::Type(_) => unreadable(),
        ProblemKind::Missing => missing(path),
        ProblemKind::Range(expected) => invalid(&format!("{path} must be {expected}")),
    }
}
