//! What the OpenAI-compatible operations have in common: who pays, OpenAI's errors, which models there are.

use serde_json::Value;

use crate::access::Principal;
use crate::answerer::Choice;
use crate::catalogue::{Api, Family, Words};
use crate::reply::Reply;
use crate::route::Call;
use crate::schema::{Field, Kind, Problem, ProblemKind, check};

/// Which compartment pays has to be known; a project tells it too, and so does an API key.
pub(crate) fn require_compartment(call: &Call<'_>) -> Result<(), Reply> {
    let is_told = |name| call.head.value(name).is_some_and(|value| !value.is_empty());
    if call.principal == Principal::ApiKey
        || ["opc-compartment-id", "openai-project"].into_iter().any(is_told)
    {
        return Ok(());
    }
    Err(Reply::oracle_error(
        400,
        "MissingParameter",
        "expected header opc-compartment-id or openai-project, found neither",
    ))
}

/// A dedicated endpoint wants the compartment itself, even where a project would do for other models.
pub(crate) fn require_for(call: &Call<'_>, family: &Family) -> Result<(), Reply> {
    let is_told = call.head.value("opc-compartment-id").is_some_and(|value| !value.is_empty());
    if is_told || !family.is_dedicated() || call.principal == Principal::ApiKey {
        return Ok(());
    }
    Err(Reply::oracle_error(400, "MissingParameter", "compartment_id is required"))
}

/// Reads a body and checks what is known of its fields; others may be there.
pub(crate) fn parse(body: &[u8], fields: &'static [Field]) -> Result<Value, Reply> {
    let document: Value = serde_json::from_slice(body).map_err(|error| {
        invalid(None, "invalid_json", &format!("The body is not valid JSON: {error}"))
    })?;
    check(&document, &Kind::Open(fields), "").map_err(|problem| explain(&problem))?;
    Ok(document)
}

/// The family of a model that is served by an operation.
pub(crate) fn family(model: &str, api: Api) -> Result<&'static Family, Reply> {
    let family = Family::of(model).ok_or_else(|| Words::OpenAi.not_found())?;
    if family.serves(api) {
        return Ok(family);
    }
    let (message, code) = match api {
        Api::ChatCompletions if family.serves(Api::Responses) => {
            let message =
                "This model is only supported in v1/responses and not in v1/chat/completions.";
            return Err(Reply::openai_error(
                404,
                "invalid_request_error",
                None,
                Some("model"),
                message,
            ));
        }
        _ if model.starts_with("cohere.") && api != Api::Embeddings => (
            format!("The model {model:?} is not served here, Cohere's models have their own API"),
            "model_not_supported",
        ),
        _ => {
            (format!("The model {model:?} does not support this operation"), "model_not_supported")
        }
    };
    Err(invalid(Some("model"), code, &message))
}

/// OpenAI's ways to say which tools are to be called; `name` is where a function has its name.
pub(crate) fn choice(value: Option<&Value>, name: &str) -> Choice {
    match value {
        Some(Value::String(word)) if word == "none" => Choice::Never,
        Some(Value::String(word)) if word == "required" => Choice::Required,
        Some(object) => object
            .pointer(name)
            .and_then(Value::as_str)
            .map_or(Choice::Auto, |name| Choice::Named(name.to_owned())),
        None => Choice::Auto,
    }
}

/// An error of OpenAI's shape about the request, of status 400.
pub(crate) fn invalid(param: Option<&str>, code: &str, message: &str) -> Reply {
    Reply::openai_error(400, "invalid_request_error", Some(code), param, message)
}

/// Puts a problem in OpenAI's words.
fn explain(problem: &Problem) -> Reply {
    let path = &problem.path;
    let param = Some(path.as_str()).filter(|path| !path.is_empty());
    match &problem.fault {
        ProblemKind::Missing => invalid(
            param,
            "missing_required_parameter",
            &format!("Missing required parameter: '{path}'."),
        ),
        ProblemKind::Type(expected) => invalid(
            param,
            "invalid_type",
            &format!("Invalid type for '{path}': expected {expected}."),
        ),
        ProblemKind::Range(expected) => invalid(
            param,
            "invalid_value",
            &format!("Invalid value for '{path}': expected {expected}."),
        ),
        ProblemKind::Unknown => {
            invalid(param, "unknown_parameter", &format!("Unknown parameter: '{path}'."))
        }
    }
}
