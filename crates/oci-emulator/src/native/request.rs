//! What all native requests have in common: strict keys, a serving mode, and errors with a status for a code.

use serde_json::Value;

use crate::catalogue::{Api, Family, Names, Words, check_parameters};
use crate::document::{flag, text};
use crate::reply::Reply;
use crate::route::Call;
use crate::schema::{Field, Kind, Problem, ProblemKind, check};

/// A request whose keys were checked, for a model that serves it.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// The model id, as it comes back in the answer; of a dedicated endpoint, that of the endpoint.
    pub(super) model: String,
    /// How the model behaves.
    pub(super) family: &'static Family,
    /// The part of the body that is for the model.
    pub(super) body: &'a Value,
}

/// Reads a body and checks its keys; the error is the answer to give.
pub(super) fn parse(body: &[u8], fields: &'static [Field]) -> Result<Value, Reply> {
    let document: Value = serde_json::from_slice(body)
        .map_err(|error| invalid(&format!("The body is not valid JSON: {error}")))?;
    check(&document, &Kind::Strict(fields), "").map_err(|problem| explain(&problem))?;
    for name in ["compartmentId"] {
        if text(document.get(name)).is_empty() {
            return Err(invalid(&format!("{name} must not be null")));
        }
    }
    Ok(document)
}

impl<'a> Request<'a> {
    /// Finds the model of a checked document, and asks it about the parameters.
    pub(super) fn new(
        document: &Value,
        body: &'a Value,
        api: Api,
        call: &Call<'_>,
    ) -> Result<Self, Reply> {
        let endpoint = document.pointer("/servingMode/endpointId");
        let model = text(endpoint.or_else(|| document.pointer("/servingMode/modelId")));
        let family = Family::of(&model)
            // An endpoint is no model, nor is a model an endpoint.
            .filter(|family| family.is_dedicated() == endpoint.is_some())
            .ok_or_else(|| Words::Native.not_found())?;
        if !family.serves(api) {
            return Err(misplaced(&model, family, api));
        }
        let request = Self { model, family, body };
        if request.is_stream() && call.settings().refuse_streams.contains(&request.model) {
            return Err(invalid("isStream is not supported by this endpoint"));
        }
        check_parameters(family, body, Names::Native)
            .map_err(|refusal| refusal.reply(family, Words::Native))?;
        Ok(request)
    }

    /// A flag of the request.
    pub(super) fn flag(&self, name: &str) -> bool {
        flag(self.body.get(name))
    }

    /// A whole number of the request.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.body.get(name).and_then(Value::as_u64)
    }

    /// Whether the answer is to be streamed.
    pub(super) fn is_stream(&self) -> bool {
        self.flag("isStream")
    }

    /// Whether a stream is to tell the usage.
    pub(super) fn includes_usage(&self) -> bool {
        flag(self.body.pointer("/streamOptions/isIncludeUsage"))
    }
}

/// The answer to a model that exists and is not served by this operation or in this format.
fn misplaced(model: &str, family: &Family, api: Api) -> Reply {
    let formats = [(Api::Cohere, "COHERE"), (Api::CohereV2, "COHEREV2"), (Api::Generic, "GENERIC")];
    let is_chat = formats.iter().any(|(format, _)| *format == api);
    let served: Vec<&str> = formats
        .iter()
        .filter(|(format, _)| is_chat && family.serves(*format))
        .map(|(_, name)| *name)
        .collect();
    if served.is_empty() {
        return invalid(&format!("The model {model} does not support this operation"));
    }
    invalid(&format!("The model {model} needs the apiFormat {}", served.join(" or ")))
}

/// The service says the same to a key it does not know and to a value of the wrong type.
fn explain(problem: &Problem) -> Reply {
    let path = &problem.path;
    match &problem.fault {
        ProblemKind::Unknown | ProblemKind::Type(_) => wrong_format(),
        ProblemKind::Missing => invalid(&format!("{path} must not be null")),
        ProblemKind::Range(expected) => invalid(&format!("{path} must be {expected}")),
    }
}

/// What users see most often.
pub(super) fn wrong_format() -> Reply {
    invalid("Please pass in correct format of request.")
}

/// This part of the service gives the status as the code.
pub(super) fn invalid(message: &str) -> Reply {
    Reply::oracle_error(400, "400", message)
}
